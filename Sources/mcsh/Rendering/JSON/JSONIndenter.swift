import MemcacheCore

/// Formats JSON with line breaks and indentation. Strings and numbers stay as they are written.
enum JSONIndenter {
    /// The lines of an object or an array; nil if the bytes are not well-formed JSON of that kind.
    static func indent(_ bytes: [UInt8]) -> [String]? {
        guard let first = bytes.first(where: { !JSONScanner.isWhitespace($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        var reader = Reader(bytes)
        return try? reader.read()
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
                if isInString || !JSONScanner.isWhitespace(byte) { out.append(byte) }
            }
            index += 1
        }
        return out
    }

    /// Walks through the text once, writing lines as it goes.
    private struct Reader {
        private var scanner: JSONScanner
        private var lines: [String] = []
        private var line = ""

        /// Deeper nesting is not shown as JSON: a person could not read it, and the stack is finite.
        private static let maximumDepth = 64

        init(_ bytes: [UInt8]) { scanner = JSONScanner(bytes) }

        mutating func read() throws(JSONFault) -> [String] {
            try scanner.checkUTF8()
            try value(depth: 0)
            scanner.skipWhitespace()
            guard scanner.next == nil else { throw scanner.fault("there is more after the value") }
            endLine(depth: 0)
            return lines
        }

        private mutating func endLine(depth: Int) {
            if !line.allSatisfy({ $0 == " " }) { lines.append(line) }
            line = String(repeating: "  ", count: depth)
        }

        private mutating func value(depth: Int) throws(JSONFault) {
            guard depth <= Reader.maximumDepth else { throw scanner.fault("it is nested too deeply") }
            if copy("{") {
                try container(closedBy: "}", depth: depth, hasNames: true)
            } else if copy("[") {
                try container(closedBy: "]", depth: depth, hasNames: false)
            } else {
                try scalar()
            }
        }

        private mutating func container(closedBy close: Unicode.Scalar, depth: Int, hasNames: Bool) throws(JSONFault) {
            if copy(close) { return }
            repeat {
                endLine(depth: depth + 1)
                if hasNames { try name() }
                try value(depth: depth + 1)
            } while copy(",")
            endLine(depth: depth)
            guard copy(close) else { throw scanner.fault("expected a comma or \(close)") }
        }

        private mutating func name() throws(JSONFault) {
            scanner.skipWhitespace()
            guard scanner.next == UInt8(ascii: "\"") else { throw scanner.fault("expected a name in double quotes") }
            try scalar()
            guard copy(":") else { throw scanner.fault("expected a colon") }
            line += " "
        }

        /// Copies a value without parts; what is not safe for a terminal is escaped.
        private mutating func scalar() throws(JSONFault) {
            let start = scanner.position
            _ = try scanner.scalar()
            line += SafeJSON.text(Array(scanner.bytes[start..<scanner.position]))
        }

        /// Copies a sign if it is next, and returns whether it was.
        private mutating func copy(_ sign: Unicode.Scalar) -> Bool {
            scanner.skipWhitespace()
            guard scanner.take(UInt8(ascii: sign)) else { return false }
            line.unicodeScalars.append(sign)
            return true
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
