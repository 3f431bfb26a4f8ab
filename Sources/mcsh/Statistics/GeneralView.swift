import MemcacheCore

/// The reply to a bare `stats`: first how the server is doing, then what needs attention, then every number by subject.
struct GeneralView {
    private let reading: StatisticsReading
    private let rates: [String: String]
    private let period: CountingPeriod
    private let room: ConnectionRoom?
    private let escape: ([UInt8]) -> String

    init(
        _ statistics: [Statistic], rates: [String: String] = [:], interval: StatisticsInterval? = nil,
        room: ConnectionRoom? = nil, escape: @escaping ([UInt8]) -> String
    ) {
        self.rates = rates
        self.room = room
        reading = StatisticsReading(statistics)
        period = CountingPeriod(reading, interval)
        self.escape = escape
    }

    func lines(width: Int) -> [StyledText] {
        guard !reading.statistics.isEmpty else {
            return StyledText("The server sent no statistics.", .dim).wrapped(to: width)
        }
        let findings = StatisticsFinding.findings(in: reading, room)
        let parts = [
            headline(width: width),
            GeneralOverview(reading, period, room).lines(width: width),
            attention(findings, width: width),
            FieldBlockLayout().lines(blocks(marks: findings), width: width),
        ]
        return Array(parts.filter { !$0.isEmpty }.joined(separator: [StyledText()]))
    }

    /// `memcached 1.6.18, up 12d 4h, pid 4711, 2026-01-15T14:11:12Z`
    private func headline(width: Int) -> [StyledText] {
        guard let version = reading["version"] else { return [] }
        var parts = ["memcached \(escape(version))" + (reading.isOfProxy ? ", the built-in proxy" : "")]
        if let uptime = reading.number("uptime") { parts.append("up " + HumanUnits.duration(seconds: uptime)) }
        if let pid = reading.number("pid") { parts.append("pid \(pid)") }
        if let time = reading.number("time").flatMap(HumanUnits.time) { parts.append(time) }
        return StyledText(parts.joined(separator: ", "), .heading).wrapped(to: width)
    }

    private func attention(_ findings: [StatisticsFinding], width: Int) -> [StyledText] {
        guard !findings.isEmpty else {
            return reading.number("uptime") == nil
                ? [] : [StyledText("Nothing needs attention.", .good).truncated(to: width)]
        }
        return [StyledText("Attention", .heading)]
            + findings.flatMap { finding in
                StyledText(finding.sentence, finding.role).wrapped(to: width - 2).enumerated().map { index, line in
                    (index == 0 ? StyledText("! ", finding.role) : StyledText("  ")) + line
                }
            }
    }

    private func blocks(marks findings: [StatisticsFinding]) -> [FieldBlock] {
        var marks: [String: TextStyle.Role] = [:]
        for finding in findings where marks[finding.name] == nil { marks[finding.name] = finding.role }
        let notes = GeneralNotes(reading)
        let wasReset = if case .sinceReset = period { true } else { false }
        var contents: [GeneralSection: [Statistic]] = [:]
        for statistic in reading.statistics {
            contents[GeneralSection(of: String(decoding: statistic.name, as: UTF8.self)), default: []].append(statistic)
        }
        var zeros = FieldBlock(title: "At zero")
        let blocks = GeneralSection.allCases.map { section -> FieldBlock in
            let statistics = section.sorted(contents[section] ?? [])
            guard section != .other else { return FieldBlock.others(statistics, escape: escape) }
            var block = FieldBlock(title: section.title)
            for statistic in statistics {
                let name = String(decoding: statistic.name, as: UTF8.self)
                let field = StatisticField.lookup(name, in: .general)
                let value = StatisticValue(statistic.value, unit: field?.unit, escape: escape)
                if value.isZero, marks[name] == nil, field?.kind != .info, !Self.tellingZeros.contains(name) {
                    zeros.names.append(escape(statistic.name))
                } else {
                    block.rows.append(
                        FieldRow(
                            name: StyledText(escape(statistic.name)),
                            value: StyledText(value.text, marks[name] ?? (value.isZero ? .dim : .plain)),
                            note: value.isZero
                                ? ""
                                : rates[name] ?? notes.note(for: name, wasReset: wasReset) ?? value.exact
                                    ?? (wasReset ? nil : notes.rate(of: field, statistic.value)) ?? "",
                            mark: marks[name]))
                }
            }
            return block
        }
        return blocks + [zeros]
    }

    /// Statistics whose zero is either reassuring or alarming.
    private static let tellingZeros: Set<String> = [
        "evictions", "evicted_active", "curr_items", "cmd_get", "cmd_set", "get_hits", "get_misses",
        "rejected_connections", "accepting_conns", "threads", "uptime",
    ]
}
