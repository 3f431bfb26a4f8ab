import MemcacheCore

/// A reply without a view of its own (`stats proxy`, a vendor's): names and values with the units that are known.
struct ListView {
    private let statistics: [Statistic]
    private let rates: [String: String]
    private let escape: ([UInt8]) -> String
    let group: StatisticField.Group?

    init(
        _ statistics: [Statistic], group: StatisticField.Group?, rates: [String: String] = [:],
        escape: @escaping ([UInt8]) -> String
    ) {
        self.rates = rates
        self.escape = escape
        self.statistics = statistics
        self.group = group
    }

    func lines(width: Int) -> [StyledText] {
        guard !statistics.isEmpty else { return [StyledText("Nothing to show.", .dim)] }
        var titles: [String] = []
        var blocks: [String: FieldBlock] = [:]
        for statistic in statistics {
            let name = String(decoding: statistic.name, as: UTF8.self)
            let field = group.flatMap { StatisticField.lookup(name, in: $0) }
            let value = StatisticValue(statistic.value, unit: field?.unit, escape: escape)
            let title = Self.title(field)
            if blocks[title] == nil { titles.append(title) }
            blocks[title, default: FieldBlock(title: title)].rows.append(
                FieldRow(
                    name: StyledText(statistic.name.isEmpty ? "(empty)" : escape(statistic.name)),
                    value: StyledText(value.text, value.isZero ? .dim : .plain), note: rates[name] ?? value.exact ?? "")
            )
        }
        let layout = FieldBlockLayout()
        let shown = titles.compactMap { blocks[$0] }
        return layout.lines(shown, width: width)
    }

    private static func title(_ field: StatisticField?) -> String {
        switch field?.name {
        case nil: "Other"
        case "user_<name>": "Counters of the configuration"
        case "cmd_<command>": "Requests by command"
        case "funcs_<name>": "Functions"
        case "slots_<name>": "Request slots"
        case "bad_<backend>": "Bad backends"
        default: "State"
        }
    }
}
