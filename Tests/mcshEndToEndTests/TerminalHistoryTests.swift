import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Lines that were entered come back.
@Suite(.inTurns)
struct TerminalHistoryTests {
    private static let file = "state/mcsh/history"

    @Test func `Up looks for lines that begin like the one typed`() async throws {
        let session = try await AtTerminal.start()
        for line in ["set a 1", "get a", "set b 2", "get b"] as [ByteString] {
            try await session.enter(line, answers: line == "get b" ? "2" : "")
        }
        try await session.type("set\u{1b}[A", shows: "set b 2")
        try await session.type("\u{1b}[A", shows: "set a 1")
        try await session.type("\u{1b}[B", shows: "set b 2")
        try await session.type("\u{1b}[B", shows: "set")
        try await session.type("\u{15}\u{10}", shows: "get b")
        try await session.type("\u{10}\u{10}\u{e}", shows: "set b 2")
    }

    @Test func `Ctrl-R finds a line by a part of it`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("set needle 1", answers: "stored")
        try await session.enter("get other", answers: "(not found)")
        try await session.terminal.type("\u{12}need")
        try await session.terminal.wait(for: "the line") { $0.text.contains("bck:need") }
        try await session.terminal.type("\u{5}")
        try await session.terminal.wait(for: "the line") { $0.currentLine.hasPrefix("\(session.prompt) set needle 1") }
    }

    @Test func `the file has the lines at once, is closed to others, and survives a kill`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("set k \"a \\x01\"", answers: "stored")
        try await session.enter("get k", answers: "a ")
        try await session.enter("get k", answers: "a ")
        try await session.enter(" get secretly", answers: "(not found)")
        session.terminal.signal(SIGKILL)
        _ = try await session.terminal.waitForEnd()
        #expect(try session.program.home.read(Self.file) == "set k \"a \\\\x01\"\nget k\n")
        var status = stat()
        #expect(stat(session.program.home.path(of: Self.file), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let next = try await session.another()
        try await next.type("\u{1b}[A\u{1b}[A", shows: "set k \"a \\x01\"")
    }

    @Test func `a line that was left without its end stays a line of its own`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("get first", answers: "(not found)")
        try session.program.home.write("get first\nget partial", to: Self.file)
        try await session.enter("get next", answers: "(not found)")
        #expect(try session.program.home.read(Self.file) == "get first\nget partial\nget next\n")
    }

    @Test func `lines that begin with a space or contain a secret are recalled but not written`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter(" get hidden", answers: "(not found)")
        try await session.terminal.type("auth me hunter2\r")
        try await session.terminal.waitForText("there is no command")
        try await session.enter("get seen", answers: "(not found)")
        try await session.type("\u{1b}[A\u{1b}[A", shows: "auth me hunter2")
        #expect(try session.program.home.read(Self.file) == "get seen\n")
    }

    @Test func `parallel shells see each other's lines`() async throws {
        let one = try await AtTerminal.start()
        let two = try await one.another()
        try await one.enter("get from-one", answers: "(not found)")
        try await two.enter("get from-two", answers: "(not found)")
        try await one.enter("get third", answers: "(not found)")
        try await one.type("\u{1b}[A\u{1b}[A", shows: "get from-two")
        try await two.enter("history from", answers: "get from-one")
    }

    @Test func `a command of several lines comes back whole`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type("set k << END\r")
        try await session.terminal.waitForLine("END…>")
        try await session.terminal.type("one\r")
        try await session.enter("END", answers: "stored")
        try await session.terminal.type("\u{1b}[A")
        try await session.terminal.waitForLine("END")
        try await session.terminal.type("\r")
        try await session.terminal.wait(for: "the second answer") { screen in
            screen.lines.filter { $0 == "stored" }.count == 2
        }
        #expect(try await session.server.value(of: "k") == "one")
    }

    @Test func `history lists the lines that match`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("set a 1", answers: "stored")
        try await session.enter("get a", answers: "1")
        try await session.enter("history set*", answers: "1  set a 1")
        try await session.enter("history \"t a\"", answers: "2  get a")
        let run = try await session.program.run("history", "set a")
        #expect(run.stdout == "set a 1\n")
        #expect(try await session.program.run("history", "nothing like it").status == 1)
    }

    @Test func `a file that has grown long is cut to its last lines, and stays closed to others`() async throws {
        let first = try await AtTerminal.start()
        try await first.enter("get first", answers: "(not found)")
        let lines = (0..<25_000).map { "get key:\($0)\n" }.joined()
        try first.program.home.write(ByteString(lines), to: Self.file, mode: 0o644)
        let second = try await first.another()
        let kept = try first.program.home.read(Self.file).lines
        #expect(kept.count == 10_000)
        #expect(kept.first == "get key:15000")
        #expect(kept.last == "get key:24999")
        var status = stat()
        #expect(stat(first.program.home.path(of: Self.file), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        try await second.type("\u{1b}[A", shows: "get key:24999")
        // A shell that runs in the meantime continues in the new file.
        try await second.terminal.type("\u{3}")
        try await second.waitForPrompt()
        try await first.enter("get last", answers: "(not found)")
        #expect(try first.program.home.read(Self.file).lines.last == "get last")
    }

    @Test func `a history that cannot be written is reported once and prevents nothing`() async throws {
        let session = try await AtTerminal.start(environment: ["XDG_STATE_HOME": "/dev/null"])
        try await session.enter("set k v", answers: "the history is not kept")
        try await session.enter("get k", answers: "v")
        try await session.type("\u{1b}[A", shows: "get k")
    }
}
