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

    /// Queries all servers concurrently, including those marked down. One that answers is up, whatever was known about
    /// it.
    ///
    /// - Parameter command: What the user asked for, to name the cause of a failure.
    /// - Returns: The answer of each, in the order of the servers.
    func each<Value: Sendable>(
        for command: String, _ body: @escaping @Sendable (Server) async throws(MemcacheError) -> Value
    ) async -> [ServerAnswer<Value>] {
        var answers = await client.pool.onEveryServer(body)
        let silent = answers.count {
            if case .failure(let error) = $0.result { RefusalReason.isSilence(error) } else { false }
        }
        for (index, server) in servers.enumerated() {
            switch answers[index].result {
            case .success:
                if !server.isAlive { server.forgetDeath() }
            case .failure(let error):
                answers[index].result = .failure(
                    await RefusalReason.explained(
                        error, of: server, command: command,
                        looksForProtocol: silent <= RefusalReason.maximumSilentServers))
            }
        }
        return answers
    }
}
