import MemcacheCore

/// The beginning of a session: the servers, and how to continue.
struct Greeting: Sendable {
    /// A server's statistics, or why there are none.
    struct Answer: Sendable {
        var server: String
        var result: Result<[Statistic], MemcacheError>
    }

    /// The name of the servers.
    var name: String
    var isProduction: Bool
    var answers: [Answer]

    /// How long the prompt may be delayed.
    static let limit = Duration.seconds(1)

    /// The maximum number of servers without an answer that are named.
    private static let maximumFailures = 4

    /// Queries all servers concurrently.
    static func ask(_ pool: ServerPool, within limit: Duration) async -> [Answer] {
        let answers = await pool.onEveryServer { server async throws(MemcacheError) in
            try await statistics(of: server, within: limit)
        }
        return answers.map { Answer(server: $0.server.address.description, result: $0.result) }
    }

    /// The answer, or an error if none came in time; the reply may still arrive, and is dropped.
    private static func statistics(
        of server: Server, within limit: Duration
    ) async throws(MemcacheError) -> [Statistic] {
        let result = await withTaskGroup(of: Result<[Statistic], MemcacheError>?.self) { group in
            group.addTask {
                do throws(MemcacheError) {
                    return .success(try await server.execute(Command.Statistics()))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let result else {
            // Its answer would delay the next command.
            server.disconnect()
            let time = HumanUnits.duration(microseconds: UInt64(max(0, limit / .microseconds(1))))
            throw MemcacheError(.timedOut, "no answer within \(time)", server: server.address)
        }
        return try result.get()
    }

    /// The lines for people.
    func lines(width: Int) -> [StyledText] {
        var readings: [StatisticsReading] = []
        var failures: [(server: String, error: MemcacheError)] = []
        for answer in answers {
            switch answer.result {
            case .success(let statistics): readings.append(StatisticsReading(statistics))
            case .failure(let error): failures.append((answer.server, error))
            }
        }
        var first = StyledText(EscapedText.string(Array(name.utf8)))
        if isProduction {
            first.append(" ")
            first.append("(production)", .bad)
        }
        if answers.count > 1 { first.append(": \(answers.count) servers") }
        if !readings.isEmpty { first.append((answers.count > 1 ? ", " : ": ") + facts(readings)) }
        var lines: [StyledText] = []
        if answers.count == 1, let failure = failures.first {
            first.append(": \(failure.error.message); the next command tries again")
        } else {
            lines = failures.prefix(Greeting.maximumFailures).map {
                StyledText("\($0.server): \($0.error.message); it is tried again later")
            }
            let rest = failures.count - lines.count
            if rest > 0 {
                lines.append(
                    StyledText("and \(HumanUnits.count(UInt64(rest))) more \(rest == 1 ? "does" : "do") not answer"))
            }
        }
        lines = [first] + lines + [StyledText("Type help for help, quit to leave.")]
        return lines.flatMap { $0.wrapped(to: max(width, 20), indent: 2) }
    }

    private func facts(_ readings: [StatisticsReading]) -> String {
        var facts: [String] = []
        var versions: [String] = []
        for reading in readings {
            let version = reading["version"].map { EscapedText.string($0) } ?? "?"
            if !versions.contains(version) { versions.append(version) }
        }
        if answers.count > readings.count { facts.append("\(readings.count) of them answer") }
        facts.append("memcached \(versions.sorted().joined(separator: " and "))")
        if let uptime = readings.compactMap({ $0.number("uptime") }).min() {
            facts.append("up \(HumanUnits.duration(seconds: uptime))\(readings.count > 1 ? " or longer" : "")")
        }
        let items = readings.compactMap { $0.number("curr_items") }.saturatingSum()
        facts.append("\(HumanUnits.count(items)) \(items == 1 ? "item" : "items")")
        let hits = readings.compactMap { $0.amount("get_hits") }.reduce(0, +)
        let misses = readings.compactMap { $0.amount("get_misses") }.reduce(0, +)
        if hits == 0, misses > 0 {
            // After `stats reset` there are too few reads to mention.
            facts.append(
                "no hits in \(HumanUnits.count(UInt64(exactly: misses) ?? .max)) \(misses == 1 ? "read" : "reads")")
        } else {
            facts.append(HumanUnits.percentage(hits, of: hits + misses).map { "\($0) hits" } ?? "no reads")
        }
        return facts.joined(separator: ", ")
    }
}
