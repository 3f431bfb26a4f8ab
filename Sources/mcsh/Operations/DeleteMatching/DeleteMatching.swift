import MemcacheCore
import Synchronization

/// `delete --match`: lists first, asks, then deletes, each key where it was found.
struct DeleteMatching: Operation {
    static let name = "delete"
    static let presence = Presence.streamed
    static let readsListings = true

    private let pattern: [UInt8]
    private let prefix: [UInt8]

    init(_ pattern: [UInt8], prefix: [UInt8]) { (self.pattern, self.prefix) = (pattern, prefix) }

    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError) {
        guard let found = await matchingKeys(fleet, &output) else { return }
        let keys = found.flatMap(\.keys)
        let shown = EscapedText.string(pattern)
        guard !keys.isEmpty else {
            return output.report("no key matches \(shown)", code: "no-match", .negative)
        }
        let count = "\(HumanUnits.count(UInt64(keys.count))) \(keys.count == 1 ? "key" : "keys")"
        showSample(keys, &output)
        guard output.confirm("delete --match \(shown) on \(output.host.serverNames): \(count) will be deleted") else {
            return
        }
        let deletions = await delete(found, total: keys.count, fleet, &output)
        output.write(
            MatchDeletion.rendered(deletions, output.format, namesServer: fleet.isPool))
    }

    /// The keys of every server that match, as the servers store them; nil if they cannot be determined, which has been
    /// reported.
    private func matchingKeys(_ fleet: Fleet, _ output: inout OperationOutput) async -> [ServerKeys]? {
        let filter = KeyFilter(prefix: prefix, glob: Glob(pattern))
        let catcher = output.catchInterrupt()
        let walks = await output.openWalks(of: fleet, for: "delete --match")
        let progress = output.walkProgress(over: walks, isChoosy: true)
        var reader = ItemReader()
        var found: [ServerKeys] = []
        var matched: UInt64 = 0
        for walk in walks where !Blocking.isCancelled {
            var keys: [[UInt8]] = []
            let isRead = await output.read(walk, progress) { lines in
                let ending = reader.read(lines) { key, _ in
                    if filter.accepts(key) { keys.append(key.copy(0..<key.count)) }
                    return true
                }
                progress?.set(done: reader.count, found: matched + UInt64(keys.count))
                return ending
            }
            matched += UInt64(keys.count)
            if isRead { found.append(ServerKeys(server: walk.server, keys: keys)) }
        }
        let wasOnScreen = progress?.end() ?? false
        let isCaught = catcher?.end() ?? false
        if isCaught || output.isInterrupted {
            output.reportInterrupt(
                "cancelled after \(HumanUnits.count(reader.count)) \(reader.count == 1 ? "key" : "keys"), of which "
                    + "\(HumanUnits.count(matched)) \(matched == 1 ? "matches" : "match"): nothing was deleted",
                isAfterMark: !wasOnScreen)
            if isCaught { InterruptCatcher.endByInterrupt() }
            return nil
        }
        return found.isEmpty ? nil : found
    }

    /// Shows some of the keys that are about to be deleted.
    private func showSample(_ keys: [[UInt8]], _ output: inout OperationOutput) {
        guard !output.isQuiet else { return }
        let sample = keys.prefix(10).map { Array($0.dropFirst(prefix.count)) }
        if output.format == .json {
            let names = sample.map { EscapedText.string($0) } + (keys.count > 10 ? ["…"] : [])
            output.report("note: matched \(keys.count): \(names.joined(separator: ", "))", code: "note", .done)
        } else {
            let rest = keys.count > 10 ? ["  … and \(HumanUnits.count(UInt64(keys.count - 10))) more"] : []
            output.sink.writeMessage(sample.map { "  " + EscapedText.string($0) } + rest)
        }
    }

    /// Deletes keys on their servers, all servers concurrently.
    private func delete(
        _ found: [ServerKeys], total: Int, _ fleet: Fleet, _ output: inout OperationOutput
    ) async -> [MatchDeletion] {
        let catcher = output.catchInterrupt()
        let progress =
            output.host.showsProgress
            ? Progress(ProgressFigures(noun: "keys", total: UInt64(total), found: nil)) : nil
        let keysOfServers = Dictionary(found.map { ($0.server, $0.keys) }, uniquingKeysWith: { $0 + $1 })
        let tally = DeletionTally(progress)
        let answers = await withTaskGroup(of: Void.self) { group in
            if let progress { group.addTask { await progress.keepDrawing() } }
            defer { group.cancelAll() }
            return await fleet.each(for: Self.name) { server async throws(MemcacheError) in
                try await Self.delete(keysOfServers[server.address] ?? [], on: server, tally)
            }
        }
        let wasOnScreen = progress?.end() ?? false
        let isCaught = catcher?.end() ?? false
        if isCaught || output.isInterrupted {
            output.reportInterrupt(
                "cancelled after \(HumanUnits.count(UInt64(tally.handled))) of \(HumanUnits.count(UInt64(total))) \(total == 1 ? "key" : "keys"): "
                    + "\(HumanUnits.count(UInt64(tally.deleted))) \(tally.deleted == 1 ? "was" : "were") deleted",
                isAfterMark: !wasOnScreen)
            if isCaught { InterruptCatcher.endByInterrupt() }
            return []
        }
        _ = output.values(of: answers)
        return found.compactMap { server -> MatchDeletion? in
            guard !server.keys.isEmpty else { return nil }
            return MatchDeletion(
                server: server.server.description, match: pattern, matched: server.keys.count,
                deleted: tally.deleted(on: server.server))
        }
    }

    /// Deletes keys of a server, some at a time; those that the command line cannot carry are sent in base64.
    private static func delete(
        _ keys: [[UInt8]], on server: Server, _ tally: DeletionTally
    ) async throws(MemcacheError) {
        for start in stride(from: 0, to: keys.count, by: 256) {
            var plain: [Command.Delete] = []
            var encoded: [Command.MetaDelete] = []
            for bytes in keys[start..<min(start + 256, keys.count)] {
                let key = try Key(anyBytes: bytes)
                if key.isBase64 { encoded.append(Command.MetaDelete(key)) } else { plain.append(Command.Delete(key)) }
            }
            for result in await server.execute(plain) { tally.count(try result.get() == .deleted, on: server.address) }
            for result in await server.execute(encoded) {
                tally.count(try result.get().status == .done, on: server.address)
            }
        }
    }
}

/// Keys that a server has.
private struct ServerKeys {
    var server: ServerAddress
    var keys: [[UInt8]]
}

/// The number of keys deleted so far, on all servers.
private final class DeletionTally: Sendable {
    private struct State {
        var handled = 0
        var deleted: [ServerAddress: Int] = [:]
    }

    private let progress: Progress?
    private let state = Mutex(State())

    init(_ progress: Progress?) { self.progress = progress }

    /// The number of keys that the servers have answered for.
    var handled: Int { state.withLock { $0.handled } }

    /// The number of them that existed.
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
