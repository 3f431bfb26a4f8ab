import MemcacheCore

/// A server's version, and the duration of the request for it over an existing connection.
struct RoundTrip: Sendable {
    var version: ServerVersion
    var microseconds: UInt64

    init(to server: Server) async throws(MemcacheError) {
        _ = try await server.execute(Command.Version())
        let clock = ContinuousClock()
        let start = clock.now
        version = try await server.execute(Command.Version())
        microseconds = UInt64(max(0, (clock.now - start) / .microseconds(1)))
    }
}
