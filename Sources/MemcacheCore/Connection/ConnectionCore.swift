import Synchronization

/// The part of a connection that runs on the loop.
///
/// `@unchecked Sendable`: every method runs on the transport's loop, which is one thread: ``Connection`` calls them
/// inside `Transport.execute`, and the transport calls its delegate there.
final class ConnectionCore: TransportDelegate, @unchecked Sendable {
    typealias Machine = ConnectionStateMachine<any ReplyReceiver>

    private let address: ServerAddress
    private let options: Connection.Options
    private let transport: any Transport
    private var machine = Machine()
    private var parser = ReplyParser()
    /// Requests that are waiting for the connection to be established.
    private var unsent: [[UInt8]] = []
    /// The value being received piece by piece, and its receiver: nil once that has been abandoned.
    private var longValue: (value: LongValue, receiver: (any ReplyReceiver)?)?
    /// The receiver that got something since the last pause.
    private var active: (any ReplyReceiver)?
    /// The next time at which deadlines are checked.
    private var timer: ContinuousClock.Instant?
    private var hasPartialReply = false
    /// Whether the last element belongs to a reply that is not complete.
    private var isInsideReply = false
    /// Whether a byte has arrived since the connection was established.
    private var hasReceived = false
    /// The number of unconsumed bytes at the last progress; negative once part of a long value has been consumed since.
    private var bytesAtLastProgress = 0
    /// Why the connection was closed.
    private var ending: MemcacheError?
    /// Whether the server began with something that no command requested: an error about its limit of connections, or
    /// the greeting of another protocol. It would respond to the next connection in the same way.
    private var isRejected = false
    /// Callers waiting for the connection to be established.
    private var openWaiters: [@Sendable (MemcacheError?) -> Void] = []
    private let onClose: (@Sendable (Connection.End) -> Void)?
    private let mailbox: Mailbox
    /// The priority of the tasks being resumed, while reads wait for others to join them.
    private var gathering: TaskPriority?
    /// Whether a timer limits how long reads wait for others.
    private var limitsGathering = false
    /// Whether the connection has been closed, for other threads.
    let isOver = Atomic(false)

    init(
        address: ServerAddress, options: Connection.Options, transport: any Transport, mailbox: Mailbox,
        onClose: (@Sendable (Connection.End) -> Void)?
    ) {
        self.mailbox = mailbox
        self.onClose = onClose
        self.address = address
        self.options = options
        self.transport = transport
        parser.maximumValueBytes = options.maximumValueBytes
    }

    /// Takes what callers have submitted.
    func takeSubmissions() {
        let content = mailbox.withLock { mailbox in
            mailbox.isGathering = false
            return mailbox.outbox.take()
        }
        guard !content.submissions.isEmpty else { return }
        let now = transport.now
        submit(
            content.submissions.map {
                .init(
                    id: $0.id, shapes: $0.shapes, timeout: $0.timeout, submitted: $0.submitted ?? now,
                    receiver: $0.receiver)
            },
            chunks: content.chunks)
    }

    /// Delays new reads after others have been answered. Callers that are resumed together often make their next
    /// request together: their requests are left in the outbox until all of them have run, so that they go in one
    /// request.
    private func gather(after reads: SharedReads) {
        guard gathering == nil, !reads.isOnLoop, reads.count > 1 || !machine.isIdle else { return }
        gathering = reads.priority
        mailbox.withLock { $0.isGathering = true }
    }

    /// Schedules the queued requests to be taken after the tasks just resumed have run.
    private func endGathering() {
        guard let priority = gathering else { return }
        gathering = nil
        Task(priority: priority) {
            transport.execute { self.takeSubmissions() }
        }
        // If every thread is busy, it can be long before that task runs.
        guard !limitsGathering else { return }
        limitsGathering = true
        transport.schedule(at: transport.now + .milliseconds(1)) {
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
        machine.resume(at: transport.now)
        transport.setReading(true)
        startTimer(at: machine.deadline)
    }

    private func notifyOpenWaiters(_ error: MemcacheError?) {
        let waiters = openWaiters
        openWaiters = []
        for waiter in waiters { waiter(error) }
    }

    /// The error for a submission after the connection was closed.
    private var errorOfUnsent: MemcacheError {
        if var ending, [.cannotConnect, .closed, .localResource].contains(ending.code) || isRejected {
            ending.mayHaveTakenEffect = false
            return ending
        }
        return MemcacheError(
            .connectionLost, "the connection was closed before the command was sent", server: address)
    }

    /// - Returns: Whether a caller was waiting.
    func abandon(_ id: Int) -> Bool {
        guard let receiver = machine.abandon(id: id) else { return false }
        if longValue?.receiver === receiver { longValue?.receiver = nil }
        // Before the connection is established, its bytes are stored together with others' and will still be sent.
        receiver.finish(.cancelled(by: address, mayHaveTakenEffect: true), answered: 0)
        return true
    }

    func transportOpened() {
        guard !machine.isClosed else { return transport.close() }
        machine.opened(at: transport.now)
        notifyOpenWaiters(nil)
        write(unsent)
        unsent = []
        startTimer(at: machine.deadline)
    }

    /// Writes chunks. A server that is receiving a long value is working: its time to reply counts from the last chunk.
    private func write(_ chunks: [[UInt8]]) {
        transport.write(chunks) { [weak self] in
            guard let self else { return }
            machine.progressed(at: transport.now)
        }
    }

    func transportReceived(_ bytes: Span<UInt8>) -> (used: Int, needed: Int) {
        guard !machine.isClosed else { return (bytes.count, 0) }
        if !hasReceived, bytes.count >= 2, bytes[0] == 0x15, bytes[1] == 0x03 {
            // The record with which TLS rejects anything that is not TLS.
            isRejected = true
            close(
                MemcacheError(.tlsRequired, "the server answered with a TLS alert: it requires TLS", server: address),
                .conversation)
            return (bytes.count, 0)
        }
        defer { endGathering() }
        var position = 0
        var start = 0
        var isUnasked = false
        // When the next piece of a long value was delivered, unless the value ends in these bytes.
        var pieceBegun = longValue == nil ? nil : transport.now
        do throws(ReplyParser.Failure) {
            repeat {
                try continueLongValue(in: bytes, at: &position)
                guard longValue == nil else { break }
                pieceBegun = nil
                start = position
                while let element = try parser.next(in: bytes, at: &position) {
                    switch machine.receive(element) {
                    case .deliver(let delivery):
                        isInsideReply = !delivery.completesReply
                        try deliver(element, at: start..<position, of: bytes, delivery)
                    case .drop: machine.progressed(at: transport.now)
                    case .violation:
                        isUnasked = machine.isIdle
                        isRejected = isUnasked && !hasReceived && start == 0
                        if isRejected, case .refusal(let kind, let line) = element {
                            close(MemcacheError(Refusal(kind: kind, line: bytes.copy(line))).from(address), .whileIdle)
                            return (bytes.count, 0)
                        }
                        throw .unexpected(line: firstLine(of: bytes, in: start..<position))
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

    /// Whether the parser has reached a long value that its receiver wants piece by piece; `position` is then at its
    /// data.
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
        let begun = transport.now
        receiver.paused()
        machine.waitedForReceiver(for: transport.now - begun)
    }

    func transportEnded(_ ending: TransportEnding) {
        // A TLS port sends nothing on a plain connection.
        let hint = hasReceived || !machine.isOpen ? "" : " (does it require TLS?)"
        let moment =
            hasPartialReply
            ? "in the middle of an answer" : hasReceived ? "before it answered" : "before it answered anything\(hint)"
        var error = MemcacheError(ending, moment: moment, connectTimeout: options.connectTimeout)
        if case .broken = ending { error.message += hint }
        if error.code == .cannotConnect {
            close(error.from(address), .notMade)
        } else if error.code == .localResource {
            // That is not the server's fault, and the pool keeps it alive.
            close(error.from(address), .onPurpose)
        } else {
            close(error.from(address), machine.awaitsNothingButClose ? .whileIdle : .conversation, byServer: true)
        }
    }

    /// Closes the connection and fails the commands without a reply.
    ///
    /// - Parameter byServer: Whether the server closed it, which answers a command of the shape ``ReplyShape/close``.
    func close(_ error: MemcacheError, _ end: Connection.End, byServer: Bool = false) {
        guard !machine.isClosed else { return }
        ending = error
        let now = transport.now
        let isTimeout = error.code == .timedOut
        let slots = machine.close()
        onClose?(end)
        isOver.store(true, ordering: .sequentiallyConsistent)
        notifyOpenWaiters(errorOfUnsent)
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
                    .connectionLost, "the connection was closed because an earlier command got no answer",
                    server: address)
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
                // The submission has left the queue, so closing the connection does not reach it.
                if delivery.completesSubmission {
                    receiver.finish(MemcacheError(error).from(address), answered: delivery.reply)
                }
                throw error
            }
            if delivery.completesSubmission {
                if let reads = receiver as? SharedReads { gather(after: reads) }
                receiver.finish(nil, answered: delivery.reply + 1)
                active = nil
                machine.progressed(at: transport.now)
            }
        }
        if delivery.leavesEndOpen {
            // Nothing was sent after it: new requests go on the next connection.
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
                    "the connection was closed because what follows the server's "
                        + "\(EscapedText.string(bytes.copy(line))) cannot be matched to requests",
                    server: address),
                // The server has replied; it was the request that it could not read.
                .onPurpose)
        }
    }

    /// Restarts the time limit if there was progress. Elements count as progress, and so does every 16 KiB of a long
    /// value, even if it is delivered piece by piece; a line or a value that arrives byte by byte does not.
    ///
    /// - Parameter pieceBegun: If only part of a long value was consumed, the time it was delivered.
    private func noteProgress(used: Int, left: Int, pieceBegun: ContinuousClock.Instant?) {
        hasPartialReply = left > 0 || longValue != nil || isInsideReply
        hasReceived = true
        if pieceBegun != nil { bytesAtLastProgress -= used }
        if used > 0 && pieceBegun == nil || left - bytesAtLastProgress >= 16_384 {
            bytesAtLastProgress = left
            machine.progressed(at: transport.now)
        } else if let pieceBegun {
            machine.waitedForReceiver(for: transport.now - pieceBegun)
        }
    }

    /// The first line of an element. An empty line before it, which the parser has skipped, is not part of it.
    private func firstLine(of bytes: Span<UInt8>, in range: Range<Int>) -> [UInt8] {
        var start = range.lowerBound
        while let newline = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start), newline < range.upperBound {
            let hasCarriageReturn = newline > start && bytes[newline - 1] == UInt8(ascii: "\r")
            let line = start..<(hasCarriageReturn ? newline - 1 : newline)
            if !line.isEmpty { return bytes.copy(line) }
            start = newline + 1
        }
        return []
    }

    /// Makes sure that deadlines are checked no later than a given time.
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
        switch machine.expire(at: transport.now) {
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
