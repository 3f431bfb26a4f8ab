import MemcacheCore

/// The servers, as an operation sees them.
struct Fleet: Sendable {
    let client: MemcacheClient

    /// All servers, in the order in which they were named.
    var servers: [Server] { client.pool.servers }
    /// Whether rows say which server they are from.
    var isPool: Bool { servers.count > 1 }
    /// The servers' names.
    var names: [String] { servers.map(\.address.description) }

    /// Asks all servers at the same time; a dead one is tried as well.
    ///
    /// - Returns: What each answered, in the order of the servers.
    func each<Value: Sendable>(
        _ body: @escaping @Sendable (Server) async throws(MemcacheError) -> Value
    ) async -> [ServerAnswer<Value>] {
        await client.pool.onEveryServer(body)
    }
}
