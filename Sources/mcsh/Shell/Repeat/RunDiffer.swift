/// Marks what has changed in the output of a command since the previous run.
///
/// Lines are matched by their words without digits, wherever they have moved to; then their numbers are compared. Other
/// lines are compared with the one that has the same first word, or the one at the same position; a line without either
/// is marked entirely.
struct RunDiffer: Sendable {
    let style: TextStyle
    /// The lines of the previous run, without colours; nil before the first.
    private var previous: [String]?

    init(style: TextStyle) { self.style = style }

    /// The output of a run, with marks where it differs from the previous one. Marks take no room: with colours they
    /// are reverse video, without colours a `*` instead of the space after a word.
    mutating func marked(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let end = lines.last == "" ? lines.popLast() : nil
        let present = lines.map { Self.words(of: $0) }
        defer { previous = present.map { $0.map(\.text).joined(separator: " ") } }
        guard let previous else { return text }
        let earlier = previous.map { $0.split(separator: " ").map(String.init) }
        var known: [String: [Int]] = [:]
        var named: [String: [Int]] = [:]
        for (index, words) in earlier.enumerated().reversed() {
            known[Self.skeleton(words), default: []].append(index)
            named[words.first ?? "", default: []].append(index)
        }
        var marked: [String] = []
        for (index, words) in present.enumerated() {
            let texts = words.map(\.text)
            var counterpart: [String]?
            if let found = known[Self.skeleton(texts)]?.popLast() {
                counterpart = earlier[found]
            } else if let name = texts.first, !Self.hasDigit(name), let found = named[name], found.count == 1 {
                counterpart = earlier[found[0]]
            } else if earlier.count == present.count, earlier[index].count == texts.count {
                counterpart = earlier[index]
            }
            var changes = Self.changes(texts, since: counterpart)
            // Stars between all words of a line would be hard to read: one after it shows that it is new.
            if counterpart == nil, !style.isColored {
                changes = changes.indices.map { $0 == changes.count - 1 }
            }
            marked.append(mark(lines[index], words, changes))
        }
        return (marked + (end.map { [$0] } ?? [])).joined(separator: "\n")
    }

    /// Whether each word has changed.
    private static func changes(_ words: [String], since earlier: [String]?) -> [Bool] {
        guard let earlier else { return words.map { !isRate($0) } }
        var numbers = earlier.filter { hasDigit($0) && !isRate($0) }[...]
        let hasSameShape = earlier.count == words.count
        return words.enumerated().map { index, word in
            if isRate(word) { return false }
            if hasDigit(word) {
                guard let number = numbers.popFirst() else { return true }
                return number != word
            }
            return hasSameShape && !hasDigit(earlier[index]) && earlier[index] != word
        }
    }

    private static func skeleton(_ words: [String]) -> String {
        words.filter { !hasDigit($0) }.joined(separator: " ")
    }

    private static func hasDigit(_ word: String) -> Bool {
        word.utf8.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Whether a word is itself a change: `+12/s`.
    private static func isRate(_ word: String) -> Bool {
        guard word.hasPrefix("+") || word.hasPrefix("-") else { return false }
        return word.hasSuffix("/s")
    }

    // MARK: Words among colours

    private struct Word {
        /// The text without colours.
        var text: String
        /// Its range in the line, with the colours inside it.
        var range: Range<String.Index>
    }

    /// The words of a line. Escape sequences that colour text are not part of any word.
    private static func words(of line: String) -> [Word] {
        var words: [Word] = []
        var text = ""
        var start = line.startIndex
        var end = start
        var index = start
        func close() {
            if !text.isEmpty { words.append(Word(text: text, range: start..<end)) }
            text = ""
        }
        while index < line.endIndex {
            let character = line[index]
            if character == "\u{1B}" {
                let finish = line[index...].firstIndex(of: "m") ?? line.index(before: line.endIndex)
                index = line.index(after: finish)
                continue
            }
            let next = line.index(after: index)
            if character == " " {
                close()
            } else {
                if text.isEmpty { start = index }
                text.append(character)
                end = next
            }
            index = next
        }
        close()
        return words
    }

    private func mark(_ line: String, _ words: [Word], _ changes: [Bool]) -> String {
        guard changes.contains(true) else { return line }
        var marked = ""
        var index = line.startIndex
        for (word, isChanged) in zip(words, changes) where isChanged {
            marked += line[index..<word.range.lowerBound]
            index = word.range.upperBound
            guard !style.isColored else {
                marked += "\u{1B}[7m" + line[word.range] + "\u{1B}[27m"
                continue
            }
            marked += line[word.range] + "*"
            if index < line.endIndex, line[index] == " " { index = line.index(after: index) }
        }
        return marked + line[index...]
    }
}
