import MemcacheCore

/// A name, its value and a remark, as one line of a block.
struct FieldRow {
    var name: StyledText
    var value: StyledText
    var note = ""
    /// The margin mark that makes warnings stand out even without colour.
    var mark: TextStyle.Role?
}

/// Rows under a title, and below them the names without a row.
struct FieldBlock {
    var title: String
    var rows: [FieldRow] = []
    var names: [String] = []

    var isEmpty: Bool { rows.isEmpty && names.isEmpty }
}

extension FieldBlock {
    /// The statistics that a view does not show otherwise: names and values as the server sent them.
    static func others(
        _ statistics: [Statistic], title: String = "Other", escape: ([UInt8]) -> String
    ) -> FieldBlock {
        FieldBlock(
            title: title,
            rows: statistics.map { statistic in
                FieldRow(
                    name: StyledText(statistic.name.isEmpty ? "(empty)" : escape(statistic.name)),
                    value: StyledText(StatisticValue(statistic.value, unit: nil, escape: escape).text))
            })
    }
}

/// Lays out blocks one below the other, or side by side if there is room.
struct FieldBlockLayout {
    /// The width that a row with its note needs.
    var columnWidth = 56
    var gap = 2

    func lines(_ blocks: [FieldBlock], width: Int) -> [StyledText] {
        let blocks = blocks.filter { !$0.isEmpty }
        guard !blocks.isEmpty else { return [] }
        let columns = max(1, min((width + gap) / (columnWidth + gap), blocks.count))
        let inner = (width - gap * (columns - 1)) / columns
        let measures = Measures(blocks, width: inner)
        let stacks = distribute(blocks.map { lines($0, measures, width: inner) }, into: columns)
        guard stacks.count > 1 else { return stacks.first ?? [] }
        return (0..<(stacks.map(\.count).max() ?? 0)).map { index in
            var line = StyledText()
            for (column, stack) in stacks.enumerated() where index < stack.count && !stack[index].isEmpty {
                line = line.padded(to: column * (inner + gap)) + stack[index]
            }
            return line
        }
    }

    /// The widths of names and values, the same in all blocks.
    private struct Measures {
        var name: Int
        var value: Int

        init(_ blocks: [FieldBlock], width: Int) {
            let rows = blocks.flatMap(\.rows)
            // A single very long name or value does not move all others.
            let value = rows.map(\.value.width).filter { $0 <= 14 }.max() ?? 0
            self.value = value
            name = rows.map(\.name.width).filter { $0 <= min(32, width - value - 4) }.max() ?? 0
        }
    }

    private func lines(_ block: FieldBlock, _ measures: Measures, width: Int) -> [StyledText] {
        var lines = StyledText(block.title, .heading).wrapped(to: width)
        for row in block.rows { lines += self.lines(row, measures, width: width) }
        if !block.names.isEmpty {
            let names = StyledText(block.names.joined(separator: " "), .dim)
            lines += names.wrapped(to: width - 2).map { StyledText("  ") + $0 }
        }
        return lines
    }

    private func lines(_ row: FieldRow, _ measures: Measures, width: Int) -> [StyledText] {
        let margin = row.mark.map { StyledText("! ", $0) } ?? StyledText("  ")
        let head = margin + row.name
        let value = row.value.padded(to: measures.value, .trailing)
        let line = head.padded(to: 2 + measures.name) + StyledText("  ") + value
        if line.width > width {
            // A name too long for its column is placed as near to the columns as possible. A value too long is placed
            // below, in full.
            if row.value.width <= measures.value, head.width + 1 + row.value.width <= width {
                let edge = min(width, 4 + measures.name + measures.value)
                return [head + StyledText(" ") + row.value.padded(to: edge - head.width - 1, .trailing)]
            }
            let body = row.value.wrapped(to: width - 4).map { StyledText("    ") + $0 }
            return margin.followed(by: row.name, width: width) + body
        }
        let room = width - line.width - 2
        let note = StyledText(row.note, .dim)
        if note.isEmpty || room < 6 || (note.width > room && room < 24) { return [line] }
        return [line + StyledText("  ") + note.truncated(to: room)]
    }

    /// Distributes blocks in their order over columns, so that the highest column is as low as possible.
    private func distribute(_ blocks: [[StyledText]], into columns: Int) -> [[StyledText]] {
        let total = blocks.reduce(0) { $0 + $1.count + 1 }
        var height = max(blocks.map(\.count).max() ?? 0, total / columns)
        while true {
            var stacks: [[StyledText]] = [[]]
            for block in blocks {
                let last = stacks.count - 1
                if stacks[last].isEmpty {
                    stacks[last] = block
                } else if stacks[last].count + 1 + block.count <= height {
                    stacks[last] += [StyledText()] + block
                } else {
                    stacks.append(block)
                }
            }
            if stacks.count <= columns { return stacks }
            height += 1
        }
    }
}

extension StyledText {
    /// The text wrapped, with this before its first line and spaces before the others.
    fileprivate func followed(by text: StyledText, width: Int) -> [StyledText] {
        text.wrapped(to: width - self.width).enumerated().map { index, line in
            (index == 0 ? self : StyledText(String(repeating: " ", count: self.width))) + line
        }
    }
}
