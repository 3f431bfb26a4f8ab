import MemcacheCore

/// The win tokens of stale items.
///
/// The first meta read of a stale item takes its token, whether it marks the item as read or not: that reader should
/// store the value again, and all other readers are notified that one does. A read that only displays the value must
/// give it back, or no client stores the value.
enum WinTokens {
    /// The first release in which marking an item as stale again can preserve its CAS token.
    private static let releaseThatKeepsCAS = ServerVersion(1, 6, 27)

    /// Gives back the tokens that reads of keys have taken. Lifetimes are preserved, and CAS tokens too if the server
    /// can.
    static func giveBack(_ keys: [Key], on server: Server) async {
        guard !keys.isEmpty else { return }
        let found = await server.execute(keys.map { Command.MetaGet($0, [.returnCAS, .withoutBump]) })
        let keepsCAS = ((try? await server.execute(Command.Version())) ?? ServerVersion(0, 0, 0)) >= releaseThatKeepsCAS
        var requests: [Command.MetaDelete] = []
        for (key, result) in zip(keys, found) {
            // Another client may have stored the item in the meantime.
            guard let item = try? result.get(), item.isStale, let cas = item.cas else { continue }
            requests.append(
                Command.MetaDelete(key, [.invalidate, .compareCAS(cas)] + (keepsCAS ? [.setCAS(cas)] : [])))
        }
        if !requests.isEmpty { _ = await server.execute(requests) }
    }

    /// Gives back the tokens among the results of reads of keys.
    static func giveBack(
        of results: [Result<MetaResult, MemcacheError>], for keys: [Key], on server: Server
    ) async {
        await giveBack(zip(keys, results).filter { (try? $0.1.get().hasWon) == true }.map(\.0), on: server)
    }
}
