import MemcacheCore
import TestSupport
import Testing

/// Which server gets which keys. The choices are those of python-memcached, as recorded.
///
/// In a pool of three servers of weight 1, server 0 has `b` and `10`, server 1 `foo` and `bar`, server 2 `a` and `42`.
@Suite(.inTurns) struct PoolTests {
    /// Weights 10, 20, 30, 40, 50.
    private static let choices: [(key: Key, server: Int)] = [
        ("a", 4), ("b", 1), ("0", 3), ("9", 2), ("42", 3), ("007", 4), ("foo", 2), ("bar", 1), ("baz", 0), ("ob", 0),
        ("some_key", 2), ("another_key", 4), ("counter", 1), ("key2", 0), ("_", 3),
    ]

    @Test func `keys land on the servers that python-memcached chooses`() async throws {
        let servers = try await MemcachedServer.start(5)
        let client = try client(servers.map(\.address), weights: [10, 20, 30, 40, 50])
        for (key, _) in Self.choices { try await client.set(key, to: "v") }
        for (key, choice) in Self.choices {
            for (position, server) in servers.enumerated() {
                let value = try await server.value(of: ByteString(key.bytes))
                #expect(value == (position == choice ? "v" : nil), "\(key) on server \(position)")
            }
        }
        let answer = try await client.getMany(Self.choices.map(\.key))
        #expect(answer.items.map(\.key) == Self.choices.map(\.key))
        #expect(answer.failures.isEmpty)
    }

    @Test func `a number instead of the hash chooses the server`() async throws {
        let servers = try await MemcachedServer.start(3)
        let client = try client(servers.map(\.address))
        let numbers: [(RoutingNumber, Int)] = [(0, 0), (7, 1), (-1, 2), (-2, 1), (32768, 2), (2_147_483_648, 2)]
        for (number, choice) in numbers {
            let key = Key("n\(number)").routed(by: number)
            try await client.set(key, to: "v")
            #expect(try await servers[choice].value(of: ByteString(key.bytes)) == "v")
            // A prefix does not change the server that a number chooses.
            let answer = try await client.setMany([key: [1]], prefix: "p:")
            #expect(answer.outcomes == [key: .stored])
            #expect(try await servers[choice].value(of: ByteString(Array("p:".utf8) + key.bytes)) == "\u{1}")
            #expect(try await client.getMany([key], prefix: "p:").items.map(\.key) == [key])
        }
    }

    @Test func `many keys are read in one exchange with each server`() async throws {
        let servers = [
            try ScriptedServer([.expect("get b 10\r\n"), .send("VALUE b 0 1\r\nB\r\nEND\r\n")]),
            try ScriptedServer([
                .expect("get foo bar\r\n"), .send("VALUE foo 7 3\r\nFOO\r\nVALUE bar 0 0\r\n\r\nEND\r\n"),
            ]),
            try ScriptedServer([.expect("get a 42 a\r\n"), .send("VALUE a 0 1\r\nA\r\nVALUE a 0 1\r\nA\r\nEND\r\n")]),
        ]
        let client = try client(servers.map(\.address))
        let answer = try await client.getMany(["b", "foo", "a", "10", "bar", "42", "a"])
        #expect(answer.items.map(\.key) == ["b", "foo", "a", "bar", "a"])
        #expect(answer.items.map(\.value.text) == ["B", "FOO", "A", "", "A"])
        #expect(answer.items.map(\.flags) == [0, 7, 0, 0, 0])
        #expect(answer.failures.isEmpty)
        #expect(servers.map { $0.allReceived } == [["get b 10\r\n"], ["get foo bar\r\n"], ["get a 42 a\r\n"]])
    }

    @Test func `items in a different order from the keys are matched anyway`() async throws {
        let server = try ScriptedServer([.expectLine, .send("VALUE b 0 1\r\nB\r\nVALUE a 0 1\r\nA\r\nEND\r\n")])
        let answer = try await client(server.address).getMany(["a", "none", "b"])
        #expect(answer.items.map(\.key) == ["a", "b"])
        #expect(answer.items.map(\.value.text) == ["A", "B"])
    }

    @Test func `many keys are deleted and stored in one exchange with each server`() async throws {
        let servers = [
            try ScriptedServer([
                .expect("delete b\r\ndelete 10\r\n"), .send("DELETED\r\nNOT_FOUND\r\n"),
                .expect("set p:k 5 0 1\r\nx\r\n"), .send("STORED\r\n"),
            ]),
            try ScriptedServer([.expect("delete foo\r\n"), .send("DELETED\r\n")]),
            try ScriptedServer([.expect("delete a\r\ndelete 42\r\n"), .send("DELETED\r\nSERVER_ERROR busy\r\n")]),
        ]
        let client = try client(servers.map(\.address))
        let answer = try await client.deleteMany(["b", "foo", "a", "10", "42"])
        #expect(answer.outcomes == ["b": .deleted, "foo": .deleted, "a": .deleted, "10": .missing])
        #expect(answer.failures.keys.map(\.description) == ["42"])
        #expect(answer.failures["42"]?.server?.description == servers[2].address)
        #expect(servers.flatMap(\.failures) == [])
        let key = ("k" as Key).routed(by: 0)
        #expect(try await client.setMany([key: Array("x".utf8)], flags: 5, prefix: "p:").outcomes == [key: .stored])
    }

    @Test func `servers are queried concurrently`() async throws {
        // No server answers before all have received the request.
        let gate = try Gate()
        let script: [ScriptedServer.Step] = [.expectLine, .gate(gate), .send("END\r\n")]
        let servers = try (0..<5).map { _ in try ScriptedServer(script) }
        let client = try client(servers.map(\.address), weights: [10, 20, 30, 40, 50])
        async let reading = client.getMany(Self.choices.map(\.key))
        for server in servers { try await server.waitToReceive { $0.hasSuffix("\r\n") } }
        gate.open()
        #expect(try await reading.failures.isEmpty)
        #expect(servers.allSatisfy { $0.connectionCount == 1 })
    }

    @Test func `a prefix is put before the keys and removed again`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        let stored = try await client.setMany(["a": [1], "b": [2]], prefix: "user:")
        #expect(stored.outcomes == ["a": .stored, "b": .stored])
        #expect(try await server.value(of: "user:a") == "\u{1}")
        let found = try await client.getsMany(["b", "none", "a"], prefix: "user:")
        #expect(found.items.map(\.key) == ["b", "a"])
        #expect(found.items.allSatisfy { $0.cas != nil })
        #expect(try await client.getMany(["user:a"]).items.map(\.key) == ["user:a"])
        #expect(try await client.getMany(["a"]).items.isEmpty)
        let touched = try await client.getAndTouchMany(["a", "b"], expiration: .after(.seconds(60)), prefix: "user:")
        #expect(touched.items.map(\.key) == ["a", "b"])
        let deleted = try await client.deleteMany(["a", "c"], prefix: "user:")
        #expect(deleted.outcomes == ["a": .deleted, "c": .missing])
    }

    @Test func `a key with its prefix goes where the whole key goes`() async throws {
        let servers = try await MemcachedServer.start(3)
        let client = try client(servers.map(\.address))
        _ = try await client.setMany(["oo": [1]], prefix: "f")
        #expect(try await servers[1].value(of: "foo") == "\u{1}")
        #expect(try await client.get("foo")?.value == [1])
    }

    @Test func `a key that cannot be sent fails the call before anything is sent to any server`() async throws {
        let servers = try (0..<3).map { _ in try ScriptedServer([.silence]) }
        let client = try client(servers.map(\.address))
        let long = Key(String(repeating: "k", count: 248))
        func expectRefusal<Answer>(_ code: MemcacheError.Code, _ body: () async throws -> Answer) async {
            await #expect("\(code)") { _ = try await body() } throws: { ($0 as? MemcacheError)?.code == code }
        }
        await expectRefusal(.keyTooLong) { try await client.getMany(["a", "b", "foo", long], prefix: "abc") }
        await expectRefusal(.keyTooLong) { try await client.setMany(["a": [], long: []], prefix: "abc") }
        await expectRefusal(.keyTooLong) { try await client.deleteMany(["a", long, "b"], prefix: "abc") }
        await expectRefusal(.keyCharacter) { try await client.getMany(["a"], prefix: "a\r\nflush_all\r\n") }
        await expectRefusal(.keyCharacter) { try await client.deleteMany(["a"], prefix: "two words") }
        let binary = try Key(base64Encoding: [0, 1])
        await expectRefusal(.invalidArgument) { try await client.getMany(["a", binary]) }
        await expectRefusal(.invalidArgument) {
            try await client.getAndTouchMany([binary], expiration: .never, prefix: "x")
        }
        #expect(try await client.getMany([]).items.isEmpty)
        #expect(servers.allSatisfy { $0.connectionCount == 0 })
    }

    @Test func `a pool without servers has none to use`() async throws {
        for client in [try client([]), try client(["127.0.0.1:1"], weights: [0])] {
            await #expect { try await client.get("a") } throws: { ($0 as? MemcacheError)?.code == .noServer }
            #expect(try await client.getMany(["a", "b"]).failures.values.map(\.code) == [.noServer, .noServer])
        }
    }
}
