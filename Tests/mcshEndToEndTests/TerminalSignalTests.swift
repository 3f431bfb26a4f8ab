import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Ctrl-C, Ctrl-D, Ctrl-Z and signals, with the terminal left as it was found.
@Suite(.inTurns)
struct TerminalSignalTests {
    @Test func `Ctrl-C drops the line`() async throws {
        let session = try await AtTerminal.start()
        try await session.type("get abc", shows: "get abc")
        try await session.terminal.type("\u{3}")
        try await session.waitForPrompt()
        #expect(session.terminal.screen.text.contains("get abc^C"))
        try await session.enter("set k v", answers: "stored")
    }

    @Test func `a SIGINT from elsewhere is Ctrl-C`() async throws {
        let session = try await AtTerminal.start()
        try await session.type("get abc", shows: "get abc")
        session.terminal.signal(SIGINT)
        try await session.waitForPrompt()
    }

    @Test func `Ctrl-C drops all lines of an unfinished command`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type("set k \"one\r")
        try await session.terminal.waitForLine("\"…>")
        try await session.terminal.type("\u{3}")
        try await session.waitForPrompt()
        try await session.enter("get k", answers: "(not found)")
    }

    @Test func `Ctrl-C cancels a command, the next one has a new connection, and nothing is sent twice`() async throws {
        let server = try ScriptedServer(
            [.expect("incr hits 1\r\n"), .silence], [.expect("incr hits 1\r\n"), .send("5\r\n")])
        let terminal = try await BuiltProgram().startAtTerminal(
            "-q", "-s", ByteString(server.address))
        try await terminal.waitForLine("\(server.address)>")
        try await terminal.type("incr hits\r")
        try await server.waitToReceive { $0 == "incr hits 1\r\n" }
        try await terminal.type("\u{3}")
        try await terminal.waitForText("mcsh: cancelled; the server may still have carried it out")
        try await terminal.waitForLine("\(server.address)>")
        try await terminal.type("incr hits\r")
        try await terminal.wait(for: "the answer") { $0.lines.contains("5") }
        #expect(server.allReceived == ["incr hits 1\r\n", "incr hits 1\r\n"])
    }

    @Test func `Ctrl-C ends watch`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type("watch mutations\r")
        try await session.terminal.wait(for: "the command to run") { _ in !session.terminal.isRaw }
        let watches = try await eventually {
            try await session.server.exchange("stats conns\r\n", through: "END\r\n").contains("conn_watch")
        }
        #expect(watches)
        try await session.terminal.type("\u{3}")
        try await session.terminal.waitForText("watched ")
        try await session.enter("set k v", answers: "stored")
    }

    @Test func `Ctrl-C ends a repetition`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type("repeat 0 50ms version\r")
        try await session.terminal.wait(for: "a repetition") { $0.lines.count { $0.hasPrefix("memcached 1.") } > 1 }
        try await session.terminal.type("\u{3}")
        try await session.terminal.waitForText("cancelled")
        try await session.waitForPrompt()
    }

    @Test func `Ctrl-C at a question means no`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("set k v", answers: "stored")
        try await session.terminal.type("flush_all\r")
        try await session.terminal.waitForText("[y/N]")
        try await session.terminal.type("\u{3}")
        try await session.waitForPrompt()
        #expect(try await session.server.value(of: "k") == "v")
        let lines = session.terminal.screen.lines
        #expect(lines.suffix(2) == ["mcsh: flush_all: not done", session.prompt], "\(lines)")
        #expect(lines.dropLast(2).last?.hasSuffix("[y/N] ^C") == true, "\(lines)")
    }

    @Test func `Ctrl-C at the greeting leads to the prompt, and the next command works`() async throws {
        // The greeting waits for at most a second, in which a busy machine may not handle Ctrl-C.
        for _ in 1...5 {
            let server = try ScriptedServer(
                [.expect("stats\r\n"), .silence], [.expect("incr hits 1\r\n"), .send("5\r\n")])
            let terminal = try await BuiltProgram().startAtTerminal("-s", ByteString(server.address))
            try await server.waitToReceive { $0 == "stats\r\n" }
            try await terminal.type("\u{3}")
            try await terminal.wait(for: "a prompt") {
                $0.currentLine.hasPrefix("\(server.address)") && $0.currentLine.hasSuffix(">")
            }
            if terminal.screen.text.contains("no answer within 1 s") { continue }
            #expect(terminal.screen.lines == ["^C", "\(server.address)>"])
            try await terminal.type("incr hits\r")
            try await terminal.wait(for: "the answer") { $0.lines.contains("5") }
            return
        }
        Issue.record("Ctrl-C came too late each time")
    }

    @Test func `Ctrl-D leaves with the terminal in order`() async throws {
        let session = try await AtTerminal.start()
        #expect(session.terminal.isRaw)
        try await session.terminal.type("\u{4}")
        #expect(try await session.terminal.waitForEnd() == .exited(0))
        #expect(try await eventually { session.terminal.isSane })
    }

    @Test func `quit leaves with the terminal in order`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type("quit 3\r")
        #expect(try await session.terminal.waitForEnd() == .exited(3))
        #expect(try await eventually { session.terminal.isSane })
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGQUIT]) func `a signal that ends the program leaves the terminal in order`(
        _ signal: Int32
    )
        async throws
    {
        let session = try await AtTerminal.start()
        try await session.type("get abc", shows: "get abc")
        session.terminal.signal(signal)
        #expect(try await session.terminal.waitForEnd() == .signalled(signal))
        #expect(try await eventually { session.terminal.isSane })
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGQUIT]) func `a signal ends the program during a command too`(_ signal: Int32)
        async throws
    {
        let session = try await AtTerminal.start()
        try await session.terminal.type("watch\r")
        try await session.terminal.wait(for: "the command to run") { _ in !session.terminal.isRaw }
        session.terminal.signal(signal)
        #expect(try await session.terminal.waitForEnd() == .signalled(signal))
        #expect(try await eventually { session.terminal.isSane })
    }

    @Test func `a terminal that goes away ends the program`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("set k v", answers: "stored")
        try await session.terminal.hangUp()
        // The signal and the end of the input race each other.
        #expect([.signalled(SIGHUP), .exited(0)].contains(try await session.terminal.waitForEnd()))
        #expect(try session.program.home.read("state/mcsh/history") == "set k v\n")
    }

    @Test func `Ctrl-Z stops the program and fg brings the line back`() async throws {
        let server = try await MemcachedServer.start(on: .tcp)
        let terminal = try await BuiltProgram().startShellAtTerminal()
        try await terminal.waitForLine("$")
        try await terminal.type(ByteString("\"$MCSH\" -s \(server.address)\r"))
        try await terminal.waitForLine("\(server.address)>")
        try await terminal.type("get abc")
        try await terminal.wait(for: "the line") { $0.currentLine.hasPrefix("\(server.address)> get abc") }
        try await terminal.type("\u{1a}")
        try await terminal.waitForText("Stopped")
        try await terminal.wait(for: "the calling shell") { !$0.marksPastes && $0.currentLine == "$" }
        try await terminal.type("fg\r")
        try await terminal.wait(for: "the line") { $0.currentLine.hasPrefix("\(server.address)> get abc") }
        try await terminal.type("d\r")
        try await terminal.waitForText("(not found)")
        // Between the answer and the prompt Ctrl-D is not a key.
        try await terminal.waitForLine("\(server.address)>")
        try await terminal.wait(for: "the paste mode") { $0.marksPastes }
        try await terminal.type("\u{4}")
        try await terminal.wait(for: "the calling shell") { !$0.marksPastes && $0.currentLine == "$" }
    }
}
