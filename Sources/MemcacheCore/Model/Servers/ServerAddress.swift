/// Where a server listens.
public struct ServerAddress: Hashable, Sendable {
    /// memcached's default port.
    public static let defaultPort = 11211

    /// The two ways to reach a server.
    public enum Endpoint: Hashable, Sendable {
        /// A host name or a numeric address, and a TCP port. IPv6 addresses have no brackets here.
        case tcp(host: String, port: Int)
        /// The path of a Unix socket.
        case unix(path: String)
    }

    /// How the server is reached.
    public var endpoint: Endpoint

    /// Creates an address for an endpoint.
    public init(_ endpoint: Endpoint) { self.endpoint = endpoint }

    /// Reads an address as people write it: `host`, `host:port`, `[v6]:port`, a bare IPv6 address, `/path`, `./path`,
    /// `unix:/path`, and python-memcached's `inet:host:port` and `inet6:[v6]:port`.
    ///
    /// - Parameter defaultPort: The port of an address without one.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument`` and a message that says what to
    ///   write.
    public init(_ text: String, defaultPort: Int = ServerAddress.defaultPort) throws(MemcacheError) {
        func fault(
            _ reason: String, advice: String = "write host, host:port, [v6]:port or /path/to/socket"
        ) -> MemcacheError {
            MemcacheError(
                .invalidArgument, "\"\(EscapedText.string(Array(text.utf8)))\" is not a server: \(reason); \(advice)")
        }
        if text.contains(where: { $0.asciiValue.map { $0 < 0x20 || $0 == 0x7f } ?? false }) {
            throw fault("it contains a control character")
        }
        if ServerAddress.isPath(text) {
            let path = text.hasPrefix("unix:") ? String(text.dropFirst(5)) : text
            guard !path.isEmpty else { throw fault("the path is missing") }
            guard !text.hasPrefix("~") else { throw fault("~ is not expanded here", advice: "write the whole path") }
            guard !ServerAddress.hasPortBeforeSlash(text) else { throw fault("leave out what follows the port") }
            guard path.utf8.count <= 107 else { throw fault("a socket's path has at most 107 bytes") }
            endpoint = .unix(path: path)
            return
        }
        if let scheme = text.firstRange(of: "://") {
            throw fault("leave out \"\(EscapedText.string(Array(text[..<scheme.upperBound].utf8)))\"")
        }
        var rest = Substring(text)
        if rest.hasPrefix("inet6:") {
            rest = rest.dropFirst(6)
        } else if rest.hasPrefix("inet:") {
            rest = rest.dropFirst(5)
        }
        let host: Substring
        var port: Substring?
        if rest.hasPrefix("[") {
            guard let close = rest.firstIndex(of: "]") else { throw fault("the bracket \"[\" is not closed") }
            host = rest[rest.index(after: rest.startIndex)..<close]
            let tail = rest[rest.index(after: close)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { throw fault("a \":\" must follow the bracket \"]\"") }
            port = tail.isEmpty ? nil : tail.dropFirst()
        } else if rest.count(where: { $0 == ":" }) > 1 {
            guard ServerAddress.isNumericIPv6(rest) else {
                throw fault("it has too many colons")
            }
            host = rest
        } else {
            let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            host = parts[0]
            port = parts.count == 2 ? parts[1] : nil
        }
        guard !host.isEmpty else { throw fault("the host is missing") }
        guard !host.contains(" ") else { throw fault("a host name contains no spaces") }
        guard !host.contains("/") else { throw fault("a host name contains no slash") }
        var number = defaultPort
        if let port {
            guard let parsed = Int(port), (1...65535).contains(parsed), port.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 })
            else { throw fault("\"\(port)\" is not a port (1 to 65535)") }
            number = parsed
        }
        endpoint = .tcp(host: String(host), port: number)
    }
}

extension ServerAddress {
    /// Whether a text names a socket by its path: host names contain no slash.
    static func isPath(_ text: String) -> Bool {
        guard !text.hasPrefix("unix:") else { return true }
        return text.contains("/") && !text.contains("://") && !text.hasPrefix("inet:") && !text.hasPrefix("inet6:")
    }

    /// Whether a text is `host:port/…`, rather than the path of a socket.
    private static func hasPortBeforeSlash(_ text: String) -> Bool {
        let first = text.prefix { $0 != "/" }
        guard !text.hasPrefix("unix:"), let colon = first.lastIndex(of: ":"), colon > first.startIndex else {
            return false
        }
        let port = first[first.index(after: colon)...].utf8
        return !port.isEmpty && port.allSatisfy { $0 >= 48 && $0 <= 57 }
    }

    /// Whether a text looks like an IPv6 address without brackets, possibly with a scope after `%`.
    private static func isNumericIPv6(_ text: Substring) -> Bool {
        let address = text.prefix { $0 != "%" }
        let groups = address.split(separator: ":", omittingEmptySubsequences: false)
        let isHexadecimal = address.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        return isHexadecimal && (address.contains("::") || groups.count == 8)
    }
}

extension ServerAddress: CustomStringConvertible {
    /// `host:port`, `[v6]:port` or `unix:path`, which ``init(_:defaultPort:)`` reads back as the same address.
    public var description: String {
        switch endpoint {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
