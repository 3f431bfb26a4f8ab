import TestSupport
import Testing

/// What a user sees of a broken network or server: one clear error with the server's name, and never a hang.
@Suite(.inTurns)
struct FaultTests {
    @Test func `a server that is down is 4`() async throws {
        let address = try ServerEndpoint.refused()
        let run = try await BuiltProgram().run("-s", ByteString(address), "get", "k")
        #expect(run.status == 4, "\(run)")
        #expect(run.stdout == "")
        #expect(run.stderr.contains(ByteString(address)), "\(run)")
    }

    @Test func `a socket that is not there, or whose server is gone, is 4`() async throws {
        let program = try BuiltProgram()
        let missing = try await program.run("-s", ByteString("unix:\(program.home.path(of: "no-socket"))"), "get", "k")
        #expect(missing.status == 4, "\(missing)")
        let session = try await Session.start()
        try await session.server.stop()
        let gone = try await session.run("get", "k")
        #expect(gone.status == 4, "\(gone)")
        try await session.server.restart()
        #expect(try await session.run("get", "k").status == 1)
    }

    @Test func `a name that does not resolve is 4`() async throws {
        let run = try await BuiltProgram().run("-s", "no-such-host.invalid", "--connect-timeout", "5", "get", "k")
        #expect(run.status == 4 || run.status == 5, "\(run)")
        #expect(run.stderr.contains("no-such-host.invalid"))
    }

    @Test func `a server that never answers is 5 when the time is up`() async throws {
        let server = try ScriptedServer([.silence])
        let start = ContinuousClock.now
        let run = try await runAgainst(server, "--timeout", "1", "get", "k")
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(run.status == 5, "\(run)")
        #expect(run.stdout == "")
        #expect(run.stderr.contains(ByteString(server.address)), "\(run)")
    }

    @Test func `a script against a server that never answers ends too`() async throws {
        let server = try ScriptedServer([.silence])
        let text = ByteString(String(repeating: "get k\n", count: 50))
        let run = try await runAgainst(server, "--timeout", "1", input: .bytes(text))
        #expect(run.status == 5, "\(run)")
        #expect(run.stdout == "")
        // One time limit, not one for each line: that would take a connection for each.
        // The second one finds out which protocol the server speaks.
        #expect(server.connectionCount == 2 && !server.received(on: 1).contains("get"))
    }

    @Test func `a server that stops and continues is usable again`() async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "k")
        try await session.server.pause()
        let stopped = try await session.run("--timeout", "1", "get", "k")
        #expect(stopped.status == 5, "\(stopped)")
        session.server.resume()
        #expect(try await session.run("get", "k").stdout == "v")
    }

    @Test func `a late reply is 5 and is not printed`() async throws {
        let gate = try Gate()
        let server = try ScriptedServer([
            .expectLine, .gate(gate), .send("VALUE k 0 4\r\nlate\r\nEND\r\n"),
        ])
        let run = try await runAgainst(server, "--timeout", "1", "get", "k")
        gate.open()
        #expect(run.status == 5, "\(run)")
        #expect(run.stdout == "")
    }

    @Test func `a server that does not read is 5`() async throws {
        let server = try ScriptedServer([.stopReading], receiveBuffer: 4096)
        let value = ByteString(repeating: UInt8(ascii: "x"), count: 8 << 20)
        let run = try await runAgainst(server, "--timeout", "1", "-x", "set", "k", input: .bytes(value))
        #expect(run.status == 5 || run.status == 2, "\(run)")
    }

    struct HangUp: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var steps: [ScriptedServer.Step]
    }

    @Test(arguments: [
        HangUp(testDescription: "before the request", steps: [.close]),
        HangUp(testDescription: "before the reply", steps: [.expectLine, .close]),
        HangUp(testDescription: "inside the first line", steps: [.expectLine, .send("VALU"), .close]),
        HangUp(testDescription: "after the first line", steps: [.expectLine, .send("VALUE k 0 10\r\n"), .close]),
        HangUp(testDescription: "inside the value", steps: [.expectLine, .send("VALUE k 0 10\r\nhello"), .close]),
        HangUp(testDescription: "after the value", steps: [.expectLine, .send("VALUE k 0 5\r\nhello\r\n"), .close]),
        HangUp(
            testDescription: "inside the last line", steps: [.expectLine, .send("VALUE k 0 5\r\nhello\r\nEN"), .close]),
        HangUp(testDescription: "with a reset before the reply", steps: [.expectLine, .reset]),
        HangUp(
            testDescription: "with a reset inside the value",
            steps: [.expectLine, .send("VALUE k 0 10\r\nhel"), .reset]),
    ])
    func `a connection that is lost is 4 and no part of a value is printed`(_ hangUp: HangUp) async throws {
        let server = try ScriptedServer(hangUp.steps)
        let run = try await runAgainst(server, "get", "k")
        #expect(run.status == 4, "\(run)")
        #expect(run.stdout == "" || run.stdout == "hello", "a value that came whole may be printed")
        #expect(run.stderr.contains(ByteString(server.address)), "\(run)")
    }

    @Test func `a store is not sent again when the connection is lost`() async throws {
        let server = try ScriptedServer([.expectThrough("v\r\n"), .close])
        let run = try await runAgainst(server, "append", "k", "v")
        #expect(run.status == 4, "\(run)")
        let requests = server.allReceived.filter { $0.contains("append") }
        #expect(requests.count == 1)
    }

    struct Foreign: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var bytes: ByteString
    }

    @Test(arguments: [
        Foreign(
            testDescription: "HTTP",
            bytes: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 3\r\n\r\nno\n"),
        Foreign(testDescription: "SSH", bytes: "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
        Foreign(testDescription: "Redis", bytes: "-ERR wrong number of arguments for 'get' command\r\n"),
        Foreign(testDescription: "SMTP", bytes: "220 mail.example.com ESMTP\r\n"),
        Foreign(
            testDescription: "binary memcached", bytes: [0x81, 0, 0, 0, 0, 0, 0, 0x81, 0x0d, 0x0a, 0, 0, 0x0d, 0x0a]),
        Foreign(testDescription: "a length that is too short", bytes: "VALUE k 0 2\r\nhello\r\nEND\r\n"),
        Foreign(testDescription: "a length that is no number", bytes: "VALUE k 0 x\r\nhello\r\nEND\r\n"),
        Foreign(
            testDescription: "a length beyond 64 bits", bytes: "VALUE k 0 99999999999999999999\r\nhello\r\nEND\r\n"),
        Foreign(testDescription: "a negative length", bytes: "VALUE k 0 -1\r\n\r\nEND\r\n"),
        Foreign(testDescription: "an answer to another command", bytes: "STORED\r\n"),
        Foreign(testDescription: "a value that was not asked for", bytes: "VALUE other 0 1\r\nx\r\nEND\r\n"),
        Foreign(testDescription: "an endless line", bytes: ByteString(repeating: UInt8(ascii: "x"), count: 3_000_000)),
    ])
    func `a reply that is not memcached's is 8 and is not printed`(_ foreign: Foreign) async throws {
        let server = try ScriptedServer([.expectLine, .send(foreign.bytes), .silence])
        let run = try await runAgainst(server, "get", "k")
        #expect(run.status == 8, "\(run)")
        #expect(run.stdout == "")
        #expect(run.stderr.contains(ByteString(server.address)), "\(run)")
        #expect(run.stderr.count < 2000)
        #expect(!run.stderr.contains { $0 < 0x20 && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\t") }, "\(run)")
    }

    @Test func `a value that was not asked for makes no key a miss`() async throws {
        let server = try ScriptedServer([.expect("get a b c\r\n"), .send("VALUE other 0 1\r\nx\r\nEND\r\n"), .silence])
        let run = try await runAgainst(server, "--json", "get", "a", "b", "c")
        #expect(run.status == 8, "\(run)")
        #expect(run.stdout == "")
    }

    @Test func `a value that was not asked for leaves the answers before it`() async throws {
        let server = try ScriptedServer([
            .expect("get a b c\r\n"), .send("VALUE b 0 1\r\nx\r\nVALUE other 0 1\r\nx\r\nEND\r\n"), .silence,
        ])
        let run = try await runAgainst(server, "--output=csv", "get", "a", "b", "c")
        #expect(run.status == 8, "\(run)")
        // That a is a miss would have been known only at the end.
        #expect(run.stdout == "key,found,value,flags,size,cas,ttl\nb,true,x,0,1,,\n")
    }

    @Test func `a server that talks HTTP and hangs up is 8`() async throws {
        let server = try ScriptedServer([.expectLine, .send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close])
        let run = try await runAgainst(server, "get", "k")
        #expect(run.status == 8, "\(run)")
    }

    @Test(arguments: [[1], [2, 1], [3, 5, 1], [13, 1]])
    func `a reply may come in pieces of any size`(_ sizes: [Int]) async throws {
        let server = try ScriptedServer([
            .expect("get k\r\n"), .sendInPieces("VALUE k 0 12\r\nhello\r\nEND\r\n\r\nEND\r\n", sizes: sizes),
        ])
        let run = try await runAgainst(server, "get", "k")
        #expect(run.stdout == "hello\r\nEND\r\n")
        #expect(run.status == 0, "\(run)")
        #expect(server.failures == [])
    }

    @Test func `a lost connection stops a script and says which lines were not answered`() async throws {
        let server = try ScriptedServer([.expectLine, .send("41\r\n"), .close])
        let run = try await runAgainst(server, input: .bytes("incr a\nincr b\nincr c\n"))
        #expect(run.stdout == "41\n")
        #expect(run.status == 4, "\(run)")
        #expect(run.stderr.contains("stdin:2"), "\(run)")
        #expect(run.stderr.contains("3"), "\(run)")
    }

    @Test func `a server that restarts between two commands loses no command silently`() async throws {
        let session = try await Session.start()
        let program = try await session.program.start(arguments: session.selection)
        try await program.write("set a 1\n")
        try await program.waitForOutput(endingIn: "STORED\n")
        try await session.server.restart()
        try? await program.write("set b 2\nget b\n")
        program.closeInput()
        let run = try await program.waitForEnd()
        // Either the connection was re-established before sending, or its loss is reported.
        if run.status == 0 {
            #expect(run.stdout == "STORED\nSTORED\n2\n")
        } else {
            #expect(run.status == 4, "\(run)")
            #expect(run.stdout == "STORED\n")
            #expect(run.stderr.contains("stdin:2"), "\(run)")
        }
    }
}
