/// The events of a server, as they happen.
///
///     for try await line in try await client.watch([.evictions]) {
///         if case .event(let event) = line { print(event.type) }
///     }
///
/// The sequence ends only with an error: ``MemcacheError/Code/connectionLost`` when the server closes the connection.
/// When the loop ends or its task is cancelled, the connection is closed.
///
/// Lines not consumed yet wait in memory: up to 10,000 of them, or 4 MiB. Beyond that the newest are dropped, and
/// ``WatchLine/lost(_:)`` takes their place. The events can be iterated once.
public struct WatchEvents: AsyncSequence, Sendable {
    /// Parses the lines that have arrived.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let watching: Watching
        private var cursor = LineCursor()

        fileprivate init(_ events: WatchEvents) { watching = Watching(events.lines) }

        /// Returns the next line. Does not suspend while lines are available.
        ///
        /// - Throws: ``MemcacheError`` when the connection ends, or if a line cannot be read.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(MemcacheError) -> WatchLine? {
            while true {
                if let line = cursor.next() {
                    if let element = WatchLine(line: cursor.bytes.span.extracting(line)) { return element }
                    throw watching.lines.unreadable(cursor.bytes.span.copy(line))
                }
                switch try await watching.lines.next() {
                case .lines(let lines)?: cursor = LineCursor(lines)
                case .lost(let count)?: return .lost(count)
                case nil: return nil
                }
            }
        }
    }

    private let lines: WatchLines

    init(_ lines: WatchLines) { self.lines = lines }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}

/// The lines of a watched server: the stream that delivers them and the buffer that stores them. When it is released,
/// the stream is closed.
final class WatchLines: Sendable {
    private let address: ServerAddress
    private let stream: LineStream
    private let buffer: WatchBuffer

    init(_ stream: LineStream, _ buffer: WatchBuffer, from address: ServerAddress) {
        self.address = address
        self.stream = stream
        self.buffer = buffer
    }

    func next() async throws(MemcacheError) -> WatchBuffer.Segment? {
        do {
            return try await buffer.next()
        } catch {
            stream.giveUp()
            throw error.from(address)
        }
    }

    /// The error for a malformed line. Nothing more is read.
    func unreadable(_ line: [UInt8]) -> MemcacheError {
        stream.giveUp()
        var error = MemcacheError(.malformed(line: line)).from(address)
        error.mayHaveTakenEffect = false
        return error
    }

    func giveUp() { stream.giveUp() }
}

/// One iteration of the events, which is cancelled when the iterator is released.
private final class Watching: Sendable {
    let lines: WatchLines

    init(_ lines: WatchLines) { self.lines = lines }

    deinit { lines.giveUp() }
}
