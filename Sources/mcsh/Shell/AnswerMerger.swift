import MemcacheCore
import Synchronization

/// A command that a server refused, for standard error.
struct Complaint: Sendable {
    var error: MemcacheError
    var line: Int
    /// The server; nil where none is concerned.
    var server: String?
    var format: OutputFormat
}

/// The answer to one command, in bytes that a printer hands over.
struct MergedAnswer: Sendable {
    /// Where it ends in these bytes; it begins where the one before it ends.
    var end: Int
    /// The table whose row it is, where it is one.
    var table: DelimitedTable?
    /// What is said on standard error with it.
    var complaints: [Complaint]
}

/// Where answers come from, which can be told to wait.
protocol AnswerSource: AnyObject, Sendable {
    /// Brings nothing more, but for what is on its way already.
    func hold()
    /// Goes on.
    func resume()
}

extension Connection: AnswerSource {}

/// Puts the answers of several servers in the order of the lines: each waits for those before it.
///
/// The main thread says what is expected before anything is sent; printers hand over what has come. A server that is far
/// ahead of another is told to wait, so that what is kept stays small. The one whose answer is in turn never is: all
/// that has come from it is passed on.
final class AnswerMerger: Sendable {
    /// Where the answers of one server come in.
    final class Lane: Sendable {
        private let position: Int
        private let merger: AnswerMerger

        fileprivate init(_ position: Int, of merger: AnswerMerger) {
            self.position = position
            self.merger = merger
        }

        /// Says where the answers that follow come from.
        func comes(from source: any AnswerSource) {
            merger.state.withLock { $0.lanes[position].source = source }
        }

        /// Hands over answers that are complete, with the bytes of all of them.
        func deliver(_ bytes: [UInt8], _ answers: [MergedAnswer]) {
            merger.deliver(AnswerDelivery(bytes: bytes, answers: answers), from: position)
        }

        /// The last commands that were expected were not sent, and have no answer.
        func skip(_ count: Int) {
            merger.skip(count, of: position)
        }
    }

    private struct State {
        /// The servers of the commands whose answers are not passed on yet, in the order of the lines; nil for one that
        /// has no answer, and ``PreparedRound/nowhere`` for one whose answer is the next complaint.
        var owners: [Int?] = []
        var complaints: [Complaint] = []
        var firstOwner = 0
        var lanes: [WaitingAnswers]
        /// The table whose header stands last in the output, for each style.
        var tables: [DelimitedRenderer.Style: DelimitedTable] = [:]
    }

    /// A server with more than this waiting is told to wait.
    static let maximumWaitingBytes = 4 << 20

    private let session: Session
    private let state: Mutex<State>

    init(servers: Int, session: Session) {
        self.session = session
        state = Mutex(State(lanes: Array(repeating: WaitingAnswers(), count: servers)))
    }

    /// The lane of a server.
    func lane(_ position: Int) -> Lane { Lane(position, of: self) }

    /// Commands are about to be sent, to these servers and in this order.
    ///
    /// - Parameter complaints: What is said of those that go nowhere.
    func expect(_ owners: [Int], complaints: [Complaint] = []) {
        state.withLock { state in
            state.owners.removeFirst(state.firstOwner)
            state.firstOwner = 0
            state.owners += owners
            guard !complaints.isEmpty else { return }
            state.complaints += complaints
            pass(&state)
        }
    }

    private func deliver(_ delivery: AnswerDelivery, from position: Int) {
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
                state.owners[index] = nil
                left -= 1
            }
            pass(&state)
        }
    }

    /// Passes on what is in its turn. The lock keeps others out meanwhile, so that the order holds.
    private func pass(_ state: inout State) {
        var out: [UInt8] = []
        while state.firstOwner < state.owners.count {
            guard let owner = state.owners[state.firstOwner] else {
                state.firstOwner += 1
                continue
            }
            if owner == PreparedRound.nowhere {
                state.firstOwner += 1
                session.output.write(out)
                out = []
                let complaint = state.complaints.removeFirst()
                session.note(complaint.error.exitStatus)
                session.tell(complaint)
                continue
            }
            guard let (answer, bytes) = state.lanes[owner].takeFirst() else { break }
            state.firstOwner += 1
            if let table = answer.table, !bytes.isEmpty, state.tables[table.style] != table {
                state.tables[table.style] = table
                table.appendHeader(to: &out)
            }
            out.append(contentsOf: bytes)
            guard !answer.complaints.isEmpty else { continue }
            session.output.write(out)
            out = []
            for complaint in answer.complaints { session.tell(complaint) }
        }
        session.output.write(out)
    }
}
