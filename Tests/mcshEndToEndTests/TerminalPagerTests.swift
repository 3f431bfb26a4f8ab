import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Output that is taller than the screen, at a terminal.
@Suite(.inTurns)
struct TerminalPagerTests {
    /// Marks every line that it shows, and asks nothing.
    private static let marking = "sed 's/^/P /'"

    private static func lines(_ count: Int) -> ByteString {
        ByteString((1...count).map { "line \($0)" }.joined(separator: "\n"))
    }

    private static func start(pager: String, options: ByteString..., rows: Int = 24) async throws -> AtTerminal {
        let session = try await AtTerminal.start(
            rows: rows, environment: ["MCSH_PAGER": pager], arguments: options)
        try await session.server.store(lines(100), under: "long")
        try await session.server.store(lines(3), under: "short")
        return session
    }

    @Test func `only output taller than the screen goes through the pager`() async throws {
        let session = try await Self.start(pager: Self.marking)
        try await session.enter("get long", answers: "P line 100")
        #expect(session.terminal.screen.text.contains("P line 1\n"))
        try await session.enter("get short", answers: "line 3")
        #expect(session.terminal.screen.lines.contains("line 1"))
        try await session.enter("set k v", answers: "stored")
    }

    @Test func `the rows of the screen count as they are now`() async throws {
        let session = try await Self.start(pager: Self.marking)
        session.terminal.resize(columns: 80, rows: 4)
        try await session.enter("get short", answers: "P line 3")
    }

    @Test func `less shows it, q goes back to the prompt, and the terminal is in order`() async throws {
        let session = try await Self.start(pager: "less -R")
        try await session.terminal.type("get long\r")
        try await session.terminal.waitForLine(":")
        #expect(!session.terminal.screen.text.contains("line 100"))
        try await session.terminal.type("q")
        try await session.waitForPrompt()
        try await session.enter("get short", answers: "line 3")
        #expect(!session.terminal.screen.text.contains("mcsh:"))
        try await session.terminal.type("\u{4}")
        #expect(try await session.terminal.waitForEnd() == .exited(0))
        #expect(try await eventually { session.terminal.isSane })
    }

    /// Has less go to the last line after a Ctrl-C.
    private static func goToEnd(_ terminal: PseudoTerminal) async throws {
        // less rings the bell and then forgets what was typed, also what was typed in between: it is typed again.
        try await terminal.wait(for: "less to notice") { $0.bells > 0 }
        let isAtEnd = try await eventually {
            try await terminal.type("G")
            try await Task.sleep(for: .milliseconds(50))
            return terminal.screen.text.contains("line 100")
        }
        #expect(isAtEnd)
    }

    @Test func `Ctrl-C belongs to the pager`() async throws {
        let session = try await Self.start(pager: "less -R")
        try await session.terminal.type("get long\r")
        try await session.terminal.waitForLine(":")
        try await session.terminal.type("\u{3}")
        try await Self.goToEnd(session.terminal)
        try await session.terminal.type("q")
        try await session.waitForPrompt()
        #expect(!session.terminal.screen.text.contains("cancelled"))
        try await session.enter("set k v", answers: "stored")
    }

    @Test func `a pager that has seen enough ends the output without a word`() async throws {
        let session = try await Self.start(pager: "head -n 2")
        for number in 0..<30 { try await session.server.store(Self.lines(1000), under: "k\(number)") }
        let keys = (0..<30).map { "k\($0)" }.joined(separator: " ")
        try await session.enter(ByteString("get \(keys)"), answers: "line 1")
        #expect(!session.terminal.screen.text.contains("mcsh:"))
        try await session.enter("set k v", answers: "stored")
    }

    @Test(arguments: [SIGTERM, SIGHUP]) func `a signal that ends the program ends the pager too`(
        _ signal: Int32
    ) async throws {
        let session = try await Self.start(pager: "less -R")
        try await session.terminal.type("get long\r")
        try await session.terminal.waitForLine(":")
        session.terminal.signal(signal)
        #expect(try await session.terminal.waitForEnd() == .signalled(signal))
        #expect(try await eventually { session.terminal.isSane })
    }

    @Test func `a missing pager is reported, and the output is shown without one`() async throws {
        let session = try await Self.start(pager: "no-such-pager -x")
        try await session.enter("get long", answers: "line 100")
        #expect(session.terminal.screen.text.contains("there is no pager no-such-pager"))
    }

    @Test func `an empty one, and the option --no-pager, switch it off`() async throws {
        for session in [
            try await Self.start(pager: " "), try await Self.start(pager: Self.marking, options: "--no-pager"),
        ] {
            try await session.enter("get long", answers: "line 100")
            #expect(!session.terminal.screen.text.contains("P line"))
        }
    }

    @Test func `repeat and watch have none`() async throws {
        let session = try await Self.start(pager: Self.marking)
        try await session.enter("repeat 3 get long", answers: "line 100")
        #expect(!session.terminal.screen.text.contains("P line"))
    }

    @Test func `messages appear between the lines of the output, not over them`() async throws {
        let session = try await Self.start(pager: Self.marking, rows: 3)
        try await session.server.store("x", under: "broken", flags: 1)
        try await session.enter("get --decode --output plain short broken", answers: "P mcsh:")
    }

    @Test func `one command and lines of -c are paged too, with Ctrl-C the pager's`() async throws {
        var program = try BuiltProgram()
        program.environment = ["MCSH_PAGER": "less -R"]
        let server = try await MemcachedServer.start(on: .tcp)
        try await server.store(Self.lines(100), under: "long")
        for words in [["get", "long"], ["-c", "get long"]] as [[ByteString]] {
            let terminal = try await program.startAtTerminal(arguments: ["-s", ByteString(server.address)] + words)
            try await terminal.waitForLine(":")
            try await terminal.type("\u{3}")
            try await Self.goToEnd(terminal)
            try await terminal.type("q")
            #expect(try await terminal.waitForEnd() == .exited(0))
            #expect(try await eventually { terminal.isSane })
        }
    }

    @Test func `colours reach less, which leaves them as they are`() async throws {
        var program = try BuiltProgram()
        program.environment = ["MCSH_PAGER": "printf '%s' \"$LESS\"; cat"]
        let server = try await MemcachedServer.start(on: .tcp)
        try await server.store(Self.lines(100), under: "long")
        let terminal = try await program.startAtTerminal("-s", ByteString(server.address), "get", "long")
        #expect(try await terminal.waitForEnd() == .exited(0))
        try await terminal.waitForText("FRXline 1")
        #expect(terminal.output.contains("\u{1b}[2m"))
    }

    #if os(Linux)
        @Test func `the pager has no signals blocked`() async throws {
            let session = try await Self.start(pager: "grep SigBlk /proc/self/status")
            try await session.enter("get long", answers: "SigBlk:\t0000000000000000".replacing("\t", with: " "))
        }
    #endif
}
