import MemcachePlatform

/// Carries the bytes of one connection. It has one thread, its loop; everything except ``connect(to:options:delegate:)``
/// and ``execute(_:)`` is called there, and so is its delegate.
protocol Transport: AnyObject, Sendable {
    /// The current time, for deadlines.
    var now: ContinuousClock.Instant { get }

    /// Whether the current thread is the loop's.
    var isOnLoop: Bool { get }

    /// Starts connecting. The delegate is notified of success or failure.
    func connect(to address: ServerAddress, options: TransportOptions, delegate: any TransportDelegate)

    /// Runs a closure on the loop, after those submitted before.
    func execute(_ body: @escaping @Sendable () -> Void)

    /// Sends bytes, after those sent before.
    ///
    /// - Parameter onProgress: Called on the loop whenever the system has accepted a large part of a long chunk, which
    ///   may take longer than the time limit for a reply.
    func write(_ chunks: [[UInt8]], onProgress: @escaping @Sendable () -> Void)

    /// Runs a closure on the loop at a later time, after everything that had arrived by then has been delivered.
    func schedule(at moment: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void)

    /// Turns reading on or off. While it is off, data stays in the system's buffers, which holds the server back once
    /// they are full.
    func setReading(_ isOn: Bool)

    /// Closes the connection, if it is still open.
    func close()
}

/// Options of a connection.
struct TransportOptions: Sendable {
    /// The time limit for resolving the name and connecting together.
    var connectTimeout: Duration
    /// Called with every byte.
    var trace: WireTrace?
}

/// The threads that run loops.
enum TransportThread: Sendable {
    /// For connections that carry commands.
    case commands
    /// For connections that carry streams: what slows commands down must not stop a listing from being read.
    case streams
}

/// Why a connection could not be established, or ended.
enum TransportEnding: Sendable {
    /// It could not be established, and why.
    case notConnected(String, underlying: any Error)
    /// It could not be established because the system gives no more descriptors or memory, and why.
    case noResources(String)
    /// It could not be established within the time limit.
    case connectTimedOut
    /// The server closed it, or the client did.
    case closed
    /// It broke, and how.
    case broken(String, underlying: any Error)
}

extension TransportEnding {
    /// The ending of a connection to an address that no socket can have: its port is not 1 to 65535.
    ///
    /// ``ServerAddress/init(_:defaultPort:)`` rejects such ports; ``ServerAddress/init(_:)`` accepts any number.
    init?(invalidPortOf address: ServerAddress) {
        guard case .tcp(_, let port) = address.endpoint, !(1...65535).contains(port) else { return nil }
        self = .notConnected("\(port) is not a port (1 to 65535)", underlying: SystemError(EINVAL))
    }
}

/// Receives the events of a transport, on its loop.
protocol TransportDelegate: AnyObject, Sendable {
    /// Called when the connection is established.
    func transportOpened()

    /// Called with the bytes that have arrived, after those not consumed before.
    ///
    /// - Returns: How many were consumed, and how many bytes the rest must grow to before calling again makes sense.
    func transportReceived(_ bytes: Span<UInt8>) -> (used: Int, needed: Int)

    /// Called after everything that had arrived has been delivered: the next bytes may take a while.
    func transportReceivedAll()

    /// Called when the connection has been closed, or could not be established. Nothing follows.
    func transportEnded(_ ending: TransportEnding)
}

/// Replaces the network in tests: creates the transports of connections, and provides the time.
protocol NetworkSubstitute: AnyObject, Sendable {
    /// The current time for all connections, and for how long a server is marked down.
    var now: ContinuousClock.Instant { get }

    /// Returns at that moment, and throws earlier if the task is cancelled.
    func sleep(until moment: ContinuousClock.Instant) async throws

    /// Creates the transport of one connection.
    func makeTransport() -> any Transport
}
