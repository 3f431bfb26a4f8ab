import MemcacheCore
import Synchronization
import TestSupport
import Testing

/// A pool whose servers are replaced, and one that is shut down.
@Suite(.inTurns) struct PoolChangeTests {
    @Test func `servers are replaced while 16 tasks use the client, and no call fails`() async throws {
        let servers = try await MemcachedServer.start(4)
        let lists = try [[0, 1], [2], [3, 2, 1], [1, 0, 3]].map { try weighted($0.map { servers[$0].address }) }
        let client = try client(servers.prefix(2).map(\.address))
        let running = Running(16)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask {
                    defer { running.end() }
                    let keys = (0..<5).map { Key("t:\(task):\($0)") }
                    for round in 0..<20 {
                        for key in keys { #expect(try await client.set(key, to: "\(key)") == .stored) }
                        // The value is what this task has stored, on whichever server.
                        let answer = try await client.getMany(keys)
                        #expect(answer.failures.isEmpty, "round \(round): \(answer.failures)")
                        for item in answer.items { #expect(item.value == item.key.bytes) }
                    }
                }
            }
            group.addTask {
                var turn = 0
                while running.areLeft {
                    client.replaceServers(with: lists[turn % lists.count])
                    turn += 1
                    _ = try await client.version()
                }
                #expect(turn > 1)
            }
            try await group.waitForAll()
        }
        #expect(client.configuration.servers.count > 0)
    }

    @Test func `a command in progress when its server is replaced gets its answer, then the connection ends`()
        async throws
    {
        let gate = try Gate()
        let old = try ScriptedServer([
            .expectLine, .gate(gate), .send("VALUE a 0 1\r\nA\r\nEND\r\n"), .silence,
        ])
        let new = try ScriptedServer([.expect("get b\r\n"), .send("END\r\n")])
        let client = try client([old.address])
        async let item = client.get("a")
        try await old.waitToReceive { $0 == "get a\r\n" }
        client.replaceServers(with: try weighted([new.address]))
        #expect(try await client.get("b") == nil)
        gate.open()
        #expect(try await item?.value.text == "A")
        try await old.waitForEnd()
        #expect(old.connectionCount == 1)
    }

    @Test func `the state of servers is dropped with them`() async throws {
        let refused = try ServerEndpoint.refused()
        let server = try await MemcachedServer.start()
        let client = try client([refused, refused])
        await #expect(throws: MemcacheError.self) { try await client.get("a") }
        client.replaceServers(with: try weighted([server.address, refused]))
        #expect(client.pool.servers.allSatisfy { $0.isAlive })
        #expect(try await client.get("b") == nil)
    }

    @Test func `a client that is shut down cancels commands in progress, even on replaced servers`() async throws {
        let servers = try (0..<2).map { _ in try ScriptedServer([.silence]) }
        let client = try client([servers[0].address])
        let first = Task { try await client.get("a") }
        try await servers[0].waitToReceive { $0 == "get a\r\n" }
        client.replaceServers(with: try weighted([servers[1].address]))
        let second = Task { try await client.getMany(["a"]).failures.values.map(\.code) }
        try await servers[1].waitToReceive { $0 == "get a\r\n" }
        client.close()
        await #expect { try await first.value } throws: { ($0 as? MemcacheError)?.code == .closed }
        #expect(try await second.value == [.closed])
        for server in servers { try await server.waitForEnd() }
        await #expect { try await client.get("a") } throws: { ($0 as? MemcacheError)?.code == .closed }
        client.replaceServers(with: try weighted([servers[0].address]))
        await #expect { try await client.get("a") } throws: { ($0 as? MemcacheError)?.code == .closed }
        #expect(await client.versionOfEveryServer().count == 1)
        #expect(servers.map(\.connectionCount) == [1, 1])
    }

    @Test func `a disconnect fails what was sent, and the next command connects again`() async throws {
        let server = try ScriptedServer([.silence], [.expect("get b\r\n"), .send("END\r\n")])
        let client = try client([server.address])
        let waiting = Task { try await client.get("a") }
        try await server.waitToReceive { $0 == "get a\r\n" }
        client.disconnect()
        let error = await #expect(throws: MemcacheError.self) { try await waiting.value }
        #expect(error?.code == .closed)
        #expect(error?.mayHaveTakenEffect == true)
        #expect(error?.message == "the client was disconnected")
        #expect(try await client.get("b") == nil)
    }

    @Test func `commands of many tasks go through while the client is disconnected again and again`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client([server.address])
        let running = Running(8)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    defer { running.end() }
                    for _ in 0..<50 {
                        do {
                            try await client.set(Key("t:\(task)"), to: "v")
                        } catch let error as MemcacheError {
                            // Only commands in progress fail; nothing fails that could still be sent.
                            #expect(error.code == .closed && error.mayHaveTakenEffect, "\(error)")
                        }
                    }
                }
            }
            group.addTask {
                while running.areLeft {
                    client.disconnect()
                    _ = try? await client.version()
                }
            }
            try await group.waitForAll()
        }
    }
}

/// The number of tasks that are not done.
private final class Running: Sendable {
    private let count: Mutex<Int>

    init(_ count: Int) { self.count = Mutex(count) }

    var areLeft: Bool { count.withLock { $0 > 0 } }

    func end() { count.withLock { $0 -= 1 } }
}
