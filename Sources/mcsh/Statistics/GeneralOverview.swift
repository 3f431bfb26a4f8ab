/// The figures that say how a server is doing, worked out from the general statistics. All are averages since the
/// server started, or since its counters were reset.
struct GeneralOverview {
    private struct Figure {
        var title: String
        var value: String
        var role: TextStyle.Role = .plain
        /// The part of the whole, drawn as a bar.
        var fraction: Double?
        var note = ""
    }

    private let reading: StatisticsReading

    init(_ reading: StatisticsReading) {
        self.reading = reading
    }

    func lines(width: Int) -> [StyledText] {
        let figures = [
            hitRatio, memory, connections, requests, traffic, cpu, items, evictions, wastedWrites,
        ].compactMap { $0 }
        let title = figures.map(\.title.utf8.count).max() ?? 0
        let value = figures.map(\.value.utf8.count).max() ?? 0
        let bar = width >= 160 ? 40 : width >= 72 ? 20 : width >= 56 ? 10 : 0
        return figures.flatMap { figure -> [StyledText] in
            guard title + 2 + value <= width else {
                let rest = StyledText(figure.value, figure.role) + StyledText("  ") + StyledText(figure.note, .dim)
                return [StyledText(figure.title)] + rest.wrapped(to: width - 2).map { StyledText("  ") + $0 }
            }
            var line = StyledText(figure.title).padded(to: title) + StyledText("  ")
            line += StyledText(figure.value, figure.role).padded(to: value, .trailing)
            if let fraction = figure.fraction, bar > 0 {
                line += StyledText("  ") + .bar(fraction, width: bar, figure.role)
            }
            guard !figure.note.isEmpty else { return [line.truncated(to: width)] }
            let whole = line + StyledText("  ") + StyledText(figure.note, .dim)
            if whole.width <= width { return [whole] }
            let notes = StyledText(figure.note, .dim).wrapped(to: width - 4).map { StyledText("    ") + $0 }
            return [line.truncated(to: width)] + notes
        }
    }

    private var hitRatio: Figure? {
        guard let hits = reading.number("get_hits"), let misses = reading.number("get_misses") else { return nil }
        let gets = Double(hits) + Double(misses)
        guard let percentage = HumanUnits.percentage(Double(hits), of: gets) else {
            return Figure(title: "hit ratio", value: "-", role: .dim, note: "nothing was read yet")
        }
        return Figure(
            title: "hit ratio", value: percentage, fraction: Double(hits) / gets,
            note: "\(HumanUnits.count(hits)) of \(HumanUnits.count([hits, misses].saturatingSum())) gets")
    }

    private var memory: Figure? {
        guard let bytes = reading.number("bytes"), let limit = reading.number("limit_maxbytes"),
            let percentage = HumanUnits.percentage(Double(bytes), of: Double(limit))
        else { return nil }
        return Figure(
            title: "memory", value: percentage, fraction: Double(bytes) / Double(limit),
            note: "\(HumanUnits.bytes(bytes)) of \(HumanUnits.bytes(limit))")
    }

    private var connections: Figure? {
        guard let now = reading.number("curr_connections"), let room = StatisticsFinding.connectionRoom(reading),
            let percentage = HumanUnits.percentage(Double(now), of: Double(room))
        else { return nil }
        let fraction = Double(now) / Double(room)
        return Figure(
            title: "connections", value: percentage,
            role: fraction >= 0.95 ? .bad : fraction >= 0.8 ? .warning : .plain,
            fraction: fraction, note: "\(HumanUnits.count(now)) of \(HumanUnits.count(room))")
    }

    private var requests: Figure? {
        guard let gets = reading.amount("cmd_get"), let sets = reading.amount("cmd_set"),
            let uptime = reading.amount("uptime"), let rate = HumanUnits.rate(gets + sets, seconds: uptime)
        else { return nil }
        let stores = HumanUnits.percentage(sets, of: gets + sets).map { "gets and stores, \($0) of them stores" }
        return Figure(title: "requests", value: rate, note: stores ?? "")
    }

    private var traffic: Figure? {
        guard let uptime = reading.amount("uptime"), let bytesIn = reading.amount("bytes_read"),
            let bytesOut = reading.amount("bytes_written"),
            let total = HumanUnits.bandwidth(bytes: bytesIn + bytesOut, seconds: uptime),
            let incoming = HumanUnits.bandwidth(bytes: bytesIn, seconds: uptime),
            let outgoing = HumanUnits.bandwidth(bytes: bytesOut, seconds: uptime)
        else { return nil }
        return Figure(title: "traffic", value: total, note: "\(incoming) in, \(outgoing) out")
    }

    private var cpu: Figure? {
        guard let user = reading.amount("rusage_user"), let system = reading.amount("rusage_system"),
            let uptime = reading.amount("uptime"), let threads = reading.number("threads"),
            let percentage = HumanUnits.percentage(user + system, of: uptime * Double(threads))
        else { return nil }
        return Figure(
            title: "CPU", value: percentage, note: "of \(threads) worker \(threads == 1 ? "thread" : "threads")")
    }

    private var items: Figure? {
        guard let items = reading.number("curr_items") else { return nil }
        var note = ""
        if items > 0, let bytes = reading.number("bytes") {
            note = HumanUnits.bytes(bytes / items) + " each on average, key and header included"
        }
        return Figure(title: "items", value: HumanUnits.count(items), note: note)
    }

    private var evictions: Figure? {
        guard let evicted = reading.number("evictions"), evicted > 0 else { return nil }
        let rate = reading.amount("uptime").flatMap { HumanUnits.rate(Double(evicted), seconds: $0) }
        var notes = ["\(HumanUnits.count(evicted)) since start"]
        if let unread = reading.amount("evicted_unfetched"),
            let share = HumanUnits.percentage(unread, of: Double(evicted))
        {
            notes.append("\(share) of them never read")
        }
        return Figure(title: "evictions", value: rate ?? HumanUnits.count(evicted), note: notes.joined(separator: ", "))
    }

    private var wastedWrites: Figure? {
        guard let expired = reading.amount("expired_unfetched"), let evicted = reading.amount("evicted_unfetched"),
            let total = reading.amount("total_items"), let share = HumanUnits.percentage(expired + evicted, of: total)
        else { return nil }
        return Figure(title: "wasted writes", value: share, note: "expired or evicted without ever being read")
    }
}
