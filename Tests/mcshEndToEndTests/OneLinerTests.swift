import TestSupport
import Testing

/// `mcsh COMMAND ARG...`: one command, with its words as the calling shell passed them.
@Suite(.inTurns)
struct OneLinerTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var setup: [ByteString: ByteString] = [:]
        var words: [ByteString]
        var stdout: ByteString
        var status: Int32

        var testDescription: String { words.map(\.text).joined(separator: " ") }
    }

    static let cases = [
        Case(words: ["set", "k", "v"], stdout: "STORED\n", status: 0),
        Case(words: ["set", "k", "v", "60"], stdout: "STORED\n", status: 0),
        Case(words: ["set", "k", ""], stdout: "STORED\n", status: 0),
        Case(words: ["SET", "k", "v"], stdout: "STORED\n", status: 0),
        Case(setup: ["k": "v"], words: ["get", "k"], stdout: "v", status: 0),
        Case(setup: ["k": "v"], words: ["Get", "k"], stdout: "v", status: 0),
        Case(setup: ["k": ""], words: ["get", "k"], stdout: "", status: 0),
        Case(setup: ["k": "two\nlines\n"], words: ["get", "k"], stdout: "two\nlines\n", status: 0),
        Case(words: ["get", "k"], stdout: "", status: 1),
        Case(setup: ["a": "x", "c": "yz"], words: ["get", "a", "c"], stdout: "a\tx\nc\tyz\n", status: 0),
        Case(setup: ["a": "x", "c": "yz"], words: ["get", "c", "a"], stdout: "c\tyz\na\tx\n", status: 0),
        Case(setup: ["a": "x", "c": "yz"], words: ["get", "a", "b", "c"], stdout: "a\tx\nc\tyz\n", status: 1),
        Case(words: ["get", "a", "b"], stdout: "", status: 1),
        Case(words: ["add", "k", "v"], stdout: "STORED\n", status: 0),
        Case(setup: ["k": "v"], words: ["add", "k", "w"], stdout: "NOT_STORED\n", status: 1),
        Case(setup: ["k": "v"], words: ["replace", "k", "w"], stdout: "STORED\n", status: 0),
        Case(words: ["replace", "k", "v"], stdout: "NOT_STORED\n", status: 1),
        Case(setup: ["k": "v"], words: ["append", "k", "w"], stdout: "STORED\n", status: 0),
        Case(words: ["append", "k", "w"], stdout: "NOT_STORED\n", status: 1),
        Case(setup: ["k": "v"], words: ["prepend", "k", "w"], stdout: "STORED\n", status: 0),
        Case(words: ["prepend", "k", "w"], stdout: "NOT_STORED\n", status: 1),
        Case(setup: ["k": "v"], words: ["cas", "k", "w", "0", "TOKEN"], stdout: "STORED\n", status: 0),
        Case(setup: ["k": "v"], words: ["cas", "k", "w", "0", "999"], stdout: "EXISTS\n", status: 1),
        Case(words: ["cas", "k", "w", "0", "1"], stdout: "NOT_FOUND\n", status: 1),
        Case(setup: ["n": "10"], words: ["incr", "n", "5"], stdout: "15\n", status: 0),
        Case(setup: ["n": "10"], words: ["incr", "n"], stdout: "11\n", status: 0),
        Case(setup: ["n": "10"], words: ["decr", "n", "3"], stdout: "7\n", status: 0),
        Case(setup: ["n": "10"], words: ["decr", "n", "11"], stdout: "0\n", status: 0),
        Case(setup: ["n": "18446744073709551615"], words: ["incr", "n"], stdout: "0\n", status: 0),
        Case(words: ["incr", "n"], stdout: "NOT_FOUND\n", status: 1),
        Case(words: ["decr", "n", "2"], stdout: "NOT_FOUND\n", status: 1),
        Case(setup: ["k": "v"], words: ["touch", "k", "60"], stdout: "TOUCHED\n", status: 0),
        Case(words: ["touch", "k", "60"], stdout: "NOT_FOUND\n", status: 1),
        Case(setup: ["k": "v"], words: ["delete", "k"], stdout: "DELETED\n", status: 0),
        Case(words: ["delete", "k"], stdout: "NOT_FOUND\n", status: 1),
        Case(setup: ["k": "v"], words: ["gat", "60", "k"], stdout: "v", status: 0),
        Case(words: ["gat", "60", "k"], stdout: "", status: 1),
    ]

    @Test(arguments: cases)
    func `a command prints its answer in plain form and shows the outcome by its status`(_ test: Case) async throws {
        let session = try await Session.start()
        for (key, value) in test.setup { try await session.server.store(value, under: key) }
        let run = try await session.run(words: test.words, tokenOf: "k")
        #expect(run.stdout == test.stdout)
        #expect(run.status == test.status, "\(run)")
        #expect(run.stderr == "")
    }

    struct Stored: CustomTestStringConvertible, Sendable {
        var words: [ByteString]
        var value: ByteString

        var testDescription: String { words.description }
    }

    static let storedWords = [
        Stored(words: ["set", "k", #""quoted""#], value: #""quoted""#),
        Stored(words: ["set", "k", #"a\nb"#], value: #"a\nb"#),
        Stored(words: ["set", "k", "two words"], value: "two words"),
        Stored(words: ["set", "k", " "], value: " "),
        Stored(words: ["set", "k", "'"], value: "'"),
        Stored(words: ["set", "k", #"{"a": [1, 2]}"#], value: #"{"a": [1, 2]}"#),
        Stored(words: ["set", "k", "# no comment"], value: "# no comment"),
        Stored(words: ["set", "k", "<"], value: "<"),
        Stored(words: ["set", "k", "|"], value: "|"),
        Stored(words: ["set", "k", "line\r\nline\n"], value: "line\r\nline\n"),
        Stored(words: ["set", "k", "-5"], value: "-5"),
        Stored(words: ["set", "k", "-"], value: "-"),
        Stored(words: ["set", "--", "k", "--flags"], value: "--flags"),
        Stored(words: ["set", "k", [0xff, 0xfe, 0x80]], value: [0xff, 0xfe, 0x80]),
        Stored(words: ["set", "k", "grüße 🙂"], value: "grüße 🙂"),
    ]

    @Test(arguments: storedWords)
    func `a word is stored as the calling shell gave it`(_ test: Stored) async throws {
        let session = try await Session.start()
        let run = try await session.run(words: test.words)
        #expect(run.status == 0, "\(run)")
        #expect(try await session.server.value(of: "k") == test.value)
    }

    @Test(arguments: [
        ("60", 59...60), ("15m", 899...900), ("12h", 43_199...43_200), ("30d", 2_591_999...2_592_000),
        ("2592000", 2_591_999...2_592_000),
    ])
    func `a lifetime is seconds or a number with a unit`(written: String, left: ClosedRange<Int>) async throws {
        let session = try await Session.start()
        let start = ContinuousClock.now
        let run = try await session.run("set", "k", "v", ByteString(written))
        #expect(run.status == 0, "\(run)")
        let seconds = try #require(try await session.secondsLeft(of: "k"))
        let passed = Int((ContinuousClock.now - start).components.seconds)
        #expect((left.lowerBound - passed...left.upperBound).contains(seconds), "\(seconds) s left after \(passed) s")
    }

    @Test(arguments: [
        ("45d", 3_888_000), ("2592001", 2_592_001), ("60d", 5_184_000),
    ])
    func `a lifetime over 30 days is sent as a time, and that is reported`(written: String, left: Int) async throws {
        let session = try await Session.start()
        let start = ContinuousClock.now
        let run = try await session.run("set", "k", "v", ByteString(written))
        #expect(run.stdout == "STORED\n")
        #expect(run.status == 0)
        #expect(run.stderr != "", "nothing was said")
        let seconds = try #require(try await session.secondsLeft(of: "k"))
        let passed = Int((ContinuousClock.now - start).components.seconds)
        #expect(abs(seconds - left) <= 5 + passed, "\(seconds) s left after \(passed) s")
    }

    @Test(arguments: ["0", "never"])
    func `an item without a lifetime stays`(_ written: String) async throws {
        let session = try await Session.start()
        #expect(try await session.run("set", "k", "v", ByteString(written)).status == 0)
        #expect(try await session.secondsLeft(of: "k") == nil)
    }

    @Test(arguments: ["@2114380800", "2037-01-01T00:00:00Z"])
    func `a lifetime may end at a time`(_ written: String) async throws {
        let session = try await Session.start()
        let run = try await session.run("set", "k", "v", ByteString(written))
        #expect(run.status == 0, "\(run)")
        let now = ContinuousClock.now
        let left = try #require(try await session.secondsLeft(of: "k"))
        let serverTime = try #require(Int(try await session.server.statistic("time") ?? ""))
        let slack = Int((ContinuousClock.now - now).components.seconds) + 3
        #expect(abs(serverTime + left - 2_114_380_800) <= slack)
    }

    @Test(arguments: ["1x", "-1s", "@", "@-5x", "soon", "1e3", "99999999999999999999", "15 m"])
    func `a word that is not a lifetime is rejected before anything is sent`(_ written: String) async throws {
        let server = try ScriptedServer([.silence])
        let run = try await runAgainst(server, "set", "k", "v", ByteString(written))
        #expect(run.status == 2, "\(run)")
        #expect(run.stdout == "")
        #expect(run.stderr != "")
        #expect(server.receivedNothing)
    }

    @Test(
        arguments: [
            ["set", "k", "v", "--flags", "7"], ["set", "--flags", "7", "k", "v", "60"], ["set", "k", "--flags=7", "v"],
        ] as [[ByteString]])
    func `options of a command may appear anywhere after its name`(_ words: [ByteString]) async throws {
        let session = try await Session.start()
        let run = try await session.run(words: words)
        #expect(run.stdout == "STORED\n")
        #expect(run.status == 0, "\(run)")
        #expect(try await session.server.exchange("mg k f v\r\n", through: "v\r\n") == "VA 1 f7\r\nv\r\n")
    }

    @Test func `several keys are deleted and touched at once`() async throws {
        let session = try await Session.start()
        for key in ["a", "b", "c"] as [ByteString] { try await session.server.store("1", under: key) }
        #expect(try await session.run("touch", "a", "b", "600").status == 0)
        #expect(try await session.secondsLeft(of: "b") != nil)
        #expect(try await session.run("delete", "a", "b").status == 0)
        #expect(try await session.server.value(of: "a") == nil)
        #expect(try await session.server.value(of: "b") == nil)
        #expect(try await session.server.value(of: "c") == "1")
        #expect(try await session.run("delete", "a", "c").status == 1)
    }

    @Test func `mset stores each value under its key`() async throws {
        let session = try await Session.start()
        let run = try await session.run("mset", "a", "1", "b", "2 3", "c", "")
        #expect(run.status == 0, "\(run)")
        #expect(try await session.server.value(of: "a") == "1")
        #expect(try await session.server.value(of: "b") == "2 3")
        #expect(try await session.server.value(of: "c") == "")
        #expect(try await session.run("mset", "a", "1", "b").status == 2)
    }

    @Test func `the number of repetitions is kept`() async throws {
        let session = try await Session.start()
        try await session.server.store("0", under: "n")
        let run = try await session.run("-r", "3", "incr", "n")
        #expect(run.stdout == "1\n2\n3\n")
        #expect(run.status == 0)
    }

    @Test(arguments: [["--version"], ["--help"], ["-h"]] as [[ByteString]])
    func `help and version need no server`(_ words: [ByteString]) async throws {
        let server = try ScriptedServer([.silence])
        let run = try await BuiltProgram().run(arguments: ["-s", ByteString(server.address)] + words)
        #expect(run.status == 0)
        #expect(run.stdout != "")
        #expect(server.connectionCount == 0)
    }

    @Test func `the server's version can be asked for`() async throws {
        let session = try await Session.start()
        let version = try #require(try await session.server.statistic("version"))
        let run = try await session.run("version")
        #expect(run.stdout.contains(ByteString(version)))
        #expect(run.status == 0)
    }
}

/// The sources of servers and how they are written.
@Suite(.inTurns)
struct ServerSelectionTests {
    @Test(arguments: ServerEndpoint.available)
    func `a server is reached at each kind of address`(_ endpoint: ServerEndpoint) async throws {
        let session = try await Session.start(on: endpoint)
        #expect(try await session.run("set", "k", "v").stdout == "STORED\n")
        #expect(try await session.run("get", "k").stdout == "v")
    }

    @Test func `a socket's path is enough`() async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "k")
        let path = ByteString(String(session.server.address.dropFirst("unix:".count)))
        #expect(try await session.program.run("-s", path, "get", "k").stdout == "v")
    }

    @Test func `the port may be given apart from the host`() async throws {
        let session = try await Session.start(on: .tcp)
        try await session.server.store("v", under: "k")
        let port = try #require(session.server.address.split(separator: ":").last)
        let run = try await session.program.run("-s", "127.0.0.1", "-p", ByteString(String(port)), "get", "k")
        #expect(run.stdout == "v")
    }

    @Test(arguments: ["MCSH_SERVERS", "MEMCACHED_SERVERS"])
    func `the servers may come from the environment`(_ variable: String) async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "k")
        var program = session.program
        program.environment[variable] = session.server.address
        #expect(try await program.run("get", "k").stdout == "v")
    }

    @Test func `an option goes before MCSH_SERVERS and that before MEMCACHED_SERVERS`() async throws {
        let servers = try await MemcachedServer.start(3)
        for (index, server) in servers.enumerated() { try await server.store("\(index)", under: "k") }
        var program = try BuiltProgram()
        program.environment["MEMCACHED_SERVERS"] = servers[0].address
        #expect(try await program.run("get", "k").stdout == "0")
        program.environment["MCSH_SERVERS"] = servers[1].address
        #expect(try await program.run("get", "k").stdout == "1")
        #expect(try await program.run("-s", ByteString(servers[2].address), "get", "k").stdout == "2")
    }

    @Test(arguments: ["host:port", "127.0.0.1:0", "127.0.0.1:65536", "[::1", "127.0.0.1:11211:x", ""])
    func `an address that cannot be is refused`(_ address: String) async throws {
        let run = try await BuiltProgram().run("-s", ByteString(address), "get", "k")
        #expect(run.status == 2, "\(run)")
        #expect(run.stderr != "")
    }
}
