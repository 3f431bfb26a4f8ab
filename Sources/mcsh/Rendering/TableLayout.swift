/// Rows under headings, in columns as wide as their contents. If there is not enough room, the least important columns
/// are omitted; a column without any content is always omitted.
struct TableLayout {
    struct Column {
        var title: String
        var alignment: StyledText.Alignment
        /// 0 is always kept; otherwise, the highest is dropped first.
        var priority: Int

        init(_ title: String, _ alignment: StyledText.Alignment = .trailing, priority: Int = 0) {
            self.title = title
            self.alignment = alignment
            self.priority = priority
        }
    }

    var columns: [Column]
    /// One cell for each column; missing ones are empty.
    var rows: [[StyledText]] = []
    /// Totals, below a rule.
    var footer: [StyledText]?

    private static let gap = 2

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// The whole table in lines of at most `width` cells.
    func lines(width: Int) -> [StyledText] {
        let all = rows + (footer.map { [$0] } ?? [])
        var widths = columns.indices.map { column in
            all.map { cell($0, column).width }.max() ?? 0
        }
        var shown = columns.indices.filter { widths[$0] > 0 }
        for column in shown { widths[column] = max(widths[column], columns[column].title.displayWidth) }

        func total() -> Int { shown.reduce(-Self.gap) { $0 + widths[$1] + Self.gap } }
        while total() > width, let least = shown.max(by: { columns[$0].priority < columns[$1].priority }),
            columns[least].priority > 0
        {
            shown.removeAll { $0 == least }
        }
        // If it still does not fit, that is because of text: the widest column is narrowed.
        if total() > width, let widest = shown.max(by: { widths[$0] < widths[$1] }) {
            widths[widest] = max(6, widths[widest] - (total() - width))
        }

        func line(_ cells: (Int) -> StyledText) -> StyledText {
            var line = StyledText()
            for (position, column) in shown.enumerated() {
                if position > 0 { line.append(String(repeating: " ", count: Self.gap)) }
                let text = cells(column).truncated(to: widths[column])
                let isLast = position == shown.count - 1 && columns[column].alignment == .leading
                line += isLast ? text : text.padded(to: widths[column], columns[column].alignment)
            }
            return line.truncated(to: width)
        }
        var lines = [line { StyledText(columns[$0].title, .heading) }]
        lines += rows.map { row in line { cell(row, $0) } }
        if let footer {
            lines.append(StyledText(String(repeating: "─", count: max(0, min(width, total()))), .dim))
            lines.append(line { cell(footer, $0) })
        }
        return lines
    }

    private func cell(_ row: [StyledText], _ column: Int) -> StyledText {
        column < row.count ? row[column] : StyledText()
    }
}
