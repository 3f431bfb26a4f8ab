/// What is wrong with a JSON text, and where.
package struct JSONFault: Error, Hashable, Sendable {
    /// What is wrong, as a sentence without a full stop.
    package var message: String
    /// The position of the offending byte, counted from 0.
    package var position: Int
}

/// Reads the parts of a JSON text one after another.
///
/// It knows the grammar of strings, numbers and literals. Arrays and objects are nested by its user, who decides what
/// depth costs.
package struct JSONScanner {
    /// A value without parts.
    package enum Scalar {
        /// The text without escapes. A surrogate without its other half is encoded like any code point.
        case string([UInt8])
        case boolean(Bool)
        case null
        /// The position of the number's text. An integer has neither a fraction nor an exponent.
        case number(Range<Int>, isInteger: Bool)
    }

    /// The text.
    package let bytes: [UInt8]
    /// The position of the next byte.
    package private(set) var position = 0

    /// Prepares to read a text from its beginning.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next byte; nil at the end.
    package var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// A fault at the current position.
    package func fault(_ message: String) -> JSONFault { JSONFault(message: message, position: position) }

    /// Checks that the text is UTF-8.
    package func checkUTF8() throws(JSONFault) {
        if String(validating: bytes, as: UTF8.self) != nil { return }
        let span = bytes.span
        var index = 0
        while index < span.count, let (_, length) = EscapedText.decodeScalar(span, at: index) { index += length }
        throw JSONFault(message: "JSON is UTF-8, and this byte is not", position: index)
    }

    /// Whether a byte may separate the parts of a JSON text: a space, a tab or a line end.
    package static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
    }

    /// Skips spaces, tabs and line ends.
    package mutating func skipWhitespace() {
        while let byte = next, Self.isWhitespace(byte) { position += 1 }
    }

    /// Skips a byte if it is the next one, and returns whether it was.
    package mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func take(_ word: StaticString) -> Bool {
        guard bytes.span.starts(with: word, in: position..<bytes.count) else { return false }
        position += word.utf8CodeUnitCount
        return true
    }

    /// Reads a value that is neither an array nor an object.
    package mutating func scalar() throws(JSONFault) -> Scalar {
        switch next {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t") where take("true"): return .boolean(true)
        case UInt8(ascii: "f") where take("false"): return .boolean(false)
        case UInt8(ascii: "n") where take("null"): return .null
        case nil: throw fault("a value is missing")
        case let byte? where byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") <= 9: return try number()
        default: throw fault("expected a JSON value")
        }
    }

    // MARK: - Strings

    /// Reads a string. Its first quotation mark is at the current position.
    package mutating func string() throws(JSONFault) -> [UInt8] {
        let start = position
        position += 1
        var text: [UInt8] = []
        var copied = position
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                text += bytes[copied..<position]
                position += 1
                return text
            case UInt8(ascii: "\\"):
                text += bytes[copied..<position]
                try escape(&text)
                copied = position
            case 0..<0x20: throw fault("a control character has to be escaped in JSON")
            default: position += 1
            }
        }
        throw JSONFault(message: "the string has no end", position: start)
    }

    private mutating func escape(_ text: inout [UInt8]) throws(JSONFault) {
        let start = position
        position += 2
        guard position <= bytes.count else { throw JSONFault(message: "the string has no end", position: start) }
        switch bytes[position - 1] {
        case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard var unit = codeUnit(at: position) else { fallthrough }
            position += 4
            if (0xd800..<0xdc00).contains(unit), next == UInt8(ascii: "\\"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "u"), let low = codeUnit(at: position + 2),
                (0xdc00..<0xe000).contains(low)
            {
                unit = 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
                position += 6
            }
            text.append(codePoint: unit)
        default:
            throw JSONFault(message: "JSON has no such escape", position: start)
        }
    }

    private func codeUnit(at start: Int) -> UInt32? {
        guard start + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[start..<start + 4] {
            guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    // MARK: - Numbers

    private mutating func number() throws(JSONFault) -> Scalar {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let hasLeadingZero = next == UInt8(ascii: "0")
        let whole = skipDigits()
        var isWellFormed = whole == 1 || whole > 1 && !hasLeadingZero
        var isInteger = true
        if next == UInt8(ascii: ".") {
            position += 1
            isInteger = false
            isWellFormed = skipDigits() > 0 && isWellFormed
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            isInteger = false
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            isWellFormed = skipDigits() > 0 && isWellFormed
        }
        guard isWellFormed else { throw JSONFault(message: "this is not a JSON number", position: start) }
        return .number(start..<position, isInteger: isInteger)
    }

    /// Skips digits, and returns how many there were.
    private mutating func skipDigits() -> Int {
        let start = position
        while let byte = next, byte &- UInt8(ascii: "0") <= 9 { position += 1 }
        return position - start
    }
}
