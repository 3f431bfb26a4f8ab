import TestSupport
import Testing

/// A session at a terminal, with a memcached of its own.
struct AtTerminal {
    var program: BuiltProgram
    let server: MemcachedServer
    let terminal: PseudoTerminal

    /// The text before a line.
    var prompt: String { AtTerminal.prompt(server) }

    static func prompt(_ server: MemcachedServer) -> String { "\(server.address)>" }

    /// Starts a session and waits for its prompt.
    ///
    /// - Parameters:
    ///   - environment: Variables besides the usual ones.
    ///   - editrc: The contents of the user's `.editrc`.
    static func start(
        term: String = "xterm-256color", columns: Int = 80, rows: Int = 24, environment: [String: String] = [:],
        editrc: ByteString? = nil, options: ByteString...
    ) async throws -> AtTerminal {
        try await start(
            term: term, columns: columns, rows: rows, environment: environment, editrc: editrc, arguments: options)
    }

    /// The same with a list of options.
    static func start(
        term: String = "xterm-256color", columns: Int = 80, rows: Int = 24, environment: [String: String] = [:],
        editrc: ByteString? = nil, arguments: [ByteString]
    ) async throws -> AtTerminal {
        var program = try BuiltProgram()
        program.environment = environment
        if let editrc { try program.home.write(editrc, to: ".editrc") }
        // A short name, which leaves room in a narrow terminal.
        let server = try await MemcachedServer.start(on: .tcp)
        let terminal = try await program.startAtTerminal(
            arguments: ["-s", ByteString(server.address)] + arguments, term: term, columns: columns, rows: rows)
        let session = AtTerminal(program: program, server: server, terminal: terminal)
        try await session.waitForPrompt()
        return session
    }

    /// Another shell of the same user at another terminal.
    func another() async throws -> AtTerminal {
        let other = try await program.startAtTerminal(arguments: ["-s", ByteString(server.address)])
        let session = AtTerminal(program: program, server: server, terminal: other)
        try await session.waitForPrompt()
        return session
    }

    /// Waits for an empty prompt in the row of the cursor, or the part of it that fits.
    func waitForPrompt() async throws {
        let prompt = prompt
        try await terminal.wait(for: "the prompt") { screen in
            screen.currentLine == prompt && screen.cursor.column == prompt.count + 1
                || prompt.count + 1 >= screen.columns && prompt.hasSuffix(screen.currentLine)
        }
    }

    /// Types keys, and waits until the line after the prompt is this text.
    func type(_ keys: ByteString, shows line: String) async throws {
        try await terminal.type(keys)
        let expected = "\(prompt) \(line)"
        try await terminal.wait(for: "the line \"\(expected)\"") { screen in
            // Text at the right edge, far from the line, is a hint.
            let shown = screen.currentLine
            return shown == expected || shown.hasPrefix(expected + "  ")
        }
    }

    /// Enters a line, and waits for text in the answer and for the next prompt.
    func enter(_ line: ByteString, answers text: String) async throws {
        let prompt = prompt
        // The text may already be on the screen: wait for one more prompt.
        let count = terminal.screen.count(of: prompt)
        try await terminal.type(line + "\r")
        try await terminal.wait(for: "the answer \"\(text)\"") { screen in
            screen.count(of: prompt) > count && screen.currentLine == prompt && screen.text.contains(text)
        }
    }
}

extension TerminalScreen {
    /// The number of rows that begin with a prompt.
    fileprivate func count(of prompt: String) -> Int { (scrolled + lines).count { $0.hasPrefix(prompt) } }
}
