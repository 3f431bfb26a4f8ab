import Testing

@testable import MemcacheCore

/// Which commands go on another connection, or to another server, and when.
@Suite struct RetryTests {
    private let network = FakeNetwork()

    private static func read(
        _ key: Key, _ client: MemcacheClient
    ) -> @Sendable () async throws(MemcacheError) -> String {
        { () async throws(MemcacheError) in
            try await client.get(key).map { String(decoding: $0.value, as: UTF8.self) } ?? "miss"
        }
    }

    private func get(_ key: Key, _ client: MemcacheClient) -> TestTask<String> {
        network.start(Self.read(key, client))
    }

    @Test func `a connection that has ended is replaced by the next command`() throws {
        let client = try network.client()
        let first = get("a", client)
        network.connections[0].open()
        network.connections[0].receive("END\r\n")
        #expect(first.outcome == "miss")
        network.connections[0].end()
        #expect(network.connections.count == 1)
        let second = get("b", client)
        network.connections[1].open()
        #expect(network.connections[1].sent() == "get b\r\n")
        network.connections[1].receive("END\r\n")
        #expect(second.outcome == "miss")
    }

    @Test func `a command that came too late for a connection goes on the next one`() throws {
        let client = try network.client()
        let first = get("a", client)
        network.connections[0].open()
        network.connections[0].receive("END\r\n")
        #expect(first.outcome == "miss")
        network.connections[0].endLater()
        let second = get("b", client)
        #expect(network.connections.count == 2)
        network.connections[1].open()
        #expect(network.connections[0].sent() == "get a\r\n")
        #expect(network.connections[1].sent() == "get b\r\n")
        network.connections[1].receive("END\r\n")
        #expect(second.outcome == "miss")
    }

    @Test func `a command that was sent is not sent again`() throws {
        let client = try network.client()
        let read = get("a", client)
        network.connections[0].open()
        network.connections[0].end()
        #expect(read.outcome == "connection-lost?")
        #expect(network.connections.count == 1)
    }

    @Test func `an answer that comes too late is never given to the next caller`() throws {
        let client = try network.client()
        let first = get("a", client)
        network.connections[0].open()
        network.advance(by: .seconds(3))
        #expect(first.error?.message == "no answer within 3 s")
        let second = get("b", client)
        network.connections[0].receive("VALUE a 0 1\r\nA\r\nEND\r\n")
        network.connections[1].open()
        #expect(second.outcome == "waits")
        network.connections[1].receive("VALUE b 0 1\r\nB\r\nEND\r\n")
        #expect(second.outcome == "B")
        #expect(network.connections.count == 2)
    }

    @Test func `a server that closes every connection at once is tried nine times`() throws {
        let client = try network.client()
        let read = get("a", client)
        var ended = 0
        while read.outcome == "waits" {
            network.connections[ended].end()
            ended += 1
            try #require(ended < 100)
        }
        #expect(read.outcome == "connection-lost")
        #expect(ended == 9)
    }

    @Test(arguments: ["SERVER_ERROR out of memory writing get response\r\n", "CLIENT_ERROR no\r\n", "ERROR\r\n"])
    func `after the error for a shared line each of the others reads alone`(refusal: String) throws {
        let client = try network.client()
        let reads = network.startAll((["a", "b", "c"] as [Key]).map { Self.read($0, client) })
        network.connections[0].open()
        #expect(network.connections[0].sent() == "get a b c\r\n")
        network.connections[0].receive("VALUE a 0 1\r\nA\r\n" + refusal)
        #expect(reads.map(\.outcome) == ["A", "waits", "waits"])
        // What follows the error may be more of the same reply.
        #expect(!network.connections[0].isOpen)
        network.connections[1].open()
        #expect(network.connections[1].sent() == "get b\r\nget c\r\n")
        network.connections[1].receive(refusal + "VALUE c 0 1\r\nC\r\nEND\r\n")
        #expect(reads[1].error?.message == String(refusal.dropLast()))
        #expect(reads[2].outcome == "C")
    }

    /// In a pool of three, server 2 owns `foo`; while it is dead, server 1 has it, as in python-memcached.
    @Test func `a dead server takes its keys back when its time is up, and not before`() throws {
        let client = try network.client(serverCount: 3)
        let first = get("foo", client)
        #expect(network.connections.map(\.server) == ["fake2:11211"])
        network.advance(by: .seconds(1))
        network.connections[0].end(.connectTimedOut)
        // Nothing was sent, so another server is tried within the call.
        #expect(network.connections.map(\.server) == ["fake2:11211", "fake1:11211"])
        network.connections[1].open()
        network.connections[1].receive("END\r\n")
        #expect(first.outcome == "miss")
        network.advance(by: .seconds(30) - .nanoseconds(1))
        #expect(client.pool.servers.map(\.isAlive) == [true, false, true])
        let second = get("foo", client)
        network.connections[1].receive("VALUE foo 0 1\r\n1\r\nEND\r\n")
        #expect(second.outcome == "1")
        network.advance(by: .nanoseconds(1))
        #expect(client.pool.servers.map(\.isAlive) == [true, true, true])
        let third = get("foo", client)
        #expect(network.connections.map(\.server) == ["fake2:11211", "fake1:11211", "fake2:11211"])
        network.connections[2].open()
        network.connections[2].receive("VALUE foo 0 1\r\n2\r\nEND\r\n")
        #expect(third.outcome == "2")
    }

    @Test func `a server that does not answer in time is dead`() throws {
        let client = try network.client(serverCount: 3) { $0.replyTimeout = .milliseconds(200) }
        let read = get("foo", client)
        network.connections[0].open()
        network.advance(by: .milliseconds(199))
        #expect(read.outcome == "waits")
        #expect(client.pool.servers.map(\.isAlive) == [true, true, true])
        network.advance(by: .milliseconds(1))
        #expect(read.outcome == "timed-out?")
        #expect(client.pool.servers.map(\.isAlive) == [true, false, true])
        // After a broken connection no other server is tried within the call.
        #expect(network.connections.count == 1)
    }

    @Test func `a command that times out on a working connection says nothing about the server`() throws {
        let client = try network.client(serverCount: 3)
        let server = client.pool.servers[1]
        let first = get("foo", client)
        network.connections[0].open()
        let second = network.start { () async throws(MemcacheError) in
            try await server.connection().execute(Command.Delete("key"), timeout: .milliseconds(50))
        }
        network.advance(by: .milliseconds(50))
        #expect(second.outcome == "timed-out?")
        #expect(server.isAlive)
        network.connections[0].receive("END\r\nDELETED\r\n")
        #expect(first.outcome == "miss")
        #expect(server.isAlive && network.connections[0].isOpen)
    }

    @Test func `cancellation says nothing about the server`() throws {
        let client = try network.client(serverCount: 3)
        let read = get("foo", client)
        network.connections[0].open()
        read.cancel()
        network.settle()
        #expect(read.outcome == "cancelled?")
        #expect(client.pool.servers.map(\.isAlive) == [true, true, true])
        #expect(network.connections[0].isOpen)
    }
}
