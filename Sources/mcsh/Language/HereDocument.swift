import MemcacheCore

/// A value in the lines after its command, up to a tag.
enum HereDocument {
    /// The tag of a line with `<< TAG`, whatever else is wrong with the line: the lines that follow it are a value in
    /// any case, and never commands.
    ///
    /// - Returns: nil for a line without an unquoted `<<` and a word after it, and for one where it belongs to the
    ///   calling shell's own command, after `|`.
    static func tag(of line: Span<UInt8>) -> [UInt8]? {
        guard mayHaveTag(line) else { return nil }
        var index = 0
        var isFirst = true
        while let word = nextWord(of: line, from: index) {
            if isFirst, line[word.lowerBound] == UInt8(ascii: "#") { return nil }
            isFirst = false
            index = word.upperBound
            if line.equals("|", in: word) { return nil }
            if line.equals("<<", in: word) {
                return nextWord(of: line, from: index).flatMap { decoded(line.copy($0)) }
            }
            if let tag = gluedTag(line, word) { return tag }
        }
        return nil
    }

    /// Whether `<<` is in the line at all, which rules out most lines.
    private static func mayHaveTag(_ line: Span<UInt8>) -> Bool {
        var index = 0
        while let found = line.firstIndex(of: UInt8(ascii: "<"), from: index) {
            if found + 1 < line.count, line[found + 1] == UInt8(ascii: "<") { return true }
            index = found + 1
        }
        return false
    }

    /// The range of the next word, quotes included; nil if there is none, or its quote is open. What the tokenizer
    /// rejects, an unknown escape or text directly after a quote, is skipped.
    private static func nextWord(of line: Span<UInt8>, from start: Int) -> Range<Int>? {
        var index = start
        while index < line.count, isSpace(line[index]) { index += 1 }
        guard index < line.count else { return nil }
        let first = index
        let quote = line[index]
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            index += 1
            while index < line.count, line[index] != quote {
                index += quote == UInt8(ascii: "\"") && line[index] == UInt8(ascii: "\\") ? 2 : 1
            }
            guard index < line.count else { return nil }
            index += 1
        }
        while index < line.count, !isSpace(line[index]) { index += 1 }
        return first..<index
    }

    /// The tag of `<<TAG`, `<<-TAG` and `<<'TAG'`, if the tag is letters, digits and `_`. Such a line is rejected, but
    /// the lines that follow were meant as its value.
    private static func gluedTag(_ line: Span<UInt8>, _ word: Range<Int>) -> [UInt8]? {
        guard line.starts(with: "<<", in: word), word.count > 2 else { return nil }
        var tag = line.copy(word.lowerBound + 2..<word.upperBound)
        if tag.first == UInt8(ascii: "-") { tag.removeFirst() }
        if let quote = tag.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), tag.count > 2,
            tag.last == quote
        {
            tag = Array(tag[1..<tag.count - 1])
        }
        let isName = tag.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 0x5f
        }
        return isName && !tag.isEmpty ? tag : nil
    }

    /// The bytes that a word in the source spells.
    private static func decoded(_ source: [UInt8]) -> [UInt8]? {
        guard source.first == UInt8(ascii: "\"") || source.first == UInt8(ascii: "'") else { return source }
        var tokenizer = Tokenizer()
        guard (try? tokenizer.tokenize(source.span)) != nil, let word = tokenizer.words.first else { return nil }
        return Array(tokenizer.isDecoded ? tokenizer.decoded[word.range] : source[word.range])
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}
