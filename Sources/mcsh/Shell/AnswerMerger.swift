import MemcacheCore
import Synchronization

/// A command that a server refused, for standard error.
struct Complaint: Sendable {
    var error: MemcacheError
    var line: Int
    var server: String
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

/// Puts the answers of several servers in the order of the lines: each waits for those before it.
///
/// The main thread says what is expected before anything is sent; printers hand over what has come.
final class AnswerMerger: Sendable {
    /// Where the answers of one server come in.
    final class Lane: Sendable {
        fileprivate let position: Int
        private let merger: AnswerMerger

        fileprivate init(_ position: Int, of merger: AnswerMerger) {
            self.position = position
            self.merger = merger
        }

        /// Hands over answers that are complete, with the bytes of all of them.
        func deliver(_ bytes: [UInt8], _ answers: [MergedAnswer]) {
            merger.deliver(bytes, answers, from: position)
        }

        /// Commands were not sent, and have no answer.
        func skip(_ count: Int) {
            let none = MergedAnswer(end: 0, table: nil, complaints: [])
            merger.deliver([], Array(repeating: none, count: count), from: position)
        }
    }

    /// Answers of one server in one piece, of which some may have been passed on.
    private struct Delivery {
        var bytes: [UInt8]
        var answers: [MergedAnswer]
        var next = 0

        /// Where the next answer begins.
        var start: Int { next == 0 ? 0 : answers[next - 1].end }
    }

    private struct State {
        /// The servers of the commands whose answers are not passed on yet, in the order of the lines.
        var owners: [Int] = []
        var firstOwner = 0
        /// What has come too early, for each server.
        var waiting: [[Delivery]]
        /// The table whose header stands last in the output, for each style.
        var tables: [DelimitedRenderer.Style: DelimitedTable] = [:]
    }

    private let session: Session
    private let state: Mutex<State>

    init(servers: Int, session: Session) {
        self.session = session
        state = Mutex(State(waiting: Array(repeating: [], count: servers)))
    }

    /// The lane of a server.
    func lane(_ position: Int) -> Lane { Lane(position, of: self) }

    /// Commands are about to be sent, to these servers and in this order.
    func expect(_ owners: [Int]) {
        state.withLock { state in
            state.owners.removeFirst(state.firstOwner)
            state.firstOwner = 0
            state.owners += owners
        }
    }

    private func deliver(_ bytes: [UInt8], _ answers: [MergedAnswer], from position: Int) {
        state.withLock { state in
            state.waiting[position].append(Delivery(bytes: bytes, answers: answers))
            pass(&state)
        }
    }

    /// Passes on what is in its turn. The lock keeps others out meanwhile, so that the order holds.
    private func pass(_ state: inout State) {
        var out: [UInt8] = []
        while state.firstOwner < state.owners.count {
            let owner = state.owners[state.firstOwner]
            guard !state.waiting[owner].isEmpty else { break }
            let answer = state.waiting[owner][0].answers[state.waiting[owner][0].next]
            let start = state.waiting[owner][0].start
            if let table = answer.table, start < answer.end, state.tables[table.style] != table {
                state.tables[table.style] = table
                table.appendHeader(to: &out)
            }
            out.append(contentsOf: state.waiting[owner][0].bytes[start..<answer.end])
            if !answer.complaints.isEmpty {
                session.output.write(out)
                out = []
                for complaint in answer.complaints { session.tell(complaint) }
            }
            state.firstOwner += 1
            state.waiting[owner][0].next += 1
            if state.waiting[owner][0].next == state.waiting[owner][0].answers.count {
                state.waiting[owner].removeFirst()
            }
        }
        session.output.write(out)
    }
}
