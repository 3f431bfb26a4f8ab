/// How long an item still lives.
public enum TimeToLive: Hashable, Sendable {
    /// It has no end.
    case unlimited
    /// It ends after this time, in whole seconds.
    case remaining(Duration)

    /// From a number of seconds, of which -1 is none.
    init(seconds: Int64) { self = seconds < 0 ? .unlimited : .remaining(.seconds(seconds)) }
}

/// What a meta command came to: a status, and what its flags asked for.
public struct MetaResult: Hashable, Sendable {
    /// What happened.
    public enum Status: Hashable, Sendable {
        /// Done: found, stored, deleted, counted. (`HD`, `VA`)
        case done
        /// There is no such item. (`EN`, `NF`)
        case missing
        /// Not stored: there is an item and the mode is to add, or there is none and it is another. (`NS`)
        case notStored
        /// The item has another CAS token. (`EX`)
        case changed
    }

    /// What happened.
    public var status: Status
    /// Whether the flag `q` would have kept the server from answering.
    public var isHidden: Bool
    /// The value; empty for an item that a reader made (``hasWon``) and nobody has filled.
    public var value: [UInt8]?
    /// The CAS token.
    public var cas: CASToken?
    /// The flags word.
    public var flags: UInt64?
    /// How long the item still lives.
    public var timeToLive: TimeToLive?
    /// The value's length in bytes.
    public var sizeBytes: UInt64?
    /// Whether the item had been read before.
    public var wasHitBefore: Bool?
    /// How long ago the item was stored or last moved in its LRU, which is not when it was last read.
    public var lastAccess: Duration?
    /// The key as the server has it, base64 text when ``isKeyBase64`` is set. A server can be made to send any bytes
    /// here.
    public var key: [UInt8]?
    /// Whether ``key`` is in base64.
    public var isKeyBase64: Bool
    /// The text that was sent along.
    public var opaque: [UInt8]?
    /// This reader is the one to store the value anew. (`W`)
    public var hasWon: Bool
    /// The value is marked as stale. (`X`)
    public var isStale: Bool
    /// Another reader is the one to store the value anew. (`Z`)
    public var isWonByAnother: Bool
    /// Every flag of the answer, in the server's order.
    public var returnFlags: [MetaReturnFlag]

    /// Reads the flags of an answer. What is not of its form stays in ``returnFlags`` only: keys that a server prints
    /// raw may fall apart into words that look like flags.
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

/// What a server knows about an item, as `me` tells it.
public struct MetaDebugRecord: Hashable, Sendable {
    /// The key as the server prints it: any bytes, base64 text where it was asked for so.
    public var key: [UInt8]
    /// How long the item still lives. Servers before 1.6.24 give the same answer for none and for one second, which is
    /// ``TimeToLive/unlimited`` here.
    public var timeToLive: TimeToLive?
    /// How long ago the item was stored or last moved in its LRU, which is not when it was last read.
    public var lastAccess: Duration?
    /// The CAS token.
    public var cas: CASToken?
    /// Whether the item was read since it was stored.
    public var isFetched: Bool?
    /// The slab class.
    public var slabClass: Int?
    /// The size of the whole item in bytes: header, key, flags and value.
    public var itemBytes: UInt64?
    /// Every attribute as the server printed it, in its order.
    public var attributes: [LineAttribute]

    /// Reads `<key> exp=<s> la=<s> cas=<n> fetch=yes|no cls=<n> size=<n>`, in which the key may hold anything.
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
        // The sign is the wrong one before 1.6.24: `exp=-100` means that 100 seconds are left.
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

/// One `name=value` of a line that a server prints about an item or an event.
public struct LineAttribute: Hashable, Sendable {
    /// The name, escaped where a server does not send plain text.
    public var name: String
    /// The value: the server's bytes; keys are decoded.
    public var value: [UInt8]

    /// Makes an attribute.
    public init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }

    /// Reads `name=value`. Nil without an equals sign.
    init?(word: [UInt8]) {
        guard let equals = word.firstIndex(of: UInt8(ascii: "=")), equals > 0 else { return nil }
        name = EscapedText.string(Array(word[..<equals]))
        value = Array(word[(equals + 1)...])
    }
}
