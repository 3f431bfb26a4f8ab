import DequeModule
import Synchronization

/// Stores the lines of a watched server until they are read, up to a limit. When it is full, the newest are dropped and
/// counted.
final class WatchBuffer: LineSink {
    /// Lines stored or lost, in order.
    enum Segment: Hashable, Sendable {
        /// Whole lines, including their ends.
        case lines([UInt8])
        /// This many lines were dropped here.
        case lost(UInt64)
    }

    private struct State {
        var segments: Deque<(segment: Segment, lineCount: Int)> = []
        var lineCount = 0
        var byteCount = 0
        /// The number of lines dropped since the last one that was stored.
        var lostCount: UInt64 = 0
        var isOver = false
        var error: MemcacheError?

        /// Stores lines, after the count of those dropped before them.
        mutating func keep(_ lines: Span<UInt8>, lineCount count: Int) {
            if lostCount > 0 { segments.append((.lost(lostCount), 0)) }
            lostCount = 0
            lineCount += count
            byteCount += lines.count
            if case (.lines(var last), let lastCount)? = segments.last, last.count + lines.count <= segmentBytes {
                segments.removeLast()
                last.append(lines)
                segments.append((.lines(last), lastCount + count))
            } else {
                segments.append((.lines(lines.copy(0..<lines.count)), count))
            }
        }

        /// Removes and returns the oldest segment.
        mutating func next() -> Portion {
            if let (segment, count) = segments.popFirst() {
                if case .lines(let lines) = segment { byteCount -= lines.count }
                lineCount -= count
                return .segment(segment)
            }
            if lostCount > 0 {
                defer { lostCount = 0 }
                return .segment(.lost(lostCount))
            }
            return isOver ? .over(error) : .nothingYet
        }
    }

    private enum Portion {
        case segment(Segment)
        case nothingYet
        case over(MemcacheError?)
    }

    /// The maximum number of bytes in one segment.
    private static let segmentBytes = 65_536

    private let maximumLines: Int
    private let maximumBytes: Int
    private let state = Mutex(State())
    private let wakeUp = WakeUp()

    init(maximumLines: Int = 10_000, maximumBytes: Int = 4_194_304) {
        self.maximumLines = maximumLines
        self.maximumBytes = maximumBytes
    }

    func append(_ lines: Span<UInt8>) throws(MemcacheError) {
        state.withLock { state in
            var end = 0
            var count = 0
            while let newline = lines.firstIndex(of: UInt8(ascii: "\n"), from: end),
                state.lineCount + count < maximumLines, state.byteCount + newline < maximumBytes
            {
                end = newline + 1
                count += 1
            }
            if count > 0 { state.keep(lines.extracting(0..<end), lineCount: count) }
            while let newline = lines.firstIndex(of: UInt8(ascii: "\n"), from: end) {
                end = newline + 1
                state.lostCount += 1
            }
        }
        wakeUp.raise()
    }

    func finish(_ error: MemcacheError?) {
        state.withLock { state in
            guard !state.isOver else { return }
            state.isOver = true
            state.error = error
        }
        wakeUp.raise()
    }

    /// Returns the next segment.
    ///
    /// - Throws: ``MemcacheError`` when the stream has ended, after the lines before that; `cancelled` at once.
    func next() async throws(MemcacheError) -> Segment? {
        while true {
            if Task.isCancelled { throw MemcacheError(.cancelled, "watching was cancelled") }
            switch state.withLock({ $0.next() }) {
            case .segment(let segment): return segment
            case .nothingYet: try await wakeUp.wait()
            case .over(let error?): throw error
            case .over(nil): return nil
            }
        }
    }
}
