/// The request for a list of the server's items, which comes as a stream on a connection of its own.
///
/// Read it to its end without pause: a dump that nobody reads can block the whole server. One at a time runs on a
/// server.
///
/// The corresponding memcached commands are `lru_crawler metadump` and `lru_crawler mgdump`.
public struct ListingRequest: Hashable, Sendable {
    /// What is listed.
    public typealias Content = DumpContent

    /// What is listed.
    public var content: Content
    /// Which items.
    public var scope: CrawlScope

    /// Makes the request.
    public init(_ content: Content, _ scope: CrawlScope = .all) {
        self.content = content
        self.scope = scope
    }

    /// The command's words, for messages.
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

    /// Finds what can be known to be wrong before anything is sent.
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

/// What a server knows about an item, as a metadump lists it.
public struct ListedItem: Hashable, Sendable {
    /// The key's own bytes: any that there are. ``sendableKey()`` is the key to ask for it with.
    public var key: [UInt8]
    /// When the item expires, in seconds since 1970 by the server's clock; nil when it does not.
    public var expirationTime: Int64?
    /// When the item was stored or last moved in its LRU, in seconds since 1970 by the server's clock. Not its last read.
    public var lastAccessTime: Int64?
    /// The CAS token.
    public var cas: CASToken?
    /// Whether the item was read since it was stored.
    public var isFetched: Bool?
    /// The slab class.
    public var slabClass: Int?
    /// The size of the whole item in bytes: header, key, flags and value.
    public var itemBytes: UInt64?
    /// The flags word. Since 1.6.24.
    public var flags: UInt64?
    /// Where the item is in flash storage. Since 1.6.39.
    public var flashPage: UInt64?
    /// Where the item is in its page of flash storage, in bytes. Since 1.6.39.
    public var flashOffset: UInt64?
    /// Attributes that other servers may add, as they are.
    public var otherAttributes: [LineAttribute]

    /// Reads a line without its end. Nil when it has no key or a number that is none.
    public init?(line: Span<UInt8>) {
        key = []
        otherAttributes = []
        var end = line.count
        while end > 0, line[end - 1] == UInt8(ascii: " ") || line[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        var start = 0
        while start < end {
            let blank = min(line.firstIndex(of: UInt8(ascii: " "), from: start) ?? end, end)
            defer { start = blank + 1 }
            guard blank > start else { continue }
            guard let equals = line.firstIndex(of: UInt8(ascii: "="), from: start), equals < blank else { return nil }
            let name = start..<equals
            let value = equals + 1..<blank
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

    /// Takes in an attribute that is a number, or an unknown one.
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

    /// The key to ask for the item with: in base64 when a command line cannot carry it, and then for meta commands
    /// only.
    ///
    /// - Throws: ``MemcacheError`` when it is too long for base64.
    public func sendableKey() throws(MemcacheError) -> Key { try Key(anyBytes: key) }
}

extension Key {
    /// A key of any bytes: as they are where a command line can carry them, in base64 (for meta commands only) where
    /// not.
    ///
    /// - Throws: ``MemcacheError`` when there are no bytes, or more than fit.
    public init(anyBytes bytes: [UInt8]) throws(MemcacheError) {
        switch Key.fault(in: bytes.span) {
        case nil: self.init(received: bytes)
        case .empty, .tooLong: self = try Key(bytes)
        case .character: self = try Key(base64Encoding: bytes)
        }
    }

    /// Reads a line of `lru_crawler mgdump`, without its end: `mg <key>` or `mg <base64> b`. Nil when it is anything
    /// else.
    ///
    /// Servers print some binary keys as they are; such a key with blanks is taken for what it is, one that holds a
    /// line end arrives in pieces, and one that ends in ` b` after base64 text for the key that the text stands for.
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
