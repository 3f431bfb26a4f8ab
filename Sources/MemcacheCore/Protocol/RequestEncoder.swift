/// Encodes commands as the bytes of their requests. This is the only place that knows how a request is written.
public struct RequestEncoder: Sendable {
    /// The requests written so far, except for long values, which are kept separately and not copied: see ``chunks``.
    public package(set) var bytes: [UInt8] = []

    /// A long value, and its position in ``bytes``.
    package struct LongValue: Sendable {
        package var position: Int
        package var value: [UInt8]
    }

    /// The long values, in order of position.
    package private(set) var longValues: [LongValue] = []

    /// The length above which a value is not copied.
    package static let longValueBytes = 1 << 20

    /// Creates an empty encoder.
    public init() {}

    /// All requests written so far, in the order in which they are sent: long values are chunks of their own between
    /// the parts of ``bytes``.
    public var chunks: [[UInt8]] { Self.chunks(of: bytes, with: longValues) }

    /// Splits requests into chunks, in the order in which they are sent.
    package static func chunks(of bytes: [UInt8], with longValues: [LongValue]) -> [[UInt8]] {
        guard !longValues.isEmpty else { return [bytes] }
        var chunks: [[UInt8]] = []
        var start = 0
        for long in longValues {
            if start < long.position { chunks.append(Array(bytes[start..<long.position])) }
            chunks.append(long.value)
            start = long.position
        }
        chunks.append(Array(bytes[start...]))
        return chunks
    }

    /// Writes a request line of words. The caller is responsible for the words: one with a space or a line end would be
    /// another command, so keys are passed as ``Key``, and texts are checked where they come from.
    public mutating func line(_ words: Word...) {
        for (index, word) in words.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: " ")) }
            word.append(to: &bytes)
        }
        bytes.append("\r\n")
    }

    /// One word of a request line.
    public struct Word: Sendable, ExpressibleByStringLiteral {
        private enum Content: Sendable {
            case text(StaticString)
            case bytes([UInt8])
            case unsigned(UInt64)
            case signed(Int64)
        }

        private let content: Content

        /// Creates a word from a string literal.
        public init(stringLiteral value: StaticString) { content = .text(value) }

        /// A key that has been checked.
        public static func key(_ key: Key) -> Word { Word(.bytes(key.bytes)) }
        /// A number.
        public static func number(_ number: UInt64) -> Word { Word(.unsigned(number)) }
        /// A number that may be negative.
        public static func number(_ number: Int64) -> Word { Word(.signed(number)) }
        /// A number with a fraction; the decimal separator is a point in every locale.
        package static func fraction(_ number: Double) -> Word { Word(.bytes(Array(number.description.utf8))) }
        /// An expiration, relative to the current time.
        public static func expiration(_ expiration: Expiration) -> Word { Word(.signed(expiration.wireValue())) }
        /// Bytes that the caller has checked to be one word.
        package static func checked(_ bytes: [UInt8]) -> Word { Word(.bytes(bytes)) }

        private init(_ content: Content) { self.content = content }

        fileprivate func append(to bytes: inout [UInt8]) {
            switch content {
            case .text(let word): bytes.append(word)
            case .bytes(let word): bytes.append(contentsOf: word)
            case .unsigned(let number): ASCIINumber.append(number, to: &bytes)
            case .signed(let number): ASCIINumber.append(number, to: &bytes)
            }
        }
    }

    /// The storage commands.
    package enum StorageVerb: UInt8, Hashable, Sendable, CaseIterable {
        case set, add, replace, append, prepend, cas

        /// The verb as sent.
        package var word: StaticString {
            switch self {
            case .set: "set"
            case .add: "add"
            case .replace: "replace"
            case .append: "append"
            case .prepend: "prepend"
            case .cas: "cas"
            }
        }
    }

    /// Writes `<verb> <key> <flags> <exptime> <bytes>[ <cas>][ noreply]` and the value's block.
    package mutating func storage(
        _ verb: StorageVerb, key: Span<UInt8>, flags: UInt64, expiration: Int64, value: Span<UInt8>,
        cas: UInt64? = nil, noreply: Bool = false
    ) {
        bytes.reserveRoom(for: key.count + value.count + 80)
        storageLine(verb, key, flags, expiration, valueBytes: value.count, cas, noreply: noreply)
        bytes.append(value)
        bytes.append("\r\n")
    }

    /// The same for a value that need not be copied if it is long.
    package mutating func storage(
        _ verb: StorageVerb, key: Span<UInt8>, flags: UInt64, expiration: Int64, value: [UInt8],
        cas: UInt64? = nil, noreply: Bool = false
    ) {
        reserveRoom(for: key.count + 80, value)
        storageLine(verb, key, flags, expiration, valueBytes: value.count, cas, noreply: noreply)
        block(value)
    }

    private mutating func storageLine(
        _ verb: StorageVerb, _ key: Span<UInt8>, _ flags: UInt64, _ expiration: Int64, valueBytes: Int, _ cas: UInt64?,
        noreply: Bool
    ) {
        bytes.append(verb.word)
        bytes.append(UInt8(ascii: " "))
        bytes.append(key)
        bytes.append(UInt8(ascii: " "))
        ASCIINumber.append(flags, to: &bytes)
        bytes.append(UInt8(ascii: " "))
        ASCIINumber.append(expiration, to: &bytes)
        bytes.append(UInt8(ascii: " "))
        ASCIINumber.append(UInt64(valueBytes), to: &bytes)
        if let cas {
            bytes.append(UInt8(ascii: " "))
            ASCIINumber.append(cas, to: &bytes)
        }
        endLine(noreply: noreply)
    }

    /// Writes a value and its line end.
    package mutating func block(_ value: [UInt8]) {
        if value.count > Self.longValueBytes {
            longValues.append(LongValue(position: bytes.count, value: value))
        } else {
            bytes.append(contentsOf: value)
        }
        bytes.append("\r\n")
    }

    /// Writes a long value that consists of several pieces, and its line end.
    package mutating func block(of pieces: [[UInt8]]) {
        longValues += pieces.map { LongValue(position: bytes.count, value: $0) }
        bytes.append("\r\n")
    }

    mutating func reserveRoom(for count: Int, _ value: [UInt8]) {
        bytes.reserveRoom(for: value.count > Self.longValueBytes ? count : count + value.count)
    }

    /// Writes `delete <key>[ noreply]`.
    package mutating func delete(_ key: Span<UInt8>, noreply: Bool = false) {
        bytes.append("delete ")
        bytes.append(key)
        endLine(noreply: noreply)
    }

    /// Writes `touch <key> <exptime>[ noreply]`.
    package mutating func touch(_ key: Span<UInt8>, expiration: Int64, noreply: Bool = false) {
        bytes.append("touch ")
        bytes.append(key)
        bytes.append(UInt8(ascii: " "))
        ASCIINumber.append(expiration, to: &bytes)
        endLine(noreply: noreply)
    }

    /// Writes `incr <key> <delta>[ noreply]` or `decr …`.
    package mutating func arithmetic(increments: Bool, key: Span<UInt8>, delta: UInt64, noreply: Bool = false) {
        bytes.append(increments ? "incr " : "decr ")
        bytes.append(key)
        bytes.append(UInt8(ascii: " "))
        ASCIINumber.append(delta, to: &bytes)
        endLine(noreply: noreply)
    }

    /// Writes `get <key>…` or `gat <exptime> <key>…`, with the given verb.
    package mutating func retrieval(_ word: StaticString, expiration: Int64? = nil, keys: [Key]) {
        bytes.reserveRoom(for: keys.reduce(32) { $0 + $1.bytes.count + 1 })
        bytes.append(word)
        if let expiration {
            bytes.append(UInt8(ascii: " "))
            ASCIINumber.append(expiration, to: &bytes)
        }
        for key in keys {
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: key.bytes)
        }
        endLine()
    }

    /// Writes part of a request line unchanged.
    package mutating func append(_ text: StaticString) {
        bytes.append(text)
    }

    /// Writes part of a request line unchanged. The caller has checked it.
    package mutating func append(_ checked: Span<UInt8>) {
        bytes.append(checked)
    }

    /// Writes a request that has been encoded before.
    package mutating func append(_ requests: [UInt8], _ range: Range<Int>) {
        bytes.append(requests.span, range)
    }

    /// Writes a space and a number.
    package mutating func append(number: Int64) {
        bytes.append(UInt8(ascii: " "))
        ASCIINumber.append(number, to: &bytes)
    }

    /// Adds a word to the request line written last. The caller has checked it.
    package mutating func extendLine(with checked: Span<UInt8>) {
        bytes[bytes.count - 2] = UInt8(ascii: " ")
        bytes.removeLast()
        bytes.append(checked)
        bytes.append("\r\n")
    }

    /// Reserves space for this many more bytes.
    package mutating func reserveRoom(for count: Int) { bytes.reserveRoom(for: count) }

    /// Removes what was written last.
    package mutating func truncate(to count: Int) {
        bytes.removeLast(bytes.count - count)
    }

    /// The request sent after others that may have no reply: every server answers it, and its `VERSION` shows that
    /// those before it have been read.
    package static let fence: StaticString = "version\r\n"

    /// Ends a request line.
    package mutating func endLine(noreply: Bool = false) {
        if noreply { bytes.append(" noreply") }
        bytes.append("\r\n")
    }
}

extension [UInt8] {
    /// Reserves space for `count` more bytes, growing geometrically.
    package mutating func reserveRoom(for count: Int) {
        if capacity - self.count < count {
            reserveCapacity(Swift.max(self.count + count, capacity * 2))
        }
    }
}
