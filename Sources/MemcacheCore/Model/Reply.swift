/// A whole reply of the text protocol, from its first line to its last.
public enum Reply: Hashable, Sendable {
    /// `STORED`
    case stored
    /// `NOT_STORED`
    case notStored
    /// `EXISTS`: the item has changed since its CAS token was read.
    case exists
    /// `NOT_FOUND`
    case notFound
    /// `DELETED`
    case deleted
    /// `TOUCHED`
    case touched
    /// `OK`
    case ok
    /// `RESET`, the answer to `stats reset`.
    case reset
    /// A number alone, the answer to `incr` and `decr`.
    case number(UInt64)
    /// `VERSION …`, with the rest of the line.
    case version([UInt8])
    /// `VALUE` blocks up to `END`, in the order of the server.
    case items([Item])
    /// The answer to `mg`, `ms`, `md` or `ma`.
    case meta(MetaReply)
    /// `MN`
    case metaNoop
    /// `ME`, with the rest of the line: the key, then `name=value` words.
    case metaDebug([UInt8])
    /// `STAT` lines up to `END`.
    case statistics([Statistic])
    /// `ITEM` lines up to `END`, the answer to `stats cachedump`.
    case cachedKeys([CachedKey])
    /// `PREFIX` lines up to `END`, the answer to `stats detail dump`.
    case prefixes([PrefixStatistic])
    /// A `CONFIG` block, the answer of ElastiCache to `config get cluster`.
    case clusterConfiguration([UInt8])
    /// Any of the lines with which a server refuses.
    case refused(Refusal)
    /// Nothing: the command was sent with `noreply`, or closed the connection.
    case nothing
}

/// One `STAT` line: the server's own bytes.
public struct Statistic: Hashable, Sendable {
    /// The name, such as `curr_items` or `items:1:number`.
    public var name: [UInt8]
    /// The rest of the line.
    public var value: [UInt8]

    /// Makes a statistic.
    public init(name: [UInt8], value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// One `ITEM` line of `stats cachedump`: a key of the COLD part of a slab class, as the server prints it.
public struct CachedKey: Hashable, Sendable {
    /// The key, not encoded.
    public var key: [UInt8]
    /// The length of the value in bytes.
    public var valueBytes: UInt64
    /// The Unix time at which the item expires; nil when it does not.
    public var expirationTime: Int64?

    /// Makes an entry.
    public init(key: [UInt8], valueBytes: UInt64, expirationTime: Int64? = nil) {
        self.key = key
        self.valueBytes = valueBytes
        self.expirationTime = expirationTime
    }
}

/// One `PREFIX` line of `stats detail dump`: how often the keys of a prefix were used.
public struct PrefixStatistic: Hashable, Sendable {
    /// The keys' common part, up to the server's delimiter.
    public var prefix: [UInt8]
    /// Keys asked for.
    public var gets: UInt64
    /// Keys found.
    public var hits: UInt64
    /// Items stored.
    public var sets: UInt64
    /// Items deleted.
    public var deletes: UInt64

    /// Makes an entry.
    public init(prefix: [UInt8], gets: UInt64, hits: UInt64, sets: UInt64, deletes: UInt64) {
        self.prefix = prefix
        self.gets = gets
        self.hits = hits
        self.sets = sets
        self.deletes = deletes
    }
}

/// A line with which a server says that it did not do what was asked.
public struct Refusal: Hashable, Sendable {
    /// Who is at fault, as the first word of the line says.
    public enum Kind: UInt8, Hashable, Sendable {
        /// `ERROR`: the server does not know the command, or refuses it in the text.
        case error
        /// `CLIENT_ERROR`: the request is at fault.
        case clientError
        /// `SERVER_ERROR`: the server could not.
        case serverError
        /// `BUSY`, `BADCLASS`, `NOSPARE`, `SAME`, `NOTSTARTED`, `MEMLIMIT_…`, `WATCHER_…`: not now, or not so.
        case unavailable
    }

    /// Who is at fault.
    public var kind: Kind
    /// The whole line without its end.
    public var line: [UInt8]

    /// Makes a refusal.
    public init(kind: Kind, line: [UInt8]) {
        self.kind = kind
        self.line = line
    }

    /// Whether the server refuses everything until a login succeeds.
    package var wantsLogin: Bool {
        guard kind == .clientError else { return false }
        let lines: [StaticString] = [
            "CLIENT_ERROR unauthenticated", "CLIENT_ERROR authentication failure",
            "CLIENT_ERROR bad authentication token format", "CLIENT_ERROR auth token too long",
        ]
        return lines.contains { line.span.equals($0, in: 0..<line.count) }
    }

    /// Whether the server does not know the command: the line is `ERROR` and nothing else. With a text it says what is
    /// wrong.
    package var isBare: Bool { line.span.equals("ERROR", in: 0..<line.count) }

    /// What memcached says on a connection that it has no room for.
    package static let tooManyConnections: StaticString = "ERROR Too many open connections"

    /// Whether the refusal of a request with several keys may concern one of them, so that it is worth asking for each
    /// alone. A server that does not know the command, wants a login or has no room refuses each key as well.
    package var mayBeOfOneKey: Bool {
        !isBare && !wantsLogin && !line.span.equals(Self.tooManyConnections, in: 0..<line.count)
    }

    /// The whole line, escaped for showing.
    public var text: String { EscapedText.string(line) }
}

/// The answer to a meta command.
public struct MetaReply: Hashable, Sendable {
    /// The two letters that a meta reply begins with.
    public enum Status: UInt8, Hashable, Sendable {
        /// `HD`: done, no value.
        case done
        /// `VA`: done, with a value.
        case value
        /// `EN`: no such item (`mg`, `me`).
        case miss
        /// `NF`: no such item (`ms`, `md`, `ma`).
        case notFound
        /// `NS`: not stored.
        case notStored
        /// `EX`: the CAS token is not the item's.
        case exists
    }

    /// What happened.
    public var status: Status
    /// The value of a `VA` reply.
    public var value: [UInt8]?
    /// The return flags, in the server's order: each a letter and what is glued to it.
    public var flags: [MetaReturnFlag]

    /// Makes an answer.
    public init(status: Status, value: [UInt8]? = nil, flags: [MetaReturnFlag] = []) {
        self.status = status
        self.value = value
        self.flags = flags
    }
}

/// One flag of a meta reply: `t120` is the letter `t` with the argument `120`.
public struct MetaReturnFlag: Hashable, Sendable {
    /// The letter.
    public var letter: UInt8
    /// What follows the letter, often nothing.
    public var argument: [UInt8]

    /// Makes a flag.
    public init(letter: UInt8, argument: [UInt8] = []) {
        self.letter = letter
        self.argument = argument
    }

    /// Splits the flags of a reply line, which single spaces separate.
    package static func parse(_ line: Span<UInt8>, _ range: Range<Int>) -> [MetaReturnFlag] {
        var flags: [MetaReturnFlag] = []
        var start = range.lowerBound
        while start < range.upperBound {
            var end = start
            while end < range.upperBound, line[end] != UInt8(ascii: " ") { end += 1 }
            if end > start {
                flags.append(MetaReturnFlag(letter: line[start], argument: line.copy(start + 1..<end)))
            }
            start = end + 1
        }
        return flags
    }
}
