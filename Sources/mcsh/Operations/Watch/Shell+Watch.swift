import MemcacheCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `watch`: what happens on the servers, as it happens, and at its end what that was.
extension Shell {
    func watch(_ order: WatchQuery, _ format: OutputFormat) {
        let names = client.pool.servers.map(\.address.description)
        let rows = WatchRows(
            format: format, style: session.presentation.style, namesServer: router != nil,
            log: WatchLog(
                order.streams, style: session.presentation.style, width: session.presentation.width,
                servers: router == nil ? [] : names))
        let printer = WatchPrinter(
            order, rows: rows, output: session.output, serverCount: names.count, width: session.presentation.width,
            followsTerminal: session.presentation.isTerminal && Environment.ofProcess()["COLUMNS"] == nil)
        let (client, session, line) = (client, session, builder.line)
        // At a prompt the signals are taken in by the session's watcher.
        let catcher = interactive == nil ? InterruptCatcher { Blocking.cancel() } : nil
        let start = ContinuousClock.now
        let hasRun: Void? = waitFor { () async throws(MemcacheError) in
            await Self.untilEnd(of: printer, after: order.duration) {
                _ = await client.pool.onEveryServer { server async throws(MemcacheError) in
                    await Self.read(order, from: server, client, printer) { error in
                        printer.settle(server.address.description, isWatched: false)
                        let error = await Self.explained(error, order.streams, server)
                        session.note(error.exitStatus)
                        session.tell(error, line: line, server: server.address.description, format: format)
                    }
                }
            }
        }
        let isCaught = catcher?.end() ?? false
        if isInterrupted {
            interactive?.hasToldInterrupt = true
            // Behind the terminal's own ^C.
            _ = FileDescriptors.write([UInt8(ascii: "\n")], to: STDERR_FILENO)
        }
        let elapsed = ContinuousClock.now - start
        let (watched, silent) = printer.servers(of: names)
        if hasRun != nil, !isCaught, !isInterrupted {
            // The end came before it was known whether they would be watched at all.
            for name in silent {
                let error = MemcacheError(.timedOut, "no answer within \((order.duration ?? elapsed).spelledOut)")
                session.note(error.exitStatus)
                session.tell(error, line: line, server: name, format: format)
            }
        }
        if !watched.isEmpty, !behaviour.isQuiet {
            tell(
                printer.summary, of: names.count == 1 ? server : Shell.list(watched), after: elapsed,
                isAfterMark: isCaught, format)
        }
        if isCaught { InterruptCatcher.endByInterrupt() }
    }

    private func tell(
        _ summary: WatchSummary, of server: String, after duration: Duration, isAfterMark: Bool,
        _ format: OutputFormat
    ) {
        guard format != .json else { return Messages.write(summary.json(of: server, after: duration)) }
        // A terminal has shown ^C in front of it.
        let mark = isAfterMark && Terminal.isTerminal(STDERR_FILENO) ? [""] : []
        Messages.write(
            lines: mark
                + summary.lines(
                    of: server, after: duration,
                    width: session.presentation.isTerminal
                        ? Terminal.width(environment: .ofProcess()) : session.presentation.width))
    }

    /// Prints what a server sends, until there is enough or the connection ends, which is told at once: others go on.
    private static func read(
        _ order: WatchQuery, from server: Server, _ client: MemcacheClient, _ printer: WatchPrinter,
        tell: @Sendable (MemcacheError) async -> Void
    ) async {
        do throws(MemcacheError) {
            var events = try await client.watch(order.streams, on: server).makeAsyncIterator()
            printer.settle(server.address.description, isWatched: true)
            while let line = try await events.next() {
                guard printer.write(line, from: server.address.description) else { return printer.end() }
            }
        } catch {
            guard error.code != .cancelled, !Task.isCancelled else { return }
            await tell(error)
            // Keys are not sent to a server that is gone, nor does the prompt count it: it is asked whether it is.
            if error.code == .connectionLost { _ = try? await server.execute(Version()) }
        }
    }

    /// The error with its reason, where a server says no more than `ERROR`: streams that it is too old for.
    private static func explained(
        _ error: MemcacheError, _ streams: [WatchStream], _ server: Server
    ) async -> MemcacheError {
        guard error.code == .error else { return await RefusalReason.explained(error, of: server, command: "watch") }
        guard let version = try? await server.execute(Version()) else { return error }
        let missing = streams.filter { $0.since > version }
        guard let newest = missing.map(\.since).max() else { return error }
        var error = error
        error.message +=
            ": watch \(missing.map(\.description).joined(separator: " ")) needs memcached \(newest); this is \(version)"
        return error
    }

    /// Runs something until it is done, the printer has enough, or the time is over. Servers that have not answered by then
    /// still have the time that an answer may take: whether they can be watched at all is not left open.
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

/// Writes the events of several servers as they come, and counts them.
private final class WatchPrinter: Sendable {
    private struct State {
        var rows: WatchRows
        var summary: WatchSummary
        /// The servers that have agreed to be watched, and those that will not be.
        var watched: Set<String> = []
        var failed: Set<String> = []
        var width: Int

        /// Nothing more is shown.
        var isOver = false

        func isFull(_ limit: UInt64?) -> Bool { isOver || limit.map { summary.shown >= $0 } ?? false }
    }

    private let order: WatchQuery
    private let output: OutputSink
    /// Lines are as wide as the terminal is when they are written.
    private let followsTerminal: Bool
    private let state: Mutex<State>
    private let ends: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation
    private let settlements: AsyncStream<Void>
    private let settling: AsyncStream<Void>.Continuation
    private let serverCount: Int

    init(
        _ order: WatchQuery, rows: WatchRows, output: OutputSink, serverCount: Int, width: Int, followsTerminal: Bool
    ) {
        self.order = order
        self.output = output
        self.serverCount = serverCount
        self.followsTerminal = followsTerminal
        state = Mutex(State(rows: rows, summary: WatchSummary(of: order.streams), width: width))
        (ends, ending) = AsyncStream.makeStream()
        (settlements, settling) = AsyncStream.makeStream()
    }

    /// The servers that have agreed to be watched, and those of which nothing has been heard.
    func servers(of names: [String]) -> (watched: [String], silent: [String]) {
        state.withLock { state in
            (
                names.filter { state.watched.contains($0) },
                names.filter { !state.watched.contains($0) && !state.failed.contains($0) }
            )
        }
    }

    var summary: WatchSummary { state.withLock { $0.summary } }

    /// A server is watched, or never will be.
    func settle(_ server: String, isWatched: Bool) {
        let isLast = state.withLock { state in
            if isWatched { state.watched.insert(server) } else { state.failed.insert(server) }
            return state.watched.union(state.failed).count >= serverCount
        }
        if isLast { settling.finish() }
    }

    func waitUntilSettled() async {
        guard !output.hasFailed else { return }
        for await _ in settlements {}
    }

    /// No more is wanted, of any server.
    func end() { ending.finish() }

    /// Nothing more is shown, whatever comes.
    func stop() { state.withLock { $0.isOver = true } }

    func waitForEnd() async {
        for await _ in ends {}
    }

    /// - Returns: Whether more is wanted.
    func write(_ line: WatchLine, from server: String) -> Bool {
        state.withLock { state in
            guard !state.isFull(order.limit), !output.hasFailed else { return false }
            switch line {
            case .event(let event):
                guard order.shows(event) else {
                    state.summary.countHidden()
                    return true
                }
                state.summary.count(event)
            case .skipped(let count): state.summary.count(lost: count, byServer: true)
            case .lost(let count): state.summary.count(lost: count, byServer: false)
            }
            if followsTerminal, case let width = Terminal.columns(of: STDOUT_FILENO), width != state.width {
                state.width = width
                state.rows.resize(to: width)
            }
            output.write(state.rows.rendered(line, from: server))
            return !state.isFull(order.limit) && !output.hasFailed
        }
    }
}
