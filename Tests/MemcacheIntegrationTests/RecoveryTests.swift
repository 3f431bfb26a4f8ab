import MemcacheCore
import TestSupport
import Testing

@Suite(.inTurns, .overBothSockets) struct RecoveryTests {
    @Test(arguments: ServerEndpoint.available)
    func `a server that was restarted between two commands answers the next`(_ endpoint: ServerEndpoint) async throws {
        let server = try await MemcachedServer.start(on: endpoint)
        let client = try client(server.address)
        try await client.set("a", to: "1")
        let connection = try client.connection()
        try await server.restart()
        #expect(try await eventually { connection.isClosed })
        #expect(try await client.get("a") == nil)
        #expect(try await client.set("a", to: "2") == .stored)
    }

    @Test func `a server that disappears and comes back is reached again`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        try await client.set("a", to: "1")
        let connection = try client.connection()
        try await server.stop()
        #expect(try await eventually { connection.isClosed })
        for _ in 0..<3 { try await expectError(.cannotConnect, from: server.address) { try await client.get("a") } }
        try await server.restart()
        #expect(try await client.get("a") == nil)
    }

    @Test func `a paused server times out, and is reached again when it continues`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address, replyTimeout: .seconds(1))
        try await server.store("1", under: "a")
        _ = try await client.connection().execute(Command.Version(), timeout: hangLimit)
        try await server.pause()
        try await expectError(.timedOut, from: server.address, mayHaveTakenEffect: true) { try await client.get("a") }
        // A new connection is accepted by the system, but gets no answer either.
        try await expectError(.timedOut, from: server.address, mayHaveTakenEffect: true) { try await client.get("a") }
        server.resume()
        #expect(try await eventually { (try? await client.get("a"))??.value == Array("1".utf8) })
    }
}
