import MemcacheCore

extension CompletionAnswer {
    /// The candidates as rows of a screen: one per row with its meaning, or several side by side. Whatever they
    /// contain, only the characters on the screen change.
    func rows(width: Int, style: TextStyle) -> [String] {
        let width = max(10, width - 1)
        let names = candidates.map { Self.cut(EscapedText.string($0.text, keepsBackslashes: true), to: width) }
        let column = min((names.map(\.displayWidth).max() ?? 0) + 2, width)
        var rows: [String] = []
        if candidates.contains(where: { !$0.meaning.isEmpty }) {
            for (name, candidate) in zip(names, candidates) {
                let room = width - column
                let gap = String(repeating: " ", count: max(1, column - name.displayWidth))
                let meaning = room > 8 ? Self.cut(candidate.meaning, to: room) : ""
                rows.append(meaning.isEmpty ? name : name + gap + style(meaning, .dim))
            }
        } else {
            let columns = max(1, width / column)
            let height = (names.count + columns - 1) / columns
            for row in 0..<height {
                var text = ""
                for index in stride(from: row, to: names.count, by: height) {
                    text += names[index]
                    if index + height < names.count {
                        text += String(repeating: " ", count: max(1, column - names[index].displayWidth))
                    }
                }
                rows.append(text)
            }
        }
        if omitted > 0 { rows.append(style("… and \(HumanUnits.count(UInt64(omitted))) more", .dim)) }
        return rows
    }

    private static func cut(_ text: String, to width: Int) -> String {
        guard text.displayWidth > width else { return text }
        var kept = ""
        var used = 1
        for character in text {
            used += character.displayWidth
            if used > width { break }
            kept.append(character)
        }
        return kept + "…"
    }
}
