import MemcachePlatform
import NIOCore
import NIOPosix

/// Reads and writes the bytes of one connection. The only file that sees the network library.
///
/// A transport has one thread, its loop; everything but ``execute(_:)`` is called there, and so is its delegate.
final class Transport: Sendable {
    /// Settings of a connection that is about to be made.
    struct Options: Sendable {
        /// How long resolving the name and connecting may take together.
        var connectTimeout: Duration
        /// Is shown every byte.
        var trace: WireTrace?
    }

    /// The threads there are.
    enum Thread: Sendable {
        /// For connections that carry commands.
        case commands
        /// For connections that carry streams: what slows commands down must not stop a dump from being read.
        case streams
    }

    /// Why a connection could not be made or ended.
    enum Ending: Sendable {
        /// It could not be made, and why.
        case notConnected(String, underlying: any Error)
        /// It could not be made, because this machine gives no more descriptors or memory, and why.
        case noResources(String)
        /// It could not be made within the time allowed.
        case connectTimedOut
        /// The server closed it, or we did.
        case closed
        /// It broke, and how.
        case broken(String, underlying: any Error)
    }

    private let loop: any EventLoop
    private let channel: NIOLoopBoundBox<(any Channel)?>

    private let trace: NIOLoopBoundBox<WireTrace?>

    /// What waits behind a long chunk, and the rest of that.
    private let waiting: NIOLoopBoundBox<PieceQueue>

    /// The most that is read at once: what comes in after a connection was told to wait is not more.
    private static let readBytes = 262_144

    /// One loop serves every connection that carries commands: what the library does there is short.
    private static let commandThread = LoopThread()
    private static let streamThread = LoopThread()

    /// Starts the thread for commands, if it is not there yet, and does not wait for it.
    static func startCommandThread() { commandThread.start() }

    /// Starts the thread for commands, and waits until it runs.
    static func waitForCommandThread() throws(MemcacheError) { _ = try commandThread.loop() }

    /// A transport that is not connected.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``.
    init(on thread: Thread = .commands) throws(MemcacheError) {
        switch thread {
        case .commands: loop = try Transport.commandThread.loop()
        case .streams: loop = try Transport.streamThread.loop()
        }
        channel = .makeEmptyBox(eventLoop: loop)
        trace = .makeEmptyBox(eventLoop: loop)
        waiting = .makeBoxSendingValue(PieceQueue(), eventLoop: loop)
    }

    /// Starts to connect. The delegate is told when that has succeeded or failed.
    func connect(to address: ServerAddress, options: Options, delegate: any TransportDelegate) {
        execute { self.bootstrap(address, options: options, delegate: delegate) }
    }

    /// Runs something on the loop, after what was handed over before.
    func execute(_ body: @escaping @Sendable () -> Void) {
        loop.execute(body)
    }

    /// Whether this is the loop's thread.
    var isOnLoop: Bool { loop.inEventLoop }

    /// Sends bytes, after those handed over before.
    ///
    /// - Parameter onProgress: Called on the loop whenever the system has taken a good part of a long chunk, which may
    ///   take longer than an answer is allowed to.
    func write(_ chunks: [[UInt8]], onProgress: @escaping @Sendable () -> Void) {
        guard let channel = channel.value, !chunks.isEmpty else { return }
        if let trace = trace.value {
            for chunk in chunks { trace(.sent, chunk.span) }
        }
        guard waiting.value.isEmpty, PieceQueue.areShort(chunks) else {
            waiting.value.append(chunks)
            return writePieces(onProgress)
        }
        for chunk in chunks { channel.write(channel.allocator.buffer(bytes: chunk), promise: nil) }
        channel.flush()
    }

    /// Writes what waits, a few pieces at a time.
    private func writePieces(_ onProgress: @escaping @Sendable () -> Void) {
        guard let channel = channel.value else { return }
        while let piece = waiting.value.next() {
            let written = channel.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenSuccess {
                self.waiting.value.taken()
                onProgress()
                self.writePieces(onProgress)
            }
            channel.write(channel.allocator.buffer(bytes: piece), promise: written)
        }
        channel.flush()
    }

    /// Runs something on the loop at a later moment, when everything that had arrived by then has been handed over.
    ///
    /// A loop that was busy until past that moment would run it before it looks at its sockets. Hence the second step,
    /// and a longer one where the loop was late.
    func schedule(at moment: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) {
        loop.scheduleTask(in: TimeAmount(max(.zero, moment - .now))) { [loop] in
            let isLate = ContinuousClock.now - moment > .milliseconds(5)
            loop.scheduleTask(in: .milliseconds(isLate ? 50 : 1), body)
        }
    }

    /// Whether what arrives is read, or left to the system, which holds the server back when its buffers are full.
    func setReading(_ isOn: Bool) {
        _ = channel.value?.setOption(.autoRead, value: isOn)
    }

    /// Ends the connection, if it is still there.
    func close() {
        channel.value?.close(promise: nil)
        channel.value = nil
        waiting.value = PieceQueue()
    }

    private func bootstrap(_ address: ServerAddress, options: Options, delegate: any TransportDelegate) {
        trace.value = options.trace
        let begun = NIOLoopBoundBox<(any Channel)?>.makeEmptyBox(eventLoop: loop)
        let destination = Destination(address.endpoint)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(options.connectTimeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Set here and not through the bootstrap, which wraps them in types that are made at run time.
                    if let settings = channel.syncOptions {
                        try settings.setOption(
                            .recvAllocator,
                            value: AdaptiveRecvByteBufferAllocator(
                                minimum: 1024, initial: 16_384, maximum: Self.readBytes))
                        try settings.setOption(.maxMessagesPerRead, value: 1)
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        TransportHandler(delegate: delegate, trace: options.trace))
                    if case .name = destination { Transport.closeOnExecution(channel) }
                    begun.value = channel
                }
            }
        let connected: EventLoopFuture<any Channel>
        LocalResources.beginTurn()
        switch destination {
        case .path(let path): connected = bootstrap.connect(unixDomainSocketPath: path)
        case .numeric(let address): connected = bootstrap.connect(to: address)
        case .name(let host, let port): connected = bootstrap.connect(host: host, port: port)
        }
        LocalResources.endTurn()
        // The server takes in the connection meanwhile. A name is looked up first, and may lead to several connections.
        if let channel = begun.value { Transport.closeOnExecution(channel) }
        connected.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                guard channel.isActive else { return delegate.transportEnded(.closed) }
                self.channel.value = channel
                delegate.transportOpened()
            case .failure(let error):
                delegate.transportEnded(Transport.ending(connecting: error))
            }
        }
    }

    /// What there is to connect to.
    private enum Destination {
        case path(String)
        case numeric(SocketAddress)
        case name(String, port: Int)

        init(_ endpoint: ServerAddress.Endpoint) {
            switch endpoint {
            case .unix(let path): self = .path(path)
            case .tcp(let host, let port):
                self =
                    (try? SocketAddress(ipAddress: host, port: port)).map { .numeric($0) } ?? .name(host, port: port)
            }
        }
    }

    /// Keeps the connection out of programs that are started: the server would not see its end.
    private static func closeOnExecution(_ channel: any Channel) {
        try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            _ = fcntl($0, F_SETFD, FD_CLOEXEC)
        }
    }

    private static func ending(connecting error: any Error) -> Ending {
        if case .connectTimeout? = error as? ChannelError { return .connectTimedOut }
        if let failure = error as? IOError, LocalResources.areShort(failure.errnoCode) {
            return .noResources(reason(failure))
        }
        if let failure = error as? NIOConnectionError {
            if let dns = failure.dnsAError ?? failure.dnsAAAAError, failure.connectionErrors.isEmpty {
                // The resolver does not say that it could not open its files.
                if let reason = LocalResources.shortage(ofDescriptors: 1) { return .noResources(reason) }
                return .notConnected("the name cannot be resolved", underlying: dns)
            }
            if let first = failure.connectionErrors.first {
                return ending(connecting: first.error)
            }
        }
        return .notConnected(reason(error), underlying: error)
    }

    fileprivate static func reason(_ error: any Error) -> String {
        guard let failure = error as? IOError else { return String(describing: error) }
        return String(cString: strerror(failure.errnoCode)).lowercased()
    }
}

/// A thread that runs an event loop until the program ends. Starting it takes no waiting, only using it does.
///
/// Where the system gives no thread or no descriptors, the next use tries again.
///
/// Made here and not by an event loop group, which waits for its threads and is a third of what it takes to get to a first
/// connection.
///
/// The network library ends the program where it gets no descriptors for a loop. Whether there are enough is therefore
/// looked at first; a thread that could not be had is tried again when it is needed again.
///
/// `@unchecked Sendable`: the state is only touched while the mutex is held. Calls `pthread_create`, `pthread_mutex_*` and
/// `pthread_cond_*`.
private final class LoopThread: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let started = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state = State.idle

    private enum State {
        case idle
        case starting
        case running(any EventLoop)
        case failed(MemcacheError)
    }

    /// A loop takes three descriptors; the others are for what the rest of the program may open at the same time.
    private static let descriptors = 6
    /// The size of the thread's stack, whatever the system's own is: values are decoded and log handlers run on it.
    private static let stackBytes = 8 << 20

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(started, nil)
    }

    /// Starts the thread, which keeps this object, unless it is there.
    func start() {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        startIfIdle()
    }

    /// Starts the thread unless it is there. The mutex is held.
    private func startIfIdle() {
        guard case .idle = state else { return }
        state = .starting
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        pthread_attr_init(attributes)
        pthread_attr_setstacksize(attributes, LoopThread.stackBytes)
        defer {
            pthread_attr_destroy(attributes)
            attributes.deallocate()
        }
        let itself = Unmanaged.passRetained(self).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let code = pthread_create(&thread, attributes, { LoopThread.run($0) }, itself)
            if let thread { pthread_detach(thread) }
        #else
            var thread = pthread_t()
            let code = pthread_create(&thread, attributes, { $0.flatMap { LoopThread.run($0) } }, itself)
            if code == 0 { pthread_detach(thread) }
        #endif
        guard code != 0 else { return }
        Unmanaged<LoopThread>.fromOpaque(itself).release()
        state = .failed(.noThread(code))
    }

    /// The loop, as soon as it runs.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``.
    func loop() throws(MemcacheError) -> any EventLoop {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch state {
            case .idle: startIfIdle()
            case .starting: pthread_cond_wait(started, mutex)
            case .running(let loop): return loop
            case .failed(let error):
                state = .idle
                throw error
            }
        }
    }

    private func publish(_ state: State) {
        pthread_mutex_lock(mutex)
        self.state = state
        pthread_cond_broadcast(started)
        pthread_mutex_unlock(mutex)
    }

    private static func run(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let thread = Unmanaged<LoopThread>.fromOpaque(pointer)
        LocalResources.beginTurn()
        if let reason = LocalResources.shortage(ofDescriptors: descriptors) {
            LocalResources.endTurn()
            thread.takeRetainedValue().publish(
                .failed(MemcacheError(.localResource, "no connection can be made: \(reason)")))
            return nil
        }
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop {
            LocalResources.endTurn()
            thread.takeUnretainedValue().publish(.running($0))
        }
        return nil
    }
}

/// What a connection is told, on the transport's loop.
protocol TransportDelegate: AnyObject, Sendable {
    /// The connection is made.
    func transportOpened()

    /// Bytes have come; those not used up before come again in front of them.
    ///
    /// - Returns: How many were used up, and how many bytes the rest must grow to before it is worth looking again.
    func transportReceived(_ bytes: Span<UInt8>) -> (used: Int, needed: Int)

    /// All that had arrived has been handed over: the next bytes may take a while.
    func transportReceivedAll()

    /// The connection is over, or was never made. Nothing follows.
    func transportEnded(_ ending: Transport.Ending)
}

/// Hands bytes over and keeps those that are not used up.
private final class TransportHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let delegate: any TransportDelegate
    private let trace: WireTrace?
    /// Bytes that were not used up.
    private var rest = ByteBuffer()
    private var needed = 0
    private var failure: (any Error)?

    init(delegate: any TransportDelegate, trace: WireTrace?) {
        self.delegate = delegate
        self.trace = trace
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        if let trace { incoming.withUnsafeReadableBytes { trace(.received, $0.bindMemory(to: UInt8.self).span) } }
        guard rest.readableBytes == 0 else {
            makeRoom(for: incoming.readableBytes)
            rest.writeBuffer(&incoming)
            deliver(&rest)
            // The room that a long value took is given back.
            if rest.readableBytes == 0, rest.capacity > 1 << 20 { rest = ByteBuffer() }
            return
        }
        deliver(&incoming)
        if incoming.readableBytes > 0 {
            rest.clear()
            makeRoom(for: incoming.readableBytes)
            rest.writeBuffer(&incoming)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        delegate.transportReceivedAll()
    }

    func channelInactive(context: ChannelHandlerContext) {
        let ending: Transport.Ending = failure.map { .broken(Transport.reason($0), underlying: $0) } ?? .closed
        delegate.transportEnded(ending)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = error
        context.close(promise: nil)
    }

    private func deliver(_ buffer: inout ByteBuffer) {
        let (used, needed) = buffer.withUnsafeReadableBytes { bytes in
            let readable = bytes.bindMemory(to: UInt8.self)
            return delegate.transportReceived(readable.span)
        }
        buffer.moveReaderIndex(forwardBy: used)
        self.needed = needed
    }

    /// Makes room behind what is left over. A long value's buffer grows by halves as its bytes arrive, so that a length
    /// that lies takes no memory.
    private func makeRoom(for count: Int) {
        guard rest.writableBytes < count else { return }
        rest.discardReadBytes()
        let size = rest.readableBytes + count
        rest.reserveCapacity(max(size, min(needed, size * 2)))
    }
}
