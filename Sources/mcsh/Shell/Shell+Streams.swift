import MemcacheCore

/// Commands whose answers come as streams, on a connection of their own.
extension Shell {
    /// `lru_crawler metadump` and `mgdump`: a line for every item, server after server. All begin at the same time.
    func dump(_ request: DumpRequest, _ format: OutputFormat) {
        var rows = DumpRows(format: format, style: session.presentation.style, namesServer: router != nil)
        let opened = everyAnswer { [client] in
            await client.pool.onEveryServer { server async throws(MemcacheError) in
                try await client.dump(request, of: server)
            }
        }
        for answer in opened {
            guard let dump = success(of: answer) else { continue }
            show(dump, from: answer.server.address.description, format, &rows)
            if session.output.hasFailed { return }
        }
    }

    private func show(_ opened: Dump<DumpEntry>, from name: String, _ format: OutputFormat, _ rows: inout DumpRows) {
        let reader = DumpReader(opened)
        while !session.output.hasFailed {
            switch format {
            case .plain, .raw:
                guard let lines = waitFor({ () async throws(MemcacheError) in try await reader.nextLines() }), let lines
                else { return }
                session.output.write(lines)
            case .human, .json, .csv, .tsv:
                let entries = waitFor { () async throws(MemcacheError) in try await reader.next(upTo: 1000) }
                guard let entries, !entries.isEmpty else { return }
                for entry in entries { interactive?.keys.insert(entry.key) }
                session.output.write(rows.rendered(entries, from: name))
            }
        }
    }

    /// `delete --match`: lists first, asks, then deletes, each key where it was found.
    func deleteMatching(_ glob: [UInt8], _ format: OutputFormat) {
        let (prefix, client) = (planner.prefix, client)
        let filter = KeyFilter(prefix: prefix, glob: Glob(glob))
        let answers = everyAnswer {
            await client.pool.onEveryServer { server async throws(MemcacheError) in
                try await Shell.keys(filter, on: server, client)
            }
        }
        let found = answers.map { success(of: $0) }
        guard found.contains(where: { $0 != nil }) else { return }
        let keys = found.flatMap { $0 ?? [] }
        let shown = EscapedText.string(glob)
        guard !keys.isEmpty else {
            session.note(.negative)
            session.tell("no key matches \(shown)", code: "no-match", line: planner.line)
            return
        }
        let sample = keys.prefix(10).map { "  " + EscapedText.string(Array($0.dropFirst(prefix.count))) }
        let rest = keys.count > 10 ? ["  … and \(keys.count - 10) more"] : []
        if !behaviour.isQuiet { session.output.writeMessage(sample + rest) }
        let count = "\(HumanUnits.count(UInt64(keys.count))) \(keys.count == 1 ? "key" : "keys")"
        guard confirm("delete --match \(shown) on \(server): \(count) will be deleted", command: "delete") else {
            return
        }
        let keysOfServers = Dictionary(uniqueKeysWithValues: zip(client.pool.servers.map(\.address), found))
        let counts = everyAnswer {
            await client.pool.onEveryServer { server async throws(MemcacheError) in
                try await Shell.delete((keysOfServers[server.address] ?? nil) ?? [], on: server)
            }
        }
        let deletions = zip(counts, found).compactMap { answer, keys -> MatchDeletion? in
            guard let keys, !keys.isEmpty, let deleted = success(of: answer) else { return nil }
            return MatchDeletion(
                server: answer.server.address.description, match: glob, matched: keys.count, deleted: deleted)
        }
        session.output.write(MatchDeletion.rendered(deletions, format, namesServer: router != nil))
    }

    /// The keys of a server that are wanted, as the server has them.
    private static func keys(
        _ filter: KeyFilter, on server: Server, _ client: MemcacheClient
    ) async throws(MemcacheError) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        let dump = try await client.dump(of: server)
        var reader = ItemReader()
        while let lines = try await dump.nextLines() {
            let ending = reader.read(lines.span) { key, _ in
                if filter.accepts(key) { keys.append(key.copy(0..<key.count)) }
                return true
            }
            if case .unreadable(let line) = ending {
                throw .unreadable(line: lines.span.copy(line), of: server.address)
            }
        }
        return keys
    }

    /// Deletes keys of a server, some at a time; those that the command line cannot carry go in base64. Returns how many
    /// were there.
    private static func delete(_ keys: [[UInt8]], on server: Server) async throws(MemcacheError) -> Int {
        var deleted = 0
        for start in stride(from: 0, to: keys.count, by: 256) {
            var plain: [Delete] = []
            var encoded: [MetaDelete] = []
            for bytes in keys[start..<min(start + 256, keys.count)] {
                let key = try Key(anyBytes: bytes)
                if key.isBase64 { encoded.append(MetaDelete(key)) } else { plain.append(Delete(key)) }
            }
            for result in await server.execute(plain) where try result.get() == .deleted { deleted += 1 }
            for result in await server.execute(encoded) where try result.get().status == .done { deleted += 1 }
        }
        return deleted
    }
}

/// A dump's iterator, which the main thread hands to one task after another.
///
/// `@unchecked Sendable`: only one task has it at a time, for the main thread waits for each.
private final class DumpReader: @unchecked Sendable {
    private let dump: Dump<DumpEntry>
    private var iterator: Dump<DumpEntry>.AsyncIterator
    /// Why nothing follows the entries that were handed over.
    private var failure: MemcacheError?

    init(_ dump: Dump<DumpEntry>) {
        self.dump = dump
        iterator = dump.makeAsyncIterator()
    }

    func nextLines() async throws(MemcacheError) -> [UInt8]? { try await dump.nextLines() }

    func next(upTo count: Int) async throws(MemcacheError) -> [DumpEntry] {
        if let failure { throw failure }
        var entries: [DumpEntry] = []
        do throws(MemcacheError) {
            while entries.count < count, let entry = try await iterator.next() { entries.append(entry) }
        } catch {
            // What came before is shown first.
            guard !entries.isEmpty else { throw error }
            failure = error
        }
        return entries
    }
}
