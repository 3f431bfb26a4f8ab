/// Carries the bytes of one connection. It has one thread, its loop; everything but ``execute(_:)`` is called there, and so
/// is its delegate.
///
/// The network is one case of an enum rather than a type that conforms to a protocol, so that calls to it are direct.
enum Transport: Sendable {
    case network(NetworkTransport)
    /// What a test uses instead.
    case substitute(any TransportSubstitute)

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

    /// A transport that is not connected.
    ///
    /// - Parameter network: Replaces the network in tests.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``.
    init(on thread: Thread = .commands, in network: (any NetworkSubstitute)? = nil) throws(MemcacheError) {
        if let network {
            self = .substitute(network.makeTransport())
        } else {
            self = .network(try NetworkTransport(on: thread))
        }
    }

    /// What time it is for deadlines.
    var now: ContinuousClock.Instant {
        switch self {
        case .network: .now
        case .substitute(let substitute): substitute.now
        }
    }

    /// Whether this is the loop's thread.
    var isOnLoop: Bool {
        switch self {
        case .network(let transport): transport.isOnLoop
        case .substitute(let substitute): substitute.isOnLoop
        }
    }

    /// Starts to connect. The delegate is told when that has succeeded or failed.
    func connect(to address: ServerAddress, options: Options, delegate: any TransportDelegate) {
        switch self {
        case .network(let transport): transport.connect(to: address, options: options, delegate: delegate)
        case .substitute(let substitute): substitute.connect(to: address, options: options, delegate: delegate)
        }
    }

    /// Runs something on the loop, after what was handed over before.
    func execute(_ body: @escaping @Sendable () -> Void) {
        switch self {
        case .network(let transport): transport.execute(body)
        case .substitute(let substitute): substitute.execute(body)
        }
    }

    /// Sends bytes, after those handed over before.
    ///
    /// - Parameter onProgress: Called on the loop whenever the system has taken a good part of a long chunk, which may
    ///   take longer than an answer is allowed to.
    func write(_ chunks: [[UInt8]], onProgress: @escaping @Sendable () -> Void) {
        switch self {
        case .network(let transport): transport.write(chunks, onProgress: onProgress)
        case .substitute(let substitute): substitute.write(chunks, onProgress: onProgress)
        }
    }

    /// Runs something on the loop at a later moment, when everything that had arrived by then has been handed over.
    func schedule(at moment: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) {
        switch self {
        case .network(let transport): transport.schedule(at: moment, body)
        case .substitute(let substitute): substitute.schedule(at: moment, body)
        }
    }

    /// Whether what arrives is read, or left to the system, which holds the server back when its buffers are full.
    func setReading(_ isOn: Bool) {
        switch self {
        case .network(let transport): transport.setReading(isOn)
        case .substitute(let substitute): substitute.setReading(isOn)
        }
    }

    /// Ends the connection, if it is still there.
    func close() {
        switch self {
        case .network(let transport): transport.close()
        case .substitute(let substitute): substitute.close()
        }
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

/// Replaces the network in tests: makes what connections use instead of a socket, and says what time it is.
protocol NetworkSubstitute: AnyObject, Sendable {
    /// What time it is for all connections, and for how long a server counts as dead.
    var now: ContinuousClock.Instant { get }

    /// The transport of one connection.
    func makeTransport() -> any TransportSubstitute
}

/// Replaces the transport of one connection in tests. See ``Transport`` for what each member does.
protocol TransportSubstitute: AnyObject, Sendable {
    var now: ContinuousClock.Instant { get }
    var isOnLoop: Bool { get }
    func connect(to address: ServerAddress, options: Transport.Options, delegate: any TransportDelegate)
    func execute(_ body: @escaping @Sendable () -> Void)
    func write(_ chunks: [[UInt8]], onProgress: @escaping @Sendable () -> Void)
    func schedule(at moment: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void)
    func setReading(_ isOn: Bool)
    func close()
}
