import MemcachePlatform

/// Carries the bytes of one connection over a plain socket, TCP or Unix. See ``Transport`` for what each member does.
///
/// `@unchecked Sendable`: everything but `loop` is only touched on the loop.
final class PollTransport: Transport, PollWatcher, @unchecked Sendable {
    private enum State {
        case idle
        case connecting(ConnectionAttempt)
        case open(Int32)
        case closed
    }

    private let loop: PollLoop
    private let resolve: NameResolution.Resolver
    private var state = State.idle
    private var delegate: (any TransportDelegate)?
    private var trace: WireTrace?
    private var outgoing = SendQueue()
    private var onProgress: (@Sendable () -> Void)?
    private let incoming = ReceiveBuffer()
    /// How many bytes those kept must grow to before it is worth looking at them again.
    private var needed = 0
    private var isReading = true
    /// The last turn of the loop in which there was something to read.
    private(set) var lastRead = 0

    /// A transport that is not connected.
    ///
    /// - Parameter resolve: Looks names up.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``.
    init(
        on loop: PollLoop,
        resolve: @escaping NameResolution.Resolver = { NameResolution.addresses(of: $0, port: $1, then: $2) }
    ) throws(MemcacheError) {
        try loop.prepare()
        self.loop = loop
        self.resolve = resolve
    }

    deinit {
        if case .open(let descriptor) = state { MemcachePlatform.close(descriptor) }
    }

    var now: ContinuousClock.Instant { .now }

    var isOnLoop: Bool { loop.isCurrent }

    func execute(_ body: @escaping @Sendable () -> Void) { loop.execute(body) }

    func schedule(at moment: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) {
        loop.schedule(at: moment, for: self, body)
    }

    // MARK: - Connecting

    func connect(to address: ServerAddress, options: TransportOptions, delegate: any TransportDelegate) {
        execute { [self] in
            guard case .idle = state else { return }
            if let ending = TransportEnding(invalidPortOf: address) { return delegate.transportEnded(ending) }
            self.delegate = delegate
            trace = options.trace
            let attempt = ConnectionAttempt(on: self, loop: loop, timeout: options.connectTimeout, resolve: resolve)
            state = .connecting(attempt)
            attempt.begin(with: address.endpoint)
        }
    }

    /// The attempt to connect has succeeded.
    func attemptSucceeded(_ descriptor: Int32) {
        guard case .connecting = state else { return }
        state = .open(descriptor)
        loop.forgetTimers(of: self)
        loop.watch(descriptor, for: POLLIN, self)
        delegate?.transportOpened()
    }

    /// The attempt to connect has failed.
    func attemptFailed(_ ending: TransportEnding) {
        guard case .connecting = state else { return }
        end(ending)
    }

    // MARK: - Sending and receiving

    func write(_ chunks: [[UInt8]], onProgress: @escaping @Sendable () -> Void) {
        guard case .open(let descriptor) = state, !chunks.isEmpty else { return }
        if let trace {
            for chunk in chunks { trace(.sent, chunk.span) }
        }
        let wasEmpty = outgoing.isEmpty
        outgoing.append(chunks)
        self.onProgress = onProgress
        if wasEmpty { send(to: descriptor) }
    }

    private func send(to descriptor: Int32) {
        switch outgoing.send(to: descriptor) {
        case .sentAll:
            onProgress?()
            onProgress = nil
        case .full(let isOfLongChunk):
            if isOfLongChunk { onProgress?() }
        case .failed:
            // What the server sent before it went is read first, and says more; the end comes after that.
            outgoing.removeAll()
            onProgress = nil
        }
        watch(descriptor)
    }

    private func watch(_ descriptor: Int32) {
        loop.change(descriptor, to: (isReading ? POLLIN : 0) | (outgoing.isEmpty ? 0 : POLLOUT))
    }

    func setReading(_ isOn: Bool) {
        isReading = isOn
        if case .open(let descriptor) = state { watch(descriptor) }
    }

    func isReady(_ descriptor: Int32, _ events: Int16) {
        guard case .open = state else { return }
        if Int32(events) & POLLOUT != 0, !outgoing.isEmpty { send(to: descriptor) }
        guard isReading, Int32(events) & ~POLLOUT != 0, case .open = state else { return }
        receive(from: descriptor)
    }

    private func receive(from descriptor: Int32) {
        let isKept = incoming.count > 0
        let room = isKept ? incoming.room(needed: needed) : loop.buffer
        let count = recv(descriptor, room.baseAddress, room.count, 0)
        guard count > 0 else {
            let error = SystemError()
            if count == 0 {
                end(.closed)
            } else if ![EAGAIN, EWOULDBLOCK, EINTR].contains(error.code) {
                end(.broken(error.description, underlying: error))
            }
            return
        }
        lastRead = loop.turn
        let arrived = UnsafeRawBufferPointer(rebasing: room.prefix(count))
        trace?(.received, arrived.bindMemory(to: UInt8.self).span)
        if isKept {
            incoming.added(count)
            incoming.drop(deliver(incoming.bytes))
        } else {
            let used = deliver(arrived)
            if used < count {
                incoming.append(UnsafeRawBufferPointer(rebasing: arrived.dropFirst(used)), needed: needed)
            }
        }
        delegate?.transportReceivedAll()
        if case .closed = state { incoming.free() }
    }

    private func deliver(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let delegate else { return bytes.count }
        let (used, needed) = delegate.transportReceived(bytes.bindMemory(to: UInt8.self).span)
        self.needed = needed
        return used
    }

    // MARK: - Ending

    func close() {
        switch state {
        case .idle, .closed: break
        case .connecting(let attempt):
            attempt.cancel()
            state = .closed
            loop.forgetTimers(of: self)
            delegate = nil
        case .open:
            let delegate = delegate
            disconnect()
            execute { delegate?.transportEnded(.closed) }
        }
    }

    private func end(_ ending: TransportEnding) {
        let delegate = delegate
        disconnect()
        delegate?.transportEnded(ending)
    }

    private func disconnect() {
        if case .open(let descriptor) = state {
            loop.forget(descriptor)
            MemcachePlatform.close(descriptor)
        }
        state = .closed
        loop.forgetTimers(of: self)
        delegate = nil
        outgoing.removeAll()
        onProgress = nil
    }
}
