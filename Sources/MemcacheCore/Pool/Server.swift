import Logging
import Synchronization

/// One server of a pool: its connection, whether it is marked down, and when it is tried again.
///
/// Its connections determine whether it has failed, and its commands do not: a command that was cancelled, timed out or
/// got an error says nothing about the server, and a connection may break while no caller waits.
package final class Server: Sendable {
    /// What is known of the connection, without a request to the server.
    package enum ConnectionState: Hashable, Sendable {
        /// No attempt was made yet, or the connection was closed on this side.
        case untried
        /// It is being established.
        case connecting
        case connected
        /// It could not be established, or has ended; the next command creates another.
        case lost
    }

    private struct State {
        var connection: Connection?
        var health: ServerHealth
        var link = ConnectionState.untried
        var isClosed = false
    }

    /// Its address and weight.
    package let description: WeightedServer

    private let options: Connection.Options
    private let replyTimeout: Duration
    private let logger: Logger?
    private let state: Mutex<State>

    init(
        _ description: WeightedServer, policy: FailurePolicy, options: Connection.Options, replyTimeout: Duration,
        logger: Logger? = nil
    ) {
        self.logger = logger
        self.description = description
        self.options = options
        self.replyTimeout = replyTimeout
        state = Mutex(State(health: ServerHealth(policy: policy)))
    }

    /// Its address.
    package var address: ServerAddress { description.address }

    /// Whether it may be tried.
    @inline(never)
    package func condition() -> ServerHealth.Condition {
        state.withLock { $0.health.condition(at: options.now) }
    }

    package var isAlive: Bool { condition() == .alive }

    /// The state of the connection now.
    package var link: ConnectionState { state.withLock { $0.link } }

    /// The current connection, or a new one if it has been closed.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/closed``.
    // Not inlined: in an async function its large values would be allocated from the task, one by one.
    @inline(never)
    package func connection() throws(MemcacheError) -> Connection {
        if let connection = connectionInUse { return connection }
        // The thread is started and the log is written without the lock: both may take their time, and a log handler
        // may use the client.
        do throws(MemcacheError) {
            try Connection.prepareAndWait(for: options)
        } catch {
            throw error.from(address)
        }
        var isNew = false
        let connection = try state.withLock { state throws(MemcacheError) -> Connection in
            if state.isClosed { throw MemcacheError(.closed, "the client was shut down", server: address) }
            if let connection = state.connection, !connection.isClosed { return connection }
            let id = state.health.connecting()
            let connection = try Connection(to: address, options: options, isBegun: false) { [weak self] end in
                self?.ended(id, end)
            }
            state.connection = connection
            state.link = .connecting
            isNew = true
            // Before any other caller can get the connection: the flush goes first.
            if state.health.needsFlush { flush(connection, id) }
            return connection
        }
        if isNew {
            logger?.debug("connecting", metadata: ["server": "\(address)"])
            connection.whenOpen { [weak self] error in
                if error == nil { self?.opened(connection) }
            }
            // Requests that others submit in the meantime wait for the connection.
            connection.begin()
        }
        return connection
    }

    /// Another connection to the server, which commands do not share.
    ///
    /// - Parameter connectTimeout: The time limit for connecting, unless that of the other connections is shorter.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``.
    package func makeConnection(connectTimeout: Duration) throws(MemcacheError) -> Connection {
        var options = options
        options.connectTimeout = min(options.connectTimeout, connectTimeout)
        return try Connection(to: address, options: options)
    }

    private var connectionInUse: Connection? {
        state.withLock { state in
            guard !state.isClosed, let connection = state.connection, !connection.isClosed else { return nil }
            return connection
        }
    }

    /// Sends a command and waits for its result.
    ///
    /// A command that reached a connection too late to be sent goes on the next one.
    @inline(__always)
    package func execute<Request: MemcacheCommand>(_ command: Request) async throws(MemcacheError) -> Request.Outcome {
        var losses = 0
        var goesAlone = false
        while true {
            do {
                return try await connection().execute(command, timeout: replyTimeout, goesAlone: &goesAlone)
            } catch {
                guard goesOnNextConnection(after: error, &losses) else { throw error }
            }
        }
    }

    /// Sends commands in one write, and waits for the result of each.
    package func execute<Request: MemcacheCommand>(
        _ commands: [Request]
    ) async -> [Result<Request.Outcome, MemcacheError>] {
        do throws(MemcacheError) {
            var losses = 0
            while true {
                let results = try await connection().execute(commands, timeout: replyTimeout)
                // They are sent together or not at all: one that was too late means that all were.
                let tooLate = results.lazy.compactMap { result -> MemcacheError? in
                    if case .failure(let error) = result, error.wasTooLateToBeSent { error } else { nil }
                }
                guard let error = tooLate.first, goesOnNextConnection(after: error, &losses) else {
                    return results
                }
            }
        } catch {
            return commands.map { _ in .failure(error) }
        }
    }

    /// How often a command may reach a connection that the server has just closed.
    private static let maximumLosses = 8

    /// Whether a command may go on another connection: every time if this side closed the connection, and a few times
    /// if the server did.
    @inline(never)
    private func goesOnNextConnection(after error: MemcacheError, _ losses: inout Int) -> Bool {
        guard error.wasTooLateToBeSent, !state.withLock({ $0.isClosed }) else { return false }
        if error.code == .closed { return !Task.isCancelled }
        losses += 1
        return losses <= Self.maximumLosses && isAlive
    }

    /// Lets the server be tried again now: it has answered, or its addresses are new.
    package func forgetDeath() {
        state.withLock { $0.health.forget() }
    }

    /// Closes the connection; the next command creates another.
    package func disconnect() {
        endConnection("the client was disconnected")
    }

    /// Closes the connection permanently.
    func close() {
        state.withLock { $0.isClosed = true }
        endConnection("the client was shut down")
    }

    private func endConnection(_ reason: String) {
        let connection = state.withLock { state in
            state.health.disconnected()
            state.link = .untried
            defer { state.connection = nil }
            return state.connection
        }
        connection?.close(reason)
    }

    /// Notes that a connection is established.
    private func opened(_ connection: Connection) {
        state.withLock { state in
            if state.connection === connection, state.link == .connecting { state.link = .connected }
        }
    }

    /// Notes that a connection has ended.
    private func ended(_ id: ServerHealth.ConnectionID, _ end: Connection.End) {
        let failure: ServerHealth.Failure
        logger?.debug("a connection has ended", metadata: ["server": "\(address)", "end": "\(end)"])
        switch end {
        case .notMade: failure = .connecting
        case .conversation: failure = .conversation
        case .whileIdle: failure = .closedWhileIdle
        case .onPurpose: return
        }
        let verdict = state.withLock { state in
            let verdict = state.health.failed(id, failure, at: options.now)
            if verdict != .outdated { state.link = .lost }
            return verdict
        }
        guard case .dead(let until) = verdict else { return }
        logger?.warning(
            "a server is marked down after a failure",
            metadata: ["server": "\(address)", "for": "\((until - options.now).spelledOut)"])
    }

    /// Makes a connection begin with `flush_all`.
    private func flush(_ connection: Connection, _ id: ServerHealth.ConnectionID) {
        connection.submit(
            Array("flush_all\r\n".utf8), expecting: [.line], timeout: replyTimeout,
            to: FlushReceiver { [weak self] in
                self?.state.withLock { $0.health.flushed(id) }
            })
    }
}

extension MemcacheError {
    /// Whether the connection was closed before the command could be sent on it, so that it may go on another.
    fileprivate var wasTooLateToBeSent: Bool {
        !mayHaveTakenEffect && (code == .connectionLost || code == .closed)
    }
}

/// Waits for the answer to a `flush_all` and ignores it.
private final class FlushReceiver: ReplyReceiver {
    private let onAnswer: @Sendable () -> Void

    init(onAnswer: @escaping @Sendable () -> Void) {
        self.onAnswer = onAnswer
    }

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) {
        if completesReply { onAnswer() }
    }

    func paused() {}

    func finish(_ error: MemcacheError?, answered: Int) {}
}
