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
                    "this is a proxy (\(name)) that hangs up on flush_all without a reply: name the servers behind it")),
            "\(run)")
        #expect(run.status == 3, "\(run)")
        #expect(server.failures == [])
    }

    @Test(
        arguments: [
            (["--pipe"], "get k\r\nstats\r\nget k\r\n", "stats"), (["--pipe"], "mn\r\n", "mn"),
            (["--pipe"], "set k 0 0 1\r\nv\r\nverbosity 1\r\n", "verbosity"), (["raw", "mg k v"], "", "mg"),
            (["-c", "stats slabs"], "", "stats"), (["-e", "-c", "mg k v"], "", "mg"),
            ([], "get k\nstats\nget k\n", "stats"),
            ([], "set a 1\nset b 2\nexists a\n", "exists"), (["keys"], "", "keys"),
            (["stats", "cachedump", "1", "5"], "", "stats"),
            (["watch", "--for", "1s"], "", "watch"), (["ttl", "a"], "", "ttl"), (["show", "a"], "", "show"),
            (["lru_crawler", "metadump", "all"], "", "lru_crawler"), (["where", "a", "--probe"], "", "where --probe"),
            (["-y", "delete", "--match", "a*"], "", "delete --match"),
        ] as [([String], String, String)])
    func `the command that a proxy hangs up on is named, however it is given, and the status is 3`(
        arguments: [String], input: String, name: String
    ) async throws {
        let server = try ScriptedServer(
            connections: [
                [.expectAnything, .close],
                [
                    .expect("version\r\n"), .send("VERSION 1.6.18\r\n"), .expect("stats settings\r\n"), .close,
                ],
            ])
        let run = try await BuiltProgram().run(
            arguments: ["-s", ByteString(server.address)] + arguments.map { ByteString($0) },
            input: .bytes(ByteString(input)))
        #expect(
            run.stderr.contains(
                ByteString(
                    "this is a proxy (twemproxy or one like it) that hangs up on \(name) without a reply: "
                        + "name the servers behind it")), "\(run)")
        #expect(run.status == 3, "\(run)")
    }

    @Test(arguments: [
        ["get", "a"], ["-c", "get a"], ["--pipe"], ["raw", "version"], ["keys"], ["watch", "--for", "1s"],
    ])
    func `a server that speaks only the binary protocol is recognised`(_ words: [String]) async throws {
        let noop: [UInt8] = [0x80, 0x0a] + [UInt8](repeating: 0, count: 22)
        let answer: [UInt8] = [0x81, 0x0a] + [UInt8](repeating: 0, count: 22)
        var messages: [ByteString] = []
        // A server has 300 ms to answer, which on a busy machine this one may need itself.
        while messages.count < 100 {
            let server = try ScriptedServer(
                connections: [
                    [.silence], [.expect(ByteString(noop)), .send(ByteString(answer)), .silence],
                    [.expect("version\r\nversion\r\nversion\r\n"), .close],
                ])
            let run = try await BuiltProgram().run(
                arguments: ["-s", ByteString(server.address), "--timeout", "300ms"] + words.map { ByteString($0) },
                input: .bytes("get a\r\n"))
            #expect(run.status == 5, "\(run)")
            if run.stderr.contains("no answer within 300 ms: this server speaks only the binary protocol") { return }
            messages.append(run.stderr)
        }
        Issue.record("not recognised: \(Set(messages))")
    }

    @Test func `a server that answers text late is not said to speak the binary protocol`() async throws {
        let server = try ScriptedServer(
            connections: [
                [.silence], [.expectAnything, .send("\u{1}\n")],
            ])
        let run = try await runAgainst(server, "--timeout", "300ms", "get", "a")
        #expect(run.stderr == "mcsh: \(server.address): no answer within 300 ms\n", "\(run)")
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
