import MemcacheCore
import TestSupport
import Testing

/// Servers of a pool that fail: which ones are used instead, and for how long. In a pool of three, server 1 owns `foo`,
/// `key` and `bar`; while it is dead the first two go to server 0 and the third to server 2, as in python-memcached.
@Suite(.inTurns, .overBothSockets) struct PoolFailureTests {
    @Test func `the keys of a server that is down go to its replacements, within the call`() async throws {
        let servers = try await MemcachedServer.start(2)
        let refused = try ServerEndpoint.refused()
        let client = try client([servers[0].address, refused, servers[1].address])
        #expect(try await client.set("foo", to: "1") == .stored)
        #expect(try await servers[0].value(of: "foo") == "1")
        #expect(client.pool.servers.map(\.isAlive) == [true, false, true])
        #expect(try await client.set("bar", to: "2") == .stored)
        #expect(try await servers[1].value(of: "bar") == "2")
    }

    @Test func `many keys of a server that is down go to its replacements, within the call`() async throws {
        let servers = try await MemcachedServer.start(2)
        let client = try client([servers[0].address, try ServerEndpoint.refused(), servers[1].address])
        let stored = try await client.setMany(["b": [0], "foo": [1], "key": [2], "bar": [3], "a": [4]])
        #expect(stored.outcomes.count == 5)
        #expect(stored.failures.isEmpty)
        #expect(try await servers[0].value(of: "foo") == "\u{1}")
        #expect(try await servers[0].value(of: "key") == "\u{2}")
        #expect(try await servers[1].value(of: "bar") == "\u{3}")
        client.forgetDeadServers()
        let answer = try await client.getMany(["a", "bar", "foo", "b", "key"])
        #expect(answer.items.map(\.key) == ["a", "bar", "foo", "b", "key"])
        #expect(answer.failures.isEmpty)
    }

    @Test func `replacements are found even if no server is ever marked down`() async throws {
        let server = try await MemcachedServer.start()
        let refused = try ServerEndpoint.refused()
        let client = try client([server.address, refused, refused], deadRetry: .zero)
        #expect(try await client.set("foo", to: "1") == .stored)
        #expect(try await client.getMany(["b", "foo"]).items.map(\.key) == ["foo"])
    }

    @Test func `one of three servers killed before a read of many keys`() async throws {
        let servers = try await MemcachedServer.start(3)
        let client = try client(servers.map(\.address))
        _ = try await client.setMany(["b": [0], "foo": [1], "a": [2]])
        let connection = try client.pool.servers[1].connection()
        try await servers[1].stop()
        #expect(try await eventually { connection.isClosed })
        // The server closed an idle connection: that alone does not mark it down.
        #expect(client.pool.servers[1].isAlive)
        let answer = try await client.getMany(["b", "foo", "a"])
        #expect(answer.items.map(\.key) == ["b", "a"])
        #expect(answer.failures.isEmpty)
        #expect(client.pool.servers.map(\.isAlive) == [true, false, true])
    }

    @Test func `one of three servers that fails during a read of many keys`() async throws {
        let servers = try await MemcachedServer.start(2)
        let failing = try ScriptedServer([.expect("get foo bar\r\n"), .send("VALUE foo 0 1\r\nx\r\nVAL"), .close])
        let client = try client([servers[0].address, failing.address, servers[1].address])
        try await servers[0].store("B", under: "b")
        try await servers[1].store("A", under: "a")
        let answer = try await client.getMany(["b", "foo", "bar", "a"])
        #expect(answer.items.map(\.key) == ["b", "a"])
        #expect(Set(answer.failures.keys) == ["foo", "bar"])
        for error in answer.failures.values {
            #expect(error.code == .connectionLost)
            #expect(error.server?.description == failing.address)
            #expect(error.mayHaveTakenEffect)
        }
        #expect(client.pool.servers.map(\.isAlive) == [true, false, true])
    }

    @Test func `after a broken connection no other server is tried within the call, only in later ones`() async throws {
        let servers = try await MemcachedServer.start(2)
        let failing = try ScriptedServer([.expectLine, .close], [.expect("get foo\r\n"), .send("END\r\n")])
        let client = try client([servers[0].address, failing.address, servers[1].address])
        try await servers[0].store("1", under: "foo")
        try await expectError(.connectionLost, from: failing.address, mayHaveTakenEffect: true) {
            try await client.get("foo")
        }
        // It is marked down from now on.
        for _ in 0..<3 { #expect(try await client.get("foo")?.value.text == "1") }
        #expect(try await client.getMany(["foo"]).items.count == 1)
        #expect(failing.connectionCount == 1)
        client.forgetDeadServers()
        #expect(try await client.get("foo") == nil)
        #expect(failing.connectionCount == 2)
    }

    @Test func `when all are dead there is no server, and none is tried`() async throws {
        let servers = try (0..<3).map { _ in try ScriptedServer([.expectLine, .close]) }
        let client = try client(servers.map(\.address))
        for key in ["b", "foo", "a"] as [Key] {
            await #expect(throws: MemcacheError.self) { try await client.get(key) }
        }
        #expect(client.pool.servers.allSatisfy { !$0.isAlive })
        let error = await #expect(throws: MemcacheError.self) { try await client.get("foo") }
        #expect(error?.code == .noServer)
        #expect(error?.message.contains(servers[2].address) == true)
        let answer = try await client.deleteMany(["b", "foo"])
        #expect(answer.failures.values.map(\.code) == [.noServer, .noServer])
        await #expect { try await client.version() } throws: { ($0 as? MemcacheError)?.code == .noServer }
        #expect(servers.map(\.connectionCount) == [1, 1, 1])
    }

    @Test func `a single server is never marked down`() async throws {
        let failing = try ScriptedServer([.expectLine, .close], [.expectLine, .send("END\r\n")])
        let client = try client([failing.address])
        await #expect(throws: MemcacheError.self) { try await client.get("foo") }
        #expect(client.pool.servers[0].isAlive)
        #expect(try await client.get("foo") == nil)
    }

    @Test func `cancellation says nothing about the server`() async throws {
        let silent = try ScriptedServer([.silence])
        let client = try client([silent.address, silent.address, silent.address])
        let reading = Task { try await client.getMany(["b", "foo", "a"]).failures.values.map(\.code) }
        let deleting = Task { try await client.delete("foo") }
        try await silent.waitForConnections(3)
        reading.cancel()
        deleting.cancel()
        #expect(try await reading.value == [.cancelled, .cancelled, .cancelled])
        await #expect { try await deleting.value } throws: { ($0 as? MemcacheError)?.code == .cancelled }
        #expect(client.pool.servers.allSatisfy { $0.isAlive })
        #expect(try client.pool.servers.allSatisfy { try !$0.connection().isClosed })
    }

    @Test func `a request that a server cannot read closes the connection but marks no server down`()
        async throws
    {
        let server = try ScriptedServer([.expectThrough("x\r\n"), .send("CLIENT_ERROR bad data chunk\r\n"), .silence])
        let client = try client([server.address, server.address])
        let connection = try client.pool.server(for: .bytes(Array("a".utf8)))?.connection()
        try await expectError(.clientError, from: server.address) { try await client.set("a", to: "x") }
        #expect(try await eventually { connection?.isClosed == true })
        #expect(client.pool.servers.allSatisfy { $0.isAlive })
    }

    @Test func `a reply to something else closes the connection`() async throws {
        let server = try ScriptedServer(
            [.expectLine, .send("VALUE other 0 1\r\nx\r\nEND\r\n"), .silence],
            [.expectLine, .send("TOUCHED\r\n"), .silence], [.expectLine, .send("END\r\n")])
        let client = try client(server.address)
        try await expectError(.unreadableReply, from: server.address) { try await client.get("a") }
        try await server.waitForEnd(of: 0)
        let answer = try await client.deleteMany(["a"])
        #expect(answer.failures["a"]?.code == .unreadableReply)
        try await server.waitForEnd(of: 1)
        #expect(try await client.get("a") == nil)
    }

    @Test func `after a failure the next connection begins with flush_all, before any other command`() async throws {
        let deletes = String(repeating: "delete foo\r\n", count: 16)
        let server = try ScriptedServer(
            [.expectLine, .close],
            [
                .expect(ByteString("flush_all\r\n" + deletes)),
                .send(ByteString("OK\r\n" + String(repeating: "NOT_FOUND\r\n", count: 16))), .close,
            ],
            [.expect("flush_all\r\nget foo\r\n"), .send("ERROR\r\nEND\r\n"), .expect("get foo\r\n"), .send("END\r\n")])
        let client = try client([server.address], flushesOnReconnect: true)
        await #expect(throws: MemcacheError.self) { try await client.get("foo") }
        let connection = try client.connection()
        try await withThrowingTaskGroup(of: Command.Delete.Outcome.self) { group in
            for _ in 0..<16 { group.addTask { try await client.delete("foo") } }
            for try await outcome in group { #expect(outcome == .missing) }
        }
        // The server closes the connection while no caller waits, as in a restart.
        #expect(try await eventually { connection.isClosed })
        for _ in 0..<2 { #expect(try await client.get("foo") == nil) }
        #expect(server.failures == [])
    }

    @Test func `a disconnect requires no flush and marks no server down`() async throws {
        let server = try ScriptedServer([.expect("get foo\r\n"), .send("END\r\n")])
        let client = try client([server.address, server.address], flushesOnReconnect: true)
        for _ in 0..<3 {
            #expect(try await client.get("foo") == nil)
            client.disconnect()
        }
        #expect(client.pool.servers.allSatisfy { $0.isAlive })
        #expect(server.allReceived == ["get foo\r\n", "get foo\r\n", "get foo\r\n"])
    }
}
