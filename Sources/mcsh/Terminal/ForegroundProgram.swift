import MemcachePlatform

/// A program that has the terminal for a while, a pager or an editor, and handles Ctrl-C in the meantime.
struct ForegroundProgram: Sendable {
    private let process: ChildProcess
    /// The previous settings of the terminal.
    private let settings: Settings?
    private let watcher: SignalWatcher?

    /// Only ever copied.
    private struct Settings: @unchecked Sendable {
        var value: termios
    }

    /// Starts a program; nil if that is not possible. Calls `tcgetattr`.
    ///
    /// - Parameter watcher: Handles the signals; without one Ctrl-C is ignored while the guest runs.
    init?(watcher: SignalWatcher?, start: () -> ChildProcess?) {
        var settings = termios()
        self.settings = tcgetattr(STDOUT_FILENO, &settings) == 0 ? Settings(value: settings) : nil
        guard let process = start() else { return nil }
        self.process = process
        self.watcher = watcher
    }

    /// Passes the terminal to it.
    func enter() {
        if watcher == nil { signal(SIGINT, SIG_IGN) }
        watcher?.setGuest(self)
    }

    /// Whether it has ended; it can still be waited for.
    var hasEnded: Bool { process.hasEnded }

    /// Waits until it has ended, and restores the terminal. Returns its exit status.
    func leave() -> Int32 {
        // It is reaped only when no more signals are forwarded to it: its number may then be reused.
        process.waitUntilEnded()
        watcher?.setGuest(nil)
        let status = process.wait()
        restore()
        if watcher == nil { signal(SIGINT, SIG_DFL) }
        return status
    }

    /// Ends it because this program is about to end.
    func dismiss() {
        process.terminate()
        for _ in 0..<50 where !hasEnded { Blocking.sleep(.milliseconds(10)) }
        restore()
    }

    private func restore() {
        guard var settings = settings?.value else { return }
        tcsetattr(STDOUT_FILENO, TCSADRAIN, &settings)
    }
}
