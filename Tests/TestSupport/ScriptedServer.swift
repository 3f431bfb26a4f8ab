#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A server that plays back exact bytes: for each connection a list of steps. It records what it receives.
///
///     let server = try ScriptedServer([.expect("get a\r\n"), .send("VALUE a 0 5\r\nhe"), .close])
package final class ScriptedServer: Sendable {
    package enum Step: Sendable {
        /// Receives exactly these bytes. Anything else is a failure and closes the connection.
        case expect(ByteString)
        /// Receives up to and including the next line feed.
        case expectLine
        /// Receives at least one byte, and whatever else is available.
        case expectAnything
        /// Receives until everything received on this connection ends with these bytes.
        case expectThrough(ByteString)
        case send(ByteString)
        /// Sends the bytes in separate packets of these sizes, repeating the last size.
        case sendInPieces(ByteString, sizes: [Int])
        /// Sends the bytes repeatedly, with a pause before each time, until the other side disconnects.
        case drip(ByteString, every: Duration)
        /// Waits until the test opens the gate.
        case gate(Gate)
        /// Pauses. What must come after something else waits at a ``gate(_:)`` instead, because durations are not
        /// known.
        case delay(Duration)
        /// Closes the connection in an orderly way.
        case close
        /// Closes the connection with a reset, as a crashed machine does.
        case reset
        /// Reads everything and never answers, until the other side disconnects or the server is stopped.
        case silence
        /// Reads nothing more and keeps the connection open, so that the other side's buffers fill up.
        case stopReading
    }

    /// The address for mcsh's `-s`.
    package let address: String

    private let directory: TemporaryDirectory?
    private let state: Monitor<State>
    private let wakeWriter: Monitor<Descriptor?>

    private struct State {
        var received: [ByteString] = []
        var ended: [Bool] = []
        var failures: [String] = []
        var threads = 0
        var longestPause = Duration.zero
        var firstReceipts: [Int: ContinuousClock.Instant] = [:]
        var ends: [Int: ContinuousClock.Instant] = [:]
        var isStopped = false
    }

    /// Starts a server with a script for each connection. Further connections repeat the last script; after its last
    /// step a connection is read from until the other side disconnects.
    ///
    /// - Parameter patience: How long each step waits for what it expects.
    package convenience init(
        on endpoint: ServerEndpoint = .tcp, _ scripts: [Step]..., patience: Duration = hangLimit,
        receiveBuffer: Int32? = nil
    ) throws {
        try self.init(on: endpoint, connections: scripts, patience: patience, receiveBuffer: receiveBuffer)
    }

    /// The same, with the scripts in a list.
    package init(
        on endpoint: ServerEndpoint = .tcp, connections scripts: [[Step]], patience: Duration = hangLimit,
        receiveBuffer: Int32? = nil
    ) throws {
        precondition(!scripts.isEmpty, "a scripted server needs a script")
        let listener: Descriptor
        switch endpoint {
        case .unixSocket:
            let directory = try TemporaryDirectory()
            let address = SocketAddress.unix(path: directory.path(of: "socket"))
            listener = try address.listen(receiveBuffer: receiveBuffer)
            self.address = address.text
            self.directory = directory
        case .tcp:
            listener = try SocketAddress.ipv4(port: 0).listen(receiveBuffer: receiveBuffer)
            address = try SocketAddress.ipv4(port: SocketAddress.port(of: listener)).text
            directory = nil
        case .tcp6:
            listener = try SocketAddress.ipv6(port: 0).listen(receiveBuffer: receiveBuffer)
            address = try SocketAddress.ipv6(port: SocketAddress.port(of: listener)).text
            directory = nil
        }
        let (reading, writing) = try makePipe()
        wakeWriter = Monitor(Descriptor(writing))
        state = Monitor(State(threads: 1))
        let wake = Descriptor(reading)
        startThread { [state] in
            Self.accept(from: listener, scripts, patience, wake, state)
        }
    }

    deinit {
        wakeWriter.withLock { $0 = nil }
    }

    /// Closes all connections and the listener, and waits until they are closed.
    package func stop() async throws {
        state.withLock { $0.isStopped = true }
        wakeWriter.withLock { $0 = nil }
        try await wait("to stop", within: hangLimit) { $0.threads == 0 ? true : nil }
    }

    /// The number of accepted connections.
    package var connectionCount: Int {
        state.withLock { $0.received.count }
    }

    /// What was received on the connection with this number, counted from 0.
    package func received(on connection: Int = 0) -> ByteString {
        state.withLock { $0.received.indices.contains(connection) ? $0.received[connection] : [] }
    }

    /// What was received on all connections, in the order in which they were accepted.
    package var allReceived: [ByteString] {
        state.withLock { $0.received }
    }

    /// Whether no connection has received a byte.
    package var receivedNothing: Bool {
        state.withLock { state in state.received.allSatisfy(\.isEmpty) }
    }

    /// When the first bytes arrived on a connection; nil if none did.
    package func firstReceipt(on connection: Int = 0) -> ContinuousClock.Instant? {
        state.withLock { $0.firstReceipts[connection] }
    }

    /// When a connection ended; nil if it has not.
    package func end(of connection: Int = 0) -> ContinuousClock.Instant? {
        state.withLock { $0.ends[connection] }
    }

    /// What differed from the scripts. Empty when all is well.
    package var failures: [String] {
        state.withLock { $0.failures }
    }

    /// The longest duration of a step. If it is near the time limit of the program under test, the machine was too busy
    /// for a test of a server that continues in time: see ``keepingPace(within:_:)``.
    package var longestPause: Duration {
        state.withLock { $0.longestPause }
    }

    package func waitForConnections(_ count: Int, within limit: Duration = hangLimit) async throws {
        try await wait("for \(count) connections", within: limit) { $0.received.count >= count ? true : nil }
    }

    /// Waits until what was received on a connection satisfies a condition, and returns it.
    @discardableResult
    package func waitToReceive(
        on connection: Int = 0, within limit: Duration = hangLimit,
        until condition: @escaping @Sendable (ByteString) -> Bool
    ) async throws -> ByteString {
        try await wait("for bytes on connection \(connection)", within: limit) { state in
            guard state.received.indices.contains(connection) else { return nil }
            return condition(state.received[connection]) ? state.received[connection] : nil
        }
    }

    /// Waits until a connection has ended, from either side.
    package func waitForEnd(of connection: Int = 0, within limit: Duration = hangLimit) async throws {
        try await wait("for the end of connection \(connection)", within: limit) { state in
            state.ended.indices.contains(connection) && state.ended[connection] ? true : nil
        }
    }

    @discardableResult
    private func wait<Answer: Sendable>(
        _ what: String, within limit: Duration, _ condition: @escaping @Sendable (State) -> Answer?
    ) async throws -> Answer {
        try await onThread { [state] in
            if let answer = state.wait(until: Deadline(after: limit), { condition($0) }) { return answer }
            let received = state.withLock { $0.received }
            throw TestSupportFailure("the scripted server waited \(what) in vain; it received \(received)")
        }
    }

    private static func accept(
        from listener: Descriptor, _ scripts: [[Step]], _ patience: Duration, _ wake: Descriptor,
        _ state: Monitor<State>
    ) {
        while listener.wait(for: Int32(POLLIN), until: Deadline(after: .seconds(3600)), wake: wake) == .ready {
            let number = closedInChildren {
                #if canImport(Darwin)
                    Darwin.accept(listener.number, nil, nil)
                #else
                    Glibc.accept(listener.number, nil, nil)
                #endif
            }
            guard number >= 0 else { continue }
            var one: Int32 = 1
            setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
            let connection = Descriptor(number)
            let index = state.withLock { state in
                state.received.append([])
                state.ended.append(false)
                state.threads += 1
                return state.received.count - 1
            }
            let player = Player(
                index: index, socket: connection, steps: scripts[min(index, scripts.count - 1)], patience: patience,
                wake: wake, state: state)
            startThread { player.play() }
        }
        listener.closeNow()
        state.withLock { $0.threads -= 1 }
    }

    /// Plays one script on one connection.
    private final class Player: Sendable {
        private let index: Int
        private let socket: Descriptor
        private let steps: [Step]
        private let patience: Duration
        private let wake: Descriptor
        private let state: Monitor<State>

        init(
            index: Int, socket: Descriptor, steps: [Step], patience: Duration, wake: Descriptor, state: Monitor<State>
        ) {
            self.index = index
            self.socket = socket
            self.steps = steps
            self.patience = patience
            self.wake = wake
            self.state = state
        }

        func play() {
            var unread = ByteString()
            defer { end() }
            do {
                for step in steps {
                    let start = ContinuousClock.now
                    guard try perform(step, &unread) else { return }
                    // The test decides how long a gate stays closed.
                    if case .gate = step { continue }
                    let pause = ContinuousClock.now - start
                    state.withLock { $0.longestPause = max($0.longestPause, pause) }
                }
                _ = try perform(.silence, &unread)
            } catch {
                state.withLock { state in
                    if !state.isStopped { state.failures.append("connection \(index): \(error)") }
                }
            }
        }

        private func end() {
            socket.closeNow()
            state.withLock { state in
                state.ended[index] = true
                state.ends[index] = .now
                state.threads -= 1
            }
        }

        /// - Returns: Whether the connection continues.
        private func perform(_ step: Step, _ unread: inout ByteString) throws -> Bool {
            let deadline = Deadline(after: patience)
            switch step {
            case .expect(let expected):
                while unread.count < expected.count {
                    guard expected.hasPrefix(unread), try receive(&unread, deadline) else {
                        throw TestSupportFailure("expected \(expected), received \(unread)")
                    }
                }
                guard unread.hasPrefix(expected) else {
                    throw TestSupportFailure("expected \(expected), received \(unread)")
                }
                unread.removeFirst(expected.count)
            case .expectLine:
                while true {
                    if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                        unread.removeFirst(end + 1)
                        break
                    }
                    guard try receive(&unread, deadline) else {
                        throw TestSupportFailure("expected a line, received \(unread)")
                    }
                }
            case .expectAnything:
                if try unread.isEmpty && !receive(&unread, deadline) { return false }
                unread = []
            case .expectThrough(let ending):
                while !state.withLock({ $0.received[index].hasSuffix(ending) }) {
                    guard try receive(&unread, deadline) else {
                        throw TestSupportFailure("expected bytes that end in \(ending), received \(unread)")
                    }
                }
                unread = []
            case .send(let bytes):
                try socket.write(bytes.bytes, until: deadline, wake: wake)
            case .sendInPieces(let bytes, let sizes):
                var rest = bytes.bytes[...]
                var sizes = sizes[...]
                while !rest.isEmpty {
                    let size = max(1, sizes.first ?? 1)
                    if sizes.count > 1 { sizes.removeFirst() }
                    try socket.write(Array(rest.prefix(size)), until: deadline, wake: wake)
                    rest = rest.dropFirst(size)
                    // TCP_NODELAY sends each piece at once; the pause lets the reader take it before the next one
                    // arrives.
                    if !rest.isEmpty { usleep(500) }
                }
            case .drip(let bytes, let pause):
                while wake.wait(for: Int32(POLLIN), until: Deadline(after: pause)) == .timedOut {
                    do { try socket.write(bytes.bytes, until: deadline, wake: wake) } catch { return false }
                }
                return false
            case .gate(let gate):
                guard gate.opening.wait(for: Int32(POLLIN), until: deadline, wake: wake) == .ready else {
                    throw TestSupportFailure("the gate stayed closed")
                }
            case .delay(let duration):
                return wake.wait(for: Int32(POLLIN), until: Deadline(after: duration)) == .timedOut
            case .close:
                return false
            case .reset:
                var option = linger(l_onoff: 1, l_linger: 0)
                setsockopt(socket.number, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
                return false
            case .silence:
                while (try? receive(&unread, Deadline(after: .seconds(3600)))) == true { unread = [] }
                return false
            case .stopReading:
                _ = wake.wait(for: Int32(POLLIN), until: Deadline(after: .seconds(3600)))
                return false
            }
            return true
        }

        /// - Returns: False at the end of what the other side sends.
        private func receive(_ unread: inout ByteString, _ deadline: Deadline) throws -> Bool {
            let bytes = try socket.read(until: deadline, wake: wake)
            unread.bytes += bytes
            state.withLock { state in
                state.received[index].bytes += bytes
                if state.firstReceipts[index] == nil { state.firstReceipts[index] = .now }
            }
            return !bytes.isEmpty
        }
    }
}

/// What a scripted server waits for before it continues. It makes an order certain that a pause would only make likely.
///
///     let gate = try Gate()
///     let server = try ScriptedServer([.expectLine, .gate(gate), .send("END\r\n")])
///     …
///     gate.open()
package final class Gate: Sendable {
    /// Ends when the gate is opened.
    fileprivate let opening: Descriptor
    private let hold: Descriptor

    package init() throws {
        let (reading, writing) = try makePipe()
        opening = Descriptor(reading)
        hold = Descriptor(writing)
    }

    /// Lets everyone pass who is waiting now or waits later.
    package func open() {
        hold.closeNow()
    }
}

/// Repeats something that needs a server to continue at regular intervals, until the server has done so: on a busy
/// machine a pause can be longer than scripted.
///
/// - Parameter limit: The time limit of the program under test. A pause of half of it is too long.
/// - Returns: The result of the attempt in which the server kept pace; nil if there was none.
package func keepingPace<Answer>(
    within limit: Duration, _ attempt: () async throws -> (server: ScriptedServer, answer: Answer)
) async throws -> Answer? {
    for _ in 0..<20 {
        let (server, answer) = try await attempt()
        if server.longestPause < limit / 2 { return answer }
    }
    return nil
}
