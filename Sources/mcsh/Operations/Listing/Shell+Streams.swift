import MemcacheCore

/// Commands whose answers come as streams, on a connection of their own.
extension Shell {
    /// `lru_crawler metadump` and `mgdump`: a line for every item, server after server. All begin at the same time.
    func dump(_ request: ListingRequest, _ format: OutputFormat) {
        var rows = ListingRows(format: format, style: session.presentation.style, namesServer: router != nil)
        let opened = everyAnswer { [client] in
            await client.pool.onEveryServer { server async throws(MemcacheError) in
                do throws(MemcacheError) {
                    return try await client.dump(request, of: server)
                } catch {
                    throw await Self.explained(error, request, server)
                }
            }
        }
        for answer in opened {
            guard let dump = success(of: answer) else { continue }
            show(dump, from: answer.server.address.description, format, &rows)
            if session.output.hasFailed { return }
        }
    }

    /// The error with its reason, where a server that is too old for a dump says no more than `ERROR`.
    private static func explained(
        _ error: MemcacheError, _ request: ListingRequest, _ server: Server
    ) async -> MemcacheError {
        let isKeys = request.content == .keys
        let since = isKeys ? ServerVersion(1, 6, 19) : ServerVersion(1, 4, 31)
        guard error.code == .error, let version = try? await server.execute(Version()), version < since else {
            return error
        }
        var error = error
        error.message +=
            ": lru_crawler \(isKeys ? "mgdump" : "metadump") needs memcached \(since); this is \(version)"
        return error
    }

    private func show(
        _ opened: Listing<ListedItem>, from name: String, _ format: OutputFormat, _ rows: inout ListingRows
    ) {
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
}

/// A dump's iterator, which the main thread hands to one task after another.
///
/// `@unchecked Sendable`: only one task has it at a time, for the main thread waits for each.
private final class DumpReader: @unchecked Sendable {
    private let dump: Listing<ListedItem>
    private var iterator: Listing<ListedItem>.AsyncIterator
    /// Why nothing follows the entries that were handed over.
    private var failure: MemcacheError?

    init(_ dump: Listing<ListedItem>) {
        self.dump = dump
        iterator = dump.makeAsyncIterator()
    }

    func nextLines() async throws(MemcacheError) -> [UInt8]? { try await dump.nextLines() }

    func next(upTo count: Int) async throws(MemcacheError) -> [ListedItem] {
        if let failure { throw failure }
        var entries: [ListedItem] = []
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
