import MemcacheCore

/// One session: lines and commands go in, requests go out in order, and the shell's own commands run in sequence with
/// them.
///
/// The shell belongs to the main thread, which may wait; answers are received on the connection's thread.
///
/// Properties that every line of a script accesses skip the runtime check for exclusive access, which took a sixth of
/// the time of a line: no method keeps access to one of these while it calls another that may use it.
final class Shell {
    /// The behaviour of a session, from its options.
    struct Behaviour: Sendable {
        /// The requested format.
        var format: OutputFormat?
        /// Whether dangerous commands are confirmed in advance.
        var isConfirmed = false
        /// Whether a script continues after a mistake.
        var keepsGoing = false
        /// Whether a script stops at the first failure of any kind, and therefore waits for each answer.
        var stopsOnError = false
        /// Whether notes that are not errors are suppressed.
        var isQuiet = false
        /// Whether the user can be asked.
        var canAsk = false
        /// Whether long work shows its progress on the terminal.
        var showsProgress = false
        /// Whether the bytes on the wire are shown.
        var tracesWire = false
        /// The pager for output that is taller than the screen.
        var pager = PagerChoice.none
        /// The user's editor, for `edit`: a command of the calling shell's language.
        var editor = EditorChoice.standard
        /// The log of commands.
        var log: CommandLog?

        /// A client of servers.
        func client(of selection: ServerSelection) -> MemcacheClient {
            var configuration = selection.clientConfiguration
            if tracesWire { configuration.trace = TraceWriter.write }
            return MemcacheClient(configuration)
        }
    }

    /// How to continue after a line.
    enum Flow {
        case next
        case stop(status: Int32?)
        /// The value is in the lines that follow, up to the tag.
        case needsHereDocument(tag: [UInt8])
        /// The line has an error, but the lines that follow are still its value.
        case skipsHereDocument(tag: [UInt8])
    }

    /// The effect of a line.
    enum LineEffect {
        /// It was not a command, or is incomplete.
        case nothing
        case mistake(ExitStatus)
        /// Its requests are sent with others.
        case queued
        /// The shell has executed it, starting at that time.
        case done(Stopwatch)

        /// Whether it was executed.
        var isCommand: Bool {
            switch self {
            case .nothing, .mistake: false
            case .queued, .done: true
            }
        }
    }

    /// The source of servers by name. `use` reads the configuration file again.
    var catalog: ServerCatalog
    let session: Session
    let behaviour: Behaviour
    @exclusivity(unchecked) private(set) var selection: ServerSelection
    private(set) var conventions: ValueConventions
    private(set) var client: MemcacheClient { didSet { currentClient.replace(client) } }
    /// The same, for other threads.
    let currentClient: CurrentClient
    var pipeline: CommandPipeline
    /// Finds out what planning needs to know about the servers.
    private(set) var reachability: Reachability
    @exclusivity(unchecked) var builder: RequestBuilder
    /// The requested format; nil if it depends on where the output goes.
    var chosenFormat: OutputFormat?
    /// What the prompt adds: nil for scripts and single commands.
    @exclusivity(unchecked) var interactive: PromptSession?
    /// The runs of the current command, if they are compared.
    @exclusivity(unchecked) var repetition: Repetition?
    /// How deep `source` and `repeat` are nested.
    var depth = 0
    /// The depth of the lines whose answers are awaited one by one, after `repeat`; nil if there are none.
    var awaitedDepth: Int?
    /// Whether each command reports how long it took.
    @exclusivity(unchecked) var isTiming = false
    /// The time spent waiting for the user, which does not count towards any command.
    var idleTime = Duration.zero
    /// The effect of the last line.
    @exclusivity(unchecked) private(set) var lastLine = LineEffect.nothing
    /// The running lines that will be logged: those of a file within the line that runs it.
    var loggedLines: [LoggedLine] = []
    private var parser = LineParser()
    /// A value for the next command, from `-x` or a here-document.
    @exclusivity(unchecked) private var pendingInput: [UInt8]?

    static let maximumDepth = 16

    init(selection: ServerSelection, catalog: ServerCatalog, session: Session, behaviour: Behaviour) {
        self.selection = selection
        self.catalog = catalog
        self.session = session
        self.behaviour = behaviour
        chosenFormat = behaviour.format
        conventions = ValueConventions.named(selection.profile)
        let client = behaviour.client(of: selection)
        self.client = client
        currentClient = CurrentClient(client)
        pipeline = CommandPipeline(client: client, session: session, conventions: conventions)
        reachability = Reachability(client.pool, session: session)
        builder = RequestBuilder(
            format: session.presentation.format, isReadOnly: selection.isReadOnly, tokens: session.tokens,
            prefix: selection.prefix, conventions: conventions, route: reachability.makeRoute())
    }

    /// Switches to other servers. No answers may be outstanding.
    func connect(to selection: ServerSelection) {
        client.close()
        session.tokens.forgetAll()
        self.selection = selection
        conventions = ValueConventions.named(selection.profile)
        client = behaviour.client(of: selection)
        pipeline = CommandPipeline(client: client, session: session, conventions: conventions)
        let connectsAhead = builder.route.isPool ? reachability.connectsAhead : session.script != nil
        reachability = Reachability(client.pool, session: session)
        reachability.connectsAhead = connectsAhead
        let (format, line) = (builder.format, builder.line)
        builder = RequestBuilder(
            format: format, isReadOnly: selection.isReadOnly, tokens: session.tokens, prefix: selection.prefix,
            conventions: conventions, route: reachability.makeRoute())
        builder.line = line
    }

    /// Runs one command given by the program's own arguments.
    func run(words: [[UInt8]], input: [UInt8]?) -> Flow {
        beginLogging()
        let flow = take(words: words, input: input)
        endLogging { CommandLog.line(of: words) }
        return flow
    }

    private func take(words: [[UInt8]], input: [UInt8]?) -> Flow {
        lastLine = .nothing
        builder.isOver = false
        pendingInput = input
        do throws(Diagnostic) {
            var plan = Plan.queued
            try parser.take(words) { (spec, arguments, redirections, bytes) throws(Diagnostic) in
                plan = try self.plan(spec, &arguments, redirections, bytes)
            }
            if !builder.notes.isEmpty { reportNotes(0) }
            return carryOut(plan)
        } catch {
            fail(error, line: parser.argumentLine, number: 0)
            return .stop(status: nil)
        }
    }

    /// Runs one line. Mistakes are reported; it returns `stop` for them if the script should end.
    func run(line: Span<UInt8>, number: Int, hereDocument: [UInt8]? = nil) -> Flow {
        guard behaviour.log != nil else { return take(line: line, number: number, hereDocument: hereDocument) }
        beginLogging()
        let flow = take(line: line, number: number, hereDocument: hereDocument)
        let text = line.copy(0..<line.count)
        endLogging { text }
        return flow
    }

    private func take(line: Span<UInt8>, number: Int, hereDocument: [UInt8]?) -> Flow {
        lastLine = .nothing
        builder.line = number
        builder.isOver = false
        pendingInput = hereDocument
        var plan: Plan?
        var tag: [UInt8]?
        var output: LineParser.Redirections.Output?
        var view: OutputView?
        defer { if let view { returnToOutput(view) } }
        do throws(Diagnostic) {
            try parser.parse(line) { (spec, arguments, redirections, bytes) throws(Diagnostic) in
                if let redirections {
                    if let hereTag = redirections.hereTag, hereDocument == nil {
                        tag = hereTag
                        return
                    }
                    output = redirections.output
                    if output != nil {
                        drain()
                        view = leaveOutput(isScript: spec.runsLines)
                    }
                }
                plan = try self.plan(spec, &arguments, redirections, bytes)
            }
        } catch {
            drain()
            // Losses are reported first, and end the script too.
            let hasLost = session.script != nil && reportLosses()
            fail(error, line: line.copy(0..<line.count), number: number)
            guard keepsGoing, !hasLost else { return .stop(status: nil) }
            guard hereDocument == nil, let tag = HereDocument.tag(of: line) else { return .next }
            return .skipsHereDocument(tag: tag)
        }
        if let tag { return .needsHereDocument(tag: tag) }
        guard let plan else { return .next }
        if !builder.notes.isEmpty { reportNotes(number) }
        if !builder.round.complaints.isEmpty, session.script != nil, builder.route.reachesNone {
            // The lines that follow would report the same.
            drain()
            return .stop(status: nil)
        }
        guard let output else { return carryOut(plan) }
        guard !session.hasLoss else {
            // No file is written, and no command is started, for a line that is not sent.
            submit()
            return .next
        }
        return redirected(to: output, number: number) { carryOut(plan) }
    }

    /// Sends the pending requests, and does what the shell does itself.
    private func carryOut(_ plan: Plan) -> Flow {
        switch plan {
        case .queued:
            lastLine = .queued
            if builder.round.isFull { submit() }
            return .next
        case .confirmed, .operation, .session:
            drain()
            guard !session.hasLoss else { return .next }
            leaveEarlierAnswers()
            let watch = stopwatch()
            // Lines within it have an effect of their own.
            defer { lastLine = .done(watch) }
            return perform(plan)
        }
    }

    private func perform(_ plan: Plan) -> Flow {
        switch plan {
        case .queued: break
        case .confirmed(let request): perform(request)
        case .operation(let operation, let format): perform(operation, format)
        case .session(let command): return perform(command)
        }
        return .next
    }

    /// Whether the next line runs after a mistake: in a script with `-k`, and at the prompt and in the start file, but
    /// not in a file that they run.
    var keepsGoing: Bool { behaviour.keepsGoing || interactive != nil && (session.script == nil || depth == 0) }

    /// Sends the pending requests.
    func submit() {
        guard !builder.round.isEmpty else { return }
        behaviour.log?.flush()
        pipeline.submit(builder.takeRound())
    }

    /// Sends the pending requests, because the next line may take a while.
    func submitBeforeWaiting() {
        submit()
        reachability.forgetReached(&builder.route)
    }

    /// Sends the pending requests, and waits for every answer.
    func drain() {
        submit()
        // Ctrl-C may have been pressed before there was anything to cancel.
        if isInterrupted { client.disconnect() }
        pipeline.drain()
        readAgain()
        giveBackWins()
        reachability.forgetReached(&builder.route)
    }

    private func plan(
        _ spec: CommandSpec, _ arguments: inout Arguments, _ redirections: LineParser.Redirections?,
        _ bytes: Span<UInt8>
    ) throws(Diagnostic) -> Plan {
        if selection.isReadOnly, spec.danger != .none {
            throw Diagnostic(
                "\(spec.name) changes the server, and this session is read-only", at: arguments.name, status: .unsafe)
        }
        if let path = redirections?.inputPath {
            switch FileDescriptors.contents(of: path) {
            case .success(let contents): arguments.inputValue = contents
            case .failure(let error):
                throw Diagnostic(
                    "cannot read \(EscapedText.string(path)): \(error.reason)", at: arguments.name,
                    status: error.limit == nil ? .localFailure : .usage)
            }
        } else if let input = pendingInput {
            arguments.inputValue = input
            pendingInput = nil
        }
        try spec.check(arguments, bytes)
        repetition?.take(arguments.format)
        if spec.needsEarlierAnswers { drain() }
        let plan = try planAsking(spec, arguments, bytes)
        if selection.isReadOnly, case .confirmed(let request) = plan {
            throw Diagnostic(
                "\(request.title) changes the server, and this session is read-only", at: arguments.name,
                status: .unsafe)
        }
        if interactive != nil { noteKeys(spec, arguments, bytes) }
        return plan
    }

    /// Plans a command, and asks first if it would do something that is hardly intended.
    private func planAsking(
        _ spec: CommandSpec, _ arguments: borrowing Arguments, _ bytes: Span<UInt8>
    ) throws(Diagnostic) -> Plan {
        builder.asksAboutPast = behaviour.canAsk && !isConfirmedBeforehand
        do throws(Diagnostic) {
            return try planKnowing(spec, arguments, bytes)
        } catch {
            guard let question = error.question else { throw error }
            drain()
            guard !session.hasLoss, confirm("\(spec.name): \(question)", command: spec.name) else { return .queued }
            builder.asksAboutPast = false
            return try planKnowing(spec, arguments, bytes)
        }
    }

    /// Plans a command, with what must be known about the servers.
    private func planKnowing(
        _ spec: CommandSpec, _ arguments: borrowing Arguments, _ bytes: Span<UInt8>
    ) throws(Diagnostic) -> Plan {
        var plan = try spec.plan(arguments, bytes, &builder)
        // Nearly always everything is known: nothing changes between the lines of a script.
        guard builder.need != nil else { return plan }
        defer { reachability.endLine(&builder.route) }
        while let need = builder.takeNeed() {
            guard find(need) else { return .queued }
            plan = try spec.plan(arguments, bytes, &builder)
        }
        return plan
    }

    /// Adds requests to the batch, with what must be known about the servers.
    func add(_ requests: (inout RequestBuilder) -> Void) {
        requests(&builder)
        guard builder.need != nil else { return }
        defer { reachability.endLine(&builder.route) }
        while let need = builder.takeNeed() {
            guard find(need) else { return }
            requests(&builder)
        }
    }

    /// Finds out what a line needs to know about the servers.
    ///
    /// - Returns: Whether it can be planned then. If not, it fails.
    private func find(_ need: ServerNeed) -> Bool {
        guard builder.route.isPool else { return learnVersion() }
        reachability.find(need, for: builder.line, &builder.route)
        return true
    }

    /// Asks for the version of the only server, once a session.
    ///
    /// - Returns: Whether it answered. If not, the command that needed the version fails.
    private func learnVersion() -> Bool {
        drain()
        guard !session.hasLoss else { return false }
        switch Blocking.wait(for: { [client] () async throws(MemcacheError) in try await client.version() }) {
        case .success(let version):
            builder.route.learn(version, of: 0)
            return true
        case .failure(var error):
            error.mayHaveTakenEffect = false
            session.note(
                Session.LostReplies(
                    error: error, server: server,
                    unanswered: Session.Unanswered(firstLine: builder.line, lastLine: builder.line)))
            return false
        }
    }

    private func fail(_ diagnostic: Diagnostic, line: [UInt8], number: Int) {
        builder.forgetLine()
        lastLine = .mistake(diagnostic.status)
        // Ctrl-C while waiting for a file is not a mistake.
        guard !isInterrupted else { return session.note(diagnostic.status) }
        session.report(diagnostic, line: line, number: number)
    }

    private func reportNotes(_ number: Int) {
        if !behaviour.isQuiet {
            for note in builder.notes { session.report("note: \(note)", code: "note", .done, line: number) }
        }
        builder.notes.removeAll()
    }

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

    private func report(_ loss: Session.LostReplies) {
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
