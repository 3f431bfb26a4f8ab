import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `edit`, with editors that are small scripts.
@Suite(.inTurns)
struct TerminalEditTests {
    /// Writes a text into the file.
    private static func writing(_ text: String) -> String { "sh -c 'printf \"\(text)\" > \"$0\"'" }

    /// Writes a text, and waits for Enter.
    private static func waiting(_ text: String) -> String {
        "sh -c 'trap \"\" INT; printf \"\(text)\" > \"$0\"; echo editing; read line'"
    }

    /// Waits until such an editor waits, and mcsh for it.
    private static func waitForEditor(_ session: AtTerminal) async throws {
        try await session.terminal.waitForText("editing")
        #if os(Linux)
            let isWaiting = try await eventually {
                let state = "/proc/\(session.terminal.processNumber)/status"
                return try String(contentsOfFile: state, encoding: .utf8).contains("State:\tS")
            }
            #expect(isWaiting)
        #endif
    }

    private static func start(editor: String) async throws -> AtTerminal {
        try await AtTerminal.start(columns: 200, environment: ["EDITOR": editor])
    }

    private static func files(_ session: AtTerminal) -> [String] {
        session.program.home.contents(of: "tmp").filter { $0.hasPrefix("mcsh-edit") }
    }

    /// The texts that were kept.
    private static func kept(_ session: AtTerminal, _ name: String = "value.txt") throws -> [ByteString] {
        try files(session).map { try session.program.home.read("tmp/\($0)/\(name)") }
    }

    @Test func `a value is changed, with its flags and lifetime, and no newline is added`() async throws {
        let session = try await Self.start(editor: Self.writing("blue\\n"))
        try await session.server.store("red", under: "k", flags: 16, expiration: 1000)
        try await session.enter("edit k", answers: "stored")
        #expect(try await session.server.value(of: "k") == "blue")
        let line = try await session.server.exchange("mg k f t\r\n").text
        let left = line.split { $0 == " " || $0.isNewline }.last.flatMap { Int($0.dropFirst()) }
        #expect(line.hasPrefix("HD f16 t"))
        #expect((900...1000).contains(left ?? 0))
        #expect(Self.files(session).isEmpty)
    }

    @Test func `an item without an end stays one`() async throws {
        let session = try await Self.start(editor: Self.writing("blue"))
        try await session.server.store("red", under: "k")
        try await session.enter("edit k", answers: "stored")
        #expect(try await session.server.exchange("mg k f t v\r\n", through: "blue\r\n") == "VA 4 f0 t-1\r\nblue\r\n")
    }

    @Test func `a value that is left as it was is not stored`() async throws {
        let session = try await Self.start(editor: "true")
        try await session.server.store("red", under: "k")
        let before = try await session.server.exchange("mg k c\r\n")
        try await session.enter("edit k", answers: "k is left as it was: nothing is stored")
        #expect(try await session.server.exchange("mg k c\r\n") == before)
        #expect(Self.files(session).isEmpty)
    }

    @Test func `the file is its owner's alone`() async throws {
        let session = try await Self.start(editor: "sh -c 'ls -ld \"$0\" \"${0%/*}\" | cut -c1-10; :'")
        try await session.server.store("red", under: "k")
        try await session.enter("edit k", answers: "left as it was")
        #expect(session.terminal.screen.text.contains("-rw-------"))
        #expect(session.terminal.screen.text.contains("drwx------"))
    }

    @Test func `a conflict shows both values, stores nothing and keeps the text`() async throws {
        let session = try await Self.start(editor: Self.waiting("mine"))
        try await session.server.store("red", under: "k", flags: 16)
        try await session.terminal.type("edit k\r")
        try await Self.waitForEditor(session)
        try await session.server.store("theirs", under: "k", flags: 16)
        try await session.terminal.type("\r")
        try await session.terminal.waitForText("to store it anyway: set k --flags 16 <")
        try await session.waitForPrompt()
        let text = session.terminal.screen.text
        #expect(text.contains("mcsh: not stored: the item has changed in the meantime"))
        #expect(text.contains("on the server now (6 B):\n  theirs\nyour text (4 B):\n  mine\nyour text is kept in"))
        #expect(try Self.kept(session) == ["mine"])
        #expect(try await session.server.value(of: "k") == "theirs")
    }

    @Test func `an item that is deleted in the meantime is not restored`() async throws {
        let session = try await Self.start(editor: Self.waiting("mine"))
        try await session.server.store("red", under: "k")
        try await session.terminal.type("edit k\r")
        try await Self.waitForEditor(session)
        _ = try await session.server.exchange("delete k\r\n")
        try await session.terminal.type("\r")
        try await session.terminal.waitForText("not stored: the item was deleted, evicted or expired")
        try await session.waitForPrompt()
        #expect(try Self.kept(session) == ["mine"])
        #expect(try await session.server.value(of: "k") == nil)
    }

    @Test func `Ctrl-C is the editor's`() async throws {
        let session = try await Self.start(editor: Self.waiting("blue"))
        try await session.server.store("red", under: "k")
        try await session.terminal.type("edit k\r")
        try await Self.waitForEditor(session)
        try await session.terminal.type("\u{3}\r")
        try await session.terminal.waitForText("stored")
        try await session.waitForPrompt()
        #expect(try await session.server.value(of: "k") == "blue")
    }

    @Test func `a key that is not there is added, unless its text stays empty`() async throws {
        let session = try await Self.start(editor: Self.writing("new\\n"))
        try await session.enter("edit fresh", answers: "stored")
        #expect(try await session.server.value(of: "fresh") == "new")
        let other = try await Self.start(editor: "true")
        try await other.enter("edit fresh", answers: "fresh still does not exist: nothing is stored")
        #expect(try await other.server.value(of: "fresh") == nil)
    }

    @Test func `a pickle is edited as JSON`() async throws {
        let session = try await Self.start(editor: "sed -i 's/1/2/'")
        try await session.enter("set k {\"n\":1} --as pickle --compress", answers: "stored")
        try await session.enter("edit k", answers: "stored")
        try await session.enter("get k --json", answers: "\"decoded\":{\"n\":2}")
    }

    @Test func `a text that cannot be stored is edited again, discarded or kept`() async throws {
        let session = try await Self.start(
            editor: "sh -c 'test -e again && printf 2 > \"$0\" || printf \"{oops\" > \"$0\"'")
        try await session.enter("set k {\"n\":1} --as pickle", answers: "stored")
        func edit(_ answer: ByteString, says text: String) async throws {
            try await session.terminal.type("edit k\r")
            try await session.terminal.wait(for: "the question") { $0.currentLine == "(e)dit again / (d)iscard?" }
            try await session.terminal.type(answer)
            try await session.terminal.waitForText(text)
            try await session.waitForPrompt()
        }
        try await edit("d\r", says: "your text is discarded")
        #expect(Self.files(session).isEmpty)
        #expect(session.terminal.screen.text.contains("not stored: "))
        #expect(!session.terminal.screen.text.contains("store it anyway"))
        try await edit("\u{3}", says: "your text is kept in")
        #expect(try Self.kept(session, "value.json") == ["{oops"])
        try session.program.home.write("", to: "again")
        try await session.enter("edit k", answers: "stored")
    }

    @Test func `a text that is too large is not stored, and the old value stays`() async throws {
        let session = try await Self.start(editor: "sh -c 'head -c 3000000 /dev/zero | tr \"\\\\0\" x > \"$0\"'")
        try await session.server.store("red", under: "k")
        try await session.terminal.type("edit k\r")
        try await session.terminal.waitForText("not stored: the value is too large")
        try await session.terminal.wait(for: "the question") { $0.currentLine == "(e)dit again / (d)iscard?" }
        try await session.terminal.type("d\r")
        try await session.waitForPrompt()
        #expect(try await session.server.value(of: "k") == "red")
    }

    @Test func `the line ends of an editor that writes CR LF are not stored`() async throws {
        let session = try await Self.start(editor: Self.writing("one\\r\\ntwo\\r\\n"))
        try await session.server.store("red", under: "k")
        try await session.enter("edit k", answers: "stored")
        #expect(try await session.server.value(of: "k") == "one\ntwo")
    }

    @Test func `an editor that leaves no file keeps no one waiting`() async throws {
        let session = try await Self.start(editor: "sh -c 'rm \"$0\"; mkfifo \"$0\"'")
        try await session.server.store("red", under: "k")
        try await session.enter("edit k", answers: "cannot read what the editor has left: it is not a file")
        #expect(try await session.server.value(of: "k") == "red")
        #expect(Self.files(session).isEmpty)
    }

    @Test func `the advice for a binary value keeps its lifetime`() async throws {
        let session = try await Self.start(editor: "true")
        try await session.server.store("\0\u{1}", under: "k", flags: 32, expiration: 1000)
        try await session.enter("edit k", answers: "write get k --raw > FILE, and set k @")
        #expect(session.terminal.screen.text.contains(" --flags 32 < FILE"))
    }

    @Test func `a binary value is refused, with what to do`() async throws {
        let session = try await Self.start(editor: Self.writing("x"))
        try await session.server.store("\0\u{1}", under: "k", flags: 32)
        try await session.enter(
            "edit k",
            answers: "k cannot be edited: the value is binary; write get k --raw > FILE, and set k --flags 32 < FILE")
        #expect(try await session.server.value(of: "k") == "\0\u{1}")
    }

    @Test func `an editor that fails stores nothing, and what it wrote is kept`() async throws {
        let session = try await Self.start(editor: "sh -c 'printf x > \"$0\"; exit 3'")
        try await session.server.store("red", under: "k")
        try await session.enter("edit k", answers: "ended with status 3: nothing is stored")
        #expect(try await session.server.value(of: "k") == "red")
        #expect(try Self.kept(session) == ["x"])
        let other = try await Self.start(editor: "no-such-editor")
        try await other.enter("edit k", answers: "the editor no-such-editor could not be run: nothing is stored")
        #expect(Self.files(other).isEmpty)
    }

    @Test func `a signal that ends the program leaves the terminal in order and the text in its file`() async throws {
        let session = try await Self.start(
            editor: "sh -c 'printf mine > \"$0\"; stty -echo -icanon; echo editing; cat'")
        try await session.terminal.type("edit k\r")
        try await session.terminal.waitForText("editing")
        session.terminal.signal(SIGTERM)
        #expect(try await session.terminal.waitForEnd() == .signalled(SIGTERM))
        #expect(try await eventually { session.terminal.isSane })
        #expect(try Self.kept(session) == ["mine"])
    }

    @Test func `one command edits too`() async throws {
        var program = try BuiltProgram()
        program.environment = ["VISUAL": Self.writing("blue")]
        let server = try await MemcachedServer.start(on: .tcp)
        try await server.store("red", under: "k")
        let terminal = try await program.startAtTerminal("-s", ByteString(server.address), "edit", "k")
        #expect(try await terminal.waitForEnd() == .exited(0))
        #expect(try await server.value(of: "k") == "blue")
    }

    @Test func `without a terminal, and in a read-only session, it is refused`() async throws {
        let server = try await MemcachedServer.start()
        let program = try BuiltProgram()
        let piped = try await program.run("-s", ByteString(server.address), "edit", "k")
        #expect(piped.status == 2)
        #expect(piped.stderr.contains("edit needs a terminal; in a script, write get k --raw > FILE, and set k < FILE"))
        let readOnly = try await program.run("-s", ByteString(server.address), "--read-only", "edit", "k")
        #expect(readOnly.status == 7)
    }
}
