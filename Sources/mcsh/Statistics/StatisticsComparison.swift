import MemcacheCore
import Synchronization

/// Keeps the statistics of the previous run, to compute how fast they change. Active only while a command is repeated.
final class StatisticsComparison: Sendable {
    private struct Subject: Hashable {
        var server: String
        var request: StatisticsRequest
    }

    private struct Sample {
        var numbers: [[UInt8]: Double]
        var time: ContinuousClock.Instant
    }

    private struct State {
        var isActive = false
        var samples: [Subject: Sample] = [:]
    }

    private let state = Mutex(State())

    /// Starts a repetition. What was known about another one is forgotten.
    func begin() { state.withLock { $0 = State(isActive: true) } }

    /// Ends the repetition.
    func end() { state.withLock { $0 = State() } }

    /// Records an answer, and returns how fast its numbers have changed since the previous one: `+12/s` by name.
    func rates(
        of statistics: [Statistic], _ request: StatisticsRequest, from server: String,
        now: ContinuousClock.Instant = .now
    ) -> [String: String] {
        changes(of: statistics, request, from: server, now: now).rates
    }

    /// The same, with the previous answer, if there is one.
    func changes(
        of statistics: [Statistic], _ request: StatisticsRequest, from server: String,
        now: ContinuousClock.Instant = .now
    ) -> (rates: [String: String], interval: StatisticsInterval?) {
        state.withLock { state in
            guard state.isActive else { return ([:], nil) }
            let subject = Subject(server: server, request: request)
            let sample = Sample(
                numbers: Dictionary(
                    statistics.compactMap { entry in
                        StatisticsReading.amount(entry.value).map { (entry.name, $0) }
                    }, uniquingKeysWith: { first, _ in first }),
                time: now)
            let previous = state.samples.updateValue(sample, forKey: subject)
            guard let previous else { return ([:], nil) }
            let seconds = (now - previous.time) / .seconds(1)
            let rates = Self.rates(from: previous.numbers, to: sample.numbers, request, seconds: seconds)
            // There is nothing to compare for a server that was restarted, or whose counters were reset.
            let gets = Array("cmd_get".utf8)
            let isComparable =
                seconds > 0
                && (sample.numbers[Array("uptime".utf8)] ?? 0) >= (previous.numbers[Array("uptime".utf8)] ?? 0)
                && (sample.numbers[gets] ?? 0) >= (previous.numbers[gets] ?? 0)
            return (rates, isComparable ? StatisticsInterval(earlier: previous.numbers, seconds: seconds) : nil)
        }
    }

    /// How fast numbers change, except those that only measure time.
    static func rates(
        from earlier: [[UInt8]: Double], to present: [[UInt8]: Double], _ request: StatisticsRequest, seconds: Double
    ) -> [String: String] {
        guard seconds > 0 else { return [:] }
        var rates: [String: String] = [:]
        for (name, number) in present {
            guard let before = earlier[name], before != number else { continue }
            let name = String(decoding: name, as: UTF8.self)
            let field = request.group.flatMap { StatisticField.lookup(name, in: $0) }
            let change = abs(number - before)
            let rate: String?
            switch field?.unit {
            case .unixSeconds, .id, .port, .version: continue
            case _ where name == "uptime": continue
            case .bytes: rate = HumanUnits.bandwidth(bytes: change, seconds: seconds)
            default:
                let perSecond = change / seconds
                rate = perSecond < 0.005 ? nil : HumanUnits.significant(perSecond) + "/s"
            }
            if let rate { rates[name] = (number < before ? "-" : "+") + rate.replacing(" ", with: "") }
        }
        return rates
    }
}
