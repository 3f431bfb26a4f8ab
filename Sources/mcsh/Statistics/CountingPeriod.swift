import MemcacheCore

/// The time that counters were counted for.
enum CountingPeriod {
    /// Since the server started, so many seconds ago; nil where it does not say when.
    case sinceStart(Double?)
    /// Since `stats reset`, of which the server keeps no time.
    case sinceReset
    /// Between two readings.
    case between(StatisticsInterval)

    init(_ reading: StatisticsReading, _ interval: StatisticsInterval?) {
        if let interval {
            self = .between(interval)
        } else {
            self = Self.wasReset(reading) ? .sinceReset : .sinceStart(reading.amount("uptime"))
        }
    }

    /// How long that is, where it is known.
    var seconds: Double? {
        switch self {
        case .sinceStart(let seconds): seconds
        case .sinceReset: nil
        case .between(let interval): interval.seconds
        }
    }

    /// What a count was counted over, for sentences.
    var phrase: String {
        switch self {
        case .sinceStart: "since start"
        case .sinceReset: "since stats reset"
        case .between(let interval): "in the last \(Self.span(interval.seconds))"
        }
    }

    /// What is said once of all figures.
    var sentence: String? {
        switch self {
        case .sinceStart(nil): nil
        case .sinceStart: "Rates and ratios are on average since start."
        case .sinceReset: "The counters were reset: ratios are of the time since then, and rates are not known."
        case .between(let interval): "Rates and ratios are of the last \(Self.span(interval.seconds))."
        }
    }

    /// The number by which a counter has grown in that time.
    func amount(_ name: String, _ reading: StatisticsReading) -> Double? {
        guard case .between(let interval) = self else { return reading.amount(name) }
        return interval.growth(of: name, to: reading)
    }

    /// Whether `stats reset` has come since the server started, as far as the numbers show it: what is there now was not
    /// counted, or the LRU thread, which counts its rounds and makes one a second or more, has counted too few.
    private static func wasReset(_ reading: StatisticsReading) -> Bool {
        for (present, total) in [("curr_connections", "total_connections"), ("curr_items", "total_items")] {
            if let present = reading.number(present), let total = reading.number(total), total < present { return true }
        }
        guard let rounds = reading.amount("lru_maintainer_juggles"), rounds > 0, let uptime = reading.amount("uptime")
        else { return false }
        return rounds + 5 < uptime * 0.8
    }

    private static func span(_ seconds: Double) -> String {
        seconds < 1 ? "\(max(1, Int((seconds * 1000).rounded()))) ms" : "\(HumanUnits.significant(seconds)) s"
    }
}

/// The numbers of an earlier reading of the same server.
struct StatisticsInterval {
    /// The numbers then.
    var earlier: [[UInt8]: Double]
    /// How long ago that was.
    var seconds: Double

    /// How much a counter has grown since; nil where it is new, or was reset meanwhile.
    func growth(of name: String, to reading: StatisticsReading) -> Double? {
        guard let before = earlier[Array(name.utf8)], let now = reading.amount(name), now >= before else { return nil }
        return now - before
    }
}
