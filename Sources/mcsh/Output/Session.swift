import MemcacheCore
import Synchronization

/// The state shared by the shell and the thread that receives answers.
final class Session: Sendable {
    private struct State {
        /// The worst so far, without losses that are not reported yet: which error counts for each server is only known
        /// when they are.
        var status = ExitStatus.done
        /// The worst since a command began.
        var recent = ExitStatus.done
        /// Win tokens to give back.
        var wins: [TakenWin] = []
        /// One for each lost server.
        var losses: [LostReplies] = []
        var script: String?
        var errorFormat: OutputFormat
        var presentation: Presentation

        mutating func note(_ new: ExitStatus) {
            status = status.worst(new)
            recent = recent.worst(new)
        }

        /// The worst of a status and the losses.
        func worst(_ status: ExitStatus) -> ExitStatus {
            losses.reduce(status) { $0.worst($1.error.exitStatus) }
        }
    }

    /// The CAS tokens that the last `gets` of each key has seen, for a `cas` that names none.
    let tokens = CASTokenCache(capacity: 10_000)
    /// Standard output.
    let output: OutputSink
    private let state: Mutex<State>

    init(output: OutputSink, presentation: Presentation) {
        self.output = output
        state = Mutex(State(errorFormat: presentation.format, presentation: presentation))
    }

    /// The worst status so far.
    var status: ExitStatus { state.withLock { $0.worst($0.status) } }

    /// The name of the script whose lines run, if there is one: then messages name the line. It changes only while no
    /// answer is outstanding.
    var script: String? {
        get { state.withLock { $0.script } }
        set { state.withLock { $0.script = newValue } }
    }

    /// The appearance of answers. It changes only while no answer is outstanding.
    var presentation: Presentation {
        get { state.withLock { $0.presentation } }
        set { state.withLock { $0.presentation = newValue } }
    }

    /// The format of errors: JSON, or text for all other formats.
    var errorFormat: OutputFormat {
        get { state.withLock { $0.errorFormat } }
        set { state.withLock { $0.errorFormat = newValue } }
    }

    /// Counts a status towards the exit status.
    func note(_ status: ExitStatus) {
        guard status != .done else { return }
        state.withLock { $0.note(status) }
    }

    /// Starts counting for a command. Returns the status before it, for ``endCommand(resuming:)``.
    func beginCommand() -> ExitStatus {
        state.withLock { state in
            defer { state.recent = .done }
            return state.recent
        }
    }

    /// The worst status since a command began. The status before it counts again.
    func endCommand(resuming outer: ExitStatus) -> ExitStatus {
        state.withLock { state in
            defer { state.recent = state.recent.worst(outer) }
            return state.worst(state.recent)
        }
    }

    /// Records that a read for display has taken a win token.
    func note(_ win: TakenWin) {
        state.withLock { $0.wins.append(win) }
    }

    /// Returns the win tokens to give back, and forgets them.
    func takeWins() -> [TakenWin] {
        state.withLock { state in
            guard !state.wins.isEmpty else { return [] }
            defer { state.wins = [] }
            return state.wins
        }
    }

    /// Records commands that will not be answered.
    func note(_ loss: LostReplies) {
        state.withLock { state in
            guard let known = state.losses.firstIndex(where: { $0.server == loss.server }) else {
                state.losses.append(loss)
                return
            }
            state.losses[known].add(loss)
        }
    }

    /// Adds commands without an answer because nothing was sent after the loss: they count towards the loss of their
    /// own server, and towards the first one if that server is well.
    func extendLoss(of server: String, by unanswered: LostReplies.Unanswered) {
        state.withLock { state in
            guard !state.losses.isEmpty else { return }
            let known = state.losses.firstIndex { $0.server == server }
            state.losses[known ?? 0].unanswered.add(unanswered)
        }
    }

    /// Whether a connection ended with commands unanswered.
    var hasLoss: Bool { state.withLock { !$0.losses.isEmpty } }

    /// Returns the losses, and forgets them.
    ///
    /// - Parameter isReported: Whether they will be reported, which counts what they turn out to be.
    func takeLosses(isReported: Bool = false) -> [LostReplies] {
        state.withLock { state in
            if !isReported {
                for loss in state.losses { state.note(loss.error.exitStatus) }
            }
            defer { state.losses = [] }
            return state.losses
        }
    }
}

/// The appearance of answers and messages in this run.
struct Presentation: Sendable {
    /// The format of answers, unless a command specifies another.
    var format: OutputFormat
    /// Colours on standard output.
    var style: TextStyle
    /// The columns of the terminal.
    var width: Int
    /// Whether a newline follows a value in the plain format.
    var endsValues: Bool
    /// The statistics of the previous run, while a command is repeated.
    var comparison = StatisticsComparison()
    /// Whether standard output is a terminal.
    var isTerminal = false

    /// The appearance of answers that are redirected to a file or a command.
    func elsewhere(in format: OutputFormat) -> Presentation {
        var other = self
        other.format = format
        other.style = .plain
        other.isTerminal = false
        return other
    }
}

extension MemcacheError {
    /// The exit status of the shell after this error.
    var exitStatus: ExitStatus {
        switch code {
        case .keyEmpty, .keyTooLong, .keyCharacter, .valueTooLarge, .invalidArgument, .unwritableValue: .usage
        case .error, .clientError, .serverError, .unavailable: .refused
        case .timedOut: .timedOut
        case .unreadableReply, .unreadableValue, .unknownFlags: .notMemcached
        case .localFile, .localResource: .localFailure
        case .unauthenticated, .tlsRequired: .unauthenticated
        default: .disconnected
        }
    }
}
