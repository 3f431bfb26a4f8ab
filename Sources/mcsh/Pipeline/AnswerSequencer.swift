import MemcacheCore
import Synchronization

/// Where answers come from, which can be told to wait.
protocol Pausable: AnyObject, Sendable {
    /// Brings nothing more, but for what is on its way already.
    func hold()
    /// Goes on.
    func resume()
}

extension Connection: Pausable {}

/// Puts the answers of several servers in the order of the lines: each waits for those before it.
///
/// The main thread says what is expected before anything is sent; printers hand over what has come. A server that is far
/// ahead of another is told to wait, so that what is kept stays small. The one whose answer is in turn never is: all
/// that has come from it is passed on.
final class AnswerSequencer: Sendable {
    /// Where the answers of one server come in.
    final class Lane: Sendable {
        private let position: Int
        private let merger: AnswerSequencer

        fileprivate init(_ position: Int, of merger: AnswerSequencer) {
            self.position = position
            self.merger = merger
        }

        /// Says where the answers that follow come from.
        func comes(from source: any Pausable) {
            merger.state.withLock { $0.lanes[position].source = source }
        }

        /// Hands over answers that are complete.
        func deliver(_ delivery: AnswerChunk) {
            merger.deliver(delivery, from: position)
        }

        /// The last commands that were expected were not sent, and have no answer.
        func skip(_ count: Int) {
            merger.skip(count, of: position)
        }
    }

    private struct State {
        /// The servers of the commands whose answers are not passed on yet, in the order of the lines: ``nobody`` for one
        /// that has no answer, and ``PoolBatch/nowhere`` for one whose answer is the next complaint.
        var owners: [Int] = []
        var complaints: [ReportedError] = []
        var firstOwner = 0
        var lanes: [ReorderBuffer]
        /// The table whose header stands last in the output, for each style.
        var tables: [DelimitedText.Style: DelimitedTable] = [:]
    }

    /// In the place of a server, for a command that was not sent.
    private static let nobody = -2

    /// How much may wait of all servers together, about; each has its part, and not less than the second.
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

    /// Commands are about to be sent, to these servers and in this order.
    ///
    /// - Parameter complaints: What is said of those that go nowhere.
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

    /// Passes on what is in its turn. The lock keeps others out meanwhile, so that the order holds.
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

    /// Passes on a row of a table, with its header where another stands last in the output, and what is said with it.
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

    /// Says complaints behind the output so far.
    private func report(_ complaints: [ReportedError], after out: inout [UInt8]) {
        session.output.write(out)
        out = []
        for complaint in complaints { session.report(complaint) }
    }
}
