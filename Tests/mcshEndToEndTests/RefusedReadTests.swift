import TestSupport
import Testing

/// Replies of several values with an error among them, as memcached, its built-in proxy and routers send them. No
/// command gets the answer of another, and no key is hidden or failed by its neighbour.
@Suite struct RefusedReadTests {
    private static let refusal: ByteString = "SERVER_ERROR backend failure\r\n"

    /// The built-in proxy's form: an error for each key that failed, among the values, and END.
    private static let proxy: ByteString =
        "VALUE a 0 1\r\n1\r\nSERVER_ERROR backend failure\r\nSERVER_ERROR backend failure\r\nEND\r\n"
    /// memcached's form: the error ends the reply.
    private static let plain: ByteString = "VALUE a 0 1\r\n1\r\nSERVER_ERROR backend failure\r\n"
    /// The answers for the keys that are requested again.
    private static let again: [ScriptedServer.Step] = [
        .expect("get b\r\nget c\r\n"), .send("SERVER_ERROR backend failure\r\nVALUE c 0 1\r\n3\r\nEND\r\n"),
    ]

    @Test(arguments: [proxy, plain])
    func `the keys after an error are requested again, each alone`(reply: ByteString) async throws {
        let server = try ScriptedServer([.expect("get a b c\r\n"), .send(reply)], Self.again)
        let run = try await runAgainst(server, "get", "a", "b", "c")
        #expect(run.stdout == "a\t1\nc\t3\n", "\(run)")
        #expect(run.stderr.contains("SERVER_ERROR backend failure"), "\(run)")
        #expect(run.status == 3, "\(run)")
        #expect(server.failures == [])
    }

    @Test(arguments: [proxy, plain])
    func `the lines after a refused read get their own answers, in order`(reply: ByteString) async throws {
        let server = try ScriptedServer(
            [
                .expect("get a b c\r\nversion\r\nset a 0 0 1\r\nw\r\nget d\r\n"),
                .send(reply + "VERSION 1.6.45\r\nSTORED\r\nVALUE d 0 1\r\n4\r\nEND\r\n"),
            ], Self.again)
        let run = try await runAgainst(
            server, "-c", "get a", "-c", "get b", "-c", "get c", "-c", "set a w", "-c", "get d")
        #expect(run.stdout == "1\n3\nSTORED\n4\n", "\(run)")
        #expect(run.stderr.contains("-c:2: "), "\(run)")
        #expect(run.status == 3, "\(run)")
        #expect(server.failures == [])
    }

    @Test func `items that came before those of earlier keys are read again, and do not disturb the reads that follow`()
        async throws
    {
        let server = try ScriptedServer(
            [
                .expect("get a b c\r\nversion\r\nset x 0 0 1\r\nw\r\nget b a\r\n"),
                .send(
                    "VALUE c 0 1\r\n3\r\n" + Self.refusal + "END\r\nVERSION 1.6.45\r\nSTORED\r\n"
                        + "VALUE a 0 1\r\n7\r\nVALUE b 0 1\r\n8\r\nEND\r\n"),
            ],
            [
                .expect("get a\r\nget b\r\nget c\r\n"),
                .send("VALUE a 0 1\r\n1\r\nEND\r\n" + Self.refusal + "VALUE c 0 1\r\n9\r\nEND\r\n"),
            ])
        let run = try await runAgainst(server, "-c", "get a b c", "-c", "set x w", "-c", "get b a")
        #expect(run.stdout == "a\t1\nc\t9\nSTORED\nb\t8\na\t7\n", "\(run)")
        #expect(run.stderr.contains("SERVER_ERROR backend failure"), "\(run)")
        #expect(run.status == 3, "\(run)")
        #expect(server.failures == [])
    }

    @Test func `several refused reads of one script are each repeated, in order`() async throws {
        let server = try ScriptedServer(
            [
                .expect("get a b a\r\nversion\r\nset x 0 0 1\r\nw\r\nget c d\r\n"),
                .send(Self.refusal + "VERSION 1.6.45\r\nSTORED\r\n" + Self.refusal),
            ],
            [
                .expect("get a\r\nget b\r\nget a\r\n"),
                .send("VALUE a 0 1\r\n1\r\nEND\r\nEND\r\nVALUE a 0 1\r\n2\r\nEND\r\n"),
            ],
            [.expect("get c\r\nget d\r\n"), .send("END\r\nVALUE d 0 1\r\n4\r\nEND\r\n")])
        let run = try await runAgainst(server, "-c", "get a b a", "-c", "set x w", "-c", "get c d")
        #expect(run.stdout == "a\t1\na\t2\nSTORED\nd\t4\n", "\(run)")
        #expect(!run.stderr.contains("SERVER_ERROR"), "\(run)")
        #expect(run.status == 1, "\(run)")
        #expect(server.failures == [])
    }

    @Test func `a server without room is not asked again for each key`() async throws {
        let server = try ScriptedServer([.expectLine, .send("ERROR Too many open connections\r\n"), .close])
        let run = try await runAgainst(server, "get", "a", "b", "c")
        #expect(run.stdout == "", "\(run)")
        #expect(run.stderr.contains("ERROR Too many open connections"), "\(run)")
        #expect(run.status == 3, "\(run)")
        #expect(server.connectionCount == 1)
    }

    @Test(arguments: [proxy, plain])
    func `--pipe passes on the whole reply, and counts later requests correctly`(reply: ByteString) async throws {
        let server = try ScriptedServer([
            .expect("get a b c\r\nversion\r\nset a 0 0 1\r\nw\r\n"), .send(reply + "VERSION 1.6.45\r\nSTORED\r\n"),
        ])
        let run = try await runAgainst(
            server, "--pipe", input: .bytes("get a b c\r\nset a 0 0 1\r\nw\r\n"))
        #expect(run.stdout == reply + "STORED\r\n", "\(run)")
        #expect(run.stderr.contains("request 1: SERVER_ERROR backend failure"), "\(run)")
        #expect(!run.stderr.contains("request 2"), "\(run)")
        #expect(run.status == 3, "\(run)")
    }
}

/// Server output that does not answer a command, or has larger numbers than usual.
@Suite struct UnusualServerTests {
    @Test func `client flags of 64 bits are read and written`() async throws {
        let server = try ScriptedServer([
            .expect("set k 18446744073709551615 0 1\r\nv\r\n"), .send("STORED\r\n"),
            .expect("get k\r\n"), .send("VALUE k 4294967296 1\r\nv\r\nEND\r\n"),
        ])
        let set = try await runAgainst(
            server, "-c", "set k v --flags 18446744073709551615", "-c", "repeat 1 get k --json")
        #expect(set.stdout.contains("\"flags\":4294967296"), "\(set)")
        #expect(server.failures == [])
    }

    @Test func `a server with too many connections is quoted, without a word on the meta commands`() async throws {
        let server = try ScriptedServer([.send("ERROR Too many open connections\r\n"), .expectLine, .close])
        for words: [ByteString] in [["get", "k"], ["ttl", "k"], ["mg", "k", "v"]] {
            let run = try await BuiltProgram().run(arguments: ["-s", ByteString(server.address)] + words)
            #expect(run.status == 3, "\(run)")
            #expect(run.stderr.contains("ERROR Too many open connections"), "\(run)")
            #expect(!run.stderr.contains("meta commands"), "\(run)")
        }
    }

    @Test func `a TLS alert is recognised, and a reset before any answer hints at TLS`() async throws {
        let alert = try ScriptedServer([.expectLine, .send(ByteString([0x15, 3, 3, 0, 2, 2, 0x46])), .close])
        let run = try await runAgainst(alert, "get", "k")
        #expect(run.status == 6, "\(run)")
        #expect(run.stderr.contains("TLS"), "\(run)")
        let reset = try ScriptedServer([.expectLine, .reset])
        let broken = try await runAgainst(reset, "get", "k")
        #expect(broken.status == 4, "\(broken)")
        #expect(broken.stderr.contains("(does it require TLS?)"), "\(broken)")
    }

    @Test func `a server that wants a login is 6`() async throws {
        let server = try ScriptedServer([.expectLine, .send("CLIENT_ERROR unauthenticated\r\n"), .silence])
        let run = try await runAgainst(server, "get", "k")
        #expect(run.status == 6, "\(run)")
        #expect(run.stderr.contains("CLIENT_ERROR unauthenticated"), "\(run)")
    }

    @Test func `endless statistics are abandoned at 64 MiB`() async throws {
        let block = ByteString(Array(repeating: Array("STAT name value\r\n".utf8), count: 65_536).joined())
        let server = try ScriptedServer(
            [.expectLine] + Array(repeating: ScriptedServer.Step.send(block), count: 100) + [.silence])
        let run = try await runAgainst(server, "--timeout", "60", "stats")
        #expect(run.status == 8, "\(run.status)")
        #expect(run.stderr.contains("67108864 bytes"), "\(run.stderr)")
    }
}
