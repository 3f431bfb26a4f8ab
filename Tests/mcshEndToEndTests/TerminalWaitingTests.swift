import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Commands at a prompt that wait for something that may never come, and what the prompt follows.
@Suite(.timeLimit(.minutes(5)))
struct TerminalWaitingTests {
    /// Makes a named pipe in the session's directory.
    private static func makePipe(_ session: AtTerminal, _ name: String = "pipe") {
        #expect(mkfifo(session.program.home.path(of: name), 0o600) == 0)
    }

    @Test(
        arguments: [
            "set k < pipe", "get k > pipe", "get k >> pipe", "source pipe", "keys > pipe", "repeat 2 get k > pipe",
            "set k < /dev/tty", "source inner",
        ] as [ByteString])
    func `Ctrl-C leads back to the prompt from a pipe that has no other end`(_ line: ByteString) async throws {
        let session = try await AtTerminal.start()
        Self.makePipe(session)
        try session.program.home.write("get other\nset k < pipe\n", to: "inner")
        try await session.enter("set k v", answers: "stored")
        try await session.terminal.type(line + "\r")
        try await session.terminal.wait(for: "the command to run") { _ in !session.terminal.isRaw }
        try await session.terminal.type("\u{3}")
        try await session.terminal.waitForText("cancelled")
        try await session.waitForPrompt()
        try await session.enter("get k", answers: "v")
    }

    @Test func `Ctrl-C reaches the server that a file has gone on to`() async throws {
        let session = try await AtTerminal.start()
        let silent = try ScriptedServer([.expect("version\r\n"), .silence])
        try session.program.home.write(ByteString("use \(silent.address)\nget k\n"), to: "lines")
        try await session.terminal.type("source lines\r")
        try await silent.waitToReceive { $0 == "version\r\n" }
        try await session.terminal.type("\u{3}")
        try await session.terminal.waitForText("mcsh: cancelled")
        #expect(!session.terminal.screen.text.contains("no answer within"))
    }

    @Test func `text typed before a question does not answer it`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("set k v", answers: "stored")
        // The second line is typed before the first one has been read.
        try await session.terminal.type("repeat 1 flush_all\ry\r")
        try await session.terminal.waitForText("[y/N]")
        try await session.terminal.type("\r")
        try await session.terminal.waitForText("flush_all: not done")
        try await session.waitForPrompt()
        #expect(try await session.server.value(of: "k") == "v")
    }

    @Test func `a question is asked again when the program continues`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type("flush_all\r")
        try await session.terminal.waitForText("[y/N]")
        session.terminal.signal(SIGCONT)
        try await session.terminal.wait(for: "the question again") { screen in
            screen.text.ranges(of: "[y/N]").count == 2
        }
        try await session.terminal.type("n\r")
        try await session.terminal.waitForText("not done")
    }

    @Test func `the prompt begins a line of its own after a program that has left the cursor elsewhere`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("set k value", answers: "stored")
        for command in ["get k | tr -d '\\n'", "get k | printf abc", "get k --raw | cat"] as [ByteString] {
            try await session.terminal.type(command + "\r")
            try await session.waitForPrompt()
        }
        #expect(session.terminal.screen.lines.contains("abc"))
        try await session.type("get x\u{1}", shows: "get x")
        #expect(session.terminal.screen.cursor.column == session.prompt.count + 1)
    }

    @Test func `a line that a dumb terminal has cut is not run`() async throws {
        let session = try await AtTerminal.start(term: "dumb")
        try await session.terminal.type(ByteString("set t " + String(repeating: "x", count: 6000) + "\r"))
        try await session.terminal.waitForText("nothing is run")
        try await session.waitForPrompt()
        #expect(try await session.server.value(of: "t") == nil)
        try await session.enter("set t short", answers: "stored")
    }

    @Test func `a history, an editrc and a log that are pipes keep no one waiting`() async throws {
        let program = try BuiltProgram()
        let server = try await MemcachedServer.start(on: .tcp)
        for name in ["state", "state/mcsh"] { mkdir(program.home.path(of: name), 0o700) }
        for name in ["state/mcsh/history", ".editrc", "log"] {
            #expect(mkfifo(program.home.path(of: name), 0o600) == 0)
        }
        let terminal = try await program.startAtTerminal("-s", ByteString(server.address))
        try await terminal.waitForLine("\(server.address)>")
        try await terminal.type("get k\r")
        try await terminal.waitForText("the history is not kept")
        let run = try await program.run("-s", ByteString(server.address), "--log", "log", "get", "k")
        #expect(run.status == 9)
        #expect(run.stderr.contains("cannot write the log log: no program reads this pipe"))
    }

    @Test func `Enter on an empty line shows another prompt`() async throws {
        for editrc in [nil, "bind -v\n"] as [ByteString?] {
            let session = try await AtTerminal.start(editrc: editrc)
            try await session.terminal.type("\r\r\r")
            try await session.enter("set k v", answers: "stored")
        }
    }

    @Test func `the prompt of the sandbox is short`() async throws {
        let terminal = try await BuiltProgram().startAtTerminal("--sandbox")
        try await terminal.waitForLine("sandbox>")
    }

    @Test func `words that were no keys are not completed`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("set apple 1", answers: "stored")
        try await session.enter("touch apple 5m", answers: "")
        try await session.enter("get amiss", answers: "(not found)")
        try await session.type("get a\t", shows: "get apple")
        try await session.type("\u{15}get 5\t", shows: "get 5")
    }

    @Test func `long messages are broken between words`() async throws {
        let session = try await AtTerminal.start(columns: 60)
        try await session.enter("set k hello 15 minutes", answers: "too many words")
        let lines = session.terminal.screen.lines
        #expect(lines.contains("mcsh: too many words; put the value in quotes, as in set k"))
        #expect(lines.contains("  \"hello 15 minutes\""))
    }

    @Test func `a command that is refused by the session shows where`() async throws {
        let session = try await AtTerminal.start(options: "--read-only")
        try await session.enter("stats reset", answers: "stats reset changes the server, and this session is read-only")
        #expect(session.terminal.screen.lines.contains("  ^~~~~"))
    }

    @Test func `a terminal without a description is edited on all the same`() async throws {
        let session = try await AtTerminal.start(term: "xterm-kitty-of-tomorrow")
        #expect(!session.terminal.screen.text.contains("No entry"))
        try await session.type("get abc\u{1b}[DX", shows: "get abXc")
    }

    @Test func `a search that fails leaves the line as it is, in both modes`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type("dd\u{13}u\u{13}")
        try await session.terminal.waitForText("fwd?u")
        try await session.type("\u{7}", shows: "dd")
        try await session.terminal.type("\u{15}a\u{13}aa\u{13}\u{1b}[A")
        try await session.terminal.type("\u{3}")
        try await session.waitForPrompt()
        let vi = try await AtTerminal.start(editrc: "bind -v\n")
        try await vi.type("\u{1b}[F\u{1b}[A\u{1b}[F\tget k", shows: "get k")
        try await vi.terminal.type("\u{1b}/zz\rnN\u{c}")
        try await vi.type("A1", shows: "get k1")
        try await vi.type("\u{1b}ddi\u{1b}$kx\u{5}ix", shows: "x")
    }

    @Test func `a line that is taller than the window is shown around the cursor`() async throws {
        let session = try await AtTerminal.start(rows: 5)
        let text = (1...9).map { "line\($0)" }.joined(separator: "\r")
        try await session.terminal.type(ByteString("\u{1b}[200~set k '\(text)'\u{1b}[201~"))
        try await session.terminal.waitForLine("line9'")
        try await session.terminal.type("\u{1}")
        try await session.terminal.wait(for: "the first line") { $0.currentLine == "\(session.prompt) set k 'line1" }
        try await session.terminal.type("\r")
        try await session.terminal.waitForText("stored")
    }

    @Test func `a wider window leaves no row twice`() async throws {
        let session = try await AtTerminal.start(columns: 40)
        try await session.terminal.type(ByteString("set k " + String(repeating: "abcdefghi ", count: 6) + "z"))
        try await session.terminal.wait(for: "the line") { $0.currentLine.hasSuffix("z") }
        session.terminal.resize(columns: 100, rows: 24)
        let line = "\(session.prompt) set k " + String(repeating: "abcdefghi ", count: 6) + "z"
        let screen = try await session.terminal.waitForLine(line)
        #expect(screen.lines.last == line)
        #expect(screen.text.ranges(of: "set k").count == 1)
    }
}
