import TestSupport
import Testing

/// Proxies and old servers, which do not know everything: the messages name what they cannot do.
@Suite(.timeLimit(.minutes(3)))
struct ProxyTests {
    @Test func `get for people falls back to the plain command if a proxy hangs up on mg`() async throws {
        let server = try ScriptedServer(
            connections: [
                [.expect("version\r\n"), .send("VERSION 1.6.18\r\n"), .expect("mg a t f v\r\n"), .close],
                [.expect("get a\r\n"), .send("VALUE a 0 5\r\nhello\r\nEND\r\n")],
            ])
        let run = try await runAgainst(server, "-o", "human", "get", "a")
        #expect(run.stdout.hasPrefix("hello\n") && run.status == 0 && run.stderr == "", "\(run)")
        #expect(server.failures == [])
    }

    @Test(
        arguments: [
            ([.send("VERSION 1.6.18\r\n"), .expect("stats settings\r\n"), .close], "twemproxy or one like it"),
            (
                [
                    .send("VERSION 1.6.45\r\n"), .expect("stats settings\r\n"),
                    .send("STAT proxy_enabled yes\r\nEND\r\n"),
                ], "memcached's own"
            ),
            ([.send("VERSION mcrouter 1.0\r\n")], "mcrouter"),
        ] as [([ScriptedServer.Step], String)])
    func `a proxy that hangs up on a command is called one`(_ steps: [ScriptedServer.Step], _ name: String) async throws
    {
        let server = try ScriptedServer(
            connections: [[.expect("flush_all\r\n"), .close], [.expect("version\r\n")] + steps])
        let run = try await runAgainst(server, "-y", "flush_all")
        #expect(run.stdout == "")
        #expect(
            run.stderr.contains(
                ByteString(
                    "this is a proxy (\(name)) that hangs up on flush_all without reply: name the servers behind it")),
            "\(run)")
        #expect(run.status != 0)
        #expect(server.failures == [])
    }

    @Test func `a server that hangs up and is not a proxy is not called one`() async throws {
        let server = try ScriptedServer(
            connections: [
                [.expect("flush_all\r\n"), .close],
                [
                    .expect("version\r\n"), .send("VERSION 1.6.18\r\n"), .expect("stats settings\r\n"),
                    .send("END\r\n"),
                ],
            ])
        let run = try await runAgainst(server, "-y", "flush_all")
        #expect(run.status == 4 && !run.stderr.contains("proxy"), "\(run)")
    }

    @Test func `a command that an old server lacks is reported with the release that has it`() async throws {
        let watched = try ScriptedServer(
            connections: [
                [.expect("watch fetchers deletions\r\n"), .send("ERROR\r\n"), .silence],
                [.expect("version\r\n"), .send("VERSION 1.6.18\r\n")],
            ])
        let watch = try await runAgainst(watched, "watch", "fetchers", "deletions")
        #expect(watch.status == 3)
        #expect(watch.stderr.contains("watch deletions needs memcached 1.6.20; this is 1.6.18"), "\(watch)")

        let old = try ScriptedServer([.expect("cache_memlimit 64\r\n"), .send("ERROR\r\n"), .silence])
        let limit = try await runAgainst(old, "-y", "cache_memlimit", "64")
        #expect(limit.stderr.contains("ERROR: cache_memlimit needs memcached 1.4.27 or newer"), "\(limit)")
        #expect(limit.status == 3)

        // The meta commands before 1.6.10 answer differently.
        let early = try ScriptedServer(
            connections: [
                [.expect("mg k u\r\n"), .send("VA u\r\n"), .silence],
                [.expect("version\r\n"), .send("VERSION 1.5.22\r\n")],
            ])
        let exists = try await runAgainst(early, "exists", "k")
        #expect(exists.stderr.contains("exists needs memcached 1.6.10, and this is 1.5.22"), "\(exists)")
    }

    @Test func `a server that answers a ping is alive again`() async throws {
        let session = try await PoolSession.start(2)
        try await session.servers[1].stop()
        let selection: [ByteString] = ["-k", "-s", session.names[0], "-s", session.names[1]]
        let program = try await session.program.start(arguments: selection)
        try await program.write("version\nservers --json\n")
        try await program.waitForOutput(within: .seconds(60)) { $0.contains("\"state\":\"dead\"") }
        try await session.servers[1].restart()
        try await program.write("ping\nservers --json\nwhere 9 --json\n")
        program.closeInput()
        let run = try await program.waitForEnd(within: .seconds(60))
        let states = run.stdout.lines.map(\.text).filter { $0.contains("\"state\"") }
        #expect(states.count == 4)
        #expect(states.suffix(2).allSatisfy { $0.contains("\"state\":\"alive\"") }, "\(run)")
        #expect(!run.stdout.lines.map(\.text).contains { $0.contains("\"stand_in\"") }, "\(run)")
    }
}
