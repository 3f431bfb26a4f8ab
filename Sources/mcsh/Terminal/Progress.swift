import MemcachePlatform
import Synchronization

/// A line on the terminal that shows the progress of long work. It appears after half a second, is redrawn a few times
/// a second, and disappears at the end.
///
/// One task counts, and another one draws concurrently, because the work may have to wait.
final class Progress: Sendable {
    private struct State {
        var figures: ProgressFigures
        /// The time of the last drawing.
        var lastDrawing: ContinuousClock.Instant?
        var isOnScreen = false
        var isOver = false
    }

    /// How long work takes before it shows a line.
    static let patience = Duration.milliseconds(500)
    /// The minimum time between two drawings.
    static let pause = Duration.milliseconds(200)

    private let start: ContinuousClock.Instant
    private let now: @Sendable () -> ContinuousClock.Instant
    private let columns: @Sendable () -> Int
    private let write: @Sendable ([UInt8]) -> Void
    private let state: Mutex<State>

    /// Starts the display.
    ///
    /// - Parameters:
    ///   - columns: The width of the terminal.
    ///   - write: Writes the line.
    init(
        _ figures: ProgressFigures,
        columns: @escaping @Sendable () -> Int = { Terminal.columns(of: STDERR_FILENO) },
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        write: @escaping @Sendable ([UInt8]) -> Void = { _ = FileDescriptors.write($0, to: STDERR_FILENO) }
    ) {
        state = Mutex(State(figures: figures))
        self.columns = columns
        self.now = now
        self.write = write
        start = now()
    }

    /// Updates the progress. The number of items found matters only if the work searches for something.
    func set(done: UInt64, found: UInt64) {
        state.withLock { state in
            state.figures.done = done
            if state.figures.found != nil { state.figures.found = found }
        }
    }

    /// Draws the line if it is time for that.
    func drawIfDue() {
        // While another thread writes there is no line.
        _ = state.withLockIfAvailable { state in
            let now = now()
            guard !state.isOver, now - start >= Self.patience else { return }
            if let last = state.lastDrawing, now - last < Self.pause { return }
            state.lastDrawing = now
            state.isOnScreen = true
            let text = state.figures.text(after: now - start, width: columns() - 1)
            write(Array("\r\(text)\u{1B}[K".utf8))
        }
    }

    /// Draws the line from time to time, until the task is cancelled.
    func keepDrawing() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.pause)
            if !Task.isCancelled { drawIfDue() }
        }
    }

    /// Removes the line from the screen while something else is written there.
    func aside(_ body: () -> Void) {
        state.withLock { state in
            erase(&state)
            body()
        }
    }

    /// Removes the line from the screen for good.
    ///
    /// - Returns: Whether it was shown.
    @discardableResult
    func end() -> Bool {
        state.withLock { state in
            state.isOver = true
            return erase(&state)
        }
    }

    @discardableResult
    private func erase(_ state: inout State) -> Bool {
        guard state.isOnScreen else { return false }
        state.isOnScreen = false
        // It reappears at once.
        state.lastDrawing = nil
        write(Array("\r\u{1B}[K".utf8))
        return true
    }
}

/// The progress of work.
struct ProgressFigures: Hashable, Sendable {
    /// The name of what is counted, in one word: `keys`.
    var noun: String
    var done: UInt64 = 0
    /// The total number, as far as it is known.
    var total: UInt64?
    /// The number of items found; nil if all are wanted.
    var found: UInt64?

    /// `1,234,567 of 5,000,000 keys (24.7%), 12 found, 1,200,000/s, 3s left`, shortened if there is less room.
    func text(after duration: Duration, width: Int) -> String {
        let seconds = max(0.001, duration / .seconds(1))
        var head = HumanUnits.count(done)
        var left: String?
        if let total, total > 0, done <= total {
            head += " of \(HumanUnits.count(total)) \(noun)"
            if let share = HumanUnits.percentage(Double(done), of: Double(total)) { head += " (\(share))" }
            if done > 0 {
                let rest = Double(total - done) * seconds / Double(done)
                if rest < 1e9 { left = HumanUnits.duration(seconds: UInt64(rest.rounded(.up))) + " left" }
            }
        } else {
            head += " \(noun)"
        }
        let parts = [
            head, found.map { "\(HumanUnits.count($0)) found" },
            HumanUnits.rate(Double(done), seconds: seconds), left,
        ].compactMap { $0 }
        for count in stride(from: parts.count, to: 0, by: -1) {
            let text = parts.prefix(count).joined(separator: ", ")
            if text.utf8.count <= width { return text }
        }
        return String(head.prefix(max(0, width)))
    }
}
