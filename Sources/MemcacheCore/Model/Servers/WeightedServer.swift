/// A server and its share of the keys.
///
///     try WeightedServer("cache1:11211:3")            // three times the keys of a server without weight
///     try WeightedServer.list("cache1, cache2:11212 [::1]:11211:2 /run/memcached.sock")
public struct WeightedServer: Hashable, Sendable {
    /// The largest weight that is accepted.
    public static let maximumWeight = 1_000_000

    /// Where the server listens.
    public var address: ServerAddress
    /// Its share of the keys, relative to the other servers' weights. A server of weight 0 or less gets no keys, but it
    /// is included in requests to all servers, such as statistics.
    public var weight: Int

    /// Creates a server from its parts.
    public init(_ address: ServerAddress, weight: Int = 1) {
        self.address = address
        self.weight = weight
    }

    /// Reads a server as people write it: what ``ServerAddress/init(_:defaultPort:)`` reads, followed by `:weight` if
    /// the address is `host:port`, `[v6]:port` or a path.
    ///
    /// A number after a colon at the end of a path is the weight: the socket `/run/cache:5` is written
    /// `/run/cache:5:1`.
    ///
    /// - Parameter defaultPort: The port of a server without one.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument`` and a message that says what to
    ///   write.
    public init(_ text: String, defaultPort: Int = ServerAddress.defaultPort) throws(MemcacheError) {
        guard let colon = WeightedServer.colonBeforeWeight(in: text) else {
            self.init(try ServerAddress(text, defaultPort: defaultPort))
            return
        }
        // A fault in the address is reported first: a text that is no address has no weight either.
        let address = try ServerAddress(String(text[..<colon]), defaultPort: defaultPort)
        let written = text[text.index(after: colon)...]
        guard let weight = WeightedServer.number(written), weight <= WeightedServer.maximumWeight else {
            throw MemcacheError(
                .invalidArgument,
                "\"\(EscapedText.string(Array(written.utf8)))\" is not the weight of a server, "
                    + "in \"\(EscapedText.string(Array(text.utf8)))\"; "
                    + "write host:port:weight with a weight of 0 to \(WeightedServer.maximumWeight)")
        }
        self.init(address, weight: weight)
    }

    /// Reads a list of servers separated by commas or spaces, in their order. A path that contains a comma or a space
    /// cannot be part of a list.
    ///
    /// - Throws: ``MemcacheError``, as for one server, or if there is none.
    public static func list(
        _ text: String, defaultPort: Int = ServerAddress.defaultPort
    ) throws(MemcacheError) -> [WeightedServer] {
        var servers: [WeightedServer] = []
        for part in text.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" || $0.isNewline }) {
            servers.append(try WeightedServer(String(part), defaultPort: defaultPort))
        }
        guard !servers.isEmpty else {
            throw MemcacheError(
                .invalidArgument, "no server is named; write one or more, such as cache1:11211,cache2:11211")
        }
        return servers
    }

    /// The last colon of a text, if the text after it can be a weight.
    private static func colonBeforeWeight(in text: String) -> String.Index? {
        guard let last = text.lastIndex(of: ":") else { return nil }
        if ServerAddress.isPath(text) {
            let isPrefix = text[..<last] == "unix"
            return !isPrefix && number(text[text.index(after: last)...]) != nil ? last : nil
        }
        var rest = Substring(text)
        for family in ["inet6:", "inet:"] where rest.hasPrefix(family) {
            rest = rest.dropFirst(family.count)
            break
        }
        if rest.hasPrefix("[") {
            guard let close = rest.firstIndex(of: "]") else { return nil }
            rest = rest[rest.index(after: close)...]
        } else if rest.contains("::") {
            return nil
        }
        return rest.count(where: { $0 == ":" }) == 2 ? last : nil
    }

    /// The number written by a text that consists only of digits.
    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
    }
}

extension WeightedServer {
    /// Reads a server as python-memcached does, rejecting what it rejects: `host`, `host:port`, `inet:host:port`,
    /// `inet6:[address]:port` and `unix:path`. The weight is not part of the text there.
    ///
    /// What python-memcached accepts but cannot use is rejected as well: port 0 and ports above 65535, an empty path,
    /// `/path` and `[host]` as a host name, spaces in a host, a newline or another control character anywhere. A name
    /// is looked up in both address families here; python-memcached uses IPv4 only, or IPv6 only after `inet6:`.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument`` and a message that says what to
    ///   write.
    public init(pythonMemcached text: String, weight: Int = 1) throws(MemcacheError) {
        if let reason = WeightedServer.pythonMemcachedFault(in: text) {
            throw MemcacheError(
                .invalidArgument,
                "\"\(EscapedText.string(Array(text.utf8)))\" is not a server to python-memcached: \(reason); "
                    + "write host, host:port, inet6:[address]:port or unix:/path")
        }
        self.init(try ServerAddress(text), weight: weight)
    }

    /// Why python-memcached does not read a text as ``ServerAddress`` does; nil if both agree, or both reject it.
    private static func pythonMemcachedFault(in text: String) -> String? {
        if text.hasPrefix("unix:") { return nil }
        if text.hasPrefix("inet6:[") {
            let host = text.dropFirst(7).prefix { $0 != "[" && $0 != "]" }
            let tail = text[host.endIndex...]
            return tail == "]" || tail.hasPrefix("]:") ? nil : "the address in brackets is malformed"
        }
        let rest = text.hasPrefix("inet:") ? text.dropFirst(5) : Substring(text)
        if rest.contains("/") { return "it takes a path as a host name" }
        if rest.hasPrefix("[") { return "it takes brackets only after inet6:" }
        if text.hasPrefix("inet6:") { return "it takes an IPv6 address only in brackets" }
        return rest.count(where: { $0 == ":" }) > 1 ? "it has too many colons" : nil
    }

    /// The name of the server in python-memcached's `get_stats`: `127.0.0.1:11211 (1)`, `unix:/path (3)`.
    public var pythonMemcachedName: String { "\(address) (\(weight))" }
}

extension WeightedServer: CustomStringConvertible {
    /// The text that ``init(_:defaultPort:)`` reads back as the same server: the address, and the weight if it is not
    /// 1.
    public var description: String {
        let name = address.description
        return weight == 1 && WeightedServer.colonBeforeWeight(in: name) == nil ? name : "\(name):\(weight)"
    }
}
