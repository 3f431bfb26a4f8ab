import MemcacheCore

/// Where an operation writes, and what it may ask of its session. It can be neither copied nor sent to another task:
/// only the operation's own task, which runs on the main thread, has it.
struct OperationOutput: ~Copyable {
    /// How the operation's rows are written.
    let format: OutputFormat
    let presentation: Presentation
    /// Whether notes that are not errors are suppressed.
    let isQuiet: Bool
    /// The operation's name, for messages.
    let command: String
    /// The reporter, which also accepts reports of other tasks.
    let reporter: OperationReporter
    let host: any OperationHost
    let session: Session

    init(_ command: String, _ format: OutputFormat, session: Session, line: Int, isQuiet: Bool, host: any OperationHost)
    {
        self.command = command
        self.format = format
        presentation = session.presentation
        self.isQuiet = isQuiet
        self.session = session
        self.host = host
        reporter = OperationReporter(session: session, line: line, format: format)
    }

    // MARK: Output

    /// Whether further output is pointless.
    var hasFailed: Bool { session.output.hasFailed }

    /// The destination of output.
    var sink: OutputSink { session.output }

    mutating func write(_ bytes: [UInt8]) { session.output.write(bytes) }

    /// Writes lines of text.
    mutating func write(lines: [String]) {
        guard !lines.isEmpty else { return }
        write(Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// A writer of rows for this output.
    ///
    /// - Parameter layout: How people read them: as a table once all rows are known, or as they come.
    func rows(_ description: RowDescription, layout: RowWriter.Layout = .table) -> RowWriter {
        RowWriter(description, format, style: presentation.style, width: presentation.width, layout: layout)
    }

    // MARK: Errors and the exit status

    /// Counts towards the exit status.
    mutating func note(_ status: ExitStatus) { session.note(status) }

    /// Reports an error of a server or of the connection to it.
    ///
    /// - Parameters:
    ///   - keys: The keys that it concerns, if there are several.
    ///   - namesKeys: Whether the error's message has them already.
    mutating func report(
        _ error: MemcacheError, server: String? = nil, keys: [[UInt8]] = [], namesKeys: Bool = false
    ) {
        reporter.report(error, server: server, keys: keys, namesKeys: namesKeys)
    }

    /// Reports an error of any other kind.
    mutating func report(_ message: String, code: String, _ status: ExitStatus) {
        reporter.report(message, code: code, status)
    }

    /// Reports an error that concerns no server in particular, or all of them. An interruption by Ctrl-C at a prompt is
    /// not reported as a failure, but counts towards the exit status.
    mutating func reportForAll(_ error: MemcacheError) {
        if isInterrupted { note(error.exitStatus) } else { report(error, server: host.serverNames) }
    }

    /// The answers of the servers that sent one; the errors of the others are reported.
    ///
    /// - Parameter keys: The keys that the servers were asked about, if there are several.
    mutating func values<Value>(
        of answers: [ServerAnswer<Value>], keys: [[UInt8]] = []
    ) -> [(server: String, value: Value)] {
        var values: [(server: String, value: Value)] = []
        for answer in answers {
            let name = answer.server.address.description
            switch answer.result {
            case .success(let value): values.append((name, value))
            case .failure(let error): report(error, server: name, keys: keys)
            }
        }
        return values
    }

    // MARK: The user

    /// Whether Ctrl-C was pressed at the prompt.
    var isInterrupted: Bool { host.isPrompt && Blocking.isCancelled }

    /// Asks whether to do something dangerous.
    ///
    /// - Returns: Whether it is confirmed, by `-y` or by an answer. A refusal has been reported.
    mutating func confirm(_ what: String) -> Bool { host.confirm(what, command: command) }

    /// Asks a question at the terminal; nil if there is no answer.
    mutating func answer(to question: String) -> [UInt8]? {
        let start = ContinuousClock.now
        defer { host.noteIdleTime(.now - start) }
        return Question.answer(to: question, watcher: host.signalWatcher)
    }

    /// Handles Ctrl-C from here on if there is no prompt, whose session handles it otherwise; Ctrl-C cancels the
    /// operation.
    func catchInterrupt() -> InterruptCatcher? {
        host.isPrompt ? nil : InterruptCatcher { Blocking.cancel() }
    }

    /// Reports how far the work had got when Ctrl-C ended it.
    ///
    /// - Parameter isAfterMark: Whether the terminal's own ^C precedes the report.
    mutating func reportInterrupt(_ text: String, isAfterMark: Bool) {
        if host.isPrompt {
            host.noteInterruptIsReported()
            session.output.endLine(isAfterMark: isAfterMark)
        } else if isAfterMark, Terminal.errorsAreShown {
            // After the terminal's own ^C.
            Messages.write("")
        }
        if !isQuiet { reporter.report(text, code: "cancelled", .done) }
    }
}

@available(*, unavailable)
extension OperationOutput: Sendable {}

/// Reports errors and notes of one operation, from any thread.
struct OperationReporter: Sendable {
    fileprivate let session: Session
    /// The line that is running.
    fileprivate let line: Int
    fileprivate let format: OutputFormat

    /// Reports an error of a server or of the connection to it, and counts it towards the exit status.
    func report(_ error: MemcacheError, server: String? = nil, keys: [[UInt8]] = [], namesKeys: Bool = false) {
        session.report(error, line: line, server: server, format: format, keys: keys, namesKeys: namesKeys)
    }

    /// Reports an error of any other kind.
    func report(_ message: String, code: String, _ status: ExitStatus) {
        session.report(message, code: code, status, line: line, format: format)
    }
}
