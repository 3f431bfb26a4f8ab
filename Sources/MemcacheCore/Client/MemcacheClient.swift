import Synchronization

/// A client for a pool of memcached servers, or for one server.
///
///     let client = try MemcacheClient(servers: "10.0.0.1:11211 10.0.0.2:11211:2")
///     try await client.set("greeting", to: "hello", expiration: .after(.seconds(60)))
///     let item = try await client.get("greeting")
///     client.close()
///
/// Nothing is contacted before the first command. Commands of many tasks share one connection to each server and do not
/// wait for each other. A lost connection is replaced by the next command; nothing is sent twice.
public final class MemcacheClient: Sendable {
    private struct State {
        var configuration: ClientConfiguration
        var pool: ServerPool
        /// Replaced pools, as long as they still have commands in progress.
        var replaced: [Replaced] = []
        var isClosed = false

        /// Every pool that may have connections.
        var pools: [ServerPool] { replaced.compactMap(\.pool) + [pool] }
    }

    private struct Replaced {
        weak var pool: ServerPool?
    }

    private let state: Mutex<State>
    let tokens: CASTokenCache

    /// Creates a client. Does not connect.
    public init(_ configuration: ClientConfiguration) {
        tokens = CASTokenCache(capacity: configuration.rememberedCASTokens)
        state = Mutex(State(configuration: configuration, pool: ServerPool(configuration)))
    }

    /// Creates a client for servers as ``WeightedServer/list(_:defaultPort:)`` reads them, with default settings.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public convenience init(servers: String) throws(MemcacheError) {
        self.init(ClientConfiguration(servers: try WeightedServer.list(servers)))
    }

    /// Creates a client for the server at an address, as ``ServerAddress/init(_:defaultPort:)`` reads it.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public convenience init(server: String) throws(MemcacheError) {
        self.init(ClientConfiguration(server: try ServerAddress(server)))
    }

    /// Runs tasks on the thread that reads and writes the connections, so that no other thread must be woken to send
    /// and receive.
    ///
    /// This is worthwhile for many concurrent tasks that do little between their commands. While one of them computes,
    /// every connection of every client waits, so long computations belong elsewhere.
    ///
    ///     try await withTaskExecutorPreference(client.taskExecutor) {
    ///         try await withThrowingTaskGroup { group in
    ///             for key in keys { group.addTask { try await client.get(key) } }
    ///             try await group.waitForAll()
    ///         }
    ///     }
    public var taskExecutor: any TaskExecutor { LoopExecutor.shared }

    /// The client's current settings.
    public var configuration: ClientConfiguration { state.withLock { $0.configuration } }

    /// The servers in use.
    package var pool: ServerPool { state.withLock { $0.pool } }

    /// Replaces the servers while the client is in use. The state of the old ones (failures and CAS tokens) is dropped.
    /// Commands already started finish on the old servers, whose connections are closed after the last of them.
    /// (python-memcached's `set_servers`.)
    public func replaceServers(with servers: [WeightedServer]) {
        state.withLock { state in
            state.replaced.removeAll { $0.pool == nil }
            // A pool closes its connections when it is released.
            state.replaced.append(Replaced(pool: state.pool))
            state.configuration.servers = servers
            state.pool = ServerPool(state.configuration)
            if state.isClosed { state.pool.close() }
        }
        tokens.forgetAll()
    }

    /// Sends a command to the server of its key, and waits for its result.
    ///
    /// - Throws: ``MemcacheError``, which names the server and says whether the command may have taken effect. Not
    ///   retried, with two exceptions: a server that cannot be connected to is skipped in favour of its replacement,
    ///   and a command that reached a connection too late to be sent goes on the next one.
    public func execute<Request: MemcacheCommand>(
        _ command: Request
    ) async throws(MemcacheError) -> Request.Outcome {
        try await pool.execute(command)
    }

    /// Sends commands, each to the server of its key: one exchange per server, with all servers concurrently.
    ///
    /// - Returns: The result of each command, in order. The failure of one server does not hide the others' answers.
    public func executeAll<Request: MemcacheCommand>(
        _ commands: [Request]
    ) async -> [Result<Request.Outcome, MemcacheError>] {
        await pool.executeAll(commands)
    }

    /// Sends a command to every server, concurrently.
    ///
    /// - Returns: The answer of each server, in the order of the servers.
    public func executeOnEveryServer<Request: MemcacheCommand>(
        _ command: Request
    ) async -> [ServerAnswer<Request.Outcome>] {
        await pool.executeOnEvery(command)
    }

    /// Closes all connections. Commands in progress fail, and so does every later one.
    public func close() {
        let pools = state.withLock { state in
            state.isClosed = true
            return state.pools
        }
        for pool in pools { pool.close() }
    }

    /// Closes all connections; the next commands create new ones. Commands in progress fail. No server is marked down
    /// for it. (python-memcached's `disconnect_all`.)
    public func disconnect() {
        for pool in state.withLock({ $0.pools }) { pool.disconnect() }
    }

    /// Lets servers that are marked down be tried again now. (python-memcached's `forget_dead_hosts`.)
    public func forgetDeadServers() {
        pool.forgetDeadServers()
    }

    /// The connection to a server, by its position, for callers that submit requests themselves.
    ///
    /// - Throws: ``MemcacheError`` if the client was shut down or has no such server.
    package func connection(to position: Int = 0) throws(MemcacheError) -> Connection {
        let servers = pool.servers
        guard servers.indices.contains(position) else {
            throw MemcacheError(.noServer, servers.isEmpty ? "the pool has no servers" : "there is no such server")
        }
        return try servers[position].connection()
    }

    /// Creates another connection to a server, by its position, which belongs to the caller: it is not one that
    /// commands share.
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

    /// The server for a stream: the first one that may be tried.
    ///
    /// - Throws: ``MemcacheError`` if the client was shut down or has no servers.
    func streamServer() throws(MemcacheError) -> Server {
        let (pool, isClosed) = state.withLock { ($0.pool, $0.isClosed) }
        guard let server = pool.servers.first(where: { $0.isAlive }) ?? pool.servers.first else {
            throw MemcacheError(.noServer, "the pool has no servers")
        }
        if isClosed { throw MemcacheError(.closed, "the client was shut down", server: server.address) }
        return server
    }
}
