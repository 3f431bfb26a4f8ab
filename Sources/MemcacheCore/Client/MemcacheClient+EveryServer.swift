/// Requests to every server, concurrently. The answers are in the order of the servers; the failure of one does not
/// hide the others' answers. Servers that are marked down are included.
extension MemcacheClient {
    /// Reads a group of statistics of every server. (python-memcached's `get_stats`.)
    ///
    /// - Parameter group: The group to read.
    /// - Returns: For each server, its names and values, or why there are none.
    ///
    /// The corresponding memcached command is `stats`.
    public func statisticsOfEveryServer(
        _ group: Command.Statistics.Group = .general
    ) async -> [ServerAnswer<[Statistic]>] {
        await executeOnEveryServer(Command.Statistics(group))
    }

    /// Reads every server's statistics about the memory in its slab classes. (python-memcached's `get_slab_stats`.)
    ///
    /// - Returns: For each server, its slab classes, or why there are none.
    ///
    /// The corresponding memcached command is `stats slabs`.
    public func slabStatisticsOfEveryServer() async -> [ServerAnswer<SlabStatistics>] {
        await executeOnEveryServer(Command.Statistics(.slabs)).map { $0.map(SlabStatistics.init) }
    }

    /// Reads every server's statistics about the items in its slab classes. (python-memcached's `get_slabs`.)
    ///
    /// - Returns: For each server, its slab classes, or why there are none.
    ///
    /// The corresponding memcached command is `stats items`.
    public func itemStatisticsOfEveryServer() async -> [ServerAnswer<SlabStatistics>] {
        await executeOnEveryServer(Command.Statistics(.items)).map { $0.map(SlabStatistics.init) }
    }

    /// Requests the version of every server.
    ///
    /// - Returns: For each server, its version, or why there is none.
    ///
    /// The corresponding memcached command is `version`.
    public func versionOfEveryServer() async -> [ServerAnswer<ServerVersion>] {
        await executeOnEveryServer(Command.Version())
    }

    /// Invalidates every item of every server. (python-memcached's `flush_all`.)
    ///
    ///     let failures = await client.flushAll().filter { $0.error != nil }
    ///
    /// To flush only one server, create a client for it.
    ///
    /// - Parameter delay: How long to wait; nil for now. A later call replaces one that is pending.
    /// - Returns: For each server, success or the error: a server that cannot be reached keeps its items. Not retried.
    ///
    /// The corresponding memcached command is `flush_all`.
    @discardableResult
    public func flushAll(after delay: Duration? = nil) async -> [ServerAnswer<Void>] {
        await executeOnEveryServer(Command.FlushAll(after: delay))
    }
}

/// Statistics of slab classes: of their memory (`stats slabs`) or of their items (`stats items`).
public struct SlabStatistics: Hashable, Sendable {
    /// The statistics of each class, in the server's order and without the class in their names: `chunk_size`,
    /// `number`.
    public var classes: [SlabClass: [Statistic]]
    /// The statistics that belong to no class: `active_slabs`, `total_malloced`.
    public var totals: [Statistic]

    /// Groups statistics by the class in their names: `1:chunk_size`, `items:1:number`.
    public init(_ statistics: [Statistic]) {
        classes = [:]
        totals = []
        for statistic in statistics {
            let words = statistic.name.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            let named = words.first.map(Array.init) == Array("items".utf8) ? words.dropFirst() : words[...]
            guard named.count == 2, let word = named.first, let name = named.last,
                let number = Int(String(decoding: word, as: UTF8.self)), let slabClass = try? SlabClass(number)
            else {
                totals.append(statistic)
                continue
            }
            classes[slabClass, default: []].append(Statistic(name: Array(name), value: statistic.value))
        }
    }
}

extension ServerAnswer {
    /// Why the server did not execute the command; nil if it did.
    public var error: MemcacheError? {
        if case .failure(let error) = result { error } else { nil }
    }

    /// The same answer, with its outcome transformed.
    func map<Other>(_ transform: (Outcome) -> Other) -> ServerAnswer<Other> {
        ServerAnswer<Other>(server: server, result: result.map(transform))
    }
}
