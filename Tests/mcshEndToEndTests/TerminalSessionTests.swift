import TestSupport
import Testing

/// What a session at a terminal shows about its servers: the greeting, the prompt, production, and how long things
/// take.
@Suite(.inTurns)
struct TerminalSessionTests {
    private static func program(_ configuration: String, startFile: ByteString? = nil) throws -> BuiltProgram {
        let program = try BuiltProgram()
        try program.home.makeDirectory("config/mcsh")
        try program.home.write(ByteString(BuiltProgram.patience + configuration), to: "config/mcsh/config.toml")
        if let startFile { try program.home.write(startFile, to: "config/mcsh/mcshrc") }
        return program
    }

    private static func pool(_ servers: MemcachedServer..., settings: String = "") -> String {
        let list = servers.map { "\"\($0.address)\"" }.joined(separator: ", ")
        return "[pools.cache]\nservers = [\(list)]\n\(settings)\n"
    }

    private static let production = "environment = \"production\""

    // MARK: Greeting and prompt

    @Test func `a session begins with what is there and how to get help`() async throws {
        let session = try await AtTerminal.start()
        let line = try #require(session.terminal.screen.lines.first)
        #expect(line.hasPrefix("\(session.server.address): memcached 1."), "\(line)")
        #expect(line.hasSuffix("0 items, no reads"), "\(line)")
        #expect(session.terminal.screen.lines.dropFirst().first == "Type help for help, quit to leave.")
    }

    @Test func `with -q it begins with the prompt, and nothing is sent`() async throws {
        let server = try ScriptedServer([.silence])
        let terminal = try await BuiltProgram().startAtTerminal("-q", "-s", ByteString(server.address))
        try await terminal.waitForLine("\(server.address)>")
        #expect(terminal.screen.lines.first == "\(server.address)>")
        #expect(server.connectionCount == 0)
    }

    @Test func `a server that does not answer delays the prompt for a second at most`() async throws {
        let server = try ScriptedServer([.silence])
        let terminal = try await BuiltProgram().startAtTerminal(
            "-s", ByteString(server.address), "--timeout", "600", columns: 200)
        try await terminal.waitForLine("\(server.address)>")
        #expect(terminal.screen.text.contains("no answer within 1 s; the next command tries again"))
    }

    @Test func `the prompt shows when the server is gone, and when it is back`() async throws {
        let server = try ScriptedServer(
            [.expect("version\r\n"), .send("VERSION 1.6.18\r\n"), .expect("get k\r\n"), .close],
            [.expect("version\r\n"), .send("VERSION 1.6.18\r\n"), .silence])
        let terminal = try await BuiltProgram().startAtTerminal(
            "-q", "-o", "plain", "-s", ByteString(server.address), columns: 100)
        try await terminal.waitForLine("\(server.address)>")
        try await terminal.type("version\r")
        try await terminal.wait(for: "the version") { $0.lines.contains("1.6.18") }
        try await terminal.waitForLine("\(server.address)>")
        try await terminal.type("get k\r")
        try await terminal.waitForLine("\(server.address) (not connected)>")
        try await terminal.type("version\r")
        try await terminal.waitForLine("\(server.address)>")
    }

    @Test func `a pool is shown with how many of its servers are there`() async throws {
        let one = try await MemcachedServer.start(on: .tcp)
        let two = try await MemcachedServer.start(on: .tcp)
        let program = try Self.program(Self.pool(one, two))
        let terminal = try await program.startAtTerminal("-s", "@cache", columns: 200)
        try await terminal.waitForLine("@cache[2]>")
        #expect(terminal.screen.lines.first?.hasPrefix("@cache: 2 servers, memcached 1.") == true)
        try await two.stop()
        try await terminal.type("ping\r")
        try await terminal.waitForLine("@cache[1 of 2]>")
        try await one.stop()
        try await terminal.type("ping\r")
        try await terminal.waitForLine("@cache[2] (not connected)>")
    }

    @Test func `the prompt begins a new line after an answer without a newline`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("set plain hello", answers: "stored")
        try await session.terminal.type("get plain --raw\r")
        try await session.terminal.wait(for: "the value") { $0.lines.contains("hello") }
        try await session.waitForPrompt()
        try await session.enter("get plain", answers: "hello")
        #expect(!session.terminal.screen.lines.contains(""))
    }

    // MARK: Production

    @Test func `on production the prompt is red, and only the pool's name confirms`() async throws {
        let server = try await MemcachedServer.start(on: .tcp)
        try await server.store("v", under: "k")
        let program = try Self.program(Self.pool(server, settings: Self.production))
        let terminal = try await program.startAtTerminal("-y", "-s", "@cache", columns: 200)
        try await terminal.waitForLine("@cache[1]>")
        #expect(terminal.output.contains("\u{1b}[1;31m@cache[1]>\u{1b}[0m"))
        #expect(terminal.screen.text.contains("@cache (production): memcached"))
        for (command, name) in [("flush_all", "flush_all"), ("delete --match *", "delete")] as [(ByteString, String)] {
            try await terminal.type(command + "\r")
            try await terminal.wait(for: "the question") { screen in
                screen.currentLine.hasSuffix("Type @cache to confirm (-y confirms only in scripts):")
            }
            try await terminal.type("y\r")
            try await terminal.waitForText("\(name): not done")
            try await terminal.waitForLine("@cache[1]>")
        }
        #expect(try await server.value(of: "k") == "v")
        try await terminal.type("flush_all\r")
        try await terminal.wait(for: "the question") { $0.currentLine.contains("PRODUCTION. Type @cache to confirm") }
        try await terminal.type("cache\r")
        try await terminal.waitForLine("@cache[1]>")
        #expect(try await server.statistic("cmd_flush") == "1")
    }

    @Test func `in a script -y confirms on production too`() async throws {
        let server = try await MemcachedServer.start(on: .tcp)
        let program = try Self.program(Self.pool(server, settings: Self.production))
        #expect(try await program.run("-s", "@cache", "flush_all").status == 7)
        #expect(try await program.run("-y", "-s", "@cache", "flush_all").status == 0)
        #expect(try await server.statistic("cmd_flush") == "1")
    }

    @Test func `use says that a pool is production, and the prompt is plain without colours`() async throws {
        let session = try await AtTerminal.start(columns: 200, environment: ["NO_COLOR": "1"])
        let program = session.program
        try program.home.makeDirectory("config/mcsh")
        try program.home.write(
            ByteString(BuiltProgram.patience + Self.pool(session.server, settings: Self.production)),
            to: "config/mcsh/config.toml")
        let terminal = try await program.startAtTerminal("-s", ByteString(session.server.address), columns: 200)
        try await terminal.waitForLine("\(session.server.address)>")
        try await terminal.type("use @cache\r")
        try await terminal.waitForLine("@cache[1]>")
        #expect(
            terminal.screen.text.contains(
                "note: @cache is production; dangerous commands ask you to type its name"))
        #expect(!terminal.output.contains("\u{1b}[1;31m"))
    }

    // MARK: Time

    @Test func `timing shows how long each command took`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("timing", answers: "timing is on")
        try await session.enter("get k", answers: "took ")
        let lines = session.terminal.screen.lines
        let answer = try #require(lines.firstIndex(of: "(not found)"))
        #expect(lines[answer + 1].hasPrefix("took "), "\(lines)")
        try await session.enter("timing off", answers: "timing is off")
        let count = session.terminal.screen.lines.count { $0.hasPrefix("took ") }
        try await session.enter("get other", answers: "(not found)")
        #expect(session.terminal.screen.lines.count { $0.hasPrefix("took ") } == count)
        let script = try await session.program.run(
            "-s", ByteString(session.server.address), input: .bytes("timing on\nset a 1\n# no command\nget a\n"))
        #expect(script.stdout == "STORED\n1\n")
        #expect(script.stderr.lines.count { $0.hasPrefix("took ") } == 2)
        let json = try await session.program.run(
            "--json", "-q", "-s", ByteString(session.server.address), input: .bytes("timing on\nset a 1\n"))
        #expect(json.stderr.hasPrefix("{\"error\":\"took ") && json.stderr.lines.count == 1, "\(json)")
    }

    @Test func `a command of half a second shows how long it took`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("get k", answers: "(not found)")
        try await session.enter("repeat 2 600ms version", answers: "took ")
        #expect(session.terminal.screen.lines.count { $0.hasPrefix("took ") } == 1)
    }

    @Test func `the time of a command that fails is shown after its error`() async throws {
        let session = try await AtTerminal.start(columns: 200, options: "--timeout", "700ms")
        let silent = try ScriptedServer([.silence])
        try await session.terminal.type(ByteString("use \(silent.address)\r"))
        try await session.terminal.waitForLine("\(silent.address)>")
        try await session.terminal.type("get k\r")
        try await session.terminal.waitForText("took ")
        let lines = session.terminal.screen.lines
        let error = try #require(lines.firstIndex { $0.contains("no answer within") }, "\(lines)")
        let time = try #require(lines.firstIndex { $0.hasPrefix("took ") }, "\(lines)")
        #expect(error < time, "\(lines)")
    }

    // MARK: The start file

    @Test func `the lines of mcshrc run first, and mistakes in it do not end the session`() async throws {
        let server = try await MemcachedServer.start(on: .tcp)
        let program = try Self.program(
            Self.pool(server), startFile: "# mine\nset started yes\nnonsense\nuse @cache\nset again yes\n")
        let terminal = try await program.startAtTerminal("-s", ByteString(server.address), columns: 200)
        try await terminal.waitForLine("@cache[1]>")
        let path = program.home.path(of: "config/mcsh/mcshrc")
        #expect(terminal.screen.text.contains("\(path):3:1: there is no command \"nonsense\""))
        #expect(try await server.value(of: "started") == "yes")
        #expect(try await server.value(of: "again") == "yes")
    }

    @Test func `source stops at a mistake, at the prompt too`() async throws {
        let session = try await AtTerminal.start()
        try session.program.home.write("gett x\nset within yes\n", to: "inner")
        let path = session.program.home.path(of: "outer")
        try session.program.home.write(
            ByteString("source \(session.program.home.path(of: "inner"))\nset after yes\n"), to: "outer")
        try await session.enter(ByteString("source \(path)"), answers: "there is no command \"gett\"")
        try await session.enter("set then 1", answers: "stored")
        #expect(try await session.server.value(of: "within") == nil)
        #expect(try await session.server.value(of: "after") == nil)
        #expect(try await session.server.value(of: "then") == "1")
    }

    @Test func `a lifetime in the past is asked about, and reported to have ended`() async throws {
        let session = try await AtTerminal.start(columns: 200)
        try await session.terminal.type("set k v 2020-01-01\r")
        try await session.terminal.wait(for: "the question") {
            $0.currentLine.hasPrefix(
                "set: 2020-01-01T00:00:00Z is in the past: the item will be gone at once. Go on? [y/N]")
        }
        try await session.enter("n", answers: "set: not done")
        #expect(try await session.server.statistic("cmd_set") == "0")
        try await session.terminal.type("set k v 2020-01-01\r")
        try await session.terminal.wait(for: "the question") { $0.currentLine.hasSuffix("Go on? [y/N]") }
        try await session.enter("y", answers: "stored, but that time is past: the item is already gone")
    }

    @Test func `mcshrc is not read with --no-config, nor for a script or one command`() async throws {
        let server = try await MemcachedServer.start(on: .tcp)
        let program = try Self.program("", startFile: "set started yes\n")
        let terminal = try await program.startAtTerminal("--no-config", "-s", ByteString(server.address))
        try await terminal.waitForLine("\(server.address)>")
        #expect(try await program.run("-s", ByteString(server.address), "version").status == 0)
        #expect(try await program.run("-s", ByteString(server.address), input: .bytes("version\n")).status == 0)
        #expect(try await server.value(of: "started") == nil)
    }

    @Test func `a server that is lost while a file runs does not end the session`() async throws {
        let server = try ScriptedServer([.expect("get k\r\n"), .close])
        let program = try Self.program("", startFile: "get k\n")
        let terminal = try await program.startAtTerminal(
            "-q", "-o", "plain", "-s", ByteString(server.address), columns: 100)
        try await terminal.waitForLine("\(server.address) (not connected)>")
        #expect(terminal.screen.text.contains("line 1 was not answered"))
    }
}
