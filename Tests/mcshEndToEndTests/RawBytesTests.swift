import TestSupport
import Testing

/// `raw` and `--pipe`: the server's bytes for programs, escaped lines for people.
@Suite(.inTurns, .timeLimit(.minutes(5)))
struct RawBytesTests {
    private static let hostile: ByteString = "SERVER_ERROR \u{1B}]0;x\u{7}\u{9B}31m\r\n"
    /// For an unknown command the program determines the answer's end from that of another.
    private static let answeringBogus: [ScriptedServer.Step] = [
        .expect("bogus\r\nversion\r\n"), .send(hostile + "VERSION 1.6.18\r\n"), .silence,
    ]

    @Test func `raw escapes what the server sends when people read it`() async throws {
        let server = try ScriptedServer(Self.answeringBogus)
        let run = try await runAgainst(server, "-o", "human", "raw", "bogus")
        #expect(run.stdout == "SERVER_ERROR \\e]0;x\\a\\u{9b}31m\n", "\(run)")
        let value = try ScriptedServer([.expect("get k\r\n"), .send("VALUE k 0 4\r\n\u{1B}[2J\r\nEND\r\n")])
        let item = try await runAgainst(value, "-o", "human", "raw", "get", "k")
        #expect(item.stdout == "VALUE k 0 4\n\\e[2J\nEND\n", "\(item)")
    }

    @Test(arguments: [[], ["--raw"], ["--json"]] as [[ByteString]])
    func `raw gives programs the exact bytes`(options: [ByteString]) async throws {
        let server = try ScriptedServer(Self.answeringBogus)
        let run = try await BuiltProgram().run(
            arguments: ["-s", ByteString(server.address)] + options + ["raw", "bogus"])
        #expect(run.stdout == Self.hostile, "\(run)")
    }

    @Test(arguments: ["OK\r\n", ""] as [ByteString])
    func `the first line of a dump is passed on as the server sends it`(first: ByteString) async throws {
        let dump: ByteString = first + "key=a exp=-1 la=1 cas=1 fetch=no cls=1 size=60\r\nEND\r\n"
        func server() throws -> ScriptedServer {
            try ScriptedServer(
                [.expect("stats\r\n"), .send("END\r\n"), .silence],
                [.expect("lru_crawler metadump all\r\n"), .send(dump), .silence])
        }
        let pipe = try await runAgainst(try server(), "--pipe", input: .bytes("lru_crawler metadump all\r\n"))
        #expect(pipe.stdout == dump, "\(pipe)")
        let raw = try await runAgainst(try server(), "raw", "lru_crawler", "metadump", "all")
        #expect(raw.stdout == dump, "\(raw)")
    }
}
