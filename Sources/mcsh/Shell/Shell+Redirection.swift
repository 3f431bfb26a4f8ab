import MemcacheCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Shell {
    /// Runs something with its output going to a file or a command.
    func redirected(to output: LineParser.Redirections.Output, number: Int, _ body: () -> Flow) -> Flow {
        switch output {
        case .file(let path, let appends):
            let flags = O_WRONLY | O_CREAT | (appends ? O_APPEND : O_TRUNC)
            let descriptor = FileDescriptors.open(path, flags: flags)
            guard descriptor >= 0 else {
                let reason = FileDescriptors.reason(-descriptor)
                return cannotRedirect("cannot write \(EscapedText.string(path)): \(reason)", number)
            }
            defer { close(descriptor) }
            return withOutput(descriptor, body)
        case .command(let command):
            guard let process = CommandOutput(command) else {
                return cannotRedirect("cannot run \(EscapedText.string(command))", number)
            }
            let flow = withOutput(process.descriptor, body)
            switch process.finish() {
            case 0: break
            case 126, 127: session.note(.localFailure)
            default: session.note(.negative)
            }
            return flow
        }
    }

    private func cannotRedirect(_ message: String, _ number: Int) -> Flow {
        session.note(.localFailure)
        session.tell(message, code: "local-file", line: number)
        _ = planner.takeRound()
        return behaviour.keepsGoing ? .next : .stop(status: nil)
    }

    private func withOutput(_ descriptor: Int32, _ body: () -> Flow) -> Flow {
        let before = session.output.redirect(to: OutputSink.Target(descriptor: descriptor))
        let flow = body()
        drain()
        _ = session.output.redirect(to: before)
        return flow
    }
}

/// A command of the calling shell's language that reads what a line prints. Calls `posix_spawn`.
struct CommandOutput: ~Copyable {
    /// Where to write.
    let descriptor: Int32

    private let process: pid_t

    /// Starts the command with `sh -c`, with the signals as a shell starts programs: a broken pipe ends them.
    init?(_ command: [UInt8]) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // Those that an interactive session takes in are blocked here, and are not to be there.
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        var line = command.map { CChar(bitPattern: $0) } + [0]
        var process = pid_t()
        let error = line.withUnsafeMutableBufferPointer { line in
            var words = [strdup("sh"), strdup("-c"), line.baseAddress, nil]
            defer { for word in words.prefix(2) { free(word) } }
            return posix_spawn(&process, "/bin/sh", &actions, &attributes, &words, environ)
        }
        close(ends[0])
        guard error == 0 else {
            close(ends[1])
            return nil
        }
        descriptor = ends[1]
        self.process = process
    }

    /// Waits until the command has ended. Returns its exit status, or 128 and the signal that ended it.
    consuming func finish() -> Int32 {
        close(descriptor)
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1, errno == EINTR {}
        let signal = status & 0x7f
        // The command may have seen enough: that is no failure.
        if signal == SIGPIPE { return 0 }
        return signal == 0 ? status >> 8 & 0xff : 128 + signal
    }
}
