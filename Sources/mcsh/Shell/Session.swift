import MemcacheCore
import Synchronization

/// What the shell and the thread that receives answers share.
final class Session: Sendable {
    /// Commands that will not be answered, because the connection ended.
    struct Loss: Sendable {
        var error: MemcacheError
        var firstLine: Int
        var lastLine: Int
        /// How the answers would have been written.
        var format: OutputFormat?
    }

    private struct State {
        var status = ExitStatus.done
        var loss: Loss?
        var script: String?
    }

    /// The CAS tokens that `gets` has seen.
    let tokens = CASTokens()
    /// Standard output.
    let output: OutputSink
    /// What answers look like.
    let presentation: Presentation

    private let state = Mutex(State())

    init(output: OutputSink, presentation: Presentation) {
        self.output = output
        self.presentation = presentation
    }

    /// The worst that has happened.
    var status: ExitStatus { state.withLock { $0.status } }

    /// The name of the script whose lines run, where there is one: then messages name the line. It changes only while no
    /// answer is awaited.
    var script: String? {
        get { state.withLock { $0.script } }
        set { state.withLock { $0.script = newValue } }
    }

    /// Something has happened.
    func note(_ status: ExitStatus) {
        guard status != .done else { return }
        state.withLock { $0.status = $0.status.worst(status) }
    }

    /// Commands will not be answered.
    func note(_ loss: Loss) {
        state.withLock { state in
            state.status = state.status.worst(loss.error.exitStatus)
            if var known = state.loss {
                known.firstLine = min(known.firstLine, loss.firstLine)
                known.lastLine = max(known.lastLine, loss.lastLine)
                known.error.mayHaveTakenEffect = known.error.mayHaveTakenEffect || loss.error.mayHaveTakenEffect
                state.loss = known
            } else {
                state.loss = loss
            }
        }
    }

    /// More lines that are not answered, for nothing was sent after the loss.
    func extendLoss(from first: Int, to last: Int) {
        state.withLock { state in
            guard var loss = state.loss else { return }
            loss.firstLine = min(loss.firstLine, first)
            loss.lastLine = max(loss.lastLine, last)
            state.loss = loss
        }
    }

    /// Whether a connection ended with commands unanswered.
    var hasLoss: Bool { state.withLock { $0.loss != nil } }

    /// The loss that is to be told, which is then forgotten.
    func takeLoss() -> Loss? {
        state.withLock { state in
            defer { state.loss = nil }
            return state.loss
        }
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
}

extension MemcacheError {
    /// How the shell ends after this error.
    var exitStatus: ExitStatus {
        switch code {
        case .keyEmpty, .keyTooLong, .keyCharacter, .valueTooLarge, .invalidArgument: .usage
        case .error, .clientError, .serverError, .unavailable: .refused
        case .timedOut: .timedOut
        case .unreadableReply: .notMemcached
        case .localFile: .localFailure
        default: .disconnected
        }
    }
}
