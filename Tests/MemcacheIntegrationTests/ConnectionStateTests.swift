import MemcacheCore
import TestSupport
import Testing

/// What is known of a connection without a request to the server.
@Suite(.inTurns)
struct ConnectionStateTests {
    @Test func `a server's link follows its connection`() async throws {
        let running = try await MemcachedServer.start()
        let client = try MemcacheClient(server: running.address)
        defer { client.close() }
        let server = try #require(client.pool.servers.first)
        #expect(server.link == .untried)
        _ = try await client.version()
        #expect(server.link == .connected)
        try await running.stop()
        #expect(try await eventually { server.link == .lost })
        await #expect(throws: MemcacheError.self) { _ = try await client.version() }
        #expect(server.link == .lost)
        try await running.restart()
        _ = try await client.version()
        #expect(server.link == .connected)
        client.disconnect()
        #expect(server.link == .untried)
    }
}
