import Synchronization

/// Takes in the replies of one submission.
///
/// Every method is called on the connection's own thread, in the order of the bytes. A receiver may take its time: the
/// connection does not read meanwhile, which holds the server back, and its deadlines wait.
package protocol ReplyReceiver: AnyObject, Sendable {
    /// An element of a reply has arrived. Its ranges point into `bytes`, which are gone afterwards.
    ///
    /// - Parameters:
    ///   - range: Where the element stands in `bytes`, with its line ends.
    ///   - shape: The shape of the reply that it belongs to.
    ///   - completesReply: Whether that reply is complete with it.
    /// - Throws: ``ReplyParser/Failure`` when the element cannot answer what was asked; the connection is then closed.
    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure)

    /// An item with a long value begins to arrive: its line is there, its data is empty.
    ///
    /// - Returns: Whether the value is wanted piece by piece. Otherwise it is received whole, as it is where this says
    ///   nothing; then this has changed nothing, for it may be asked again.
    func beginValue(_ header: ReplyElement, of bytes: Span<UInt8>) -> Bool

    /// The next bytes of that value.
    func continueValue(_ piece: Span<UInt8>)

    /// The value is complete. Where it never will be, ``finish(_:answered:)`` follows in place of this.
    func endValue()

    /// What had arrived is used up, and more is awaited: a good moment to show what there is.
    func paused()

    /// Nothing follows: all replies are complete, or the rest will never come.
    ///
    /// - Parameter answered: How many replies were complete.
    func finish(_ error: MemcacheError?, answered: Int)
}

extension ReplyReceiver {
    package func beginValue(_ header: ReplyElement, of bytes: Span<UInt8>) -> Bool { false }
    package func continueValue(_ piece: Span<UInt8>) {}
    package func endValue() {}
}

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
    package static func startEventLoop() { Transport.startCommandThread() }

    /// Starts what connections live on, and waits for it.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``, when the system has no thread or
    ///   no descriptor left.
    static func prepareAndWait() throws(MemcacheError) { try Transport.waitForCommandThread() }

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
            transport = try Transport()
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
        let now = ContinuousClock.now
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
private final class Mailbox: Sendable {
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

extension MemcacheError {
    static func cancelled(by server: ServerAddress, mayHaveTakenEffect: Bool = false) -> MemcacheError {
        MemcacheError(
            .cancelled, "the command was cancelled", server: server, mayHaveTakenEffect: mayHaveTakenEffect)
    }
}

/// The part of a connection that lives on the loop.
///
/// `@unchecked Sendable`: every method runs on the transport's loop, which is one thread: ``Connection`` calls them inside
/// `Transport.execute`, and the transport calls its delegate there.
private final class ConnectionCore: TransportDelegate, @unchecked Sendable {
    typealias Machine = ConnectionStateMachine<any ReplyReceiver>

    private let address: ServerAddress
    private let options: Connection.Options
    private let transport: Transport
    private var machine = Machine()
    private var parser = ReplyParser()
    /// Requests that wait for the connection to be made.
    private var unsent: [[UInt8]] = []
    /// The value that is taken in piece by piece, and by whom: by nobody once that one has given up.
    private var longValue: (value: LongValue, receiver: (any ReplyReceiver)?)?
    /// Who has received something since the last pause.
    private var active: (any ReplyReceiver)?
    /// When it is looked next whether somebody has waited too long.
    private var timer: ContinuousClock.Instant?
    private var hasPartialReply = false
    /// Whether a byte has come since the connection was made.
    private var hasReceived = false
    /// How many of the bytes that are not used up were there at the last progress; less than none by what has been used
    /// up of a long value since.
    private var bytesAtLastProgress = 0
    /// Why the connection is over.
    private var ending: MemcacheError?
    /// Whether the server began with something that no command had asked for: its limit of connections, or the greeting of
    /// another protocol. It would answer the next connection in the same way.
    private var isRejected = false
    /// Who waits for the connection to be made.
    private var openWaiters: [@Sendable (MemcacheError?) -> Void] = []
    private let onClose: (@Sendable (Connection.End) -> Void)?
    private let mailbox: Mailbox
    /// The priority of those who are being resumed, while reads wait for others to join them.
    private var gathering: TaskPriority?
    /// Whether it is seen to that reads do not wait for others for long.
    private var limitsGathering = false
    /// Whether the connection is over, for other threads.
    let isOver = Atomic(false)

    init(
        address: ServerAddress, options: Connection.Options, transport: Transport, mailbox: Mailbox,
        onClose: (@Sendable (Connection.End) -> Void)?
    ) {
        self.mailbox = mailbox
        self.onClose = onClose
        self.address = address
        self.options = options
        self.transport = transport
        parser.maximumValueBytes = options.maximumValueBytes
    }

    /// Takes what callers have left.
    func takeSubmissions() {
        let content = mailbox.withLock { mailbox in
            mailbox.isGathering = false
            return mailbox.outbox.take()
        }
        guard !content.submissions.isEmpty else { return }
        let now = ContinuousClock.now
        submit(
            content.submissions.map {
                .init(
                    id: $0.id, shapes: $0.shapes, timeout: $0.timeout, submitted: $0.submitted ?? now,
                    receiver: $0.receiver)
            },
            chunks: content.chunks)
    }

    /// Reads have been answered. Callers who are resumed together often ask again together: what they ask is left until
    /// all of them have had their turn, so that it goes in one request.
    private func gather(after reads: SharedReads) {
        guard gathering == nil, !reads.isOnLoop, reads.count > 1 || !machine.isIdle else { return }
        gathering = reads.priority
        mailbox.withLock { $0.isGathering = true }
    }

    /// Has what was asked meanwhile taken, by a task that waits for its turn behind those who were resumed.
    private func endGathering() {
        guard let priority = gathering else { return }
        gathering = nil
        Task(priority: priority) {
            transport.execute { self.takeSubmissions() }
        }
        // Where every thread is taken that turn may be long in coming.
        guard !limitsGathering else { return }
        limitsGathering = true
        transport.schedule(at: .now + .milliseconds(1)) {
            self.limitsGathering = false
            self.takeSubmissions()
        }
    }

    private static let fence = {
        var bytes: [UInt8] = []
        bytes.append(RequestEncoder.fence)
        return bytes
    }()

    private func submit(_ slots: [Machine.Slot], chunks: [[UInt8]]) {
        let needsFence = machine.needsFence
        if needsFence { machine.addFence() }
        for slot in slots where !machine.submit(slot) {
            slot.receiver?.finish(errorOfUnsent, answered: 0)
        }
        let chunks = needsFence ? [Self.fence] + chunks : chunks
        if machine.isOpen {
            write(chunks)
            startTimer(at: slots.lazy.map { $0.submitted + $0.timeout }.min())
        } else if !machine.isClosed {
            unsent += chunks
        }
    }

    func whenOpen(_ body: @escaping @Sendable (MemcacheError?) -> Void) {
        if machine.isClosed {
            body(errorOfUnsent)
        } else if machine.isOpen {
            body(nil)
        } else {
            openWaiters.append(body)
        }
    }

    func hold() {
        guard machine.isOpen else { return }
        machine.hold()
        transport.setReading(false)
    }

    func resume() {
        guard machine.isOpen, machine.isHeld else { return }
        machine.resume(at: .now)
        transport.setReading(true)
        startTimer(at: machine.deadline)
    }

    private func tellOpenWaiters(_ error: MemcacheError?) {
        let waiters = openWaiters
        openWaiters = []
        for waiter in waiters { waiter(error) }
    }

    /// The error of a submission that came after the end.
    private var errorOfUnsent: MemcacheError {
        if var ending, [.cannotConnect, .closed, .localResource].contains(ending.code) || isRejected {
            ending.mayHaveTakenEffect = false
            return ending
        }
        return MemcacheError(
            .connectionLost, "the connection was closed before the command was sent", server: address)
    }

    /// - Returns: Whether somebody was waiting.
    func abandon(_ id: Int) -> Bool {
        guard let receiver = machine.abandon(id: id) else { return false }
        if longValue?.receiver === receiver { longValue?.receiver = nil }
        // Before the connection is made, its bytes are kept together with others' and will still be sent.
        receiver.finish(.cancelled(by: address, mayHaveTakenEffect: true), answered: 0)
        return true
    }

    func transportOpened() {
        guard !machine.isClosed else { return transport.close() }
        machine.opened(at: .now)
        tellOpenWaiters(nil)
        write(unsent)
        unsent = []
        startTimer(at: machine.deadline)
    }

    /// A server that takes in a long value is at work: its time to answer counts from the last of it.
    private func write(_ chunks: [[UInt8]]) {
        transport.write(chunks) { [weak self] in self?.machine.progressed(at: .now) }
    }

    func transportReceived(_ bytes: Span<UInt8>) -> (used: Int, needed: Int) {
        guard !machine.isClosed else { return (bytes.count, 0) }
        if !hasReceived, bytes.count >= 2, bytes[0] == 0x15, bytes[1] == 0x03 {
            // The record in which TLS refuses what is no TLS.
            isRejected = true
            close(
                MemcacheError(.tlsRequired, "the server answered with a TLS alert: it wants TLS", server: address),
                .conversation)
            return (bytes.count, 0)
        }
        defer { endGathering() }
        var position = 0
        var start = 0
        var isUnasked = false
        // When the next piece of a long value was handed on, unless that ends in these bytes.
        var pieceBegun = longValue == nil ? nil : ContinuousClock.now
        do throws(ReplyParser.Failure) {
            repeat {
                try continueLongValue(in: bytes, at: &position)
                guard longValue == nil else { break }
                pieceBegun = nil
                start = position
                while let element = try parser.next(in: bytes, at: &position) {
                    switch machine.receive(element) {
                    case .deliver(let delivery): try deliver(element, at: start..<position, of: bytes, delivery)
                    case .drop: machine.progressed(at: .now)
                    case .violation:
                        isUnasked = machine.isIdle
                        isRejected = isUnasked && !hasReceived && start == 0
                        if isRejected, case .refusal(let kind, let line) = element {
                            close(MemcacheError(Refusal(kind: kind, line: bytes.copy(line))).from(address), .whileIdle)
                            return (bytes.count, 0)
                        }
                        throw .unexpected(line: excerpt(of: bytes, before: position))
                    }
                    start = position
                    if machine.isClosed { return (bytes.count, 0) }
                }
            } while beginLongValue(in: bytes, at: &position)
        } catch {
            close(MemcacheError(error).from(address), isUnasked ? .whileIdle : .conversation)
            return (bytes.count, 0)
        }
        noteProgress(used: position, left: bytes.count - position, pieceBegun: pieceBegun)
        return (position, parser.neededBytes)
    }

    /// Whether the parser has come to a long value that its receiver wants piece by piece; `position` is then at its data.
    private func beginLongValue(in bytes: Span<UInt8>, at position: inout Int) -> Bool {
        guard let value = parser.longValue, let receiver = machine.itemReceiver,
            receiver.beginValue(value.header, of: bytes)
        else { return false }
        longValue = (value, receiver)
        position = value.start
        return true
    }

    private func continueLongValue(in bytes: Span<UInt8>, at position: inout Int) throws(ReplyParser.Failure) {
        guard var value = longValue?.value else { return }
        let receiver = longValue?.receiver
        let piece = try value.take(from: bytes, at: &position)
        active = receiver
        if !piece.isEmpty { receiver?.continueValue(bytes.extracting(piece)) }
        if value.isComplete {
            receiver?.endValue()
            longValue = nil
        } else {
            longValue?.value = value
        }
    }

    func transportReceivedAll() {
        guard let receiver = active else { return }
        active = nil
        let begun = ContinuousClock.now
        receiver.paused()
        machine.waitedForReceiver(for: .now - begun)
    }

    func transportEnded(_ ending: Transport.Ending) {
        // A TLS port gives a plain connection not a byte.
        let hint = hasReceived || !machine.isOpen ? "" : " (does it want TLS?)"
        let moment =
            hasPartialReply
            ? "in the middle of an answer" : hasReceived ? "before it answered" : "before it answered anything\(hint)"
        var error = MemcacheError(ending, moment: moment, connectTimeout: options.connectTimeout)
        if case .broken = ending { error.message += hint }
        if error.code == .cannotConnect {
            close(error.from(address), .notMade)
        } else if error.code == .localResource {
            // That is no fault of the server's, which stays alive for its pool.
            close(error.from(address), .onPurpose)
        } else {
            close(error.from(address), machine.awaitsNothingButClose ? .whileIdle : .conversation, byServer: true)
        }
    }

    /// Ends the connection and fails what is not answered.
    ///
    /// - Parameter byServer: The server ended it, which is the answer to a command of the shape ``ReplyShape/close``.
    func close(_ error: MemcacheError, _ end: Connection.End, byServer: Bool = false) {
        guard !machine.isClosed else { return }
        ending = error
        let now = ContinuousClock.now
        let isTimeout = error.code == .timedOut
        let slots = machine.close()
        onClose?(end)
        isOver.store(true, ordering: .sequentiallyConsistent)
        tellOpenWaiters(errorOfUnsent)
        transport.close()
        for (index, slot) in slots.enumerated() {
            guard let receiver = slot.receiver else { continue }
            if byServer, slot.shapes[slot.answered...].allSatisfy({ $0 == .close }) {
                receiver.finish(nil, answered: slot.shapes.count)
                continue
            }
            var failure = error
            if isTimeout, index > 0, !machine.isLate(slot, at: now) {
                failure = MemcacheError(
                    .connectionLost, "the connection was closed, for an earlier command got no answer", server: address)
            }
            failure.mayHaveTakenEffect = slot.isSent
            receiver.finish(failure, answered: slot.answered)
        }
        unsent = []
        active = nil
    }

    private func deliver(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, _ delivery: Machine.Delivery
    ) throws(ReplyParser.Failure) {
        if let receiver = delivery.receiver {
            active = receiver
            do throws(ReplyParser.Failure) {
                try receiver.receive(
                    element, at: range, of: bytes, shape: delivery.shape, completesReply: delivery.completesReply)
            } catch {
                // The submission is off the queue already, so closing the connection does not reach it.
                if delivery.completesSubmission {
                    receiver.finish(MemcacheError(error).from(address), answered: delivery.reply)
                }
                throw error
            }
            if delivery.completesSubmission {
                if let reads = receiver as? SharedReads { gather(after: reads) }
                receiver.finish(nil, answered: delivery.reply + 1)
                active = nil
                machine.progressed(at: .now)
            }
        }
        if delivery.leavesEndOpen {
            // Nothing was sent behind it: what comes now goes on the next connection.
            return close(
                MemcacheError(
                    .connectionLost, "the connection was closed because a read of several keys failed on it",
                    server: address),
                .onPurpose)
        }
        if case .refusal(let kind, let line) = element, delivery.shape.losesStep(after: kind, line: bytes, line) {
            close(
                MemcacheError(
                    .connectionLost,
                    "the connection was closed, for what follows the server's \(EscapedText.string(bytes.copy(line))) "
                        + "cannot be matched to requests",
                    server: address),
                // The server has answered; it was the request that it could not read.
                .onPurpose)
        }
    }

    /// Elements count as progress, and so does every 16 KiB of a long value, also where it is handed on piece by piece; a
    /// line or a value that comes byte by byte does not.
    ///
    /// - Parameter pieceBegun: Where nothing but a piece of a long value was used up, when it was handed on.
    private func noteProgress(used: Int, left: Int, pieceBegun: ContinuousClock.Instant?) {
        hasPartialReply = left > 0 || longValue != nil
        hasReceived = true
        if pieceBegun != nil { bytesAtLastProgress -= used }
        if used > 0 && pieceBegun == nil || left - bytesAtLastProgress >= 16_384 {
            bytesAtLastProgress = left
            machine.progressed(at: .now)
        } else if let pieceBegun {
            machine.waitedForReceiver(for: .now - pieceBegun)
        }
    }

    private func excerpt(of bytes: Span<UInt8>, before position: Int) -> [UInt8] {
        var start = position - 1
        while start > 0, bytes[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        let line = bytes.copy(start..<position)
        return Array(line.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") })
    }

    /// Sees to it that deadlines are looked at no later than at a moment.
    private func startTimer(at moment: ContinuousClock.Instant?) {
        guard let moment, timer.map({ moment < $0 }) ?? true else { return }
        timer = moment
        transport.schedule(at: moment) { [weak self] in
            guard let self, timer == moment else { return }
            timer = nil
            timeHasPassed()
        }
    }

    private func timeHasPassed() {
        switch machine.expire(at: .now) {
        case .none: break
        case .giveUp(let slots):
            for slot in slots {
                let error = MemcacheError.timedOut(after: slot.timeout, server: address, mayHaveTakenEffect: true)
                slot.receiver?.finish(error, answered: slot.answered)
            }
        case .close:
            if let timeout = machine.oldestTimeout {
                close(.timedOut(after: timeout, server: address, mayHaveTakenEffect: true), .conversation)
            }
        }
        startTimer(at: machine.deadline)
    }
}

extension MemcacheError {
    static func timedOut(after timeout: Duration, server: ServerAddress, mayHaveTakenEffect: Bool) -> MemcacheError {
        MemcacheError(
            .timedOut, "no answer within \(timeout.spelledOut)", server: server,
            mayHaveTakenEffect: mayHaveTakenEffect)
    }

    /// The error for a connection that could not be made, or ended.
    ///
    /// - Parameter moment: When the server closed it, for the message.
    init(_ ending: Transport.Ending, moment: String, connectTimeout: Duration) {
        switch ending {
        case .notConnected(let reason, let underlying):
            self.init(.cannotConnect, "cannot connect: \(reason)", underlyingError: underlying)
        case .noResources(let reason):
            self.init(.localResource, "cannot connect: \(reason)")
        case .connectTimedOut:
            self.init(.cannotConnect, "cannot connect: no answer within \(connectTimeout.spelledOut)")
        case .closed:
            self.init(.connectionLost, "the server closed the connection \(moment)")
        case .broken(let reason, let underlying):
            self.init(.connectionLost, "the connection broke: \(reason)", underlyingError: underlying)
        }
    }
}

extension Duration {
    /// The duration for a message: `500 ms`, `3 s`, `1.5 s`.
    package var spelledOut: String {
        let (seconds, attoseconds) = components
        // A time of more than a million years is not one to be exact about.
        let milliseconds = min(seconds, 1 << 45) * 1000 + attoseconds / 1_000_000_000_000_000
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        if milliseconds.isMultiple(of: 1000) { return "\(milliseconds / 1000) s" }
        return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }
}
