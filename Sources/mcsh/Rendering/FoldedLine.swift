/// A line that is longer than the terminal is wide, in rows.
enum FoldedLine {
    /// The end of a row that continues in the next one; a row without it ends the line.
    static let mark = "»"

    /// The rows, each at most `width` cells wide. A character of two cells is not split.
    static func rows(of line: String, width: Int) -> [String] {
        // A row has room for the mark and for a wide character.
        let width = max(width, 4)
        guard line.displayWidth > width else { return [line] }
        var rows: [String] = []
        var row = ""
        var cells = 0
        var rest = line[...]
        while let character = rest.first {
            let next = character.displayWidth
            // The last row needs no room for the mark.
            if cells + next > width - 1, !(cells + next <= width && rest.dropFirst().isEmpty) {
                rows.append(row + mark)
                (row, cells) = ("", 0)
            }
            row.append(character)
            cells += next
            rest.removeFirst()
        }
        return rows + [row]
    }
}
