import TestSupport
import Testing

/// Commands of a script are sent ahead, but a slow writer still sees each answer at once.
@Suite(.inTurns)
struct StreamingTests {
    @Test func `each line is answered while the input stays open`() async throws {
        let session = try await Session.start()
        let program = try await session.program.start(arguments: session.selection)
        var expected = ByteString()
        for number in 0..<20 {
            try await program.write("set k \(number)\n")
            expected += "STORED\n"
            try await program.waitForOutput { [expected] in $0 == expected }
            try await program.write("get k\n")
            expected += "\(number)\n"
            try await program.waitForOutput { [expected] in $0 == expected }
        }
        program.closeInput()
        let run = try await program.waitForEnd()
        #expect(run.status == 0)
        #expect(run.stdout == expected)
    }

    @Test func `a line is run when it is whole`() async throws {
        let session = try await Session.start()
        let program = try await session.program.start(arguments: session.selection)
        try await program.write("set k v\nget")
        try await program.waitForOutput(endingIn: "STORED\n")
        try await program.write(" k\nge")
        try await program.waitForOutput(endingIn: "v\n")
        try await program.write("t k\n")
        try await program.waitForOutput(endingIn: "v\nv\n")
        program.closeInput()
        #expect(try await program.waitForEnd().status == 0)
    }

    @Test func `a mistake is reported at once, and earlier lines are answered`() async throws {
        let session = try await Session.start()
        let program = try await session.program.start(arguments: session.selection)
        try await program.write("set a 1\nbogus\nset b 2\n")
        try await program.waitForErrors { $0.hasPrefix("stdin:2:1: ") && $0.hasSuffix("\n") }
        // The script has stopped: the program does not wait for more input.
        let run = try await program.waitForEnd()
        #expect(run.stdout == "STORED\n")
        #expect(run.status == 2)
        #expect(try await session.server.value(of: "b") == nil)
    }

    @Test func `commands are sent ahead of their answers`() async throws {
        // The server answers only once it has seen all three.
        let server = try ScriptedServer([
            .expect("incr a 1\r\nincr b 1\r\nincr c 1\r\n"), .send("NOT_FOUND\r\n2\r\nNOT_FOUND\r\n"),
        ])
        let run = try await runAgainst(server, input: .bytes("incr a\nincr b\nincr c\n"))
        #expect(run.stdout == "NOT_FOUND\n2\nNOT_FOUND\n")
        #expect(run.status == 1, "\(run)")
        #expect(server.connectionCount == 1)
        #expect(server.failures == [])
    }

    @Test func `stopping at errors sends one command at a time`() async throws {
        let server = try ScriptedServer([
            .expect("incr a 1\r\n"), .send("1\r\n"), .expect("incr b 1\r\n"), .send("NOT_FOUND\r\n"),
        ])
        let run = try await runAgainst(server, "-e", input: .bytes("incr a\nincr b\nincr c\n"))
        #expect(run.stdout == "1\nNOT_FOUND\n")
        #expect(run.status == 1, "\(run)")
        #expect(server.failures == [])
        #expect(!server.received().contains("incr c"))
    }

    @Test func `a pipelined script answers as one that stops at errors`() async throws {
        let text = ByteString(
            (0..<200).map { "set k\($0 % 7) \"value \($0)\"\nget k\($0 % 5)\nincr n\($0 % 3) \($0)\nget k0 k1 k2\n" }
                .joined())
        let preparation: ByteString = "mset n0 0 n1 0 n2 0 k0 a k1 b k2 c k3 d k4 e\n"
        let pipelined = try await Session.start()
        #expect(try await pipelined.script(preparation).status == 0)
        let first = try await pipelined.script(text)
        let careful = try await Session.start()
        #expect(try await careful.script(preparation).status == 0)
        let second = try await careful.script(text, "-e")
        #expect(first.status == 0, "\(first)")
        #expect(second.status == 0, "\(second)")
        #expect(first.stdout == second.stdout)
        #expect(first.stdout.lines.count == 200 * 6)
    }

    @Test(arguments: [["--raw"], []] as [[ByteString]])
    func `a long value is printed as far as it arrived`(format: [ByteString]) async throws {
        let part = patterned(count: 2_000_000)
        let server = try ScriptedServer([.expect("get k\r\n"), .send("VALUE k 0 3000000\r\n" + part), .close])
        let run = try await BuiltProgram().run(arguments: ["-s", ByteString(server.address)] + format + ["get", "k"])
        #expect(run.stdout == part)
        #expect(run.stderr.contains("in the middle of an answer"), "\(run.stderr)")
        #expect(run.status == 4)
    }

    @Test(arguments: [("--raw", ""), ("--output=plain", "\n")] as [(ByteString, ByteString)])
    func `a long value may be among others`(format: ByteString, end: ByteString) async throws {
        let text = ByteString(repeating: UInt8(ascii: "x"), count: 1_500_000)
        let server = try ScriptedServer([
            .expect("get a b c d\r\n"),
            .sendInPieces(
                "VALUE b 0 1500000\r\n" + text + "\r\nVALUE c 0 1\r\ny\r\nVALUE d 0 1500000\r\n" + text
                    + "\r\nEND\r\n",
                sizes: [700_000, 800_018, 1, 1, 20, 900_000]),
        ])
        let run = try await runAgainst(server, format, input: .bytes("get a\nget b\nget c\nget d\n"))
        #expect(run.stdout == text + end + "y" + end + text + end)
        #expect(run.status == 1, "\(run.stderr)")
    }

    @Test func `a long answer is printed whole to a slow reader`() async throws {
        let session = try await Session.start()
        try await session.server.store(ByteString(repeating: UInt8(ascii: "x"), count: 100_000), under: "k")
        var program = session.program
        program.environment["MCSH_SERVERS"] = session.server.address
        try program.home.write(ByteString(String(repeating: "get k\n", count: 100)), to: "many.mcsh")
        let running = try await program.startShell(
            #""$MCSH" -f many.mcsh | { while test ! -e go; do sleep 0.01; done; wc -c; }"#, arguments: [],
            hasInput: false)
        // The following output does not fit into the pipe.
        #expect(try await eventually { try await session.server.statistic("cmd_get") != "0" })
        try program.home.write("", to: "go")
        let run = try await running.waitForEnd()
        #expect(run.stdout.text.filter(\.isNumber) == "10000100", "\(run)")
    }
}
