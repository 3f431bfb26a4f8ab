#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Bytes as tests write and compare them: from a string literal or from a list of bytes, shown escaped when a test fails.
package struct ByteString: Hashable, Sendable {
    package var bytes: [UInt8]

    package init() {
        bytes = []
    }

    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    package init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The bytes as UTF-8, with invalid ones replaced.
    package var text: String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// The lines, without the line feeds that end them.
    package var lines: [ByteString] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { ByteString($0) }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    package func hasPrefix(_ prefix: ByteString) -> Bool {
        bytes.prefix(prefix.count) == prefix.bytes[...]
    }

    package func hasSuffix(_ suffix: ByteString) -> Bool {
        bytes.suffix(suffix.count) == suffix.bytes[...]
    }

    package func contains(_ part: ByteString) -> Bool {
        guard let first = part.bytes.first else { return true }
        guard part.count <= count else { return false }
        return (0...(count - part.count)).contains { start in
            bytes[start] == first && bytes[start..<(start + part.count)] == part.bytes[...]
        }
    }
}

extension ByteString: RandomAccessCollection {
    package var startIndex: Int { bytes.startIndex }
    package var endIndex: Int { bytes.endIndex }

    package subscript(position: Int) -> UInt8 { bytes[position] }
    package subscript(bounds: Range<Int>) -> ArraySlice<UInt8> { bytes[bounds] }

    package init(repeating byte: UInt8, count: Int) {
        // Much faster than Array(repeating:count:) in a debug build.
        bytes = Array(unsafeUninitializedCapacity: count) { buffer, initialized in
            guard let start = buffer.baseAddress else { return }
            memset(start, Int32(byte), count)
            initialized = count
        }
    }

    package static func + (left: ByteString, right: ByteString) -> ByteString {
        ByteString(left.bytes + right.bytes)
    }

    package static func += (left: inout ByteString, right: ByteString) {
        left.bytes += right.bytes
    }

    package mutating func removeFirst(_ count: Int) {
        bytes.removeFirst(count)
    }
}

extension ByteString: ExpressibleByStringInterpolation, ExpressibleByArrayLiteral {
    /// Inserts bytes as they are, and everything else as text.
    package struct StringInterpolation: StringInterpolationProtocol {
        var bytes: [UInt8] = []

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) {
            bytes += Array(literal.utf8)
        }

        package mutating func appendInterpolation(_ value: ByteString) {
            bytes += value.bytes
        }

        package mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            bytes += Array(value.description.utf8)
        }
    }

    package init(stringInterpolation: StringInterpolation) {
        bytes = stringInterpolation.bytes
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }

    package init(arrayLiteral bytes: UInt8...) {
        self.bytes = bytes
    }
}

extension ByteString: CustomStringConvertible, CustomDebugStringConvertible {
    /// The bytes as a readable literal, truncated if there are many.
    package var description: String {
        let limit = 2000
        var text = "\""
        for scalar in String(decoding: bytes.prefix(limit), as: UTF8.self).unicodeScalars {
            text += scalar == "\u{FFFD}" ? "\\u{FFFD}" : scalar.escaped(asASCII: false)
        }
        text += "\""
        return count > limit ? "\(text)… (\(count) bytes)" : text
    }

    package var debugDescription: String { description }
}
