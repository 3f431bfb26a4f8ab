import Synchronization

/// A list of the server's items, as it arrives from the server.
///
///     for try await entry in try await client.dump(ListingRequest(.metadata)) {
///         print(entry.key.count, entry.itemBytes ?? 0)
///     }
///
/// The server is read at full speed, however slow the loop is; lines not consumed yet wait in memory, and then in an
/// unnamed file. A list is a walk and not a snapshot: see ``CrawlScope``.
///
/// A list can be iterated once. If the loop ends early, the rest is read and dropped, because servers before 1.6.26 can
/// be damaged by a client that disconnects; until then the server's crawler is busy.
public struct Listing<Element: Sendable>: AsyncSequence, Sendable {
    /// Parses elements from the lines that have arrived.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let reading: DumpReading
        private let parse: @Sendable (Span<UInt8>) -> Element?
        private var cursor = LineCursor()

        fileprivate init(_ dump: Listing) {
            reading = DumpReading(dump.lines)
            parse = dump.parse
        }

        /// Returns the next element; nil after the last. Does not suspend while lines are available.
        ///
        /// - Throws: ``MemcacheError`` if the list was interrupted, or contains a line that cannot be read.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(MemcacheError) -> Element? {
            while true {
                if let line = cursor.next() {
                    if let element = parse(cursor.bytes.span.extracting(line)) { return element }
                    throw reading.lines.unreadable(cursor.bytes.span.copy(line))
                }
                guard let lines = try await reading.lines.next() else { return nil }
                cursor = LineCursor(lines)
            }
        }
    }

    private let lines: DumpLines
    private let parse: @Sendable (Span<UInt8>) -> Element?

    init(_ lines: DumpLines, parse: @escaping @Sendable (Span<UInt8>) -> Element?) {
        self.lines = lines
        self.parse = parse
    }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

    /// Returns the next lines as the server sent them, many at a time: whole, with their ends, without the `OK` before
    /// and the `END` or `EN` after them; nil after the last. For callers that parse lines themselves, instead of a
    /// loop.
    ///
    /// - Throws: ``MemcacheError`` if the list was interrupted.
    package func nextLines() async throws(MemcacheError) -> [UInt8]? { try await lines.next() }

    /// The `OK` before the lines, with its line end, as servers since 1.6.43 send it; empty if there was none.
    package var firstLine: [UInt8] { lines.firstLine.withLock { $0 } }
}

/// The lines of a dump: the stream that delivers them and the spool that stores them. When it is released, the stream
/// is cancelled.
final class DumpLines: Sendable {
    /// What the server sent before them.
    let firstLine = Mutex<[UInt8]>([])

    /// Stores the line with which the server began.
    func begin(with line: [UInt8]) { firstLine.withLock { $0 = line } }

    private let address: ServerAddress
    private let stream: LineStream
    private let spool: ListingSpool

    init(_ stream: LineStream, _ spool: ListingSpool, from address: ServerAddress) {
        self.address = address
        self.stream = stream
        self.spool = spool
    }

    func next() async throws(MemcacheError) -> [UInt8]? {
        do {
            return try await spool.next()
        } catch {
            giveUp()
            throw error.from(address)
        }
    }

    /// The error for a malformed line. Nothing more is read.
    func unreadable(_ line: [UInt8]) -> MemcacheError {
        giveUp()
        var error = MemcacheError(.malformed(line: line)).from(address)
        error.mayHaveTakenEffect = false
        return error
    }

    func giveUp() {
        spool.giveUp()
        stream.giveUp()
    }
}

/// One iteration of a list, which is cancelled when the iterator is released.
private final class DumpReading: Sendable {
    let lines: DumpLines

    init(_ lines: DumpLines) { self.lines = lines }

    deinit { lines.giveUp() }
}
