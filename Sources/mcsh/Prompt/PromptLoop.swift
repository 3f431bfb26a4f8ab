import MemcacheCore
import MemcachePlatform

/// The prompt: reads, runs and answers lines in a loop. A lost server does not end it.
struct PromptLoop {
    let shell: Shell
    let environment: Environment
    /// The file whose lines are run first.
    var startFile: String?

    /// The maximum number of candidates shown when there are very many keys.
    private static let maximumKeys = 500

    /// Runs until the end of the input or `quit`.
    ///
    /// - Parameter watcher: Handles the signals; nil if there is none, and they have their default effects.
    func run(watcher: SignalWatcher?) -> Int32? {
        shell.interactive = PromptSession(watcher: watcher, history: History.ofUser())
        let source = makeSource(watcher)
        if let startFile {
            let outcome = cancellable(watcher) { StartupFile.run(startFile, shell) }
            if case .stop(let status) = outcome.step { return status }
        }
        if !shell.options.isQuiet { greet(watcher) }
        var number = 0
        while let input = read(from: source) {
            number += 1
            for command in input.commands {
                if case .stop(let status) = run(command, number: number, watcher).step { return status }
                if Blocking.isCancelled { break }
            }
        }
        return ExitStatus.done.rawValue
    }

    // MARK: Reading

    /// The editor, if the terminal and the user support it.
    private func makeSource(_ watcher: SignalWatcher?) -> any LineSource {
        guard let watcher, Terminal.canEdit(environment: environment) else {
            return PlainLineSource(watcher: watcher, style: promptStyle)
        }
        let known = Completion.Known(
            keys: { [shell] in
                shell.interactive?.keys.matches($0, limit: PromptLoop.maximumKeys) ?? SeenKeys.Matches()
            },
            files: { prefix in
                FileNames.beginning(with: prefix).map { Completion.Candidate($0.path, isOpen: $0.isDirectory) }
            },
            servers: { [shell] in shell.catalog.poolNames })
        let aid = LineAid(
            complete: { Completion.answer($0, cursor: $1, known: known) }, hint: { LineHint.text(for: $0) })
        return LibEditSource(
            watcher: watcher, aid: aid, style: shell.session.presentation.style, configuration: editorConfiguration())
            ?? PlainLineSource(watcher: watcher, style: promptStyle)
    }

    /// Colours of prompts that go to standard error.
    private var promptStyle: TextStyle {
        Terminal.isTerminal(STDERR_FILENO) ? shell.session.presentation.style : .plain
    }

    /// The user's `.editrc`, if there is one.
    private func editorConfiguration() -> [UInt8]? {
        guard let path = environment["EDITRC"] ?? environment["HOME"].map({ $0 + "/.editrc" }) else { return nil }
        return try? FileDescriptors.contents(ofFile: Array(path.utf8)).get()
    }

    /// Reads a command, with its continuation lines; nil at the end of the input.
    private func read(from source: any LineSource) -> PromptInput? {
        var text: [UInt8] = []
        var prompt = shell.promptState.prompt(columns: Terminal.width(environment: environment))
        for entry in shell.interactive?.history.takeNew() ?? [] { source.remember(entry) }
        shell.interactive?.watcher?.clearNotices()
        shell.session.output.endLine()
        shell.session.presentation.width = Terminal.width(environment: environment)
        while true {
            switch source.next(prompt: prompt) {
            case .end where text.isEmpty: return nil
            case .end:
                shell.session.report("the line is not complete, and is dropped", code: "usage", .done)
                return PromptInput([])
            case .interrupted: return PromptInput([])
            case .cut:
                shell.session.report(
                    "this terminal hands over at most \(PlainLineSource.maximumLineBytes - 1) bytes of a line: the rest "
                        + "of this one is lost, and nothing is run; write the value to a file, and < FILE",
                    code: "usage", .usage)
                return PromptInput([])
            case .line(let line):
                text += text.isEmpty ? line : [UInt8(ascii: "\n")] + line
                let input = PromptInput(text)
                if let need = input.need {
                    prompt = PromptText(text: need.prompt, role: prompt.role)
                    continue
                }
                for entry in shell.interactive?.history.add(text) ?? [] { source.remember(entry) }
                if let reason = shell.interactive?.history.takeError() {
                    shell.session.report(reason, code: "local-file", .done)
                }
                return input
            }
        }
    }

    // MARK: Running

    /// Runs a command and waits for its answer, which Ctrl-C cancels.
    private func run(_ command: PromptInput.Command, number: Int, _ watcher: SignalWatcher?) -> LineOutcome {
        var answered: (line: LineOutcome, time: Duration)?
        let outcome = cancellable(watcher) {
            // The window may have been resized since the prompt was shown.
            shell.session.presentation.width = Terminal.width(environment: environment)
            let watch = shell.stopwatch()
            let before = shell.session.beginCommand()
            defer { shell.rememberKeys(isSuccess: shell.session.endCommand(resuming: before) == .done) }
            var outcome = shell.run(line: command.line.span, number: number)
            if case .needsHereDocument = outcome.step, let document = command.document {
                outcome = shell.run(line: command.line.span, number: number, hereDocument: document)
            }
            // What was stored or found is known once it is answered.
            shell.drain()
            if case .next = outcome.step { answered = (outcome, shell.elapsed(since: watch)) }
            return outcome
        }
        // The error of a lost connection has been reported by now: the time belongs to it.
        if let answered, shell.isTiming || !shell.options.isQuiet {
            shell.reportTime(answered.time, of: answered.line, least: shell.isTiming ? .zero : Shell.notableTime)
        }
        return outcome
    }

    /// Runs a closure that Ctrl-C cancels, and reports what was lost with it.
    ///
    /// - Returns: Whether the session should end. A lost connection does not end it.
    private func cancellable(_ watcher: SignalWatcher?, _ body: () -> LineOutcome) -> LineOutcome {
        Blocking.resume()
        watcher?.setCancel { [current = shell.currentClient] in
            // Work is cancelled before its connection is closed, so that it cannot continue on another one.
            Blocking.cancel()
            current.disconnect()
        }
        defer { watcher?.setCancel(nil) }
        let outcome = shell.paged {
            let outcome = body()
            shell.drain()
            return outcome
        }
        if Blocking.isCancelled {
            if shell.interactive?.hasReportedInterrupt == true {
                shell.interactive?.hasReportedInterrupt = false
                _ = shell.session.takeLosses()
                return .next
            }
            let mayHaveEffect = shell.session.takeLosses().contains { $0.error.mayHaveTakenEffect }
            let rest = mayHaveEffect ? "; the server may still have carried it out" : ""
            shell.session.output.endLine(isAfterMark: true)
            shell.session.report("cancelled" + rest, code: "cancelled", .done)
            return .next
        }
        shell.session.output.endLine()
        _ = shell.reportLostOutput()
        if case .stop(.some) = outcome.step { return outcome }
        _ = shell.reportLosses()
        return .next
    }

    // MARK: Beginning

    /// Prints the state of the servers, as far as it can be learned in a moment.
    private func greet(_ watcher: SignalWatcher?) {
        Blocking.resume()
        watcher?.setCancel { [current = shell.currentClient] in
            Blocking.cancel()
            current.disconnect()
        }
        defer { watcher?.setCancel(nil) }
        let limit = min(Greeting.limit, shell.selection.timeout)
        let answers = Blocking.wait { [pool = shell.client.pool] () async throws(MemcacheError) in
            await Greeting.ask(pool, within: limit)
        }
        guard !Blocking.isCancelled else { return shell.session.output.endLine(isAfterMark: true) }
        guard case .success(let answers) = answers else { return }
        let greeting = Greeting(
            name: shell.selection.name, isProduction: shell.selection.isProduction, answers: answers)
        let width = Terminal.width(environment: environment)
        Messages.write(lines: greeting.lines(width: width).map { $0.rendered(promptStyle) })
    }
}

extension PromptInput.Need {
    /// The prompt of continuation lines.
    fileprivate var prompt: String {
        switch self {
        case .quote(let mark): "\(Character(Unicode.Scalar(mark)))…>"
        case .tag(let tag): "\(EscapedText.string(tag))…>"
        }
    }
}
