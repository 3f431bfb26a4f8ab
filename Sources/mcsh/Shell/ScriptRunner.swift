import MemcacheCore

/// A file or a pipe as input: lines are sent as they come, and answered in their order.
struct ScriptRunner {
    let shell: Shell

    /// Runs all lines. Returns `stop` where the session is to end.
    func run(_ lines: consuming LineReader, named name: String) -> Shell.Flow {
        let outer = shell.session.script
        shell.session.script = name
        defer { shell.session.script = outer }
        var lines = lines
        var number = 0
        while let line = lines.next(beforeWaiting: { shell.submit() }) {
            number += 1
            var flow = shell.run(line: lines.bytes.span.extracting(line), number: number)
            if case .needsHereDocument(let tag) = flow {
                let command = lines.bytes.span.copy(line)
                let first = number
                guard let document = hereDocument(&lines, tag: tag, number: &number) else {
                    shell.session.note(.usage)
                    shell.session.tell(
                        "<< \(EscapedText.string(tag)): the lines end before \(EscapedText.string(tag))",
                        code: "usage", line: first)
                    return .stop(status: nil)
                }
                flow = shell.run(line: command.span, number: first, hereDocument: document)
            }
            if shell.behaviour.stopsOnError {
                shell.drain()
                if shell.session.status != .done { return .stop(status: nil) }
            }
            if case .stop = flow { return flow }
            if shell.session.hasLoss { break }
        }
        shell.drain()
        if let error = lines.error {
            shell.session.note(.localFailure)
            shell.session.tell("cannot read the script: \(error.reason)", code: "local-file")
        }
        if let loss = shell.session.takeLoss() {
            shell.tell(loss)
            return .stop(status: nil)
        }
        return .next
    }

    /// The lines up to the one that is the tag alone, each with its end; nil where the tag does not come.
    private func hereDocument(_ lines: inout LineReader, tag: [UInt8], number: inout Int) -> [UInt8]? {
        var document: [UInt8] = []
        while let line = lines.next(beforeWaiting: { shell.submit() }) {
            number += 1
            if lines.bytes.span.equals(tag.span, 0..<tag.count, in: line) {
                if !document.isEmpty { document.removeLast() }
                return document
            }
            document.append(lines.bytes.span, line)
            document.append("\n")
        }
        return nil
    }
}
