import MemcacheCore
import Synchronization
import TestSupport
import Testing

@Suite(.inTurns) struct LifetimeTests {
    @Test func `nothing is contacted before the first command`() async throws {
        let server = try ScriptedServer([.silence])
        _ = try client(server.address)
        #expect(server.connectionCount == 0)
    }

    @Test func `a released client closes its connection and frees it`() async throws {
        let server = try ScriptedServer([.expectLine, .send("END\r\n"), .silence])
        weak var connection: Connection?
        do {
            let client = try client(server.address)
            #expect(try await client.get("a") == nil)
            connection = try client.connection()
            #expect(connection != nil)
        }
        try await server.waitForEnd()
        #expect(connection == nil)
    }

    @Test func `a client that is shut down fails commands in progress and all later ones`() async throws {
        let server = try ScriptedServer([.silence])
        let client = try client(server.address)
        let waiting = Task { try await client.get("a") }
        try await server.waitToReceive { $0 == "get a\r\n" }
        client.close()
        let error = await #expect(throws: MemcacheError.self) { try await waiting.value }
        #expect(error?.code == .closed)
        #expect(error?.mayHaveTakenEffect == true)
        try await expectError(.closed, from: server.address) { try await client.get("b") }
        try await server.waitForEnd()
    }

    @Test func `a client that is disconnected connects again`() async throws {
        let server = try ScriptedServer([.expectLine, .send("END\r\n"), .silence])
        let client = try client(server.address)
        #expect(try await client.get("a") == nil)
        client.disconnect()
        #expect(try await client.get("a") == nil)
        #expect(server.connectionCount == 2)
        try await server.waitForEnd()
    }

    @Test func `a program started in the meantime does not keep a connection open`() async throws {
        let server = try ScriptedServer([.expectLine, .send("END\r\n"), .silence])
        let client = try client(server.address)
        #expect(try await client.get("a") == nil)
        let program = try await MemcachedServer.start()
        client.close()
        try await server.waitForEnd()
        #expect(program.processNumber != nil)
    }

    @Test func `a trace shows every byte once`() async throws {
        let reply: ByteString = "VALUE a 0 300000\r\n\(ByteString(repeating: 1, count: 300_000))\r\nEND\r\n"
        let server = try ScriptedServer([
            .expectLine, .sendInPieces(reply, sizes: [5, 20, 100_000]), .expectThrough("x\r\n"), .send("STORED\r\n"),
        ])
        let trace = Trace()
        var configuration = ClientConfiguration(
            server: try ServerAddress(server.address), connectTimeout: hangLimit, replyTimeout: hangLimit)
        configuration.trace = { trace.add($0, $1) }
        let client = MemcacheClient(configuration)
        #expect(try await client.get("a")?.value.count == 300_000)
        try await client.set("b", to: "x")
        #expect(trace.bytes(.sent) == "get a\r\nset b 0 0 1\r\nx\r\n")
        #expect(trace.bytes(.received) == reply + "STORED\r\n")
    }

    @Test func `a slow receiver on one connection does not time out another`() async throws {
        let limit = Duration.milliseconds(400)
        for _ in 0..<20 {
            let gate = try Gate()
            let slow = try ScriptedServer([.expectLine, .send("END\r\n"), .silence])
            let quick = try ScriptedServer([.expectLine, .gate(gate), .send("END\r\n"), .silence])
            let first = try Connection(to: try ServerAddress(slow.address), options: .init(connectTimeout: hangLimit))
            let second = try Connection(to: try ServerAddress(quick.address), options: .init(connectTimeout: hangLimit))
            let deadline = ContinuousClock.now + limit
            let receiver = SlowReceiver(until: deadline + .milliseconds(100)) { gate.open() }
            let reading = Task { try await second.execute(Command.Get("b"), timeout: limit) }
            try await quick.waitToReceive { $0 == "get b\r\n" }
            first.submit(Array("get a\r\n".utf8), expecting: [.values], timeout: hangLimit, to: receiver)
            let answer = await reading.result
            #expect(try await eventually { receiver.finishes == ["1 of 1"] })
            // On a busy machine the time may be up before the loop is made busy at all, or before the other server
            // answers.
            if receiver.began < deadline - limit / 2, quick.longestPause < .milliseconds(50) {
                #expect(try answer.get() == nil)
                return
            }
        }
        try Test.cancel("the machine is too busy: no answer came in time")
    }
}

/// Keeps the loop busy for longer than the time limit of a reply, as a printer to a slow terminal does.
private final class SlowReceiver: ReplyReceiver {
    private let calls = Mutex<[String]>([])
    private let beginning = Mutex<ContinuousClock.Instant?>(nil)
    private let end: ContinuousClock.Instant
    private let begin: @Sendable () -> Void

    init(until end: ContinuousClock.Instant, begin: @escaping @Sendable () -> Void) {
        self.end = end
        self.begin = begin
    }

    var finishes: [String] { calls.withLock { $0 } }

    /// When the loop was first made busy.
    var began: ContinuousClock.Instant { beginning.withLock { $0 } ?? end }

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure) {
        beginning.withLock { $0 = $0 ?? .now }
        begin()
        while ContinuousClock.now < end {}
    }

    func paused() {}

    func finish(_ error: MemcacheError?, answered: Int) {
        calls.withLock { $0.append(error.map { "\($0)" } ?? "\(answered) of 1") }
    }
}

/// What was sent in each direction.
private final class Trace: Sendable {
    private let bytes = Mutex<[TraceDirection: [UInt8]]>([:])

    func add(_ direction: TraceDirection, _ span: Span<UInt8>) {
        span.withUnsafeBytes { buffer in
            let copy = Array(buffer)
            bytes.withLock { $0[direction, default: []] += copy }
        }
    }

    func bytes(_ direction: TraceDirection) -> ByteString { ByteString(bytes.withLock { $0[direction] ?? [] }) }
}
