import Synchronization

/// Receives the lines of a stream. Called on the stream's own thread.
protocol LineSink: AnyObject, Sendable {
    /// Stores whole lines, including their ends. The bytes are invalid afterwards.
    ///
    /// - Throws: ``MemcacheError`` if they cannot be stored; the stream then ends with it.
    func append(_ lines: Span<UInt8>) throws(MemcacheError)

    /// Called at the end, with the reason. Only the first call counts.
    func finish(_ error: MemcacheError?)
}

/// A connection of its own for one request that is answered with a stream of lines.
///
/// The server is read at full speed, no matter how fast the lines are used: a dump that is read slowly can block the
/// whole server. Streams have their own thread, so that what slows commands down does not slow them.
final class LineStream: Sendable {
    /// What to request, and how to read it.
    struct Request: Sendable {
        /// The request's bytes.
        var bytes: [UInt8]
        /// The form of the reply.
        var form: StreamFraming.Form
        /// The time limit for the server to begin and, in a list, to continue.
        var replyTimeout: Duration
        /// What happens to a cancelled stream. If true, its end is awaited and its lines are dropped, because servers
        /// before 1.6.26 may be damaged by a client that disconnects during a dump. If false, it is closed at once.
        var isReadToItsEnd: Bool
    }

    private let transport: any Transport
    private let core: LineStreamCore
    private let address: ServerAddress

    /// Starts connecting.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``.
    init(
        to address: ServerAddress, options: Connection.Options, request: consuming Request, sink: any LineSink
    ) throws(MemcacheError) {
        self.address = address
        do throws(MemcacheError) {
            transport = try options.makeTransport(on: .streams)
        } catch {
            throw error.from(address)
        }
        core = LineStreamCore(address: address, options: options, request: request, transport: transport, sink: sink)
        transport.connect(to: address, options: options.transport, delegate: core)
    }

    deinit { giveUp() }

    /// Waits until the server has accepted the request.
    ///
    /// - Returns: The line with which it did, as sent: `OK` and its end; empty if the server began without one.
    /// - Throws: ``MemcacheError`` if it rejects the request, or cannot be reached in time.
    @discardableResult
    func begin() async throws(MemcacheError) -> [UInt8] {
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transport.execute { self.core.waitForBeginning(continuation) }
            }
        } onCancel: {
            transport.execute { self.core.close(.cancelled(by: self.address)) }
        }
        return try outcome.get()
    }

    /// Cancels the stream: its lines are no longer wanted.
    func giveUp() {
        transport.execute { [core] in core.giveUp() }
    }
}

/// Counts the lists of items that are being read in this process, including cancelled ones.
///
/// A program that exits while there are any can block their servers.
package enum ListsInFlight {
    fileprivate static let count = Atomic<Int>(0)

    /// Whether there are any.
    package static var isEmpty: Bool { count.load(ordering: .acquiring) == 0 }
}

/// The part of a stream that runs on the loop.
///
/// `@unchecked Sendable`: every method runs on the transport's loop, which is one thread: ``LineStream`` calls them
/// inside `Transport.execute`, and the transport calls its delegate there.
private final class LineStreamCore: TransportDelegate, @unchecked Sendable {
    private let address: ServerAddress
    private let options: Connection.Options
    private let request: LineStream.Request
    private let transport: any Transport
    private let sink: any LineSink
    private var framing: StreamFraming
    private var isClosed = false
    /// Whether it is counted in ``ListsInFlight``.
    private var isCounted = false
    /// Whether the stream was cancelled.
    private var isGivenUp = false
    private var lastArrival: ContinuousClock.Instant
    /// The result of the beginning, once known.
    private var beginning: Result<[UInt8], MemcacheError>?
    private var waiter: CheckedContinuation<Result<[UInt8], MemcacheError>, Never>?

    init(
        address: ServerAddress, options: Connection.Options, request: LineStream.Request, transport: any Transport,
        sink: any LineSink
    ) {
        self.address = address
        self.options = options
        self.request = request
        self.transport = transport
        self.sink = sink
        framing = StreamFraming(request.form)
        lastArrival = transport.now
    }

    func waitForBeginning(_ continuation: CheckedContinuation<Result<[UInt8], MemcacheError>, Never>) {
        if let beginning { return continuation.resume(returning: beginning) }
        waiter = continuation
    }

    func giveUp() {
        isGivenUp = true
        sink.finish(.cancelled(by: address))
        if !request.isReadToItsEnd || !framing.hasBegun { close(.cancelled(by: address)) }
    }

    func transportOpened() {
        guard !isClosed else { return transport.close() }
        lastArrival = transport.now
        if case .list = request.form {
            isCounted = true
            ListsInFlight.count.add(1, ordering: .acquiringAndReleasing)
        }
        transport.write([request.bytes]) {}
        startTimer()
    }

    func transportReceived(_ bytes: Span<UInt8>) -> (used: Int, needed: Int) {
        guard !isClosed else { return (bytes.count, 0) }
        lastArrival = transport.now
        do throws(MemcacheError) {
            let step = try take(bytes)
            if let refusal = step.refusal { throw MemcacheError(refusal) }
            if framing.hasBegun { settle(.success(framing.firstLine)) }
            if !step.lines.isEmpty { keep(bytes.extracting(step.lines)) }
            if step.isOver { close(nil) }
            return (step.used, 0)
        } catch {
            close(error)
            return (bytes.count, 0)
        }
    }

    private func take(_ bytes: Span<UInt8>) throws(MemcacheError) -> StreamFraming.Step {
        do {
            return try framing.take(bytes)
        } catch {
            var error = MemcacheError(error)
            error.mayHaveTakenEffect = false
            throw error
        }
    }

    /// Stores lines, unless the stream was cancelled. A failure to store them is not the server's fault, and is treated
    /// like a cancellation.
    private func keep(_ lines: Span<UInt8>) {
        guard !isGivenUp else { return }
        do throws(MemcacheError) {
            try sink.append(lines)
        } catch {
            sink.finish(error.from(address))
            giveUp()
        }
    }

    func transportReceivedAll() {}

    func transportEnded(_ ending: TransportEnding) {
        let moment = framing.hasBegun ? "before the end of the stream" : "before it answered"
        close(MemcacheError(ending, moment: moment, connectTimeout: options.connectTimeout))
    }

    /// Closes the stream.
    func close(_ error: MemcacheError?) {
        guard !isClosed else { return }
        isClosed = true
        if isCounted { ListsInFlight.count.subtract(1, ordering: .acquiringAndReleasing) }
        transport.close()
        let error = error?.from(address)
        sink.finish(error)
        settle(error.map { .failure($0) } ?? .success(framing.firstLine))
    }

    /// Reports the result of the beginning, once.
    private func settle(_ outcome: Result<[UInt8], MemcacheError>) {
        if beginning == nil { beginning = outcome }
        waiter?.resume(returning: outcome)
        waiter = nil
    }

    /// Watches for silence: until the server has begun, and in a list until it has ended.
    private func startTimer() {
        guard !isClosed else { return }
        if case .endless = request.form, framing.hasBegun { return }
        transport.schedule(at: lastArrival + request.replyTimeout) { [weak self] in self?.timeHasPassed() }
    }

    private func timeHasPassed() {
        guard !isClosed else { return }
        if case .endless = request.form, framing.hasBegun { return }
        guard lastArrival + request.replyTimeout <= transport.now else { return startTimer() }
        close(.timedOut(after: request.replyTimeout, server: address, mayHaveTakenEffect: false))
    }
}
