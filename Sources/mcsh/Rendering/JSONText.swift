import MemcacheCore

/// JSON as text, written straight into bytes.
enum JSONText {
    /// Appends a string of bytes that are known to be UTF-8, in quotes.
    static func append(string bytes: Span<UInt8>, to out: inout [UInt8]) {
        out.append("\"")
        for index in bytes.indices {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""): out.append("\\\"")
            case UInt8(ascii: "\\"): out.append("\\\\")
            case 0x0a: out.append("\\n")
            case 0x0d: out.append("\\r")
            case 0x09: out.append("\\t")
            case 0..<0x20, 0x7f:
                let digits: StaticString = "0123456789abcdef"
                out.append("\\u00")
                out.append(digits.utf8Start[Int(byte >> 4)])
                out.append(digits.utf8Start[Int(byte & 15)])
            default: out.append(byte)
            }
        }
        out.append("\"")
    }

    /// Appends a string in quotes.
    static func append(string text: String, to out: inout [UInt8]) {
        append(string: Array(text.utf8).span, to: &out)
    }

    /// Appends `"name":"text"` for bytes that are UTF-8, and `"name_b64":"…"` for others.
    static func append(_ name: StaticString, bytes: Span<UInt8>, to out: inout [UInt8]) {
        out.append("\"")
        out.append(name)
        if isUTF8(bytes) {
            out.append("\":")
            append(string: bytes, to: &out)
        } else {
            out.append("_b64\":\"")
            out.append(contentsOf: Base64.encode(bytes.copy(0..<bytes.count)))
            out.append("\"")
        }
    }

    /// Appends a number as it is where the bytes are one in JSON, and a string otherwise.
    static func append(numberOrString bytes: [UInt8], to out: inout [UInt8]) {
        if isNumber(bytes) {
            out.append(contentsOf: bytes)
        } else if isUTF8(bytes.span) {
            append(string: bytes.span, to: &out)
        } else {
            append(string: EscapedText.string(bytes), to: &out)
        }
    }

    /// Appends microseconds as seconds.
    static func append(seconds microseconds: UInt64, to out: inout [UInt8]) {
        ASCIINumber.append(microseconds / 1_000_000, to: &out)
        let fraction = String(microseconds % 1_000_000)
        out.append(contentsOf: Array(("." + String(repeating: "0", count: 6 - fraction.count) + fraction).utf8))
    }

    static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        while index < bytes.count {
            if bytes[index] < 0x80 {
                index += 1
            } else if let (_, length) = EscapedText.decodeScalar(bytes, at: index) {
                index += length
            } else {
                return false
            }
        }
        return true
    }

    /// Whether bytes are a number of JSON: `0`, `12`, `-1`, `1.25`; not `007`, `1.`, `+1`.
    static func isNumber(_ bytes: [UInt8]) -> Bool {
        var digits = bytes[...]
        if digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
        let parts = digits.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0"),
            parts.allSatisfy({ part in !part.isEmpty && part.allSatisfy { $0 >= 48 && $0 <= 57 } })
        else { return false }
        return bytes.count <= 40
    }
}
