import TestSupport
import Testing

/// Reads for display of stale items: the application's next reader should be the one that stores the value again.
@Suite(.timeLimit(.minutes(3)))
struct WinTokenTests {
    /// A server with a stale item under `k`, whose win token is free.
    private static func stale(lifetime: Int = 0) async throws -> Session {
        let session = try await Session.start(on: .tcp)
        try await session.server.store("value", under: "k", flags: 16, expiration: lifetime)
        #expect(try await session.server.exchange("md k I\r\n") == "HD\r\n")
        return session
    }

    /// Whether the application's next meta read is asked to store the value again.
    private static func nextReaderWins(_ session: Session) async throws -> Bool {
        let reply = try await session.server.exchange("mg k v\r\n", through: "value\r\n").text
        return reply.hasPrefix("VA 5 ") && reply.contains(" W") && reply.contains(" X") && !reply.contains(" Z")
    }

    @Test(
        arguments: [
            ["show", "k"], ["exists", "k"], ["ttl", "k"], ["where", "k", "--probe"], ["-o", "human", "get", "k"],
            ["--read-only", "show", "k"], ["-c", "exists k\nttl k\nexists k gone"], ["--json", "show", "k", "k"],
        ] as [[ByteString]])
    func `displaying a stale item leaves its win token for the application`(_ words: [ByteString]) async throws {
        let session = try await Self.stale()
        let run = try await session.run(words: words)
        #expect(run.status <= 1 && run.stderr == "", "\(run)")
        #expect(try await Self.nextReaderWins(session), "\(words)")
    }

    @Test func `the lifetime stays, and so does a token that another client has taken`() async throws {
        let session = try await Self.stale(lifetime: 1000)
        #expect(try await session.run("show", "k").status == 0)
        let reply = try await session.server.exchange("mg k t\r\n").text
        let left = try #require(Int(reply.dropFirst(4).prefix { $0.isNumber }), "\(reply)")
        #expect(left > 900 && left <= 1000)
        // That was a read that won.
        #expect(try await session.run("show", "k").stdout.contains("stale\ttrue\n"))
        #expect(try await session.server.exchange("mg k u\r\n").contains(" Z"))
    }

    @Test func `items that are fresh or gone cost no further request`() async throws {
        let server = try ScriptedServer([.expect("mg k u\r\n"), .send("HD\r\n"), .silence])
        #expect(try await runAgainst(server, "exists", "k").status == 0)
        #expect(server.received(on: 0) == "mg k u\r\n")
        let taken = try ScriptedServer([.expect("mg k u\r\n"), .send("HD X Z\r\n"), .silence])
        #expect(try await runAgainst(taken, "exists", "k").status == 0)
        #expect(taken.received(on: 0) == "mg k u\r\n")
    }

    @Test func `if the server can, the CAS token stays too`() async throws {
        let server = try ScriptedServer([
            .expect("mg k u\r\n"), .send("HD W X\r\n"), .expect("mg k c u\r\n"), .send("HD c77 X Z\r\n"),
            .expect("version\r\n"), .send("VERSION 1.6.45\r\n"), .expect("md k I C77 E77\r\n"), .send("HD\r\n"),
        ])
        let run = try await runAgainst(server, "exists", "k")
        #expect(run.stdout == "yes\n" && run.status == 0, "\(run)")
        #expect(server.failures == [])
    }

    @Test func `edit leaves the token too, and stores under the token of the time`() async throws {
        let session = try await AtTerminal.start(environment: ["EDITOR": "true"])
        try await session.server.store("value", under: "k", flags: 16)
        #expect(try await session.server.exchange("md k I\r\n") == "HD\r\n")
        try await session.enter("edit k", answers: "is left as it was")
        let reply = try await session.server.exchange("mg k v\r\n", through: "value\r\n").text
        #expect(reply.contains(" W") && !reply.contains(" Z"))
    }
}
