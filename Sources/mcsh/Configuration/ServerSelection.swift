import MemcacheCore

/// The servers that a session talks to, and how: the result of options, environment and configuration file.
struct ServerSelection: Hashable, Sendable {
    /// The name in the prompt and in messages: `10.0.0.5:11211`, `@sessions`; for several servers without a name the
    /// first one and the number of others, `10.0.0.5:11211+2`.
    var name: String
    /// The servers, in the order in which they were named.
    var servers: [WeightedServer]
    /// The client library whose conventions apply.
    var profile = ClientProfile.pythonMemcached.name
    /// The prefix of every key on the servers.
    var prefix: [UInt8] = []
    /// The time limit for an answer.
    var timeout: Duration = .seconds(3)
    /// The time limit for connecting.
    var connectTimeout: Duration = .seconds(3)
    /// How long a server that failed is skipped.
    var deadRetry: Duration = .seconds(30)
    /// Whether mistakes would be costly here.
    var isProduction = false
    /// Whether every command that changes something is refused.
    var isReadOnly = false
    /// The pools that list servers that were named directly, the strictest first; empty for a pool.
    var listingPools: [String] = []

    /// Servers and how they are used; what `settings` does not specify has its default.
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

    /// The settings of a client of these servers. Its keys are as sent: they include the prefix.
    var clientConfiguration: ClientConfiguration {
        var configuration = ClientConfiguration(
            servers: servers, failurePolicy: FailurePolicy(deadRetry: deadRetry), connectTimeout: connectTimeout,
            replyTimeout: timeout)
        if let profile = try? ClientProfile(named: profile) { configuration.profile = profile }
        // The server decides what it accepts, and its error is shown to the user.
        configuration.limits.maximumValueBytes = nil
        configuration.sockets = .poll
        return configuration
    }
}
