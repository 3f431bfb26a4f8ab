import MemcacheCore

/// Lost connections, and the commands without an answer.
extension Shell {
    /// Reports which connections were lost, if any, and what remains unanswered.
    ///
    /// - Returns: Whether any was.
    func reportLosses() -> Bool {
        let losses = session.takeLosses(isReported: true)
        let silent = losses.count { RefusalReason.isSilence($0.error) }
        for var loss in losses {
            loss.error = explained(
                loss.error, server: loss.server, command: loss.command,
                looksForProtocol: silent <= RefusalReason.maximumSilentServers)
            report(loss)
        }
        return !losses.isEmpty
    }

    private func report(_ loss: LostReplies) {
        var error = loss.error
        let mayHaveEffect = error.mayHaveTakenEffect
        let (first, last) = (loss.unanswered.firstLine, loss.unanswered.lastLine)
        let keys = loss.unanswered.keys
        if session.script == nil {
            if !keys.isEmpty { error.message += "; no answer for \(Session.list(keys))" }
            if mayHaveEffect { error.message += "; the server may still have carried it out" }
        } else {
            let lines = "lines \(first) to \(last)"
            error.message +=
                first == last
                ? "; line \(first) was not answered" + (keys.isEmpty ? "" : " for \(Session.list(keys))")
                : !builder.route.isPool ? "; \(lines) were not answered" : "; not all of \(lines) were answered"
            if mayHaveEffect { error.message += ", and may have been executed nevertheless" }
        }
        session.report(
            error, line: first, server: loss.server, format: loss.format, keys: keys, namesKeys: true)
    }
}
