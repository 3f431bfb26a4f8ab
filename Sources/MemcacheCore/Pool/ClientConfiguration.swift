public import Logging

/// The settings of a client.
public struct ClientConfiguration: Sendable {
    /// The servers, in the order in which the selector counts them.
    public var servers: [WeightedServer]
    /// The client library to be compatible with: which server holds a key, how long keys may be, how values are stored.
    /// The default is python-memcached's last release.
    public var profile: ClientProfile
    /// Creates the selector for the servers and their weights. The default is the profile's.
    public var makeSelector: @Sendable (_ servers: [WeightedServer]) -> any ServerSelector {
        get { ownSelector ?? profile.makeSelector }
        set { ownSelector = newValue }
    }
    /// When a server is marked down, and for how long. A single server is never marked down, because there is no other.
    public var failurePolicy: FailurePolicy
    /// How long keys and values may be; longer ones are rejected before anything is sent. The default is the profile's:
    /// 250 bytes and 1 MiB in python-memcached.
    ///
    /// A server that finds a value too large deletes the old one too; the limit avoids that. It should match the
    /// servers' `-I` option.
    public var limits: RequestLimits {
        get { ownLimits ?? profile.limits }
        set { ownLimits = newValue }
    }
    /// How many CAS tokens the client remembers, for a compare-and-swap without one; 0 remembers none.
    /// (python-memcached's `cache_cas`, which is unbounded.)
    public var rememberedCASTokens = 0
    /// The time limit for resolving the name and connecting together. 3 s, as in python-memcached.
    public var connectTimeout: Duration
    /// The time limit for a reply, counted from the reply before it. 3 s, as in python-memcached.
    public var replyTimeout: Duration
    /// The longest value that is accepted; a connection on which a server announces a longer one is closed. 4 GiB.
    public var maximumReplyValueBytes: Int
    /// The size limit for a reply of many lines, such as statistics; if a server exceeds it, the connection is closed.
    /// 64 MiB. The values of requested items do not count: see ``maximumReplyValueBytes``.
    public var maximumReplyBytes = 67_108_864
    /// The log for connections (debug) and failing servers (warning); nil, the default, for no log. Keys and values
    /// never appear in it. (python-memcached's `debuglog`.)
    public var logger: Logger?
    /// Called with every byte that is sent or received; nil costs nothing.
    package var trace: WireTrace?
    /// What carries the bytes.
    package var sockets = Sockets.nio
    /// Replaces the network in tests.
    var network: (any NetworkSubstitute)?

    private var ownSelector: (@Sendable (_ servers: [WeightedServer]) -> any ServerSelector)?
    private var ownLimits: RequestLimits?

    /// Creates the settings for a pool of servers, with defaults for the rest.
    public init(
        servers: [WeightedServer], profile: ClientProfile = .pythonMemcached,
        failurePolicy: FailurePolicy = FailurePolicy(), connectTimeout: Duration = .seconds(3),
        replyTimeout: Duration = .seconds(3), maximumReplyValueBytes: Int = 4_294_967_296
    ) {
        self.servers = servers
        self.profile = profile
        self.failurePolicy = failurePolicy
        self.connectTimeout = connectTimeout
        self.replyTimeout = replyTimeout
        self.maximumReplyValueBytes = maximumReplyValueBytes
    }

    /// Creates the settings for one server, with defaults for the rest.
    public init(
        server: ServerAddress, connectTimeout: Duration = .seconds(3), replyTimeout: Duration = .seconds(3),
        maximumReplyValueBytes: Int = 4_294_967_296
    ) {
        self.init(
            servers: [WeightedServer(server)], connectTimeout: connectTimeout, replyTimeout: replyTimeout,
            maximumReplyValueBytes: maximumReplyValueBytes)
    }

    /// The name of the first server in messages.
    package var firstServerName: String { servers.first?.address.description ?? "no server" }

    /// The options of every connection.
    var connectionOptions: Connection.Options {
        var options = Connection.Options(
            connectTimeout: connectTimeout, maximumValueBytes: maximumReplyValueBytes,
            maximumReplyBytes: maximumReplyBytes, trace: trace)
        options.sockets = sockets
        options.network = network
        return options
    }
}
