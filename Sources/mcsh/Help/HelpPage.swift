/// Lays out the texts of `help` for the width of a terminal.
///
/// Prose is at most 100 cells wide: longer lines are hard to read. If a terminal is too narrow for two columns, a text
/// is printed below its name.
struct HelpPage {
    let width: Int
    let style: TextStyle

    /// Where the text beside a name begins.
    static let column = 14
    /// The minimum width of the description column.
    private static let minimumText = 24

    init(width: Int, style: TextStyle) {
        self.width = max(width, 8)
        self.style = style
    }

    /// The width of prose.
    var textWidth: Int { min(width, 100) }

    func heading(_ text: String) -> [String] {
        wrapped(text, .heading, to: textWidth, margin: 0, hanging: 2)
    }

    /// A syntax line, which is as wide as the terminal.
    func syntax(_ text: String) -> [String] {
        wrapped(text, .heading, to: width, margin: 0, hanging: 4)
    }

    /// A paragraph.
    func text(_ text: String, _ role: TextStyle.Role = .plain, indent: Int = 2, hanging: Int = 0) -> [String] {
        // Most of a narrow terminal is reserved for the text.
        wrapped(text, role, to: textWidth, margin: min(indent, width / 4), hanging: hanging)
    }

    /// A paragraph that begins with what it is about: `Cost: …`.
    func labelled(_ label: String, _ text: String, _ role: TextStyle.Role = .plain) -> [String] {
        wrapped("\(label): \(text)", role, to: textWidth, margin: 2, hanging: 2)
    }

    /// A name with its meaning beside it, or below it if there is no room.
    func entry(_ name: String, _ meaning: String, indent: Int = 2, column: Int) -> [String] {
        let lead = String(repeating: " ", count: indent) + name
        let gap = column - lead.displayWidth
        guard gap >= 2, textWidth - column >= Self.minimumText else {
            return text(name, indent: indent, hanging: 2) + (meaning.isEmpty ? [] : text(meaning, indent: indent + 4))
        }
        guard !meaning.isEmpty else { return [lead] }
        let lines = wrapped(meaning, .plain, to: textWidth, margin: column, hanging: 0)
        return [lead + String(repeating: " ", count: gap) + lines[0].dropFirst(column)] + lines.dropFirst()
    }

    /// The paragraphs of a text. A line of a list begins with its name, followed by two spaces: `  v  the value`.
    func paragraphs(_ text: String) -> [String] {
        text.split(separator: "\n").flatMap { paragraph -> [String] in
            guard paragraph.hasPrefix("  ") else { return self.text(String(paragraph)) }
            let item = paragraph.dropFirst(2)
            guard let spaces = item.firstRange(of: "  ") else { return self.text(String(item), indent: 4) }
            let meaning = item[spaces.upperBound...].drop { $0 == " " }
            return entry(String(item[..<spaces.lowerBound]), String(meaning), indent: 4, column: Self.column + 2)
        }
    }

    private func wrapped(
        _ text: String, _ role: TextStyle.Role, to width: Int, margin: Int, hanging: Int
    ) -> [String] {
        StyledText(text).wrapped(to: width - margin, indent: hanging).map {
            String(repeating: " ", count: margin) + style($0.withoutTrailingSpaces.text, role)
        }
    }
}
