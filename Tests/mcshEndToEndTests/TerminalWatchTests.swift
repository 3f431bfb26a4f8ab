import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `watch` as a live log with a summary, and `repeat` with marks.
@Suite(.inTurns)
struct TerminalWatchTests {
    /// Waits until a client watches the server.
    private func waitForWatcher(_ server: MemcachedServer) async throws {
        let watches = try await eventually {
            try await server.exchange("stats conns\r\n", through: "END\r\n").contains("conn_watch")
        }
        #expect(watches)
    }

    @Test func `watch is a live log, and Ctrl-C ends it with a summary`() async throws {
        let session = try await AtTerminal.start()
        try await session.terminal.type("watch mutations fetchers\r")
        try await waitForWatcher(session.server)
        _ = try await session.server.exchange("set user:1 0 100 5\r\nvalue\r\n")
        _ = try await session.server.exchange("get user:1\r\n", through: "END\r\n")
        _ = try await session.server.exchange("mg Gw== b v\r\n")
        let screen = try await session.terminal.wait(for: "the events") { screen in
            screen.lines.contains { $0.contains("  stored       user:1 ") && $0.contains(" 5 B  ttl 1m 40s") }
                && screen.lines.contains { $0.contains("  hit          user:1 ") }
                && screen.lines.contains { $0.contains("  miss         ") && $0.contains("\\e") }
        }
        #expect(screen.unknown.isEmpty)
        #expect(screen.lines.allSatisfy { !$0.contains("item_get") })
        try await session.terminal.type("\u{3}")
        try await session.waitForPrompt()
        let text = session.terminal.screen.text
        #expect(text.contains("keys seen most often:"))
        #expect(text.contains("  stored  1"))
        #expect(!text.contains("cancelled"))
        try await session.enter("set k v", answers: "stored")
    }

    @Test func `Ctrl-C in a one-liner ends it with a summary, and as the signal does`() async throws {
        let session = try await Session.start(on: .tcp)
        let program = try await session.program.start(arguments: session.selection + ["watch", "mutations"])
        try await waitForWatcher(session.server)
        _ = try await session.server.exchange("set a 0 0 1\r\nv\r\n")
        try await program.waitForOutput { $0.contains("item_store\tkey=a\tstatus=stored") }
        program.signal(SIGINT)
        let run = try await program.waitForEnd()
        #expect(run.ending == .signalled(SIGINT))
        #expect(run.stderr.contains(": 1 event\n  stored  1\nkeys seen most often:\n  1  a\n"))
    }

    @Test func `a limit ends watch, counting what matches`() async throws {
        let session = try await Session.start(on: .tcp)
        let program = try await session.program.start(
            arguments: session.selection + ["watch", "mutations", "--json", "--match", "b*", "--limit", "2"])
        try await waitForWatcher(session.server)
        for key in ["a", "b1", "c", "b2", "b3"] {
            _ = try await session.server.exchange(ByteString("set \(key) 0 0 1\r\nv\r\n"))
        }
        let run = try await program.waitForEnd()
        #expect(run.status == 0)
        #expect(run.stdout.text.split(separator: "\n").count == 2)
        #expect(run.stdout.contains("\"key\":\"b1\"") || run.stdout.contains("\"key\":\"b2\""))
        #expect(run.stderr.contains("\"shown\":2,"))
        #expect(run.stderr.contains("\"kinds\":{\"stored\":2}"))
    }

    @Test func `a time ends watch`() async throws {
        let session = try await Session.start()
        let run = try await session.run("-o", "human", "watch", "--for", "200ms")
        #expect(run.status == 0)
        #expect(run.stderr.contains("watched \(session.server.address) for "))
        #expect(run.stderr.contains(": 0 events\n"))
        let quiet = try await session.run("-q", "watch", "--for", "100ms")
        #expect(quiet.stderr == "")
    }

    @Test func `a server that goes away ends watch with a summary and the status 4`() async throws {
        let server = try ScriptedServer([
            .expect("watch fetchers\r\n"),
            .send("OK\nts=1.2 gid=1 type=item_get key=k status=found\nskipped=7\n"), .close,
        ])
        let run = try await runAgainst(server, "-o", "human", "watch")
        #expect(run.status == 4)
        #expect(run.stdout.contains("  hit          k\n(7 lines were lost by the server)\n"))
        #expect(run.stderr.contains("the server closed the connection"))
        #expect(run.stderr.contains("  hit  1\n"))
        #expect(run.stderr.contains("7 lines were lost by the server"))
    }

    @Test func `with several servers each line names its server, and the loss of one leaves the other`() async throws {
        let gone = try ScriptedServer([.expectLine, .send("OK\n"), .close])
        let session = try await Session.start(on: .tcp)
        let program = try await session.program.start(
            arguments: [
                "-s", ByteString("\(session.server.address),\(gone.address)"), "-o", "human", "watch", "mutations",
                "--limit", "1",
            ])
        try await program.waitForErrors { $0.contains("\(gone.address): the server closed the connection") }
        try await waitForWatcher(session.server)
        _ = try await session.server.exchange("set a 0 0 1\r\nv\r\n")
        let run = try await program.waitForEnd()
        #expect(run.status == 4)
        #expect(run.stdout.contains("  \(session.server.address)"))
        #expect(run.stdout.contains("stored       a "))
    }

    // MARK: repeat

    @Test func `repeat marks what has changed, and Ctrl-C ends it`() async throws {
        let session = try await AtTerminal.start()
        try await session.enter("set n 1", answers: "stored")
        try await session.terminal.type("repeat 0 0.1 incr n\r")
        try await session.terminal.waitForText("run 3, ")
        #expect(try await eventually { session.terminal.output.contains("\u{1B}[7m4\u{1B}[27m") })
        try await session.terminal.type("\u{3}")
        try await session.waitForPrompt()
        try await session.enter("set k v", answers: "stored")
    }

    @Test func `without colours the mark is a star`() async throws {
        let session = try await AtTerminal.start(environment: ["NO_COLOR": "1"])
        try await session.enter("set n 1", answers: "stored")
        try await session.terminal.type("repeat 2 0.05 incr n\r")
        try await session.terminal.wait(for: "the marked number") { $0.lines.contains("3*") }
        try await session.waitForPrompt()
        #expect(session.terminal.screen.lines.contains("2"))
    }

    @Test func `the statistics that are repeated show their change per second`() async throws {
        let session = try await Session.start()
        let program = try await session.program.start(
            arguments: session.selection + ["-o", "human", "-r", "2", "-i", "0.2", "stats"])
        let run = try await program.waitForEnd()
        #expect(run.status == 0)
        #expect(run.stdout.text.hasPrefix("run 1, "))
        // The first answer is written before the second is requested.
        #expect(run.stdout.text.split(separator: "\n").contains { $0.contains("bytes_written") && $0.contains("+") })
    }

    @Test func `machine formats and runs without a pause have nothing added`() async throws {
        let session = try await Session.start()
        #expect(try await session.run("set", "n", "1").status == 0)
        #expect(
            try await session.run("--json", "-r", "2", "-i", "10ms", "incr", "n").stdout == """
                {"key":"n","value":2}
                {"key":"n","value":3}

                """)
        #expect(try await session.run("-o", "human", "-r", "2", "incr", "n").stdout == "4\n5\n")
        #expect(try await session.run("-o", "human", "-c", "repeat 2 10ms incr n --raw").stdout == "67")
    }

    @Test func `a lost server ends a repetition with the error`() async throws {
        let server = try ScriptedServer(
            [.expect("incr n 1\r\n"), .send("5\r\n"), .expect("incr n 1\r\n"), .close], [.close])
        let run = try await runAgainst(server, "-o", "human", "-c", "repeat 0 10ms incr n")
        #expect(run.status == 4)
        #expect(run.stdout.contains("\n5\n"))
        #expect(run.stderr.contains("was not answered"))
    }
}
