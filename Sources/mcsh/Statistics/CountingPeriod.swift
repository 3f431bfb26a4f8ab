import MemcacheCore

/// The period over which counters were counted.
enum CountingPeriod {
    /// Since the server started, this many seconds ago; nil if it does not report when.
    case sinceStart(Double?)
    /// Since `stats reset`, whose time the server does not record.
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

    /// The length of the period, if it is known.
    var seconds: Double? {
        switch self {
        case .sinceStart(let seconds): seconds
        case .sinceReset: nil
        case .between(let interval): interval.seconds
        }
    }

    /// The period in words, for sentences.
    var phrase: String {
        switch self {
        case .sinceStart: "since start"
        case .sinceReset: "since stats reset"
        case .between(let interval): "in the last \(Self.span(interval.seconds))"
        }
    }

    /// The sentence about the period that applies to all figures.
    var sentence: String? {
        switch self {
        case .sinceStart(nil): nil
        case .sinceStart: "Rates and ratios are on average since start."
        case .sinceReset: "The counters were reset: ratios are of the time since then, and rates are not known."
        case .between(let interval): "Rates and ratios are of the last \(Self.span(interval.seconds))."
        }
    }

    /// The growth of a counter in the period.
    func amount(_ name: String, _ reading: StatisticsReading) -> Double? {
        guard case .between(let interval) = self else { return reading.amount(name) }
        return interval.growth(of: name, to: reading)
    }

    /// Whether `stats reset` was used since the server started, as far as the numbers show it: existing items were not
    /// counted, or the LRU thread, which counts its rounds and makes at least one per second, has counted too few.
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
    /// The earlier numbers.
    var earlier: [[UInt8]: Double]
    /// The time since then.
    var seconds: Double

    /// The growth of a counter since then; nil if it is new, or has been reset in the meantime.
    func growth(of name: String, to reading: StatisticsReading) -> Double? {
        guard let before = earlier[Array(name.utf8)], let now = reading.amount(name), now >= before else { return nil }
        return now - before
    }
}
