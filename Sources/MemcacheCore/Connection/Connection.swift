import Synchronization

/// One connection to one server: requests are sent in order, and replies are matched to them in order.
///
/// The object starts connecting when it is created, and requests submitted before that has finished wait. Once closed,
/// for any reason, it stays closed; its owner creates another.
package final class Connection: Sendable {
    /// Settings of a connection.
    package struct Options: Sendable {
        /// The time limit for resolving the name and connecting together.
        package var connectTimeout: Duration
        /// The longest value that is accepted.
        package var maximumValueBytes: Int
        /// The size limit for a reply of many lines.
        package var maximumReplyBytes: Int
        /// Called with every byte that is sent or received; nil costs nothing.
        package var trace: WireTrace?
        /// What carries the bytes.
        package var sockets = Sockets.nio
        /// Replaces the network in tests.
        var network: (any NetworkSubstitute)?

        package init(
            connectTimeout: Duration = .seconds(3), maximumValueBytes: Int = 4_294_967_296,
            maximumReplyBytes: Int = ReplyCollector.maximumBytes, trace: WireTrace? = nil
        ) {
            self.connectTimeout = connectTimeout
            self.maximumValueBytes = maximumValueBytes
            self.maximumReplyBytes = maximumReplyBytes
            self.trace = trace
        }

        var transport: TransportOptions { TransportOptions(connectTimeout: connectTimeout, trace: trace) }

        /// The time by which deadlines are measured.
        var now: ContinuousClock.Instant { network?.now ?? .now }

        /// Waits, in that time.
        func sleep(for duration: Duration) async throws {
            guard let network else { return try await Task.sleep(for: duration) }
            try await network.sleep(until: network.now + duration)
        }
    }

    /// How a connection ended.
    package enum End: Hashable, Sendable {
        /// It was never established.
        case notMade
        /// It broke, stalled or delivered invalid data while a reply was awaited.
        case conversation
        /// The server closed it, or sent something unrequested, while no reply was awaited; or the server was asked to
        /// close it.
        case whileIdle
        /// The client closed it, through no fault of the server.
        case onPurpose
    }

    /// Starts the event loop that connections with these options need, and waits for it.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource`` if the system has no thread or no
    ///   descriptor left.
    static func prepareAndWait(for options: Options) throws(MemcacheError) {
        if options.network == nil { try options.sockets.prepare() }
    }

    /// The address of the server.
    package let address: ServerAddress
    /// The options it was created with.
    let options: Options

    private let mailbox = Mailbox()
    private let transport: any Transport
    private let core: ConnectionCore

    /// Starts connecting.
    ///
    /// - Parameters:
    ///   - isBegun: Whether to start now. Otherwise ``begin()`` does, and requests submitted before that wait.
    ///   - onEnd: Called once with how the connection ended, on the connection's thread: before ``isClosed`` is set,
    ///     and before the waiting callers are notified.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``.
    package init(
        to address: ServerAddress, options: Options = Options(), isBegun: Bool = true,
        onEnd: (@Sendable (End) -> Void)? = nil
    ) throws(MemcacheError) {
        self.address = address
        self.options = options
        do throws(MemcacheError) {
            transport = try options.makeTransport(on: .commands)
        } catch {
            throw error.from(address)
        }
        core = ConnectionCore(
            address: address, options: options, transport: transport, mailbox: mailbox, onClose: onEnd)
        if isBegun { begin() }
    }

    /// Starts connecting, once.
    func begin() {
        transport.connect(to: address, options: options.transport, delegate: core)
    }

    deinit { close() }

    /// Whether the connection has been closed, so that another one is needed.
    package var isClosed: Bool { core.isOver.load(ordering: .sequentiallyConsistent) }

    /// Creates an identifier for a submission that is about to be made, so that it can be abandoned.
    package func makeID() -> Int {
        mailbox.withLock {
            $0.lastID += 1
            return $0.lastID
        }
    }

    /// Submits requests that were encoded together, and the receiver of their replies. Does not wait.
    ///
    /// - Parameters:
    ///   - bytes: The requests.
    ///   - longValues: The long values in them.
    ///   - shapes: The shape of each reply, in order; at least one.
    ///   - timeout: The time limit for each reply, counted from the one before it.
    package func submit(
        _ bytes: [UInt8], with longValues: [RequestEncoder.LongValue] = [], expecting shapes: [ReplyShape],
        timeout: Duration, id: Int? = nil, to receiver: any ReplyReceiver
    ) {
        precondition(!shapes.isEmpty, "a submission has a reply")
        let now = transport.now
        let (isFirst, isGivenUp) = mailbox.withLock { mailbox -> (Bool, Bool) in
            if let id, mailbox.givenUp.remove(id) != nil { return (false, true) }
            if id == nil { mailbox.lastID += 1 }
            let isFirst = mailbox.outbox.isEmpty
            mailbox.outbox.submit(
                bytes, with: longValues,
                Outbox.Submission(
                    id: id ?? mailbox.lastID, shapes: shapes, timeout: timeout, submitted: now, receiver: receiver))
            return (isFirst, false)
        }
        if isGivenUp {
            return transport.execute { [address] in receiver.finish(.cancelled(by: address), answered: 0) }
        }
        if isFirst { transport.execute { [core] in core.takeSubmissions() } }
    }

    /// Submits a read of one key, which shares a request with others that are waiting to be sent. Does not wait.
    @inline(never)
    func submit(_ word: SharedRead.Word, for waiter: ReadWaiter, timeout: Duration) {
        let isFirst = mailbox.withLock { mailbox in
            let isFirst = mailbox.outbox.isEmpty && !mailbox.isGathering
            mailbox.lastID += 1
            mailbox.outbox.submit(word, for: waiter, timeout: timeout, id: mailbox.lastID, isOnLoop: transport.isOnLoop)
            return isFirst
        }
        if isFirst { transport.execute { [core] in core.takeSubmissions() } }
    }

    /// Abandons a submission, even one that is still about to be made. Its replies will be dropped; other commands on
    /// the connection are not affected.
    package func abandon(_ id: Int) {
        mailbox.withLock { _ = $0.givenUp.insert(id) }
        transport.execute {
            // The submission may still be on its way.
            self.core.takeSubmissions()
            if self.core.abandon(id) { self.forget(id) }
        }
    }

    /// Releases an identifier from ``makeID()``. Required if the submission may have been abandoned too late.
    package func forget(_ id: Int) {
        mailbox.withLock { _ = $0.givenUp.remove(id) }
    }

    /// Calls `body` when the connection is established, with nil, or with the error if it failed or has been closed
    /// since.
    package func whenOpen(_ body: @escaping @Sendable (MemcacheError?) -> Void) {
        transport.execute { self.core.whenOpen(body) }
    }

    /// Pauses reading, except for data already on its way, so that the server is held back. Deadlines do not pass in
    /// the meantime. Does not wait.
    package func hold() {
        transport.execute { self.core.hold() }
    }

    /// Resumes reading after ``hold()``.
    package func resume() {
        transport.execute { self.core.resume() }
    }

    /// Closes the connection. Commands without a reply fail.
    ///
    /// - Parameter reason: Who closed it, for the message.
    package func close(_ reason: String = "the client was shut down") {
        transport.execute { [core, address] in
            core.close(MemcacheError(.closed, reason, server: address), .onPurpose)
        }
    }

    /// Closes the connection because a reply on it belongs to another command; returns when it is closed.
    func distrust() async {
        await withCheckedContinuation { continuation in
            transport.execute { [core, address] in
                core.close(
                    MemcacheError(
                        .connectionLost,
                        "the connection was closed because the server sent a reply that does not match the request",
                        server: address),
                    .conversation)
                continuation.resume()
            }
        }
    }
}

/// Where callers leave submissions for the loop.
final class Mailbox: Sendable {
    struct Content: ~Copyable {
        var outbox = Outbox()
        var lastID = 0
        /// Submissions abandoned before they were made.
        var givenUp: Set<Int> = []
        /// Whether reads are waiting for others to join them: the loop need not be woken, because a task will do that.
        var isGathering = false
    }

    private let content = Mutex(Content())

    func withLock<Answer>(_ body: (inout Content) -> Answer) -> Answer {
        content.withLock { body(&$0) }
    }
}
