import MemcacheCore

/// The characters of a TOML text: spaces, names, strings, numbers.
struct TOMLScanner {
    typealias Fault = TOMLReader.Fault

    private let bytes: [UInt8]
    /// The index of the current byte.
    var index = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { index = 3 }
    }

    /// The current byte; nil at the end.
    var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// An error at the current byte.
    func fault(_ message: String) -> Fault { Fault(message: message, offset: index) }

    /// Consumes a character if it is next.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    /// Rejects what a text must not contain anywhere: bytes that are not UTF-8, and control characters.
    func checkCharacters() throws(Fault) {
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte < 0x80 {
                let isLineEnd = byte == 0x0a || (byte == 0x0d && offset + 1 < bytes.count && bytes[offset + 1] == 0x0a)
                guard byte >= 0x20 && byte != 0x7f || byte == 0x09 || isLineEnd else {
                    throw Fault(
                        message: "the control character \(EscapedText.string([byte])) is not valid here", offset: offset
                    )
                }
                offset += 1
            } else if let (_, length) = EscapedText.decodeScalar(bytes.span, at: offset) {
                offset += length
            } else {
                throw Fault(message: "this is not UTF-8", offset: offset)
            }
        }
    }

    // MARK: Spaces

    mutating func skipSpaces() {
        while next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") { index += 1 }
    }

    /// Skips spaces, comments and ends of lines.
    mutating func skipSpace() throws(Fault) {
        while true {
            skipSpaces()
            if next == UInt8(ascii: "#") {
                while let byte = next, byte != UInt8(ascii: "\n") { index += 1 }
            }
            guard next == UInt8(ascii: "\n") || next == UInt8(ascii: "\r") else { return }
            index += 1
        }
    }

    /// Consumes the rest of a line, which may only be a comment.
    mutating func endLine() throws(Fault) {
        skipSpaces()
        guard let byte = next, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") else { return }
        guard byte == UInt8(ascii: "#") else { throw fault("the line should end here") }
        while let byte = next, byte != UInt8(ascii: "\n") { index += 1 }
    }

    // MARK: Words

    /// Reads one name of a key.
    mutating func readName() throws(Fault) -> String {
        if next == UInt8(ascii: "\"") || next == UInt8(ascii: "'") { return try readText(mayHaveLines: false) }
        let start = index
        while let byte = next, TOMLScanner.isWord(byte) { index += 1 }
        guard index > start else { throw fault("a name is missing here") }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Reads a value that is one word: a number, `true`, `false`, a date.
    mutating func readScalar() throws(Fault) -> TOMLDocument.Node {
        let start = index
        while let byte = next, TOMLScanner.isWord(byte) || "+.:".utf8.contains(byte) { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        switch word {
        case "": throw fault("a value is missing here")
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "inf", "+inf": return .number(.infinity)
        case "-inf": return .number(-.infinity)
        case "nan", "+nan", "-nan": return .number(.nan)
        default: break
        }
        if TOMLScanner.isTime(Array(word.utf8)) { return .time }
        switch TOMLScanner.number(word) {
        case .integer(let value?): return .integer(value)
        case .integer(nil): throw Fault(message: "the number is too large", offset: start)
        case .fraction(let value): return .number(value)
        case nil: throw Fault(message: "this is not a value; write a string in double quotes", offset: start)
        }
    }

    private enum Number {
        /// Nil is a number that is out of range.
        case integer(Int?)
        case fraction(Double)
    }

    private static func isTime(_ word: [UInt8]) -> Bool {
        guard word.count >= 5, word.allSatisfy({ (48...57).contains($0) || "-+:.TtZz".utf8.contains($0) }) else {
            return false
        }
        return word[2] == UInt8(ascii: ":")
            || word.count >= 10 && word[4] == UInt8(ascii: "-") && word[7] == UInt8(ascii: "-")
    }

    private static func number(_ word: String) -> Number? {
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where word.hasPrefix(prefix) {
            let digits = word.dropFirst(2)
            return isDigits(digits, radix: radix) ? .integer(Int(digits.filter { $0 != "_" }, radix: radix)) : nil
        }
        let unsigned = word.hasPrefix("+") || word.hasPrefix("-") ? word.dropFirst() : word[...]
        let parts = unsigned.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard mantissa.allSatisfy({ isDigits($0, radix: 10) }), mantissa[0] == "0" || !mantissa[0].hasPrefix("0") else {
            return nil
        }
        let digits = word.filter { $0 != "_" }
        if parts.count == 1, mantissa.count == 1 { return .integer(Int(digits)) }
        if parts.count == 2 {
            let exponent = parts[1]
            let isSigned = exponent.hasPrefix("+") || exponent.hasPrefix("-")
            guard isDigits(isSigned ? exponent.dropFirst() : exponent, radix: 10) else { return nil }
        }
        return Double(digits).map { .fraction($0) }
    }

    /// Whether a text is digits, with single `_` between some of them.
    private static func isDigits(_ text: Substring, radix: Int) -> Bool {
        text.split(separator: "_", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.hexDigitValue ?? radix) < radix }
        }
    }

    // MARK: Strings

    /// Reads a string of any of the four kinds.
    mutating func readText(mayHaveLines: Bool) throws(Fault) -> String {
        guard let quote = next else { throw fault("a string is missing here") }
        let start = index
        let isLong = mayHaveLines && count(of: quote) >= 3
        index += isLong ? 3 : 1
        if isLong {
            if next == UInt8(ascii: "\r") { index += 1 }
            if next == UInt8(ascii: "\n") { index += 1 }
        }
        var text: [UInt8] = []
        while let byte = next {
            if byte == quote {
                let quotes = isLong ? min(count(of: quote), 5) : 3
                if quotes >= 3 {
                    // Up to two quotes before the three that end a text belong to it.
                    for _ in 3..<max(quotes, 3) { text.append(quote) }
                    index += isLong ? quotes : 1
                    return String(decoding: text, as: UTF8.self)
                }
            } else if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r"), !isLong {
                break
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                try readEscape(to: &text, mayEndLine: isLong)
                continue
            }
            text.append(byte)
            index += 1
        }
        throw Fault(message: "the string that begins here is not closed", offset: start)
    }

    /// The number of times a byte is repeated here.
    private func count(of byte: UInt8) -> Int { bytes[index...].prefix(5).prefix { $0 == byte }.count }

    private mutating func readEscape(to text: inout [UInt8], mayEndLine: Bool) throws(Fault) {
        let start = index
        index += 1
        let letter = next ?? 0
        index = min(index + 1, bytes.count)
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let digits = String(decoding: bytes[index...].prefix(letter == UInt8(ascii: "u") ? 4 : 8), as: UTF8.self)
            guard digits.utf8.count == (letter == UInt8(ascii: "u") ? 4 : 8), digits.allSatisfy(\.isHexDigit),
                let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
            else { throw Fault(message: "this is not the number of a character", offset: start) }
            // Names of files end at a NUL, and no key contains one.
            guard scalar != "\0" else { throw Fault(message: "a NUL is not valid here", offset: start) }
            text.append(contentsOf: String(scalar).utf8)
            index += digits.utf8.count
        default:
            index = start + 1
            skipSpaces()
            guard mayEndLine, next == UInt8(ascii: "\n") || next == UInt8(ascii: "\r") else {
                throw Fault(message: "there is no such escape; a backslash is written \\\\", offset: start)
            }
            while let byte = next, " \t\r\n".utf8.contains(byte) { index += 1 }
        }
    }
}
