import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `keys`, against real servers and ones that disconnect.
@Suite(.inTurns)
struct KeysTests {
    /// The answers to `stats` and `stats settings`, and to the check of the crawler before a list.
    static func beginning(items: Int = 3, version: String = "1.6.18") -> ScriptedServer.Step {
        .send(ByteString("STAT version \(version)\r\nSTAT curr_items \(items)\r\nEND\r\nEND\r\n"))
    }

    /// A server whose commands are answered, and whose list is what follows the request for it.
    ///
    /// - Parameter isGreeted: Whether a session at a prompt queries it first.
    static func listing(
        items: Int = 3, version: String = "1.6.18", isGreeted: Bool = false,
        request: ByteString = "lru_crawler metadump hash\r\n", _ steps: ScriptedServer.Step...
    ) throws -> ScriptedServer {
        let greeting: [ScriptedServer.Step] = isGreeted ? [.expect("stats\r\n"), .send("END\r\n")] : []
        return try ScriptedServer(
            connections: [
                greeting + [
                    .expect("stats\r\nstats settings\r\n"), beginning(items: items, version: version),
                    .expect("stats\r\n"), .send("END\r\n"),
                ],
                [.expect(request)] + steps,
            ])
    }

    @Test func `keys are decoded, escaped and matched, binary ones too`() async throws {
        let session = try await Session.start()
        for key in ["user:1", "user:2", "page:1", "a%41"] as [ByteString] {
            try await session.server.store("v", under: key)
        }
        _ = try await session.server.exchange("ms AP8K 1 b\r\nv\r\n")
        let all = try await session.run("keys")
        #expect(
            all.stdout.text.split(separator: "\n").sorted() == ["\\0\\xff\\n", "a%41", "page:1", "user:1", "user:2"])
        #expect(all.status == 0)
        #expect(all.stderr == "")
        #expect(try await session.run("keys", "user:*").stdout.lines.count == 2)
        #expect(try await session.run("keys", "*:1", "--regex", "^u").stdout == "user:1\n")
        let binary = try await session.run("--json", "keys", "--regex", "^[^a-z]")
        #expect(binary.stdout == "{\"key_b64\":\"AP8K\"}\n")
        #expect(try await session.run("--prefix", "user:", "keys", "1").stdout == "1\n")
        let long = try await session.run("keys", "--long", "page:*")
        let fields = long.stdout.text.dropLast().split(separator: "\t", omittingEmptySubsequences: false)
        #expect(
            fields.count >= 7 && fields[0] == "page:1" && fields[1] == "-1" && fields[4] == "false" && fields[5] == "1")
        #expect(try await session.run("keys", "--class", "40").status == 1)
    }

    @Test func `keys that are read all the time are all listed, and all deleted`() async throws {
        let session = try await Session.start()
        let count = 1000
        let sets = (0..<count).map { "set hot:\($0) 0 0 1 noreply\r\nv\r\n" }.joined()
        _ = try await session.server.exchange(ByteString(sets + "version\r\n"))
        let readers = [try await session.server.connect(), try await session.server.connect()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reader in readers {
                group.addTask {
                    while !Task.isCancelled {
                        for start in stride(from: 0, to: count, by: 100) {
                            let keys = (start..<start + 100).map { "hot:\($0)" }.joined(separator: " ")
                            _ = try await reader.exchange(ByteString("get \(keys)\r\n"), through: "END\r\n")
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            for _ in 0..<5 {
                let run = try await session.run("keys")
                #expect(Set(run.stdout.lines).count == count && run.stdout.lines.count == count)
                #expect(run.stderr == "" && run.status == 0)
            }
            let deleted = try await session.run("-y", "-q", "delete", "--match", "hot:*")
            #expect(deleted.stdout == "DELETED\t1000\n")
        }
    }

    @Test func `classes are chosen here, so that none of their keys is missing`() async throws {
        let lines: ByteString =
            "key=a exp=-1 la=1 cas=1 fetch=no cls=1 size=61\nkey=b exp=-1 la=1 cas=1 fetch=no cls=12 size=900\nEND\r\n"
        let server = try Self.listing(.send(lines))
        let run = try await runAgainst(server, "-o", "human", "keys", "--class", "3,12")
        #expect(run.stdout == "b\n1 of 2 keys\n" && run.status == 0 && run.stderr == "", "\(run)")
    }

    @Test func `an older server walks its lists, and a note says what may be missing`() async throws {
        let old = try Self.listing(
            version: "1.6.8", request: "lru_crawler metadump all\r\n", .send("key=a exp=-1\nEND\r\n"))
        let run = try await runAgainst(old, "keys")
        #expect(run.stdout == "a\n" && run.status == 0)
        #expect(
            run.stderr
                == ByteString(
                    "mcsh: note: \(old.address): items that are busy may be missing: a list of them all needs "
                        + "memcached 1.6.9, and this is 1.6.8\n"))
        let classes = try Self.listing(
            version: "1.5.22", request: "lru_crawler metadump 2,7\r\n", .send("key=a exp=-1\nEND\r\n"))
        let json = try await runAgainst(classes, "--json", "keys", "--class", "2,7")
        #expect(json.stdout == "{\"key\":\"a\"}\n")
        #expect(json.stderr.hasPrefix("{\"error\":\"note: "), "\(json)")
        let quiet = try Self.listing(
            version: "1.6.8", request: "lru_crawler metadump all\r\n", .send("key=a exp=-1\nEND\r\n"))
        #expect(try await runAgainst(quiet, "-q", "keys").stderr == "")
    }

    @Test(
        arguments: [
            ("BUSY currently processing crawler request\r\n", "another list or crawl is running on this server"),
            ("ERROR locked try again later\r\n", "the hash table of this server is growing"),
        ] as [(ByteString, String)])
    func `a server that cannot start now is waited for, and that is reported`(
        _ refusal: ByteString, _ reason: String
    ) async throws {
        let request: ByteString = "lru_crawler metadump hash\r\n"
        let server = try ScriptedServer(
            connections: [
                [
                    .expect("stats\r\nstats settings\r\n"), Self.beginning(), .expect("stats\r\n"),
                    .send("END\r\n"), .expect("stats\r\n"), .send("END\r\n"), .expect("stats\r\n"),
                    .send("END\r\n"),
                ],
                [.expect(request), .send(refusal), .silence], [.expect(request), .send(refusal), .silence],
                [.expect(request), .send("key=a exp=-1\nEND\r\n")],
            ])
        let run = try await runAgainst(server, "keys")
        #expect(run.stdout == "a\n" && run.status == 0, "\(run)")
        #expect(run.stderr == ByteString("mcsh: \(server.address): \(reason): waiting for its end\n"))
    }

    #if os(Linux)
        @Test func `Ctrl-Z stops the program when the server has sent its list, and not before`() async throws {
            let server = try Self.listing(
                .send("key=a exp=-1\n"), .delay(.seconds(1)), .send("key=b exp=-1\nEND\r\n"), .silence)
            let program = try await BuiltProgram().start(arguments: ["-s", ByteString(server.address), "keys"])
            try await program.waitForOutput { $0.contains("a\n") }
            program.signal(SIGTSTP)
            // The list is read, and its connection is closed.
            try await server.waitForEnd(of: 1)
            let isStopped = try await eventually {
                let state = try String(contentsOfFile: "/proc/\(program.processNumber)/stat", encoding: .utf8)
                return state.contains(") T ")
            }
            #expect(isStopped)
            program.signal(SIGCONT)
            let run = try await program.waitForEnd()
            #expect(run.stdout == "a\nb\n" && run.status == 0)
        }
    #endif

    @Test func `no match is the status 1, and a note for people`() async throws {
        let session = try await Session.start()
        let empty = try await session.run("keys")
        #expect(empty.status == 1 && empty.stdout == "" && empty.stderr == "")
        try await session.server.store("v", under: "a")
        let none = try await session.run("-o", "human", "keys", "b*")
        #expect(none.status == 1)
        #expect(none.stdout == "no key matches b* (of 1 key)\n")
        #expect(try await session.run("-o", "human", "keys").stdout == "a\n1 key\n")
        #expect(try await session.run("-q", "-o", "human", "keys").stdout == "a\n")
    }

    @Test func `a table has its header even if nothing matches, and only once`() async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "a")
        let none = try await session.run("--csv", "keys", "b*")
        #expect(none.stdout == "key\n" && none.status == 1, "\(none)")
        #expect(try await session.run("--csv", "keys").stdout == "key\na\n")
        #expect(
            try await session.run("--tsv", "keys", "--long", "b*").stdout
                == "key\texpires\tlast_access\tcas\tfetched\tclass\titem_bytes\n")
        #expect(try await session.run("--json", "keys", "b*").stdout == "")
        #expect(try await session.run("-q", "-o", "human", "keys", "--long", "b*").stdout == "")
        let gone = try await session.program.run(
            "-s", ByteString(ServerEndpoint.refused()), "--csv", "keys")
        #expect(gone.stdout == "" && gone.status == 4, "\(gone)")
    }

    @Test func `a mistake in the pattern is found before anything is sent`() async throws {
        let server = try ScriptedServer([.silence])
        let run = try await runAgainst(server, "-c", "keys --regex a(b")
        #expect(run.status == 2)
        #expect(run.stderr.contains("-c:1:14: \"a(b\" is not an extended regular expression: "))
        #expect(run.stderr.hasSuffix("  keys --regex a(b\n               ^~~\n"))
        #expect(server.receivedNothing)
    }

    @Test func `in a script the answers are in the order of the lines`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set a 1\nkeys\nset b 2\nkeys b --json\nget a\n")
        #expect(run.stdout == "STORED\na\nSTORED\n{\"key\":\"b\"}\n1\n")
        #expect(run.status == 0)
        let redirected = try await session.script("keys b > list\nkeys | sort -r\nkeys b >> list\n")
        #expect(redirected.stdout == "b\na\n")
        #expect(try await session.run("-c", "repeat 2 keys b").stdout == "b\nb\n")
    }

    @Test func `all servers are listed, and every line says which`() async throws {
        let session = try await PoolSession.start(2)
        try await session.servers[0].store("1", under: "b")
        try await session.servers[1].store("5", under: "9")
        let plain = try await session.run("keys")
        #expect(session.anonymous(plain.stdout) == "b\tS1\n9\tS2\n")
        #expect(try await session.run("keys", "--limit", "1").stdout == ByteString("b\t\(session.names[0])\n"))
        #expect(session.anonymous(try await session.run("--csv", "keys").stdout) == "key,server\nb,S1\n9,S2\n")
        let human = try await session.run("-o", "human", "keys")
        #expect(session.anonymous(human.stdout) == "b  on S1\n9  on S2\n2 keys, on 2 servers\n")
    }

    @Test func `a server that is missing or disconnects is reported, and the others are listed`() async throws {
        let session = try await PoolSession.start(2)
        try await session.servers[0].store("1", under: "b")
        try await session.servers[1].store("5", under: "9")
        let broken = try Self.listing(.send("key=x exp=-1 la=1 cas=1 fetch=no cls=1 size=61\nkey=y exp="), .close)
        let gone = try ScriptedServer([.close])
        let selection: [ByteString] = [
            "-s", session.names[0], "-s", ByteString(broken.address), "-s", ByteString(gone.address), "-s",
            session.names[1],
        ]
        let run = try await session.program.run(arguments: selection + ["--tsv", "keys"])
        #expect(
            run.stdout.lines.map { $0.prefix(2) }
                == ["ke", "b\t", "x\t", "9\t"].map { (start: ByteString) in start.bytes[...] }, "\(run)")
        #expect(run.status == 4)
        #expect(
            run.stderr.contains("mcsh: \(broken.address): ") && run.stderr.contains("mcsh: \(gone.address): "), "\(run)"
        )
    }

    @Test func `a malformed line is reported after the items before it`() async throws {
        let server = try Self.listing(.send("key=a exp=-1\nnonsense\nkey=b exp=-1\nEND\r\n"))
        let run = try await runAgainst(server, "keys")
        #expect(run.stdout == "a\n")
        #expect(run.status == 8)
        #expect(run.stderr.contains("a malformed line: nonsense"))
    }

    @Test func `an unsupported operation is reported by name, and not tried`() async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "a")
        #expect(try await session.server.exchange("lru_crawler disable\r\n") == "OK\r\n")
        let disabled = try await session.run("keys")
        #expect(disabled.status == 3)
        #expect(disabled.stderr.contains("its crawler is switched off (lru_crawler enable switches it on)"))
        let forbidding = try await Session.start(arguments: ["-X"])
        let forbidden = try await forbidding.run("keys")
        #expect(forbidden.status == 3)
        #expect(forbidden.stderr.contains("it was started with -X"))
        let old = try ScriptedServer([.expect("stats\r\nstats settings\r\n"), Self.beginning(version: "1.4.24")])
        let run = try await runAgainst(old, "keys")
        #expect(run.status == 3)
        #expect(run.stderr.contains("needs memcached 1.4.31, and this is 1.4.24"))
        #expect(old.connectionCount == 1)
    }

    @Test func `a limit ends the program although the list continues`() async throws {
        // The list never ends.
        let server = try Self.listing(.send("key=a exp=-1\nkey=b exp=-1\nkey=c exp=-1\n"), .silence)
        let run = try await runAgainst(server, "keys", "--limit", "2")
        #expect(run.stdout == "a\nb\n")
        #expect(run.status == 0)
    }

    @Test func `Ctrl-C ends it with what there was, and as the signal does`() async throws {
        let server = try Self.listing(.send("key=a exp=-1\nkey=b exp=-1\n"), .silence)
        let program = try await BuiltProgram().start(arguments: [
            "-s", ByteString(server.address), "keys", "a",
        ])
        try await program.waitForOutput { $0.contains("a\n") }
        program.signal(SIGINT)
        let run = try await program.waitForEnd()
        #expect(run.ending == .signalled(SIGINT))
        #expect(run.stdout == "a\n")
        #expect(run.stderr == "mcsh: cancelled after 2 keys, of which 1 was listed\n")
    }

    #if os(Linux)
        @Test func `memory stays flat, however many keys there are`() async throws {
            let session = try await Session.start(arguments: ["-m", "100"])
            for start in stride(from: 0, to: 200_000, by: 20_000) {
                let sets = (start..<start + 20_000).map { "set some:longer:key:\($0) 0 0 1 noreply\r\nv\r\n" }.joined()
                _ = try await session.server.exchange(ByteString(sets + "version\r\n"))
            }
            let program = try await session.program.start(arguments: session.selection)
            try await program.write("keys --long > list\nversion\n")
            try await program.waitForOutput { $0.contains("1.") }
            let status = try String(contentsOfFile: "/proc/\(program.processNumber)/status", encoding: .utf8)
            program.closeInput()
            #expect(try await program.waitForEnd().status == 0)
            #expect(try session.program.home.read("list").lines.count == 200_000)
            let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            let kilobytes = try #require(peak?.split(separator: " ").dropLast().last.flatMap { Int($0) })
            // The server sends 17 MB of lines.
            #expect(kilobytes < 45_000, "\(kilobytes) kB")
        }
    #endif

    // MARK: At a terminal

    @Test func `at a terminal progress is drawn, and gone at the end`() async throws {
        let part = (0..<500).map { "key=k\($0) exp=-1 la=1 cas=1 fetch=no cls=1 size=61\n" }.joined()
        let gate = try Gate()
        let server = try Self.listing(
            items: 1000, .send(ByteString(part)), .gate(gate), .send(ByteString(part)), .send("END\r\n")
        )
        let program = try BuiltProgram()
        let terminal = try await program.startAtTerminal(
            arguments: ["-s", ByteString(server.address), "keys", "x*"], columns: 70, rows: 10)
        let isDrawn = try await eventually { terminal.output.contains("\r500 of 1,000 keys (50.0%), 0 found, ") }
        #expect(isDrawn)
        gate.open()
        try await terminal.wait(for: "the summary alone") { $0.lines.first == "no key matches x* (of 1,000 keys)" }
        #expect(!terminal.screen.text.contains("500 of"))
        #expect(terminal.screen.unknown.isEmpty)
    }

    @Test func `Ctrl-C at the terminal of a one-liner shows what was found until then`() async throws {
        let server = try Self.listing(items: 4, .send("key=a exp=-1\nkey=b exp=-1\n"), .silence)
        var program = try BuiltProgram()
        program.environment = ["PAGER": "cat"]
        let terminal = try await program.startAtTerminal(
            arguments: ["-s", ByteString(server.address), "keys", "b"])
        let isDrawn = try await eventually { terminal.output.contains("2 of 4 keys (50.0%), 1 found") }
        #expect(isDrawn)
        try await terminal.type("\u{3}")
        let screen = try await terminal.waitForText("cancelled after")
        #expect(
            screen.lines.filter { !$0.isEmpty } == ["b", "mcsh: cancelled after 2 keys, of which 1 was listed"],
            "\(screen.lines)")
    }

    @Test func `Ctrl-C leaves the shell usable`() async throws {
        let server = try Self.listing(items: 4, isGreeted: true, .send("key=a exp=-1\nkey=b exp=-1\n"), .silence)
        let program = try BuiltProgram()
        let terminal = try await program.startAtTerminal(
            arguments: ["-s", ByteString(server.address), "--no-pager"])
        let prompt = "\(server.address)>"
        try await terminal.wait(for: "the prompt") { $0.currentLine == prompt }
        try await terminal.type("keys\r")
        try await terminal.waitForText("2 of 4 keys (50.0%), ")
        try await terminal.type("\u{3}")
        try await terminal.wait(for: "what there was") {
            $0.lines.contains("mcsh: cancelled after 2 keys, of which 2 were listed") && $0.currentLine == prompt
        }
        #expect(!terminal.screen.text.contains("50%"))
        try await terminal.type("help exit\r")
        try await terminal.waitForText("ended by signal")
    }

    @Test func `a tall list goes through the pager, and is read to its end in the background`() async throws {
        let session = try await AtTerminal.start(environment: ["PAGER": "head -n 3"])
        let sets = (0..<3000).map { "set key:\($0) 0 0 1 noreply\r\nv\r\n" }.joined()
        _ = try await session.server.exchange(ByteString(sets + "version\r\n"))
        try await session.terminal.type("keys\r")
        try await session.terminal.wait(for: "the pager's lines and the prompt") { screen in
            screen.lines.count { $0.hasPrefix("key:") } == 3 && screen.currentLine == session.prompt
        }
        // The abandoned list of the pager does not block the next one.
        try await session.enter("keys key:2999", answers: "1 of ")
    }

    @Test func `at the prompt listed keys can be completed, and Tab knows the options`() async throws {
        let session = try await AtTerminal.start()
        try await session.server.store("v", under: "listed:one")
        try await session.enter("keys", answers: "listed:one")
        try await session.type("get lis\t", shows: "get listed:one")
        try await session.terminal.type("\u{15}")
        try await session.type("keys --lo\t", shows: "keys --long")
    }
}
