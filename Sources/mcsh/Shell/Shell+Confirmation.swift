import MemcacheCore

/// Requests that are confirmed before they are sent, and the question.
extension Shell {
    /// Asks, and sends the request if it is confirmed.
    func perform(_ request: ConfirmedRequest) {
        releaseRun()
        guard !selection.isReadOnly else {
            session.report(
                "\(request.title) changes the server, and this session is read-only", code: "read-only", .unsafe,
                line: builder.line)
            return
        }
        // With several servers each of them is affected.
        var effect =
            !builder.route.isPool ? request.effect : request.effect.replacing("the server", with: "each server")
        if String(describing: request.name) == "flush_all", options.canAsk, !isConfirmedBeforehand {
            effect += holdings()
        }
        guard String(describing: request.name) != "extstore" || hasFlash() else {
            return session.report(
                "\(request.title): no flash storage on \(server) (memcached started with -o ext_path)", code: "refused",
                .refused,
                line: builder.line)
        }
        guard confirm("\(request.title) on \(server): \(effect)", command: request.title) else { return }
        add { $0.request(request.name, .line, request.shape) { $0.append(request.bytes.span) } }
        drain()
    }

    /// Asks whether to do something dangerous.
    ///
    /// - Returns: Whether it is confirmed, by `-y` or by an answer. On production the answer is the name of the pool,
    ///   and `-y` is not accepted if the user can be asked.
    func confirm(_ what: String, command: String) -> Bool {
        if isConfirmedBeforehand { return true }
        guard options.canAsk else {
            session.report(
                "\(what); refused: needs confirmation and there is no terminal; add -y", code: "not-confirmed", .unsafe,
                line: builder.line)
            return false
        }
        session.output.endPaging()
        let start = ContinuousClock.now
        let question = DangerConfirmation(what: what, selection: selection, hasOption: options.isConfirmed)
        let answer = Question.answer(to: question.text, watcher: interactive?.watcher)
        // The time the user takes to think does not count towards the command's time.
        idleTime += .now - start
        if let answer, question.isConfirmed(by: answer) { return true }
        if isInterrupted {
            interactive?.hasReportedInterrupt = true
            session.output.endLine(isAfterMark: true)
        }
        session.report("\(command): not done", code: "not-confirmed", .unsafe, line: builder.line)
        return false
    }

    /// Whether `-y` confirms dangerous commands, which on production it does only if the user cannot be asked.
    var isConfirmedBeforehand: Bool {
        options.isConfirmed && !(selection.isProduction && options.canAsk)
    }

    /// Whether any server has flash storage, or none says whether it has.
    private func hasFlash() -> Bool {
        let readings = statistics()
        return readings.isEmpty
            || readings.contains { reading in reading.contains { $0.name.starts(with: "extstore_".utf8) } }
    }

    /// How much the servers hold, for a question.
    private func holdings() -> String { Shell.holdings(of: statistics().map { StatisticsReading($0) }) }

    /// The statistics of the servers that answer; the failures of the others are reported.
    private func statistics() -> [[Statistic]] {
        let fleet = Fleet(client: client)
        let answers = Blocking.wait { () async throws(MemcacheError) in
            await fleet.each(for: "stats") { server async throws(MemcacheError) in
                try await server.execute(Command.Statistics())
            }
        }
        switch answers {
        case .success(let answers):
            return answers.compactMap { answer in
                switch answer.result {
                case .success(let statistics): return statistics
                case .failure(let error):
                    session.report(error, line: builder.line, server: answer.server.address.description)
                    return nil
                }
            }
        case .failure(let error):
            session.report(error, line: builder.line, server: server)
            return []
        }
    }

    /// How much some servers hold together: ` (1,234 items, 5 MiB)`; empty if none has answered.
    static func holdings(of readings: [StatisticsReading]) -> String {
        let items = readings.compactMap { $0.number("curr_items") }.saturatingSum()
        let bytes = readings.compactMap { $0.number("bytes") }.saturatingSum()
        guard !readings.isEmpty else { return "" }
        return " (\(HumanUnits.count(items)) \(items == 1 ? "item" : "items"), \(HumanUnits.bytes(bytes)))"
    }
}
