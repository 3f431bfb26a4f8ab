import MemcacheCore
import MemcachePlatform

/// The presentation of output that a line with a redirection replaces while it runs.
struct OutputView {
    fileprivate let presentation: Presentation
    fileprivate let format: OutputFormat
    fileprivate let pipeline: CommandPipeline
    /// The pipeline that was used instead.
    fileprivate let substitute: CommandPipeline
}

extension Shell {
    /// Prepares the output of one line for a file or a command. The presentation for a terminal is replaced by the
    /// plain format, unless another was chosen, and by no colours; a lone value is its exact bytes. No answers may be
    /// outstanding.
    ///
    /// - Parameter isScript: Whether the line runs others, whose values are kept apart by newlines.
    /// - Returns: The view to return to.
    func leaveOutput(isScript: Bool) -> OutputView {
        let (presentation, format) = (session.presentation, builder.format)
        var other = presentation
        if presentation.isTerminal {
            other = presentation.elsewhere(in: chosenFormat ?? .plain)
            builder.format = other.format
        }
        other.endsValues = isScript
        session.presentation = other
        let substitute = CommandPipeline(client: client, session: session, conventions: conventions)
        defer { pipeline = substitute }
        return OutputView(presentation: presentation, format: format, pipeline: pipeline, substitute: substitute)
    }

    /// Restores the view from before a redirection. No answers may be outstanding.
    func returnToOutput(_ view: OutputView) {
        session.presentation = view.presentation
        builder.format = chosenFormat ?? view.format
        // The line may have switched to other servers.
        pipeline =
            pipeline === view.substitute
            ? view.pipeline : CommandPipeline(client: client, session: session, conventions: conventions)
    }

    /// Runs a closure with its output redirected to a file or a command.
    func redirected(to output: LineParser.Redirections.Output, number: Int, _ body: () -> LineOutcome) -> LineOutcome {
        switch output {
        case .file(let path, let appends):
            let flags = O_WRONLY | O_CREAT | (appends ? O_APPEND : O_TRUNC)
            let descriptor = FileDescriptors.openWaiting(path, flags: flags)
            guard descriptor >= 0 else {
                if isInterrupted {
                    _ = builder.takeRound()
                    return .next
                }
                let reason = FileDescriptors.reason(-descriptor)
                return cannotRedirect("cannot write \(EscapedText.string(path)): \(reason)", number)
            }
            defer { close(descriptor) }
            let outcome = withOutput(
                OutputSink.Target(descriptor: descriptor, name: EscapedText.string(path)), body)
            guard reportLostOutput(line: number), !keepsGoing else { return outcome }
            return outcome.stopping()
        case .command(let command):
            guard let process = CommandOutput(command) else {
                return cannotRedirect("cannot run \(EscapedText.string(command))", number)
            }
            let target = OutputSink.Target(
                descriptor: process.descriptor, name: EscapedText.string(command), isProgram: true)
            let outcome = withOutput(target, body)
            let start = ContinuousClock.now
            let status = process.finish()
            // The time the command takes with its input does not count towards the servers' time.
            idleTime += .now - start
            session.output.childHadTerminal()
            switch status {
            case 0: break
            case 126, 127: session.note(.localFailure)
            default: session.note(.negative)
            }
            guard reportLostOutput(line: number), !keepsGoing else { return outcome }
            return outcome.stopping()
        }
    }

    private func cannotRedirect(_ message: String, _ number: Int) -> LineOutcome {
        session.report(message, code: "local-file", .localFailure, line: number)
        _ = builder.takeRound()
        return keepsGoing ? .next : .stop(status: nil)
    }

    /// Reports that output was lost, if it was.
    ///
    /// - Parameter line: The line of the script whose output it was; nil if that is unknown.
    /// - Returns: Whether it was.
    func reportLostOutput(line: Int? = nil) -> Bool {
        guard session.output.hasFailure, let reason = session.output.takeFailure() else { return false }
        session.report(reason, code: "local-file", .localFailure, line: line)
        return true
    }

    private func withOutput(_ target: OutputSink.Target, _ body: () -> LineOutcome) -> LineOutcome {
        let before = session.output.redirect(to: target)
        let outcome = body()
        drain()
        _ = session.output.redirect(to: before)
        return outcome
    }
}

/// A command in the calling shell's language that reads the output of a line.
struct CommandOutput: ~Copyable {
    /// The descriptor to write to.
    let descriptor: Int32

    private let process: ChildProcess

    /// Starts the command.
    init?(_ command: [UInt8]) {
        guard let reader = ChildProcess.reader(command) else { return nil }
        (process, descriptor) = reader
        // A command that does not read its input must not keep the shell waiting after Ctrl-C.
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    /// Waits until the command has ended. Returns its exit status, or 128 and the signal that ended it.
    consuming func finish() -> Int32 {
        close(descriptor)
        let status = process.wait()
        // The command may have seen enough: that is not a failure.
        return status == 128 + SIGPIPE ? 0 : status
    }
}
