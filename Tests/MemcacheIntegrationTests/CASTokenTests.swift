import MemcacheCore
import TestSupport
import Testing

/// The CAS tokens that a client remembers.
@Suite(.inTurns) struct CASTokenTests {
    private func expectNoToken(_ client: MemcacheClient, _ key: Key) async {
        await #expect { try await client.compareAndSwap(key, to: "x") } throws: {
            ($0 as? MemcacheError)?.code == .invalidArgument
        }
    }

    @Test func `a read returns the token that a compare-and-swap uses`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client([server.address]) { $0.rememberedCASTokens = 10 }
        try await client.set("a", to: "1")
        _ = try await client.get("a")
        await expectNoToken(client, "a")
        #expect(try await server.value(of: "a") == "1")
        _ = try await client.gets("a")
        #expect(try await client.compareAndSwap("a", to: "2") == .stored)
        // The token is kept, and the item has changed since.
        #expect(try await client.compareAndSwap("a", to: "3") == .changed)
        #expect(try await server.value(of: "a") == "2")
        _ = try await client.gets("a")
        try await server.store("4", under: "a")
        #expect(try await client.compareAndSwap("a", to: [5]) == .changed)
        // A read that finds nothing keeps the older token.
        try await client.delete("a")
        #expect(try await client.gets("a") == nil)
        #expect(try await client.compareAndSwap("a", to: "6") == .missing)
    }

    @Test func `every read with tokens returns them, under the keys as they are sent`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client([server.address]) { $0.rememberedCASTokens = 10 }
        _ = try await client.setMany(["a": [1], "b": [2], "c": [3]], prefix: "p:")
        _ = try await client.getsMany(["a"], prefix: "p:")
        _ = try await client.getAndTouchWithCAS("p:b", expiration: .never)
        _ = try await client.getAndTouchManyWithCAS(["p:c"], expiration: .never)
        await expectNoToken(client, "a")
        for key in ["p:a", "p:b", "p:c"] as [Key] {
            #expect(try await client.compareAndSwap(key, to: "new") == .stored)
        }
    }

    @Test func `tokens are forgotten on demand, with the servers, and beyond their number`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client([server.address]) { $0.rememberedCASTokens = 3 }
        let keys = (0..<5).map { Key("k\($0)") }
        for key in keys { try await client.set(key, to: "1") }
        for key in keys { _ = try await client.gets(key) }
        for key in keys.prefix(2) { await expectNoToken(client, key) }
        // One that is read again is as good as new.
        for _ in 0..<50 { _ = try await client.gets(keys[2]) }
        _ = try await client.gets(keys[0])
        await expectNoToken(client, keys[3])
        for key in [keys[0], keys[2], keys[4]] { #expect(try await client.compareAndSwap(key, to: "2") == .stored) }
        client.resetCASTokens()
        for key in keys { await expectNoToken(client, key) }
        _ = try await client.gets(keys[0])
        client.replaceServers(with: try weighted([server.address]))
        await expectNoToken(client, keys[0])
    }

    @Test func `a client remembers none unless it is configured to`() async throws {
        let server = try ScriptedServer([.expect("gets a\r\n"), .send("VALUE a 0 1 7\r\nx\r\nEND\r\n"), .silence])
        let client = try client([server.address])
        #expect(try await client.gets("a")?.cas == CASToken(rawValue: 7))
        await expectNoToken(client, "a")
        #expect(server.received() == "gets a\r\n")
    }
}
