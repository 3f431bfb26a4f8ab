import MemcachePlatform
import Synchronization

/// A line at the terminal that says how far long work has come. It comes after half a second, is drawn anew a few times a
/// second, and is gone at the end.
///
/// One task counts, and another one draws meanwhile, for work may wait.
final class Progress: Sendable {
    private struct State {
        var figures: ProgressFigures
        /// When the line was drawn last.
        var lastDrawing: ContinuousClock.Instant?
        var isOnScreen = false
        var isOver = false
    }

    /// How long work takes before it is worth a line.
    static let patience = Duration.milliseconds(500)
    /// The time between two drawings at least.
    static let pause = Duration.milliseconds(200)

    private let start: ContinuousClock.Instant
    private let now: @Sendable () -> ContinuousClock.Instant
    private let columns: @Sendable () -> Int
    private let write: @Sendable ([UInt8]) -> Void
    private let state: Mutex<State>

    /// Begins.
    ///
    /// - Parameters:
    ///   - columns: How wide the terminal is.
    ///   - write: Where the line is drawn.
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

    /// Says how far the work has come. What was found counts only where the work is to find something.
    func set(done: UInt64, found: UInt64) {
        state.withLock { state in
            state.figures.done = done
            if state.figures.found != nil { state.figures.found = found }
        }
    }

    /// Draws the line, where it is time for that.
    func drawIfDue() {
        // While somebody else writes there is no line.
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

    /// Takes the line off the screen while something else is written there.
    func aside(_ body: () -> Void) {
        state.withLock { state in
            erase(&state)
            body()
        }
    }

    /// Takes the line off the screen for good.
    ///
    /// - Returns: Whether it was there.
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
        // It comes again at once.
        state.lastDrawing = nil
        write(Array("\r\u{1B}[K".utf8))
        return true
    }
}

/// How far work has come.
struct ProgressFigures: Hashable, Sendable {
    /// What is counted, in one word: `keys`.
    var noun: String
    var done: UInt64 = 0
    /// How many there are altogether, as far as that is known.
    var total: UInt64?
    /// How many are of the kind that is looked for; nil where all are.
    var found: UInt64?

    /// `1,234,567 of 5,000,000 keys (24.7%), 12 found, 1,200,000/s, 3s left`, with less of it where there is less room.
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
