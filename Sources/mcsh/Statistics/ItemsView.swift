import MemcacheCore

/// The reply to `stats items`: one row for each class, and whether its evictions hurt.
struct ItemsView {
    private let classes: [NumberedStatistics.Entry]
    private let others: [Statistic]
    private let escape: ([UInt8]) -> String

    private static let known: Set<String> = Set(StatisticField.all.filter { $0.group == .items }.map(\.name))

    init(_ statistics: [Statistic], escape: @escaping ([UInt8]) -> String) {
        self.escape = escape
        let numbered = NumberedStatistics(statistics, prefix: "items:", known: Self.known)
        classes = numbered.entries
        others = numbered.others
    }

    func lines(width: Int) -> [StyledText] {
        var lines: [StyledText] = []
        if classes.isEmpty {
            lines.append(StyledText("No slab class has items: the cache is empty.", .dim).truncated(to: width))
        } else {
            lines += summary.wrapped(to: width) + [StyledText()] + table.lines(width: width)
        }
        let rest = FieldBlockLayout().lines([.others(others, escape: escape)], width: width)
        return rest.isEmpty ? lines : lines + [StyledText()] + rest
    }

    private var summary: StyledText {
        let items = sum("number") ?? 0
        var text =
            "\(HumanUnits.count(items)) \(items == 1 ? "item" : "items") in \(HumanUnits.count(UInt64(classes.count)))"
        text += classes.count == 1 ? " class" : " classes"
        if let bytes = sum("mem_requested") { text += ", \(HumanUnits.bytes(bytes)) not counting space lost in chunks" }
        return StyledText(text, .heading)
    }

    /// Titles, the statistic for each, and the priority with which a narrow terminal omits it.
    private static let subLRUs = [("hot", "number_hot"), ("warm", "number_warm"), ("cold", "number_cold")]
    private static let counters = [
        ("reclaimed", "reclaimed"), ("expired unread", "expired_unfetched"), ("direct", "direct_reclaims"),
        ("hot hits", "hits_to_hot"), ("warm hits", "hits_to_warm"), ("cold hits", "hits_to_cold"),
        ("temp hits", "hits_to_temp"), ("no memory", "outofmemory"), ("repairs", "tailrepairs"),
        ("locked", "lrutail_reflocked"), ("to cold", "moves_to_cold"), ("to warm", "moves_to_warm"),
        ("within", "moves_within_lru"), ("crawled", "crawler_items_checked"), ("freed", "crawler_reclaimed"),
        ("with TTL", "evicted_nonzero"),
    ]

    private var table: TableLayout {
        var table = TableLayout(
            [.init("class"), .init("items"), .init("average", priority: 4), .init("memory", priority: 8)]
                + Self.subLRUs.map { .init($0.0, priority: 7) }
                + [
                    .init("temp", priority: 7), .init("idle", priority: 5), .init("evicted", priority: 1),
                    .init("in use", priority: 6), .init("unread", priority: 3), .init("verdict", .leading, priority: 2),
                ] + Self.counters.enumerated().map { .init($1.0, priority: 10 + $0) })
        table.rows = classes.map { entry in
            let fields = entry.fields
            var row = [StyledText(String(entry.number)), .count(fields.number("number"))]
            row += [.bytes(average(fields.number("mem_requested"), fields.number("number")))]
            row += [.bytes(fields.number("mem_requested"))]
            row += Self.subLRUs.map { .count(fields.number($0.1)) }
            row += [.count(fields.number("number_temp")), .duration(fields.number("age"))]
            row += ["evicted", "evicted_active", "evicted_unfetched"].map { .count(fields.number($0)) }
            row.append(Verdict(fields).text)
            return row + Self.counters.map { .count(fields.number($0.1)) }
        }
        var footer: [StyledText] = [
            "total", .count(sum("number")), .bytes(average(sum("mem_requested"), sum("number"))),
        ]
        footer += [.bytes(sum("mem_requested"))] + Self.subLRUs.map { .count(sum($0.1)) }
        footer += [.count(sum("number_temp")), ""]
        footer += ["evicted", "evicted_active", "evicted_unfetched"].map { .count(sum($0)) }
        table.footer = footer + [""] + Self.counters.map { .count(sum($0.1)) }
        return table
    }

    private func sum(_ name: String) -> UInt64? {
        let numbers = classes.compactMap { $0.fields.number(name) }
        return numbers.isEmpty ? nil : numbers.saturatingSum()
    }

    private func average(_ bytes: UInt64?, _ items: UInt64?) -> UInt64? {
        guard let bytes, let items, items > 0 else { return nil }
        return bytes / items
    }
}

/// Whether a class has enough memory, judged by its evictions.
private struct Verdict {
    var text: StyledText

    init(_ fields: StatisticsReading) {
        let evicted = fields.number("evicted") ?? 0
        let lastRead = fields.number("evicted_time")
        let since = lastRead.map { HumanUnits.duration(seconds: $0) }
        if let failed = fields.number("outofmemory"), failed > 0 {
            text = StyledText("out of memory: \(HumanUnits.count(failed)) stores failed", .bad)
        } else if let repairs = fields.number("tailrepairs"), repairs > 0 {
            text = StyledText(
                "\(HumanUnits.count(repairs)) leaked \(repairs == 1 ? "reference" : "references") repaired: report a bug",
                .bad)
        } else if evicted == 0 {
            text = StyledText(fields.number("evicted") == nil ? "" : "no evictions", .dim)
        } else if let unread = fields.number("evicted_unfetched"), unread >= evicted {
            text = StyledText("harmless: no evicted item was ever read")
        } else if let lastRead, let since {
            switch lastRead {
            case ..<300: text = StyledText("too small: last evicted item idle \(since)", .bad)
            case ..<3600: text = StyledText("tight: last evicted item idle \(since)", .warning)
            default: text = StyledText("fine: last evicted item idle \(since)")
            }
        } else {
            text = StyledText("evicting", .warning)
        }
    }
}
