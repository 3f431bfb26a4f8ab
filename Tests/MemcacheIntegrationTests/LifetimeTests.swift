import MemcacheCore
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct LifetimeTests {
    @Test func `nothing is contacted before the first command`() async throws {
        let server = try ScriptedServer([.silence])
        _ = try client(server.address)
        #expect(server.connectionCount == 0)
    }

    @Test func `a client that is dropped closes its connection and frees it`() async throws {
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

    @Test func `a client that is shut down fails what is not answered, and everything after`() async throws {
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

    @Test func `a program that is started meanwhile does not keep a connection open`() async throws {
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
        var configuration = ClientConfiguration(server: try ServerAddress(server.address))
        configuration.trace = { trace.add($0, $1) }
        let client = MemcacheClient(configuration)
        #expect(try await client.get("a")?.value.count == 300_000)
        try await client.set("b", to: "x")
        #expect(trace.bytes(.sent) == "get a\r\nset b 0 0 1\r\nx\r\n")
        #expect(trace.bytes(.received) == reply + "STORED\r\n")
    }

    @Test func `a receiver that takes its time on one connection does not time out another`() async throws {
        let slow = try ScriptedServer([.expectLine, .send("END\r\n"), .silence])
        let quick = try ScriptedServer([.expectLine, .delay(.milliseconds(30)), .send("END\r\n"), .silence])
        let receiver = SlowReceiver()
        let first = try Connection(to: try ServerAddress(slow.address))
        let second = try Connection(to: try ServerAddress(quick.address))
        async let answer = second.execute(Get("b"), timeout: .milliseconds(400))
        try await quick.waitToReceive { $0 == "get b\r\n" }
        first.submit(Array("get a\r\n".utf8), expecting: [.values], timeout: .seconds(20), to: receiver)
        #expect(try await answer == nil)
        #expect(try await eventually { receiver.finishes == ["1 of 1"] })
    }
}

/// Keeps the loop busy for longer than an answer may take, as a printer to a slow terminal does.
private final class SlowReceiver: ReplyReceiver {
    private let calls = Mutex<[String]>([])

    var finishes: [String] { calls.withLock { $0 } }

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure) {
        let end = ContinuousClock.now + .milliseconds(500)
        while ContinuousClock.now < end {}
    }

    func paused() {}

    func finish(_ error: MemcacheError?, answered: Int) {
        calls.withLock { $0.append(error.map { "\($0)" } ?? "\(answered) of 1") }
    }
}

/// What went each way.
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
