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
            var flow = shell.run(line: lines.bytes.span.extracting(line), number: number)
            if case .needsHereDocument(let tag) = flow {
                let command = lines.bytes.span.copy(line)
                var document: [UInt8] = []
                while let next = lines.next(beforeWaiting: {}),
                    !lines.bytes.span.equals(
                        tag.span, 0..<tag.count, in: next)
                {
                    if !document.isEmpty { document.append("\n") }
                    document.append(lines.bytes.span, next)
                }
                flow = shell.run(line: command.span, number: number, hereDocument: document)
            }
            shell.drain()
            if case .stop(let status) = flow { return status }
            if let loss = shell.session.takeLoss() { shell.tell(loss) }
            prompt()
        }
        shell.session.output.write(Array("\n".utf8))
        return ExitStatus.done.rawValue
    }

    private func prompt() {
        _ = FileDescriptors.write(Array("\(shell.server)> ".utf8), to: STDERR_FILENO)
    }
}
