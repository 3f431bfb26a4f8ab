import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `--log`: a record of what was done.
@Suite(.inTurns)
struct LogTests {
    private struct Entry: Equatable {
        var server: String
        var outcome: String
        var isTimed: Bool
        var line: String
    }

    /// The entries of a log, whose times are checked to be well-formed.
    private static func entries(_ program: BuiltProgram, _ name: String = "log") throws -> [Entry] {
        try program.home.read(name).lines.map { line in
            let fields = line.text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            try #require(fields.count == 5, "\(line)")
            #expect(fields[0].wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil, "\(line)")
            let isTimed = fields[3].wholeMatch(of: /\d+\.\d{6}/) != nil
            #expect(isTimed || fields[3] == "-", "\(line)")
            return Entry(server: fields[1], outcome: fields[2], isTimed: isTimed, line: fields[4])
        }
    }

    @Test func `commands of one-liners are appended with outcome and time, to a file that is closed to others`()
        async throws
    {
        let session = try await Session.start()
        let path = ByteString(session.program.home.path(of: "log"))
        for words in [["set", "k", "a b"], ["get", "nothing"], ["auth", "me", "hunter2"]] as [[ByteString]] {
            _ = try await session.run(words: ["--log", path] + words)
        }
        let name = session.server.address
        #expect(
            try Self.entries(session.program) == [
                Entry(server: name, outcome: "0", isTimed: true, line: "set k \"a b\""),
                Entry(server: name, outcome: "1", isTimed: true, line: "get nothing"),
                Entry(server: name, outcome: "2", isTimed: false, line: "(not shown: it may hold a secret)"),
            ])
        var status = stat()
        #expect(stat(session.program.home.path(of: "log"), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func `lines of a script are logged as sent, and what mcsh does itself with its outcome`() async throws {
        let session = try await Session.start()
        let path = ByteString(session.program.home.path(of: "log"))
        try session.program.home.write("get a\nget nothing\n", to: "inner.mcsh")
        let inner = session.program.home.path(of: "inner.mcsh")
        let run = try await session.script(
            ByteString(
                "# a comment\nset a 1\n\nset b << END\nsecret value\nEND\nget no\nping\nsource \(inner)\nnonsense\n"),
            "--log", path)
        #expect(run.status == 2, "\(run)")
        let name = session.server.address
        #expect(
            try Self.entries(session.program) == [
                Entry(server: name, outcome: "sent", isTimed: false, line: "set a 1"),
                Entry(server: name, outcome: "sent", isTimed: false, line: "set b << END"),
                Entry(server: name, outcome: "sent", isTimed: false, line: "get no"),
                Entry(server: name, outcome: "0", isTimed: true, line: "ping"),
                Entry(server: name, outcome: "sent", isTimed: false, line: "get a"),
                Entry(server: name, outcome: "sent", isTimed: false, line: "get nothing"),
                Entry(server: name, outcome: "1", isTimed: true, line: "source \(inner)"),
                Entry(server: name, outcome: "2", isTimed: false, line: "nonsense"),
            ])
    }

    @Test func `with -e each line of a script has its outcome, and quit its status`() async throws {
        let session = try await Session.start()
        let path = ByteString(session.program.home.path(of: "log"))
        let run = try await session.script("set a 1\nget a\nquit\n", "-e", "--log", path)
        #expect(run.status == 0, "\(run)")
        #expect(try Self.entries(session.program).map(\.outcome) == ["0", "0", "0"])
        let missed = try await session.script("get no\nquit\n", "--log", path)
        #expect(missed.status == 1, "\(missed)")
    }

    @Test func `runs of repeat that are awaited one by one have their outcomes`() async throws {
        let session = try await Session.start()
        let path = ByteString(session.program.home.path(of: "log"))
        _ = try await session.script("set a 1\nrepeat 2 1ms get a\n", "--log", path)
        let name = session.server.address
        #expect(
            try Self.entries(session.program) == [
                Entry(server: name, outcome: "sent", isTimed: false, line: "set a 1"),
                Entry(server: name, outcome: "0", isTimed: true, line: "get a"),
                Entry(server: name, outcome: "0", isTimed: true, line: "get a"),
                Entry(server: name, outcome: "0", isTimed: true, line: "repeat 2 1ms get a"),
            ])
    }

    @Test func `requests of a pipe are logged without their values`() async throws {
        let session = try await Session.start()
        let path = ByteString(session.program.home.path(of: "log"))
        let run = try await session.run(
            "--pipe", "--log", path, input: .bytes("set k 0 0 5\r\nvalue\r\nget k\r\n"))
        #expect(run.status == 0, "\(run)")
        let name = session.server.address
        #expect(
            try Self.entries(session.program) == [
                Entry(server: name, outcome: "sent", isTimed: false, line: "set k 0 0 5"),
                Entry(server: name, outcome: "sent", isTimed: false, line: "get k"),
            ])
    }

    @Test func `a log that cannot be written is an error before anything is contacted`() async throws {
        let server = try ScriptedServer([.silence])
        let run = try await runAgainst(server, "--log", "/dev/null/log", "version")
        #expect(run.status == 9, "\(run)")
        #expect(run.stderr == "mcsh: cannot write the log /dev/null/log: not a directory\n")
        #expect(server.connectionCount == 0)
    }

    @Test func `a full log is reported once`() async throws {
        guard access("/dev/full", W_OK) == 0 else { return }
        let session = try await Session.start()
        let run = try await session.script("set a 1\nping\nping\n", "--log", "/dev/full")
        #expect(run.status == 9, "\(run)")
        #expect(run.stderr.lines.count { $0.contains("cannot write the log /dev/full") } == 1, "\(run)")
    }

    @Test func `commands of a prompt are logged too, including those that Ctrl-C cancelled`() async throws {
        let session = try await AtTerminal.start(options: "--log", "log")
        try await session.enter("set k v", answers: "stored")
        try await session.terminal.type("repeat 0 50ms version\r")
        try await session.terminal.wait(for: "a repetition") { $0.lines.count { $0.hasPrefix("memcached 1.") } > 1 }
        try await session.terminal.type("\u{3}")
        try await session.terminal.waitForText("mcsh: cancelled")
        try await session.waitForPrompt()
        let entries = try Self.entries(session.program)
        #expect(entries.first == Entry(server: session.server.address, outcome: "0", isTimed: true, line: "set k v"))
        #expect(entries.last?.outcome == "cancelled")
        #expect(entries.last?.line == "repeat 0 50ms version")
    }
}
