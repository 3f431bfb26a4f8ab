import MemcacheCore
import TestSupport
import Testing

/// Values that are sent without being copied.
@Suite(.inTurns, .overBothSockets) struct LongValueTests {
    private static let count = 2 << 20
    /// A value without repeating parts.
    private static let value: [UInt8] = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7 ^ $0 >> 12) }

    private func expectStored(
        _ server: MemcachedServer, _ key: ByteString, _ value: [UInt8] = value,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let stored = try await server.value(of: key)
        let isSame = stored == ByteString(value)
        #expect(isSame, "\(key): \(stored?.count ?? -1) bytes are stored", sourceLocation: sourceLocation)
    }

    @Test func `every command that stores sends a long value as it is`() async throws {
        let server = try await MemcachedServer.start(arguments: ["-I", "64m", "-m", "512"])
        let client = try client(server.address)
        let value = Self.value
        #expect(try await client.set("set", to: value) == .stored)
        #expect(try await client.add("add", value: value) == .stored)
        #expect(try await client.append(value, to: "add") == .stored)
        #expect(try await client.prepend([1], to: "add") == .stored)
        _ = try await client.metaSet("meta", to: value)
        try await expectStored(server, "set")
        try await expectStored(server, "add", [1] + value + value)
        try await expectStored(server, "meta")
        #expect(try await client.get("set")?.value == value)
    }

    @Test func `many commands in one write keep their order around long values`() async throws {
        let server = try await MemcachedServer.start(arguments: ["-I", "64m", "-m", "512"])
        let client = try client(server.address)
        let commands = (0..<9).map { number in
            Command.Append("k", value: number % 3 == 1 ? Self.value : [UInt8(number)])
        }
        #expect(try await client.set("k", to: [255]) == .stored)
        let results = await client.executeAll(commands)
        #expect(results.map { try? $0.get() } == Array(repeating: .stored, count: 9))
        let long = Self.value
        try await expectStored(server, "k", [255, 0] + long + [2, 3] + long + [5, 6] + long + [8])
    }

    @Test func `concurrent callers get their own answers around long values`() async throws {
        let server = try await MemcachedServer.start(arguments: ["-I", "64m", "-m", "512"])
        let client = try client(server.address)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<32 {
                group.addTask {
                    let key = Key("k\(number)")
                    let value = number % 8 == 0 ? Self.value : [UInt8(number)]
                    #expect(try await client.set(key, to: value) == .stored)
                    let isSame = try await client.get(key)?.value == value
                    #expect(isSame, "\(number)")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a rejected long value leaves the connection in step`() async throws {
        let server = try await MemcachedServer.start(arguments: ["-I", "2m"])
        let client = try client(server.address)
        let connection = try client.connection()
        let error = try await expectError(.serverError, from: server.address) {
            try await client.set("k", to: Self.value)
        }
        #expect(error.message.contains("too large for cache"))
        #expect(try await client.set("a", to: "x") == .stored)
        #expect(try await client.get("a")?.value == Array("x".utf8))
        #expect(!connection.isClosed)
    }

    @Test func `a cancelled long value is sent to its end, and the next command follows it`() async throws {
        let gate = try Gate()
        let server = try ScriptedServer(
            [
                .expectLine, .gate(gate), .expectThrough("\r\nget a\r\n"),
                .send("STORED\r\nEND\r\n"),
            ], receiveBuffer: 4096)
        let client = try client(server.address)
        let storing = Task { try await client.set("k", to: Self.value) }
        try await server.waitToReceive { $0.hasPrefix("set k 0 0 2097152\r\n") }
        storing.cancel()
        try await expectError(.cancelled, from: server.address, mayHaveTakenEffect: true) { try await storing.value }
        gate.open()
        #expect(try await client.get("a") == nil)
        let isWhole = server.received() == "set k 0 0 2097152\r\n\(ByteString(Self.value))\r\nget a\r\n"
        #expect(isWhole, "\(server.received().count) bytes were sent")
        #expect(server.connectionCount == 1)
    }
}
