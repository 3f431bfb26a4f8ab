import CStart
import MemcachePlatform
import Synchronization

/// Standard output, or the file or command that a line sends its output to. Writes wait until the bytes are taken.
final class OutputSink: Sendable {
    /// Where the output goes, and whether writing there has failed.
    struct Target: Sendable {
        /// An open descriptor.
        var descriptor: Int32
        /// What it is called in messages.
        var name: String
        /// Nothing more is written.
        var hasFailed = false
        /// What is held back; nil where nothing is.
        fileprivate var held: [UInt8]?

        /// Another program reads it, and takes its time.
        var isProgram: Bool

        /// A target to write to.
        init(descriptor: Int32, name: String = "the output", isProgram: Bool = false) {
            self.descriptor = descriptor
            self.name = name
            self.isProgram = isProgram
        }
    }

    private struct State {
        var target: Target
        var hasLost = false
        /// Why output was lost, until that is reported.
        var failure: String?
        /// What is on the terminal does not end with a line.
        var isInLine = false
        /// Another program may have left the terminal's cursor anywhere.
        var isPlaceUnknown = false
        /// What is written to standard output goes through this first.
        var paging: Paging?
        /// The pager was left before the end.
        var isLeft = false
        /// How long the user has read in pagers.
        var readingTime = Duration.zero
    }

    private let state: Mutex<State>
    private let hasUnreportedFailure = Atomic(false)

    /// A sink on an open descriptor.
    init(descriptor: Int32) {
        state = Mutex(State(target: Target(descriptor: descriptor)))
    }

    /// Sends what follows to another target, and returns the one used before.
    func redirect(to target: Target) -> Target {
        state.withLock { state in
            defer { state.target = target }
            return state.target
        }
    }

    /// Whether writing to the present target has failed: then there is no use in making more output.
    var hasFailed: Bool {
        state.withLock { $0.target.hasFailed || $0.isLeft && $0.target.descriptor == STDOUT_FILENO }
    }

    /// What takes the output.
    enum Destination { case terminal, pager, pipe, file }

    /// What takes what is written now. Calls `fstat`.
    var destination: Destination {
        let (descriptor, isPaged) = state.withLock { ($0.target.descriptor, $0.paging?.pager != nil) }
        if isPaged, descriptor == STDOUT_FILENO { return .pager }
        if Terminal.isTerminal(descriptor) { return .terminal }
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO ? .pipe : .file
    }

    /// How long the user has read in pagers, which is not how long a command takes.
    var readingTime: Duration { state.withLock { $0.readingTime } }

    /// Whether output was lost that somebody wanted.
    var hasLostOutput: Bool { state.withLock { $0.hasLost } }

    /// Why output was lost, once: `cannot write FILE: …`.
    func takeFailure() -> String? {
        guard hasUnreportedFailure.exchange(false, ordering: .sequentiallyConsistent) else { return nil }
        return state.withLock { state in
            defer { state.failure = nil }
            return state.failure
        }
    }

    /// Whether output was lost, and that is not reported yet.
    var hasFailure: Bool { hasUnreportedFailure.load(ordering: .relaxed) }

    /// Keeps what is written to the present target, until it is released.
    func hold() { state.withLock { $0.target.held = [] } }

    /// Whether what is written to the present target is kept.
    var isHeld: Bool { state.withLock { $0.target.held != nil } }

    /// What was kept; nil where nothing is. From here on bytes are written as they come.
    func release() -> [UInt8]? {
        state.withLock { state in
            defer { state.target.held = nil }
            return state.target.held
        }
    }

    /// Writes bytes, waiting while the other side is slow. Calls `write`.
    ///
    /// A reader that has seen enough is no error: standard output that nobody reads any more ends the program, as SIGPIPE
    /// does, and a command that a line was sent to gets nothing more.
    func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, !hasFailed else { return }
        let (target, step) = state.withLock { state -> (Target, Paging.Step?) in
            if state.target.held != nil {
                state.target.held?.append(contentsOf: bytes)
                return (state.target, nil)
            }
            let descriptor = state.target.descriptor
            guard descriptor == STDOUT_FILENO else { return (state.target, .write(bytes, to: descriptor)) }
            return (state.target, state.paging?.take(bytes) ?? .write(bytes, to: descriptor))
        }
        // Not under the lock: a pager takes what its user has read.
        guard case .write(let bytes, let descriptor, let guest)? = step else { return }
        guest?.enter()
        let start = target.isProgram || descriptor != target.descriptor ? ContinuousClock.now : nil
        let error = FileDescriptors.write(bytes, to: descriptor)
        if let start { state.withLock { $0.readingTime += .now - start } }
        if descriptor == STDOUT_FILENO { state.withLock { $0.isInLine = bytes.last != UInt8(ascii: "\n") } }
        guard error != 0, error != ECANCELED else { return }
        if error == EPIPE, descriptor == STDOUT_FILENO { Signals.endByBrokenPipe() }
        state.withLock { state in
            if descriptor != target.descriptor {
                state.isLeft = true
            } else if state.target.descriptor == target.descriptor {
                state.target.hasFailed = true
            }
            guard error != EPIPE else { return }
            state.hasLost = true
            let name = descriptor == target.descriptor ? target.name : "to the pager"
            state.failure = state.failure ?? "cannot write \(name): \(FileDescriptors.reason(error))"
        }
        if error != EPIPE { hasUnreportedFailure.store(true, ordering: .sequentiallyConsistent) }
    }

    /// Ends the line that was begun at the terminal, for what is to stand at its left edge: a prompt, a message.
    ///
    /// - Parameter isBehindMark: Whether the terminal's own ^C stands there.
    func endLine(isBehindMark: Bool = false) {
        let (isInLine, isPlaceUnknown) = state.withLock { state in
            defer { (state.isInLine, state.isPlaceUnknown) = (false, false) }
            return (state.isInLine, state.isPlaceUnknown)
        }
        if isPlaceUnknown, !isBehindMark, Terminal.isTerminal(STDOUT_FILENO), let columns = Terminal.knownColumns() {
            // As many spaces as there are columns: they end in the row where the cursor is, if it is at its left edge, and
            // in the next one otherwise.
            let spaces = [UInt8](repeating: UInt8(ascii: " "), count: columns)
            _ = FileDescriptors.write(spaces + [0x0d], to: STDOUT_FILENO)
        } else if isBehindMark {
            _ = FileDescriptors.write([UInt8(ascii: "\n")], to: STDERR_FILENO)
        } else if isInLine, Terminal.isTerminal(STDOUT_FILENO) {
            _ = FileDescriptors.write([UInt8(ascii: "\n")], to: STDOUT_FILENO)
        }
    }

    /// Another program had the terminal, and may have left its cursor anywhere.
    func childHadTerminal() {
        guard Terminal.canEdit(environment: .ofProcess()) else { return }
        state.withLock { $0.isPlaceUnknown = true }
    }

    // MARK: Pager

    /// Runs a command whose output goes through a pager if it is taller than the screen.
    func paged<Result>(_ paging: Paging?, _ body: () -> Result) -> Result {
        state.withLock { $0.paging = paging }
        defer { endPaging() }
        return body()
    }

    /// Writes what is held, and waits until the pager is left. What follows goes to the terminal as it comes. Nothing may
    /// be on its way.
    func endPaging() {
        let paging = state.withLock { state -> (held: [UInt8], pager: (guest: ForegroundProgram, descriptor: Int32)?) in
            let held = state.paging?.takeHeld() ?? []
            defer { state.paging = nil }
            return (held, state.paging?.pager)
        }
        if let (guest, descriptor) = paging.pager {
            close(descriptor)
            let start = ContinuousClock.now
            _ = guest.leave()
            state.withLock { state in
                state.isInLine = false
                state.readingTime += .now - start
            }
            childHadTerminal()
        }
        state.withLock { $0.isLeft = false }
        write(paging.held)
    }

    /// Writes a message beside the output: where that is held or goes to a pager, with it, lest the two are mixed up on the
    /// screen.
    func writeMessage(_ lines: [String]) {
        let isPaged = state.withLock { $0.paging != nil && $0.target.descriptor == STDOUT_FILENO }
        guard isPaged, !hasFailed, Terminal.isTerminal(STDERR_FILENO) else {
            if Terminal.isTerminal(STDERR_FILENO) { endLine() }
            return Messages.write(lines: lines)
        }
        write(Array((lines.joined(separator: "\n") + "\n").utf8))
    }
}
