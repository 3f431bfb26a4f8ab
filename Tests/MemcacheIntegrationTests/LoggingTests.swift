import Logging
import MemcacheCore
import Synchronization
import TestSupport
import Testing

@Suite(.inTurns) struct LoggingTests {
    /// Keeps what is logged.
    private final class Log: Sendable {
        let lines = Mutex<[String]>([])

        var logger: Logger {
            var logger = Logger(label: "test") { _ in Handler(log: self) }
            logger.logLevel = .debug
            return logger
        }
    }

    private struct Handler: LogHandler {
        let log: Log
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let server = event.metadata?["server"].map { "\($0)" } ?? "-"
            log.lines.withLock { $0.append("\(event.level) \(event.message) \(server)") }
        }
    }

    @Test func `connections and failures are logged with their server, and without keys`() async throws {
        let server = try await MemcachedServer.start()
        let dead = try ServerAddress("/nonexistent/socket")
        let log = Log()
        var configuration = ClientConfiguration(servers: [
            WeightedServer(try ServerAddress(server.address)), WeightedServer(dead),
        ])
        configuration.logger = log.logger
        let client = MemcacheClient(configuration)
        for number in 0..<20 { _ = try await client.set(Key("secret\(number)"), to: "hidden") }
        client.close()
        let lines = log.lines.withLock { $0 }
        #expect(lines.contains("debug connecting \(try ServerAddress(server.address))"), "\(lines)")
        #expect(lines.contains("warning a server is marked down after a failure \(dead)"), "\(lines)")
        #expect(!lines.contains { $0.contains("secret") || $0.contains("hidden") })
    }
}
