import MemcacheCore
import MemcachePlatform

/// One run of the program: its input, its output, its exit status.
struct Program {
    let options: Options
    /// The source of servers by name, now and later in the session.
    let catalog: ServerCatalog
    /// The initial servers of the session.
    let selection: ServerSelection
    let environment: Environment
    /// The log of commands.
    let log: CommandLog?

    func run() -> Int32 {
        let isInputTerminal = Terminal.isTerminal(STDIN_FILENO)
        let isOutputTerminal = Terminal.isTerminal(STDOUT_FILENO)
        let isInteractive =
            isInputTerminal && isOutputTerminal && !options.pipe && options.command.isEmpty && options.lines.isEmpty
            && options.files.isEmpty
        let presentation = Presentation(
            format: options.format ?? (isOutputTerminal ? .human : .plain),
            style: TextStyle(
                isColored: options.color.isColored(isTerminal: isOutputTerminal, environment: environment)),
            width: Terminal.width(environment: environment),
            endsValues: options.command.isEmpty || options.runs != nil, isTerminal: isOutputTerminal)
        // A thread inherits the blocked signals of the thread that starts it: the watcher comes first.
        let watcher = isInteractive ? SignalWatcher() : nil
        let session = Session(output: OutputSink(descriptor: STDOUT_FILENO), presentation: presentation)
        let shellOptions = ShellOptions(
            format: options.format, isConfirmed: options.yes, keepsGoing: options.keepGoing,
            stopsOnError: options.stopOnError, isQuiet: options.quiet, canAsk: isInputTerminal && !options.pipe,
            showsProgress: !options.quiet && !options.verbose && Terminal.isTerminal(STDERR_FILENO)
                && Terminal.canEdit(environment: environment),
            tracesWire: options.verbose,
            pager: options.noPager || options.verbose || options.pipe || !isOutputTerminal
                ? .none : PagerChoice.of(environment: environment),
            editor: EditorChoice.of(environment: environment), log: log)
        var status: Int32?
        if options.pipe {
            pipe(shellOptions.client(of: selection), session)
        } else {
            let shell = Shell(selection: selection, catalog: catalog, session: session, options: shellOptions)
            // Never released: what ends with the program need not be dismantled first.
            _ = Unmanaged.passRetained(shell)
            if !options.command.isEmpty {
                status = oneCommand(shell)
            } else if isInteractive {
                let startFile = options.noConfig || options.sandbox ? nil : StartupFile.path(environment: environment)
                status = PromptLoop(shell: shell, environment: environment, startFile: startFile)
                    .run(watcher: watcher)
            } else {
                status = scripts(shell)
            }
        }
        log?.flush()
        for reason in [session.output.takeFailure(), log?.takeFailure()] {
            if let reason { session.report(reason, code: "local-file", .localFailure) }
        }
        if session.output.hasLostOutput { session.note(.localFailure) }
        return status ?? session.status.rawValue
    }

    private func pipe(_ client: MemcacheClient, _ session: Session) {
        guard !selection.isReadOnly else {
            session.report(
                "--pipe is refused in a read-only session: it sends whatever it is given", code: "read-only", .unsafe)
            return
        }
        guard client.pool.servers.count == 1 else {
            session.report(
                "--pipe goes to one server, and \(client.pool.servers.count) are named: choose one with -s",
                code: "usage", .usage)
            return
        }
        var runner = ProtocolPipe(client: client, session: session, server: selection.name, log: log)
        if selection.isProduction, !options.yes {
            runner.unconfirmed = "\(EscapedText.string(Array(selection.name.utf8))) is production; add -y to send it"
        }
        runner.run(descriptor: STDIN_FILENO)
    }

    private func oneCommand(_ shell: Shell) -> Int32? {
        let words = options.command.map(ArgumentText.bytes)
        var input: [UInt8]?
        if options.readsValue {
            switch FileDescriptors.readAll(STDIN_FILENO) {
            case .success(let bytes): input = bytes
            case .failure(let error):
                shell.session.report(
                    "cannot read standard input: \(error.reason)", code: error.limit == nil ? "local-file" : "usage",
                    error.limit == nil ? .localFailure : .usage)
                return nil
            }
        }
        var interval: Duration?
        if let text = options.interval {
            guard let span = TimeSpan.parse(Array(text.utf8)) else {
                shell.session.report(
                    "-i \(EscapedText.string(Array(text.utf8))) is not a time; write for example 2, 500ms, 1m or 1h",
                    code: "usage", .usage)
                return nil
            }
            interval = span
        }
        let repetitions = options.runs ?? 1
        if repetitions == 0, interval == nil { interval = .seconds(1) }
        let runAll = { [interval] in
            shell.compared(every: repetitions == 1 ? nil : interval) {
                var runs = 0
                while repetitions == 0 || runs < repetitions {
                    if runs > 0 { Blocking.sleep(interval ?? .zero) }
                    let outcome = shell.oneRun { shell.run(words: words, input: input) }
                    shell.drain()
                    if case .stop = outcome.step { return outcome }
                    if shell.session.output.hasFailed { return .stop(status: nil) }
                    if shell.reportLosses() || shell.options.stopsOnError && shell.session.status != .done {
                        return .stop(status: nil)
                    }
                    runs += 1
                }
                return .next
            }
        }
        return status(of: options.runs == nil ? shell.paged(runAll) : runAll())
    }

    private func scripts(_ shell: Shell) -> Int32? {
        if !options.lines.isEmpty {
            let text = options.lines.map(ArgumentText.bytes).joined(separator: [UInt8(ascii: "\n")])
            return status(
                of: shell.paged { ScriptRunner(shell: shell).run(LineReader(bytes: Array(text)), named: "-c") })
        }
        for file in options.files.isEmpty ? ["-"] : options.files {
            let path = ArgumentText.bytes(file)
            let name = file == "-" ? "stdin" : EscapedText.string(path)
            let descriptor = file == "-" ? STDIN_FILENO : FileDescriptors.open(path, flags: O_RDONLY)
            guard descriptor >= 0 else {
                shell.session.report(
                    "cannot read \(name): \(FileDescriptors.reason(-descriptor))", code: "local-file", .localFailure)
                return nil
            }
            defer { if descriptor != STDIN_FILENO { close(descriptor) } }
            let outcome = ScriptRunner(shell: shell).run(LineReader(descriptor: descriptor), named: name)
            if case .stop(let status) = outcome.step { return status }
        }
        return nil
    }

    private func status(of outcome: LineOutcome) -> Int32? {
        if case .stop(let status) = outcome.step { return status }
        return nil
    }
}
