import TestSupport
import Testing

/// Commands that destroy or change a lot ask first; if the user cannot be asked they are refused.
@Suite(.inTurns)
struct DangerTests {
    @Test func `flush_all in a pipe needs -y`() async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "k")
        let refused = try await session.run("flush_all")
        #expect(refused.status == 7, "\(refused)")
        #expect(refused.stdout == "")
        #expect(refused.stderr.contains("-y"), "\(refused)")
        #expect(try await session.server.statistic("cmd_flush") == "0")
        let piped = try await session.script("flush_all\n")
        #expect(piped.status == 7, "\(piped)")
        #expect(piped.stderr.contains("stdin:1:"), "\(piped)")
        #expect(try await session.server.statistic("cmd_flush") == "0")
        let confirmed = try await session.run("-y", "flush_all")
        #expect(confirmed.stdout == "OK\n")
        #expect(confirmed.status == 0, "\(confirmed)")
        #expect(try await session.server.statistic("cmd_flush") == "1")
    }

    @Test func `an answer on standard input is not a confirmation`() async throws {
        let session = try await Session.start()
        let run = try await session.run("flush_all", input: .bytes("y\nyes\n"))
        #expect(run.status == 7, "\(run)")
        #expect(try await session.server.statistic("cmd_flush") == "0")
    }

    @Test(
        arguments: [["shutdown"], ["cache_memlimit", "64"], ["delete", "--match", "*"], ["flush_all", "100"]]
            as [[ByteString]])
    func `other dangerous commands are refused as well`(_ words: [ByteString]) async throws {
        let session = try await Session.start(arguments: ["-A"])
        try await session.server.store("v", under: "k")
        let run = try await session.run(words: words)
        #expect(run.status == 7, "\(run)")
        #expect(try await session.server.value(of: "k") == "v")
        #expect(try await session.server.statistic("limit_maxbytes") == "67108864")
    }

    @Test func `shutdown with -y stops the server`() async throws {
        let session = try await Session.start(arguments: ["-A"])
        let number = try #require(session.server.processNumber)
        let run = try await session.run("-y", "shutdown")
        #expect(run.status == 0, "\(run)")
        #expect(try await eventually { !processIsRunning(number) })
    }

    @Test(
        arguments: [
            ["set", "k", "new"], ["add", "fresh", "v"], ["replace", "k", "new"], ["append", "k", "new"],
            ["prepend", "k", "new"],
            ["cas", "k", "new", "0", "1"], ["mset", "k", "new"], ["delete", "k"], ["touch", "k", "60"],
            ["gat", "60", "k"],
            ["incr", "n"], ["decr", "n"], ["flush_all"], ["-y", "flush_all"], ["ms", "k", "new"], ["md", "k"],
            ["ma", "n"],
            ["raw", "delete k"], ["verbosity", "1"], ["stats", "reset"],
        ] as [[ByteString]])
    func `read-only refuses every write and sends nothing`(_ words: [ByteString]) async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "k")
        try await session.server.store("1", under: "n")
        let run = try await session.run(words: ["--read-only"] + words)
        #expect(run.status == 7, "\(run)")
        #expect(run.stdout == "")
        #expect(run.stderr.contains("read-only"), "\(run)")
        #expect(try await session.server.value(of: "k") == "v")
        #expect(try await session.server.value(of: "n") == "1")
        #expect(try await session.server.value(of: "fresh") == nil)
        #expect(try await session.secondsLeft(of: "k") == nil)
        #expect(try await session.server.statistic("cmd_flush") == "0")
    }

    @Test(
        arguments: [
            ["get", "k"], ["gets", "k"], ["stats"], ["version"], ["show", "k"], ["exists", "k"], ["ttl", "k"],
            ["mg", "k", "v"],
        ] as [[ByteString]])
    func `read-only lets everything else through`(_ words: [ByteString]) async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "k", expiration: 600)
        let run = try await session.run(words: ["--read-only"] + words)
        #expect(run.status == 0, "\(run)")
        #expect(run.stdout != "")
    }

    @Test(arguments: [["raw", "version"], ["--pipe"]] as [[ByteString]])
    func `read-only refuses raw protocol, even if it would change nothing`(_ words: [ByteString]) async throws {
        let session = try await Session.start()
        let run = try await session.run(words: ["--read-only"] + words)
        #expect(run.status == 7 && run.stdout == "", "\(run)")
        #expect(run.stderr.contains("is refused in a read-only session: it sends whatever it is given"), "\(run)")
    }

    @Test func `read-only applies to the protocol on standard input too`() async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "k")
        let run = try await session.run("--read-only", "--pipe", input: .bytes("get k\r\nset k 0 0 1\r\nx\r\n"))
        #expect(run.status == 7, "\(run)")
        #expect(try await session.server.value(of: "k") == "v")
    }
}
