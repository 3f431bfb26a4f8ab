import MemcacheCore

/// The reply to `stats slabs`: one row for each class, and the cost of its pages.
struct SlabsView {
    private let classes: [NumberedStatistics.Entry]
    private let totals: StatisticsReading
    private let others: [Statistic]
    private let escape: ([UInt8]) -> String

    private static let counters = [
        "get_hits", "cmd_set", "delete_hits", "touch_hits", "incr_hits", "decr_hits", "cas_hits", "cas_badval",
    ]
    private static let known = Set(
        [
            "chunk_size", "chunks_per_page", "total_pages", "total_chunks", "used_chunks", "free_chunks",
            "free_chunks_end", "mem_requested",
        ] + counters)
    private static let knownTotals: Set<String> = ["active_slabs", "total_malloced"]

    init(_ statistics: [Statistic], escape: @escaping ([UInt8]) -> String) {
        self.escape = escape
        let numbered = NumberedStatistics(statistics, known: Self.known)
        classes = numbered.entries
        totals = StatisticsReading(statistics)
        others = numbered.others.filter { !Self.knownTotals.contains(String(decoding: $0.name, as: UTF8.self)) }
    }

    func lines(width: Int) -> [StyledText] {
        var lines = summary.wrapped(to: width)
        if !classes.isEmpty { lines += [StyledText()] + table(width: width).lines(width: width) }
        let rest = FieldBlockLayout().lines([.others(others, escape: escape)], width: width)
        return rest.isEmpty ? lines : lines + [StyledText()] + rest
    }

    private var summary: StyledText {
        guard !classes.isEmpty else { return StyledText("No slab class has a page: nothing was stored yet.", .dim) }
        var text = "\(HumanUnits.count(UInt64(classes.count))) \(classes.count == 1 ? "class" : "classes")"
        if let malloced = totals["total_malloced"] {
            text += ", \(StatisticValue(malloced, unit: .bytes, escape: escape).text) taken for pages"
        }
        let free = classes.compactMap(freeBytes).saturatingSum()
        return StyledText("\(text), \(HumanUnits.bytes(free)) of that in free chunks", .heading)
    }

    private func table(width: Int) -> TableLayout {
        let bar = width >= 120 ? 20 : 10
        var table = TableLayout(
            [
                .init("class"), .init("chunk"), .init("pages", priority: 1), .init("memory", priority: 5),
                .init("used", priority: 2), .init("free", priority: 4), .init("fill"),
                .init("", .leading, priority: 3), .init("free memory", priority: 6),
                .init("lost in chunks", priority: 7),
            ] + Self.counters.enumerated().map { .init($1, priority: 10 + $0) }
                + [.init("chunks/page", priority: 20)])
        table.rows = classes.map { entry in
            let fields = entry.fields
            let fill = Self.fraction(fields.number("used_chunks"), fields.number("total_chunks"))
            var row = [StyledText(String(entry.number)), .bytes(fields.number("chunk_size"))]
            row += [.count(fields.number("total_pages")), .bytes(memory(entry)), .count(fields.number("used_chunks"))]
            row += [.count(fields.number("free_chunks"))]
            row += [.percentage(fill), .bar(fill, width: bar)]
            row += [.bytes(freeBytes(entry)), .bytes(lostBytes(entry))]
            row += Self.counters.map { .count(fields.number($0)) }
            return row + [.count(fields.number("chunks_per_page"))]
        }
        table.footer = footer(bar: bar)
        return table
    }

    private func footer(bar: Int) -> [StyledText] {
        func sum(_ name: String) -> UInt64? {
            let numbers = classes.compactMap { $0.fields.number(name) }
            return numbers.isEmpty ? nil : numbers.saturatingSum()
        }
        let memory = classes.compactMap(memory).saturatingSum()
        let free = classes.compactMap(freeBytes).saturatingSum()
        let lost = classes.compactMap(lostBytes)
        var row: [StyledText] = ["total", "", .count(sum("total_pages")), .bytes(memory)]
        row += [.count(sum("used_chunks")), .count(sum("free_chunks"))]
        // By bytes: chunks of different sizes do not add up.
        let fill = memory > 0 && free <= memory ? Double(memory - free) / Double(memory) : nil
        row += [.percentage(fill), .bar(fill, width: bar)]
        row += [.bytes(free), lost.isEmpty ? "" : .bytes(lost.saturatingSum())]
        return row + Self.counters.map { .count(sum($0)) }
    }

    private func memory(_ entry: NumberedStatistics.Entry) -> UInt64? {
        Self.product(entry.fields.number("total_chunks"), entry.fields.number("chunk_size"))
    }

    private func freeBytes(_ entry: NumberedStatistics.Entry) -> UInt64? {
        Self.product(entry.fields.number("free_chunks"), entry.fields.number("chunk_size"))
    }

    /// The bytes that items leave unused in their chunks; only old servers report here what the items need.
    private func lostBytes(_ entry: NumberedStatistics.Entry) -> UInt64? {
        guard let requested = entry.fields.number("mem_requested"), requested > 0,
            let used = Self.product(entry.fields.number("used_chunks"), entry.fields.number("chunk_size"))
        else { return nil }
        return used >= requested ? used - requested : nil
    }

    private static func product(_ left: UInt64?, _ right: UInt64?) -> UInt64? {
        guard let left, let right else { return nil }
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? nil : product
    }

    private static func fraction(_ part: UInt64?, _ whole: UInt64?) -> Double? {
        guard let part, let whole, whole > 0 else { return nil }
        return Double(part) / Double(whole)
    }
}
