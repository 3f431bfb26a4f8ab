// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

extension Command {
    /// Reads an item.
    ///
    /// The value of a counter may end with spaces, and an item that a meta command would report as stale looks fresh.
    ///
    /// The corresponding memcached command is `get`.
    public struct Get: MemcacheCommand {
        public static let name = "get"

        /// The item's key.
        public var key: Key

        /// Creates the command.
        public init(_ key: Key) { self.key = key }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .value }

        public var sharedRead: SharedRead? { SharedRead(.get, key) }

        public func validate() throws(MemcacheError) { try validateClassic(key) }

        public func encode(into request: inout RequestEncoder) {
            request.retrieval("get", keys: [key])
        }

        /// Returns the item, or nil if there is none.
        public func interpret(_ reply: Reply) throws(MemcacheError) -> Item? {
            try Found(reply, to: Self.name, askedFor: [key], withCAS: false).items.first
        }
    }

    /// Reads an item and its CAS token, for ``Command/CompareAndSwap``.
    ///
    /// The corresponding memcached command is `gets`.
    public struct Gets: MemcacheCommand {
        public static let name = "gets"

        /// The item's key.
        public var key: Key

        /// Creates the command.
        public init(_ key: Key) { self.key = key }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .value }

        public var sharedRead: SharedRead? { SharedRead(.gets, key) }

        public func validate() throws(MemcacheError) { try validateClassic(key) }

        public func encode(into request: inout RequestEncoder) {
            request.retrieval("gets", keys: [key])
        }

        /// Returns the item, or nil if there is none.
        public func interpret(_ reply: Reply) throws(MemcacheError) -> Item? {
            try Found(reply, to: Self.name, askedFor: [key], withCAS: true).items.first
        }
    }

    /// Reads many items of one server in one exchange.
    ///
    /// The corresponding memcached command is `get`, with all keys in one line of any length.
    public struct GetMany: ManyKeysCommand {
        public static let name = "get"

        /// The items' keys, at least one.
        public var keys: [Key]

        /// Creates the command.
        public init(_ keys: [Key]) { self.keys = keys }

        /// The server of the first key: the caller has grouped the keys by server.
        public var route: CommandRoute { keys.first.map { .owner(of: $0) } ?? .anyServer }

        public var replyShape: CommandReplyShape { keys.count == 1 ? .value : .values }

        public func validate() throws(MemcacheError) {
            try validateClassic(keys)
        }

        public func encode(into request: inout RequestEncoder) {
            request.retrieval("get", keys: keys)
        }

        /// Returns the items found, in the order of the keys; an item whose key was given twice is returned twice.
        public func interpret(_ reply: Reply) throws(MemcacheError) -> [Item] {
            try Found(reply, to: Self.name, askedFor: keys, withCAS: false).items
        }
    }

    /// Reads many items of one server and their CAS tokens in one exchange.
    ///
    /// The corresponding memcached command is `gets`, with all keys in one line of any length.
    public struct GetsMany: ManyKeysCommand {
        public static let name = "gets"

        /// The items' keys, at least one.
        public var keys: [Key]

        /// Creates the command.
        public init(_ keys: [Key]) { self.keys = keys }

        /// The server of the first key: the caller has grouped the keys by server.
        public var route: CommandRoute { keys.first.map { .owner(of: $0) } ?? .anyServer }

        public var replyShape: CommandReplyShape { keys.count == 1 ? .value : .values }

        public func validate() throws(MemcacheError) {
            try validateClassic(keys)
        }

        public func encode(into request: inout RequestEncoder) {
            request.retrieval("gets", keys: keys)
        }

        /// Returns the items found, in the order of the keys; an item whose key was given twice is returned twice.
        public func interpret(_ reply: Reply) throws(MemcacheError) -> [Item] {
            try Found(reply, to: Self.name, askedFor: keys, withCAS: true).items
        }
    }

    /// Reads an item and gives it a new lifetime.
    ///
    /// The corresponding memcached command is `gat` (since 1.5.3).
    public struct GetAndTouch: MemcacheCommand {
        public static let name = "gat"

        /// The item's key.
        public var key: Key
        /// The new lifetime, counted from when the server reads the command.
        public var expiration: Expiration

        /// Creates the command.
        public init(_ key: Key, expiration: Expiration) {
            self.key = key
            self.expiration = expiration
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .value }

        public func validate() throws(MemcacheError) { try validateClassic(key) }

        public func encode(into request: inout RequestEncoder) {
            request.retrieval("gat", expiration: expiration.wireValue(), keys: [key])
        }

        /// Returns the item, or nil if there is none.
        public func interpret(_ reply: Reply) throws(MemcacheError) -> Item? {
            try Found(reply, to: Self.name, askedFor: [key], withCAS: false).items.first
        }
    }

    /// Reads an item and its CAS token, and gives it a new lifetime.
    ///
    /// The corresponding memcached command is `gats` (since 1.5.3).
    public struct GetAndTouchWithCAS: MemcacheCommand {
        public static let name = "gats"

        /// The item's key.
        public var key: Key
        /// The new lifetime, counted from when the server reads the command.
        public var expiration: Expiration

        /// Creates the command.
        public init(_ key: Key, expiration: Expiration) {
            self.key = key
            self.expiration = expiration
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .value }

        public func validate() throws(MemcacheError) { try validateClassic(key) }

        public func encode(into request: inout RequestEncoder) {
            request.retrieval("gats", expiration: expiration.wireValue(), keys: [key])
        }

        /// Returns the item, or nil if there is none.
        public func interpret(_ reply: Reply) throws(MemcacheError) -> Item? {
            try Found(reply, to: Self.name, askedFor: [key], withCAS: true).items.first
        }
    }

    /// Reads some items and gives them a new lifetime, in one exchange. For many keys, see ``split(_:expiration:)``.
    ///
    /// The corresponding memcached command is `gat` (since 1.5.3), in a line of at most 2000 bytes.
    public struct GetAndTouchMany: ManyKeysCommand {
        public static let name = "gat"

        /// The items' keys, at least one.
        public var keys: [Key]
        /// The items' new lifetime, counted from when the server reads the command.
        public var expiration: Expiration

        /// Creates the command.
        public init(_ keys: [Key], expiration: Expiration) {
            self.keys = keys
            self.expiration = expiration
        }

        /// Splits any number of keys into commands whose lines are short enough: servers disconnect on a longer one.
        public static func split(_ keys: [Key], expiration: Expiration) -> [Command.GetAndTouchMany] {
            RetrievalLine.split(keys).map { Command.GetAndTouchMany($0, expiration: expiration) }
        }

        /// The server of the first key: the caller has grouped the keys by server.
        public var route: CommandRoute { keys.first.map { .owner(of: $0) } ?? .anyServer }

        public var replyShape: CommandReplyShape { keys.count == 1 ? .value : .values }

        public func validate() throws(MemcacheError) {
            try validateClassic(keys)
            try RetrievalLine.validate(keys, of: Self.name)
        }

        public func encode(into request: inout RequestEncoder) {
            request.retrieval("gat", expiration: expiration.wireValue(), keys: keys)
        }

        /// Returns the items found, in the order of the keys; an item whose key was given twice is returned twice.
        public func interpret(_ reply: Reply) throws(MemcacheError) -> [Item] {
            try Found(reply, to: Self.name, askedFor: keys, withCAS: false).items
        }
    }

    /// Reads some items and their CAS tokens, and gives the items a new lifetime, in one exchange. For many keys, see
    /// ``split(_:expiration:)``.
    ///
    /// The corresponding memcached command is `gats` (since 1.5.3), in a line of at most 2000 bytes.
    public struct GetAndTouchManyWithCAS: ManyKeysCommand {
        public static let name = "gats"

        /// The items' keys, at least one.
        public var keys: [Key]
        /// The items' new lifetime, counted from when the server reads the command.
        public var expiration: Expiration

        /// Creates the command.
        public init(_ keys: [Key], expiration: Expiration) {
            self.keys = keys
            self.expiration = expiration
        }

        /// Splits any number of keys into commands whose lines are short enough: servers disconnect on a longer one.
        public static func split(_ keys: [Key], expiration: Expiration) -> [Command.GetAndTouchManyWithCAS] {
            RetrievalLine.split(keys).map { Command.GetAndTouchManyWithCAS($0, expiration: expiration) }
        }

        /// The server of the first key: the caller has grouped the keys by server.
        public var route: CommandRoute { keys.first.map { .owner(of: $0) } ?? .anyServer }

        public var replyShape: CommandReplyShape { keys.count == 1 ? .value : .values }

        public func validate() throws(MemcacheError) {
            try validateClassic(keys)
            try RetrievalLine.validate(keys, of: Self.name)
        }

        public func encode(into request: inout RequestEncoder) {
            request.retrieval("gats", expiration: expiration.wireValue(), keys: keys)
        }

        /// Returns the items found, in the order of the keys; an item whose key was given twice is returned twice.
        public func interpret(_ reply: Reply) throws(MemcacheError) -> [Item] {
            try Found(reply, to: Self.name, askedFor: keys, withCAS: true).items
        }
    }
}

extension MemcacheCommand {
    /// Throws if there are no keys, or if only the meta commands can carry one of them.
    fileprivate func validateClassic(_ keys: [Key]) throws(MemcacheError) {
        guard !keys.isEmpty else {
            throw MemcacheError(.invalidArgument, "\(Self.name) has no key: name at least one")
        }
        for key in keys { try validateClassic(key) }
    }
}

/// The limits of a `gat` or `gats` line.
///
/// A server disconnects on more than 2048 bytes without a line end, except in `get` and `gets`.
private enum RetrievalLine {
    /// The longest line sent, including its end.
    static let maximumBytes = 2000
    /// `gats`, the longest expiration with a space, and the line end.
    static let overhead = 4 + 12 + 2

    static func validate(_ keys: [Key], of command: String) throws(MemcacheError) {
        let bytes = keys.reduce(overhead) { $0 + 1 + $1.bytes.count }
        guard bytes <= maximumBytes else {
            throw MemcacheError(
                .invalidArgument,
                "the \(keys.count) keys make a line of \(bytes) bytes: \(command) accepts at most \(maximumBytes), "
                    + "so use several commands")
        }
    }

    static func split(_ keys: [Key]) -> [[Key]] {
        var lines: [[Key]] = []
        var line: [Key] = []
        var bytes = overhead
        for key in keys {
            if bytes + 1 + key.bytes.count > maximumBytes, !line.isEmpty {
                lines.append(line)
                line = []
                bytes = overhead
            }
            line.append(key)
            bytes += 1 + key.bytes.count
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}

/// The items of a reply, checked against the requested keys.
private struct Found {
    let items: [Item]

    init(_ reply: Reply, to command: String, askedFor keys: [Key], withCAS: Bool) throws(MemcacheError) {
        guard case .items(let items) = reply else { throw .unexpected(reply, to: command) }
        // Servers reply in the order of the keys; the search for an item's key therefore continues where the last one
        // ended.
        var next = keys.startIndex
        var isInOrder = true
        for item in items {
            if withCAS, item.cas == nil {
                throw MemcacheError(.unreadableReply, "the server's answer to \(command) has no CAS token")
            }
            while next < keys.endIndex, keys[next].bytes != item.key.bytes { next += 1 }
            guard next < keys.endIndex else {
                isInOrder = false
                break
            }
            next += 1
        }
        if !isInOrder {
            let asked = Set(keys.map(\.bytes))
            for item in items where !asked.contains(item.key.bytes) {
                throw MemcacheError(
                    .unreadableReply,
                    "the server's answer to \(command) has the key \"\(item.key)\", which was not requested")
            }
            guard items.count <= keys.count else {
                throw MemcacheError(
                    .unreadableReply, "the server's answer to \(command) has more items than were requested")
            }
        }
        self.items = items
    }
}
