/// The remaining lifetime of an item.
public enum TimeToLive: Hashable, Sendable {
    /// The item does not expire.
    case unlimited
    /// The item expires after this time, in whole seconds.
    case remaining(Duration)

    /// Converts a number of seconds, where -1 means that the item does not expire.
    init(seconds: Int64) { self = seconds < 0 ? .unlimited : .remaining(.seconds(seconds)) }
}

/// The result of a meta command: a status, and what its flags requested.
public struct MetaResult: Hashable, Sendable {
    /// What happened.
    public enum Status: Hashable, Sendable {
        /// Done: found, stored, deleted, counted. (`HD`, `VA`)
        case done
        /// There is no such item. (`EN`, `NF`)
        case missing
        /// Not stored: the mode is to add and the item exists, or it is another mode and there is no item. (`NS`)
        case notStored
        /// The item has another CAS token. (`EX`)
        case changed
    }

    /// What happened.
    public var status: Status
    /// Whether the flag `q` would have suppressed the reply.
    public var isHidden: Bool
    /// The value; empty for an item that a reader created (``hasWon``) and that has not been filled yet.
    public var value: [UInt8]?
    /// The CAS token.
    public var cas: CASToken?
    /// The flags.
    public var flags: UInt64?
    /// The remaining lifetime.
    public var timeToLive: TimeToLive?
    /// The value's length in bytes.
    public var sizeBytes: UInt64?
    /// Whether the item had been read before.
    public var wasHitBefore: Bool?
    /// How long ago the item was stored or last moved in its LRU; this is not its last read.
    public var lastAccess: Duration?
    /// The key as the server stores it; base64 text if ``isKeyBase64`` is set. A server can be made to send any bytes
    /// here.
    public var key: [UInt8]?
    /// Whether ``key`` is in base64.
    public var isKeyBase64: Bool
    /// The opaque text that was sent with the command.
    public var opaque: [UInt8]?
    /// Whether this reader must store the value again. (`W`)
    public var hasWon: Bool
    /// Whether the value is marked as stale. (`X`)
    public var isStale: Bool
    /// Whether another reader must store the value again. (`Z`)
    public var isWonByAnother: Bool
    /// Every flag of the reply, in the server's order.
    public var returnFlags: [MetaReturnFlag]

    /// Reads the flags of a reply. Malformed ones are kept in ``returnFlags`` only: keys that a server prints unencoded
    /// may be split into words that look like flags.
    package init(_ reply: MetaReply, isHidden: Bool = false) {
        status =
            switch reply.status {
            case .done, .value: .done
            case .miss, .notFound: .missing
            case .notStored: .notStored
            case .exists: .changed
            }
        self.isHidden = isHidden
        value = reply.value
        returnFlags = reply.flags
        func first(_ letter: Unicode.Scalar) -> [UInt8]? {
            reply.flags.first { $0.letter == UInt8(ascii: letter) }?.argument
        }
        func has(_ letter: Unicode.Scalar) -> Bool {
            reply.flags.contains { $0.letter == UInt8(ascii: letter) && $0.argument.isEmpty }
        }
        func number(_ letter: Unicode.Scalar) -> UInt64? { first(letter).flatMap { ASCIINumber.parseUnsigned($0) } }
        cas = number("c").map { CASToken(rawValue: $0) }
        flags = number("f")
        timeToLive = first("t").flatMap { ASCIINumber.parseSigned($0) }.map { TimeToLive(seconds: $0) }
        sizeBytes = number("s")
        wasHitBefore = number("h").map { $0 != 0 }
        lastAccess = number("l").flatMap { Int64(exactly: $0) }.map { .seconds($0) }
        key = first("k")
        isKeyBase64 = has("b")
        opaque = first("O")
        hasWon = has("W")
        isStale = has("X")
        isWonByAnother = has("Z")
    }
}

/// What a server knows about an item, as reported by `me`.
public struct MetaDebugRecord: Hashable, Sendable {
    /// The key as the server prints it: any bytes, or base64 text if it was requested in base64.
    public var key: [UInt8]
    /// The remaining lifetime. Servers before 1.6.24 give the same answer for an unlimited lifetime and for one second,
    /// which is ``TimeToLive/unlimited`` here.
    public var timeToLive: TimeToLive?
    /// How long ago the item was stored or last moved in its LRU; this is not its last read.
    public var lastAccess: Duration?
    /// The CAS token.
    public var cas: CASToken?
    /// Whether the item has been read since it was stored.
    public var isFetched: Bool?
    /// The slab class.
    public var slabClass: Int?
    /// The size of the whole item in bytes: header, key, flags and value.
    public var itemBytes: UInt64?
    /// Every attribute as the server printed it, in its order.
    public var attributes: [LineAttribute]

    /// Reads `<key> exp=<s> la=<s> cas=<n> fetch=yes|no cls=<n> size=<n>`, where the key may contain anything.
    package init?(line: [UInt8]) {
        let mark = Array(" exp=".utf8)
        let starts = line.indices.dropLast(mark.count - 1).reversed()
        guard let start = starts.first(where: { line[$0...].starts(with: mark) }) else { return nil }
        key = Array(line[..<start])
        attributes = line[(start + 1)...].split(separator: UInt8(ascii: " ")).compactMap {
            LineAttribute(word: Array($0))
        }
        let attributes = attributes
        func value(_ name: String) -> [UInt8]? { attributes.first { $0.name == name }?.value }
        func number(_ name: String) -> UInt64? { value(name).flatMap { ASCIINumber.parseUnsigned($0) } }
        // Before 1.6.24 the sign is wrong: `exp=-100` means that 100 seconds are left.
        timeToLive = value("exp").flatMap { ASCIINumber.parseSigned($0) }.map {
            $0 == -1 ? .unlimited : .remaining(.seconds(Int64(clamping: $0.magnitude)))
        }
        lastAccess = number("la").flatMap { Int64(exactly: $0) }.map { .seconds($0) }
        cas = number("cas").map { CASToken(rawValue: $0) }
        isFetched = value("fetch").map { $0 == Array("yes".utf8) }
        slabClass = number("cls").flatMap { Int(exactly: $0) }
        itemBytes = number("size")
    }
}

/// One `name=value` attribute of a line that a server prints about an item or an event.
public struct LineAttribute: Hashable, Sendable {
    /// The name, escaped in case it is not plain text.
    public var name: String
    /// The value as sent by the server, except that keys are decoded.
    public var value: [UInt8]

    /// Creates an attribute.
    public init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }

    /// Reads `name=value`. Returns nil if there is no equals sign.
    init?(word: [UInt8]) {
        guard let equals = word.firstIndex(of: UInt8(ascii: "=")), equals > 0 else { return nil }
        name = EscapedText.string(Array(word[..<equals]))
        value = Array(word[(equals + 1)...])
    }
}
