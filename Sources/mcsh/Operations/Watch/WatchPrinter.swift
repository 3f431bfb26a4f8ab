import MemcacheCore
import Synchronization

/// Writes the events of several servers as they arrive, and counts them.
final class WatchPrinter: Sendable {
    private struct State {
        var rows: WatchRows
        var summary: WatchSummary
        /// The servers that have agreed to be watched, and those that will not be.
        var watched: Set<String> = []
        var failed: Set<String> = []
        var width: Int

        /// Whether nothing more is shown.
        var isOver = false

        func isFull(_ limit: UInt64?) -> Bool { isOver || limit.map { summary.shown >= $0 } ?? false }
    }

    private let query: WatchQuery
    private let output: OutputSink
    /// Whether lines are as wide as the terminal at the time they are written.
    private let followsTerminal: Bool
    private let state: Mutex<State>
    private let ends: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation
    private let settlements: AsyncStream<Void>
    private let settling: AsyncStream<Void>.Continuation
    private let serverCount: Int

    init(
        _ query: WatchQuery, rows: WatchRows, output: OutputSink, serverCount: Int, width: Int, followsTerminal: Bool
    ) {
        self.query = query
        self.output = output
        self.serverCount = serverCount
        self.followsTerminal = followsTerminal
        state = Mutex(State(rows: rows, summary: WatchSummary(of: query.streams), width: width))
        (ends, ending) = AsyncStream.makeStream()
        (settlements, settling) = AsyncStream.makeStream()
    }

    /// The servers that have agreed to be watched, and those that have not answered yet.
    func servers(of names: [String]) -> (watched: [String], silent: [String]) {
        state.withLock { state in
            (
                names.filter { state.watched.contains($0) },
                names.filter { !state.watched.contains($0) && !state.failed.contains($0) }
            )
        }
    }

    var summary: WatchSummary { state.withLock { $0.summary } }

    /// Records whether a server is being watched or never will be.
    func settle(_ server: String, isWatched: Bool) {
        let isLast = state.withLock { state in
            if isWatched { state.watched.insert(server) } else { state.failed.insert(server) }
            return state.watched.union(state.failed).count >= serverCount
        }
        if isLast { settling.finish() }
    }

    func waitUntilSettled() async {
        guard !output.hasFailed else { return }
        for await _ in settlements {}
    }

    /// Records that no more events are wanted, from any server.
    func end() { ending.finish() }

    /// Shows nothing more, whatever arrives.
    func stop() { state.withLock { $0.isOver = true } }

    func waitForEnd() async {
        for await _ in ends {}
    }

    /// - Returns: Whether more lines are wanted.
    func write(_ line: WatchLine, from server: String) -> Bool {
        state.withLock { state in
            guard !state.isFull(query.limit), !output.hasFailed else { return false }
            switch line {
            case .event(let event):
                guard query.shows(event) else {
                    state.summary.countHidden()
                    return true
                }
                state.summary.count(event)
            case .skipped(let count): state.summary.count(lost: count, byServer: true)
            case .lost(let count): state.summary.count(lost: count, byServer: false)
            }
            if followsTerminal, case let width = Terminal.outputColumns, width != state.width {
                state.width = width
                state.rows.resize(to: width)
            }
            output.write(state.rows.rendered(line, from: server))
            return !state.isFull(query.limit) && !output.hasFailed
        }
    }
}
