import MemcacheCore

/// Commands whose answers come as streams, on a connection of their own.
extension Shell {
    /// `lru_crawler metadump` and `mgdump`: a line for every item.
    func dump(_ request: DumpRequest, _ format: OutputFormat) {
        guard let dump = waitFor({ [client] () async throws(MemcacheError) in try await client.dump(request) }) else {
            return
        }
        let iterator = DumpReader(dump)
        var rows = DumpRows(format: format, style: session.presentation.style, server: server)
        while true {
            switch format {
            case .plain, .raw:
                guard let lines = waitFor({ () async throws(MemcacheError) in try await iterator.nextLines() }) else {
                    return
                }
                guard let lines else { return }
                session.output.write(lines)
            case .human, .json, .csv, .tsv:
                guard
                    let entries = waitFor({ () async throws(MemcacheError) in
                        try await iterator.next(upTo: 1000)
                    })
                else { return }
                guard !entries.isEmpty else { return }
                for entry in entries { interactive?.keys.insert(entry.key) }
                session.output.write(rows.rendered(entries))
            }
            if session.output.hasFailed { return }
        }
    }

    /// `watch`: what happens on the server, as it happens.
    func watch(_ streams: [WatchStream], _ format: OutputFormat) {
        guard let events = waitFor({ [client] () async throws(MemcacheError) in try await client.watch(streams) })
        else { return }
        let reader = WatchReader(events.makeAsyncIterator())
        var rows = WatchRows(format: format, style: session.presentation.style)
        while !session.output.hasFailed {
            guard let line = waitFor({ () async throws(MemcacheError) in try await reader.next() }), let line else {
                return
            }
            session.output.write(rows.rendered(line))
        }
    }

    /// `delete --match`: lists first, asks, then deletes.
    func deleteMatching(_ glob: [UInt8], _ format: OutputFormat) {
        guard let keys = matchingKeys(Glob(glob)) else { return }
        let shown = EscapedText.string(glob)
        guard !keys.isEmpty else {
            session.note(.negative)
            session.tell("no key matches \(shown)", code: "no-match", line: planner.line)
            return
        }
        let sample = keys.prefix(10).map { "  " + EscapedText.string($0) }
        let rest = keys.count > 10 ? ["  … and \(keys.count - 10) more"] : []
        if !behaviour.isQuiet { Messages.write(lines: sample + rest) }
        let count = "\(HumanUnits.count(UInt64(keys.count))) \(keys.count == 1 ? "key" : "keys")"
        guard confirm("delete --match \(shown) on \(server): \(count) will be deleted", command: "delete") else {
            return
        }
        guard
            let deleted = waitFor({ [client] () async throws(MemcacheError) in
                try await Shell.delete(keys, client)
            })
        else { return }
        let answer = MatchDeletion(server: server, match: glob, matched: keys.count, deleted: deleted)
        session.output.write(answer.rendered(format))
    }

    private func matchingKeys(_ glob: Glob) -> [[UInt8]]? {
        waitFor { [client] () async throws(MemcacheError) in
            var keys: [[UInt8]] = []
            var entries = try await client.dump().makeAsyncIterator()
            while let entry = try await entries.next() {
                if glob.matches(entry.key) { keys.append(entry.key) }
            }
            return keys
        }
    }

    /// Deletes keys, some at a time. Returns how many were there.
    private static func delete(_ keys: [[UInt8]], _ client: MemcacheClient) async throws(MemcacheError) -> Int {
        var deleted = 0
        for start in stride(from: 0, to: keys.count, by: 256) {
            let part = keys[start..<min(start + 256, keys.count)]
            let results = await withTaskGroup(of: Result<Bool, MemcacheError>.self) { group in
                for key in part {
                    group.addTask {
                        do throws(MemcacheError) {
                            return .success(try await Shell.delete(key, client))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for result in results where try result.get() { deleted += 1 }
        }
        return deleted
    }

    /// Deletes a key; one that the command line cannot carry goes in base64.
    private static func delete(_ bytes: [UInt8], _ client: MemcacheClient) async throws(MemcacheError) -> Bool {
        let key = try Key(anyBytes: bytes)
        if key.isBase64 { return try await client.metaDelete(key).status == .done }
        return try await client.delete(key) == .deleted
    }
}

/// A dump's iterator, which the main thread hands to one task after another.
///
/// `@unchecked Sendable`: only one task has it at a time, for the main thread waits for each.
private final class DumpReader: @unchecked Sendable {
    private let dump: Dump<DumpEntry>
    private var iterator: Dump<DumpEntry>.AsyncIterator

    init(_ dump: Dump<DumpEntry>) {
        self.dump = dump
        iterator = dump.makeAsyncIterator()
    }

    func nextLines() async throws(MemcacheError) -> [UInt8]? { try await dump.nextLines() }

    func next(upTo count: Int) async throws(MemcacheError) -> [DumpEntry] {
        var entries: [DumpEntry] = []
        while entries.count < count, let entry = try await iterator.next() { entries.append(entry) }
        return entries
    }
}

/// The same for the events of `watch`.
///
/// `@unchecked Sendable`: only one task has it at a time, for the main thread waits for each.
private final class WatchReader: @unchecked Sendable {
    private var iterator: WatchEvents.AsyncIterator

    init(_ iterator: WatchEvents.AsyncIterator) { self.iterator = iterator }

    func next() async throws(MemcacheError) -> WatchLine? { try await iterator.next() }
}
