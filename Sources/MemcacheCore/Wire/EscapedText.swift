/// Arbitrary bytes as text that is safe to display and that the shell reads back as the same bytes.
///
/// Valid UTF-8 stays readable. Control characters, the backslash, C1 controls, characters that change the direction or
/// the width of what follows, and bytes that are not UTF-8 are written as escapes: `\n`, `\e`, `\x9b`, `\u{202e}`. So
/// are invisible characters, characters that look like a space, and combining marks without a letter or in large
/// numbers, unless the text is for programs.
package enum EscapedText {
    /// Appends the escaped form of some bytes.
    ///
    /// - Parameters:
    ///   - quote: A quotation mark to escape as well, for text that goes between such marks.
    ///   - keepsBackslashes: Leaves `\` as it is, for text that is only displayed.
    ///   - keepsLookAlikes: Leaves invisible characters and those that look like a space as they are, for text that
    ///     programs read.
    package static func append(
        _ bytes: Span<UInt8>, to text: inout [UInt8], quote: UInt8? = nil, keepsBackslashes: Bool = false,
        keepsLookAlikes: Bool = false
    ) {
        var index = 0
        // The preceding character, which carries the marks, and how many marks it has so far.
        var base: Unicode.Scalar?
        var marks = 0
        while index < bytes.count {
            let start = index
            while index < bytes.count {
                let byte = bytes[index]
                guard byte >= 0x20, byte < 0x7f, byte != quote, byte != UInt8(ascii: "\\") || keepsBackslashes else {
                    break
                }
                index += 1
            }
            if index > start {
                text.append(bytes, start..<index)
                (base, marks) = (Unicode.Scalar(bytes[index - 1]), 0)
                continue
            }
            let byte = bytes[index]
            if byte < 0x80 {
                appendEscape(of: byte, to: &text)
                index += 1
                (base, marks) = (nil, 0)
            } else if let (scalar, length) = decodeScalar(bytes, at: index) {
                let isMark = !keepsLookAlikes && isMark(scalar)
                if isMark { marks += 1 } else { marks = 0 }
                let isShown =
                    isSafe(scalar)
                    && (keepsLookAlikes
                        || (isMark ? isVisible(mark: scalar, number: marks, on: base) : isVisible(scalar)))
                if !isMark { base = isShown ? scalar : nil }
                if isShown {
                    text.append(bytes, index..<index + length)
                } else {
                    text.append("\\u{")
                    text.append(contentsOf: String(scalar.value, radix: 16).utf8)
                    text.append(UInt8(ascii: "}"))
                }
                index += length
            } else {
                appendHexadecimal(byte, to: &text)
                index += 1
                (base, marks) = (nil, 0)
            }
        }
    }

    /// Returns the escaped form of some bytes.
    package static func string(
        _ bytes: [UInt8], quote: UInt8? = nil, keepsBackslashes: Bool = false
    ) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + 8)
        append(bytes.span, to: &text, quote: quote, keepsBackslashes: keepsBackslashes)
        return String(decoding: text, as: UTF8.self)
    }

    /// Returns a message whose parts may come from anywhere, escaped except for its newlines and backslashes: it may
    /// quote names of servers and values of options as they were given.
    package static func message(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { string(Array($0.utf8), keepsBackslashes: true) }
            .joined(separator: "\n")
    }

    private static func appendEscape(of byte: UInt8, to text: inout [UInt8]) {
        let letter: UInt8
        switch byte {
        case 0x00: letter = UInt8(ascii: "0")
        case 0x07: letter = UInt8(ascii: "a")
        case 0x08: letter = UInt8(ascii: "b")
        case 0x09: letter = UInt8(ascii: "t")
        case 0x0a: letter = UInt8(ascii: "n")
        case 0x0d: letter = UInt8(ascii: "r")
        case 0x1b: letter = UInt8(ascii: "e")
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): letter = byte
        default:
            appendHexadecimal(byte, to: &text)
            return
        }
        text.append(UInt8(ascii: "\\"))
        text.append(letter)
    }

    private static func appendHexadecimal(_ byte: UInt8, to text: inout [UInt8]) {
        let digits: StaticString = "0123456789abcdef"
        text.append("\\x")
        text.append(digits.utf8Start[Int(byte >> 4)])
        text.append(digits.utf8Start[Int(byte & 15)])
    }

    /// The scalar that starts at `index` and its length in bytes, or nil if the bytes are not well-formed UTF-8.
    package static func decodeScalar(_ bytes: Span<UInt8>, at index: Int) -> (Unicode.Scalar, length: Int)? {
        let first = bytes[index]
        let length: Int
        switch first {
        case 0x00..<0x80: return (Unicode.Scalar(first), 1)
        case 0xc2..<0xe0: length = 2
        case 0xe0..<0xf0: length = 3
        case 0xf0..<0xf5: length = 4
        default: return nil
        }
        guard index + length <= bytes.count else { return nil }
        var value = UInt32(first) & (0x7f >> UInt32(length))
        for offset in 1..<length {
            let byte = bytes[index + offset]
            guard byte & 0xc0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3f)
        }
        let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard value >= smallest, let scalar = Unicode.Scalar(value) else { return nil }
        return (scalar, length)
    }

    /// The maximum number of marks on one letter in real text.
    private static let maximumMarks = 4

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: false
        }
    }

    /// Whether a mark is visible: it is on a letter that does not have too many. A variation selector belongs after a
    /// character that has an emoji form.
    private static func isVisible(mark: Unicode.Scalar, number: Int, on base: Unicode.Scalar?) -> Bool {
        guard let base, base != " ", number <= maximumMarks else { return false }
        if mark.value == 0xfe0e || mark.value == 0xfe0f {
            return number == 1 && base.properties.isEmoji && base.value > 0x7f
        }
        return !mark.properties.isDefaultIgnorableCodePoint
    }

    /// Whether a character is visible and does not look like a space.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .spaceSeparator {
            return false
        }
        // The empty Braille pattern, and the musical symbol for a note without a head.
        return scalar.value != 0x2800 && scalar.value != 0x1d159
    }

    /// Whether a terminal displays a character as itself, without side effects.
    package static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate: false
        default: true
        }
    }
}
