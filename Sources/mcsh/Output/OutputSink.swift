import CStart
import MemcachePlatform
import Synchronization

/// Standard output, or the file or command that a line sends its output to. Writes wait until the bytes are accepted.
final class OutputSink: Sendable {
    /// The destination of output, and whether writing there has failed.
    struct Target: Sendable {
        /// An open descriptor.
        var descriptor: Int32
        /// The name in messages.
        var name: String
        /// Whether nothing more is written.
        var hasFailed = false
        /// The output held back; nil if none is.
        fileprivate var held: [UInt8]?

        /// Whether another program reads it, in its own time.
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
        /// Whether the cursor on the terminal is within a line.
        var isInLine = false
        /// Whether another program may have left the terminal's cursor anywhere.
        var isPlaceUnknown = false
        /// The paging that applies to standard output.
        var paging: Paging?
        /// Whether the user left the pager before the end.
        var isLeft = false
        /// The time the user spent reading in pagers.
        var readingTime = Duration.zero
    }

    private let state: Mutex<State>
    private let hasUnreportedFailure = Atomic(false)

    /// A sink on an open descriptor.
    init(descriptor: Int32) {
        state = Mutex(State(target: Target(descriptor: descriptor)))
    }

    /// Redirects further output to another target, and returns the previous one.
    func redirect(to target: Target) -> Target {
        state.withLock { state in
            defer { state.target = target }
            return state.target
        }
    }

    /// Whether writing to the current target has failed: producing more output is then pointless.
    var hasFailed: Bool {
        state.withLock { $0.target.hasFailed || $0.isLeft && $0.target.descriptor == STDOUT_FILENO }
    }

    /// The kind of the output's reader.
    enum Destination { case terminal, pager, pipe, file }

    /// The destination of what is written now. Calls `fstat`.
    var destination: Destination {
        let (descriptor, isPaged) = state.withLock { ($0.target.descriptor, $0.paging?.pager != nil) }
        if isPaged, descriptor == STDOUT_FILENO { return .pager }
        if Terminal.isTerminal(descriptor) { return .terminal }
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO ? .pipe : .file
    }

    /// The time the user spent reading in pagers, which does not count towards a command's time.
    var readingTime: Duration { state.withLock { $0.readingTime } }

    /// Whether output was lost that a reader wanted.
    var hasLostOutput: Bool { state.withLock { $0.hasLost } }

    /// Returns once why output was lost: `cannot write FILE: …`.
    func takeFailure() -> String? {
        guard hasUnreportedFailure.exchange(false, ordering: .sequentiallyConsistent) else { return nil }
        return state.withLock { state in
            defer { state.failure = nil }
            return state.failure
        }
    }

    /// Whether output was lost and that is not reported yet.
    var hasFailure: Bool { hasUnreportedFailure.load(ordering: .relaxed) }

    /// Holds back what is written to the current target until it is released.
    func hold() { state.withLock { $0.target.held = [] } }

    /// Whether what is written to the current target is held back.
    var isHeld: Bool { state.withLock { $0.target.held != nil } }

    /// Returns what was held back; nil if nothing was. From here on bytes are written as they arrive.
    func release() -> [UInt8]? {
        state.withLock { state in
            defer { state.target.held = nil }
            return state.target.held
        }
    }

    /// Writes bytes, waiting while the other side is slow. Calls `write`.
    ///
    /// A reader that has seen enough is not an error: standard output without a reader ends the program, as SIGPIPE
    /// does, and a command that a line was redirected to gets nothing more.
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
        // Not under the lock: a pager accepts output only as its user reads.
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

    /// Ends the current line on the terminal, for output that belongs at its left edge: a prompt, a message.
    ///
    /// - Parameter isAfterMark: Whether the cursor is after the terminal's own ^C.
    func endLine(isAfterMark: Bool = false) {
        let (isInLine, isPlaceUnknown) = state.withLock { state in
            defer { (state.isInLine, state.isPlaceUnknown) = (false, false) }
            return (state.isInLine, state.isPlaceUnknown)
        }
        if isPlaceUnknown, !isAfterMark, Terminal.isTerminal(STDOUT_FILENO), let columns = Terminal.knownColumns() {
            // As many spaces as there are columns: they end in the row where the cursor is, if it is at its left edge, and
            // in the next one otherwise.
            let spaces = [UInt8](repeating: UInt8(ascii: " "), count: columns)
            _ = FileDescriptors.write(spaces + [0x0d], to: STDOUT_FILENO)
        } else if isAfterMark {
            _ = FileDescriptors.write([UInt8(ascii: "\n")], to: STDERR_FILENO)
        } else if isInLine, Terminal.isTerminal(STDOUT_FILENO) {
            _ = FileDescriptors.write([UInt8(ascii: "\n")], to: STDOUT_FILENO)
        }
    }

    /// Records that another program used the terminal, and may have left its cursor anywhere.
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

    /// Writes what is held back, and waits until the user leaves the pager. What follows goes to the terminal directly.
    /// No answers may be outstanding.
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

    /// Writes a message alongside the output: together with it if that is held back or goes to a pager, so that the two
    /// do not mix on the screen.
    func writeMessage(_ lines: [String]) {
        let isPaged = state.withLock { $0.paging != nil && $0.target.descriptor == STDOUT_FILENO }
        guard isPaged, !hasFailed, Terminal.isTerminal(STDERR_FILENO) else {
            if Terminal.isTerminal(STDERR_FILENO) { endLine() }
            return Messages.write(lines: lines)
        }
        write(Array((lines.joined(separator: "\n") + "\n").utf8))
    }
}
