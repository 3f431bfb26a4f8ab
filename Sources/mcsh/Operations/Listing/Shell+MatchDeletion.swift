import MemcacheCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `delete --match`: lists first, asks, then deletes, each key where it was found.
extension Shell {
    func deleteMatching(_ glob: [UInt8], _ format: OutputFormat) {
        guard let found = matchingKeys(glob, format) else { return }
        let keys = found.flatMap(\.keys)
        let shown = EscapedText.string(glob)
        guard !keys.isEmpty else {
            session.note(.negative)
            session.tell("no key matches \(shown)", code: "no-match", line: builder.line, format: format)
            return
        }
        let count = "\(HumanUnits.count(UInt64(keys.count))) \(keys.count == 1 ? "key" : "keys")"
        showSample(keys, format)
        guard confirm("delete --match \(shown) on \(server): \(count) will be deleted", command: "delete") else {
            return
        }
        let deletions = delete(found, glob, total: keys.count, format)
        session.output.write(MatchDeletion.rendered(deletions, format, namesServer: router != nil))
    }

    /// The keys of every server that match, as the servers have them; nil where there is no telling, which has been
    /// reported.
    private func matchingKeys(_ glob: [UInt8], _ format: OutputFormat) -> [ServerKeys]? {
        let filter = KeyFilter(prefix: builder.prefix, glob: Glob(glob))
        // At a prompt the signals are taken in by the session's watcher.
        let catcher = interactive == nil ? InterruptCatcher { Blocking.cancel() } : nil
        let lists = openLists(nil, format)
        let progress = listsProgress(over: lists, isChoosy: true, format)
        var reader = ItemReader()
        var found: [ServerKeys] = []
        var matched: UInt64 = 0
        for list in lists where !Blocking.isCancelled {
            var keys: [[UInt8]] = []
            let isRead = read(list, progress, format) { lines in
                let ending = reader.read(lines) { key, _ in
                    if filter.accepts(key) { keys.append(key.copy(0..<key.count)) }
                    return true
                }
                progress?.set(done: reader.count, found: matched + UInt64(keys.count))
                return ending
            }
            matched += UInt64(keys.count)
            if isRead { found.append(ServerKeys(server: list.server, keys: keys)) }
        }
        let wasOnScreen = progress?.end() ?? false
        let isCaught = catcher?.end() ?? false
        if isCaught || isInterrupted {
            endInterrupted(
                "cancelled after \(HumanUnits.count(reader.count)) \(reader.count == 1 ? "key" : "keys"), of which "
                    + "\(HumanUnits.count(matched)) \(matched == 1 ? "matches" : "match"): nothing was deleted",
                isCaught: isCaught, isAfterMark: !wasOnScreen)
            return nil
        }
        return found.isEmpty ? nil : found
    }

    /// Shows some of the keys that are about to be deleted.
    private func showSample(_ keys: [[UInt8]], _ format: OutputFormat) {
        guard !behaviour.isQuiet else { return }
        let prefix = builder.prefix.count
        let sample = keys.prefix(10).map { Array($0.dropFirst(prefix)) }
        if format == .json {
            let names = sample.map { EscapedText.string($0) } + (keys.count > 10 ? ["…"] : [])
            session.tell(
                "note: matched \(keys.count): \(names.joined(separator: ", "))", code: "note", line: builder.line,
                format: format)
        } else {
            let rest = keys.count > 10 ? ["  … and \(HumanUnits.count(UInt64(keys.count - 10))) more"] : []
            session.output.writeMessage(sample.map { "  " + EscapedText.string($0) } + rest)
        }
    }

    /// Deletes keys on their servers, all servers at once.
    private func delete(_ found: [ServerKeys], _ glob: [UInt8], total: Int, _ format: OutputFormat) -> [MatchDeletion] {
        let catcher = interactive == nil ? InterruptCatcher { Blocking.cancel() } : nil
        let progress =
            behaviour.showsProgress
            ? Progress(ProgressFigures(noun: "keys", total: UInt64(total), found: nil)) : nil
        let keysOfServers = Dictionary(found.map { ($0.server, $0.keys) }, uniquingKeysWith: { $0 + $1 })
        let tally = DeletionTally(progress)
        let answers = Blocking.wait { [client] () async throws(MemcacheError) in
            await withTaskGroup(of: [ServerAnswer<Void>]?.self) { group in
                group.addTask {
                    await client.pool.onEveryServer { server async throws(MemcacheError) in
                        try await Self.delete(keysOfServers[server.address] ?? [], on: server, tally)
                    }
                }
                if let progress {
                    group.addTask {
                        await progress.keepDrawing()
                        return nil
                    }
                }
                var answers: [ServerAnswer<Void>] = []
                while let next = await group.next() {
                    guard let next else { continue }
                    answers = next
                    group.cancelAll()
                }
                return answers
            }
        }
        let wasOnScreen = progress?.end() ?? false
        let isCaught = catcher?.end() ?? false
        if isCaught || isInterrupted {
            endInterrupted(
                "cancelled after \(HumanUnits.count(UInt64(tally.handled))) of \(HumanUnits.count(UInt64(total))) keys: "
                    + "\(HumanUnits.count(UInt64(tally.deleted))) were deleted",
                isCaught: isCaught, isAfterMark: !wasOnScreen)
            return []
        }
        for answer in (try? answers.get()) ?? [] { _ = success(of: answer) }
        return found.compactMap { server -> MatchDeletion? in
            guard !server.keys.isEmpty else { return nil }
            return MatchDeletion(
                server: server.server.description, match: glob, matched: server.keys.count,
                deleted: tally.deleted(on: server.server))
        }
    }

    /// Deletes keys of a server, some at a time; those that the command line cannot carry go in base64.
    private static func delete(
        _ keys: [[UInt8]], on server: Server, _ tally: DeletionTally
    ) async throws(MemcacheError) {
        for start in stride(from: 0, to: keys.count, by: 256) {
            var plain: [Delete] = []
            var encoded: [MetaDelete] = []
            for bytes in keys[start..<min(start + 256, keys.count)] {
                let key = try Key(anyBytes: bytes)
                if key.isBase64 { encoded.append(MetaDelete(key)) } else { plain.append(Delete(key)) }
            }
            for result in await server.execute(plain) { tally.count(try result.get() == .deleted, on: server.address) }
            for result in await server.execute(encoded) {
                tally.count(try result.get().status == .done, on: server.address)
            }
        }
    }

    /// Says how far the work had come when Ctrl-C ended it. Without a prompt that ends the program.
    private func endInterrupted(_ text: String, isCaught: Bool, isAfterMark: Bool) {
        if interactive != nil {
            interactive?.hasToldInterrupt = true
            session.output.endLine(isBehindMark: isAfterMark)
        } else if isAfterMark, Terminal.isTerminal(STDERR_FILENO) {
            // Behind the terminal's own ^C.
            Messages.write("")
        }
        if !behaviour.isQuiet { session.tell(text, code: "cancelled", line: builder.line) }
        if isCaught { InterruptCatcher.endByInterrupt() }
    }
}

/// Keys that a server has.
private struct ServerKeys {
    var server: ServerAddress
    var keys: [[UInt8]]
}

/// How many keys were deleted so far, of all servers.
private final class DeletionTally: Sendable {
    private struct State {
        var handled = 0
        var deleted: [ServerAddress: Int] = [:]
    }

    private let progress: Progress?
    private let state = Mutex(State())

    init(_ progress: Progress?) { self.progress = progress }

    /// How many keys the servers have answered for.
    var handled: Int { state.withLock { $0.handled } }

    /// How many of them were there.
    var deleted: Int { state.withLock { $0.deleted.values.reduce(0, +) } }

    func deleted(on server: ServerAddress) -> Int { state.withLock { $0.deleted[server] ?? 0 } }

    func count(_ wasThere: Bool, on server: ServerAddress) {
        let handled = state.withLock { state in
            state.handled += 1
            if wasThere { state.deleted[server, default: 0] += 1 }
            return state.handled
        }
        progress?.set(done: UInt64(handled), found: 0)
    }
}
