import TestSupport
import Testing

/// `mcsh --pipe`: the protocol itself on standard input, the replies on standard output.
@Suite(.inTurns)
struct PipeTests {
    @Test func `requests go in and replies come out, byte for byte`() async throws {
        let session = try await Session.start()
        let run = try await session.run(
            "--pipe",
            input: .bytes(
                "set a 5 0 7\r\na\r\nb\r\nc\r\nget a\r\nget missing\r\nmg a v f\r\nincr a 1\r\nbogus\r\ndelete a\r\nmn\r\n"
            ))
        #expect(
            run.stdout == """
                STORED\r\nVALUE a 5 7\r\na\r\nb\r\nc\r\nEND\r\nEND\r\nVA 7 f5\r\na\r\nb\r\nc\r\nCLIENT_ERROR cannot increment or \
                decrement non-numeric value\r\nERROR\r\nDELETED\r\nMN\r\n
                """)
    }

    @Test func `a clean session ends with 0`() async throws {
        let session = try await Session.start()
        let run = try await session.run("--pipe", input: .bytes("set a 0 0 1\r\nx\r\nget a\r\n"))
        #expect(run.stdout == "STORED\r\nVALUE a 0 1\r\nx\r\nEND\r\n")
        #expect(run.stderr == "")
        #expect(run.status == 0)
    }

    @Test func `nothing in is nothing out`() async throws {
        let session = try await Session.start()
        let run = try await session.run("--pipe", input: .bytes(""))
        #expect(run.stdout == "")
        #expect(run.status == 0, "\(run)")
    }

    @Test(
        arguments: ["get missing\r\n", "get missing absent\r\n", "gets missing\r\n", "gat 0 missing\r\n"]
            as [ByteString])
    func `a read that finds nothing ends with 1`(request: ByteString) async throws {
        let session = try await Session.start()
        let run = try await session.run("--pipe", input: .bytes(request))
        #expect(run.stdout == "END\r\n")
        #expect(run.status == 1, "\(run)")
        let raw = try await session.run("raw", "get", "missing")
        #expect(raw.stdout == "END\r\n")
        #expect(raw.status == 1, "\(raw)")
    }

    @Test func `each reply comes at once while the input stays open`() async throws {
        let session = try await Session.start()
        let program = try await session.program.start(arguments: session.selection + ["--pipe"])
        try await program.write("set a 0 0 5\r\nhel")
        try await program.write("lo\r\n")
        try await program.waitForOutput(endingIn: "STORED\r\n")
        try await program.write("get a\r\n")
        try await program.waitForOutput(endingIn: "VALUE a 0 5\r\nhello\r\nEND\r\n")
        try await program.write("delete a noreply\r\nget a\r\n")
        try await program.waitForOutput(endingIn: "END\r\nEND\r\n")
        program.closeInput()
        let run = try await program.waitForEnd()
        #expect(run.status == 1, "the last get missed: \(run)")
    }

    @Test func `input that comes byte by byte is the same as input at once`() async throws {
        let session = try await Session.start()
        let request: ByteString = "set a 0 0 4\r\n\r\n\r\n\r\nget a\r\nmg a v\r\n"
        let run = try await session.run("--pipe", input: .pieces(request.map { [$0] }))
        #expect(run.stdout == "STORED\r\nVALUE a 0 4\r\n\r\n\r\n\r\nEND\r\nVA 4\r\n\r\n\r\n\r\n")
        #expect(run.status == 0)
    }

    @Test func `lines may end in a line feed alone`() async throws {
        let session = try await Session.start()
        let run = try await session.run("--pipe", input: .bytes("set a 0 0 1\nx\r\nget a\nget b\n"))
        #expect(run.stdout == "STORED\r\nVALUE a 0 1\r\nx\r\nEND\r\nEND\r\n")
    }

    @Test func `no reply is lost among many`() async throws {
        let session = try await Session.start()
        let numbers = 0..<5000
        let request = numbers.map { "set k\($0 % 100) 0 0 5\r\n\(10_000 + $0)\r\nget k\($0 % 100)\r\n" }.joined()
        let run = try await session.run("--pipe", input: .bytes(ByteString(request)))
        let reply = numbers.map { "STORED\r\nVALUE k\($0 % 100) 0 5\r\n\(10_000 + $0)\r\nEND\r\n" }.joined()
        let isSame = run.stdout == ByteString(reply)
        #expect(isSame, "\(run.stdout.count) bytes instead of \(reply.utf8.count)")
        #expect(run.status == 0)
    }

    @Test func `a value of one mebibyte passes`() async throws {
        let session = try await Session.start(arguments: ["-I", "4m"])
        let value = patterned(count: 1 << 20)
        let run = try await session.run("--pipe", input: .bytes("set k 0 0 1048576\r\n\(value)\r\nget k\r\n"))
        let isSame = run.stdout == "STORED\r\nVALUE k 0 1048576\r\n\(value)\r\nEND\r\n"
        #expect(isSame, "\(run.stdout.count) bytes")
    }

    @Test(arguments: [
        ("mg a q !\r\nget a\r\n", "request 1"),
        ("mn\r\nmg a q\r\nmg a q !\r\nget a\r\n", "one of requests 2 to 3"),
        ("mg a q\r\nmg a q !\r\n", "one of requests 1 to 2"),
        ("mg a q\r\nget a\r\nmg a q !\r\nmn\r\n", "request 3"),
    ])
    func `an error reply is reported for the requests without replies before it, and no other`(
        _ requests: String, _ names: String
    ) async throws {
        let session = try await Session.start()
        let run = try await session.run("--pipe", input: .bytes(ByteString(requests)))
        // What is wrong depends on the server's version.
        #expect(run.stderr.contains(": \(names): CLIENT_ERROR "), "\(run)")
        #expect(run.status == 3, "\(run)")
    }

    @Test func `statistics end where they end`() async throws {
        let session = try await Session.start()
        let program = try await session.program.start(arguments: session.selection + ["--pipe"])
        try await program.write("stats\r\nversion\r\n")
        let output = try await program.waitForOutput { $0.contains("VERSION") && $0.hasSuffix("\r\n") }
        #expect(output.hasPrefix("STAT pid "))
        program.closeInput()
        #expect(try await program.waitForEnd().status == 0)
    }

    @Test(arguments: ["get a", "set a 0 0 5\r\nhe", "set a 0 0 5\r\n", "bogus"] as [ByteString])
    func `input that ends inside a request does not hang`(_ request: ByteString) async throws {
        let session = try await Session.start()
        let run = try await session.run("--pipe", input: .bytes("mn\r\n\(request)"))
        #expect(run.stdout.hasPrefix("MN\r\n"), "\(run)")
        #expect(try await session.server.value(of: "a") == nil)
    }

    @Test func `quit ends it`() async throws {
        let session = try await Session.start()
        let program = try await session.program.start(arguments: session.selection + ["--pipe"])
        try await program.write("mn\r\nquit\r\n")
        let run = try await program.waitForEnd()
        #expect(run.stdout == "MN\r\n")
        #expect(run.status == 0, "\(run)")
    }

    @Test(arguments: [
        ("get a\r\nquit\r\nset a 0 0 1\r\n1\r\n", "request 3", "quit", "set a 0 0 1"),
        ("quit\n\r\n \nget\u{1b}", "request 4", "quit", "get\\e"),
        ("set a 0 0 1 noreply\r\nx\r\nquit\r\nx", "request 3", "quit", "x"),
    ])
    func `requests after quit are not lost silently`(
        _ request: String, _ ordinal: String, _ command: String, _ line: String
    ) async throws {
        let session = try await Session.start()
        let run = try await session.run("--pipe", input: .bytes(ByteString(request)))
        #expect(
            run.stderr.contains(
                "\(ordinal) was not sent, nor what follows it: the server hangs up after \(command): \(line)\n"),
            "\(run)")
        #expect(run.status == 2, "\(run)")
        #expect(try await session.server.value(of: "a") == (request.contains("noreply") ? "x" : nil))
    }

    @Test(arguments: ["incr n 1\r\nquit\r\n\r\n \t\n", "incr n 1\r\nquit", "incr n 1\nquit\n"] as [ByteString])
    func `blank lines after quit are ignored`(_ request: ByteString) async throws {
        let session = try await Session.start()
        try await session.server.store("41", under: "n")
        let run = try await session.run("--pipe", input: .bytes(request))
        #expect(run.stdout == "42\r\n" && run.stderr == "" && run.status == 0, "\(run)")
    }

    @Test func `a server that is down is 4, one that is lost too, one that is silent 5`() async throws {
        let program = try BuiltProgram()
        let down = try await program.run(
            "-s", ByteString(ServerEndpoint.refused()), "--pipe", input: .bytes("version\r\n"))
        #expect(down.status == 4, "\(down)")
        let losing = try ScriptedServer([.expectLine, .send("VERSI"), .close])
        #expect(try await runAgainst(losing, "--pipe", input: .bytes("version\r\n")).status == 4)
        let silent = try ScriptedServer([.silence])
        let run = try await runAgainst(silent, "--timeout", "1", "--pipe", input: .bytes("version\r\n"))
        #expect(run.status == 5, "\(run)")
    }
}
