import MemcacheCore

/// Splits a line into its words. After an unquoted word `|` the rest of the line is one word, unchanged.
///
/// The words of a line without escapes point into the line itself; nothing is copied. If a `"…"` word has escapes, the
/// line is copied before the decoded words, so that all words of a line point into one place: ``decoded`` if
/// ``isDecoded`` is set. One tokenizer serves many lines and reuses its storage.
struct Tokenizer: ~Copyable {
    /// The words of the last line.
    private(set) var words: [Word] = []
    /// The line, followed by its decoded words.
    private(set) var decoded: [UInt8] = []
    /// Whether the words point into ``decoded`` and not into the line.
    private(set) var isDecoded = false

    /// What the end of a line means for a word that is not closed.
    enum Ending {
        /// The line is complete.
        case complete
        /// A quote is open: at a prompt, more lines will be read.
        case openQuote(at: Int)
    }

    init() {}

    /// Splits a line. An open quote is an error, with the code of ``Diagnostic``.
    mutating func tokenize(_ line: Span<UInt8>) throws(Diagnostic) {
        if case .openQuote(let position) = try scan(line) {
            let mark = line[position] == UInt8(ascii: "\"") ? "\"" : "'"
            throw Diagnostic(
                "the quote \(mark) is not closed", at: position..<line.count,
                suggestion:
                    "write \(mark) at the end of the word, or quote the quote: \(mark == "'" ? "\"'\"" : "'\"'")")
        }
    }

    /// Splits a line, and returns whether it is complete.
    mutating func scan(_ line: Span<UInt8>) throws(Diagnostic) -> Ending {
        while words.popLast() != nil {}
        isDecoded = false
        var index = 0
        let end = line.count
        while true {
            while index < end, isSpace(line[index]) { index += 1 }
            guard index < end else { return .complete }
            let start = index
            switch line[index] {
            case UInt8(ascii: "#") where words.isEmpty:
                return .complete
            case UInt8(ascii: "'"):
                guard let close = line.firstIndex(of: UInt8(ascii: "'"), from: index + 1) else {
                    return .openQuote(at: start)
                }
                words.append(Word(range: index + 1..<close, source: start..<close + 1, isQuoted: true))
                index = close + 1
                try requireSpace(line, at: index, closing: start)
            case UInt8(ascii: "\""):
                guard let close = try quoted(line, from: start) else { return .openQuote(at: start) }
                index = close + 1
                try requireSpace(line, at: index, closing: start)
            default:
                index = endOfWord(line, from: index)
                words.append(Word(range: start..<index, source: start..<index))
                if line.equals("|", in: start..<index) {
                    takeRest(line, from: index)
                    return .complete
                }
            }
        }
    }

    /// Takes the text after `|` as one word, unchanged: it is written in the calling shell's language.
    private mutating func takeRest(_ line: Span<UInt8>, from index: Int) {
        var start = index
        var end = line.count
        while start < end, isSpace(line[start]) { start += 1 }
        while end > start, isSpace(line[end - 1]) { end -= 1 }
        guard start < end else { return }
        words.append(Word(range: start..<end, source: start..<end, isQuoted: true))
    }

    /// Takes words unchanged, from the arguments of a program.
    mutating func take(_ arguments: [[UInt8]]) {
        words.removeAll(keepingCapacity: true)
        decoded.removeAll(keepingCapacity: true)
        isDecoded = true
        for argument in arguments {
            if !decoded.isEmpty { decoded.append(UInt8(ascii: " ")) }
            let start = decoded.count
            decoded.append(contentsOf: argument)
            words.append(Word(range: start..<decoded.count, source: start..<decoded.count))
        }
    }

    /// Reads a `"…"` word; nil if it is not closed.
    private mutating func quoted(_ line: Span<UInt8>, from start: Int) throws(Diagnostic) -> Int? {
        var index = start + 1
        while index < line.count, line[index] != UInt8(ascii: "\""), line[index] != UInt8(ascii: "\\") { index += 1 }
        guard index < line.count else { return nil }
        if line[index] == UInt8(ascii: "\"") {
            words.append(Word(range: start + 1..<index, source: start..<index + 1, isQuoted: true))
            return index
        }
        beginDecoding(line)
        let first = decoded.count
        decoded.append(line, start + 1..<index)
        while index < line.count {
            switch line[index] {
            case UInt8(ascii: "\""):
                words.append(Word(range: first..<decoded.count, source: start..<index + 1, isQuoted: true))
                return index
            case UInt8(ascii: "\\"):
                guard index + 1 < line.count else { return nil }
                index = try escape(line, at: index)
            default:
                decoded.append(line[index])
                index += 1
            }
        }
        return nil
    }

    private mutating func beginDecoding(_ line: Span<UInt8>) {
        guard !isDecoded else { return }
        isDecoded = true
        decoded.removeAll(keepingCapacity: true)
        decoded.append(line)
    }

    /// Decodes the escape at `index`, and returns the position after it.
    private mutating func escape(_ line: Span<UInt8>, at index: Int) throws(Diagnostic) -> Int {
        let letter = line[index + 1]
        switch letter {
        case UInt8(ascii: "n"): decoded.append(0x0a)
        case UInt8(ascii: "r"): decoded.append(0x0d)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "0"): decoded.append(0x00)
        case UInt8(ascii: "a"): decoded.append(0x07)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "e"): decoded.append(0x1b)
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): decoded.append(letter)
        case UInt8(ascii: "x"): return try hexadecimalByte(line, at: index)
        case UInt8(ascii: "u"): return try unicodeScalar(line, at: index)
        default:
            throw Diagnostic(
                "\\\(EscapedText.string([letter])) is not an escape", at: index..<index + 2,
                suggestion: "write \\\\ for a backslash; there are \\n \\r \\t \\0 \\a \\b \\e \\\" \\xHH and \\u{H…}")
        }
        return index + 2
    }

    private mutating func hexadecimalByte(_ line: Span<UInt8>, at index: Int) throws(Diagnostic) -> Int {
        guard index + 3 < line.count, let high = hexadecimalDigit(line[index + 2]),
            let low = hexadecimalDigit(line[index + 3])
        else {
            throw Diagnostic(
                "\\x needs two hexadecimal digits", at: index..<min(index + 4, line.count),
                suggestion: "write for example \\x0a")
        }
        decoded.append(high << 4 | low)
        return index + 4
    }

    private mutating func unicodeScalar(_ line: Span<UInt8>, at index: Int) throws(Diagnostic) -> Int {
        var position = index + 2
        var value: UInt32 = 0
        var digits = 0
        if position < line.count, line[position] == UInt8(ascii: "{") {
            position += 1
            while position < line.count, digits < 7, let digit = hexadecimalDigit(line[position]) {
                value = value << 4 | UInt32(digit)
                digits += 1
                position += 1
            }
            if (1...6).contains(digits), position < line.count, line[position] == UInt8(ascii: "}"),
                let scalar = Unicode.Scalar(value)
            {
                decoded.append(contentsOf: Array(String(Character(scalar)).utf8))
                return position + 1
            }
        }
        throw Diagnostic(
            "\\u needs the number of a character in braces", at: index..<min(max(position, index + 2), line.count),
            suggestion: "write for example \\u{e9}")
    }

    private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The position of the next space, or the end of the line.
    private func endOfWord(_ line: Span<UInt8>, from start: Int) -> Int {
        line.withUnsafeBytes { bytes in
            bytes[start...].firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } ?? bytes.count
        }
    }

    private func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    private func requireSpace(_ line: Span<UInt8>, at index: Int, closing start: Int) throws(Diagnostic) {
        guard index < line.count, !isSpace(line[index]) else { return }
        throw Diagnostic(
            "a closing quote ends the word, but more follows it", at: index..<index + 1,
            suggestion: "write a space here, or escape the quote inside the word: \\\"")
    }
}
