import TestSupport
import Testing

/// The output of a line at a terminal that is sent to a file or a command.
@Suite(.inTurns)
struct TerminalRedirectionTests {
    /// More than fits on a terminal, in lines that are longer than it is wide.
    private static let long = ByteString((1...60).map { "\($0) " + String(repeating: "x", count: 100) }.joined())

    /// Runs lines in a session and returns the resulting contents of a file.
    private static func file(
        after lines: ByteString..., with options: [ByteString] = [], script: ByteString = ""
    ) async throws -> (contents: ByteString, session: AtTerminal) {
        let session = try await AtTerminal.start(columns: 200, arguments: options)
        try await session.server.store(long, under: "long")
        try await session.server.store("value", under: "k")
        try session.program.home.write(script, to: "script")
        let file = session.program.home.path(of: "out")
        for line in lines {
            let text = line.text.replacing("OUT", with: file)
                .replacing("SCRIPT", with: session.program.home.path(of: "script"))
            try await session.enter(ByteString(text), answers: "")
        }
        return (try session.program.home.read("out"), session)
    }

    @Test func `a file gets the exact bytes of a value, and the terminal has its own view afterwards`() async throws {
        let (contents, session) = try await Self.file(after: "get long > OUT")
        #expect(contents == Self.long)
        try await session.enter("get k", answers: "5 B, text, flags 0")
        #expect(session.terminal.output.contains("\u{1b}[2m5 B, text"))
    }

    @Test func `so do a file that grows and a command`() async throws {
        #expect(try await Self.file(after: "get k > OUT", "get k >> OUT").contents == "valuevalue")
        #expect(try await Self.file(after: "get long | cat > OUT").contents == Self.long)
    }

    @Test(
        arguments: ["stats > OUT", "show long > OUT", "help > OUT", "help get > OUT", "servers > OUT"] as [ByteString]
    ) func `the shell's own text is not coloured`(
        _ line: ByteString
    ) async throws {
        let contents = try await Self.file(after: line).contents
        #expect(!contents.text.isEmpty && !contents.text.contains("\u{1b}"), "\(contents)")
        #expect(!line.text.hasPrefix("stats") || contents.hasPrefix("pid\t"), "\(contents)")
    }

    @Test func `within source and repeat it is the same`() async throws {
        let script: ByteString = "get long\n"
        #expect(try await Self.file(after: "source SCRIPT > OUT", script: script).contents == Self.long + "\n")
        #expect(try await Self.file(after: "repeat 2 get k >> OUT").contents == "valuevalue")
        #expect(try await Self.file(after: "repeat 2 1ms get k >> OUT").contents == "valuevalue")
    }

    @Test func `a requested format is kept, without colours`() async throws {
        let human: ByteString = "value\n5 B, text, flags 0, never expires\n"
        #expect(try await Self.file(after: "get k > OUT", with: ["-o", "human"]).contents == human)
        #expect(try await Self.file(after: "get k --output human > OUT").contents == human)
        #expect(try await Self.file(after: "output human", "get k > OUT").contents == human)
        #expect(try await Self.file(after: "output csv", "get k > OUT").contents.text.hasPrefix("key,"))
    }
}
