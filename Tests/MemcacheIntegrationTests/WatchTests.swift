import MemcacheCore
import Synchronization
import TestSupport
import Testing

@Suite(.inTurns, .overBothSockets) struct WatchTests {
    /// The next event of a type.
    private func next(_ type: String, of iterator: inout WatchEvents.AsyncIterator) async throws -> WatchEvent {
        while let line = try await iterator.next() {
            if case .event(let event) = line, event.type == type { return event }
        }
        throw TestSupportFailure("the events ended")
    }

    @Test func `events come as they happen`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        var iterator = try await client.watch([.mutations, .fetchers]).makeAsyncIterator()
        try await client.set("a:1", to: "value")
        let store = try await next("item_store", of: &iterator)
        #expect(store.key == Array("a:1".utf8))
        #expect(store.number("size") == 5)
        _ = try await client.get("b")
        var fetch = try await next("item_get", of: &iterator)
        while fetch.key != Array("b".utf8) { fetch = try await next("item_get", of: &iterator) }
        #expect(fetch["status"] == Array("not_found".utf8))
        #expect(fetch.id > 0)
    }

    @Test func `the connection is closed when the loop is left`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        let events = try await client.watch([.mutations])
        #expect(try await server.statistic("log_watchers") == "1")
        try await client.set("a", to: "1")
        for try await _ in events { break }
        #expect(try await eventually { try await server.statistic("log_watchers") == "0" })
    }

    @Test func `the connection is closed when the events are dropped unread`() async throws {
        let server = try await MemcachedServer.start()
        _ = try await client(server.address).watch([.mutations])
        #expect(try await eventually { try await server.statistic("log_watchers") == "0" })
    }

    @Test func `the connection is closed when the task is cancelled`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        let events = try await client.watch([.evictions])
        let task = Task { for try await _ in events {} }
        #expect(try await server.statistic("log_watchers") == "1")
        task.cancel()
        try await expectError(.cancelled, from: server.address) { try await task.value }
        #expect(try await eventually { try await server.statistic("log_watchers") == "0" })
    }

    @Test func `lines that are not taken in time are dropped and counted`() async throws {
        let lines = (1...15_000).map { "ts=1.2 gid=\($0) type=item_get key=k status=found\n" }.joined()
        let server = try ScriptedServer(
            [.expect("watch fetchers\r\n"), .send(ByteString("OK\r\n" + lines)), .silence])
        var configuration = ClientConfiguration(
            server: try ServerAddress(server.address), connectTimeout: hangLimit, replyTimeout: hangLimit)
        let counter = Counter()
        configuration.trace = { direction, bytes in if direction == .received { counter.add(bytes.count) } }
        let client = MemcacheClient(configuration)
        var iterator = try await client.watch([.fetchers]).makeAsyncIterator()
        #expect(try await eventually { counter.total == lines.utf8.count + 4 })
        // What is traced last is kept or dropped before the thread of streams serves another one.
        let other = try ScriptedServer([.expectLine, .send("OK\r\n"), .silence])
        _ = try await MemcacheIntegrationTests.client(other.address).watch([.fetchers])
        for number in 1...10_000 {
            guard case .event(let event)? = try await iterator.next(), event.id == UInt64(number) else {
                Issue.record("event \(number) is missing")
                return
            }
        }
        #expect(try await iterator.next() == .lost(5000))
        #expect(server.failures == [])
    }

    @Test func `lines that the server itself dropped are reported in their place`() async throws {
        let server = try ScriptedServer(
            [.expectLine, .send("OK\r\nts=1.2 gid=1 type=a\nskipped=7\nts=1.20 gid=9 type=b\n"), .close])
        var iterator = try await client(server.address).watch([.fetchers]).makeAsyncIterator()
        var lines: [WatchLine] = []
        let error = try await expectError(.connectionLost, from: server.address) {
            while let line = try await iterator.next() { lines.append(line) }
        }
        #expect(error.message == "the server closed the connection before the end of the stream")
        #expect(lines.count == 3 && lines[1] == .skipped(7))
    }

    @Test func `an invalid line is an error and closes the connection`() async throws {
        let server = try ScriptedServer([.expectLine, .send("OK\r\nnonsense\n"), .silence])
        var iterator = try await client(server.address).watch([.fetchers]).makeAsyncIterator()
        let error = try await expectError(.unreadableReply, from: server.address) { try await iterator.next() }
        #expect(error.message.contains("nonsense"))
        try await server.waitForEnd()
    }

    @Test func `a server that is killed ends the events`() async throws {
        let server = try await MemcachedServer.start()
        var iterator = try await client(server.address).watch([.mutations]).makeAsyncIterator()
        try await server.stop()
        try await expectError(.connectionLost, from: server.address) { try await iterator.next() }
    }

    @Test func `a server that allows no watching reports it`() async throws {
        let server = try await MemcachedServer.start(arguments: ["-F", "-W"])
        let error = try await expectError(.clientError, from: server.address) {
            try await client(server.address).watch([.mutations])
        }
        #expect(error.message == "CLIENT_ERROR watch commands not allowed")
    }

    @Test func `a server with too many watchers reports it`() async throws {
        let server = try await MemcachedServer.start()
        var others: [RawConnection] = []
        for _ in 0..<20 {
            let other = try await server.connect()
            #expect(try await other.exchange("watch evictions\r\n") == "OK\r\n")
            others.append(other)
        }
        let error = try await expectError(.unavailable, from: server.address) {
            try await client(server.address).watch([.mutations])
        }
        #expect(error.message == "WATCHER_TOO_MANY log watcher limit reached")
        _ = others
    }

    @Test(arguments: ["ERROR\r\n", "ERROR cannot pipeline other commands before watch\r\n"])
    func `a stream that the server does not know is reported`(_ line: String) async throws {
        let server = try ScriptedServer([.expectLine, .send(ByteString(line)), .silence])
        try await expectError(.error, from: server.address) { try await client(server.address).watch([.deletions]) }
    }

    @Test func `a server that does not answer times out, and one that has answered may be silent`() async throws {
        let limit = Duration.milliseconds(700)
        let mute = try ScriptedServer([.expectLine, .silence])
        let id = try await keepingPace(within: limit) {
            let gate = try Gate()
            let quiet = try ScriptedServer(
                [.expectLine, .send("OK\r\n"), .gate(gate), .send("ts=1.2 gid=1 type=late\n"), .silence])
            guard let stream = try? await client(quiet.address, replyTimeout: limit).watch([.mutations]) else {
                return (quiet, nil as UInt64?)
            }
            // When one is cancelled, the other has been silent for as long.
            try await expectError(.timedOut, from: mute.address) {
                try await client(mute.address, replyTimeout: limit).watch([.mutations])
            }
            gate.open()
            var iterator = stream.makeAsyncIterator()
            return (quiet, try await next("late", of: &iterator).id)
        }
        try expectPace(id)
        #expect(id == 1)
    }

    @Test func `a request without streams, or of a client that was shut down, is not sent`() async throws {
        let server = try ScriptedServer([.silence])
        let client = try client(server.address)
        let error = await #expect(throws: MemcacheError.self) { try await client.watch([]) }
        #expect(error?.code == .invalidArgument)
        client.close()
        try await expectError(.closed, from: server.address) { try await client.watch([.mutations]) }
        #expect(server.connectionCount == 0)
    }

    @Test func `a server that cannot be reached is named`() async throws {
        let address = try ServerEndpoint.refused()
        try await expectError(.cannotConnect, from: address) { try await client(address).watch([.mutations]) }
    }
}

/// Counts from any thread.
private final class Counter: Sendable {
    private let value = Mutex(0)

    var total: Int { value.withLock { $0 } }

    func add(_ count: Int) { value.withLock { $0 += count } }
}
