public import Logging

/// What a client works with.
public struct ClientConfiguration: Sendable {
    /// The servers, in the order that the selector counts them in.
    public var servers: [WeightedServer]
    /// The client library to agree with: where keys lie, how long they may be, how values are kept. python-memcached's
    /// last release, unless another is given.
    public var profile: ClientProfile
    /// What chooses the server of a key, made for the servers' weights. The profile's, unless another is given.
    public var makeSelector: @Sendable (_ servers: [WeightedServer]) -> any ServerSelector {
        get { ownSelector ?? profile.makeSelector }
        set { ownSelector = newValue }
    }
    /// When a server counts as dead, and for how long. A single server never counts as dead: there is no other.
    public var failurePolicy: FailurePolicy
    /// How long keys and values may be; what is longer is refused before anything is sent. The profile's, unless others
    /// are given: 250 bytes and 1 MiB in python-memcached.
    ///
    /// A server that finds a value too large drops the old one too; the limit spares that. It should be what the servers
    /// are started with (`-I`).
    public var limits: RequestLimits {
        get { ownLimits ?? profile.limits }
        set { ownLimits = newValue }
    }
    /// How many CAS tokens the client remembers, for a compare-and-swap without one; 0 remembers none. (python-memcached's
    /// `cache_cas`, which has no bound.)
    public var rememberedCASTokens = 0
    /// How long resolving the name and connecting may take together. 3 s, as in python-memcached.
    public var connectTimeout: Duration
    /// How long a server may take to answer, counted from the answer before. 3 s, as in python-memcached.
    public var replyTimeout: Duration
    /// The longest value that is read; a server that announces a longer one is not trusted. 4 GiB.
    public var maximumReplyValueBytes: Int
    /// The most that is kept of a reply of many lines, such as statistics; a server that goes on is not trusted. 64 MiB.
    /// The values of items that were asked for do not count: see ``maximumReplyValueBytes``.
    public var maximumReplyBytes = 67_108_864
    /// Is told of connections (debug) and of servers that fail (warning); nil, the default, for nobody. Keys and values are
    /// never in it. (python-memcached's `debuglog`.)
    public var logger: Logger?
    /// Is shown every byte that is sent or received; nil costs nothing.
    package var trace: WireTrace?
    /// Replaces the network in tests.
    var network: (any NetworkSubstitute)?

    private var ownSelector: (@Sendable (_ servers: [WeightedServer]) -> any ServerSelector)?
    private var ownLimits: RequestLimits?

    /// The settings for a pool of servers, all others at their defaults.
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

    /// The settings for one server, all others at their defaults.
    public init(
        server: ServerAddress, connectTimeout: Duration = .seconds(3), replyTimeout: Duration = .seconds(3),
        maximumReplyValueBytes: Int = 4_294_967_296
    ) {
        self.init(
            servers: [WeightedServer(server)], connectTimeout: connectTimeout, replyTimeout: replyTimeout,
            maximumReplyValueBytes: maximumReplyValueBytes)
    }

    /// What the first server is called in messages.
    package var firstServerName: String { servers.first?.address.description ?? "no server" }

    /// The settings of every connection.
    var connectionOptions: Connection.Options {
        var options = Connection.Options(
            connectTimeout: connectTimeout, maximumValueBytes: maximumReplyValueBytes,
            maximumReplyBytes: maximumReplyBytes, trace: trace)
        options.network = network
        return options
    }
}
