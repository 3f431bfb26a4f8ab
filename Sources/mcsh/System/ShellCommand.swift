import MemcachePlatform

/// Starts commands in the calling shell's language. Calls `posix_spawn`.
enum ShellCommand {
    /// Starts a command with `sh -c`, with the signals as a shell sets them for programs: a broken pipe ends them, and
    /// those that an interactive session handles are not blocked there.
    ///
    /// - Parameters:
    ///   - arguments: The values of `$1`, `$2`, … in the command.
    ///   - input: Its standard input; nil for that of this program.
    /// - Returns: The process, or nil if it could not be started.
    static func start(_ command: [UInt8], arguments: [[UInt8]] = [], input: Int32? = nil) -> pid_t? {
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
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
            posix_spawn_file_actions_addclose(&actions, input)
        }
        let texts = [Array("sh".utf8), Array("-c".utf8), command, Array("sh".utf8)] + arguments
        var words: [UnsafeMutablePointer<CChar>?] = texts.map { text in
            strdup(text.map { CChar(bitPattern: $0) } + [0])
        }
        defer { for word in words { free(word) } }
        words.append(nil)
        var process = pid_t()
        return posix_spawn(&process, "/bin/sh", &actions, &attributes, &words, environ) == 0 ? process : nil
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

    /// Waits until a command has ended. Returns its exit status, or 128 and the signal that ended it. Calls `waitpid`.
    static func wait(for process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? status >> 8 & 0xff : 128 + signal
    }
}
