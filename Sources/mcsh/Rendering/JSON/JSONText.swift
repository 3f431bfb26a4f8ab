import MemcacheCore

/// Writes JSON as text, directly into bytes.
enum JSONText {
    /// Appends a string of bytes that are known to be UTF-8, in quotes.
    static func append(string bytes: Span<UInt8>, to out: inout [UInt8]) {
        out.append("\"")
        // Bytes of a character that was written as an escape.
        var rest = 0
        for index in bytes.indices {
            guard rest == 0 else {
                rest -= 1
                continue
            }
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""): out.append("\\\"")
            case UInt8(ascii: "\\"): out.append("\\\\")
            case 0x0a: out.append("\\n")
            case 0x0d: out.append("\\r")
            case 0x09: out.append("\\t")
            case 0..<0x20, 0x7f: JSONEscape.append(unit: UInt32(byte), to: &out)
            case 0x80...:
                if let (scalar, length) = EscapedText.decodeScalar(bytes, at: index), JSONEscape.isNeeded(for: scalar) {
                    JSONEscape.append(scalar.value, to: &out)
                    rest = length - 1
                } else {
                    out.append(byte)
                }
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

    /// Appends `"name":` and a number or a text; `"name_b64":"…"` for a value that is not UTF-8. The name must be
    /// UTF-8.
    static func append(name: [UInt8], numberOrText value: [UInt8], to out: inout [UInt8]) {
        if isUTF8(value.span) {
            append(string: name.span, to: &out)
            out.append(":")
            append(numberOrString: value, to: &out)
        } else {
            append(string: (name + Array("_b64".utf8)).span, to: &out)
            out.append(":\"")
            out.append(contentsOf: Base64.encode(value))
            out.append("\"")
        }
    }

    /// Appends the members of an object for names and values that a server sends. A value that cannot be a member of
    /// its own, because its name is already taken or is not UTF-8, goes into a list of objects with `name` and `value`.
    ///
    /// - Parameters:
    ///   - taken: The other members of the object, before and after these.
    ///   - list: The name of that list, which is omitted if it is empty.
    static func append(
        members: [(name: [UInt8], value: [UInt8])], taken: [String] = [], list: String, to out: inout [UInt8]
    ) {
        var names = Set((taken + [list]).map { Array($0.utf8) })
        var others: [(name: [UInt8], value: [UInt8])] = []
        var isFirst = taken.isEmpty
        for member in members {
            let name = isUTF8(member.value.span) ? member.name : member.name + Array("_b64".utf8)
            guard isUTF8(name.span), names.insert(name).inserted else {
                others.append(member)
                continue
            }
            if !isFirst { out.append(",") }
            isFirst = false
            append(name: member.name, numberOrText: member.value, to: &out)
        }
        guard !others.isEmpty else { return }
        if !isFirst { out.append(",") }
        append(string: list, to: &out)
        out.append(":[")
        for (index, member) in others.enumerated() {
            out.append(index > 0 ? ",{" : "{")
            append("name", bytes: member.name.span, to: &out)
            out.append(",")
            append(name: Array("value".utf8), numberOrText: member.value, to: &out)
            out.append("}")
        }
        out.append("]")
    }

    /// Appends the bytes unchanged if they are a number in JSON, and as a string otherwise.
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

    /// Whether bytes are a JSON number: `0`, `12`, `-1`, `1.25`; not `007`, `1.`, `+1`.
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
