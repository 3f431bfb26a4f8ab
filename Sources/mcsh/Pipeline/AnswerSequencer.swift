import MemcacheCore
import Synchronization

/// A source of answers that can be paused.
protocol Pausable: AnyObject, Sendable {
    /// Stops delivering answers, except those already on their way.
    func hold()
    /// Continues delivering answers.
    func resume()
}

extension Connection: Pausable {}

/// Puts the answers of several servers in the order of the lines: each waits for those before it.
///
/// The main thread registers what is expected before anything is sent; writers deliver what has arrived. A server that
/// is far ahead of another is paused, so that little needs to be buffered. The one whose answer is next is never
/// paused: everything that has arrived from it is passed on.
final class AnswerSequencer: Sendable {
    /// The entrance for the answers of one server.
    final class Lane: Sendable {
        private let position: Int
        private let merger: AnswerSequencer

        fileprivate init(_ position: Int, of merger: AnswerSequencer) {
            self.position = position
            self.merger = merger
        }

        /// Sets the source of the answers that follow.
        func comes(from source: any Pausable) {
            merger.state.withLock { $0.lanes[position].source = source }
        }

        /// Delivers complete answers.
        func deliver(_ delivery: AnswerChunk) {
            merger.deliver(delivery, from: position)
        }

        /// Records that the last expected commands were not sent and have no answer.
        func skip(_ count: Int) {
            merger.skip(count, of: position)
        }
    }

    private struct State {
        /// The servers of the commands whose answers are not passed on yet, in the order of the lines: ``nobody`` for
        /// one that has no answer, and ``PoolBatch/nowhere`` for one whose answer is the next error.
        var owners: [Int] = []
        var complaints: [ReportedError] = []
        var firstOwner = 0
        var lanes: [ReorderBuffer]
        /// The table whose header was written last, for each style.
        var tables: [DelimitedText.Style: DelimitedTable] = [:]
    }

    /// Used instead of a server, for a command that was not sent.
    private static let nobody = -2

    /// The approximate number of bytes that may wait for all servers together; each gets a share, and at least the
    /// second number.
    private static let waitingBytes = (all: 8 << 20, each: 256 << 10)

    private let session: Session
    private let state: Mutex<State>

    init(servers: Int, session: Session) {
        self.session = session
        let limit = max(AnswerSequencer.waitingBytes.all / max(1, servers), AnswerSequencer.waitingBytes.each)
        state = Mutex(State(lanes: Array(repeating: ReorderBuffer(maximumBytes: limit), count: servers)))
    }

    /// The lane of a server.
    func lane(_ position: Int) -> Lane { Lane(position, of: self) }

    /// Registers commands that are about to be sent, to these servers and in this order.
    ///
    /// - Parameter complaints: The errors of those that have no server.
    func expect(_ owners: [Int], complaints: [ReportedError] = []) {
        state.withLock { state in
            state.owners.removeFirst(state.firstOwner)
            state.firstOwner = 0
            state.owners += owners
            guard !complaints.isEmpty else { return }
            state.complaints += complaints
            pass(&state)
        }
    }

    private func deliver(_ delivery: AnswerChunk, from position: Int) {
        state.withLock { state in
            state.lanes[position].append(delivery)
            pass(&state)
            state.lanes[position].holdIfMany()
        }
    }

    /// The commands before these may still be answered, and keep their places.
    private func skip(_ count: Int, of position: Int) {
        state.withLock { state in
            var left = count
            var index = state.owners.count
            while left > 0, index > state.firstOwner {
                index -= 1
                guard state.owners[index] == position else { continue }
                state.owners[index] = AnswerSequencer.nobody
                left -= 1
            }
            pass(&state)
        }
    }

    /// Passes on the answers that are next. The lock excludes other threads in the meantime, so that the order is
    /// preserved.
    private func pass(_ state: inout State) {
        var out: [UInt8] = []
        pass: while state.firstOwner < state.owners.count {
            let owner = state.owners[state.firstOwner]
            if owner >= 0 {
                switch state.lanes[owner].takeNext(into: &out) {
                case .missing: break pass
                case .passed: break
                case .special(let extra, let bytes): pass(extra, bytes, &state, &out)
                }
            } else if owner == PoolBatch.nowhere {
                report([state.complaints.removeFirst()], after: &out)
            }
            state.firstOwner += 1
        }
        session.output.write(out)
    }

    /// Passes on a row of a table, with its header if a different one was written last, and the errors that belong to
    /// it.
    private func pass(
        _ extra: AnswerChunk.Extra, _ bytes: ArraySlice<UInt8>, _ state: inout State, _ out: inout [UInt8]
    ) {
        if let table = extra.table, !bytes.isEmpty, state.tables[table.style] != table {
            state.tables[table.style] = table
            table.appendHeader(to: &out)
        }
        out.append(contentsOf: bytes)
        if !extra.complaints.isEmpty { report(extra.complaints, after: &out) }
    }

    /// Reports errors after the output so far.
    private func report(_ complaints: [ReportedError], after out: inout [UInt8]) {
        session.output.write(out)
        out = []
        for complaint in complaints { session.report(complaint) }
    }
}
