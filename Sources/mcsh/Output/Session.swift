import MemcacheCore
import Synchronization

/// What the shell and the thread that receives answers share.
final class Session: Sendable {
    /// Commands that will not be answered, because the connection to a server ended.
    struct LostReplies: Sendable {
        var error: MemcacheError
        /// The server.
        var server: String
        /// The first of the commands, by its name.
        var command = ""
        /// What is not answered.
        var unanswered: Unanswered
        /// How the answers would have been written.
        var format: OutputFormat?
    }

    /// Commands without an answer.
    struct Unanswered: Sendable {
        var firstLine: Int
        var lastLine: Int
        /// The command with several keys, where there is no other.
        var command: Int?
        /// Its keys that are not answered.
        var keys: [[UInt8]] = []

        /// All commands of a line, or of several.
        init(firstLine: Int, lastLine: Int, command: Int? = nil, keys: [[UInt8]] = []) {
            (self.firstLine, self.lastLine) = (firstLine, lastLine)
            (self.command, self.keys) = (command, keys)
        }

        fileprivate mutating func add(_ other: Unanswered) {
            firstLine = min(firstLine, other.firstLine)
            lastLine = max(lastLine, other.lastLine)
            if command == nil || command != other.command {
                (command, keys) = (nil, [])
            } else {
                keys += other.keys
            }
        }
    }

    private struct State {
        /// The worst so far, losses that are not reported yet left out: which error counts for each server is only known
        /// then.
        var status = ExitStatus.done
        /// The worst since a command began.
        var recent = ExitStatus.done
        /// Win tokens that are to be given back.
        var wins: [TakenWin] = []
        /// One for each server that was lost.
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

    /// The worst that has happened.
    var status: ExitStatus { state.withLock { $0.worst($0.status) } }

    /// The name of the script whose lines run, where there is one: then messages name the line. It changes only while no
    /// answer is awaited.
    var script: String? {
        get { state.withLock { $0.script } }
        set { state.withLock { $0.script = newValue } }
    }

    /// What answers look like. It changes only while no answer is awaited.
    var presentation: Presentation {
        get { state.withLock { $0.presentation } }
        set { state.withLock { $0.presentation = newValue } }
    }

    /// How errors are written: JSON, or text in all other formats.
    var errorFormat: OutputFormat {
        get { state.withLock { $0.errorFormat } }
        set { state.withLock { $0.errorFormat = newValue } }
    }

    /// Something has happened.
    func note(_ status: ExitStatus) {
        guard status != .done else { return }
        state.withLock { $0.note(status) }
    }

    /// Begins to count anew for a command. Returns what had happened before, for ``endCommand(resuming:)``.
    func beginCommand() -> ExitStatus {
        state.withLock { state in
            defer { state.recent = .done }
            return state.recent
        }
    }

    /// The worst that has happened since a command began. What happened before it counts again.
    func endCommand(resuming outer: ExitStatus) -> ExitStatus {
        state.withLock { state in
            defer { state.recent = state.recent.worst(outer) }
            return state.worst(state.recent)
        }
    }

    /// A read for show has taken a win token.
    func note(_ win: TakenWin) {
        state.withLock { $0.wins.append(win) }
    }

    /// The win tokens that are to be given back, which are then forgotten.
    func takeWins() -> [TakenWin] {
        state.withLock { state in
            guard !state.wins.isEmpty else { return [] }
            defer { state.wins = [] }
            return state.wins
        }
    }

    /// Commands will not be answered.
    func note(_ loss: LostReplies) {
        state.withLock { state in
            guard let known = state.losses.firstIndex(where: { $0.server == loss.server }) else {
                state.losses.append(loss)
                return
            }
            state.losses[known].add(loss)
        }
    }

    /// More commands that are not answered, because nothing was sent after the loss: they count to the loss of their own
    /// server, and to the first one where that server is well.
    func extendLoss(of server: String, by unanswered: Unanswered) {
        state.withLock { state in
            guard !state.losses.isEmpty else { return }
            let known = state.losses.firstIndex { $0.server == server }
            state.losses[known ?? 0].unanswered.add(unanswered)
        }
    }

    /// Whether a connection ended with commands unanswered.
    var hasLoss: Bool { state.withLock { !$0.losses.isEmpty } }

    /// The losses that are to be told, which are then forgotten.
    func takeLosses() -> [LostReplies] {
        state.withLock { state in
            for loss in state.losses { state.note(loss.error.exitStatus) }
            defer { state.losses = [] }
            return state.losses
        }
    }
}

extension Session.LostReplies {
    /// Adds what else was lost with the same connection. The error that ended it counts, and not what followed from that:
    /// later commands only hear that the connection is lost.
    fileprivate mutating func add(_ other: Session.LostReplies) {
        let mayHaveEffect = error.mayHaveTakenEffect || other.error.mayHaveTakenEffect
        if error.code == .connectionLost, other.error.code != .connectionLost { error = other.error }
        error.mayHaveTakenEffect = mayHaveEffect
        unanswered.add(other.unanswered)
    }
}

/// How answers and messages look in this run.
struct Presentation: Sendable {
    /// How answers are written, unless a command says otherwise.
    var format: OutputFormat
    /// Colours on standard output.
    var style: TextStyle
    /// Columns of the terminal.
    var width: Int
    /// Whether a newline follows a value in the plain format.
    var endsValues: Bool
    /// The statistics of the run before, while a command is repeated.
    var comparison = StatisticsComparison()
    /// Whether standard output is a terminal.
    var isTerminal = false

    /// How answers look that go to a file or a command instead.
    func elsewhere(in format: OutputFormat) -> Presentation {
        var other = self
        other.format = format
        other.style = .plain
        other.isTerminal = false
        return other
    }
}

extension MemcacheError {
    /// How the shell ends after this error.
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
