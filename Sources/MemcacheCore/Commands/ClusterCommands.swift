// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

extension Command {
    /// Requests the nodes of the cluster from a node of Amazon ElastiCache. memcached itself answers `ERROR`.
    ///
    /// The corresponding command is `config get cluster`; nodes before 1.4.14 store the same text under a key.
    public struct GetClusterConfiguration: MemcacheCommand {
        /// Where the text is.
        public enum Source: Hashable, Sendable {
            /// `config get cluster`.
            case command
            /// `get AmazonElastiCache:cluster`, for old nodes.
            case legacyKey
        }

        public static let name = "config get cluster"

        /// Where the text is.
        public var source: Source

        /// Creates the command.
        public init(from source: Source = .command) { self.source = source }

        public var replyShape: CommandReplyShape {
            switch source {
            case .command: .configuration
            case .legacyKey: .value
            }
        }

        public func encode(into request: inout RequestEncoder) {
            switch source {
            case .command: request.line("config", "get", "cluster")
            case .legacyKey: request.line("get", "AmazonElastiCache:cluster")
            }
        }

        /// Returns the configuration; nil from a server that has none.
        public func interpret(_ reply: Reply) throws(MemcacheError) -> ClusterConfiguration? {
            let body: [UInt8]
            switch (source, reply) {
            case (_, .items(let items)) where items.isEmpty: return nil
            case (.command, .clusterConfiguration(let text)): body = text
            case (.legacyKey, .items(let items)) where items.count == 1: body = items[0].value
            default: throw .unexpected(reply, to: Self.name)
            }
            guard let configuration = ClusterConfiguration(body) else {
                throw MemcacheError(
                    .unreadableReply,
                    "the cluster's configuration is not a version and nodes: "
                        + EscapedText.string(Array(body.prefix(80))))
            }
            return configuration
        }
    }
}

/// The nodes of a cluster, as Amazon ElastiCache lists them.
public struct ClusterConfiguration: Hashable, Sendable {
    /// One node.
    public struct Node: Hashable, Sendable {
        /// The host name, which certificates contain too. Empty if only the address is known.
        public var hostName: String
        /// The address in the cluster's network; nil if only the name is known.
        public var ipAddress: String?
        /// The port.
        public var port: Int

        /// The address to connect to: the host name or, if there is none, the IP address.
        public var address: ServerAddress {
            ServerAddress(.tcp(host: hostName.isEmpty ? ipAddress ?? "" : hostName, port: port))
        }
    }

    /// The version of the list, which grows with every change.
    public var version: UInt64
    /// The nodes.
    public var nodes: [Node]

    /// Reads a version and `<host>|<ip>|<port>` words, separated by any white space. Returns nil for anything else.
    package init?(_ body: [UInt8]) {
        let words = body.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        guard let first = words.first, let version = ASCIINumber.parseUnsigned(Array(first)) else { return nil }
        self.version = version
        nodes = []
        for word in words.dropFirst() {
            let parts = word.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false).map(Array.init)
            guard parts.count == 3, word.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
                !parts[0].isEmpty || !parts[1].isEmpty,
                let port = ASCIINumber.parseUnsigned(parts[2]), (1...65_535).contains(port)
            else { return nil }
            let address = String(decoding: parts[1], as: UTF8.self)
            nodes.append(
                Node(
                    hostName: String(decoding: parts[0], as: UTF8.self), ipAddress: address.isEmpty ? nil : address,
                    port: Int(port)))
        }
    }
}
