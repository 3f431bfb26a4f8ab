// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

extension Command {
    /// Reads a group of the server's statistics.
    ///
    /// Reading is harmless, except that ``Group/items`` and ``Group/slabs`` take locks for a moment. Names and values
    /// are the server's own bytes; unknown ones are kept.
    ///
    /// The corresponding memcached command is `stats`, alone or with the name of the group.
    public struct Statistics: MemcacheCommand {
        /// A group of statistics. Servers from 1.6.43 on accept abbreviations of some groups (`stats r` resets), so a
        /// group cannot be created from an arbitrary word.
        public struct Group: Hashable, Sendable, CustomStringConvertible {
            /// The argument as sent; empty for the general statistics.
            public let description: String

            private init(_ word: String) { description = word }

            /// Counters and gauges of the whole server.
            public static let general = Group("")
            /// The items in each slab class. Empty for an empty cache.
            public static let items = Group("items")
            /// The memory in each slab class, and totals.
            public static let slabs = Group("slabs")
            /// How many items of each size there are; only the status if the server does not count them.
            public static let sizes = Group("sizes")
            /// The settings.
            public static let settings = Group("settings")
            /// The address and state of each connection. Shows who the clients are. Since 1.4.18.
            public static let connections = Group("conns")
            /// The state of each page of flash storage. Empty without flash. Since 1.5.4.
            public static let extstore = Group("extstore")
            /// The built-in proxy. Since 1.6.13.
            public static let proxy = Group("proxy")
            /// The functions that the built-in proxy runs. Since 1.6.23.
            public static let proxyFunctions = Group("proxyfuncs")
            /// The servers behind the built-in proxy. Since 1.6.27.
            public static let proxyBackends = Group("proxybe")
            /// The servers behind an mcrouter.
            public static let mcrouterServers = Group("servers")
            /// The servers behind an mcrouter that it suspects to be down.
            public static let mcrouterSuspects = Group("suspect_servers")
            /// Everything an mcrouter counts.
            public static let mcrouterAll = Group("all")

            /// Every group of memcached, as opposed to those of routers.
            public static let memcached: [Group] = [
                general, items, slabs, sizes, settings, connections, extstore, proxy, proxyFunctions, proxyBackends,
            ]
        }

        public static let name = "stats"

        /// The group to read.
        public var group: Group

        /// Creates the command.
        public init(_ group: Group = .general) { self.group = group }

        public var replyShape: CommandReplyShape { .statistics }

        public func encode(into request: inout RequestEncoder) {
            if group == .general {
                request.line("stats")
            } else {
                request.line("stats", .checked(Array(group.description.utf8)))
            }
        }

        /// Returns the statistics in the server's order.
        public func interpret(_ reply: Reply) throws(MemcacheError) -> [Statistic] {
            guard case .statistics(let statistics) = reply else { throw .unexpected(reply, to: Self.name) }
            return statistics
        }
    }

    /// Resets the server's counters to 0, for everyone who monitors them. Gauges and the uptime stay.
    ///
    /// The corresponding memcached command is `stats reset`.
    public struct ResetStatistics: MemcacheCommand {
        public static let name = "stats reset"

        /// Creates the command.
        public init() {}

        public var replyShape: CommandReplyShape { .line }

        public func encode(into request: inout RequestEncoder) { request.line("stats", "reset") }

        public func interpret(_ reply: Reply) throws(MemcacheError) {
            guard reply == .reset else { throw .unexpected(reply, to: Self.name) }
        }
    }

    /// Turns statistics by key prefix on or off. While they are on, every `get`, `set` and `delete` takes one lock of
    /// the whole server.
    ///
    /// The corresponding memcached commands are `stats detail on` and `stats detail off`.
    public struct SetPrefixStatistics: MemcacheCommand {
        public static let name = "stats detail"

        /// Whether prefixes are counted from now on.
        public var isOn: Bool

        /// Creates the command.
        public init(isOn: Bool) { self.isOn = isOn }

        public var replyShape: CommandReplyShape { .line }

        public func encode(into request: inout RequestEncoder) {
            request.line("stats", "detail", isOn ? "on" : "off")
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
    }

    /// Reads how often the keys of each prefix were used, since ``Command/SetPrefixStatistics`` turned counting on.
    ///
    /// The corresponding memcached command is `stats detail dump`.
    public struct PrefixStatistics: MemcacheCommand {
        public static let name = "stats detail dump"

        /// Creates the command.
        public init() {}

        public var replyShape: CommandReplyShape { .statistics }

        public func encode(into request: inout RequestEncoder) { request.line("stats", "detail", "dump") }

        public func interpret(_ reply: Reply) throws(MemcacheError) -> [PrefixStatistic] {
            switch reply {
            case .prefixes(let prefixes): prefixes
            case .statistics([]): []
            default: throw .unexpected(reply, to: Self.name)
            }
        }
    }

    /// Reads some keys of a slab class: the COLD ones, at most 2 MB of them. It is not a list of all keys, and stores
    /// to the class wait in the meantime.
    ///
    /// The corresponding memcached command is `stats cachedump`.
    public struct CacheDump: MemcacheCommand {
        public static let name = "stats cachedump"

        /// The slab class.
        public var slabClass: SlabClass
        /// The maximum number of keys to return; 0 for as many as fit.
        public var limit: UInt32

        /// Creates the command.
        public init(_ slabClass: SlabClass, limit: UInt32 = 0) {
            self.slabClass = slabClass
            self.limit = limit
        }

        public var replyShape: CommandReplyShape { .statistics }

        public func encode(into request: inout RequestEncoder) {
            request.line("stats", "cachedump", .number(UInt64(slabClass.number)), .number(UInt64(limit)))
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) -> [CachedKey] {
            switch reply {
            case .cachedKeys(let keys): keys
            case .statistics([]): []
            default: throw .unexpected(reply, to: Self.name)
            }
        }
    }
}
