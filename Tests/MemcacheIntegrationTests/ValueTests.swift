import MemcacheCore
import TestSupport
import Testing

@Suite(.inTurns) struct ValueTests {
    @Test(arguments: ServerEndpoint.available)
    func `values of any bytes and sizes survive a round trip`(_ endpoint: ServerEndpoint) async throws {
        let server = try await MemcachedServer.start(on: endpoint, arguments: ["-I", "8m"])
        let client = try client(server.address)
        let everyByte = (0...255).map { UInt8($0) }
        let values: [[UInt8]] = [
            [], everyByte, Array("\r\n".utf8), Array("END\r\n".utf8), Array("VALUE a 0 5\r\n".utf8),
            [UInt8](repeating: 0, count: 2047), [UInt8](repeating: 10, count: 65_536),
            [UInt8](repeating: 120, count: 1_048_576 - 200), [UInt8](repeating: 7, count: 6_000_000),
        ]
        for (index, value) in values.enumerated() {
            let key = Key("v:\(index)")
            #expect(try await client.set(key, to: value, flags: 4_294_967_295) == .stored)
            let item = try #require(try await client.get(key))
            #expect(item.value == value, "value \(index)")
            #expect(item.flags == 4_294_967_295)
        }
        let keys = values.indices.map { Key("v:\($0)") }
        #expect(try await client.getMany(keys).items.map(\.value) == values)
    }

    @Test func `a value that is too large for the server is rejected, and the old one is gone`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        try await client.set("large", to: "old")
        let error = try await expectError(.serverError, from: server.address) {
            try await client.set("large", to: [UInt8](repeating: 1, count: 1_048_576))
        }
        #expect(error.message == "SERVER_ERROR object too large for cache")
        #expect(try await client.get("large") == nil)
        // The connection is still in step.
        try await client.set("small", to: "1")
        #expect(try await client.get("small")?.value == [UInt8(ascii: "1")])
        #expect(try await server.statistic("total_connections").flatMap(Int.init).map { $0 <= 4 } == true)
    }

    @Test func `a value that is received slowly has time as long as the server continues`() async throws {
        // 30 pauses of 100 ms are longer than the time limit of a reply.
        let reads = Array(repeating: [ScriptedServer.Step.expectAnything, .delay(.milliseconds(100))], count: 30)
        let limit = Duration.seconds(2)
        let value = [UInt8](repeating: 1, count: 4_000_000) + Array("the end".utf8)
        let answer = try await keepingPace(within: limit) {
            let server = try ScriptedServer(
                on: .unixSocket, reads.flatMap(\.self) + [.expectThrough("the end\r\n"), .send("STORED\r\n")])
            let client = try client(server.address, replyTimeout: limit)
            do {
                return (server, "\(try await client.set("slow", to: value)), \(server.failures)")
            } catch {
                return (server, "\(error)")
            }
        }
        try expectPace(answer)
        #expect(answer == "stored, []")
    }
}
