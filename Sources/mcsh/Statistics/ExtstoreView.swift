import MemcacheCore

/// The reply to `stats extstore`: the pages of flash in use.
struct ExtstoreView {
    private let pages: [NumberedStatistics.Entry]
    private let others: [Statistic]
    private let escape: ([UInt8]) -> String

    private static let known: Set<String> = ["version", "bytes", "bucket", "free_bucket"]

    init(_ statistics: [Statistic], escape: @escaping ([UInt8]) -> String) {
        self.escape = escape
        let numbered = NumberedStatistics(statistics, known: Self.known)
        pages = numbered.entries
        others = numbered.others
    }

    func lines(width: Int) -> [StyledText] {
        let used = pages.filter { $0.fields.number("version") != 0 }
        var lines: [StyledText] = []
        if pages.isEmpty {
            lines = StyledText("The server has no flash (extstore).", .dim).wrapped(to: width)
        } else {
            let bytes = used.compactMap { $0.fields.number("bytes") }.saturatingSum()
            let text =
                "\(used.count) of \(pages.count) \(pages.count == 1 ? "page" : "pages") in use, \(HumanUnits.bytes(bytes)) live"
            lines = StyledText(text, .heading).wrapped(to: width)
        }
        if !used.isEmpty { lines += [StyledText()] + table(used, width: width).lines(width: width) }
        let rest = FieldBlockLayout().lines([.others(others, escape: escape)], width: width)
        return rest.isEmpty ? lines : lines + [StyledText()] + rest
    }

    private func table(_ used: [NumberedStatistics.Entry], width: Int) -> TableLayout {
        var table = TableLayout([
            .init("page"), .init("live"), .init("", .leading, priority: 3), .init("bucket", priority: 1),
            .init("returns to", priority: 2), .init("version", priority: 4),
        ])
        // The size of a page is not reported: the fullest page is the measure.
        let fullest = Double(used.compactMap { $0.fields.number("bytes") }.max() ?? 0)
        table.rows = used.map { page in
            let bytes = page.fields.number("bytes")
            let fraction = bytes.flatMap { fullest > 0 ? Double($0) / fullest : nil }
            return [
                StyledText(String(page.number)), .bytes(bytes), .bar(fraction, width: width >= 120 ? 30 : 15),
                .count(page.fields.number("bucket")), .count(page.fields.number("free_bucket")),
                .count(page.fields.number("version")),
            ]
        }
        return table
    }
}
