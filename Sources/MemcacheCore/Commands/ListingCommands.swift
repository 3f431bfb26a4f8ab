/// A request for a list of the server's items, which arrives as a stream on a separate connection.
///
/// Read it to its end without pause: a dump that is not read can block the whole server. A server runs only one at a
/// time.
///
/// The corresponding memcached commands are `lru_crawler metadump` and `lru_crawler mgdump`.
public struct ListingRequest: Hashable, Sendable {
    /// What is listed.
    public typealias Content = DumpContent

    /// What is listed.
    public var content: Content
    /// Which items.
    public var scope: CrawlScope

    /// Creates the request.
    public init(_ content: Content, _ scope: CrawlScope = .all) {
        self.content = content
        self.scope = scope
    }

    /// The name of the command, for messages.
    public var name: String {
        switch content {
        case .metadata: "lru_crawler metadump"
        case .keys: "lru_crawler mgdump"
        }
    }

    /// The line that ends the stream.
    package var lastLine: StaticString {
        switch content {
        case .metadata: "END"
        case .keys: "EN"
        }
    }

    /// Checks what can be checked before anything is sent.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public func validate() throws(MemcacheError) { try scope.validate() }

    /// Writes the request. Nothing may precede it in the same packet.
    public func encode(into request: inout RequestEncoder) {
        switch content {
        case .metadata: request.line("lru_crawler", "metadump", .checked(scope.word))
        case .keys: request.line("lru_crawler", "mgdump", .checked(scope.word))
        }
    }
}

/// What a server knows about an item, as listed by a metadump.
public struct ListedItem: Hashable, Sendable {
    /// The bytes of the key, which may be any. To request the item, use ``sendableKey()``.
    public var key: [UInt8]
    /// When the item expires, in seconds since 1970 on the server's clock; nil if it does not.
    public var expirationTime: Int64?
    /// When the item was stored or last moved in its LRU, in seconds since 1970 on the server's clock. This is not its
    /// last read.
    public var lastAccessTime: Int64?
    /// The CAS token.
    public var cas: CASToken?
    /// Whether the item has been read since it was stored.
    public var isFetched: Bool?
    /// The slab class.
    public var slabClass: Int?
    /// The size of the whole item in bytes: header, key, flags and value.
    public var itemBytes: UInt64?
    /// The flags. Since 1.6.24.
    public var flags: UInt64?
    /// The page of flash storage that holds the item. Since 1.6.39.
    public var flashPage: UInt64?
    /// The offset of the item in its page of flash storage, in bytes. Since 1.6.39.
    public var flashOffset: UInt64?
    /// Attributes that other servers add, unchanged.
    public var otherAttributes: [LineAttribute]

    /// Reads a line without its end. Returns nil if it has no key, or if a number is malformed.
    public init?(line: Span<UInt8>) {
        key = []
        otherAttributes = []
        var end = line.count
        while end > 0, line[end - 1] == UInt8(ascii: " ") || line[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        var start = 0
        while start < end {
            let space = min(line.firstIndex(of: UInt8(ascii: " "), from: start) ?? end, end)
            defer { start = space + 1 }
            guard space > start else { continue }
            guard let equals = line.firstIndex(of: UInt8(ascii: "="), from: start), equals < space else { return nil }
            let name = start..<equals
            let value = equals + 1..<space
            if line.equals("key", in: name) {
                key = PercentEncoding.decode(line, value)
            } else if line.equals("exp", in: name) {
                guard let time = ASCIINumber.parseSigned(line, value) else { return nil }
                expirationTime = time < 0 ? nil : time
            } else if line.equals("fetch", in: name) {
                isFetched = line.equals("yes", in: value)
            } else {
                guard readNumber(line, name: name, value: value) else { return nil }
            }
        }
        if key.isEmpty { return nil }
    }

    /// Reads a line without its end.
    public init?(line: [UInt8]) { self.init(line: line.span) }

    /// Reads an attribute that is a number, or an unknown one.
    private mutating func readNumber(_ line: Span<UInt8>, name: Range<Int>, value: Range<Int>) -> Bool {
        let number = ASCIINumber.parseUnsigned(line, value)
        if line.equals("la", in: name) {
            lastAccessTime = number.flatMap { Int64(exactly: $0) }
            return lastAccessTime != nil
        } else if line.equals("cas", in: name) {
            cas = number.map { CASToken(rawValue: $0) }
        } else if line.equals("cls", in: name) {
            slabClass = number.flatMap { Int(exactly: $0) }
            return slabClass != nil
        } else if line.equals("size", in: name) {
            itemBytes = number
        } else if line.equals("flags", in: name) {
            flags = number
        } else if line.equals("ext_page", in: name) {
            flashPage = number
        } else if line.equals("ext_offset", in: name) {
            flashOffset = number
        } else {
            otherAttributes.append(
                LineAttribute(name: EscapedText.string(line.copy(name)), value: line.copy(value)))
            return true
        }
        return number != nil
    }

    /// Returns a key with which to request the item: in base64 if a command line cannot carry it, and then for meta
    /// commands only.
    ///
    /// - Throws: ``MemcacheError`` if it is too long for base64.
    public func sendableKey() throws(MemcacheError) -> Key { try Key(anyBytes: key) }
}

extension Key {
    /// Creates a key from any bytes: unchanged if a command line can carry them, otherwise in base64 (for meta commands
    /// only).
    ///
    /// - Throws: ``MemcacheError`` if there are no bytes, or more than fit.
    public init(anyBytes bytes: [UInt8]) throws(MemcacheError) {
        switch Key.fault(in: bytes.span) {
        case nil: self.init(received: bytes)
        case .empty, .tooLong: self = try Key(bytes)
        case .character: self = try Key(base64Encoding: bytes)
        }
    }

    /// Reads a line of `lru_crawler mgdump`, without its end: `mg <key>` or `mg <base64> b`. Returns nil for anything
    /// else.
    ///
    /// Servers print some binary keys unencoded. Such a key is read correctly if it contains spaces; one that contains
    /// a line end arrives in pieces; and base64 text followed by ` b` is taken for the key that it encodes.
    public init?(dumpedLine line: [UInt8]) {
        guard line.starts(with: Array("mg ".utf8)) else { return nil }
        let rest = Array(line.dropFirst(3))
        if rest.count > 2, rest.suffix(2) == Array(" b".utf8)[...], let raw = Base64.decode(Array(rest.dropLast(2))),
            let key = try? Key(base64Encoding: raw)
        {
            self = key
        } else if let key = try? Key(anyBytes: rest) {
            self = key
        } else {
            return nil
        }
    }
}
