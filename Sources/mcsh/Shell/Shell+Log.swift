import MemcacheCore

/// A running line that will be logged.
struct LoggedLine: Sendable {
    /// The worst status before it, within the line that contains it.
    var outer: ExitStatus
    /// The servers at its beginning.
    let server: String
    /// Whether its answer is awaited before the next line.
    let isAwaited: Bool
    let watch: Stopwatch
}

/// `--log`: logs each command, with its outcome if that is known.
extension Shell {
    /// Starts a line.
    func beginLogging() {
        guard options.log != nil else { return }
        loggedLines.append(
            LoggedLine(
                outer: session.beginCommand(), server: selection.name,
                isAwaited: session.script == nil && depth == 0 || depth == awaitedDepth || options.stopsOnError,
                watch: stopwatch()))
    }

    /// Records that the answers to earlier lines have arrived, which do not belong to the current line.
    func leaveEarlierAnswers() {
        guard let last = loggedLines.indices.last else { return }
        loggedLines[last].outer = loggedLines[last].outer.worst(session.beginCommand())
    }

    /// Ends a line: logs it, unless it was not a command.
    func endLogging(_ result: LineOutcome, _ line: () -> [UInt8]) {
        guard let log = options.log, let entry = loggedLines.popLast() else { return }
        if entry.isAwaited { drain() }
        let status = session.endCommand(resuming: entry.outer)
        let outcome: CommandLog.Outcome = isInterrupted ? .cancelled : .ended(status)
        switch result.effect {
        case .nothing:
            // A command whose server could not even be asked for its version.
            if status != .done { log.add(line(), on: entry.server, outcome, elapsed(since: entry.watch)) }
        case .mistake(let status): log.add(line(), on: entry.server, .ended(status), nil)
        case .queued where !entry.isAwaited: log.add(line(), on: entry.server, .sent, nil)
        case .queued: log.add(line(), on: entry.server, outcome, elapsed(since: entry.watch))
        case .done(let watch): log.add(line(), on: entry.server, outcome, elapsed(since: watch))
        }
        reportLogFailure(log)
    }

    private func reportLogFailure(_ log: CommandLog) {
        guard let reason = log.takeFailure() else { return }
        session.report(reason, code: "local-file", .localFailure)
    }
}
