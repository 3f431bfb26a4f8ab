import TestSupport
import Testing

/// Lines are edited as people at a terminal expect.
@Suite(.inTurns)
struct TerminalEditingTests {
    /// A key of emacs mode, with the line before and after it: `|` is the position of the cursor, where an X is then
    /// typed.
    struct Keystroke: CustomTestStringConvertible, Sendable {
        var name: String
        var before: ByteString
        var keys: ByteString
        var after: String

        var testDescription: String { name }
    }

    static let keystrokes = [
        Keystroke(name: "left", before: "get abc", keys: "\u{1b}[DX", after: "get abXc"),
        Keystroke(name: "left, as application keys", before: "get abc", keys: "\u{1b}ODX", after: "get abXc"),
        Keystroke(name: "right", before: "get abc", keys: "\u{1}\u{1b}[CX", after: "gXet abc"),
        Keystroke(name: "Home", before: "get abc", keys: "\u{1b}[HX", after: "Xget abc"),
        Keystroke(name: "Home of the Linux console", before: "get abc", keys: "\u{1b}[1~X", after: "Xget abc"),
        Keystroke(name: "Home of rxvt", before: "get abc", keys: "\u{1b}[7~X", after: "Xget abc"),
        Keystroke(name: "End", before: "get abc", keys: "\u{1}\u{1b}[FX", after: "get abcX"),
        Keystroke(name: "End of the Linux console", before: "get abc", keys: "\u{1}\u{1b}[4~X", after: "get abcX"),
        Keystroke(name: "Delete", before: "get abc", keys: "\u{1b}[D\u{1b}[3~X", after: "get abX"),
        Keystroke(name: "Backspace", before: "get abc", keys: "\u{7f}X", after: "get abX"),
        Keystroke(name: "Ctrl-H", before: "get abc", keys: "\u{8}X", after: "get abX"),
        Keystroke(name: "Ctrl-Left", before: "get abc", keys: "\u{1b}[1;5DX", after: "get Xabc"),
        Keystroke(name: "Ctrl-Right", before: "get abc", keys: "\u{1}\u{1b}[1;5CX", after: "getX abc"),
        Keystroke(name: "Alt-B", before: "get abc", keys: "\u{1b}bX", after: "get Xabc"),
        Keystroke(name: "Alt-F", before: "get abc", keys: "\u{1}\u{1b}fX", after: "getX abc"),
        Keystroke(name: "Ctrl-A", before: "get abc", keys: "\u{1}X", after: "Xget abc"),
        Keystroke(name: "Ctrl-E", before: "get abc", keys: "\u{1}\u{5}X", after: "get abcX"),
        Keystroke(name: "Ctrl-K", before: "get abc", keys: "\u{1b}b\u{b}X", after: "get X"),
        Keystroke(name: "Ctrl-U", before: "get abc", keys: "\u{15}X", after: "X"),
        Keystroke(name: "Ctrl-W", before: "get abc", keys: "\u{17}X", after: "get X"),
        Keystroke(name: "Ctrl-D in a line", before: "get abc", keys: "\u{1}\u{4}X", after: "Xet abc"),
        Keystroke(name: "Ctrl-Y", before: "get abc", keys: "\u{17}\u{19}X", after: "get abcX"),
        Keystroke(name: "a key that does nothing", before: "get abc", keys: "\u{1b}[15~X", after: "get abcX"),
        Keystroke(name: "a wide character", before: "get 日本", keys: "\u{1b}[DX", after: "get 日X本"),
        Keystroke(name: "a wide character deleted", before: "get é日本", keys: "\u{7f}\u{7f}X", after: "get éX"),
    ]

    @Test(arguments: keystrokes) func `a key edits the line`(_ stroke: Keystroke) async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type(stroke.before)
        try await session.type(stroke.keys, shows: stroke.after)
    }

    @Test func `typed text arrives at the server byte for byte`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("set gr\u{fc}n \"日本 \\x00\" 60", answers: "stored")
        #expect(try await session.server.value(of: "gr\u{fc}n") == "日本 \u{0}")
    }

    @Test(arguments: ["C", "POSIX", "C.UTF-8", ""]) func `letters beyond ASCII work in the locale`(_ locale: String)
        async throws
    {
        let session = try await AtTerminal.start(environment: ["LANG": "", "LC_ALL": locale])
        try await session.type("set k 日本é", shows: "set k 日本é")
    }

    @Test func `vi mode comes from the user's file, and Esc is at once the command mode`() async throws {
        let session = try await AtTerminal.start(editrc: "bind -v\n")
        try await session.type("get abc", shows: "get abc")
        try await session.terminal.type("\u{1b}")
        // Esc in vi mode goes one to the left.
        let column = session.prompt.count + 1 + "get ab".count
        try await session.terminal.wait(for: "the command mode") { $0.cursor.column == column }
        try await session.type("0iX\u{1b}", shows: "Xget abc")
        try await session.type("x", shows: "get abc")
        try await session.type("A\u{1b}[DY", shows: "get abYc")
        try await session.type("\u{1b}[3~", shows: "get abY")
    }

    @Test func `a dot repeats the last change in vi mode, and u undoes it`() async throws {
        let session = try await AtTerminal.start(editrc: "bind -v\n")
        try await session.type("get one two six\u{1b}0dw", shows: "one two six")
        try await session.type(".", shows: "two six")
        try await session.type("cwX\u{1b}w.", shows: "X X")
        try await session.type("0x", shows: " X")
        try await session.type("u", shows: "X X")
        try await session.type("02.", shows: "X")
        try await session.type("ia日\u{1b}.", shows: "aa日日X")
    }

    @Test func `the user's own keys win`() async throws {
        let session = try await AtTerminal.start(
            editrc: "bind ^T ed-move-to-beg\nmcsh:bind \"\\e[15~\" ed-move-to-beg\n")
        try await session.type("abc\u{14}X", shows: "Xabc")
        try await session.type("\u{5}\u{1b}[15~Y", shows: "YXabc")
    }

    @Test func `a pasted text is one input and runs with Enter`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.wait(for: "the paste mode") { $0.marksPastes }
        try await session.terminal.type("\u{1b}[200~set a 1\tx\rset b 2\nget b\n\u{1b}[201~")
        try await session.terminal.waitForText("3 lines pasted")
        try await session.terminal.waitForLine("get b")
        #expect(try await session.server.value(of: "b") == nil)
        try await session.terminal.type("\r")
        try await session.terminal.wait(for: "the answer") { $0.lines.contains("2") }
        #expect(try await session.server.value(of: "b") == "2")
    }

    @Test func `a pause does not end a pasted text`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type("\u{1b}[200~set a 1\r")
        await #expect(throws: TestSupportFailure.self) {
            try await session.terminal.wait(within: .milliseconds(2500)) { $0.text.contains("set a 1") }
        }
        try await session.terminal.type("set b 2\r\u{1b}[201~")
        try await session.terminal.waitForText("2 lines pasted")
        #expect(try await session.server.value(of: "a") == nil)
        // If the mark does not come, Ctrl-C is the way out.
        try await session.terminal.type("\u{3}\u{1b}[200~set a 1\r")
        await #expect(throws: TestSupportFailure.self) {
            try await session.terminal.wait(within: .seconds(1)) { $0.currentLine.contains("set a 1") }
        }
        try await session.terminal.type("\u{3}")
        try await session.waitForPrompt()
        try await session.enter("get a", answers: "(not found)")
    }

    @Test func `a long line in a small window may be gone through and typed on`() async throws {
        let session = try await AtTerminal.start(rows: 5)
        let lines = (1...10).map { "set k\($0) v" }.joined(separator: "\r")
        try await session.terminal.type(ByteString("\u{1b}[200~\(lines)\u{1b}[201~\u{1b}[H\u{1b}[F"))
        try await session.terminal.waitForLine("set k10 v")
        try await session.terminal.type(ByteString(String(repeating: "x", count: 200)))
        try await session.terminal.wait(for: "the end of the line") { $0.lines.suffix(3).joined().hasSuffix("xxx") }
        try await session.terminal.type("\u{1b}[H\u{1b}[F\u{15}get none")
        try await session.terminal.wait(for: "the new line") { $0.currentLine.contains("get none") }
    }

    @Test func `a line is edited in the user's editor from vi's command mode, whatever it comes back as`() async throws
    {
        let session = try await AtTerminal.start(
            environment: ["VISUAL": "cp \"$HOME/text\""], editrc: "bind -v\n")
        // The editor copies this over the line.
        try session.program.home.write("set long \(String(repeating: "x", count: 20_000))\n", to: "text")
        try await session.type("nothing", shows: "nothing")
        try await session.terminal.type("\u{1b}v")
        try await session.terminal.waitForText("stored")
        try await session.waitForPrompt()
        #expect(try await session.server.value(of: "long")?.bytes.count == 20_000)
        // Invalid text is not accepted.
        try session.program.home.write(ByteString([0x67, 0xff, 0xfe, 0x0a]), to: "text")
        try await session.type("get none", shows: "get none")
        try await session.terminal.type("\u{1b}v")
        try await session.terminal.wait(for: "the bell") { $0.bells > 0 }
        try await session.terminal.type("\r")
        try await session.terminal.waitForText("(not found)")
    }

    @Test func `pasted escape sequences are not keys`() async throws {
        let session = try await AtTerminal.start()
        try await session.type("\u{1b}[200~get \u{1b}[Hx\u{3}y\u{1b}[201~z", shows: "get [Hxyz")
    }

    @Test func `an open quote continues in the next line`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type("set k \"one\r")
        try await session.terminal.waitForLine("\"…>")
        try await session.enter("two\" 0", answers: "stored")
        #expect(try await session.server.value(of: "k") == "one\ntwo")
    }

    @Test func `a here-document continues up to its tag`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type("set k << END\r")
        try await session.terminal.waitForLine("END…>")
        try await session.terminal.type("get \"x\r")
        try await session.enter("END", answers: "stored")
        #expect(try await session.server.value(of: "k") == "get \"x")
    }

    @Test(arguments: [20, 80, 200]) func `a line longer than the terminal is wide is edited`(_ columns: Int)
        async throws
    {
        let session = try await AtTerminal.start(columns: columns)
        let value = String(repeating: "abcdefghi ", count: 30)
        try await session.terminal.type(ByteString("set k \"\(value)\" 0"))
        try await session.terminal.type("\u{1}\u{1b}[C\u{1b}[C\u{1b}[C\u{1b}[C\u{1b}[CX")
        try await session.terminal.wait(for: "the X") { $0.text.replacing("\n", with: "").contains("set kX \"abc") }
        try await session.terminal.type("\r")
        try await session.terminal.waitForText("stored")
        #expect(try await session.server.value(of: "kX") == ByteString(value))
    }

    @Test func `another size of the window keeps the line`() async throws {
        let session = try await AtTerminal.start()
        try await session.type("get abc", shows: "get abc")
        session.terminal.resize(columns: 60, rows: 20)
        try await session.type("def", shows: "get abcdef")
        session.terminal.resize(columns: 100, rows: 30)
        try await session.type("\u{1}X", shows: "Xget abcdef")
    }

    @Test func `a hint shows the parameters that are missing`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type("set ")
        try await session.terminal.wait(for: "the hint") {
            $0.currentLine.hasSuffix("KEY VALUE [TTL] [--…]")
        }
        try await session.terminal.type("k ")
        try await session.terminal.wait(for: "the hint") { $0.currentLine.hasSuffix("  VALUE [TTL]") }
        try await session.terminal.type("v\r")
        try await session.terminal.waitForText("stored")
        // It does not remain in the lines that were entered.
        #expect(!session.terminal.screen.text.contains("[TTL]"))
    }

    @Test func `a key is shown with a few bytes`() async throws {
        let session = try await AtTerminal.start()
        for count in 1...20 {
            let line = "\(session.prompt) " + String(repeating: "x", count: count)
            let before = session.terminal.output.count
            try await session.terminal.type("x")
            try await session.terminal.waitForLine(line)
            // Only the key if nothing follows it, and no redrawn line.
            let written = session.terminal.output.count - before
            #expect(written < 40, "\(written) bytes")
        }
    }

    @Test func `a terminal that cannot be edited on still reads lines`() async throws {
        for term in ["dumb", ""] {
            let session = try await AtTerminal.start(term: term)
            try await session.enter("set k v", answers: "stored")
            if term == "dumb" { #expect(!session.terminal.output.contains("\u{1b}")) }
            try await session.terminal.type("get \u{3}")
            try await session.waitForPrompt()
            try await session.terminal.type("\u{4}")
            #expect(try await session.terminal.waitForEnd() == .exited(0))
        }
    }

    @Test func `NO_COLOR keeps colours out, and editing works`() async throws {
        let session = try await AtTerminal.start(environment: ["NO_COLOR": "1"])
        try await session.type("set k \u{1b}[Dx", shows: "set kx")
        try await session.terminal.type(" v\r")
        try await session.terminal.waitForText("stored")
        #expect(!session.terminal.output.contains("\u{1b}[2m"))
        #expect(!session.terminal.output.contains("\u{1b}[32m"))
    }
}
