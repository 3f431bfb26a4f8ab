import MemcacheCore

/// The win tokens of stale items.
///
/// The first meta read of a stale item takes its token, whether it marks the item as read or not: it is asked to store
/// the value again, and all other readers are told that somebody does. A read that only looks must give it back, or
/// nobody stores the value.
enum WinTokens {
    /// The first release in which marking an item as stale again can leave its CAS token as it is.
    private static let releaseThatKeepsCAS = ServerVersion(1, 6, 27)

    /// Gives back the tokens that reads of keys have taken. Lifetimes stay, and CAS tokens where the server can.
    static func giveBack(_ keys: [Key], on server: Server) async {
        guard !keys.isEmpty else { return }
        let found = await server.execute(keys.map { MetaGet($0, [.returnCAS, .withoutBump]) })
        let keepsCAS = ((try? await server.execute(Version())) ?? ServerVersion(0, 0, 0)) >= releaseThatKeepsCAS
        var requests: [MetaDelete] = []
        for (key, result) in zip(keys, found) {
            // Another client may have stored the item since.
            guard let item = try? result.get(), item.isStale, let cas = item.cas else { continue }
            requests.append(MetaDelete(key, [.invalidate, .compareCAS(cas)] + (keepsCAS ? [.setCAS(cas)] : [])))
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
