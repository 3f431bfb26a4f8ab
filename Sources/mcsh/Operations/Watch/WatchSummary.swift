import MemcacheCore

/// What was seen while `watch` ran.
struct WatchSummary: Sendable {
    /// The number of events that were shown.
    private(set) var shown: UInt64 = 0
    /// The number of events that were not shown because their keys do not match.
    private(set) var hidden: UInt64 = 0
    /// The number of shown events of each kind.
    private(set) var kinds: [String: UInt64] = [:]
    /// The number of lines that servers dropped because this side was too slow.
    private(set) var lostByServer: UInt64 = 0
    /// The number of lines that were dropped here.
    private(set) var lostHere: UInt64 = 0
    /// The keys of the events that were shown.
    private(set) var keys = FrequentKeys()

    /// Whether the look-ups of stores are among the hits and misses.
    private let hasLookUpsOfStores: Bool

    /// The maximum number of kinds, the others being counted as one: their names come from the server.
    private static let maximumKinds = 100
    private static let otherKinds = "others"
    private static let shownKeys = 10

    /// An empty summary of some streams.
    init(of streams: [WatchStream]) {
        hasLookUpsOfStores = streams.contains(.fetchers) && streams.contains(.mutations)
    }

    /// Counts an event that was shown.
    mutating func count(_ event: WatchEvent) {
        shown += 1
        let kind = WatchDescription(event).what
        kinds[kinds[kind] != nil || kinds.count < Self.maximumKinds ? kind : Self.otherKinds, default: 0] += 1
        if let key = event.key { keys.add(key) }
    }

    /// Counts an event that was not shown.
    mutating func countHidden() { hidden += 1 }

    /// Counts missing lines.
    mutating func count(lost count: UInt64, byServer: Bool) {
        let sum = (byServer ? lostByServer : lostHere).addingReportingOverflow(count)
        let total = sum.overflow ? .max : sum.partialValue
        if byServer { lostByServer = total } else { lostHere = total }
    }

    private var sortedKinds: [(kind: String, count: UInt64)] {
        kinds.map { (kind: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.kind) < ($0.count, $1.kind) }
    }

    /// The summary for people.
    func lines(of server: String, after duration: Duration, width: Int) -> [String] {
        let time = HumanUnits.duration(microseconds: Self.microseconds(duration))
        var title = "watched \(EscapedText.string(Array(server.utf8))) for \(time): "
        title += "\(HumanUnits.count(shown)) \(shown == 1 ? "event" : "events")"
        if hidden > 0 { title += ", and \(HumanUnits.count(hidden)) that did not match" }
        var lines = [title]
        let kinds = sortedKinds
        let column = kinds.map(\.kind.displayWidth).max() ?? 0
        let digits = kinds.map { HumanUnits.count($0.count).count }.max() ?? 0
        for (kind, count) in kinds {
            lines.append("  " + StyledText(kind).padded(to: column).text + "  " + Self.padded(count, to: digits))
        }
        if hasLookUpsOfStores, self.kinds["hit"] != nil || self.kinds["miss"] != nil {
            lines.append("hits and misses include the look-up that each store begins with")
        }
        let top = keys.top(Self.shownKeys)
        if !top.isEmpty {
            lines.append("keys seen most often:")
            let digits = top.map { HumanUnits.count($0.count).count }.max() ?? 0
            for entry in top {
                let mark = entry.excess > 0 ? " (or up to \(HumanUnits.count(entry.excess)) fewer)" : ""
                let text = "  " + Self.padded(entry.count, to: digits) + "  "
                let key = StyledText(EscapedText.string(entry.key))
                lines.append(text + key.truncated(to: max(8, width - text.count - mark.count)).text + mark)
            }
        }
        if lostByServer > 0 { lines.append(Self.lost(lostByServer, by: "the server, which found this side too slow")) }
        if lostHere > 0 { lines.append(Self.lost(lostHere, by: "mcsh, whose output was too slow")) }
        return lines
    }

    /// The summary for programs.
    func json(of server: String, after duration: Duration) -> String {
        var out = Array("{\"summary\":{\"server\":".utf8)
        JSONText.append(string: server, to: &out)
        let milliseconds = Self.microseconds(duration) / 1000
        let fraction = String(milliseconds % 1000)
        let seconds = "\(milliseconds / 1000).\(String(repeating: "0", count: max(0, 3 - fraction.count)))\(fraction)"
        out += Array(",\"seconds\":\(seconds),\"shown\":\(shown),\"hidden\":\(hidden),\"kinds\":{".utf8)
        for (index, (kind, count)) in sortedKinds.enumerated() {
            if index > 0 { out.append(",") }
            JSONText.append(string: kind, to: &out)
            out += Array(":\(count)".utf8)
        }
        out += Array("},\"keys\":[".utf8)
        for (index, entry) in keys.top(Self.shownKeys).enumerated() {
            if index > 0 { out.append(",") }
            out.append("{")
            JSONText.append("key", bytes: entry.key.span, to: &out)
            out += Array(",\"count\":\(entry.count),\"excess\":\(entry.excess)}".utf8)
        }
        out += Array("],\"lost_by_server\":\(lostByServer),\"lost_by_mcsh\":\(lostHere)}}".utf8)
        return String(decoding: out, as: UTF8.self)
    }

    private static func lost(_ count: UInt64, by whom: String) -> String {
        "\(HumanUnits.count(count)) \(count == 1 ? "line was" : "lines were") lost by \(whom)"
    }

    private static func padded(_ count: UInt64, to width: Int) -> String {
        StyledText(HumanUnits.count(count)).padded(to: width, .trailing).text
    }

    private static func microseconds(_ duration: Duration) -> UInt64 {
        UInt64(clamping: Int64(duration / .microseconds(1)))
    }
}
