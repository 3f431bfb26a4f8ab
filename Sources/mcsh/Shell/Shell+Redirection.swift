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
                session.note(.localFailure)
                session.tell(
                    "cannot write \(EscapedText.string(path)): \(FileDescriptors.reason(-descriptor))",
                    code: "local-file", line: number)
                planner.discardBatch()
                return behaviour.keepsGoing ? .next : .stop(status: nil)
            }
            defer { close(descriptor) }
            return withOutput(descriptor, body)
        case .command(let command):
            guard let stream = CommandOutput(command) else {
                session.note(.localFailure)
                session.tell(
                    "cannot run \(EscapedText.string(command))", code: "local-file", line: number)
                planner.discardBatch()
                return behaviour.keepsGoing ? .next : .stop(status: nil)
            }
            let flow = withOutput(stream.descriptor, body)
            stream.finish()
            return flow
        }
    }

    private func withOutput(_ descriptor: Int32, _ body: () -> Flow) -> Flow {
        let before = session.output.redirect(to: descriptor)
        let flow = body()
        drain()
        _ = session.output.redirect(to: before)
        return flow
    }
}

/// A command of the calling shell's language that reads what a line prints. Calls `popen`.
struct CommandOutput: ~Copyable {
    private let stream: UnsafeMutablePointer<FILE>

    /// Where to write.
    let descriptor: Int32

    init?(_ command: [UInt8]) {
        let terminated = command.map { CChar(bitPattern: $0) } + [0]
        guard let stream = popen(terminated, "w") else { return nil }
        self.stream = stream
        descriptor = fileno(stream)
    }

    /// Waits until the command has ended.
    consuming func finish() {
        pclose(stream)
    }
}
