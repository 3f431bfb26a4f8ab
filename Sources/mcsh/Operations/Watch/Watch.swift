import MemcacheCore

/// `watch`: the events on the servers as they happen, and a summary at the end.
struct Watch: OperationCommand {
    static let command = CommandDescription(
        name: "watch", group: .server,
        parameters: [
            .init(
                name: "STREAM", kind: .word, isOptional: true, isRepeated: true,
                choices: .words(WatchStream.all.map { .init($0.description, "\($0.meaning) (\($0.since.text))") }))
        ],
        options: [
            .init(name: "--match", argument: "GLOB", summary: "only events about keys that match: * ? [a-z]"),
            .init(name: "--limit", argument: "N", summary: "end after this many events"),
            .init(name: "--for", argument: "TIME", summary: "end after a time: 10s, 500ms, 1m, 1h"),
        ],
        summary: "print what happens on the server, until Ctrl-C",
        details: """
            Several streams may be named; without one, fetchers. Each has the version of memcached that it needs \
            beside it. A write looks its key up first, which fetchers shows as a hit or a miss. With connevents, \
            clients whose connections are opened in the meantime are named by their addresses, others by their \
            descriptors in stats conns. Times are UTC, by the server's clock. A busy server sends more than can be \
            shown: lines that were lost are counted. At its end, by Ctrl-C too, a summary on standard error says how \
            many events of each kind there were, and which keys were seen most often.
            """,
        examples: [
            .init(line: "watch mutations evictions", meaning: "stores, and what they push out"),
            .init(line: "watch fetchers --match \"user:*\" --for 10s", meaning: "the hottest of these keys"),
        ],
        cost: """
            A line in the server's log for each event: fetchers on a busy server takes noticeable time of every \
            thread. At most 20 watchers; a slow one loses lines and delays no one.
            """,
        wireForm: "watch STREAM…")
    static let presence = Presence.ownsTerminal

    let query: WatchQuery

    init(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder
    ) throws(Diagnostic) {
        query = try WatchQuery(arguments, bytes, builder)
    }

    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError) {
        let (client, names, presentation) = (fleet.client, fleet.names, output.presentation)
        let rows = WatchRows(
            format: output.format, style: presentation.style, namesServer: fleet.isPool,
            log: WatchLog(
                query.streams, style: presentation.style, width: presentation.width,
                servers: fleet.isPool ? names : []))
        let printer = WatchPrinter(
            query, rows: rows, output: output.sink, serverCount: names.count, width: presentation.width,
            followsTerminal: presentation.isTerminal && Environment.ofProcess()["COLUMNS"] == nil)
        let catcher = output.catchInterrupt()
        let start = ContinuousClock.now
        await Self.untilEnd(of: printer, after: query.duration) { [query, reporter = output.reporter] in
            _ = await client.pool.onEveryServer { server async throws(MemcacheError) in
                await Self.read(query, from: server, client, printer) { error in
                    printer.settle(server.address.description, isWatched: false)
                    let error = await Self.explained(error, query.streams, server)
                    reporter.report(error, server: server.address.description)
                }
            }
        }
        let isCaught = catcher?.end() ?? false
        if output.isInterrupted {
            output.host.noteInterruptIsReported()
            // After the terminal's own ^C.
            Messages.write("")
        }
        let elapsed = ContinuousClock.now - start
        let (watched, silent) = printer.servers(of: names)
        if !isCaught, !output.isInterrupted {
            // The end came before it was known whether these would be watched at all.
            for name in silent {
                let time = (query.duration ?? elapsed).spelledOut
                output.report(MemcacheError(.timedOut, "no answer within \(time)"), server: name)
            }
        }
        if !watched.isEmpty, !output.isQuiet {
            let server = names.count == 1 ? output.host.serverNames : Session.list(servers: watched)
            Self.write(printer.summary, of: server, after: elapsed, isAfterMark: isCaught, output)
        }
        if isCaught { InterruptCatcher.endByInterrupt() }
    }

    private static func write(
        _ summary: WatchSummary, of server: String, after duration: Duration, isAfterMark: Bool,
        _ output: borrowing OperationOutput
    ) {
        guard output.format != .json else { return Messages.write(summary.json(of: server, after: duration)) }
        // The terminal has shown ^C before it.
        let mark = isAfterMark && Terminal.errorsAreShown ? [""] : []
        let width =
            output.presentation.isTerminal
            ? Terminal.width(environment: .ofProcess()) : output.presentation.width
        Messages.write(lines: mark + summary.lines(of: server, after: duration, width: width))
    }

    /// Prints what a server sends, until there is enough or the connection ends, which is reported at once: the others
    /// continue.
    private static func read(
        _ query: WatchQuery, from server: Server, _ client: MemcacheClient, _ printer: WatchPrinter,
        report: @Sendable (MemcacheError) async -> Void
    ) async {
        do throws(MemcacheError) {
            var events = try await client.watch(query.streams, on: server).makeAsyncIterator()
            printer.settle(server.address.description, isWatched: true)
            while let line = try await events.next() {
                guard printer.write(line, from: server.address.description) else { return printer.end() }
            }
        } catch {
            guard error.code != .cancelled, !Task.isCancelled else { return }
            await report(error)
            // Keys are not sent to a server that is gone, and the prompt does not count it: a request finds out whether
            // it is.
            if error.code == .connectionLost { _ = try? await server.execute(Command.Version()) }
        }
    }

    /// The error with its reason, if a server replies only `ERROR`: it is too old for the streams.
    private static func explained(
        _ error: MemcacheError, _ streams: [WatchStream], _ server: Server
    ) async -> MemcacheError {
        guard error.code == .error else { return await RefusalReason.explained(error, of: server, command: "watch") }
        guard let version = try? await server.execute(Command.Version()) else { return error }
        let missing = streams.filter { $0.since > version }
        guard let newest = missing.map(\.since).max() else { return error }
        var error = error
        error.message +=
            ": watch \(missing.map(\.description).joined(separator: " ")) needs memcached \(newest); this is \(version)"
        return error
    }

    /// Runs a closure until it is done, the printer has enough, or the time has passed. Servers that have not answered
    /// by then still have the time allowed for an answer, to determine whether they can be watched at all.
    private static func untilEnd(
        of printer: WatchPrinter, after duration: Duration?, _ body: @escaping @Sendable () async -> Void
    ) async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await body()
                return true
            }
            group.addTask {
                await printer.waitForEnd()
                return false
            }
            if let duration {
                group.addTask {
                    try? await Task.sleep(for: duration)
                    return false
                }
            }
            if await group.next() == false {
                printer.stop()
                group.addTask {
                    await printer.waitUntilSettled()
                    return true
                }
                while await group.next() == false {}
            }
            group.cancelAll()
        }
    }
}
