import MemcachePlatform
import Synchronization

/// Asks questions at the terminal.
enum Question {
    /// Asks a question, and reads a line from standard input.
    ///
    /// The question is written to standard error if that is a terminal, else to the terminal itself, because a question
    /// in a file cannot be answered. Text typed before the question is dropped, because it is not an answer. The
    /// question is repeated when the program continues after Ctrl-Z. Calls `tcflush`.
    ///
    /// - Parameter watcher: Handles the signals: Ctrl-C ends the question. Without one Ctrl-C ends the program.
    /// - Returns: The line without its terminator and surrounding spaces; nil if it was cancelled, or if there is no
    ///   terminal.
    static func answer(to question: String, watcher: SignalWatcher?) -> [UInt8]? {
        let isError = Terminal.isTerminal(STDERR_FILENO)
        let terminal = isError ? STDERR_FILENO : FileDescriptors.open(Array("/dev/tty".utf8), flags: O_WRONLY)
        guard terminal >= 0 else { return nil }
        defer { if !isError { close(terminal) } }
        let notes = watcher == nil ? ContinuationNotes() : nil
        defer { notes?.end() }
        tcflush(STDIN_FILENO, TCIFLUSH)
        let question = wrapped(question, to: Terminal.columns(of: terminal))
        guard FileDescriptors.write(Array(question.utf8), to: terminal) == 0 else { return nil }
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            switch watcher?.waitForInput() ?? notes?.waitForInput() ?? .input {
            case .interrupted: return nil
            case .resumed:
                answer = []
                _ = FileDescriptors.write(Array(question.utf8), to: terminal)
                continue
            case .input: break
            }
            guard withUnsafeMutableBytes(of: &byte, { FileDescriptors.read(STDIN_FILENO, into: $0) }) == 1,
                byte != UInt8(ascii: "\n")
            else { break }
            answer.append(byte)
        }
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0d }
        let start = answer.firstIndex { !isSpace($0) } ?? answer.endIndex
        let end = answer.lastIndex { !isSpace($0) } ?? start
        return start == answer.endIndex ? [] : Array(answer[start...end])
    }

    /// A question in lines of whole words, which the terminal would break anywhere; the answer follows after a space.
    private static func wrapped(_ question: String, to width: Int) -> String {
        question.split(separator: "\n", omittingEmptySubsequences: false)
            .flatMap { StyledText(String($0)).wrapped(to: max(width, 20)).map(\.text) }
            .joined(separator: "\n") + (question.hasSuffix(" ") ? " " : "")
    }
}

/// What ends the wait for input.
enum InputArrival: Hashable, Sendable {
    case input
    /// Ctrl-C.
    case interrupted
    /// The program was stopped and continued.
    case resumed
}

/// Records whether the program was stopped and continued, in a run without a prompt, where no thread handles the
/// signals. Only one may exist at a time. Calls `sigaction`.
private final class ContinuationNotes {
    private static let isResumed = Atomic<Bool>(false)
    private var before = sigaction()

    init() {
        Self.isResumed.store(false, ordering: .sequentiallyConsistent)
        sigaction(SIGCONT, nil, &before)
        signal(SIGCONT) { _ in ContinuationNotes.isResumed.store(true, ordering: .sequentiallyConsistent) }
    }

    func end() { sigaction(SIGCONT, &before, nil) }

    func waitForInput() -> InputArrival {
        while true {
            if Self.isResumed.exchange(false, ordering: .sequentiallyConsistent) { return .resumed }
            var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            if poll(&entry, 1, -1) >= 0 || errno != EINTR { return .input }
        }
    }
}
