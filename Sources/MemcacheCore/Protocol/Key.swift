/// The name of an item: bytes that memcached can carry in a command line, checked when the key is made.
///
/// memcached takes 1 to 250 bytes, none of them a blank, a control character or DEL. A key that breaks these rules never
/// reaches a server, so a key cannot smuggle a command in.
///
///     let key: Key = "user:42"
///     let binary = try Key(base64Encoding: [0x00, 0xff])   // through the meta commands only
public struct Key: Hashable, Sendable {
    /// The longest key memcached takes, in bytes as sent.
    public static let maximumBytes = 250

    /// The bytes that name the item on the wire: base64 text when ``isBase64`` is set.
    public let bytes: [UInt8]

    /// Whether ``bytes`` is the base64 form of a key that the command line cannot carry; such a key is only for the
    /// meta commands, which mark it with the flag `b`.
    public let isBase64: Bool

    /// Checks and takes a key's bytes.
    ///
    /// - Parameters:
    ///   - bytes: The key as it is to be sent.
    ///   - maximumBytes: The longest key accepted, 250 unless the server was built otherwise.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/keyEmpty``,
    ///   ``MemcacheError/Code/keyTooLong`` or ``MemcacheError/Code/keyCharacter``.
    public init(_ bytes: some Sequence<UInt8>, maximumBytes: Int = Key.maximumBytes) throws(MemcacheError) {
        let bytes = Array(bytes)
        if let fault = Key.fault(in: bytes.span, maximumBytes: maximumBytes) {
            throw MemcacheError(fault, key: bytes, maximumBytes: maximumBytes)
        }
        self.bytes = bytes
        isBase64 = false
    }

    /// Checks and takes the UTF-8 bytes of a text.
    ///
    /// - Throws: ``MemcacheError``, as for any other key.
    public init(_ text: String, maximumBytes: Int = Key.maximumBytes) throws(MemcacheError) {
        try self.init(text.utf8, maximumBytes: maximumBytes)
    }

    /// A key of any bytes, sent base64 encoded through the meta commands; at most 187 bytes fit.
    ///
    /// - Throws: ``MemcacheError`` when there are no bytes, or more than fit.
    public init(base64Encoding raw: [UInt8]) throws(MemcacheError) {
        let encoded = Base64.encode(raw)
        if raw.isEmpty {
            throw MemcacheError(.empty, key: raw, maximumBytes: Key.maximumBytes)
        }
        if encoded.count > Key.maximumBytes {
            throw MemcacheError(.tooLong, key: raw, maximumBytes: Key.maximumBytes / 4 * 3)
        }
        bytes = encoded
        isBase64 = true
    }

    /// A key that a server sent. Servers keep keys that may not be sent to them in a command line.
    package init(received bytes: [UInt8]) {
        self.bytes = bytes
        isBase64 = false
    }

    /// What can be wrong with the bytes of a key.
    package enum Fault: Hashable, Sendable {
        case empty
        case tooLong
        case character(at: Int)
    }

    /// The first rule that a key breaks, or nil: length first, then characters, as python-memcached checks them.
    package static func fault(in bytes: Span<UInt8>, maximumBytes: Int = Key.maximumBytes) -> Fault? {
        fault(in: bytes, 0..<bytes.count, maximumBytes: maximumBytes)
    }

    /// The first rule that a key inside other bytes breaks.
    package static func fault(
        in bytes: Span<UInt8>, _ range: Range<Int>, maximumBytes: Int = Key.maximumBytes
    ) -> Fault? {
        if range.isEmpty { return .empty }
        if range.count > maximumBytes { return .tooLong }
        for index in range where bytes[index] <= 0x20 || bytes[index] == 0x7f {
            return .character(at: index - range.lowerBound)
        }
        return nil
    }
}

extension Key: CustomStringConvertible {
    /// The key as text, with bytes that are not printable ASCII or UTF-8 letters escaped as `\xHH`.
    public var description: String { EscapedText.string(bytes) }
}

extension Key: ExpressibleByStringLiteral {
    /// A key written in the program. Traps when the literal is not a valid key, which is a mistake in the program.
    public init(stringLiteral value: String) {
        precondition(Key.fault(in: Array(value.utf8).span) == nil, "\"\(value)\" is not a memcached key")
        bytes = Array(value.utf8)
        isBase64 = false
    }
}
