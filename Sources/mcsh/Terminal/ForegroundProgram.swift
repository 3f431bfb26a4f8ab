import MemcachePlatform

/// A program that has the terminal for a while: a pager, an editor. Ctrl-C is its own meanwhile.
struct ForegroundProgram: Sendable {
    let process: pid_t
    /// How the terminal was before.
    private let settings: Settings?
    private let watcher: SignalWatcher?

    /// Copied only.
    private struct Settings: @unchecked Sendable {
        var value: termios
    }

    /// Starts a program; nil where that is not possible. Calls `tcgetattr`.
    ///
    /// - Parameter watcher: Takes the signals in; without one Ctrl-C is ignored while the guest is here.
    init?(watcher: SignalWatcher?, start: () -> pid_t?) {
        var settings = termios()
        self.settings = tcgetattr(STDOUT_FILENO, &settings) == 0 ? Settings(value: settings) : nil
        guard let process = start() else { return nil }
        self.process = process
        self.watcher = watcher
    }

    /// Hands the terminal over.
    func enter() {
        if watcher == nil { signal(SIGINT, SIG_IGN) }
        watcher?.setGuest(self)
    }

    /// Whether it has ended; it can still be waited for. Calls `waitid`.
    var hasEnded: Bool {
        var information = siginfo_t()
        let code = waitid(P_PID, id_t(process), &information, Int32(WEXITED | WNOHANG | WNOWAIT))
        return code != 0 || information.si_signo == SIGCHLD
    }

    /// Waits until it has ended, and takes the terminal back as it was. Returns its exit status.
    func leave() -> Int32 {
        // It is reaped when no signal is passed on to it any more: its number may be another's by then.
        var information = siginfo_t()
        while waitid(P_PID, id_t(process), &information, Int32(WEXITED | WNOWAIT)) == -1, errno == EINTR {}
        watcher?.setGuest(nil)
        let status = ShellCommand.wait(for: process)
        restore()
        if watcher == nil { signal(SIGINT, SIG_DFL) }
        return status
    }

    /// Ends it, as this program is about to end. Calls `kill`.
    func dismiss() {
        _ = kill(process, SIGTERM)
        for _ in 0..<50 where !hasEnded { Blocking.sleep(.milliseconds(10)) }
        restore()
    }

    private func restore() {
        guard var settings = settings?.value else { return }
        tcsetattr(STDOUT_FILENO, TCSADRAIN, &settings)
    }
}
