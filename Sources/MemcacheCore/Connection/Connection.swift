import Synchronization

/// One connection to one server: requests go out in order, replies are matched to them in order.
///
/// The connection is begun when the object is made, and what is submitted meanwhile waits for it. Once closed, for
/// whatever reason, it stays closed; its owner makes another.
package final class Connection: Sendable {
    /// Settings of a connection.
    package struct Options: Sendable {
        /// How long resolving the name and connecting may take together.
        package var connectTimeout: Duration
        /// The longest value that is read.
        package var maximumValueBytes: Int
        /// The most that is kept of a reply of many lines.
        package var maximumReplyBytes: Int
        /// Is shown every byte that is sent or received; nil costs nothing.
        package var trace: WireTrace?
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

        var transport: Transport.Options { Transport.Options(connectTimeout: connectTimeout, trace: trace) }

        /// The time that deadlines are measured in.
        var now: ContinuousClock.Instant { network?.now ?? .now }
    }

    /// How a connection came to its end.
    package enum End: Hashable, Sendable {
        /// It was never made.
        case notMade
        /// It broke, fell silent or brought nonsense while an answer was awaited.
        case conversation
        /// The server ended it, or sent what nobody had asked for, while nothing was awaited; or it was asked to end it.
        case whileIdle
        /// It was ended on this side, for no fault of the server.
        case onPurpose
    }

    /// Starts what connections live on, without waiting for it: a program that has other things to do before its first
    /// connection does them meanwhile.
    package static func startEventLoop() { NetworkTransport.startCommandThread() }

    /// Starts what connections with these settings live on, and waits for it.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``, when the system has no thread or
    ///   no descriptor left.
    static func prepareAndWait(for options: Options) throws(MemcacheError) {
        if options.network == nil { try NetworkTransport.waitForCommandThread() }
    }

    /// Where the server is.
    package let address: ServerAddress
    /// How it was made.
    let options: Options

    private let mailbox = Mailbox()
    private let transport: Transport
    private let core: ConnectionCore

    /// Begins to connect.
    ///
    /// - Parameters:
    ///   - isBegun: Whether to begin. Otherwise ``begin()`` does, and what is handed over before that waits.
    ///   - onEnd: Is told once how the connection has ended, on its own thread: before ``isClosed`` is set, and before
    ///     those who wait hear of it.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``.
    package init(
        to address: ServerAddress, options: Options = Options(), isBegun: Bool = true,
        onEnd: (@Sendable (End) -> Void)? = nil
    ) throws(MemcacheError) {
        self.address = address
        self.options = options
        do throws(MemcacheError) {
            transport = try Transport(in: options.network)
        } catch {
            throw error.from(address)
        }
        core = ConnectionCore(
            address: address, options: options, transport: transport, mailbox: mailbox, onClose: onEnd)
        if isBegun { begin() }
    }

    /// Begins to connect, once.
    func begin() {
        transport.connect(to: address, options: options.transport, delegate: core)
    }

    deinit { close() }

    /// Whether the connection is over, and another is needed.
    package var isClosed: Bool { core.isOver.load(ordering: .sequentiallyConsistent) }

    /// Names a submission that is about to be made, so that it can be abandoned.
    package func makeID() -> Int {
        mailbox.withLock {
            $0.lastID += 1
            return $0.lastID
        }
    }

    /// Hands over requests that were encoded together, and who gets their replies. Does not wait.
    ///
    /// - Parameters:
    ///   - bytes: The requests.
    ///   - longValues: The long values in them.
    ///   - shapes: The shape of each reply, in order; at least one.
    ///   - timeout: How long a reply may take after the one before it.
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

    /// Hands over a read of one key, which goes in one request with others that wait to be sent. Does not wait.
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

    /// Gives up on a submission, also on one that is about to be made. Its replies will be dropped; others on the
    /// connection are not disturbed.
    package func abandon(_ id: Int) {
        mailbox.withLock { _ = $0.givenUp.insert(id) }
        transport.execute {
            // The submission may be on its way here still.
            self.core.takeSubmissions()
            if self.core.abandon(id) { self.forget(id) }
        }
    }

    /// Tells that a name from ``makeID()`` is used no more. Needed for one that may have been abandoned too late.
    package func forget(_ id: Int) {
        mailbox.withLock { _ = $0.givenUp.remove(id) }
    }

    /// Tells when the connection is made: nil, or why it was not or is over by now.
    package func whenOpen(_ body: @escaping @Sendable (MemcacheError?) -> Void) {
        transport.execute { self.core.whenOpen(body) }
    }

    /// Reads nothing more, but for what is on its way already, so that the server is held back. Meanwhile it cannot be
    /// late. Does not wait.
    package func hold() {
        transport.execute { self.core.hold() }
    }

    /// Reads again after ``hold()``.
    package func resume() {
        transport.execute { self.core.resume() }
    }

    /// Ends the connection. What is not answered fails.
    ///
    /// - Parameter reason: Who did it, for the message.
    package func close(_ reason: String = "the client was shut down") {
        transport.execute { [core, address] in
            core.close(MemcacheError(.closed, reason, server: address), .onPurpose)
        }
    }

    /// Ends the connection, for an answer on it belongs to another command; returns when it is closed.
    func distrust() async {
        await withCheckedContinuation { continuation in
            transport.execute { [core, address] in
                core.close(
                    MemcacheError(
                        .connectionLost, "the connection was closed, for an answer on it was not what was asked for",
                        server: address),
                    .conversation)
                continuation.resume()
            }
        }
    }
}

/// Where callers leave what the loop is to take.
final class Mailbox: Sendable {
    struct Content: ~Copyable {
        var outbox = Outbox()
        var lastID = 0
        /// Submissions whose waiters gave up before they were handed over.
        var givenUp: Set<Int> = []
        /// Whether reads wait for others to join them: the loop is not to be told, somebody will see to it.
        var isGathering = false
    }

    private let content = Mutex(Content())

    func withLock<Answer>(_ body: (inout Content) -> Answer) -> Answer {
        content.withLock { body(&$0) }
    }
}
