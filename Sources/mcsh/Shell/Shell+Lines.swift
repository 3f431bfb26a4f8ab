import MemcacheCore

/// Running lines: from words to a plan, and what becomes of it.
extension Shell {
    /// Runs one command given by the program's own arguments.
    func run(words: [[UInt8]], input: [UInt8]?) -> LineOutcome {
        beginLogging()
        let outcome = take(words: words, input: input)
        endLogging(outcome) { CommandLog.line(of: words) }
        return outcome
    }

    private func take(words: [[UInt8]], input: [UInt8]?) -> LineOutcome {
        builder.isOver = false
        do throws(Diagnostic) {
            var plan = Plan.queued
            try parser.take(words) { (spec, arguments, redirections, bytes) throws(Diagnostic) in
                plan = try self.plan(spec, &arguments, redirections, bytes, input)
            }
            if !builder.notes.isEmpty { reportNotes(0) }
            return carryOut(plan)
        } catch {
            fail(error, line: parser.argumentLine, number: 0)
            return LineOutcome(step: .stop(status: nil), effect: .mistake(error.status))
        }
    }

    /// Runs one line. Mistakes are reported; it returns `stop` for them if the script should end.
    func run(line: Span<UInt8>, number: Int, hereDocument: [UInt8]? = nil) -> LineOutcome {
        guard options.log != nil else { return take(line: line, number: number, hereDocument: hereDocument) }
        beginLogging()
        let outcome = take(line: line, number: number, hereDocument: hereDocument)
        let text = line.copy(0..<line.count)
        endLogging(outcome) { text }
        return outcome
    }

    private func take(line: Span<UInt8>, number: Int, hereDocument: [UInt8]?) -> LineOutcome {
        builder.line = number
        builder.isOver = false
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
                plan = try self.plan(spec, &arguments, redirections, bytes, hereDocument)
            }
        } catch {
            drain()
            // Losses are reported first, and end the script too.
            let hasLost = session.script != nil && reportLosses()
            fail(error, line: line.copy(0..<line.count), number: number)
            var outcome = LineOutcome(step: .next, effect: .mistake(error.status))
            if !keepsGoing || hasLost {
                outcome.step = .stop(status: nil)
            } else if hereDocument == nil, let tag = HereDocument.tag(of: line) {
                outcome.step = .skipsHereDocument(tag: tag)
            }
            return outcome
        }
        if let tag { return LineOutcome(step: .needsHereDocument(tag: tag)) }
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
    private func carryOut(_ plan: Plan) -> LineOutcome {
        switch plan {
        case .queued:
            if builder.round.isFull { submit() }
            return LineOutcome(step: .next, effect: .queued)
        case .confirmed, .operation, .session:
            drain()
            guard !session.hasLoss else { return .next }
            leaveEarlierAnswers()
            let watch = stopwatch()
            var outcome = perform(plan)
            // Lines within it had an effect of their own.
            outcome.effect = .done(watch)
            return outcome
        }
    }

    private func perform(_ plan: Plan) -> LineOutcome {
        switch plan {
        case .queued: break
        case .confirmed(let request): perform(request)
        case .operation(let operation, let format): perform(operation, format)
        case .session(let command): return perform(command)
        }
        return .next
    }

    private func fail(_ diagnostic: Diagnostic, line: [UInt8], number: Int) {
        builder.forgetLine()
        // Ctrl-C while waiting for a file is not a mistake.
        guard !isInterrupted else { return session.note(diagnostic.status) }
        session.report(diagnostic, line: line, number: number)
    }

    private func reportNotes(_ number: Int) {
        if !options.isQuiet {
            for note in builder.notes { session.report("note: \(note)", code: "note", .done, line: number) }
        }
        builder.notes.removeAll()
    }
}

/// Planning: what a line needs before its requests are in the batch.
extension Shell {
    /// Plans a command.
    ///
    /// - Parameter input: Its value, from `-x` or a here-document.
    private func plan(
        _ spec: CommandSpec, _ arguments: inout Arguments, _ redirections: LineParser.Redirections?,
        _ bytes: Span<UInt8>, _ input: [UInt8]?
    ) throws(Diagnostic) -> Plan {
        if selection.isReadOnly, spec.danger != .none {
            throw Diagnostic(
                spec.name == "raw"
                    ? "raw is refused in a read-only session: it sends whatever it is given"
                    : "\(spec.name) changes the server, and this session is read-only",
                at: arguments.name, status: .unsafe)
        }
        if let path = redirections?.inputPath {
            switch FileDescriptors.contents(of: path) {
            case .success(let contents): arguments.inputValue = contents
            case .failure(let error):
                throw Diagnostic(
                    "cannot read \(EscapedText.string(path)): \(error.reason)", at: arguments.name,
                    status: error.limit == nil ? .localFailure : .usage)
            }
        } else if let input {
            arguments.inputValue = input
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
        builder.asksAboutPast = options.canAsk && !isConfirmedBeforehand
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
                LostReplies(
                    error: error, server: server,
                    unanswered: LostReplies.Unanswered(firstLine: builder.line, lastLine: builder.line)))
            return false
        }
    }
}
