/// Collects reply elements into a complete ``Reply`` that owns its bytes.
package struct ReplyCollector: Sendable {
    private var items: [Item] = []
    private var statistics: [Statistic] = []
    private var cachedKeys: [CachedKey] = []
    private var prefixes: [PrefixStatistic] = []
    private var configuration: [UInt8]?
    /// The approximate amount of memory used.
    private var byteCount = 0

    /// The limit for one reply. The values of items do not count if ``maximumItems`` is known: they are as long as they
    /// were stored.
    private let maximumBytes: Int
    /// The maximum number of items; nil if unknown.
    package var maximumItems: Int?

    /// The default limit for one reply: 64 MiB.
    package static let maximumBytes = 67_108_864

    /// Creates an empty collector.
    package init(maximumBytes: Int = ReplyCollector.maximumBytes) {
        self.maximumBytes = maximumBytes
    }

    /// Drops what was collected, ready for the next reply.
    package mutating func reset() {
        let maximumItems = maximumItems
        self = ReplyCollector(maximumBytes: maximumBytes)
        self.maximumItems = maximumItems
    }

    /// Adds one element. Returns the reply if the element completes one of the given shape.
    ///
    /// - Throws: ``ReplyParser/Failure`` if the element cannot be part of such a reply.
    package mutating func collect(
        _ element: ReplyElement, of bytes: Span<UInt8>, shape: ReplyShape
    ) throws(ReplyParser.Failure) -> Reply? {
        switch shape.progress(after: element) {
        case .violation: throw .unexpected(line: element.line(in: bytes))
        case .incomplete:
            try keep(element, of: bytes)
            return nil
        case .complete:
            // An error can come in the middle of a reply; what was collected by then does not belong to the next one.
            defer { reset() }
            if shape == .statisticsWithoutEnd { try keep(element, of: bytes) }
            return reply(completedBy: element, of: bytes, shape: shape)
        }
    }

    private mutating func keep(_ element: ReplyElement, of bytes: Span<UInt8>) throws(ReplyParser.Failure) {
        switch element {
        case .value(let key, let flags, let cas, let data):
            if let maximumItems, items.count >= maximumItems { throw .unexpected(line: element.line(in: bytes)) }
            try makeRoom(for: key.count + (maximumItems == nil ? data.count : 0))
            items.append(
                Item(
                    key: Key(received: bytes.copy(key)), flags: flags, value: bytes.copy(data),
                    cas: cas.map(CASToken.init)))
        case .statistic(let name, let value):
            try makeRoom(for: name.count + value.count)
            statistics.append(Statistic(name: bytes.copy(name), value: bytes.copy(value)))
        case .cachedKey(let line):
            try makeRoom(for: line.count)
            guard let cached = CachedKey(line: bytes.copy(line)) else { throw .malformed(line: bytes.copy(line)) }
            cachedKeys.append(cached)
        case .prefix(let line):
            try makeRoom(for: line.count)
            guard let prefix = PrefixStatistic(line: bytes.copy(line)) else {
                throw .malformed(line: bytes.copy(line))
            }
            prefixes.append(prefix)
        case .configuration(let body):
            configuration = bytes.copy(body)
        default: break
        }
    }

    /// Counts what is about to be kept: its bytes, and the overhead of an array.
    private mutating func makeRoom(for count: Int) throws(ReplyParser.Failure) {
        let (sum, overflow) = byteCount.addingReportingOverflow(count + 96)
        guard !overflow, sum <= maximumBytes else { throw .replyTooLong(limit: maximumBytes) }
        byteCount = sum
    }

    private mutating func reply(completedBy element: ReplyElement, of bytes: Span<UInt8>, shape: ReplyShape) -> Reply {
        switch element {
        case .stored: .stored
        case .notStored: .notStored
        case .exists: .exists
        case .notFound: .notFound
        case .deleted: .deleted
        case .touched: .touched
        case .ok: .ok
        case .reset: .reset
        case .number(let number): .number(number)
        case .version(let text): .version(bytes.copy(text))
        case .metaNoop: .metaNoop
        case .metaDebug(let text): .metaDebug(bytes.copy(text))
        case .meta(let status, let flags, let data):
            .meta(
                MetaReply(
                    status: status,
                    value: status == .value ? bytes.copy(data) : nil,
                    flags: MetaReturnFlag.parse(bytes, flags)))
        case .refusal(let kind, let line): .refused(Refusal(kind: kind, line: bytes.copy(line)))
        case .end, .value, .statistic, .cachedKey, .prefix, .configuration, .unknown: collected(shape)
        }
    }

    private mutating func collected(_ shape: ReplyShape) -> Reply {
        if let configuration { return .clusterConfiguration(configuration) }
        if !cachedKeys.isEmpty { return .cachedKeys(cachedKeys) }
        if !prefixes.isEmpty { return .prefixes(prefixes) }
        return shape == .statistics || shape == .statisticsWithoutEnd ? .statistics(statistics) : .items(items)
    }
}

extension CachedKey {
    /// Reads `<key> [<bytes> b; <time> s]`. The key may contain anything but spaces.
    init?(line: [UInt8]) {
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map(Array.init)
        guard words.count == 5, words[1].first == UInt8(ascii: "["), words[2] == Array("b;".utf8),
            words[4] == Array("s]".utf8),
            let valueBytes = ASCIINumber.parseUnsigned(Array(words[1].dropFirst())),
            let time = ASCIINumber.parseSigned(words[3])
        else { return nil }
        self.init(key: words[0], valueBytes: valueBytes, expirationTime: time == 0 ? nil : time)
    }
}

extension PrefixStatistic {
    /// Reads `<prefix> get <n> hit <n> set <n> del <n>`.
    init?(line: [UInt8]) {
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map(Array.init)
        guard words.count >= 9 else { return nil }
        let tail = Array(words.suffix(8))
        let names = ["get", "hit", "set", "del"]
        let counts = stride(from: 1, to: 8, by: 2).compactMap { ASCIINumber.parseUnsigned(tail[$0]) }
        guard counts.count == 4, zip(names, stride(from: 0, to: 8, by: 2)).allSatisfy({ tail[$1] == Array($0.utf8) })
        else { return nil }
        let prefix = words.dropLast(8).joined(separator: [UInt8(ascii: " ")])
        self.init(prefix: Array(prefix), gets: counts[0], hits: counts[1], sets: counts[2], deletes: counts[3])
    }
}
