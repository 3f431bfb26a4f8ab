import MemcacheCore
import MemcachePlatform

/// What the session does itself, after all earlier answers.
extension Shell {
    func perform(_ command: SessionCommand) -> LineOutcome {
        switch command {
        case .use(let names): return use(names)
        case .output(let format):
            chosenFormat = format
            builder.format = format
            session.errorFormat = format
        case .source(let path):
            releaseRun()
            // These lines use the terminal for longer than a screenful.
            session.output.endPaging()
            return source(path)
        case .repeated(let count, let interval, let line):
            session.output.endPaging()
            return repeated(count, interval, line)
        case .history(let pattern, let format): listHistory(pattern, format)
        case .timing(let isOn): setTiming(isOn)
        case .quit(let status): return .stop(status: status ?? session.status.rawValue)
        }
        return .next
    }

    /// Runs a command and waits for its answers, which go through the pager if they are taller than the screen.
    func paged(_ body: () -> LineOutcome) -> LineOutcome {
        guard options.pager != .none else { return body() }
        let size = Terminal.size()
        let paging = Paging(
            options.pager, columns: size.columns, rows: size.rows, watcher: interactive?.watcher)
        return session.output.paged(paging, body)
    }

    /// The name of the servers in messages.
    var server: String {
        let names = client.pool.servers.map(\.address.description)
        return names.count > 1 ? Session.list(servers: names) : client.configuration.firstServerName
    }

    /// Writes the shell's own text.
    func write(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        session.output.write(Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    private func source(_ path: [UInt8]) -> LineOutcome {
        let line = builder.line
        guard depth < Shell.maximumDepth else {
            session.report("files are nested too deep: does one run itself?", code: "usage", .usage, line: line)
            return keepsGoing ? .next : .stop(status: nil)
        }
        let descriptor = FileDescriptors.openWaiting(path, flags: O_RDONLY)
        guard descriptor >= 0 else {
            if isInterrupted { return .next }
            session.report(
                "cannot read \(EscapedText.string(path)): \(FileDescriptors.reason(-descriptor))", code: "local-file",
                .localFailure,
                line: line)
            return keepsGoing ? .next : .stop(status: nil)
        }
        defer { close(descriptor) }
        depth += 1
        defer {
            depth -= 1
            builder.line = line
        }
        return ScriptRunner(shell: self).run(LineReader(descriptor: descriptor), named: EscapedText.string(path))
    }
}
