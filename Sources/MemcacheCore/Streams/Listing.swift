import Synchronization

/// A list of the server's items, as it comes from the server.
///
///     for try await entry in try await client.dump(ListingRequest(.metadata)) {
///         print(entry.key.count, entry.itemBytes ?? 0)
///     }
///
/// The server is read at full speed, whatever the loop does; what is not taken yet waits in memory, and then in a file
/// without a name. It is a walk and not a snapshot: see ``CrawlScope``.
///
/// A list can be gone through once. When the loop is left early, the rest is read and dropped, for servers before 1.6.26
/// can be damaged by a reader that hangs up; until then the server's crawler is busy.
public struct Listing<Element: Sendable>: AsyncSequence, Sendable {
    /// Reads elements out of the lines that have come.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let reading: DumpReading
        private let parse: @Sendable (Span<UInt8>) -> Element?
        private var cursor = LineCursor()

        fileprivate init(_ dump: Listing) {
            reading = DumpReading(dump.lines)
            parse = dump.parse
        }

        /// The next element; nil after the last. Does not suspend while there are lines at hand.
        ///
        /// - Throws: ``MemcacheError`` when the list broke off, or holds a line that cannot be read.
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

    /// Starts to read.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

    /// The next lines as the server sent them, many at a time: whole, with their ends, without the `OK` before and the
    /// `END` or `EN` behind them; nil after the last. For those who read lines themselves, in place of a loop.
    ///
    /// - Throws: ``MemcacheError`` when the list broke off.
    package func nextLines() async throws(MemcacheError) -> [UInt8]? { try await lines.next() }

    /// The `OK` before the lines, with its line end, as servers since 1.6.43 send it; empty where there was none.
    package var firstLine: [UInt8] { lines.firstLine.withLock { $0 } }
}

/// The lines of a dump: the stream that brings them and the spool that keeps them. Without it the stream is given up.
final class DumpLines: Sendable {
    /// What the server sent before them.
    let firstLine = Mutex<[UInt8]>([])

    /// The server has begun.
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

    /// The error for a line that is not of its form. Nothing more is read.
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

/// One going-through of a list, which is given up when the iterator is gone.
private final class DumpReading: Sendable {
    let lines: DumpLines

    init(_ lines: DumpLines) { self.lines = lines }

    deinit { lines.giveUp() }
}
