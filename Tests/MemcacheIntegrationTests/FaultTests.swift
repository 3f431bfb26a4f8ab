import MemcacheCore
import TestSupport
import Testing

/// What can go wrong with a server: one clear error with its name, and no answer for the wrong caller.
@Suite(.inTurns, .overBothSockets) struct FaultTests {
    @Test func `no server listens`() async throws {
        let address = try ServerEndpoint.refused()
        let error = try await expectError(.cannotConnect, from: address) { try await client(address).get("a") }
        #expect(error.message == "cannot connect: connection refused")
        let directory = try TemporaryDirectory()
        let path = "unix:\(directory.path(of: "none"))"
        let missing = try await expectError(.cannotConnect, from: path) { try await client(path).get("a") }
        #expect(missing.message == "cannot connect: no such file or directory")
    }

    @Test func `a name that does not exist`() async throws {
        let address = "no-such-host.invalid:11211"
        let error = try await expectError(.cannotConnect, from: address) { try await client(address).get("a") }
        #expect(error.message.contains("cannot connect"))
    }

    @Test func `the server closes the connection before it answers`() async throws {
        let server = try ScriptedServer(
            [.expect("get a\r\n"), .close], [.expect("get b\r\n"), .send("VALUE b 0 1\r\nB\r\nEND\r\n")])
        let client = try client(server.address)
        let error = try await expectError(.connectionLost, from: server.address, mayHaveTakenEffect: true) {
            try await client.get("a")
        }
        #expect(error.message == "the server closed the connection before it answered anything (does it require TLS?)")
        #expect(try await client.get("b")?.value == Array("B".utf8))
        #expect(server.failures == [])
    }

    @Test func `the server closes the connection within a reply, at every byte`() async throws {
        let reply: ByteString = "VALUE a 0 3\r\nabc\r\nEND\r\n"
        for cut in 1..<reply.count {
            let server = try ScriptedServer([.expectLine, .send(ByteString(reply[..<cut])), .close])
            try await expectError(.connectionLost, from: server.address, mayHaveTakenEffect: true) {
                try await client(server.address).get("a")
            }
        }
    }

    @Test func `the server closes after an answer, and the next command makes a new connection`() async throws {
        let server = try ScriptedServer([.expectLine, .send("STORED\r\n"), .close])
        let client = try client(server.address)
        for _ in 0..<3 {
            let connection = try client.connection()
            #expect(try await client.set("a", to: "1") == .stored)
            #expect(try await eventually { connection.isClosed })
        }
        #expect(server.connectionCount == 3)
    }

    @Test func `the server resets the connection`() async throws {
        let server = try ScriptedServer([.expectLine, .reset])
        try await expectError(.connectionLost, from: server.address, mayHaveTakenEffect: true) {
            try await client(server.address).get("a")
        }
    }

    @Test func `unrequested bytes close an idle connection`() async throws {
        let server = try ScriptedServer(
            [.expect("get a\r\n"), .send("END\r\nVALUE b 0 6\r\nforged\r\nEND\r\n"), .silence],
            [.expect("get b\r\n"), .send("END\r\n")])
        let client = try client(server.address)
        let connection = try client.connection()
        #expect(try await client.get("a") == nil)
        #expect(try await eventually { connection.isClosed })
        #expect(try await client.get("b") == nil)
        #expect(server.failures == [])
    }

    @Test(arguments: [
        ("HTTP/1.1 400 Bad Request\r\nServer: x\r\n", "speaks HTTP"), ("hello there\r\n", "hello there"),
        ("\u{1b}]0;title\u{7}\r\n", #"\e]0;title\a"#), ("\r\n", "an unexpected reply: an empty line"),
        ("STORED\r\n", "STORED"), ("VALUE a b c\r\n", "VALUE a b c"),
        ("VALUE a 0 3\r\nabcde\r\nEND\r\n", "does not end where its length says"),
        ("VALUE a 0 18446744073709551615\r\n", "18446744073709551615"),
    ])
    func `bytes of something else are an error that can be shown`(_ reply: String, _ excerpt: String) async throws {
        let server = try ScriptedServer([.expectLine, .send(ByteString(reply)), .silence])
        let error = try await expectError(.unreadableReply, from: server.address, mayHaveTakenEffect: true) {
            try await client(server.address).get("a")
        }
        #expect(error.message.contains(excerpt), "\(error.message)")
        #expect(!error.message.contains("\u{1b}"))
        try await server.waitForEnd()
    }

    @Test func `an endless line is read no further than its limit`() async throws {
        let server = try ScriptedServer([
            .expectLine, .send(ByteString(repeating: UInt8(ascii: "a"), count: 1 << 20)), .silence,
        ])
        let error = try await expectError(.unreadableReply, from: server.address, mayHaveTakenEffect: true) {
            try await client(server.address).get("a")
        }
        #expect(error.message.contains("more than 65536 bytes"))
    }

    @Test func `a value that is longer than allowed is not read`() async throws {
        let server = try ScriptedServer([.expectLine, .send("VALUE a 0 1001\r\n"), .silence])
        let client = try client(server.address, maximumReplyValueBytes: 1000)
        let error = try await expectError(.unreadableReply, from: server.address, mayHaveTakenEffect: true) {
            try await client.get("a")
        }
        #expect(error.message.contains("1001"))
    }

    @Test func `a value with a wrong length takes neither much memory nor much time`() async throws {
        let server = try ScriptedServer([.expectLine, .send("VALUE a 0 4000000000\r\nabc"), .silence])
        let client = try client(server.address, replyTimeout: .milliseconds(200))
        try await expectError(.timedOut, from: server.address, mayHaveTakenEffect: true) { try await client.get("a") }
    }

    @Test func `a server that accepts and never answers`() async throws {
        let server = try ScriptedServer([.silence])
        let client = try client(server.address, replyTimeout: .milliseconds(200))
        try await expectError(.timedOut, from: server.address, mayHaveTakenEffect: true) { try await client.version() }
    }

    @Test func `a server that reads nothing, until the buffers are full`() async throws {
        let server = try ScriptedServer([.stopReading], receiveBuffer: 4096)
        let client = try client(server.address, replyTimeout: .milliseconds(300))
        try await expectError(.timedOut, from: server.address, mayHaveTakenEffect: true) {
            try await client.set("a", to: [UInt8](repeating: 1, count: 32 << 20))
        }
    }

    @Test func `an error after which nothing can be matched closes the connection`() async throws {
        let server = try ScriptedServer(
            [
                .expectThrough("value\r\nget b\r\n"), .send("CLIENT_ERROR bad command line format\r\n"),
                .send("ERROR\r\nVALUE b 0 1\r\nX\r\nEND\r\n"), .silence,
            ], [.expect("get b\r\n"), .send("END\r\n")])
        let client = try client(server.address)
        let connection = try client.connection()
        let refused = Task {
            try await connection.execute(
                Command.Set("a", value: Array("value".utf8), flags: 0, expiration: .never), timeout: hangLimit)
        }
        try await server.waitToReceive { $0.hasSuffix("value\r\n") }
        let error = try await expectError(.connectionLost, from: server.address, mayHaveTakenEffect: true) {
            try await connection.execute(Command.Get("b"), timeout: hangLimit)
        }
        #expect(error.message.contains("CLIENT_ERROR bad command line format"))
        await #expect(throws: MemcacheError.self) { try await refused.value }
        #expect(try await client.get("b") == nil)
    }

    @Test func `a server without free connections says so and disconnects`() async throws {
        let server = try ScriptedServer([.expectLine, .send("ERROR Too many open connections\r\n"), .close])
        let error = try await expectError(.error, from: server.address) { try await client(server.address).get("a") }
        #expect(error.message == "ERROR Too many open connections")
        // Requesting each key alone would not help.
        let many = try ScriptedServer([.expectLine, .send("ERROR Too many open connections\r\n"), .close])
        let answer = try await client(many.address).getMany(["a", "b"])
        #expect(answer.failures.values.map(\.message) == Array(repeating: error.message, count: 2))
        #expect(many.connectionCount == 1)
    }
}
