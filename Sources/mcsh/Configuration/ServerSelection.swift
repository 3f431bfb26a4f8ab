import MemcacheCore

/// The servers that a session talks to, and how: what options, environment and configuration file come to.
struct ServerSelection: Hashable, Sendable {
    /// What the prompt and messages call it: `10.0.0.5:11211`, `@sessions`; of several servers without a name the first
    /// and how many more, `10.0.0.5:11211+2`.
    var name: String
    /// The servers, in the order that they were named in.
    var servers: [WeightedServer]
    /// The client library whose conventions hold.
    var profile = ClientProfile.pythonMemcached.name
    /// What stands before every key on the servers.
    var prefix: [UInt8] = []
    /// How long an answer may take.
    var timeout: Duration = .seconds(3)
    /// How long connecting may take.
    var connectTimeout: Duration = .seconds(3)
    /// How long a server that failed is left alone.
    var deadRetry: Duration = .seconds(30)
    /// Whether mistakes would be costly here.
    var isProduction = false
    /// Whether every command that changes something is refused.
    var isReadOnly = false
    /// The pools that list servers which were named directly, the strictest first; empty for a pool.
    var listingPools: [String] = []

    /// Servers and how they are used; what `settings` does not say is at its default.
    ///
    /// - Parameter pool: The name of the pool that the servers are from.
    init(pool: String? = nil, servers: [WeightedServer], settings: PoolSettings = PoolSettings()) {
        name = pool.map { "@\($0)" } ?? ServerSelection.name(of: servers)
        self.servers = servers
        profile = settings.profile ?? profile
        prefix = settings.prefix ?? prefix
        timeout = settings.timeout ?? timeout
        connectTimeout = settings.connectTimeout ?? connectTimeout
        deadRetry = settings.deadRetry ?? deadRetry
        isProduction = settings.stage == .production
        isReadOnly = settings.isReadOnly ?? isReadOnly
    }

    /// The same settings for another server.
    func with(server: ServerAddress) -> ServerSelection {
        var copy = self
        copy.servers = [WeightedServer(server)]
        copy.name = ServerSelection.name(of: copy.servers)
        copy.listingPools = []
        return copy
    }

    private static func name(of servers: [WeightedServer]) -> String {
        let first = servers.first?.address.description ?? "no server"
        return servers.count > 1 ? "\(first)+\(servers.count - 1)" : first
    }

    /// The settings of a client of these servers. Its keys are as sent: the prefix stands in them.
    var clientConfiguration: ClientConfiguration {
        var configuration = ClientConfiguration(
            servers: servers, failurePolicy: FailurePolicy(deadRetry: deadRetry), connectTimeout: connectTimeout,
            replyTimeout: timeout)
        if let profile = try? ClientProfile(named: profile) { configuration.profile = profile }
        // What a server takes is for the server to say, to somebody who looks at it.
        configuration.limits.maximumValueBytes = nil
        return configuration
    }
}
