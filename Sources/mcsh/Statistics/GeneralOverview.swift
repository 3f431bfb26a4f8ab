/// The figures that show how a server is doing, computed from the general statistics.
struct GeneralOverview {
    private struct Figure {
        var title: String
        var value: String
        var role: TextStyle.Role = .plain
        /// The fraction of the whole, drawn as a bar.
        var fraction: Double?
        var note = ""
    }

    private let reading: StatisticsReading
    private let period: CountingPeriod
    private let room: ConnectionRoom?

    init(_ reading: StatisticsReading, _ period: CountingPeriod, _ room: ConnectionRoom?) {
        self.reading = reading
        self.period = period
        self.room = room
    }

    func lines(width: Int) -> [StyledText] {
        let figures = [
            hitRatio, memory, connections, requests, traffic, cpu, items, evictions, wastedWrites,
        ].compactMap { $0 }
        let title = figures.map(\.title.utf8.count).max() ?? 0
        let value = figures.map(\.value.utf8.count).max() ?? 0
        let bar = width >= 160 ? 40 : width >= 72 ? 20 : width >= 56 ? 10 : 0
        let remark =
            figures.isEmpty ? [] : period.sentence.map { StyledText($0, .dim).wrapped(to: width) } ?? []
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
        } + remark
    }

    /// Whether the items are those of the servers behind a proxy, which reports nothing about them.
    private var hasNoItems: Bool { reading.isOfProxy && (reading.number("curr_items") ?? 0) == 0 }

    /// The growth of a counter in the period.
    private func grown(_ name: String) -> Double? { period.amount(name, reading) }

    private var hitRatio: Figure? {
        guard !hasNoItems, let hits = grown("get_hits"), let misses = grown("get_misses") else { return nil }
        let gets = hits + misses
        guard let percentage = HumanUnits.percentage(hits, of: gets) else {
            var note = "nothing was read yet"
            if case .between = period { note = "nothing was read \(period.phrase)" }
            return Figure(title: "hit ratio", value: "-", role: .dim, note: note)
        }
        return Figure(
            title: "hit ratio", value: percentage, fraction: hits / gets,
            note: "\(HumanUnits.count(Self.whole(hits))) of \(HumanUnits.count(Self.whole(gets))) gets")
    }

    private static func whole(_ amount: Double) -> UInt64 { UInt64(exactly: amount.rounded()) ?? .max }

    private var memory: Figure? {
        guard !hasNoItems, let bytes = reading.number("bytes"), let limit = reading.number("limit_maxbytes"),
            let percentage = HumanUnits.percentage(Double(bytes), of: Double(limit))
        else { return nil }
        // Unused memory is then in pages of other sizes, or at the ends of pages.
        let isFull = (reading.number("evictions") ?? 0) > 0 && (reading.number("slab_global_page_pool") ?? 0) == 0
        return Figure(
            title: "memory", value: percentage, fraction: Double(bytes) / Double(limit),
            note: "\(HumanUnits.bytes(bytes)) of \(HumanUnits.bytes(limit))"
                + (isFull ? ", full, evicting" : ""))
    }

    private var connections: Figure? {
        guard let now = reading.number("curr_connections"), let limit = reading.number("max_connections"),
            let use = StatisticsFinding.connectionUse(reading, room), use.most > 0,
            let percentage = HumanUnits.percentage(Double(use.taken), of: Double(use.most))
        else { return nil }
        let fraction = Double(use.taken) / Double(use.most)
        let note =
            room.map { room in
                "\(HumanUnits.count(now)) now, room for \(HumanUnits.count(room.left(limit: limit))) more"
            } ?? "\(HumanUnits.count(now)) of \(HumanUnits.count(use.most))"
        return Figure(
            title: "connections", value: percentage,
            role: fraction >= 0.95 ? .bad : fraction >= 0.8 ? .warning : .plain, fraction: fraction, note: note)
    }

    private var requests: Figure? {
        if hasNoItems {
            guard let requests = grown("proxy_conn_requests") else { return nil }
            let rate = period.seconds.flatMap { HumanUnits.rate(requests, seconds: $0) }
            return Figure(
                title: "requests", value: rate ?? HumanUnits.count(Self.whole(requests)), note: "through the proxy")
        }
        guard let gets = grown("cmd_get"), let sets = grown("cmd_set") else { return nil }
        let stores = HumanUnits.percentage(sets, of: gets + sets).map { "gets and stores, \($0) of them stores" } ?? ""
        if case .sinceReset = period {
            return Figure(title: "requests", value: HumanUnits.count(Self.whole(gets + sets)), note: stores)
        }
        guard let rate = period.seconds.flatMap({ HumanUnits.rate(gets + sets, seconds: $0) }) else { return nil }
        return Figure(title: "requests", value: rate, note: stores)
    }

    private var traffic: Figure? {
        guard let seconds = period.seconds, let bytesIn = grown("bytes_read"), let bytesOut = grown("bytes_written"),
            let total = HumanUnits.bandwidth(bytes: bytesIn + bytesOut, seconds: seconds),
            let incoming = HumanUnits.bandwidth(bytes: bytesIn, seconds: seconds),
            let outgoing = HumanUnits.bandwidth(bytes: bytesOut, seconds: seconds)
        else { return nil }
        return Figure(title: "traffic", value: total, note: "\(incoming) in, \(outgoing) out")
    }

    private var cpu: Figure? {
        var seconds = period.seconds
        // These are not reset.
        if case .sinceReset = period { seconds = reading.amount("uptime") }
        guard let user = grown("rusage_user"), let system = grown("rusage_system"), let seconds,
            let threads = reading.number("threads"),
            let percentage = HumanUnits.percentage(user + system, of: seconds * Double(threads))
        else { return nil }
        var note = "of \(threads) worker \(threads == 1 ? "thread" : "threads")"
        if case .sinceReset = period { note += ", since start" }
        return Figure(title: "CPU", value: percentage, note: note)
    }

    private var items: Figure? {
        guard !hasNoItems, let items = reading.number("curr_items") else { return nil }
        var note = ""
        if items > 0, let bytes = reading.number("bytes") {
            note = HumanUnits.bytes(bytes / items) + " each on average, key and header included"
        }
        return Figure(title: "items", value: HumanUnits.count(items), note: note)
    }

    private var evictions: Figure? {
        guard (reading.number("evictions") ?? 0) > 0, let evicted = grown("evictions") else { return nil }
        let rate = period.seconds.flatMap { HumanUnits.rate(evicted, seconds: $0) }
        let count = HumanUnits.count(Self.whole(evicted))
        var notes = [rate == nil ? period.phrase : "\(count) \(period.phrase)"]
        if let unread = grown("evicted_unfetched"), let share = HumanUnits.percentage(unread, of: evicted) {
            notes.append("\(share) of them never read")
        }
        return Figure(title: "evictions", value: rate ?? count, note: notes.joined(separator: ", "))
    }

    private var wastedWrites: Figure? {
        guard let expired = grown("expired_unfetched"), let evicted = grown("evicted_unfetched"),
            let total = grown("total_items"), let share = HumanUnits.percentage(expired + evicted, of: total)
        else { return nil }
        return Figure(title: "never read", value: share, note: "expired or evicted unread")
    }
}
