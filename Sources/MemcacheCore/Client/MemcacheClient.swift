import Synchronization

/// A client of a pool of memcached servers, or of one.
///
///     let client = try MemcacheClient(servers: "10.0.0.1:11211 10.0.0.2:11211:2")
///     try await client.set("greeting", to: "hello", expiration: .after(.seconds(60)))
///     let item = try await client.get("greeting")
///     client.close()
///
/// Nothing is contacted before the first command. Commands of many tasks share one connection to each server and do not
/// wait for each other. A connection that was lost is made anew by the next command; nothing is sent twice.
public final class MemcacheClient: Sendable {
    private struct State {
        var configuration: ClientConfiguration
        var pool: ServerPool
        /// Pools that were replaced, as long as commands are on their way in them.
        var replaced: [Replaced] = []
        var isClosed = false

        /// Every pool that there may be connections of.
        var pools: [ServerPool] { replaced.compactMap(\.pool) + [pool] }
    }

    private struct Replaced {
        weak var pool: ServerPool?
    }

    private let state: Mutex<State>
    let tokens: CASTokenCache

    /// Makes a client. Does not connect.
    public init(_ configuration: ClientConfiguration) {
        tokens = CASTokenCache(capacity: configuration.rememberedCASTokens)
        state = Mutex(State(configuration: configuration, pool: ServerPool(configuration)))
    }

    /// Makes a client of servers as ``WeightedServer/list(_:defaultPort:)`` reads them, with all settings at their
    /// defaults.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public convenience init(servers: String) throws(MemcacheError) {
        self.init(ClientConfiguration(servers: try WeightedServer.list(servers)))
    }

    /// Makes a client of the server at an address, as ``ServerAddress/init(_:defaultPort:)`` reads it.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public convenience init(server: String) throws(MemcacheError) {
        self.init(ClientConfiguration(server: try ServerAddress(server)))
    }

    /// Runs tasks on the thread that reads and writes the connections, so that no other has to be woken for what they
    /// send and receive.
    ///
    /// Worth it for many tasks at once which do little between their commands. While one of them computes, every
    /// connection of every client waits: what takes long belongs elsewhere.
    ///
    ///     try await withTaskExecutorPreference(client.taskExecutor) {
    ///         try await withThrowingTaskGroup { group in
    ///             for key in keys { group.addTask { try await client.get(key) } }
    ///             try await group.waitForAll()
    ///         }
    ///     }
    public var taskExecutor: any TaskExecutor { LoopExecutor.shared }

    /// What the client works with now.
    public var configuration: ClientConfiguration { state.withLock { $0.configuration } }

    /// The servers in use.
    package var pool: ServerPool { state.withLock { $0.pool } }

    /// Replaces the servers, while the client is in use. What is known of the old ones, dead marks and CAS tokens, is
    /// forgotten. Commands that have begun are carried through with the old servers, whose connections end after the last
    /// of them. (python-memcached's `set_servers`.)
    public func replaceServers(with servers: [WeightedServer]) {
        state.withLock { state in
            state.replaced.removeAll { $0.pool == nil }
            // A pool closes its connections when nobody holds it any more.
            state.replaced.append(Replaced(pool: state.pool))
            state.configuration.servers = servers
            state.pool = ServerPool(state.configuration)
            if state.isClosed { state.pool.close() }
        }
        tokens.forgetAll()
    }

    /// Sends a command to the server that its key belongs to, and waits for what it comes to.
    ///
    /// - Throws: ``MemcacheError``, which names the server and says whether the command may have taken effect. Not retried,
    ///   except that a server which cannot be connected to is passed over for the one that stands in for it, and that a
    ///   command which came to a connection too late to be sent goes on the next one.
    public func execute<Command: MemcacheCommand>(
        _ command: Command
    ) async throws(MemcacheError) -> Command.Outcome {
        try await pool.execute(command)
    }

    /// Sends commands, each to the server that its key belongs to: one exchange for each server, all servers at once.
    ///
    /// - Returns: What each command came to, in their order. The failure of one server does not hide the others' answers.
    public func executeAll<Command: MemcacheCommand>(
        _ commands: [Command]
    ) async -> [Result<Command.Outcome, MemcacheError>] {
        await pool.executeAll(commands)
    }

    /// Sends a command to every server, all at once.
    ///
    /// - Returns: What each server answered, in the order of the servers.
    public func executeOnEveryServer<Command: MemcacheCommand>(
        _ command: Command
    ) async -> [ServerAnswer<Command.Outcome>] {
        await pool.executeOnEvery(command)
    }

    /// Ends all connections. Commands that are not answered fail, and so does every later one.
    public func close() {
        let pools = state.withLock { state in
            state.isClosed = true
            return state.pools
        }
        for pool in pools { pool.close() }
    }

    /// Ends all connections; the next commands make new ones. Commands that were sent and are not answered fail. No server
    /// counts as dead for it. (python-memcached's `disconnect_all`.)
    public func disconnect() {
        for pool in state.withLock({ $0.pools }) { pool.disconnect() }
    }

    /// Dead servers may be tried again now. (python-memcached's `forget_dead_hosts`.)
    public func forgetDeadServers() {
        pool.forgetDeadServers()
    }

    /// The connection to a server, by its position, for those who hand requests over by themselves.
    ///
    /// - Throws: ``MemcacheError``, when the client was shut down or has no such server.
    package func connection(to position: Int = 0) throws(MemcacheError) -> Connection {
        let servers = pool.servers
        guard servers.indices.contains(position) else {
            throw MemcacheError(.noServer, servers.isEmpty ? "the pool has no servers" : "there is no such server")
        }
        return try servers[position].connection()
    }

    /// Another connection to a server, by its position, which is the caller's own: it is none of those that commands share.
    ///
    /// - Throws: ``MemcacheError``, as for ``connection(to:)``.
    package func makeConnection(to position: Int) throws(MemcacheError) -> Connection {
        let (servers, options, isClosed) = state.withLock {
            ($0.pool.servers, $0.configuration.connectionOptions, $0.isClosed)
        }
        guard servers.indices.contains(position) else { throw MemcacheError(.noServer, "there is no such server") }
        if isClosed { throw MemcacheError(.closed, "the client was shut down", server: servers[position].address) }
        return try Connection(to: servers[position].address, options: options)
    }

    /// The server of a stream: the first one that may be tried.
    ///
    /// - Throws: ``MemcacheError``, when the client was shut down or has no servers.
    func streamServer() throws(MemcacheError) -> Server {
        let (pool, isClosed) = state.withLock { ($0.pool, $0.isClosed) }
        guard let server = pool.servers.first(where: { $0.isAlive }) ?? pool.servers.first else {
            throw MemcacheError(.noServer, "the pool has no servers")
        }
        if isClosed { throw MemcacheError(.closed, "the client was shut down", server: server.address) }
        return server
    }
}
