import MemcacheCore

/// One session: lines and commands go in, requests go out in order, and what the shell does itself is done in its turn.
///
/// The shell belongs to the main thread, which may wait; answers are received on the connection's thread.
final class Shell {
    /// How a session behaves, from its options.
    struct Behaviour: Sendable {
        /// Only commands that change nothing.
        var isReadOnly = false
        /// Dangerous commands are confirmed beforehand.
        var isConfirmed = false
        /// A script goes on after a mistake.
        var keepsGoing = false
        /// A script stops at the first failure of any kind, and therefore waits for each answer.
        var stopsOnError = false
        /// Notes that are not errors are left out.
        var isQuiet = false
        /// Somebody can be asked.
        var canAsk = false
    }

    /// What comes after a line.
    enum Flow {
        case next
        case stop(status: Int32?)
        /// The value stands in the lines that follow, up to the tag.
        case needsHereDocument(tag: [UInt8])
        /// The line has a mistake, and the lines that follow are its value all the same.
        case skipsHereDocument(tag: [UInt8])
    }

    let client: MemcacheClient
    let session: Session
    let behaviour: Behaviour
    let pipeline: CommandPipeline
    var planner: Planner
    /// What the prompt adds: nil for scripts and single commands.
    var interactive: InteractiveState?
    /// How deep `source` and `repeat` are nested.
    var depth = 0
    private var parser = LineParser()
    /// A value for the next command, from `-x` or a here-document.
    private var pendingInput: [UInt8]?

    static let maximumDepth = 16

    init(client: MemcacheClient, session: Session, behaviour: Behaviour) {
        self.client = client
        self.session = session
        self.behaviour = behaviour
        pipeline = CommandPipeline(client: client, session: session)
        planner = Planner(
            format: session.presentation.format, isReadOnly: behaviour.isReadOnly, tokens: session.tokens)
    }

    /// Runs one command of the program's own arguments.
    func run(words: [[UInt8]], input: [UInt8]?) -> Flow {
        pendingInput = input
        do throws(Diagnostic) {
            var plan = Plan.queued
            try parser.take(words) { (spec, arguments, redirections, bytes) throws(Diagnostic) in
                plan = try self.plan(spec, &arguments, redirections, bytes)
            }
            if !planner.notes.isEmpty { tellNotes(0) }
            return carryOut(plan)
        } catch {
            fail(error, line: parser.argumentLine, number: 0)
            return .stop(status: nil)
        }
    }

    /// Runs one line. Mistakes are told; `stop` comes back for them when the script is to end.
    func run(line: Span<UInt8>, number: Int, hereDocument: [UInt8]? = nil) -> Flow {
        planner.line = number
        pendingInput = hereDocument
        var plan: Plan?
        var tag: [UInt8]?
        var output: LineParser.Redirections.Output?
        do throws(Diagnostic) {
            try parser.parse(line) { (spec, arguments, redirections, bytes) throws(Diagnostic) in
                if let redirections {
                    if let hereTag = redirections.hereTag, hereDocument == nil {
                        tag = hereTag
                        return
                    }
                    output = redirections.output
                    if output != nil { drain() }
                }
                plan = try self.plan(spec, &arguments, redirections, bytes)
            }
        } catch {
            drain()
            fail(error, line: line.copy(0..<line.count), number: number)
            guard behaviour.keepsGoing else { return .stop(status: nil) }
            guard hereDocument == nil, let tag = HereDocument.tag(of: line) else { return .next }
            return .skipsHereDocument(tag: tag)
        }
        if let tag { return .needsHereDocument(tag: tag) }
        guard let plan else { return .next }
        if !planner.notes.isEmpty { tellNotes(number) }
        guard let output else { return carryOut(plan) }
        return redirected(to: output, number: number) { carryOut(plan) }
    }

    /// Sends what is prepared, and does what is to be done here.
    private func carryOut(_ plan: Plan) -> Flow {
        switch plan {
        case .queued:
            if planner.batch.encoder.bytes.count >= CommandPipeline.batchBytes { submit() }
            return .next
        case .local(let action):
            drain()
            guard !session.hasLoss else { return .next }
            return perform(action)
        }
    }

    /// Sends what is prepared.
    func submit() {
        pipeline.submit(planner.takeBatch())
    }

    /// Sends what is prepared, and waits for every answer.
    func drain() {
        submit()
        // Ctrl-C may have come before there was anything to cancel.
        if isInterrupted { client.disconnect() }
        pipeline.drain()
    }

    private func plan(
        _ spec: CommandSpec, _ arguments: inout Arguments, _ redirections: LineParser.Redirections?,
        _ bytes: Span<UInt8>
    ) throws(Diagnostic) -> Plan {
        if behaviour.isReadOnly, spec.danger != .none {
            throw Diagnostic(
                "\(spec.name) changes the server, and this session is read-only", at: arguments.name, status: .unsafe)
        }
        if let path = redirections?.inputPath {
            switch FileDescriptors.contents(of: path) {
            case .success(let contents): arguments.inputValue = contents
            case .failure(let error):
                throw Diagnostic(
                    "cannot read \(EscapedText.string(path)): \(error.reason)", at: arguments.name,
                    status: .localFailure)
            }
        } else if let input = pendingInput {
            arguments.inputValue = input
            pendingInput = nil
        }
        try spec.check(arguments, bytes)
        if interactive != nil { rememberKeys(spec, arguments, bytes) }
        if spec.needsEarlierAnswers { drain() }
        if spec.prefersMetaCommands, (arguments.format ?? planner.format) == .human, planner.hasMetaCommands == nil,
            !lookForMetaCommands()
        {
            return .queued
        }
        return try spec.plan(arguments, bytes, &planner)
    }

    /// Asks the server's version, once a session.
    ///
    /// - Returns: Whether it answered. If not, that is the failure of the command that wanted to know.
    private func lookForMetaCommands() -> Bool {
        drain()
        guard !session.hasLoss else { return false }
        switch MainThread.wait(for: { [client] () async throws(MemcacheError) in try await client.version() }) {
        case .success(let version):
            planner.hasMetaCommands = version >= ServerVersion(1, 6, 10)
            return true
        case .failure(var error):
            error.mayHaveTakenEffect = false
            session.note(Session.Loss(error: error, firstLine: planner.line, lastLine: planner.line))
            return false
        }
    }

    private func fail(_ diagnostic: Diagnostic, line: [UInt8], number: Int) {
        planner.notes.removeAll()
        session.note(diagnostic.status)
        session.tell(diagnostic, line: line, number: number)
    }

    private func tellNotes(_ number: Int) {
        if !behaviour.isQuiet {
            for note in planner.notes { session.tell("note: \(note)", code: "note", line: number) }
        }
        planner.notes.removeAll()
    }

    /// Says that the connection was lost, and what that leaves unanswered.
    func tell(_ loss: Session.Loss) {
        var error = loss.error
        let mayHaveEffect = error.mayHaveTakenEffect
        if session.script == nil {
            if mayHaveEffect { error.message += "; the command may have been carried out all the same" }
        } else {
            let isOne = loss.firstLine == loss.lastLine
            let lines = isOne ? "line \(loss.firstLine) was" : "lines \(loss.firstLine) to \(loss.lastLine) were"
            error.message += "; \(lines) not answered"
            if mayHaveEffect { error.message += ", and may have been carried out all the same" }
        }
        session.tell(error, line: loss.firstLine, server: server, format: loss.format)
    }
}
