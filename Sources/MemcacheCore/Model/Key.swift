/// The name of an item: bytes that memcached can carry in a command line.
///
/// memcached accepts 1 to 250 bytes, none of them a space, a control character or DEL. A key that breaks these rules
/// never reaches a server, so a key cannot inject a command. A key made from a string is checked when a command with it
/// is sent, which then throws; the initializers that throw check at once.
///
///     let item = try await client.get("user:\(id)")
///     let key = Key(name)                                  // any text
///     let checked = try Key(name.utf8)                     // throws here if the name is not a key
///     let binary = try Key(base64Encoding: [0x00, 0xff])   // through the meta commands only
public struct Key: Hashable, Sendable {
    /// The longest key that memcached accepts, in bytes as sent.
    public static let maximumBytes = 250

    /// The bytes that name the item on the wire: base64 text when ``isBase64`` is set.
    public let bytes: [UInt8]

    /// Whether ``bytes`` is the base64 form of a key that a command line cannot carry. Such a key works only with the
    /// meta commands, which mark it with the flag `b`.
    public let isBase64: Bool

    /// A number that chooses the server instead of the key's hash; nil to use the hash. (python-memcached's
    /// `(hashvalue, key)`.)
    public private(set) var routingNumber: RoutingNumber?

    /// Whether the bytes are known to form a valid key. Otherwise they are checked when a command is sent.
    private var isChecked = true

    /// The same key with a prefix of checked bytes.
    func prefixed(by prefix: [UInt8]) -> Key {
        var whole = Key(received: prefix + bytes)
        whole.isChecked = isChecked
        whole.routingNumber = routingNumber
        return whole
    }

    /// The same key, on the server that a number chooses instead of the key's hash.
    public func routed(by number: RoutingNumber) -> Key {
        var copy = self
        copy.routingNumber = number
        return copy
    }

    /// What chooses the server.
    package var routingKey: RoutingKey {
        routingNumber.map { .number($0) } ?? .bytes(bytes)
    }

    /// Which bytes a key may contain.
    public enum Characters: Hashable, Sendable {
        /// What memcached's protocol allows: no spaces, no control characters, no DEL.
        case standard
        /// Every byte that does not split the command line: all but space, NUL, LF and CR. For the keys of applications
        /// that have switched the checks off (python-memcached's `check_keys=False`, which lets those four through too,
        /// and with them other commands).
        case lenient
    }

    /// Creates a key from bytes and checks them.
    ///
    /// - Parameters:
    ///   - bytes: The key as it will be sent.
    ///   - maximumBytes: The longest key accepted, 250 unless the server was built otherwise. The client has a limit of
    ///     its own, ``RequestLimits/maximumKeyBytes``.
    ///   - characters: Which bytes it may contain.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/keyEmpty``,
    ///   ``MemcacheError/Code/keyTooLong`` or ``MemcacheError/Code/keyCharacter``.
    public init(
        _ bytes: some Sequence<UInt8>, maximumBytes: Int = Key.maximumBytes, characters: Characters = .standard
    ) throws(MemcacheError) {
        let bytes = Array(bytes)
        if let fault = Key.fault(in: bytes.span, 0..<bytes.count, maximumBytes: maximumBytes, characters) {
            throw MemcacheError(fault, key: bytes, maximumBytes: maximumBytes)
        }
        self.bytes = bytes
        isBase64 = false
    }

    /// Creates a key from the UTF-8 bytes of a string. They are checked when a command with the key is sent: against
    /// the client's limit of length, ``RequestLimits/maximumKeyBytes``, and for characters that a command line cannot
    /// carry.
    public init(_ text: String) {
        bytes = Array(text.utf8)
        isBase64 = false
        isChecked = false
    }

    /// Creates a key from the UTF-8 bytes of part of a string.
    public init(_ text: Substring) { self.init(String(text)) }

    /// Creates a key from the UTF-8 bytes of a string and checks them.
    ///
    /// - Throws: ``MemcacheError``, as for any other key.
    public init(
        _ text: String, maximumBytes: Int = Key.maximumBytes, characters: Characters = .standard
    ) throws(MemcacheError) {
        try self.init(text.utf8, maximumBytes: maximumBytes, characters: characters)
    }

    /// Creates a key from the decimal digits of a number. 42 and `"42"` are the same key.
    public init(_ number: some FixedWidthInteger) {
        self.init(received: Array(String(number).utf8))
    }

    /// Creates a key from Swift's description of a value, such as `1.5` or an identifier, and checks it.
    /// (python-memcached's calls with many keys use Python's text, which differs for some values: `True` there is
    /// `true` here.)
    ///
    /// - Throws: ``MemcacheError``, as for any other key.
    public init(describing subject: some CustomStringConvertible) throws(MemcacheError) {
        try self.init(subject.description.utf8)
    }

    /// Creates a key of any bytes, sent in base64 through the meta commands; at most 187 bytes fit.
    ///
    /// - Throws: ``MemcacheError`` if there are no bytes, or more than fit.
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

    /// Creates a key that a server sent. Servers can hold keys that cannot be sent to them in a command line.
    package init(received bytes: [UInt8]) {
        self.bytes = bytes
        isBase64 = false
    }

    /// Throws if the key cannot be sent to any server.
    ///
    /// - Parameter maximumBytes: The longest key accepted if the key was not checked before.
    func requireSendable(maximumBytes: Int) throws(MemcacheError) {
        guard !isChecked, let fault = Key.fault(in: bytes.span, maximumBytes: maximumBytes) else { return }
        throw MemcacheError(fault, key: bytes, maximumBytes: maximumBytes)
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

    /// The first rule broken by a key that is part of other bytes.
    package static func fault(
        in bytes: Span<UInt8>, _ range: Range<Int>, maximumBytes: Int = Key.maximumBytes,
        _ characters: Characters = .standard
    ) -> Fault? {
        if range.isEmpty { return .empty }
        if range.count > maximumBytes { return .tooLong }
        if characters == .lenient {
            let separators: Set<UInt8> = [0x00, 0x0a, 0x0d, 0x20]
            return range.first { separators.contains(bytes[$0]) }.map { .character(at: $0 - range.lowerBound) }
        }
        let key = bytes.extracting(range)
        return key.withUnsafeBytes { key in
            key.firstIndex { $0 <= 0x20 || $0 == 0x7f }.map { .character(at: $0) }
        }
    }
}

extension Key: CustomStringConvertible {
    /// The key as text; bytes that are not printable ASCII or UTF-8 letters are escaped as `\xHH`.
    public var description: String { EscapedText.string(bytes) }
}

extension Key {
    /// Whether two keys are the same, on the same server.
    public static func == (left: Key, right: Key) -> Bool {
        left.bytes == right.bytes && left.isBase64 == right.isBase64 && left.routingNumber == right.routingNumber
    }

    /// Hashes the parts that `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes)
        hasher.combine(isBase64)
        hasher.combine(routingNumber)
    }
}

extension Key: ExpressibleByStringInterpolation {
    /// Creates a key from a string literal, perhaps with interpolated parts: `"user:\(id)"`. It is checked when a
    /// command with it is sent, like any string.
    public init(stringLiteral value: String) { self.init(value) }
}

extension Key: ExpressibleByIntegerLiteral {
    /// Creates a key from the decimal digits of an integer literal.
    public init(integerLiteral value: Int64) {
        self.init(value)
    }
}
