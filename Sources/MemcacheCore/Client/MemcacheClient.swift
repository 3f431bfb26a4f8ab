import Synchronization

/// A client of one memcached server.
///
///     let client = MemcacheClient(try ClientConfiguration(server: "127.0.0.1:11211"))
///     try await client.set("greeting", to: "hello", expiration: .after(.seconds(60)))
///     let item = try await client.get("greeting")
///     client.close()
///
/// Nothing is contacted before the first command. Commands of many tasks share one connection and do not wait for each
/// other. A connection that was lost is made anew by the next command; nothing is sent twice.
public final class MemcacheClient: Sendable {
    /// What the client was made with.
    public let configuration: ClientConfiguration

    private struct State {
        var connection: Connection?
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Makes a client. Does not connect.
    public init(_ configuration: ClientConfiguration) {
        self.configuration = configuration
    }

    /// Makes a client of the server at an address, as ``ServerAddress/init(_:defaultPort:)`` reads it.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument``.
    public convenience init(server: String) throws(MemcacheError) {
        self.init(ClientConfiguration(server: try ServerAddress(server)))
    }

    /// Sends a command and waits for what it comes to.
    ///
    /// - Throws: ``MemcacheError``, which names the server and says whether the command may have taken effect. Not retried.
    public func execute<Command: MemcacheCommand>(
        _ command: Command
    ) async throws(MemcacheError) -> Command.Outcome {
        try await connection().execute(command, timeout: configuration.replyTimeout)
    }

    /// Ends the connection. Commands that are not answered fail, and so does every later one.
    public func close() {
        let connection = state.withLock { state in
            state.isClosed = true
            defer { state.connection = nil }
            return state.connection
        }
        connection?.close()
    }

    /// Ends the connection; the next command makes a new one. (python-memcached's `disconnect_all`.)
    public func disconnect() {
        let connection = state.withLock { state in
            defer { state.connection = nil }
            return state.connection
        }
        connection?.close()
    }

    /// The connection in use, or a new one where that is over.
    package func connection() throws(MemcacheError) -> Connection {
        let connection = state.withLock { state -> Connection? in
            if state.isClosed { return nil }
            if let connection = state.connection, !connection.isClosed { return connection }
            let connection = makeConnection()
            state.connection = connection
            return connection
        }
        guard let connection else { throw closed }
        return connection
    }

    /// Refuses to go on once the client was shut down.
    func checkOpen() throws(MemcacheError) {
        if state.withLock({ $0.isClosed }) { throw closed }
    }

    private var closed: MemcacheError {
        MemcacheError(.closed, "the client was shut down", server: configuration.server)
    }

    private func makeConnection() -> Connection {
        Connection(to: configuration.server, options: connectionOptions)
    }

    /// The settings of every connection.
    var connectionOptions: Connection.Options {
        Connection.Options(
            connectTimeout: configuration.connectTimeout, maximumValueBytes: configuration.maximumReplyValueBytes,
            trace: configuration.trace)
    }
}
