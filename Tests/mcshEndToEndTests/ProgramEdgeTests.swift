import TestSupport
import Testing

/// Everything around the commands: servers by name, repetitions, closed descriptors, terminals, errors of options.
@Suite(.inTurns)
struct ProgramEdgeTests {
    @Test(arguments: ["9223372036854775807", "9223372036854775000"] as [ByteString])
    func `a lifetime that no clock can count is shown`(_ seconds: ByteString) async throws {
        let server = try ScriptedServer(
            [.expect("mg a t u\r\n"), .send("HD t\(seconds)\r\n")])
        let run = try await BuiltProgram().run("-s", ByteString(server.address), "-o", "human", "ttl", "a")
        #expect(run.status == 0, "\(run)")
        #expect(run.stdout.contains("9999-12-31"), "\(run)")
    }

    @Test(arguments: ["2100-01-01", "@99999999999", "99999999999", "25000d"] as [ByteString])
    func `a lifetime that memcached cannot keep is refused before anything is sent`(_ lifetime: ByteString) async throws
    {
        let session = try await Session.start()
        let run = try await session.run("set", "k", "v", lifetime)
        #expect(run.status == 2, "\(run)")
        #expect(run.stderr.contains("2038-01-19T03:14:07Z"), "\(run)")
        #expect(try await session.server.value(of: "k") == nil)
    }

    @Test func `a command that does not exist is not printed at length`() async throws {
        let run = try await BuiltProgram().run(
            "-s", "/nonexistent", input: .bytes(ByteString(repeating: UInt8(ascii: "x"), count: 1_000_000) + "\n"))
        #expect(run.status == 2)
        #expect(run.stderr.count < 400, "\(run.stderr.count)")
    }

    @Test func `a one-liner's help is that of its command`() async throws {
        let program = try BuiltProgram()
        let help = try await program.run("help", "set")
        let asked = try await program.run("set", "--help")
        #expect(asked.stdout == help.stdout)
        #expect(asked.stdout.contains("set KEY VALUE"))
        #expect(asked.status == 0, "\(asked)")
    }

    @Test(
        arguments: [
            ["--json", "-s", "a:b:c", "get", "k"], ["--json", "-s", "a,b", "--pipe"],
            ["--json", "--nonsense", "get", "k"],
            ["--json", "-p", "0", "get", "k"], ["--json", "-x"], ["-o", "json", "--timeout", "x", "get", "k"],
            ["--json", "-r", "2", "-i", "x", "get", "k"],
        ] as [[ByteString]])
    func `a mistake in the options is JSON if that was requested`(_ words: [ByteString]) async throws {
        let run = try await BuiltProgram().run(arguments: words)
        #expect(run.status == 2, "\(run)")
        #expect(run.stderr.hasPrefix("{\"error\":\""), "\(run)")
        #expect(run.stderr.hasSuffix("\"code\":\"usage\"}\n"), "\(run)")
    }

    @Test func `an interval alone repeats until interrupted`() async throws {
        let session = try await Session.start()
        let running = try await session.program.start(
            arguments: session.selection + ["-i", "10ms", "ping"], hasInput: false)
        try await running.waitForOutput { $0.lines.count > 4 }
        running.signal(2)
        #expect(try await running.waitForEnd().status == 130)
    }

    @Test(arguments: ["cache:11212:3", "[::1]:11212:5"] as [ByteString])
    func `a weight is accepted and has no effect on one server`(_ name: ByteString) async throws {
        let session = try await Session.start(on: .tcp)
        let run = try await session.program.run("-s", ByteString(session.server.address) + ":7", "version")
        #expect(run.status == 0, "\(run)")
        let other = try await session.program.run("--connect-timeout", "1ms", "-s", name, "version")
        #expect(other.status != 2, "\(other)")
    }

    @Test(arguments: [
        ("<&-", "1234567\n0\n"), (">&-", "9\n"), ("2>&-", "1234567\n0\n"), ("<&- >&-", "9\n"), ("<&- >&- 2>&-", "9\n"),
    ])
    func `a closed descriptor is given to nothing else`(closing: String, output: ByteString) async throws {
        let session = try await Session.start()
        // With its newline the value has the eight bytes that an event loop's own descriptors mistake for a number.
        try await session.server.store("1234567", under: "k")
        let server = session.server.address
        let run = try await session.program.runShell("\"$MCSH\" -s '\(server)' -c 'get k' \(closing); echo $?")
        #expect(run.stdout == output, "\(run)")
    }

    @Test func `a shell command after a bar may have any escapes`() async throws {
        let session = try await Session.start()
        try await session.server.store("a.b", under: "k")
        let run = try await session.script("get k | sed \"s/\\./x/\"\nget k | tr '.' \"'\"\n")
        // The commands receive the exact value, without a newline.
        #expect(run.stdout == "axba'b", "\(run)")
        #expect(run.status == 0)
    }

    @Test func `show and ttl of several keys are tables`() async throws {
        let session = try await Session.start()
        try await session.server.store("v,w", under: "a")
        let show = try await session.run("--csv", "show", "a", "nope", "a")
        let lines = show.stdout.lines
        #expect(lines.count == 4, "\(show)")
        #expect(lines.first?.hasPrefix("key,found,value,flags,size,cas,ttl,") == true)
        #expect(lines.dropFirst().first?.hasPrefix("a,true,\"v,w\",0,3,") == true)
        #expect(lines.dropFirst(2).first?.hasPrefix("nope,false,") == true)
        #expect(try await session.run("--csv", "ttl", "a", "nope", "a").stdout == "key,ttl\na,-1\nnope,\na,-1\n")
        #expect(try await session.run("--csv", "exists", "a", "nope").stdout == "key,found\na,true\nnope,false\n")
        let deleted = try await session.run("-y", "-q", "--json", "delete", "--match", "a*")
        #expect(deleted.stdout.contains(#"{"command":"delete","match":"a*","matched":1,"deleted":1,"server":"#))
    }

    #if os(Linux)
        @Test func `a question goes to the terminal, not into the file of the messages`() async throws {
            let session = try await Session.start()
            try await session.server.store("v", under: "k")
            let line = "$MCSH -s \(session.server.address) flush_all 2> messages"
            let run = try await session.program.runShell(
                "script -qec '\(line)' /dev/null; cat messages >&2", input: .bytes("n\n"))
            #expect(run.stdout.contains("Go on? [y/N]"), "\(run)")
            #expect(!run.stderr.contains("Go on?"), "\(run)")
            #expect(run.stderr.contains("not done"), "\(run)")
            #expect(try await session.server.value(of: "k") == "v")
        }
    #endif
}
