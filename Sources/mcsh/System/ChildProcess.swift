import MemcachePlatform

/// A program that this one has started: a pager, an editor, the reader of a line's output, or the guard of a sandbox.
///
/// All of them are started here, by `sh`, with the signals as a shell sets them for programs: a broken pipe ends them,
/// and those that an interactive session handles are not blocked there. Calls `posix_spawn`.
struct ChildProcess: Sendable {
    /// Its number, until its end is waited for.
    let number: pid_t

    /// Why a program could not be started.
    struct Failure: Error {
        /// The error of the system.
        var code: Int32
    }

    /// What a program has in common with this one.
    enum Bond {
        /// It belongs to the user's session: its descriptors are those of this program, except perhaps its input.
        case session(input: Int32?)
        /// It lives apart: Ctrl-C does not reach it, and its standard descriptors are `/dev/null`. Descriptor 3 is this
        /// one.
        case apart(lifeline: Int32)
    }

    /// Starts a command in the language of `sh`.
    ///
    /// - Parameters:
    ///   - arguments: The values of `$1`, `$2`, … in the command.
    ///   - name: The name of the process, and of `$0`.
    init(
        _ command: [UInt8], name: String = "sh", arguments: [[UInt8]] = [], _ bond: Bond = .session(input: nil)
    ) throws(Failure) {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        var flags = Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        switch bond {
        case .session(nil): break
        case .session(let input?):
            posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
            posix_spawn_file_actions_addclose(&actions, input)
        case .apart(let lifeline):
            flags |= Int16(POSIX_SPAWN_SETPGROUP)
            posix_spawnattr_setpgroup(&attributes, 0)
            if lifeline == 3 {
                // Duplicating a descriptor onto itself leaves it open across exec.
                _ = fcntl(lifeline, F_SETFD, 0)
            } else {
                posix_spawn_file_actions_adddup2(&actions, lifeline, 3)
            }
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        }
        posix_spawnattr_setflags(&attributes, flags)
        let texts = [Array("sh".utf8), Array("-c".utf8), command, Array(name.utf8)] + arguments
        var words: [UnsafeMutablePointer<CChar>?] = texts.map { text in
            strdup(text.map { CChar(bitPattern: $0) } + [0])
        }
        defer { for word in words { free(word) } }
        words.append(nil)
        var number = pid_t()
        let code = posix_spawn(&number, "/bin/sh", &actions, &attributes, &words, environ)
        guard code == 0 else { throw Failure(code: code) }
        self.number = number
    }

    /// Starts a command that reads what is written to a pipe; nil if that is not possible.
    ///
    /// - Returns: The command, and the end of the pipe to write to.
    static func reader(_ command: [UInt8]) -> (process: ChildProcess, descriptor: Int32)? {
        guard let pipe = FileDescriptors.pipe() else { return nil }
        let process = try? ChildProcess(command, .session(input: pipe.reading))
        close(pipe.reading)
        if let process { return (process, pipe.writing) }
        close(pipe.writing)
        return nil
    }

    /// The form of a command that starts a program in the foreground: Ctrl-C does not end the shell in between, which
    /// lives as long as the program does; if possible there is no shell at all.
    static func foreground(_ command: String) -> String {
        let words = command.split(separator: " ")
        let isPlain = command.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || " /._-+,:@%\"$1".utf8.contains(byte)
        }
        let isProgram = words.first.map { !["command", "exec", "eval", "."].contains($0) } ?? false
        return isPlain && isProgram ? "exec \(command)" : "trap : INT; \(command)"
    }

    // MARK: Its end

    /// Whether it has ended; it can still be waited for. Calls `waitid`.
    var hasEnded: Bool {
        var information = siginfo_t()
        let code = waitid(P_PID, id_t(number), &information, Int32(WEXITED | WNOHANG | WNOWAIT))
        return code != 0 || information.si_signo == SIGCHLD
    }

    /// Waits until it has ended; it keeps its number, so that another program cannot get it yet. Calls `waitid`.
    func waitUntilEnded() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(number), &information, Int32(WEXITED | WNOWAIT)) == -1, errno == EINTR {}
    }

    /// Waits until it has ended, and gives up its number. Returns its exit status, or 128 and the signal that ended it.
    /// Calls `waitpid`.
    @discardableResult
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(number, &status, 0) == -1, errno == EINTR {}
        return Self.exitStatus(status)
    }

    /// The same if it has ended already; nil otherwise.
    func statusIfEnded() -> Int32? {
        var status: Int32 = 0
        return waitpid(number, &status, WNOHANG) == number ? Self.exitStatus(status) : nil
    }

    private static func exitStatus(_ status: Int32) -> Int32 {
        let signal = status & 0x7f
        return signal == 0 ? status >> 8 & 0xff : 128 + signal
    }

    /// Asks it to end. Calls `kill`.
    func terminate() { _ = kill(number, SIGTERM) }
}
