import MemcacheCore
import TestSupport
import Testing

@Suite(.inTurns, .overBothSockets) struct CancellationTests {
    @Test func `tasks that are cancelled at random do not affect others`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        for number in 0..<200 { try await client.set(Key("c:\(number)"), to: "value \(number)") }
        let tasks = (0..<200).map { number in
            Task { () -> (answered: Int, wrong: Int) in
                var (answered, wrong) = (0, 0)
                for _ in 0..<40 {
                    do {
                        let item = try await client.get(Key("c:\(number)"))
                        answered += 1
                        if item?.value != Array("value \(number)".utf8) { wrong += 1 }
                    } catch let error as MemcacheError where error.code == .cancelled {
                        return (answered, wrong)
                    }
                }
                return (answered, wrong)
            }
        }
        for (number, task) in tasks.enumerated() where !number.isMultiple(of: 3) {
            if number.isMultiple(of: 2) { await Task.yield() }
            task.cancel()
        }
        for (number, task) in tasks.enumerated() {
            let (answered, wrong) = try await task.value
            #expect(wrong == 0)
            if number.isMultiple(of: 3) { #expect(answered == 40) }
        }
        #expect(try await client.get("c:7")?.value == Array("value 7".utf8))
        #expect(try await server.statistic("total_connections").flatMap(Int.init).map { $0 <= 4 } == true)
    }

    @Test func `a cancelled task stops waiting at once, and its answer is dropped`() async throws {
        let server = try ScriptedServer([
            .expect("get a\r\n"), .expect("get b\r\n"),
            .send("VALUE a 0 1\r\nA\r\nEND\r\nVALUE b 0 1\r\nB\r\nEND\r\n"),
        ])
        let client = try client(server.address)
        let task = Task { try await client.get("a") }
        try await server.waitToReceive { $0 == "get a\r\n" }
        task.cancel()
        try await expectError(.cancelled, from: server.address, mayHaveTakenEffect: true) { try await task.value }
        #expect(try await client.get("b")?.value == Array("B".utf8))
        #expect(server.connectionCount == 1)
        #expect(server.failures == [])
    }

    @Test func `a task that was cancelled before sends nothing`() async throws {
        let server = try ScriptedServer([.silence])
        let client = try client(server.address)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await client.get("a")
        }
        task.cancel()
        try await expectError(.cancelled, from: server.address) { try await task.value }
        #expect(server.receivedNothing)
    }
}
