import Testing

@testable import MemcacheCore

/// Requests and replies of one connection, split at any point, cancelled at any time, ended in the middle.
@Suite struct ConnectionTests {
    private let network = FakeNetwork()

    private static func read(
        _ key: Key, _ connection: Connection
    ) -> @Sendable () async throws(MemcacheError) -> String {
        { () async throws(MemcacheError) in
            try await connection.execute(Command.Get(key), timeout: .seconds(1)).map {
                String(decoding: $0.value, as: UTF8.self)
            }
                ?? "miss"
        }
    }

    private static func readAll(
        _ keys: [Key], _ connection: Connection
    ) -> @Sendable () async throws(MemcacheError) -> Int {
        { () async throws(MemcacheError) in
            for key in keys { _ = try await connection.execute(Command.Get(key), timeout: .seconds(1)) }
            return keys.count
        }
    }

    private func get(_ key: Key, _ connection: Connection) -> TestTask<String> {
        network.start(Self.read(key, connection))
    }

    private func get(_ keys: [Key], _ connection: Connection) -> [TestTask<String>] {
        network.startAll(keys.map { Self.read($0, connection) })
    }

    private func delete(_ key: Key, _ connection: Connection) -> TestTask<Command.Delete.Outcome> {
        network.start { () async throws(MemcacheError) in
            try await connection.execute(Command.Delete(key), timeout: .seconds(1))
        }
    }

    @Test func `a reply may be cut at any two points`() throws {
        let (connection, server) = try network.connect()
        let reply = Array("VALUE key 5 12\r\nEND\r\nEND\r\n\r\n\r\nEND\r\n".utf8)
        for first in 0...reply.count {
            for second in first...reply.count {
                let read = get("key", connection)
                server.receive(Array(reply[..<first]))
                server.receive(Array(reply[first..<second]))
                if second < reply.count { #expect(read.outcome == "waits") }
                server.receive(Array(reply[second...]))
                #expect(read.outcome == "END\r\nEND\r\n\r\n")
            }
        }
        #expect(network.connections.count == 1)
    }

    @Test func `commands wait for the connection, and go out in their order`() throws {
        var options = Connection.Options()
        options.network = network
        let connection = try Connection(to: ServerAddress("fake:1"), options: options)
        let first = delete("a", connection)
        let second = delete("b", connection)
        let server = network.connections[0]
        #expect(server.sent() == "")
        server.open()
        #expect(server.sent() == "delete a\r\ndelete b\r\n")
        server.receive("DELETED\r\nNOT_FOUND\r\n")
        #expect(first.outcome == "deleted")
        #expect(second.outcome == "missing")
    }

    @Test(arguments: [
        (TransportEnding.connectTimedOut, "cannot-connect", "cannot connect: no answer within 3 s"),
        (.noResources("too many open files"), "local-resource", "cannot connect: too many open files"),
        (.closed, "connection-lost", "the server closed the connection before it answered anything"),
    ])
    func `commands fail, unsent, if the connection cannot be established`(
        ending: TransportEnding, code: String, message: String
    ) throws {
        var options = Connection.Options()
        options.network = network
        let connection = try Connection(to: ServerAddress("fake:1"), options: options)
        let waiting = get(["a", "b"], connection) + [network.start(Self.read("c", connection))]
        network.connections[0].end(ending)
        for command in waiting + [get("d", connection)] {
            #expect(command.outcome == code)
        }
        #expect(waiting.map { $0.error?.message } == [message, message, message])
        #expect(connection.isClosed)
    }

    @Test func `a connection may end at any byte of a reply`() throws {
        let replies = Array("DELETED\r\nVALUE b 0 1\r\nB\r\nEND\r\n".utf8)
        for cut in 0..<replies.count {
            let (connection, server) = try network.connect()
            let first = delete("a", connection)
            let second = get("b", connection)
            server.receive(Array(replies[..<cut]))
            server.end()
            #expect(first.outcome == (cut < 9 ? "connection-lost?" : "deleted"))
            #expect(second.outcome == "connection-lost?")
            let moment =
                switch cut {
                case 0: "before it answered anything (does it require TLS?)"
                case 9: "before it answered"
                default: "in the middle of an answer"
                }
            #expect(second.error?.message == "the server closed the connection \(moment)")
            #expect(second.error?.server?.description == "fake:11211")
        }
    }

    @Test(arguments: [
        ("\r\n", "an empty line"), ("\n", "an empty line"), ("VALUE a 0 1\r\nx\r\nEND\r\n", "VALUE a 0 1"),
        ("VALUE a 0 4\r\nx\r\ny\r\nEND\r\n", "VALUE a 0 4"), ("STAT a\tb c\n", "STAT a\\tb c"),
    ])
    func `an unexpected reply is reported with its first line`(reply: String, excerpt: String) throws {
        let (connection, server) = try network.connect()
        let first = delete("a", connection)
        let second = delete("b", connection)
        server.receive("NOT_FOUND\r\n\(reply)")
        #expect(first.outcome == "missing")
        #expect(second.outcome == "unreadable-reply?")
        #expect(second.error?.message == "the server sent an unexpected reply: \(excerpt)")
        #expect(connection.isClosed)
    }

    @Test func `a reply that no command has requested is reported with its first line`() throws {
        var options = Connection.Options()
        options.network = network
        let connection = try Connection(to: ServerAddress("fake:1"), options: options)
        network.connections[0].open()
        network.connections[0].receive("VALUE a 0 1\r\nx\r\nEND\r\n")
        #expect(connection.isClosed)
        #expect(delete("a", connection).error?.message == "the server sent an unexpected reply: VALUE a 0 1")
    }

    @Test func `a cancelled task stops waiting at once, and its answer is dropped`() throws {
        let (connection, server) = try network.connect()
        let first = get("a", connection)
        let second = delete("b", connection)
        let third = get("c", connection)
        first.cancel()
        second.cancel()
        network.settle()
        #expect(first.outcome == "cancelled?")
        #expect(second.outcome == "cancelled?")
        #expect(third.outcome == "waits")
        server.receive("VALUE a 0 1\r\nA\r\nEND\r\nDELETED\r\nVALUE c 0 1\r\nC\r\nEND\r\n")
        #expect(third.outcome == "C")
        #expect(!connection.isClosed)
    }

    @Test func `a cancelled command's reply is still awaited, and so are the others`() throws {
        let (connection, _) = try network.connect()
        let first = get("a", connection)
        network.advance(by: .milliseconds(500))
        let second = get("b", connection)
        first.cancel()
        network.advance(by: .milliseconds(500))
        #expect(first.outcome == "cancelled?")
        #expect(second.outcome == "connection-lost?")
        #expect(connection.isClosed)
    }

    // MARK: - Reads that share a line

    @Test func `reads of several tasks go in one line, and each gets its own`() throws {
        let (connection, server) = try network.connect()
        let reads = get(["a", "b", "c", "a"], connection)
        #expect(server.sent() == "get a b c a\r\n")
        server.receive("VALUE a 0 1\r\nA\r\nVALUE c 0 1\r\nC\r\nVALUE a 0 1\r\nA\r\nEND\r\n")
        #expect(reads.map(\.outcome) == ["A", "miss", "C", "A"])
    }

    @Test func `a value followed by another is delivered before the rest arrives`() throws {
        let (connection, server) = try network.connect()
        let reads = get(["a", "b", "c"], connection)
        server.receive("VALUE a 0 1\r\nA\r\nVALUE b 0 1\r\nB\r\n")
        #expect(reads.map(\.outcome) == ["A", "waits", "waits"])
        server.receive("END\r\n")
        #expect(reads.map(\.outcome) == ["A", "B", "miss"])
    }

    @Test func `callers resumed together make their next requests together`() throws {
        let (connection, server) = try network.connect()
        let tasks = network.startAll([
            Self.readAll(["a", "d"], connection), Self.readAll(["b", "e"], connection),
            Self.readAll(["c", "f"], connection),
        ])
        #expect(server.sent() == "get a b c\r\n")
        server.receive("END\r\n")
        // A task that is not the test's own may end the gathering; otherwise a millisecond does.
        network.advance(by: .milliseconds(1))
        #expect(server.sent() == "get d e f\r\n")
        server.receive("END\r\n")
        #expect(tasks.map(\.outcome) == ["2", "2", "2"])
    }

    @Test func `a read that times out takes those of its line with it`() throws {
        let (connection, server) = try network.connect()
        let reads = get(["a", "b", "c"], connection)
        server.receive("VALUE a 0 1\r\nA\r\nVALUE b 0 1\r\nB")
        network.advance(by: .seconds(1))
        #expect(reads.map(\.outcome) == ["timed-out?", "timed-out?", "timed-out?"])
    }

    @Test func `the request after a line of several keys begins with a fence`() throws {
        let (connection, server) = try network.connect()
        let reads = get(["a", "b"], connection)
        let last = delete("c", connection)
        #expect(server.sent() == "get a b\r\nversion\r\ndelete c\r\n")
        server.receive("END\r\nVERSION 1.6.18\r\nDELETED\r\n")
        #expect(reads.map(\.outcome) == ["miss", "miss"])
        #expect(last.outcome == "deleted")
    }
}
