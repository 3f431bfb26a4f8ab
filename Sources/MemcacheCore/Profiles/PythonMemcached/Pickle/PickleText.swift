/// The forms that text has in pickles.
///
/// Python's text may contain lone surrogates. It is stored here in UTF-8 with three bytes for each of them, as in a
/// pickle.
enum PickleText {
    /// Whether bytes are UTF-8, with lone surrogates allowed.
    static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        if String(validating: bytes, as: UTF8.self) != nil { return true }
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard let (_, length) = decode(bytes, at: index) else { return false }
            index += length
        }
        return true
    }

    /// The code point at `index` and its length in bytes; nil if the bytes are not UTF-8.
    static func decode(_ bytes: ArraySlice<UInt8>, at index: Int) -> (codePoint: UInt32, length: Int)? {
        let first = bytes[index]
        let length: Int
        switch first {
        case 0x00..<0x80: return (UInt32(first), 1)
        case 0xc2..<0xe0: length = 2
        case 0xe0..<0xf0: length = 3
        case 0xf0..<0xf5: length = 4
        default: return nil
        }
        guard bytes.endIndex - index >= length else { return nil }
        var codePoint = UInt32(first) & (0x7f >> UInt32(length))
        for offset in 1..<length {
            let byte = bytes[index + offset]
            guard byte & 0xc0 == 0x80 else { return nil }
            codePoint = codePoint << 6 | UInt32(byte & 0x3f)
        }
        let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        return codePoint >= smallest && codePoint <= 0x10ffff ? (codePoint, length) : nil
    }

    // MARK: - Latin-1

    /// The text whose characters have the values of some bytes.
    static func fromLatin1(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.allSatisfy({ $0 < 0x80 }) { return bytes }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 2)
        for byte in bytes { text.append(codePoint: UInt32(byte)) }
        return text
    }

    /// The values of a text's characters, or nil if one exceeds a byte.
    static func latin1(_ text: [UInt8]) -> [UInt8]? {
        if text.allSatisfy({ $0 < 0x80 }) { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard let (codePoint, length) = decode(text[...], at: index), codePoint < 256 else { return nil }
            bytes.append(UInt8(truncatingIfNeeded: codePoint))
            index += length
        }
        return bytes
    }

    // MARK: - Protocol 0

    /// Appends a text as the operand of `UNICODE`: Latin-1, with `\u` and `\U` for all other characters, and for those
    /// that would end the line or be taken for an escape.
    static func appendRawUnicodeEscape(_ text: [UInt8], to output: inout [UInt8]) {
        var index = 0
        while index < text.count {
            guard let (codePoint, length) = decode(text[...], at: index) else { return }
            index += length
            switch codePoint {
            case 0x10000...:
                output.append("\\U")
                appendHexadecimal(codePoint, digits: 8, to: &output)
            case 0x100..., 0, 0x0a, 0x0d, 0x1a, 0x5c:
                output.append("\\u")
                appendHexadecimal(codePoint, digits: 4, to: &output)
            default:
                output.append(UInt8(truncatingIfNeeded: codePoint))
            }
        }
    }

    private static func appendHexadecimal(_ value: UInt32, digits: Int, to output: inout [UInt8]) {
        let alphabet: StaticString = "0123456789abcdef"
        for position in (0..<digits).reversed() {
            output.append(alphabet.utf8Start[Int(value >> UInt32(position * 4) & 15)])
        }
    }

    /// The text of a `UNICODE` operand, or nil.
    static func fromRawUnicodeEscape(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        var text: [UInt8] = []
        text.reserveCapacity(line.count)
        var rest = line
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
                text.append(codePoint: UInt32(byte))
                continue
            }
            guard letter == UInt8(ascii: "u") || letter == UInt8(ascii: "U") else {
                // Two backslashes do not begin an escape, and both stay.
                text.append(byte)
                text.append(codePoint: UInt32(letter))
                continue
            }
            let digits = letter == UInt8(ascii: "u") ? 4 : 8
            guard rest.count >= digits, let codePoint = hexadecimal(rest.prefix(digits)), codePoint <= 0x10ffff else {
                return nil
            }
            text.append(codePoint: codePoint)
            rest = rest.dropFirst(digits)
        }
        return text
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        for digit in digits {
            guard let number = Character(Unicode.Scalar(digit)).hexDigitValue, digit < 0x80 else { return nil }
            value = value << 4 | UInt32(number)
        }
        return value
    }

    /// The bytes of a `STRING` operand, which is a Python 2 string literal, or nil.
    static func fromStringLiteral(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        guard line.count >= 2, let quote = line.first, line.last == quote,
            quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(line.count)
        var rest = line.dropFirst().dropLast()
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            guard let letter = rest.popFirst() else { return nil }
            switch letter {
            case UInt8(ascii: "\n"): break
            case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(letter)
            case UInt8(ascii: "a"): bytes.append(7)
            case UInt8(ascii: "b"): bytes.append(8)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "v"): bytes.append(11)
            case UInt8(ascii: "f"): bytes.append(12)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "x"):
                guard rest.count >= 2, let value = hexadecimal(rest.prefix(2)) else { return nil }
                bytes.append(UInt8(truncatingIfNeeded: value))
                rest = rest.dropFirst(2)
            case UInt8(ascii: "0")...UInt8(ascii: "7"):
                var value = Int(letter - UInt8(ascii: "0"))
                for _ in 0..<2 {
                    guard let next = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(next) else { break }
                    value = value << 3 | Int(next - UInt8(ascii: "0"))
                    rest.removeFirst()
                }
                bytes.append(UInt8(truncatingIfNeeded: value))
            default:
                bytes.append(byte)
                bytes.append(letter)
            }
        }
        return bytes
    }
}
