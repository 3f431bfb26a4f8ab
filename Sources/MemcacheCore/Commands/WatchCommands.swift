/// A kind of events that a server can report.
public struct WatchStream: Hashable, Sendable, CustomStringConvertible {
    /// The argument as sent.
    public let description: String
    /// The first version that supports it.
    public let since: ServerVersion

    private init(_ word: String, since: ServerVersion) {
        description = word
        self.since = since
    }

    /// Every key that is looked up, including by writes. Busy.
    public static let fetchers = WatchStream("fetchers", since: ServerVersion(1, 4, 26))
    /// Every store.
    public static let mutations = WatchStream("mutations", since: ServerVersion(1, 4, 26))
    /// Every item that is evicted for lack of space.
    public static let evictions = WatchStream("evictions", since: ServerVersion(1, 4, 26))
    /// Connections opened and closed.
    public static let connections = WatchStream("connevents", since: ServerVersion(1, 6, 11))
    /// The server's own work: the crawler, page moves, flash storage.
    public static let system = WatchStream("sysevents", since: ServerVersion(1, 4, 34))
    /// Every item that is deleted.
    public static let deletions = WatchStream("deletions", since: ServerVersion(1, 6, 20))
    /// Requests through the built-in proxy.
    public static let proxyRequests = WatchStream("proxyreqs", since: ServerVersion(1, 6, 16))
    /// The built-in proxy's configuration and the servers behind it.
    public static let proxyEvents = WatchStream("proxyevents", since: ServerVersion(1, 6, 15))
    /// What the built-in proxy's scripts log.
    public static let proxyUser = WatchStream("proxyuser", since: ServerVersion(1, 6, 15))

    /// Every stream except one (`rawcmds`) that is accepted but never reports anything.
    public static let all: [WatchStream] = [
        fetchers, mutations, evictions, connections, system, deletions, proxyRequests, proxyEvents, proxyUser,
    ]

    /// The stream with this exact name; nil for any other. Newer servers accept abbreviations, so an unknown name must
    /// not be sent.
    public init?(_ word: String) {
        guard let stream = Self.all.first(where: { $0.description == word }) else { return nil }
        self = stream
    }

    /// Whether the names are the same.
    public static func == (left: WatchStream, right: WatchStream) -> Bool { left.description == right.description }

    /// Hashes the name.
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

/// A request for events as they happen, which arrive without end on a separate connection.
///
/// The corresponding memcached command is `watch`.
public struct WatchRequest: Hashable, Sendable {
    /// The kinds of events, at least one.
    public var streams: [WatchStream]

    /// Creates the request.
    public init(_ streams: [WatchStream]) { self.streams = streams }

    /// Checks what can be checked before anything is sent.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public func validate() throws(MemcacheError) {
        guard !streams.isEmpty else {
            throw MemcacheError(
                .invalidArgument,
                "watch names no events: write some of \(WatchStream.all.map(\.description).joined(separator: ", "))")
        }
    }

    /// Writes the request. Nothing may precede it in the same packet, and nothing that follows is read.
    public func encode(into request: inout RequestEncoder) {
        request.line("watch", .checked(Array(streams.map(\.description).joined(separator: " ").utf8)))
    }
}

/// A line that a watched server sends, or a gap where lines are missing.
public enum WatchLine: Hashable, Sendable {
    /// An event.
    case event(WatchEvent)
    /// The client read too slowly, and the server dropped this many lines here. (`skipped=…`)
    case skipped(UInt64)
    /// The program consumed the lines too slowly, and the client dropped this many here. Not from the server.
    case lost(UInt64)

    /// Reads a line without its end. Returns nil for anything else.
    public init?(line: Span<UInt8>) {
        var end = line.count
        while end > 0, line[end - 1] == UInt8(ascii: " ") || line[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        if line.starts(with: "skipped=", in: 0..<end) {
            guard let count = ASCIINumber.parseUnsigned(line, 8..<end) else { return nil }
            self = .skipped(count)
        } else if let event = WatchEvent(line: line, end: end) {
            self = .event(event)
        } else {
            return nil
        }
    }

    /// Reads a line without its end.
    public init?(line: [UInt8]) { self.init(line: line.span) }
}

/// An event in a server.
///
/// Lines from different threads of the server arrive out of order: ``id`` gives the order.
public struct WatchEvent: Hashable, Sendable {
    /// When it happened, in seconds since 1970 on the server's clock.
    public var seconds: Int64
    /// The microseconds of that time. (The protocol writes `ts=1795332413.2144` for 2144 µs: not a decimal fraction.)
    public var microseconds: Int32
    /// The event's number: all events of a server are counted, including those that were dropped.
    public var id: UInt64
    /// What happened, such as `item_get`.
    public var type: String
    /// The other attributes of the line, in order; keys are decoded.
    public var attributes: [LineAttribute]

    /// Reads the line up to `end`. Returns nil if it is not of the form `ts=<s>.<us> gid=<n> type=<t> …`.
    init?(line: Span<UInt8>, end: Int) {
        let words = Self.words(of: line, end: end)
        guard words.count >= 3, line.starts(with: "ts=", in: words[0]), line.starts(with: "gid=", in: words[1]),
            line.starts(with: "type=", in: words[2]),
            let dot = line.firstIndex(of: UInt8(ascii: "."), from: 3), dot < words[0].upperBound,
            let seconds = ASCIINumber.parseUnsigned(line, 3..<dot).flatMap({ Int64(exactly: $0) }),
            let microseconds = ASCIINumber.parseUnsigned(line, dot + 1..<words[0].upperBound), microseconds < 1_000_000,
            let id = ASCIINumber.parseUnsigned(line, words[1].dropFirst(4))
        else { return nil }
        self.seconds = seconds
        self.microseconds = Int32(microseconds)
        self.id = id
        type = EscapedText.string(line.copy(words[2].dropFirst(5)))
        attributes = words.dropFirst(3).map { word in
            let equals = line.firstIndex(of: UInt8(ascii: "="), from: word.lowerBound) ?? word.lowerBound
            let value = equals + 1..<word.upperBound
            let isKey = line.equals("key", in: word.lowerBound..<equals)
            return LineAttribute(
                name: EscapedText.string(line.copy(word.lowerBound..<equals)),
                value: isKey ? PercentEncoding.decode(line, value) : line.copy(value))
        }
    }

    /// The words of a line. `msg`, `detail` and `req` contain any text: `detail` up to `req`, the others to the end of
    /// the line. A word without an equals sign belongs to the one before it.
    private static func words(of line: Span<UInt8>, end: Int) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start = 0
        while start < end {
            let space = min(line.firstIndex(of: UInt8(ascii: " "), from: start) ?? end, end)
            let rest = start..<end
            if line.starts(with: "msg=", in: rest) || line.starts(with: "req=", in: rest) {
                words.append(rest)
                return words
            }
            let equals = line.firstIndex(of: UInt8(ascii: "="), from: start)
            let hasName = equals.map { $0 > start && $0 < space } ?? false
            let isInDetail = words.last.map { line.starts(with: "detail=", in: $0) } ?? false
            if let last = words.last, !hasName || isInDetail {
                words[words.count - 1] = last.lowerBound..<space
            } else if hasName {
                words.append(start..<space)
            } else if space > start {
                return []
            }
            start = space + 1
        }
        return words
    }

    /// The value of an attribute, or nil.
    public subscript(name: String) -> [UInt8]? { attributes.first { $0.name == name }?.value }

    /// The numeric value of an attribute, or nil.
    public func number(_ name: String) -> Int64? { self[name].flatMap { ASCIINumber.parseSigned($0) } }

    /// The decoded key of an event about an item.
    public var key: [UInt8]? { self["key"] }

    /// The descriptor of the client's connection in the server, as in `stats conns`. Wrong for stores that are too
    /// large.
    public var clientDescriptor: Int64? { number("cfd") }
}
