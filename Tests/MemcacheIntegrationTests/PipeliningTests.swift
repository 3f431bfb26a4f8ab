import MemcacheCore
import TestSupport
import Testing

@Suite(.inTurns, .overBothSockets) struct PipeliningTests {
    @Test(arguments: ServerEndpoint.available)
    func `ten thousand commands of 64 tasks on one connection get their own answers`(
        _ endpoint: ServerEndpoint
    ) async throws {
        let server = try await MemcachedServer.start(on: endpoint)
        let client = try client(server.address)
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<64 {
                group.addTask {
                    var wrong = 0
                    for number in 0..<79 {
                        let key = Key("p:\(task):\(number)")
                        let value = Array("\(task)/\(number)\r\nEND\r\n".utf8)
                        async let stored = client.set(key, to: value)
                        async let read = client.get(key)
                        if try await stored != .stored { wrong += 1 }
                        // The two may be submitted in either order.
                        if let item = try await read, item.value != value || item.key != key { wrong += 1 }
                    }
                    return wrong
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(wrong == 0)
        // This connection, and the one of the reader of the statistics.
        #expect(try await server.statistic("total_connections").flatMap(Int.init).map { $0 <= 5 } == true)
        #expect(try await server.statistic("cmd_set") == "5056")
    }

    @Test func `a task's commands keep their order`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        for number in 0..<500 {
            try await client.set("order", to: "\(number)")
            #expect(try await client.get("order")?.value == Array("\(number)".utf8))
        }
    }
}
