/// How a list of the server's items is read.
public struct DumpOptions: Hashable, Sendable {
    /// How much of the list is kept in memory before the rest is written to a file in `TMPDIR`. 8 MiB.
    public var memoryBytes: Int
    /// How long to wait if the server's crawler is working for another client, or its hash table is growing; nil does
    /// not check either. 1 s.
    ///
    /// A second list would be rejected, or would block the server while the first one is read slowly.
    public var crawlerPatience: Duration?

    /// Creates options.
    public init(memoryBytes: Int = 8_388_608, crawlerPatience: Duration? = .seconds(1)) {
        self.memoryBytes = memoryBytes
        self.crawlerPatience = crawlerPatience
    }
}

/// Endless answers, each on a separate connection.
extension MemcacheClient {
    /// Makes the server report events as they happen.
    ///
    ///     for try await line in try await client.watch([.evictions, .deletions]) { … }
    ///
    /// - Parameter streams: The kinds of events, at least one. Busy ones cost the server time, and show keys.
    /// - Returns: The events, once the server has accepted the request.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error: `unavailable` if it has too
    ///   many watchers, `clientError` if it was started with `-W`. Not retried.
    ///
    /// The corresponding memcached command is `watch`.
    public func watch(_ streams: [WatchStream]) async throws(MemcacheError) -> WatchEvents {
        try await watch(streams, on: try streamServer())
    }

    /// The same, for one of the client's servers.
    package func watch(_ streams: [WatchStream], on server: Server) async throws(MemcacheError) -> WatchEvents {
        let request = WatchRequest(streams)
        try request.validate()
        let server = server.address
        var encoder = RequestEncoder()
        request.encode(into: &encoder)
        let buffer = WatchBuffer()
        let stream = try LineStream(
            to: server, options: configuration.connectionOptions,
            request: LineStream.Request(
                bytes: encoder.bytes, form: .endless, replyTimeout: configuration.replyTimeout, isReadToItsEnd: false),
            sink: buffer)
        let lines = WatchLines(stream, buffer, from: server)
        try await stream.begin()
        return WatchEvents(lines)
    }

    /// Lists the server's items and their metadata.
    ///
    ///     for try await entry in try await client.dump(ListingRequest(.metadata)) { … }
    ///
    /// - Parameters:
    ///   - request: What to list. The entries of a list of ``ListingRequest/Content/keys`` contain a key and nothing
    ///     else.
    ///   - options: How it is read.
    /// - Returns: The list, once the server has begun it.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error: `unavailable` if its crawler is
    ///   working for another client, `error` if it was started with `-X`. Not retried.
    ///
    /// The corresponding memcached commands are `lru_crawler metadump` and `lru_crawler mgdump`.
    public func dump(
        _ request: ListingRequest = ListingRequest(.metadata), options: DumpOptions = DumpOptions()
    ) async throws(MemcacheError) -> Listing<ListedItem> {
        try await dump(request, options: options, of: try streamServer())
    }

    /// The same, for one of the client's servers.
    ///
    /// - Parameter whenWaiting: Called once if the list cannot begin yet, with the reason: `another list or crawl is
    ///   running`.
    package func dump(
        _ request: ListingRequest = ListingRequest(.metadata), options: DumpOptions = DumpOptions(), of server: Server,
        whenWaiting: (@Sendable (_ reason: String) -> Void)? = nil
    ) async throws(MemcacheError) -> Listing<ListedItem> {
        let lines = try await dumpLines(request, options: options, of: server, whenWaiting: whenWaiting)
        switch request.content {
        case .metadata: return Listing(lines) { ListedItem(line: $0) }
        case .keys: return Listing(lines) { Key(dumpedLine: $0.copy(0..<$0.count)).map { ListedItem(keyOnly: $0) } }
        }
    }

    /// Lists the keys of the server's items. Needs memcached 1.6.19.
    ///
    /// - Parameters:
    ///   - scope: Which items.
    ///   - options: How it is read.
    /// - Returns: The list, once the server has begun it.
    /// - Throws: ``MemcacheError``, as ``dump(_:options:)`` does.
    ///
    /// The corresponding memcached command is `lru_crawler mgdump`.
    public func dumpKeys(
        _ scope: CrawlScope = .all, options: DumpOptions = DumpOptions()
    ) async throws(MemcacheError) -> Listing<Key> {
        Listing(try await dumpLines(ListingRequest(.keys, scope), options: options, of: try streamServer())) {
            Key(dumpedLine: $0.copy(0..<$0.count))
        }
    }

    private func dumpLines(
        _ request: ListingRequest, options: DumpOptions, of server: Server,
        whenWaiting: (@Sendable (_ reason: String) -> Void)? = nil
    ) async throws(MemcacheError) -> DumpLines {
        try request.validate()
        guard let patience = options.crawlerPatience else { return try await begin(request, options, of: server) }
        let clock = configuration.connectionOptions
        let deadline = clock.now + patience
        var hasWaited = false
        var wait = Duration.milliseconds(50)
        while true {
            var obstacle = try await isCrawlerRunning(on: server) ? WalkObstacle.anotherWalk : nil
            var refusal: MemcacheError?
            if obstacle == nil {
                do throws(MemcacheError) {
                    return try await begin(request, options, of: server)
                } catch {
                    // Another client's list began since the check, or the hash table is growing.
                    guard let reason = WalkObstacle(error) else { throw error }
                    obstacle = reason
                    refusal = error
                }
            }
            guard let obstacle else { continue }
            guard clock.now < deadline else {
                throw obstacle.error(after: patience, server: server.address, underlyingError: refusal)
            }
            if !hasWaited { whenWaiting?(obstacle.sentence) }
            hasWaited = true
            try await pause(min(wait, patience), of: server)
            wait = min(wait * 2, .milliseconds(250))
        }
    }

    private func begin(
        _ request: ListingRequest, _ options: DumpOptions, of server: Server
    ) async throws(MemcacheError) -> DumpLines {
        let server = server.address
        var encoder = RequestEncoder()
        request.encode(into: &encoder)
        let spool = ListingSpool(memoryBytes: options.memoryBytes)
        let stream = try LineStream(
            to: server, options: configuration.connectionOptions,
            request: LineStream.Request(
                bytes: encoder.bytes, form: .list(linePrefix: request.linePrefix, lastLine: request.lastLine),
                replyTimeout: configuration.replyTimeout, isReadToItsEnd: true),
            sink: spool)
        let lines = DumpLines(stream, spool, from: server)
        lines.begin(with: try await stream.begin())
        return lines
    }

    private func pause(_ duration: Duration, of server: Server) async throws(MemcacheError) {
        do {
            try await configuration.connectionOptions.sleep(for: duration)
        } catch {
            throw .cancelled(by: server.address)
        }
    }

    /// Whether the server reports that its crawler is running. If it does not report it, the crawler is assumed to be
    /// free.
    private func isCrawlerRunning(on server: Server) async throws(MemcacheError) -> Bool {
        let statistics = try await server.execute(Command.Statistics())
        return statistics.contains { $0.name == Array("lru_crawler_running".utf8) && $0.value == Array("1".utf8) }
    }
}

/// Why a walk cannot begin now, but can later.
private enum WalkObstacle {
    /// A server does one walk at a time.
    case anotherWalk
    /// The hash table cannot be walked while it is growing.
    case growingTable

    /// Recognizes an error; returns nil if waiting would not help.
    init?(_ error: MemcacheError) {
        if error.code == .unavailable, error.message.hasPrefix("BUSY") {
            self = .anotherWalk
        } else if error.code == .error, error.message.hasPrefix("ERROR locked") {
            self = .growingTable
        } else {
            return nil
        }
    }

    /// `another list or crawl is running on this server`
    var sentence: String {
        switch self {
        case .anotherWalk: "another list or crawl is running on this server"
        case .growingTable: "the hash table of this server is growing"
        }
    }

    func error(after patience: Duration, server: ServerAddress, underlyingError: MemcacheError?) -> MemcacheError {
        let statistic =
            switch self {
            case .anotherWalk: "lru_crawler_running"
            case .growingTable: "hash_is_expanding"
            }
        return MemcacheError(
            .unavailable,
            "\(sentence), and did not end within \(patience.spelledOut): try again later (\(statistic) in stats shows it)",
            server: server, underlyingError: underlyingError)
    }
}

extension ListingRequest {
    /// How every line except the last begins.
    var linePrefix: StaticString {
        switch content {
        case .metadata: "key="
        case .keys: "mg "
        }
    }
}

extension ListedItem {
    /// Creates an entry that has only a key.
    fileprivate init(keyOnly key: Key) {
        self.key = key.isBase64 ? Base64.decode(key.bytes) ?? key.bytes : key.bytes
        otherAttributes = []
    }
}
