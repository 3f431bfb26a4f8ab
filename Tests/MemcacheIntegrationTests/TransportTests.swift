import MemcacheCore
import TestSupport
import Testing

/// One body of client tests, over every transport and against a server that compares each byte.
@Suite(.inTurns, .overBothSockets) struct TransportTests {
    private func exercise(_ client: MemcacheClient) async throws {
        #expect(try await client.get("t:a") == nil)
        #expect(try await client.set("t:a", to: "hello", flags: 5) == .stored)
        #expect(try await client.get("t:a") == Item(key: "t:a", flags: 5, value: Array("hello".utf8)))
        #expect(try await client.add("t:a", value: "x") == .present)
        #expect(try await client.replace("t:b", with: "x") == .missing)
        #expect(try await client.append("!", to: "t:a") == .stored)
        #expect(try await client.prepend(">", to: "t:a") == .stored)
        #expect(try await client.getMany(["t:a", "t:b"]).items.map(\.value.text) == [">hello!"])
        #expect(try await client.set("t:n", to: "41") == .stored)
        #expect(try await client.increment("t:n") == .value(42))
        #expect(try await client.decrement("t:n", by: 50) == .value(0))
        #expect(try await client.touch("t:n", expiration: .after(.seconds(60))) == .touched)
        // memcached pads a number that has become shorter with spaces.
        #expect(try await client.metaGet("t:n", [.returnSize]).sizeBytes == 2)
        #expect(try await client.delete("t:n") == .deleted)
        #expect(try await client.delete("t:n") == .missing)
        try await client.metaNoop()
        await #expect(throws: MemcacheError.self) { try await client.increment("t:a") }
        #expect(try await client.get("t:a")?.value.text == ">hello!")
    }

    @Test(arguments: ServerEndpoint.available)
    func `memcached answers over each transport`(_ endpoint: ServerEndpoint) async throws {
        let server = try await MemcachedServer.start(on: endpoint)
        try await exercise(client(server.address))
    }

    /// What ``exercise(_:)`` sends, and what memcached 1.6.18 answers.
    private static let exchanges: [(ByteString, ByteString)] = [
        ("get t:a\r\n", "END\r\n"),
        ("set t:a 5 0 5\r\nhello\r\n", "STORED\r\n"),
        ("get t:a\r\n", "VALUE t:a 5 5\r\nhello\r\nEND\r\n"),
        ("add t:a 0 0 1\r\nx\r\n", "NOT_STORED\r\n"),
        ("replace t:b 0 0 1\r\nx\r\n", "NOT_STORED\r\n"),
        ("append t:a 0 0 1\r\n!\r\n", "STORED\r\n"),
        ("prepend t:a 0 0 1\r\n>\r\n", "STORED\r\n"),
        ("get t:a t:b\r\n", "VALUE t:a 5 7\r\n>hello!\r\nEND\r\n"),
        ("set t:n 0 0 2\r\n41\r\n", "STORED\r\n"),
        ("incr t:n 1\r\n", "42\r\n"),
        ("decr t:n 50\r\n", "0\r\n"),
        ("touch t:n 60\r\n", "TOUCHED\r\n"),
        ("mg t:n s\r\n", "HD s2\r\n"),
        ("delete t:n\r\n", "DELETED\r\n"),
        ("delete t:n\r\n", "NOT_FOUND\r\n"),
        ("mn\r\n", "MN\r\n"),
        ("incr t:a 1\r\n", "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"),
        ("get t:a\r\n", "VALUE t:a 5 7\r\n>hello!\r\nEND\r\n"),
    ]

    @Test(arguments: ServerEndpoint.available)
    func `every byte that is sent is the expected one`(_ endpoint: ServerEndpoint) async throws {
        let server = try ScriptedServer(on: endpoint, Self.exchanges.flatMap { [.expect($0), .send($1)] })
        try await exercise(client(server.address))
        #expect(server.failures == [])
        #expect(server.connectionCount == 1)
    }

    @Test func `replies may arrive byte by byte`() async throws {
        let server = try ScriptedServer(Self.exchanges.flatMap { [.expect($0), .sendInPieces($1, sizes: [1])] })
        try await exercise(client(server.address))
        #expect(server.failures == [])
    }

    @Test func `a reply may be cut at every point`() async throws {
        let reply: ByteString = "VALUE key 5 12\r\nEND\r\nEND\r\n\r\n\r\nEND\r\n"
        let cuts = 1..<reply.count
        let steps = cuts.flatMap { cut -> [ScriptedServer.Step] in
            [.expect("get key\r\n"), .sendInPieces(reply, sizes: [cut, reply.count])]
        }
        let server = try ScriptedServer(steps)
        let client = try client(server.address)
        for _ in cuts {
            #expect(try await client.get("key")?.value == Array("END\r\nEND\r\n\r\n".utf8))
        }
        #expect(server.failures == [])
        #expect(server.connectionCount == 1)
    }
}
