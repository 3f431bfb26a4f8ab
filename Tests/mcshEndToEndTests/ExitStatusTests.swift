import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Every exit status of the manual that is possible without a login or TLS.
@Suite(.inTurns)
struct ExitStatusTests {
    @Test(
        arguments: [
            ["--no-such-option"], ["-o", "xml", "get", "k"], ["--timeout", "soon", "get", "k"], ["frobnicate"], ["get"],
            ["set", "k"], ["set"], ["incr", "k", "x"], ["incr", "k", "-1"], ["incr", "k", "18446744073709551616"],
            ["get", "two words"], ["get", ""], ["set", "k", "v", "--flags", "x"],
            ["set", "k", "v", "--flags", "18446744073709551616"],
            ["set", "k", "v", "--no-such-option"], ["delete"], ["touch", "k"], ["cas", "k", "v", "0", "x"],
            ["set", "k", "v", "0", "more"], ["-c", "get"], ["-c", "set k \"open"], ["stats", "no_such_group"],
            ["-r", "x", "version"],
        ] as [[ByteString]])
    func `a wrong usage is 2, is explained, and nothing is sent for it`(_ words: [ByteString]) async throws {
        let server = try ScriptedServer([.silence])
        let run = try await BuiltProgram().run(arguments: ["-s", ByteString(server.address)] + words)
        #expect(run.status == 2, "\(run)")
        #expect(run.stdout == "")
        #expect(run.stderr != "")
        #expect(server.receivedNothing)
    }

    @Test func `an error reply is 3 and goes to standard error with the server's name`() async throws {
        let session = try await Session.start()
        try await session.server.store("x", under: "text")
        let run = try await session.run("incr", "text")
        #expect(run.status == 3)
        #expect(run.stdout == "")
        #expect(run.stderr.hasPrefix("mcsh: "), "\(run)")
        #expect(run.stderr.contains("CLIENT_ERROR cannot increment or decrement non-numeric value"))
        #expect(run.stderr.lines.count == 1)
    }

    @Test(arguments: ["ERROR", "CLIENT_ERROR not today", "SERVER_ERROR out of memory storing object"])
    func `each kind of refusal is 3`(_ line: String) async throws {
        let server = try ScriptedServer([.expectThrough("v\r\n"), .send("\(ByteString(line))\r\n")])
        let run = try await runAgainst(server, "set", "k", "v")
        #expect(run.status == 3, "\(run)")
        #expect(run.stderr.contains(ByteString(line)), "\(run)")
        #expect(run.stderr.contains(ByteString(server.address)), "\(run)")
    }

    @Test(arguments: [true, false])
    func `an error instead of the end of a read is reported`(isAmongOthers: Bool) async throws {
        let steps: [ScriptedServer.Step] = [
            .expectLine, .send("VALUE a 0 1\r\nx\r\nSERVER_ERROR backend down\r\n"), .silence,
        ]
        // Either of the two may own the key.
        let servers = try (0..<(isAmongOthers ? 2 : 1)).map { _ in try ScriptedServer(steps) }
        let run = try await BuiltProgram().run(
            arguments: servers.flatMap { ["-s", ByteString($0.address)] } + ["get", "a"])
        #expect(run.status == 3, "\(run)")
        #expect(run.stdout == "x")
        let owner = try #require(servers.first { $0.received() != "" })
        #expect(run.stderr == "mcsh: \(ByteString(owner.address)): SERVER_ERROR backend down\n")
    }

    @Test func `a disabled command is 3`() async throws {
        let session = try await Session.start(arguments: ["-F"])
        let run = try await session.run("-y", "flush_all")
        #expect(run.status == 3, "\(run)")
        #expect(run.stderr.contains("flush_all not allowed"))
    }

    @Test func `input that cannot be read is 9`() async throws {
        let session = try await Session.start()
        let run = try await session.run("-f", "no-such-file.mcsh")
        #expect(run.status == 9, "\(run)")
        #expect(run.stderr.contains("no-such-file.mcsh"))
        let redirected = try await session.script("set k < no-such-file\n")
        #expect(redirected.status == 9, "\(redirected)")
        #expect(try await session.server.value(of: "k") == nil)
    }

    #if os(Linux)
        @Test func `output that cannot be written is 9`() async throws {
            let session = try await Session.start()
            try await session.server.store("value", under: "k")
            var program = session.program
            program.environment["MCSH_SERVERS"] = session.server.address
            let run = try await program.runShell(#""$MCSH" get k > /dev/full"#)
            #expect(run.status == 9, "\(run)")
            #expect(run.stderr != "")
            let redirected = try await session.script("get k > /dev/full\n")
            #expect(redirected.status == 9, "\(redirected)")
        }
    #endif

    @Test func `a reader that leaves ends the program quietly`() async throws {
        let session = try await Session.start()
        try await session.server.store(ByteString(repeating: UInt8(ascii: "x"), count: 1000), under: "k")
        try session.program.home.write(ByteString(String(repeating: "get k\n", count: 5000)), to: "many.mcsh")
        var program = session.program
        program.environment["MCSH_SERVERS"] = session.server.address
        let run = try await program.runShell(#"{ "$MCSH" -f many.mcsh; echo $? > status; } | head -c 1"#)
        #expect(run.stdout == "x")
        #expect(run.stderr == "")
        let status = try program.home.read("status")
        #expect(status == "141\n" || status == "0\n", "\(status)")
    }

    @Test(arguments: [(SIGTERM, 143), (SIGINT, 130), (SIGHUP, 129)] as [(Int32, Int32)])
    func `a script that a signal ends has that status`(signal: Int32, status: Int32) async throws {
        let session = try await Session.start()
        let program = try await session.program.start(arguments: session.selection)
        try await program.write("set k v\n")
        try await program.waitForOutput(endingIn: "STORED\n")
        program.signal(signal)
        let run = try await program.waitForEnd()
        #expect(run.status == status, "\(run)")
        #expect(run.stdout == "STORED\n")
    }

    struct Script: CustomTestStringConvertible, Sendable {
        var text: ByteString
        var status: Int32

        var testDescription: String { text.description }
    }

    @Test(arguments: [
        Script(text: "set a 1\n", status: 0),
        Script(text: "get missing\nset a 1\n", status: 1),
        Script(text: "get missing\nbogus\n", status: 2),
        Script(text: "bogus\nget missing\nincr text\n", status: 3),
        Script(text: "incr text\nbogus\nget missing\n", status: 3),
        Script(text: "flush_all\nbogus\nget missing\n", status: 7),
        Script(text: "flush_all\nincr text\n", status: 3),
    ])
    func `the exit status is the worst of all commands`(_ script: Script) async throws {
        let session = try await Session.start()
        try await session.server.store("x", under: "text")
        let run = try await session.script(script.text, "-k")
        #expect(run.status == script.status, "\(run)")
    }
}
