/// A complete reply of the text protocol, from its first line to its last.
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
    /// A number on its own, the answer to `incr` and `decr`.
    case number(UInt64)
    /// `VERSION …`, with the rest of the line.
    case version([UInt8])
    /// `VALUE` blocks up to `END`, in the server's order.
    case items([Item])
    /// The answer to `mg`, `ms`, `md` or `ma`.
    case meta(MetaReply)
    /// `MN`
    case metaNoop
    /// `ME`, with the rest of the line: the key, then `name=value` pairs.
    case metaDebug([UInt8])
    /// `STAT` lines up to `END`.
    case statistics([Statistic])
    /// `ITEM` lines up to `END`, the answer to `stats cachedump`.
    case cachedKeys([CachedKey])
    /// `PREFIX` lines up to `END`, the answer to `stats detail dump`.
    case prefixes([PrefixStatistic])
    /// A `CONFIG` block, the answer of ElastiCache to `config get cluster`.
    case clusterConfiguration([UInt8])
    /// Any error line of the server.
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

    /// Creates a statistic.
    public init(name: [UInt8], value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// One `ITEM` line of `stats cachedump`: a key in the COLD segment of a slab class, as the server prints it.
public struct CachedKey: Hashable, Sendable {
    /// The key, not encoded.
    public var key: [UInt8]
    /// The length of the value in bytes.
    public var valueBytes: UInt64
    /// The Unix time at which the item expires; nil if it does not.
    public var expirationTime: Int64?

    /// Creates an entry.
    public init(key: [UInt8], valueBytes: UInt64, expirationTime: Int64? = nil) {
        self.key = key
        self.valueBytes = valueBytes
        self.expirationTime = expirationTime
    }
}

/// One `PREFIX` line of `stats detail dump`: how often the keys with a prefix were used.
public struct PrefixStatistic: Hashable, Sendable {
    /// The common part of the keys, up to the server's delimiter.
    public var prefix: [UInt8]
    /// Keys requested.
    public var gets: UInt64
    /// Keys found.
    public var hits: UInt64
    /// Items stored.
    public var sets: UInt64
    /// Items deleted.
    public var deletes: UInt64

    /// Creates an entry.
    public init(prefix: [UInt8], gets: UInt64, hits: UInt64, sets: UInt64, deletes: UInt64) {
        self.prefix = prefix
        self.gets = gets
        self.hits = hits
        self.sets = sets
        self.deletes = deletes
    }
}

/// A line with which a server reports that it did not execute a command.
public struct Refusal: Hashable, Sendable {
    /// Which side is at fault, according to the first word of the line.
    public enum Kind: UInt8, Hashable, Sendable {
        /// `ERROR`: the server does not know the command, or rejects it with a reason.
        case error
        /// `CLIENT_ERROR`: the request is at fault.
        case clientError
        /// `SERVER_ERROR`: the server could not execute it.
        case serverError
        /// `BUSY`, `BADCLASS`, `NOSPARE`, `SAME`, `NOTSTARTED`, `MEMLIMIT_…`, `WATCHER_…`: not now, or not this way.
        case unavailable
    }

    /// Which side is at fault.
    public var kind: Kind
    /// The whole line without its terminator.
    public var line: [UInt8]

    /// Creates a refusal.
    public init(kind: Kind, line: [UInt8]) {
        self.kind = kind
        self.line = line
    }

    /// Whether the server rejects everything until the client has authenticated.
    package var wantsLogin: Bool {
        guard kind == .clientError else { return false }
        let lines: [StaticString] = [
            "CLIENT_ERROR unauthenticated", "CLIENT_ERROR authentication failure",
            "CLIENT_ERROR bad authentication token format", "CLIENT_ERROR auth token too long",
        ]
        return lines.contains { line.span.equals($0, in: 0..<line.count) }
    }

    /// Whether the server does not know the command: the line is `ERROR` and nothing else. An `ERROR` with a text says
    /// what is wrong.
    package var isBare: Bool { line.span.equals("ERROR", in: 0..<line.count) }

    /// What memcached sends on a connection beyond its limit.
    package static let tooManyConnections: StaticString = "ERROR Too many open connections"

    /// Whether an error for a request with several keys may concern only one of them, so that it is worth requesting
    /// each one alone. A server that does not know the command, requires authentication or has no free connection
    /// rejects every key.
    package var mayBeOfOneKey: Bool {
        !isBare && !wantsLogin && !line.span.equals(Self.tooManyConnections, in: 0..<line.count)
    }

    /// The whole line, escaped for display.
    public var text: String { EscapedText.string(line) }
}

/// The answer to a meta command.
public struct MetaReply: Hashable, Sendable {
    /// The first two letters of a meta reply.
    public enum Status: UInt8, Hashable, Sendable {
        /// `HD`: success without a value.
        case done
        /// `VA`: success with a value.
        case value
        /// `EN`: no such item (`mg`, `me`).
        case miss
        /// `NF`: no such item (`ms`, `md`, `ma`).
        case notFound
        /// `NS`: not stored.
        case notStored
        /// `EX`: the CAS token does not match the item's.
        case exists
    }

    /// What happened.
    public var status: Status
    /// The value of a `VA` reply.
    public var value: [UInt8]?
    /// The return flags in the server's order: a letter each, and what directly follows it.
    public var flags: [MetaReturnFlag]

    /// Creates a reply.
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
    /// The text after the letter, often empty.
    public var argument: [UInt8]

    /// Creates a flag.
    public init(letter: UInt8, argument: [UInt8] = []) {
        self.letter = letter
        self.argument = argument
    }

    /// Splits the flags of a reply line, which are separated by single spaces.
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
