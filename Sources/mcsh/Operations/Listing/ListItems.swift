import MemcacheCore

/// `lru_crawler metadump` and `mgdump`: a line for every item, server after server. All servers start at the same time.
struct ListItems: Operation {
    static let name = "lru_crawler"
    static let presence = Presence.streamed
    static let readsListings = true

    private let request: ListingRequest

    /// The number of items shown at once.
    private static let batch = 1000

    init(_ request: ListingRequest) { self.request = request }

    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError) {
        var rows = ListingRows(
            format: output.format, style: output.presentation.style, namesServer: fleet.isPool)
        let (client, request) = (fleet.client, request)
        let opened = await fleet.each(for: Self.name) { server async throws(MemcacheError) in
            do throws(MemcacheError) {
                return try await client.dump(request, of: server)
            } catch {
                throw await Self.explained(error, request, server)
            }
        }
        for (server, listing) in output.values(of: opened) where !output.hasFailed {
            do throws(MemcacheError) {
                try await show(listing, from: server, &rows, &output)
            } catch {
                output.reportForAll(error)
            }
        }
    }

    /// The error with its reason, if a server that is too old for a listing replies only `ERROR`.
    private static func explained(
        _ error: MemcacheError, _ request: ListingRequest, _ server: Server
    ) async -> MemcacheError {
        let isKeys = request.content == .keys
        let since = isKeys ? ServerVersion(1, 6, 19) : ServerVersion(1, 4, 31)
        guard error.code == .error, let version = try? await server.execute(Command.Version()), version < since else {
            return error
        }
        var error = error
        error.message +=
            ": lru_crawler \(isKeys ? "mgdump" : "metadump") needs memcached \(since); this is \(version)"
        return error
    }

    private func show(
        _ listing: Listing<ListedItem>, from server: String, _ rows: inout ListingRows, _ output: inout OperationOutput
    ) async throws(MemcacheError) {
        switch output.format {
        case .plain, .raw:
            while !output.hasFailed, let lines = try await listing.nextLines() { output.write(lines) }
        case .human, .json, .csv, .tsv:
            var iterator = listing.makeAsyncIterator()
            var items: [ListedItem] = []
            do throws(MemcacheError) {
                while !output.hasFailed, let item = try await iterator.next() {
                    items.append(item)
                    guard items.count == Self.batch else { continue }
                    show(items, from: server, &rows, &output)
                    items.removeAll(keepingCapacity: true)
                }
            } catch {
                // What arrived before the error is shown first.
                show(items, from: server, &rows, &output)
                throw error
            }
            show(items, from: server, &rows, &output)
        }
    }

    private func show(
        _ items: [ListedItem], from server: String, _ rows: inout ListingRows, _ output: inout OperationOutput
    ) {
        guard !items.isEmpty, !output.hasFailed else { return }
        for item in items { output.host.remember(key: item.key) }
        output.write(rows.rendered(items, from: server))
    }
}
