import MemcacheCore

/// Formats JSON with line breaks and indentation. Strings and numbers stay as they are written.
enum JSONIndenter {
    /// The lines of an object or an array; nil if the bytes are not well-formed JSON of that kind.
    static func indent(_ bytes: [UInt8]) -> [String]? {
        guard let first = bytes.first(where: { !isBlank($0) }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        var reader = Reader(bytes: bytes)
        guard reader.value(depth: 0), reader.isAtEnd else { return nil }
        reader.endLine(depth: 0)
        return reader.lines
    }

    /// An object or an array without spaces and line ends between its parts; nil if the bytes are not well-formed JSON
    /// of that kind.
    static func compact(_ bytes: [UInt8]) -> [UInt8]? {
        guard indent(bytes) != nil else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var isInString = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if isInString, byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
                out.append(byte)
                index += 1
                out.append(bytes[index])
            } else {
                if byte == UInt8(ascii: "\"") { isInString.toggle() }
                if isInString || !isBlank(byte) { out.append(byte) }
            }
            index += 1
        }
        return out
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
    }

    /// Walks through the text once, writing lines as it goes.
    private struct Reader {
        let bytes: [UInt8]
        var position = 0
        var lines: [String] = []
        var line = ""

        /// Deeper nesting is not shown as JSON: a person could not read it, and the stack is finite.
        static let maximumDepth = 64

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool {
            mutating get {
                skipBlanks()
                return position == bytes.count
            }
        }

        mutating func endLine(depth: Int) {
            if !line.allSatisfy({ $0 == " " }) { lines.append(line) }
            line = String(repeating: "  ", count: depth)
        }

        mutating func value(depth: Int) -> Bool {
            skipBlanks()
            guard position < bytes.count, depth <= Reader.maximumDepth else { return false }
            switch bytes[position] {
            case UInt8(ascii: "{"): return container(close: UInt8(ascii: "}"), depth: depth, hasNames: true)
            case UInt8(ascii: "["): return container(close: UInt8(ascii: "]"), depth: depth, hasNames: false)
            case UInt8(ascii: "\""): return string()
            default: return word()
            }
        }

        private mutating func container(close: UInt8, depth: Int, hasNames: Bool) -> Bool {
            line += String(Unicode.Scalar(bytes[position]))
            position += 1
            if take(close) {
                line += String(Unicode.Scalar(close))
                return true
            }
            while true {
                endLine(depth: depth + 1)
                if hasNames {
                    skipBlanks()
                    guard position < bytes.count, bytes[position] == UInt8(ascii: "\""), string(),
                        take(UInt8(ascii: ":"))
                    else { return false }
                    line += ": "
                }
                guard value(depth: depth + 1) else { return false }
                if take(UInt8(ascii: ",")) {
                    line += ","
                } else if take(close) {
                    endLine(depth: depth)
                    line += String(Unicode.Scalar(close))
                    return true
                } else {
                    return false
                }
            }
        }

        private mutating func string() -> Bool {
            var end = position + 1
            while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
                if bytes[end] < 0x20 { return false }
                end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
            }
            guard end < bytes.count else { return false }
            return copy(to: end + 1)
        }

        private mutating func word() -> Bool {
            var end = position
            while end < bytes.count, isWordByte(bytes[end]) { end += 1 }
            let text = Array(bytes[position..<end])
            let isLiteral = ["true", "false", "null"].contains { Array($0.utf8) == text }
            guard isLiteral || isNumber(text) else { return false }
            return copy(to: end)
        }

        private func isNumber(_ text: [UInt8]) -> Bool {
            guard let first = text.first, first == UInt8(ascii: "-") || (48...57).contains(first) else { return false }
            return Double(String(decoding: text, as: UTF8.self)) != nil
        }

        private func isWordByte(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (97...122).contains(byte) || (65...90).contains(byte)
                || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }

        /// Copies what is not well-formed UTF-8, or not safe for a terminal, escaped.
        private mutating func copy(to end: Int) -> Bool {
            let text = Array(bytes[position..<end])
            guard JSONText.isUTF8(text.span) else { return false }
            line += SafeJSON.text(text)
            position = end
            return true
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            skipBlanks()
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        private mutating func skipBlanks() {
            while position < bytes.count, JSONIndenter.isBlank(bytes[position]) { position += 1 }
        }
    }

    /// The backslashes of JSON's own escapes stay single; what is unsafe for a terminal is escaped.
    private enum SafeJSON {
        static func text(_ bytes: [UInt8]) -> String {
            bytes.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false)
                .map { EscapedText.string(Array($0)) }
                .joined(separator: "\\")
        }
    }
}
