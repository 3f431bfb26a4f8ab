import Synchronization
import Testing

@testable import MemcacheCore

/// A network without sockets, threads and waiting: the test plays every server, and decides when time passes.
///
/// Tasks of the test and the loops of all connections run on the test's thread, in ``settle()``.
final class FakeNetwork: NetworkSubstitute {
    private let clock = TestClock()
    private let executor = TestExecutor()
    private let transports = Mutex<[FakeTransport]>([])
    private let sleepers = Mutex<[Sleeper]>([])

    /// A task that waits for a moment.
    private struct Sleeper {
        var moment: ContinuousClock.Instant
        var continuation: CheckedContinuation<Void, Never>
    }

    /// The connections that have been started, oldest first.
    var connections: [FakeTransport] { transports.withLock { $0 } }

    var now: ContinuousClock.Instant { clock.now }

    func makeTransport() -> any Transport {
        let transport = FakeTransport(in: self)
        transports.withLock { $0.append(transport) }
        return transport
    }

    /// Starts a task, and returns when it has done what it can.
    func start<Value: Sendable>(
        _ body: @escaping @Sendable () async throws(MemcacheError) -> Value
    ) -> TestTask<Value> {
        let task = TestTask(on: executor, body)
        settle()
        return task
    }

    /// Starts tasks, all of which run before anything that they submit is taken.
    func startAll<Value: Sendable>(
        _ bodies: [@Sendable () async throws(MemcacheError) -> Value]
    ) -> [TestTask<Value>] {
        let tasks = bodies.map { TestTask(on: executor, $0) }
        settle()
        return tasks
    }

    /// Waits until the test lets that moment come. Cancellation is seen then.
    func sleep(until moment: ContinuousClock.Instant) async throws {
        await withCheckedContinuation { continuation in
            sleepers.withLock { $0.append(Sleeper(moment: moment, continuation: continuation)) }
        }
        try Task.checkCancellation()
    }

    /// Wakes the tasks whose moment has come.
    ///
    /// - Returns: Whether there were any.
    private func wake() -> Bool {
        let now = clock.now
        let due = sleepers.withLock { sleepers in
            defer { sleepers.removeAll { $0.moment <= now } }
            return sleepers.filter { $0.moment <= now }
        }
        for sleeper in due { sleeper.continuation.resume() }
        return !due.isEmpty
    }

    private var nextMoment: ContinuousClock.Instant? {
        (connections.compactMap(\.nextMoment) + sleepers.withLock { $0.map(\.moment) }).min()
    }

    /// Does everything that can be done now.
    func settle() {
        var hasWorked: Bool
        repeat {
            hasWorked = executor.run()
            if wake() { hasWorked = true }
            for transport in connections where transport.run() { hasWorked = true }
        } while hasWorked
    }

    /// Lets time pass, and does what is due at each moment.
    func advance(by duration: Duration) {
        let end = clock.now + duration
        settle()
        while let moment = nextMoment, moment <= end {
            clock.advance(to: moment)
            settle()
        }
        clock.advance(to: end)
        settle()
    }

    /// Lets time pass while a loop is busy, so that nothing else runs on it.
    func waste(_ duration: Duration) { clock.advance(by: duration) }

    /// An established connection.
    func connect(_ options: Connection.Options = .init()) throws -> (Connection, FakeTransport) {
        var options = options
        options.network = self
        let connection = try Connection(to: ServerAddress("fake:11211"), options: options)
        settle()
        let transport = try #require(connections.last)
        transport.open()
        return (connection, transport)
    }

    /// A client for servers `fake1`, `fake2`, …, all of them in this network.
    func client(
        serverCount: Int = 1, _ change: (inout ClientConfiguration) -> Void = { _ in }
    ) throws -> MemcacheClient {
        let servers = try (1...serverCount).map { WeightedServer(try ServerAddress("fake\($0):11211")) }
        var configuration = ClientConfiguration(servers: servers)
        configuration.network = self
        change(&configuration)
        return MemcacheClient(configuration)
    }
}

/// One connection of a ``FakeNetwork``. What the test does to it takes effect before the call returns.
final class FakeTransport: Transport {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var timers: [(moment: ContinuousClock.Instant, body: @Sendable () -> Void)] = []
        var isRunning = false
        var delegate: (any TransportDelegate)?
        var server: ServerAddress?
        var isOpen = false
        var isReading = true
        var sent: [UInt8] = []
        var onProgress: (@Sendable () -> Void)?
        /// What has arrived and is not consumed.
        var arrived: [UInt8] = []
    }

    private let state = Mutex(State())
    private unowned let network: FakeNetwork

    init(in network: FakeNetwork) { self.network = network }

    // MARK: - The connection's side

    var now: ContinuousClock.Instant { network.now }

    var isOnLoop: Bool { state.withLock { $0.isRunning } }

    func connect(to address: ServerAddress, options: TransportOptions, delegate: any TransportDelegate) {
        state.withLock { state in
            state.delegate = delegate
            state.server = address
        }
    }

    func execute(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.jobs.append(body) }
    }

    func write(_ chunks: [[UInt8]], onProgress: @escaping @Sendable () -> Void) {
        state.withLock { state in
            guard state.isOpen else { return }
            state.sent += chunks.joined()
            state.onProgress = onProgress
        }
    }

    func schedule(at moment: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.timers.append((moment, body)) }
    }

    func setReading(_ isOn: Bool) {
        state.withLock { $0.isReading = isOn }
    }

    func close() {
        let delegate = state.withLock { state -> (any TransportDelegate)? in
            guard state.isOpen else { return nil }
            state.isOpen = false
            return state.delegate
        }
        if let delegate { execute { delegate.transportEnded(.closed) } }
    }

    // MARK: - The test's side

    /// The server's name.
    var server: String { state.withLock { $0.server?.description } ?? "" }

    /// Whether the connection is established and has not ended.
    var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Whether the connection reads what arrives.
    var isReading: Bool { state.withLock { $0.isReading } }

    /// What was sent since the last read of this property.
    func sent() -> String {
        String(
            decoding: state.withLock { state in
                defer { state.sent = [] }
                return state.sent
            }, as: UTF8.self)
    }

    /// The server accepts the connection.
    func open() {
        execute { [self] in
            state.withLock { $0.isOpen = true }
            delegate?.transportOpened()
        }
        network.settle()
    }

    /// Bytes arrive, in one piece.
    func receive(_ text: String) { receive(Array(text.utf8)) }

    /// Bytes arrive, in one piece.
    func receive(_ bytes: [UInt8]) {
        execute { [self] in deliver(bytes) }
        network.settle()
    }

    /// The system has accepted a part of a long value.
    func takePartOfValue() {
        execute { [self] in state.withLock { $0.onProgress }?() }
        network.settle()
    }

    /// The connection ends, or cannot be established.
    func end(_ ending: TransportEnding = .closed) {
        endLater(ending)
        network.settle()
    }

    /// The connection ends, or cannot be established, before what is submitted from now on.
    func endLater(_ ending: TransportEnding = .closed) {
        execute { [self] in
            state.withLock { $0.isOpen = false }
            delegate?.transportEnded(ending)
        }
    }

    /// When the next action is due.
    var nextMoment: ContinuousClock.Instant? { state.withLock { $0.timers.map(\.moment).min() } }

    /// Runs on the loop what was submitted and what is due.
    ///
    /// - Returns: Whether there was anything.
    func run() -> Bool {
        var hasRun = false
        while let job = nextJob() {
            hasRun = true
            job()
            state.withLock { $0.isRunning = false }
        }
        return hasRun
    }

    private func nextJob() -> (@Sendable () -> Void)? {
        let now = network.now
        return state.withLock { state in
            if !state.jobs.isEmpty {
                state.isRunning = true
                return state.jobs.removeFirst()
            }
            let due = state.timers.indices.filter { state.timers[$0].moment <= now }
            guard let first = due.min(by: { state.timers[$0].moment < state.timers[$1].moment }) else { return nil }
            state.isRunning = true
            return state.timers.remove(at: first).body
        }
    }

    private var delegate: (any TransportDelegate)? { state.withLock { $0.delegate } }

    private func deliver(_ bytes: [UInt8]) {
        let arrived = state.withLock { state in
            state.arrived += bytes
            return state.arrived
        }
        guard let delegate, !bytes.isEmpty else { return }
        let used = delegate.transportReceived(arrived.span).used
        state.withLock { $0.arrived.removeFirst(used) }
        delegate.transportReceivedAll()
    }
}
