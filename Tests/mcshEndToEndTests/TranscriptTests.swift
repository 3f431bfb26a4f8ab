import TestSupport
import Testing

/// The recordings from memcached 1.6.18 come through mcsh unchanged.
@Suite(.inTurns)
struct TranscriptTests {
    @Test(arguments: Exchange.wellFormed)
    func `a recorded exchange has the same reply through the pipe`(_ exchange: Exchange) async throws {
        let session = try await start(exchange.arguments)
        let connection = try await session.server.connect()
        try await send(exchange.setup, on: connection)
        let expected = try await reply(to: exchange)
        let run = try await session.run("--pipe", input: .bytes(exchange.request))
        // Newer servers add an empty line to an error, which is not waited for at the end of the input.
        #expect(run.stdout == expected || run.stdout + "\r\n" == expected, "\(run)")
        #expect(!(4...9).contains(run.status), "\(run)")
    }

    /// How far mcsh follows here is its own choice: it may reject the request or hang up after an answer that leaves
    /// the framing in doubt. It must end, and invent nothing.
    @Test(arguments: Exchange.malformed)
    func `a request that servers misread ends, and nothing is printed that the server did not say`(
        _ exchange: Exchange
    ) async throws {
        let session = try await start(exchange.arguments)
        let connection = try await session.server.connect()
        try await send(exchange.setup, on: connection)
        let expected = try await reply(to: exchange)
        let run = try await session.run("--pipe", input: .bytes(exchange.request))
        // A dump uses a connection of its own, so that nothing precedes it: there it is answered.
        let isDump = exchange.name.hasPrefix("lru_crawler-metadump")
        #expect(isDump || expected.hasPrefix(run.stdout), "\(run) instead of \(expected)")
    }

    struct Request: CustomTestStringConvertible, Sendable {
        /// The name of a recorded exchange.
        var exchange: String
        var words: [ByteString]
        var plain: ByteString
        var raw: ByteString = ""
        var status: Int32 = 0

        var testDescription: String { exchange }
    }

    static let commands = [
        Request(exchange: "set", words: ["set", "a", "hello"], plain: "STORED\n"),
        Request(exchange: "set-empty", words: ["set", "a", ""], plain: "STORED\n"),
        Request(exchange: "add-exists", words: ["add", "a", "x"], plain: "NOT_STORED\n", status: 1),
        Request(exchange: "replace", words: ["replace", "a", "y"], plain: "STORED\n"),
        Request(exchange: "replace-missing", words: ["replace", "a", "y"], plain: "NOT_STORED\n", status: 1),
        Request(exchange: "append-missing", words: ["append", "a", "y"], plain: "NOT_STORED\n", status: 1),
        Request(exchange: "prepend-missing", words: ["prepend", "a", "y"], plain: "NOT_STORED\n", status: 1),
        Request(exchange: "cas-stored", words: ["cas", "a", "y", "0", "TOKEN"], plain: "STORED\n"),
        Request(exchange: "cas-exists", words: ["cas", "a", "y", "0", "999"], plain: "EXISTS\n", status: 1),
        Request(exchange: "cas-not-found", words: ["cas", "a", "y", "0", "1"], plain: "NOT_FOUND\n", status: 1),
        Request(exchange: "get-miss", words: ["get", "a"], plain: "", status: 1),
        Request(exchange: "get-hit", words: ["get", "a"], plain: "hello", raw: "hello"),
        Request(exchange: "get-empty-value", words: ["get", "a"], plain: "", raw: ""),
        Request(exchange: "get-utf8-key", words: ["get", "ké"], plain: "x", raw: "x"),
        Request(exchange: "get-multi", words: ["get", "a", "b", "c"], plain: "a\tx\nc\tyz\n", raw: "xyz", status: 1),
        Request(exchange: "delete", words: ["delete", "a"], plain: "DELETED\n"),
        Request(exchange: "delete-miss", words: ["delete", "a"], plain: "NOT_FOUND\n", status: 1),
        Request(exchange: "touch-miss", words: ["touch", "a", "100"], plain: "NOT_FOUND\n", status: 1),
        Request(exchange: "gat-miss", words: ["gat", "100", "a"], plain: "", status: 1),
        Request(exchange: "incr-miss", words: ["incr", "n", "1"], plain: "NOT_FOUND\n", status: 1),
        Request(exchange: "decr-miss", words: ["decr", "n", "1"], plain: "NOT_FOUND\n", status: 1),
        Request(exchange: "verbosity", words: ["-y", "verbosity", "0"], plain: "OK\n"),
        Request(exchange: "flush_all", words: ["-y", "flush_all"], plain: "OK\n"),
        Request(exchange: "cache_memlimit", words: ["-y", "cache_memlimit", "128"], plain: "OK\n"),
    ]

    @Test(arguments: commands)
    func `a recorded exchange means the same as a shell command`(_ command: Request) async throws {
        let exchange = try #require(Exchange.wellFormed.first { $0.name == command.exchange })
        for format in ["plain", "raw"] as [ByteString] {
            let session = try await start(exchange.arguments)
            try await send(exchange.setup, on: session.server.connect())
            let run = try await session.run(words: ["-o", format] + command.words, tokenOf: "a")
            #expect(run.stdout == (format == "plain" ? command.plain : command.raw), "\(run)")
            #expect(run.status == command.status, "\(run)")
            #expect(run.stderr == "")
        }
    }

    /// The server's answer: as recorded, or from a server of another version as it answers itself.
    private func reply(to exchange: Exchange) async throws -> ByteString {
        let server = try await start(exchange.arguments).server
        if try await server.statistic("version") == "1.6.18" { return exchange.reply }
        let connection = try await server.connect()
        try await send(exchange.setup, on: connection)
        try await connection.send(exchange.request)
        connection.finishSending()
        return try await connection.receiveToEnd()
    }

    /// Starts a session. Newer servers take the size of the largest chunk in kilobytes, 1.6.18 in bytes.
    private func start(_ arguments: [String]) async throws -> Session {
        do {
            return try await Session.start(arguments: arguments)
        } catch let failure where "\(failure)".contains("slab_chunk_max must be specified in kilobytes") {
            return try await Session.start(
                arguments: arguments.map { $0 == "slab_chunk_max=2048" ? "slab_chunk_max=2" : $0 })
        }
    }

    /// Sends requests, and waits until the server has read them.
    private func send(_ requests: [ByteString], on connection: RawConnection) async throws {
        for request in requests { _ = try await connection.exchange("\(request)mn\r\n", through: "MN\r\n") }
    }
}
