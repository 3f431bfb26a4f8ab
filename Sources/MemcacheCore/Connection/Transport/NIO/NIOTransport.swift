import MemcachePlatform
import NIOCore
import NIOPosix

/// Carries the bytes of one connection with swift-nio, whose event loops may also run a program's other connections. See
/// ``Transport`` for what each member does.
final class NIOTransport: Transport {
    private let loop: any EventLoop
    private let channel: NIOLoopBoundBox<(any Channel)?>

    private let trace: NIOLoopBoundBox<WireTrace?>

    /// The chunks queued after a long one, and the rest of that.
    private let waiting: NIOLoopBoundBox<PieceQueue>

    /// The maximum read size: no more than this arrives after reading was paused.
    private static let readBytes = 262_144

    /// The loop that serves all connections that carry commands: the library does little work on it.
    private static let commandThread = LoopThread()
    private static let streamThread = LoopThread()

    /// Starts the thread for commands, and waits until it runs.
    static func waitForCommandThread() throws(MemcacheError) { _ = try commandThread.loop() }

    /// Creates a transport that is not connected.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``.
    init(on thread: TransportThread = .commands) throws(MemcacheError) {
        switch thread {
        case .commands: loop = try Self.commandThread.loop()
        case .streams: loop = try Self.streamThread.loop()
        }
        channel = .makeEmptyBox(eventLoop: loop)
        trace = .makeEmptyBox(eventLoop: loop)
        waiting = .makeBoxSendingValue(PieceQueue(), eventLoop: loop)
    }

    func connect(to address: ServerAddress, options: TransportOptions, delegate: any TransportDelegate) {
        execute {
            if let ending = TransportEnding(invalidPortOf: address) { return delegate.transportEnded(ending) }
            self.bootstrap(address, options: options, delegate: delegate)
        }
    }

    func execute(_ body: @escaping @Sendable () -> Void) {
        loop.execute(body)
    }

    var now: ContinuousClock.Instant { .now }

    var isOnLoop: Bool { loop.inEventLoop }

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

    /// Writes queued data, a few pieces at a time.
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

    /// A loop that was busy past this time would run the timer before it reads its sockets. Hence the second step, and
    /// a longer one if the loop was late.
    func schedule(at moment: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) {
        loop.scheduleTask(in: TimeAmount(max(.zero, moment - .now))) { [loop] in
            let isLate = ContinuousClock.now - moment > .milliseconds(5)
            loop.scheduleTask(in: .milliseconds(isLate ? 50 : 1), body)
        }
    }

    func setReading(_ isOn: Bool) {
        _ = channel.value?.setOption(.autoRead, value: isOn)
    }

    func close() {
        channel.value?.close(promise: nil)
        channel.value = nil
        waiting.value = PieceQueue()
    }

    private func bootstrap(_ address: ServerAddress, options: TransportOptions, delegate: any TransportDelegate) {
        trace.value = options.trace
        let begun = NIOLoopBoundBox<(any Channel)?>.makeEmptyBox(eventLoop: loop)
        let destination = Destination(address.endpoint)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(options.connectTimeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Set here and not through the bootstrap, which wraps them in types that are created at run time.
                    if let settings = channel.syncOptions {
                        try settings.setOption(
                            .recvAllocator,
                            value: AdaptiveRecvByteBufferAllocator(
                                minimum: 1024, initial: 16_384, maximum: Self.readBytes))
                        try settings.setOption(.maxMessagesPerRead, value: 1)
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        TransportHandler(delegate: delegate, trace: options.trace))
                    if case .name = destination { Self.closeOnExecution(channel) }
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
        // The server accepts the connection in the meantime. A name is resolved first, and may lead to several
        // connections.
        if let channel = begun.value { Self.closeOnExecution(channel) }
        connected.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                guard channel.isActive else { return delegate.transportEnded(.closed) }
                self.channel.value = channel
                delegate.transportOpened()
            case .failure(let error):
                delegate.transportEnded(Self.ending(connecting: error))
            }
        }
    }

    /// What to connect to.
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

    /// Keeps the connection from being inherited by child processes: the server would not see it close.
    private static func closeOnExecution(_ channel: any Channel) {
        try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            _ = fcntl($0, F_SETFD, FD_CLOEXEC)
        }
    }

    private static func ending(connecting error: any Error) -> TransportEnding {
        if case .connectTimeout? = error as? ChannelError { return .connectTimedOut }
        if let failure = error as? IOError, LocalResources.areShort(failure.errnoCode) {
            return .noResources(reason(failure))
        }
        if let failure = error as? NIOConnectionError {
            if let dns = failure.dnsAError ?? failure.dnsAAAAError, failure.connectionErrors.isEmpty {
                // The resolver does not report that it could not open its files.
                if let reason = LocalResources.shortage(ofDescriptors: 1) { return .noResources(reason) }
                return .notConnected("the name cannot be resolved", underlying: dns)
            }
            if let first = failure.connectionErrors.first {
                return ending(connecting: first.error)
            }
        }
        return .notConnected(reason(error), underlying: error)
    }

    static func reason(_ error: any Error) -> String {
        guard let failure = error as? IOError else { return String(describing: error) }
        return String(cString: strerror(failure.errnoCode)).lowercased()
    }
}
