import Testing

@testable import MemcacheCore

/// Lists that wait for the crawler of their server.
@Suite struct CrawlerWaitTests {
    private static let busy = "STAT lru_crawler_running 1\r\nEND\r\n"
    private let network = FakeNetwork()

    private func list(patience: Duration) throws -> (task: TestTask<String>, connection: FakeTransport) {
        let client = try network.client()
        let task = network.start { () async throws(MemcacheError) in
            _ = try await client.dump(options: DumpOptions(crawlerPatience: patience))
            return "begun"
        }
        let connection = try #require(network.connections.first)
        connection.open()
        return (task, connection)
    }

    @Test func `a list asks again at longer and longer intervals until its patience has ended`() throws {
        let (task, connection) = try list(patience: .milliseconds(200))
        #expect(connection.sent() == "stats\r\n")
        for wait in [50, 100, 200] {
            connection.receive(Self.busy)
            #expect(task.outcome == "waits")
            network.advance(by: .milliseconds(wait - 1))
            #expect(connection.sent() == "")
            network.advance(by: .milliseconds(1))
            #expect(connection.sent() == "stats\r\n")
        }
        connection.receive(Self.busy)
        #expect(task.error?.code == .unavailable)
        #expect(
            task.error?.message
                == "another list or crawl is running on this server, and did not end within 200 ms: try again later "
                + "(lru_crawler_running in stats shows it)")
    }

    @Test func `a list begins as soon as the crawler is free`() throws {
        let (task, connection) = try list(patience: .seconds(60))
        #expect(connection.sent() == "stats\r\n")
        connection.receive(Self.busy)
        network.advance(by: .milliseconds(50))
        #expect(connection.sent() == "stats\r\n")
        connection.receive("STAT lru_crawler_running 0\r\nEND\r\n")
        let stream = try #require(network.connections.dropFirst().first)
        stream.open()
        #expect(stream.sent() == "lru_crawler metadump all\r\n")
        stream.receive("END\r\n")
        #expect(task.outcome == "begun")
    }
}
