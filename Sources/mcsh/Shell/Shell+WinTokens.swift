import MemcacheCore

extension Shell {
    /// Gives back the win tokens that reads for display have taken.
    func giveBackWins() {
        let wins = session.takeWins()
        guard !wins.isEmpty else { return }
        let servers = client.pool.servers
        _ = Blocking.wait { () async throws(MemcacheError) in
            for server in servers {
                let name = server.address.description
                let keys = wins.filter { $0.server == name }.compactMap { try? Key($0.key) }
                await WinTokens.giveBack(keys, on: server)
            }
        }
    }
}
