import MemcacheCore

/// The listing of a server's items, which has started.
struct ItemWalk: Sendable {
    let server: ServerAddress
    let dump: Listing<ListedItem>
    /// The number of items of the server.
    let itemCount: UInt64?
    /// The current time by the server's clock.
    let now: Int64
    /// Why items that are busy may be missing from the list; nil if none is.
    let shortcoming: String?
    /// Whether the server may be damaged if the reader of a list hangs up.
    private let isToBeReadToItsEnd: Bool

    /// How long a program that wants no more of a list waits for its end.
    private static let farewell = Duration.milliseconds(250)
    /// How long to wait for a walk to start: another one may be running, or the hash table may be growing.
    private static let patience = Duration.seconds(30)

    /// The first release that can walk the hash table. The walk of its LRU lists skips items that are busy.
    private static let walksHashTable = ServerVersion(1, 6, 9)

    /// Starts the listing. Several lists are read one after another, and are stored in files in the meantime.
    ///
    /// - Parameters:
    ///   - slabClasses: The wanted classes, which are filtered here if the hash table is walked; nil for all.
    ///   - whenWaiting: Called once if the walk has to wait, with the reason.
    /// - Throws: ``MemcacheError`` if the server cannot be reached, cannot list its items or sends an error.
    init(
        of server: Server, _ client: MemcacheClient, slabClasses: [SlabClass]? = nil,
        whenWaiting: @escaping @Sendable (_ reason: String) -> Void
    ) async throws(MemcacheError) {
        let answers = await server.execute([Command.Statistics(), Command.Statistics(.settings)])
        let general = StatisticsReading(try answers[0].get())
        let settings = StatisticsReading((try? answers[1].get()) ?? [])
        if let fault = Self.fault(general, settings) {
            throw MemcacheError(.unavailable, "it cannot list its keys: \(fault)", server: server.address)
        }
        self.server = server.address
        itemCount = general.number("curr_items")
        now = general.number("time").flatMap { Int64(exactly: $0) } ?? UnixClock.now()
        let version = general["version"].map { ServerVersion($0) }
        let isComplete = version.map { $0 >= Self.walksHashTable } ?? false
        shortcoming =
            isComplete
            ? nil
            : "items that are busy may be missing: a list of them all needs memcached 1.6.9"
                + (version.map { ", and this is \($0.text)" } ?? "")
        isToBeReadToItsEnd = general["version"].map { ServerVersion($0) < ServerVersion(1, 6, 26) } ?? true
        let memoryBytes = max(1_048_576, 8_388_608 / client.pool.servers.count)
        let scope = isComplete ? CrawlScope.hashTable : slabClasses.map { .classes($0) } ?? .all
        dump = try await client.dump(
            ListingRequest(.metadata, scope),
            options: DumpOptions(memoryBytes: memoryBytes, crawlerPatience: Self.patience),
            of: server, whenWaiting: whenWaiting)
    }

    /// Why a server cannot list its items, according to its statistics; nil if they do not say so.
    static func fault(_ general: StatisticsReading, _ settings: StatisticsReading) -> String? {
        if settings.text("dump_enabled") == "no" { return "it was started with -X, which forbids dumps" }
        if settings.text("lru_crawler") == "no" {
            return "its crawler is switched off (lru_crawler enable switches it on)"
        }
        if let version = general["version"], version.first.map({ (0x30...0x39).contains($0) }) == true {
            let version = ServerVersion(version)
            if version < ServerVersion(1, 4, 31) {
                return "that needs memcached 1.4.31, and this is \(version.text)"
            }
        }
        return nil
    }

    /// Gives old servers, which a reader that hangs up near the end can damage, a moment to finish: the rest of their
    /// output is dropped. For a program that is about to end.
    static func finish(_ walks: [ItemWalk]) async {
        let walks = walks.filter(\.isToBeReadToItsEnd)
        guard !walks.isEmpty else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await withTaskGroup(of: Void.self) { group in
                    for walk in walks {
                        group.addTask {
                            do throws(MemcacheError) {
                                while try await walk.dump.nextLines() != nil {}
                            } catch {}
                        }
                    }
                }
            }
            group.addTask { try? await Task.sleep(for: farewell) }
            _ = await group.next()
            group.cancelAll()
        }
    }
}

extension MemcacheError {
    /// The error for a malformed line of a dump.
    static func unreadable(line: [UInt8], of server: ServerAddress) -> MemcacheError {
        var error = MemcacheError(.malformed(line: line)).from(server)
        error.mayHaveTakenEffect = false
        return error
    }
}
