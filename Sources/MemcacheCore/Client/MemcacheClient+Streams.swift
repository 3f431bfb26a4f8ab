/// How a list of the server's items is read.
public struct DumpOptions: Hashable, Sendable {
    /// How much of the list is kept in memory before the rest goes into a file in `TMPDIR`. 8 MiB.
    public var memoryBytes: Int
    /// How long to wait for the server's crawler when it is at work for somebody else; nil does not look. 1 s.
    ///
    /// A second list would be refused, or would block the server while the first one's reader is slow.
    public var crawlerPatience: Duration?

    /// Makes options.
    public init(memoryBytes: Int = 8_388_608, crawlerPatience: Duration? = .seconds(1)) {
        self.memoryBytes = memoryBytes
        self.crawlerPatience = crawlerPatience
    }
}

/// Answers without end, each on a connection of its own.
extension MemcacheClient {
    /// Has the server report events as they happen.
    ///
    ///     for try await line in try await client.watch([.evictions, .deletions]) { … }
    ///
    /// - Parameter streams: The kinds of events, at least one. Busy ones cost the server time, and show keys.
    /// - Returns: The events, once the server has agreed.
    /// - Throws: ``MemcacheError`` when the server cannot be reached or refuses: `unavailable` when it has too many
    ///   watchers, `clientError` when it was started with `-W`. Not retried.
    ///
    /// The corresponding memcached command is `watch`.
    public func watch(_ streams: [WatchStream]) async throws(MemcacheError) -> WatchEvents {
        try await watch(streams, on: try streamServer())
    }

    /// The same, of a server of the client's.
    package func watch(_ streams: [WatchStream], on server: Server) async throws(MemcacheError) -> WatchEvents {
        let request = WatchRequest(streams)
        try request.validate()
        let server = server.address
        var encoder = RequestEncoder()
        request.encode(into: &encoder)
        let buffer = WatchBuffer()
        let stream = LineStream(
            to: server, options: configuration.connectionOptions,
            request: LineStream.Request(
                bytes: encoder.bytes, form: .endless, replyTimeout: configuration.replyTimeout, isReadToItsEnd: false),
            sink: buffer)
        let lines = WatchLines(stream, buffer, from: server)
        try await stream.begin()
        return WatchEvents(lines)
    }

    /// Lists the server's items, with what is known about them.
    ///
    ///     for try await entry in try await client.dump(DumpRequest(.metadata)) { … }
    ///
    /// - Parameters:
    ///   - request: What is to be listed. The entries of a list of ``DumpRequest/Content/keys`` have a key and nothing
    ///     else.
    ///   - options: How it is read.
    /// - Returns: The list, once the server has begun it.
    /// - Throws: ``MemcacheError`` when the server cannot be reached or refuses: `unavailable` when its crawler is at
    ///   work for somebody else, `error` when it was started with `-X`. Not retried.
    ///
    /// The corresponding memcached commands are `lru_crawler metadump` and `lru_crawler mgdump`.
    public func dump(
        _ request: DumpRequest = DumpRequest(.metadata), options: DumpOptions = DumpOptions()
    ) async throws(MemcacheError) -> Dump<DumpEntry> {
        try await dump(request, options: options, of: try streamServer())
    }

    /// The same, of a server of the client's.
    package func dump(
        _ request: DumpRequest = DumpRequest(.metadata), options: DumpOptions = DumpOptions(), of server: Server
    ) async throws(MemcacheError) -> Dump<DumpEntry> {
        let lines = try await dumpLines(request, options: options, of: server)
        switch request.content {
        case .metadata: return Dump(lines) { DumpEntry(line: $0) }
        case .keys: return Dump(lines) { Key(dumpedLine: $0.copy(0..<$0.count)).map { DumpEntry(keyOnly: $0) } }
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
    ) async throws(MemcacheError) -> Dump<Key> {
        Dump(try await dumpLines(DumpRequest(.keys, scope), options: options, of: try streamServer())) {
            Key(dumpedLine: $0.copy(0..<$0.count))
        }
    }

    private func dumpLines(
        _ request: DumpRequest, options: DumpOptions, of server: Server
    ) async throws(MemcacheError) -> DumpLines {
        try request.validate()
        guard let patience = options.crawlerPatience else { return try await begin(request, options, of: server) }
        let deadline = ContinuousClock.now + patience
        while true {
            try await waitForCrawler(patience, until: deadline, of: server)
            do throws(MemcacheError) {
                return try await begin(request, options, of: server)
            } catch {
                // Somebody else's began since the server was asked.
                guard error.code == .unavailable, error.message.hasPrefix("BUSY") else { throw error }
                guard ContinuousClock.now < deadline else {
                    throw .crawlerBusy(after: patience, server: server.address, underlyingError: error)
                }
                try await pause(patience, of: server)
            }
        }
    }

    private func begin(
        _ request: DumpRequest, _ options: DumpOptions, of server: Server
    ) async throws(MemcacheError) -> DumpLines {
        let server = server.address
        var encoder = RequestEncoder()
        request.encode(into: &encoder)
        let spool = DumpSpool(memoryBytes: options.memoryBytes)
        let stream = LineStream(
            to: server, options: configuration.connectionOptions,
            request: LineStream.Request(
                bytes: encoder.bytes, form: .list(linePrefix: request.linePrefix, lastLine: request.lastLine),
                replyTimeout: configuration.replyTimeout, isReadToItsEnd: true),
            sink: spool)
        let lines = DumpLines(stream, spool, from: server)
        try await stream.begin()
        return lines
    }

    /// Waits until the server's crawler is free. A server that does not tell is taken to be free.
    private func waitForCrawler(
        _ patience: Duration, until deadline: ContinuousClock.Instant, of server: Server
    ) async throws(MemcacheError) {
        while try await isCrawlerRunning(on: server) {
            guard ContinuousClock.now < deadline else { throw .crawlerBusy(after: patience, server: server.address) }
            try await pause(patience, of: server)
        }
    }

    private func pause(_ patience: Duration, of server: Server) async throws(MemcacheError) {
        do {
            try await Task.sleep(for: min(.milliseconds(50), patience))
        } catch {
            throw .cancelled(by: server.address)
        }
    }

    private func isCrawlerRunning(on server: Server) async throws(MemcacheError) -> Bool {
        let statistics = try await server.execute(Statistics())
        return statistics.contains { $0.name == Array("lru_crawler_running".utf8) && $0.value == Array("1".utf8) }
    }
}

extension MemcacheError {
    /// The error for a list that cannot begin: a server does one walk at a time.
    fileprivate static func crawlerBusy(
        after patience: Duration, server: ServerAddress, underlyingError: MemcacheError? = nil
    ) -> MemcacheError {
        MemcacheError(
            .unavailable,
            "another list or crawl is running on this server, and did not end within \(patience.spelledOut): try again "
                + "later (lru_crawler_running in stats tells)",
            server: server, underlyingError: underlyingError)
    }
}

extension DumpRequest {
    /// What every line but the last begins with.
    var linePrefix: StaticString {
        switch content {
        case .metadata: "key="
        case .keys: "mg "
        }
    }
}

extension DumpEntry {
    /// An entry of which nothing but the key is known.
    fileprivate init(keyOnly key: Key) {
        self.key = key.isBase64 ? Base64.decode(key.bytes) ?? key.bytes : key.bytes
        otherAttributes = []
    }
}
