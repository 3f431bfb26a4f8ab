import MemcacheCore
import MemcachePlatform
import Synchronization

/// Signals of an interactive session, taken in by a thread of their own, where anything may be done about them.
///
/// They are blocked in every other thread: the watcher begins before those are started, which inherit that. Nothing is
/// then interrupted in the middle. Calls `sigwait`.
final class SignalWatcher: Sendable {
    /// What a reader of the terminal is to do.
    enum Notice: UInt8, Sendable {
        case interrupted = 3
        case suspended = 26
        case resized = 1
        case resumed = 2
    }

    private struct State {
        /// Is called for Ctrl-C while a command runs.
        var cancel: (@Sendable () -> Void)?
        /// Puts the terminal back in order before the program ends or stops.
        var restore: (@Sendable () -> Void)?
        /// Has the terminal, and Ctrl-C with it.
        var guest: ForegroundProgram?
        /// Ctrl-Z came while lists were being read, and stops the program after that.
        var isStopPending = false
        /// A signal ends the program: nothing more is to be done at the terminal.
        var isEnding = false
    }

    private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH]

    private let state = Mutex(State())
    /// Becomes readable with a byte for every notice.
    let noticeDescriptor: Int32
    private let writingDescriptor: Int32

    /// Begins to watch; nil where the system has no descriptors or threads left.
    init?() {
        guard let pipe = FileDescriptors.pipe() else { return nil }
        noticeDescriptor = pipe.reading
        writingDescriptor = pipe.writing
        for end in [pipe.reading, pipe.writing] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        // What is ignored by default would not be delivered at all on some systems.
        for number in [SIGCONT, SIGWINCH] { signal(number) { _ in } }
        var signals = Self.signalSet()
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        guard start() else {
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            for end in [pipe.reading, pipe.writing] { close(end) }
            return nil
        }
    }

    /// A program that is started is to have the signals that this one was started with.
    static func signalSet() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in watched { sigaddset(&signals, number) }
        return signals
    }

    /// What is to be done about Ctrl-C from here on: nil while a line is read, which is then told of it. It must not call
    /// the watcher.
    func setCancel(_ cancel: (@Sendable () -> Void)?) {
        state.withLock { $0.cancel = cancel }
    }

    /// What is to be done before the program ends or stops: nil while the terminal is in order.
    ///
    /// - Returns: What was to be done until now.
    @discardableResult
    func setRestore(_ restore: (@Sendable () -> Void)?) -> (@Sendable () -> Void)? {
        state.withLock { state in
            defer { state.restore = restore }
            return state.restore
        }
    }

    /// Another program has the terminal from here on; nil for this one.
    ///
    /// It does not return when the program is about to end.
    func setGuest(_ guest: ForegroundProgram?) {
        let isEnding = state.withLock { state in
            state.guest = guest
            return state.isEnding
        }
        while isEnding { Blocking.sleep(.seconds(1)) }
    }

    /// The next notice that waits to be read. Calls `read`.
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

    /// Forgets notices that nobody has read.
    func clearNotices() {
        while takeNotice() != nil {}
    }

    /// Stops the program as Ctrl-Z does, with all that belongs to its job, and returns when it is continued; soon where
    /// nobody could continue it, for then the system does not stop it. Calls `kill`.
    func suspend() {
        ListsInFlight.waitUntilEmpty()
        clearNotices()
        _ = kill(0, SIGTSTP)
        // The time goes on while the program is stopped: the notice of its continuing may come a little later.
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

    /// Starts the thread; false where there is none, and nobody would take the signals.
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
            // Under the lock: once ``setCancel(_:)`` has returned, no notice of this command comes any more.
            state.withLock { state in
                // A guest that is gone is one that the command still writes to: it may take long to notice.
                if let guest = state.guest, !guest.hasEnded { return }
                state.cancel?()
                notify(.interrupted)
            }
        case SIGTSTP:
            // While a line is read, its reader puts the terminal in order and stops.
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

    /// Stops the program once the lists that are being read have come to their ends. Ctrl-C is taken in meanwhile.
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

    /// Ends the program by the signal, with the terminal in order.
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

    /// Has a signal do what it does to a program that takes no notice of it.
    private func deliver(_ number: Int32) {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        _ = kill(getpid(), number)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
