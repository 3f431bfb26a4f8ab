import TestSupport
import Testing

/// The program knows every token of the server that the tests run with: `MCSH_MEMCACHED` names the newest one.
@Suite(.inTurns)
struct ServerWordsTests {
    @Test func `every statistic of the server is explained`() async throws {
        let session = try await Session.start()
        #expect(try await session.run("set", "k", "v").status == 0)
        var names: Set<String> = []
        for group in ["", "settings", "items", "slabs", "sizes", "conns"] {
            let request = ByteString(group.isEmpty ? "stats\r\n" : "stats \(group)\r\n")
            let reply = try await session.server.exchange(request, through: "END\r\n")
            for line in reply.text.split(separator: "\r\n") where line.hasPrefix("STAT ") {
                names.insert(String(line.split(separator: " ")[1]))
            }
        }
        #expect(names.count > 150)
        let run = try await session.script(
            ByteString(names.sorted().map { "help stat \($0)\n" }.joined()), "-k")
        #expect(run.stderr == "" && run.status == 0, "\(run.stderr)")
    }

    @Test(
        arguments: [
            ("fetchers", [1, 4, 26]), ("mutations", [1, 4, 26]), ("evictions", [1, 4, 26]), ("sysevents", [1, 4, 34]),
            ("connevents", [1, 6, 11]), ("proxyevents", [1, 6, 15]), ("proxyuser", [1, 6, 15]),
            ("proxyreqs", [1, 6, 16]), ("deletions", [1, 6, 20]),
        ] as [(ByteString, [Int])])
    func `every stream of events is watched, or its release is named`(stream: ByteString, since: [Int]) async throws {
        let session = try await Session.start()
        let isKnown = try await !session.server.release.lexicographicallyPrecedes(since)
        let run = try await session.run("watch", stream, "--for", "200ms")
        #expect(run.status == (isKnown ? 0 : 3), "\(run)")
        let release = since.map(String.init).joined(separator: ".")
        #expect(isKnown || run.stderr.contains(ByteString("watch \(stream) needs memcached \(release)")), "\(run)")
    }

    @Test(
        arguments: [
            ("mg aw== b k c f h l s t u v q Oabc P/x Lx", [1, 6, 10]), ("mg k N30 R30 T60 v", [1, 6, 10]),
            ("mg k E5 v", [1, 6, 27]), ("mg k C5 v", [1, 6, 40]), ("ms k 1 c k F5 T60 MS I Oabc P/x Lx", [1, 6, 10]),
            ("ms k 1 MA N60", [1, 6, 20]), ("ms k 1 s", [1, 6, 20]), ("ms k 1 E5", [1, 6, 27]),
            ("md k I T30 k Oabc P/x Lx", [1, 6, 10]), ("md k x", [1, 6, 27]), ("md k E5 I", [1, 6, 27]),
            ("ma n N0 J13 D10 MI c k t T60 v Oabc P/x Lx", [1, 6, 10]), ("ma n N0 E5", [1, 6, 27]),
        ] as [(ByteString, [Int])])
    func `every flag of a meta command is sent, and taken by a server that has it`(
        line: ByteString, since: [Int]
    ) async throws {
        let session = try await Session.start()
        let isKnown = try await !session.server.release.lexicographicallyPrecedes(since)
        let run = try await session.script(line + "\nmn\n")
        #expect(run.status <= (isKnown ? 1 : 3), "\(run)")
        #expect(!run.stderr.contains("has no flag"), "\(run)")
    }
}

extension MemcachedServer {
    /// The three numbers of the server's version.
    fileprivate var release: [Int] {
        get async throws {
            try await exchange("version\r\n").text.dropFirst("VERSION ".count).split { !$0.isNumber }.prefix(3)
                .compactMap { Int($0) }
        }
    }
}
