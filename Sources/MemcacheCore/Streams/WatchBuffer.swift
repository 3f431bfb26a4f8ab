import DequeModule
import Synchronization

/// Keeps the lines of a watched server until they are read, up to a bound; the newest are dropped when it is full, and
/// counted.
final class WatchBuffer: LineSink {
    /// What was kept or lost, in the order of the lines.
    enum Segment: Hashable, Sendable {
        /// Whole lines with their ends.
        case lines([UInt8])
        /// So many lines were dropped here.
        case lost(UInt64)
    }

    private struct State {
        var segments: Deque<(segment: Segment, lineCount: Int)> = []
        var lineCount = 0
        var byteCount = 0
        /// Lines dropped since the last that was kept.
        var lostCount: UInt64 = 0
        var isOver = false
        var error: MemcacheError?

        /// Keeps lines, behind the count of those that were dropped before them.
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

        /// Takes out what is oldest.
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

    /// How many bytes of lines are handed over at a time.
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

    /// What comes next.
    ///
    /// - Throws: ``MemcacheError`` when the stream is over, after what came before; `cancelled` at once.
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
