/// A piece of a line, measured before it is coloured: layout counts cells, and escape sequences take none.
struct StyledText: Hashable, Sendable, ExpressibleByStringLiteral {
    private struct Span: Hashable, Sendable {
        var text: String
        var role: TextStyle.Role
    }

    private var spans: [Span] = []
    /// Cells on the terminal.
    private(set) var width = 0

    init(_ text: String = "", _ role: TextStyle.Role = .plain) {
        append(text, role)
    }

    init(stringLiteral text: String) {
        self.init(text)
    }

    var isEmpty: Bool { width == 0 }

    /// The role of its beginning.
    var role: TextStyle.Role { spans.first?.role ?? .plain }

    /// The characters without styles.
    var text: String { spans.map(\.text).joined() }

    mutating func append(_ text: String, _ role: TextStyle.Role = .plain) {
        guard !text.isEmpty else { return }
        width += text.displayWidth
        if let last = spans.indices.last, spans[last].role == role {
            spans[last].text += text
        } else {
            spans.append(Span(text: text, role: role))
        }
    }

    static func + (left: StyledText, right: StyledText) -> StyledText {
        var sum = left
        sum += right
        return sum
    }

    static func += (left: inout StyledText, right: StyledText) {
        for span in right.spans { left.append(span.text, span.role) }
    }

    enum Alignment: Hashable, Sendable { case leading, trailing }

    /// Padded with spaces to a width; wider text is unchanged.
    func padded(to width: Int, _ alignment: Alignment = .leading) -> StyledText {
        guard self.width < width else { return self }
        let spaces = StyledText(String(repeating: " ", count: width - self.width))
        return alignment == .leading ? self + spaces : spaces + self
    }

    /// At most this wide; `..` shows where something is missing.
    func truncated(to width: Int) -> StyledText {
        guard self.width > width else { return self }
        let mark = width >= 4 ? ".." : ""
        let head = pieces(first: width - mark.utf8.count, others: .max).first ?? StyledText()
        return head + StyledText(mark, .dim)
    }

    /// Lines of at most `width` cells, broken at spaces if there are any; all but the first are indented.
    func wrapped(to width: Int, indent: Int = 0) -> [StyledText] {
        let width = max(width, 4)
        let indent = min(indent, width / 2)
        var lines: [StyledText] = []
        var line = StyledText()
        var hasWords = false
        func startLine() {
            lines.append(line)
            line = StyledText(String(repeating: " ", count: indent))
            hasWords = false
        }
        for word in words() {
            if hasWords, line.width + 1 + word.width > width { startLine() }
            // The space between two words belongs to both, so that a sentence is coloured as one.
            if hasWords { line.append(" ", line.spans.last?.role == word.role ? word.role : .plain) }
            for (index, piece) in word.pieces(first: width - line.width, others: width - indent).enumerated() {
                if index > 0 { startLine() }
                line += piece
                hasWords = true
            }
        }
        lines.append(line)
        return lines
    }

    var withoutTrailingSpaces: StyledText {
        var text = self
        while let last = text.spans.indices.last, text.spans[last].text.hasSuffix(" ") {
            text.spans[last].text.removeLast()
            text.width -= 1
            if text.spans[last].text.isEmpty { text.spans.removeLast() }
        }
        return text
    }

    func rendered(_ style: TextStyle) -> String {
        spans.map { style($0.text, $0.role) }.joined()
    }

    /// Pieces of at most the given numbers of cells, regardless of words.
    private func pieces(first: Int, others: Int) -> [StyledText] {
        guard width > first else { return [self] }
        var pieces: [StyledText] = []
        var piece = StyledText()
        var room = first
        for span in spans {
            // Text of one cell for each byte is cut without examining every character.
            if let cells = span.text.plainWidth, cells <= room {
                piece.append(span.text, span.role)
                room -= cells
                continue
            }
            var text = ""
            for character in span.text {
                let cells = character.displayWidth
                if cells > room {
                    piece.append(text, span.role)
                    pieces.append(piece)
                    piece = StyledText()
                    text = ""
                    room = others
                }
                text.append(character)
                room -= cells
            }
            piece.append(text, span.role)
        }
        return pieces + [piece]
    }

    private func words() -> [StyledText] {
        var words: [StyledText] = []
        var word = StyledText()
        for span in spans {
            for (position, piece) in span.text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
                if position > 0 {
                    if !word.isEmpty { words.append(word) }
                    word = StyledText()
                }
                word.append(String(piece), span.role)
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}
