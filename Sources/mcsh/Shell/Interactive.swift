import MemcacheCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The prompt: a line is read, run and answered, again and again. A lost server does not end it.
struct Interactive {
    let shell: Shell

    /// Runs until the end of the input or `quit`.
    func run() -> Int32? {
        var lines = LineReader(descriptor: STDIN_FILENO)
        var number = 0
        prompt()
        while let line = lines.next(beforeWaiting: {}) {
            number += 1
            let flow = shell.run(line, of: &lines, number: &number, beforeWaiting: {})
            shell.drain()
            if case .stop(let status) = flow { return status }
            _ = shell.tellLosses()
            prompt()
        }
        shell.session.output.write(Array("\n".utf8))
        return ExitStatus.done.rawValue
    }

    private func prompt() {
        _ = FileDescriptors.write(Array("\(shell.server)> ".utf8), to: STDERR_FILENO)
    }
}
