import Testing

@testable import MemcacheCore

/// The time limits of a connection, to the millisecond.
@Suite struct DeadlineTests {
    private let network = FakeNetwork()

    private func get(_ key: Key, _ connection: Connection, within timeout: Duration = .seconds(1)) -> TestTask<String> {
        network.start { () async throws(MemcacheError) in
            try await connection.execute(Command.Get(key), timeout: timeout).map {
                String(decoding: $0.value, as: UTF8.self)
            }
                ?? "miss"
        }
    }

    private func delete(
        _ key: Key, _ connection: Connection, within timeout: Duration = .seconds(1)
    ) -> TestTask<Command.Delete.Outcome> {
        network.start { () async throws(MemcacheError) in
            try await connection.execute(Command.Delete(key), timeout: timeout)
        }
    }

    @Test func `a command times out when its time is up, and not before`() throws {
        let (connection, server) = try network.connect()
        let read = get("a", connection, within: .milliseconds(800))
        #expect(server.sent() == "get a\r\n")
        network.advance(by: .milliseconds(799))
        #expect(read.outcome == "waits")
        network.advance(by: .milliseconds(1))
        #expect(read.outcome == "timed-out?")
        #expect(read.error?.message == "no answer within 800 ms")
        #expect(connection.isClosed)
        #expect(!server.isOpen)
    }

    @Test func `an answer in the last millisecond counts`() throws {
        let (connection, server) = try network.connect()
        let read = get("a", connection)
        network.advance(by: .milliseconds(999))
        server.receive("VALUE a 0 1\r\nA\r\nEND\r\n")
        #expect(read.outcome == "A")
        network.advance(by: .seconds(3600))
        #expect(!connection.isClosed)
    }

    @Test func `the time limit of a reply counts from the reply before it`() throws {
        let (connection, server) = try network.connect()
        let first = delete("a", connection)
        let second = delete("b", connection)
        network.advance(by: .milliseconds(900))
        server.receive("DELETED\r\n")
        #expect(first.outcome == "deleted")
        network.advance(by: .milliseconds(999))
        #expect(second.outcome == "waits")
        network.advance(by: .milliseconds(1))
        #expect(second.outcome == "timed-out?")
    }

    @Test func `making the connection takes none of a command's time`() throws {
        var options = Connection.Options()
        options.network = network
        let connection = try Connection(to: ServerAddress("fake:1"), options: options)
        let read = get("a", connection)
        network.advance(by: .seconds(2))
        #expect(read.outcome == "waits")
        network.connections[0].open()
        #expect(network.connections[0].sent() == "get a\r\n")
        network.advance(by: .milliseconds(999))
        #expect(read.outcome == "waits")
        network.advance(by: .milliseconds(1))
        #expect(read.outcome == "timed-out?")
    }

    @Test func `a later command may time out while the connection stays open for the others`() throws {
        let (connection, server) = try network.connect()
        let first = get("a", connection, within: .seconds(60))
        let second = get("b", connection, within: .milliseconds(100))
        #expect(server.sent() == "get a\r\nget b\r\n")
        network.advance(by: .milliseconds(100))
        #expect(second.outcome == "timed-out?")
        #expect(first.outcome == "waits")
        let third = get("c", connection)
        server.receive(
            "VALUE a 0 1\r\nA\r\nEND\r\nVALUE b 0 1\r\nB\r\nEND\r\nVALUE c 0 1\r\nC\r\nEND\r\n")
        #expect(first.outcome == "A")
        #expect(third.outcome == "C")
        #expect(!connection.isClosed)
    }

    @Test func `commands that wait with one that times out are distinguished from it`() throws {
        let (connection, _) = try network.connect()
        let first = get("a", connection, within: .seconds(2))
        let second = get("b", connection, within: .seconds(180))
        network.advance(by: .seconds(2))
        #expect(first.outcome == "timed-out?")
        #expect(second.outcome == "connection-lost?")
        #expect(second.error?.message == "the connection was closed because an earlier command got no answer")
        let third = get("c", connection)
        #expect(third.outcome == "connection-lost")
        #expect(third.error?.message == "the connection was closed before the command was sent")
    }

    /// How a slow value extends the deadline: every 16 KiB count, and less does not.
    @Test(arguments: [(16_300, false), (16_400, true)])
    func `a value that stalls times out, and one that continues does not`(bytes: Int, goesOn: Bool) throws {
        let (connection, server) = try network.connect()
        let read = get("a", connection)
        server.receive("VALUE a 0 100000\r\n")
        for piece in 1...5 {
            network.advance(by: .milliseconds(900))
            server.receive([UInt8](repeating: 0x78, count: bytes))
            if !goesOn, piece == 2 { break }
        }
        #expect(read.outcome == (goesOn ? "waits" : "timed-out?"))
        network.advance(by: .milliseconds(1000))
        #expect(read.outcome == "timed-out?")
    }

    @Test func `a value that arrives byte by byte times out`() throws {
        let (connection, server) = try network.connect()
        let read = get("a", connection)
        for byte in "VALUE a 0 100\r\n".utf8 {
            network.advance(by: .milliseconds(66))
            server.receive([byte])
        }
        #expect(read.outcome == "waits")
        network.advance(by: .milliseconds(10))
        #expect(read.outcome == "timed-out?")
    }

    @Test func `a server receiving a long value is working`() throws {
        let (connection, server) = try network.connect()
        let stored = network.start { () async throws(MemcacheError) in
            try await connection.execute(
                Command.Set("a", value: [UInt8](repeating: 1, count: 2 << 20), flags: 0, expiration: .never),
                timeout: .seconds(1))
        }
        #expect(server.sent().utf8.count == "set a 0 0 2097152\r\n\r\n".utf8.count + 2 << 20)
        for _ in 0..<3 {
            network.advance(by: .milliseconds(999))
            server.takePartOfValue()
        }
        network.advance(by: .milliseconds(999))
        #expect(stored.outcome == "waits")
        network.advance(by: .milliseconds(1))
        #expect(stored.outcome == "timed-out?")
    }

    @Test func `a server that is not being read is not late`() throws {
        let (connection, server) = try network.connect()
        let read = get("a", connection)
        connection.hold()
        network.advance(by: .seconds(3600))
        #expect(!server.isReading)
        #expect(read.outcome == "waits")
        connection.resume()
        network.advance(by: .milliseconds(999))
        #expect(server.isReading)
        #expect(read.outcome == "waits")
        network.advance(by: .milliseconds(1))
        #expect(read.outcome == "timed-out?")
    }

    @Test func `the time that a receiver takes is not the server's`() throws {
        let (connection, server) = try network.connect()
        let receiver = SlowReceiver(in: network, pause: .seconds(10))
        connection.submit(
            Array("delete a\r\ndelete b\r\n".utf8), expecting: [.line, .line], timeout: .seconds(1), to: receiver)
        network.advance(by: .milliseconds(500))
        server.receive("DELETED\r\n")
        network.advance(by: .milliseconds(499))
        #expect(receiver.outcome == nil)
        server.receive("DELETED\r\n")
        #expect(receiver.outcome == "2")
    }

    @Test(arguments: [(Duration.seconds(9), "1"), (.seconds(12), "0 timed-out")])
    func `endless statistics postpone the deadline ten times at most`(
        time: Duration, outcome: String
    ) throws {
        let (connection, server) = try network.connect()
        let receiver = SlowReceiver(in: network, pause: .zero)
        connection.submit(Array("stats\r\n".utf8), expecting: [.statistics], timeout: .seconds(1), to: receiver)
        let end = network.now + time
        while network.now < end {
            server.receive("STAT a 1\r\n")
            network.advance(by: .milliseconds(500))
        }
        server.receive("END\r\n")
        #expect(receiver.outcome == outcome)
    }
}

/// Counts complete replies, and takes its time whenever it may flush output.
private final class SlowReceiver: ReplyReceiver, @unchecked Sendable {
    private let network: FakeNetwork
    private let pause: Duration
    /// The number of complete replies, and the error; nil while it continues.
    private(set) var outcome: String?

    init(in network: FakeNetwork, pause: Duration) {
        self.network = network
        self.pause = pause
    }

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) {}

    func paused() { network.waste(pause) }

    func finish(_ error: MemcacheError?, answered: Int) {
        outcome = error.map { "\(answered) \($0.code)" } ?? "\(answered)"
    }
}
