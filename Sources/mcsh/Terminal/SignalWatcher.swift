import MemcacheCore
import MemcachePlatform
import Synchronization

/// Handles the signals of an interactive session on a thread of their own, where any function may be called.
///
/// They are blocked in every other thread: the watcher starts before those threads, which inherit that. Nothing is then
/// interrupted halfway. Calls `sigwait`.
final class SignalWatcher: Sendable {
    /// What a reader of the terminal should do.
    enum Notice: UInt8, Sendable {
        case interrupted = 3
        case suspended = 26
        case resized = 1
        case resumed = 2
    }

    private struct State {
        /// Called for Ctrl-C while a command runs.
        var cancel: (@Sendable () -> Void)?
        /// Restores the terminal before the program ends or stops.
        var restore: (@Sendable () -> Void)?
        /// The program that has the terminal, and handles Ctrl-C.
        var guest: ForegroundProgram?
        /// Whether Ctrl-Z was pressed while lists were being read, so that it stops the program afterwards.
        var isStopPending = false
        /// Whether a signal is ending the program, so that the terminal must not be changed any more.
        var isEnding = false
    }

    private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH]

    private let state = Mutex(State())
    /// Becomes readable with a byte for every notice.
    let noticeDescriptor: Int32
    private let writingDescriptor: Int32

    /// Starts watching; nil if the system has no descriptors or threads left.
    init?() {
        guard let pipe = FileDescriptors.pipe() else { return nil }
        noticeDescriptor = pipe.reading
        writingDescriptor = pipe.writing
        for end in [pipe.reading, pipe.writing] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        // Signals that are ignored by default would not be delivered at all on some systems.
        for number in [SIGCONT, SIGWINCH] { signal(number) { _ in } }
        var signals = Self.signalSet()
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        guard start() else {
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            for end in [pipe.reading, pipe.writing] { close(end) }
            return nil
        }
    }

    /// A child process should have the signals that this one was started with.
    static func signalSet() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in watched { sigaddset(&signals, number) }
        return signals
    }

    /// Sets the action for Ctrl-C: nil while a line is read, whose reader is then notified. It must not call the
    /// watcher.
    func setCancel(_ cancel: (@Sendable () -> Void)?) {
        state.withLock { $0.cancel = cancel }
    }

    /// Sets the action before the program ends or stops: nil while the terminal is in its normal state.
    ///
    /// - Returns: The previous action.
    @discardableResult
    func setRestore(_ restore: (@Sendable () -> Void)?) -> (@Sendable () -> Void)? {
        state.withLock { state in
            defer { state.restore = restore }
            return state.restore
        }
    }

    /// Sets the program that has the terminal from here on; nil for this one.
    ///
    /// It does not return if the program is about to end.
    func setGuest(_ guest: ForegroundProgram?) {
        let isEnding = state.withLock { state in
            state.guest = guest
            return state.isEnding
        }
        while isEnding { Blocking.sleep(.seconds(1)) }
    }

    /// Returns the next unread notice. Calls `read`.
    func takeNotice() -> Notice? {
        var byte: UInt8 = 0
        return read(noticeDescriptor, &byte, 1) == 1 ? Notice(rawValue: byte) : nil
    }

    /// Sleeps, until Ctrl-C at the latest. Calls `poll`.
    func sleep(_ duration: Duration) {
        let end = ContinuousClock.now + duration
        while true {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { return }
            var entry = pollfd(fd: noticeDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&entry, 1, Int32(clamping: Int(left / .milliseconds(1)) + 1))
            while let notice = takeNotice() {
                if notice == .interrupted { return }
            }
        }
    }

    /// Drops unread notices.
    func clearNotices() {
        while takeNotice() != nil {}
    }

    /// Stops the program as Ctrl-Z does, with its whole job, and returns when it is continued; soon if no process could
    /// continue it, because then the system does not stop it. Calls `kill`.
    func suspend() {
        ListsInFlight.waitUntilEmpty()
        clearNotices()
        _ = kill(0, SIGTSTP)
        // Time passes while the program is stopped: the notice of its continuation may arrive a little later.
        for milliseconds: Int32 in [200, 50] {
            var entry = pollfd(fd: noticeDescriptor, events: Int16(POLLIN), revents: 0)
            if poll(&entry, 1, milliseconds) > 0 { break }
        }
        clearNotices()
    }

    private func notify(_ notice: Notice) {
        var byte = notice.rawValue
        _ = write(writingDescriptor, &byte, 1)
    }

    /// Starts the thread; false if there is none, so that nothing would handle the signals.
    private func start() -> Bool {
        let box = Unmanaged.passRetained(self)
        #if canImport(Darwin)
            var thread: pthread_t?
            let code = pthread_create(&thread, nil, { SignalWatcher.run($0) }, box.toOpaque())
            if code == 0, let thread { pthread_detach(thread) }
        #else
            var thread = pthread_t()
            let code = pthread_create(&thread, nil, { $0.flatMap { SignalWatcher.run($0) } }, box.toOpaque())
            if code == 0 { pthread_detach(thread) }
        #endif
        if code != 0 { box.release() }
        return code == 0
    }

    private static func run(_ box: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let watcher = Unmanaged<SignalWatcher>.fromOpaque(box).takeRetainedValue()
        var signals = signalSet()
        while true {
            var number: Int32 = 0
            guard sigwait(&signals, &number) == 0 else { continue }
            watcher.take(number)
        }
    }

    private func take(_ number: Int32) {
        switch number {
        case SIGINT:
            // Under the lock: once ``setCancel(_:)`` has returned, no more notices of this command arrive.
            state.withLock { state in
                // If the guest is gone, the command still writes to it: it may take long to notice.
                if let guest = state.guest, !guest.hasEnded { return }
                state.cancel?()
                notify(.interrupted)
            }
        case SIGTSTP:
            // While a line is read, its reader restores the terminal and stops.
            if state.withLock({ $0.restore != nil }) {
                notify(.suspended)
            } else if ListsInFlight.isEmpty {
                deliver(number)
            } else {
                stopAfterLists()
            }
        case SIGCONT: notify(.resumed)
        case SIGWINCH: notify(.resized)
        default: end(number)
        }
    }

    /// Stops the program once the lists that are being read have ended. Ctrl-C is handled in the meantime.
    private func stopAfterLists() {
        let isFirst = state.withLock { state in
            defer { state.isStopPending = true }
            return !state.isStopPending
        }
        guard isFirst else { return }
        Task.detached { [self] in
            ListsInFlight.waitUntilEmpty()
            state.withLock { $0.isStopPending = false }
            deliver(SIGTSTP)
        }
    }

    /// Ends the program by the signal, with the terminal restored.
    private func end(_ number: Int32) {
        let (restore, guest) = state.withLock { state in
            state.isEnding = true
            return (state.restore, state.guest)
        }
        guest?.dismiss()
        restore?()
        signal(number, SIG_DFL)
        deliver(number)
    }

    /// Gives a signal its default effect.
    private func deliver(_ number: Int32) {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        _ = kill(getpid(), number)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
