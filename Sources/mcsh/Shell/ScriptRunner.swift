import MemcacheCore

/// Runs a file or a pipe: lines are sent as they arrive, and answered in their order.
struct ScriptRunner {
    let shell: Shell

    /// Runs all lines. Returns `stop` if the session should end.
    func run(_ lines: consuming LineReader, named name: String) -> LineOutcome {
        let outer = shell.session.script
        shell.session.script = name
        shell.reachability.connectsAhead = true
        defer { shell.session.script = outer }
        var lines = lines
        var number = 0
        while let line = lines.next(beforeWaiting: shell.submitBeforeWaiting) {
            number += 1
            let watch = shell.isTiming ? shell.stopwatch() : nil
            let outcome = shell.run(line, of: &lines, number: &number, beforeWaiting: shell.submitBeforeWaiting)
            if let watch { shell.reportTime(of: outcome, since: watch) }
            if shell.options.stopsOnError {
                shell.drain()
                if shell.session.status != .done {
                    _ = shell.reportLosses()
                    return .stop(status: nil)
                }
            }
            if case .stop = outcome.step {
                shell.drain()
                _ = shell.reportLosses()
                return outcome
            }
            if shell.session.hasLoss || shell.isInterrupted { break }
            if shell.session.output.hasFailure, shell.reportLostOutput(), !shell.keepsGoing {
                shell.drain()
                _ = shell.reportLosses()
                return .stop(status: nil)
            }
        }
        shell.drain()
        if lines.isTooLong {
            _ = shell.reportLosses()
            shell.session.report(
                "the line has more than \(lines.maximumLineBytes) bytes, and is not read further: give a long value "
                    + "with < FILE",
                code: "usage", .usage, line: number + 1)
            return .stop(status: nil)
        }
        if let error = lines.error, !shell.isInterrupted {
            _ = shell.reportLosses()
            shell.session.report("cannot read \(name): \(error.reason)", code: "local-file", .localFailure)
            if !shell.keepsGoing { return .stop(status: nil) }
        }
        return shell.reportLosses() ? .stop(status: nil) : .next
    }
}

extension Shell {
    /// Runs a line and reads the value in the lines after it, if it has one.
    func run(
        _ line: Range<Int>, of lines: inout LineReader, number: inout Int, beforeWaiting: () -> Void
    ) -> LineOutcome {
        let first = number
        let outcome = run(line: lines.bytes.span.extracting(line), number: first)
        switch outcome.step {
        case .next, .stop: return outcome
        case .skipsHereDocument(let tag):
            _ = hereDocument(&lines, tag: tag, number: &number, beforeWaiting)
            return LineOutcome(step: .next, effect: outcome.effect)
        case .needsHereDocument(let tag):
            let command = lines.bytes.span.copy(line)
            guard let document = hereDocument(&lines, tag: tag, number: &number, beforeWaiting) else {
                drain()
                if lines.isTooLong {
                    session.report(
                        "<< \(EscapedText.string(tag)): the value has more than \(FileDescriptors.maximumInputBytes) "
                            + "bytes, and no memcached stores a value that long",
                        code: "usage", .usage, line: first)
                    return .stop(status: nil)
                }
                let shown = EscapedText.string(tag)
                session.report(
                    "<< \(shown): the input ends before the line \(shown)", code: "usage", .usage, line: first)
                return keepsGoing ? .next : .stop(status: nil)
            }
            return run(line: command.span, number: first, hereDocument: document)
        }
    }

    /// The lines up to the one with only the tag, byte for byte without the last line end; nil if the tag does not
    /// come. In a file with CRLF, that is if the tag's line has it, the last line end is both bytes.
    private func hereDocument(
        _ lines: inout LineReader, tag: [UInt8], number: inout Int, _ beforeWaiting: () -> Void
    ) -> [UInt8]? {
        var document: [UInt8] = []
        let limit = lines.maximumLineBytes
        lines.maximumLineBytes = FileDescriptors.maximumInputBytes
        defer { if !lines.isTooLong { lines.maximumLineBytes = limit } }
        while let line = lines.next(beforeWaiting: beforeWaiting) {
            number += 1
            if lines.bytes.span.equals(tag.span, 0..<tag.count, in: line) {
                if document.last == UInt8(ascii: "\n") { document.removeLast() }
                let hasCarriageReturns = lines.wholeLine.count > line.count + 1
                if hasCarriageReturns, document.last == UInt8(ascii: "\r") { document.removeLast() }
                return document
            }
            document.append(lines.bytes.span, lines.wholeLine)
            guard document.count <= FileDescriptors.maximumInputBytes else {
                lines.giveUp()
                return nil
            }
        }
        return nil
    }
}
