import MemcacheCore
import TestSupport
import Testing

/// Requests to all servers at once.
@Suite(.inTurns) struct EveryServerTests {
    @Test func `every server answers for itself, in the order of the servers`() async throws {
        let servers = try await MemcachedServer.start(2)
        let refused = try ServerEndpoint.refused()
        let client = try client([servers[0].address, refused, servers[1].address], weights: [1, 1, 0])
        for server in servers { try await server.store("value", under: "key") }

        let versions = await client.versionOfEveryServer()
        #expect(versions.map(\.server.address.description) == [servers[0].address, refused, servers[1].address])
        #expect(try versions[0].result.get() == versions[2].result.get())
        #expect(throws: MemcacheError.self) { try versions[1].result.get() }

        let general = await client.statisticsOfEveryServer()
        #expect(try general[0].result.get().contains { $0.name.text == "pid" })
        let settings = await client.statisticsOfEveryServer(.settings)
        #expect(try settings[2].result.get().contains { $0.name.text == "maxbytes" })

        let slabs = try await client.slabStatisticsOfEveryServer()[0].result.get()
        #expect(slabs.classes.count == 1)
        #expect(slabs.classes.values.first?.contains { $0.name.text == "chunk_size" } == true)
        #expect(slabs.totals.map(\.name.text).contains("active_slabs"))
        let items = try await client.itemStatisticsOfEveryServer()[2].result.get()
        #expect(items.classes.keys == slabs.classes.keys)
        #expect(items.classes.values.first?.first { $0.name.text == "number" }?.value.text == "1")

        let flushed = await client.flushAll(after: .seconds(3000))
        #expect(flushed.map { (try? $0.result.get()) != nil } == [true, false, true])
        if case .failure(let error) = flushed[1].result {
            #expect(error.code == .cannotConnect && error.server?.description == refused)
        }
        for server in servers { #expect(try await server.statistic("cmd_flush") == "1") }
    }

    @Test func `servers are queried concurrently, including those marked down`() async throws {
        // No server answers before all have received the request.
        let gate = try Gate()
        let script: [ScriptedServer.Step] = [.expectLine, .gate(gate), .send("VERSION 1.6\r\n")]
        let servers = try [
            ScriptedServer([.expectLine, .close], script), ScriptedServer(script), ScriptedServer(script),
            ScriptedServer(script),
        ]
        let client = try client(servers.map(\.address))
        await #expect(throws: MemcacheError.self) {
            try await client.pool.servers[0].connection().execute(
                Command.Version(), timeout: hangLimit)
        }
        #expect(!client.pool.servers[0].isAlive)
        async let asking = client.versionOfEveryServer()
        for (position, server) in servers.enumerated() {
            try await server.waitToReceive(on: position == 0 ? 1 : 0) { $0 == "version\r\n" }
        }
        gate.open()
        let answers = await asking
        #expect(answers.allSatisfy { (try? $0.result.get()) != nil })
        #expect(!client.pool.servers[0].isAlive)
    }

    @Test func `an invalid command is reported for every server, and nothing is sent`() async throws {
        let server = try ScriptedServer([.silence])
        let client = try client([server.address, server.address])
        let answers = await client.flushAll(after: .seconds(-1))
        #expect(answers.count == 2)
        for answer in answers {
            #expect { try answer.result.get() } throws: { ($0 as? MemcacheError)?.code == .invalidArgument }
        }
        #expect(server.connectionCount == 0)
    }

    @Test func `statistics are sorted by slab class`() {
        func statistic(_ name: String, _ value: String) -> Statistic {
            Statistic(name: Array(name.utf8), value: Array(value.utf8))
        }
        let sorted = SlabStatistics([
            statistic("1:chunk_size", "96"), statistic("items:2:number", "7"), statistic("1:used", "3"),
            statistic("active_slabs", "2"), statistic("99:x", "1"), statistic("items:x:y", "0"),
            statistic("1:a:b", "4"),
        ])
        #expect(sorted.classes.map { "\($0.key)" }.sorted() == ["1", "2"])
        #expect(sorted.classes.first { $0.key.number == 1 }?.value.map(\.name.text) == ["chunk_size", "used"])
        #expect(sorted.classes.first { $0.key.number == 2 }?.value == [statistic("number", "7")])
        #expect(sorted.totals.map(\.name.text) == ["active_slabs", "99:x", "items:x:y", "1:a:b"])
    }
}
