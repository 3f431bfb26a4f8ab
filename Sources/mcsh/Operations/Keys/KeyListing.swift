import MemcacheCore

/// The part of `keys` between the servers and the output: chunks of lines go in, rows come out.
struct KeyListing: ~Copyable {
    /// The consumer of the listed items.
    private struct Sink {
        let filter: KeyFilter
        let slabClasses: Set<UInt64>?
        let limit: UInt64
        /// The number of keys that are kept for the caller.
        let keptCount: Int
        var rows: ItemRows
        var out: [UInt8] = []
        var matched: UInt64 = 0
        var itemBytes: UInt64 = 0
        var kept: [[UInt8]] = []

        /// - Returns: Whether more items are wanted.
        mutating func take(_ key: Span<UInt8>, _ place: ItemReader.Place, _ lines: Span<UInt8>) -> Bool {
            guard filter.accepts(key) else { return true }
            var facts: ItemMetadata?
            if rows.isLong || slabClasses != nil {
                let found = ItemMetadata(lines, place.facts)
                if let slabClasses, let slabClass = found.slabClass, !slabClasses.contains(slabClass) { return true }
                if rows.isLong { facts = found }
            }
            if matched == 0 { rows.begin(before: facts, to: &out) }
            matched += 1
            let name = key.extracting(filter.prefix.count...)
            if let bytes = facts?.itemBytes { itemBytes = [itemBytes, bytes].saturatingSum() }
            rows.append(name, facts, line: lines.extracting(place.line), to: &out)
            if kept.count < keptCount { kept.append(name.copy(0..<name.count)) }
            return matched < limit
        }
    }

    private var reader = ItemReader()
    private var sink: Sink

    /// - Parameter keptCount: The number of keys that are kept in ``kept``.
    init(_ order: KeysQuery, prefix: [UInt8], rows: ItemRows, keptCount: Int = 0) {
        sink = Sink(
            filter: KeyFilter(prefix: prefix, glob: order.glob, expression: order.expression),
            slabClasses: order.slabClasses.map { Set($0.map { UInt64($0.number) }) },
            limit: order.limit ?? .max, keptCount: keptCount, rows: rows)
    }

    /// The number of keys examined.
    var seen: UInt64 { reader.count }
    /// The number of keys listed.
    var matched: UInt64 { sink.matched }
    /// The size of the listed items, if rows are long.
    var itemBytes: UInt64 { sink.itemBytes }
    /// Whether the limit is reached.
    var isFull: Bool { sink.matched >= sink.limit }
    /// The first keys that were listed.
    var kept: [[UInt8]] { sink.kept }

    /// Starts the lines of a server.
    mutating func begin(server: String, now: Int64) { sink.rows.begin(server: server, now: now) }

    /// Turns the items in a chunk of whole lines into rows.
    mutating func take(_ lines: Span<UInt8>) -> ItemReader.Ending {
        reader.read(lines) { key, place in sink.take(key, place, lines) }
    }

    /// Ends the listing: an empty table has a header nevertheless.
    mutating func end() {
        if DelimitedText.Style(sink.rows.format) != nil { sink.rows.begin(to: &sink.out) }
    }

    /// Passes on the rows made since the last call.
    mutating func withRows(_ body: ([UInt8]) -> Void) {
        guard !sink.out.isEmpty else { return }
        body(sink.out)
        sink.out.removeAll(keepingCapacity: true)
    }
}
