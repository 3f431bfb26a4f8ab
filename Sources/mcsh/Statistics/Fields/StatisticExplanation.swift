/// The text of `help stat NAME`.
enum StatisticExplanation: Hashable, Sendable {
    /// Lines without line ends.
    case text([String])
    /// No such statistic; the nearest names, best first.
    case unknown(suggestions: [String])
}

extension StatisticField {
    /// Explains a name in every reply that has it: `get_hits` is in `stats` and, for each class, in `stats slabs`.
    static func explain(_ name: String, width: Int = 80, style: TextStyle = .plain) -> StatisticExplanation {
        let fields = lookupAll(name)
        guard !fields.isEmpty else { return .unknown(suggestions: suggestions(for: name)) }
        let parts = fields.map { $0.explanation(width: max(width, 20)) }
        return .text(parts.joined(separator: [StyledText()]).map { $0.rendered(style) })
    }

    private func explanation(width: Int) -> [StyledText] {
        var lines = (StyledText(name, .heading) + StyledText("  in \(group.command)\(scope)", .dim)).wrapped(to: width)
        lines += Self.paragraph(Self.sentence(meaning), width: width)
        lines += Self.paragraph("\(unitAndKind) \(availability)", width: width)
        for figure in DerivedFigure.all where figure.names.contains(name) && figure.groups.contains(group) {
            lines += Self.paragraph("\(figure.title): \(figure.formula)", width: width)
        }
        return lines
    }

    private var scope: String {
        switch group {
        case .items, .slabs: name == "active_slabs" || name == "total_malloced" ? "" : ", for each slab class"
        case .conns: ", for each connection"
        case .extstore: ", for each page of flash"
        default: ""
        }
    }

    private var unitAndKind: String {
        let unit = unit == .count ? "" : ", \(unit.explanation)"
        return switch kind {
        case .counter: "Counter\(unit), since start or stats reset: only the increase between two readings is telling."
        case .gauge: "Gauge\(unit): how things are now."
        case .info: "Information\(unit)."
        }
    }

    private var availability: String {
        let from = since.hasSuffix("older") ? "In all versions" : "Since \(since)"
        return until.map { "\(from), until \($0)." } ?? "\(from)."
    }

    private static func sentence(_ text: String) -> String {
        guard let first = text.first else { return "" }
        // Names, options and numbers keep their own spelling.
        let word = text.prefix { $0 != " " }
        let isPlain = word.dropFirst().allSatisfy { $0.isLowercase || $0 == "," || $0 == "/" } && !word.contains("_")
        return (isPlain ? first.uppercased() + text.dropFirst() : text) + (text.hasSuffix(".") ? "" : ".")
    }

    private static func paragraph(_ text: String, width: Int) -> [StyledText] {
        StyledText(text).wrapped(to: width - 4).map { StyledText("    ") + $0 }
    }
}

/// A figure computed from several statistics: what the numbers are for.
private struct DerivedFigure: Sendable {
    var title: String
    var formula: String
    var names: Set<String>
    var groups: Set<StatisticField.Group> = [.general]

    static let all: [DerivedFigure] = [
        DerivedFigure(
            title: "Hit ratio", formula: "get_hits / (get_hits + get_misses), of what was added between two readings",
            names: ["get_hits", "get_misses", "cmd_get"]),
        DerivedFigure(
            title: "Fill", formula: "bytes / limit_maxbytes; pages taken: total_malloced / limit_maxbytes",
            names: ["bytes", "limit_maxbytes", "total_malloced"], groups: [.general, .slabs]),
        DerivedFigure(
            title: "Memory overhead", formula: "(total_malloced - sum of mem_requested) / total_malloced",
            names: ["total_malloced", "mem_requested"], groups: [.slabs, .items]),
        DerivedFigure(
            title: "Waste of a class",
            formula: "used_chunks * chunk_size - mem_requested inside chunks, free_chunks * chunk_size in free ones",
            names: ["used_chunks", "chunk_size", "free_chunks", "mem_requested"], groups: [.slabs, .items]),
        DerivedFigure(
            title: "Outside -m", formula: "hash_bytes + read_buf_bytes", names: ["hash_bytes", "read_buf_bytes"]),
        DerivedFigure(
            title: "Average item", formula: "bytes / curr_items; of a class: mem_requested / number",
            names: ["bytes", "curr_items", "mem_requested", "number"], groups: [.general, .items]),
        DerivedFigure(
            title: "Eviction rate",
            formula: "evictions added / seconds, before 1.6.34 with slab_reassign_evictions_nomem added",
            names: ["evictions", "slab_reassign_evictions_nomem"]),
        DerivedFigure(
            title: "Eviction pain",
            formula: "evicted_active above 0, small items:N:evicted_time, small items:N:age, direct_reclaims rising",
            names: ["evicted_active", "evictions", "evicted", "evicted_time", "age", "direct_reclaims"],
            groups: [.general, .items]),
        DerivedFigure(
            title: "Wasted writes", formula: "(expired_unfetched + evicted_unfetched) / total_items",
            names: ["expired_unfetched", "evicted_unfetched", "total_items"], groups: [.general, .items]),
        DerivedFigure(
            title: "Retention", formula: "items:N:age, how long an unread item lives in the class", names: ["age"],
            groups: [.items]),
        DerivedFigure(
            title: "Write share", formula: "cmd_set / (cmd_get + cmd_set)", names: ["cmd_get", "cmd_set"]),
        DerivedFigure(
            title: "Connection room", formula: "curr_connections / (max_connections - reserved_fds)",
            names: ["curr_connections", "max_connections", "reserved_fds"]),
        DerivedFigure(
            title: "CPU", formula: "(rusage_user + rusage_system) added / uptime added / threads",
            names: ["rusage_user", "rusage_system", "threads"]),
        DerivedFigure(
            title: "Bandwidth", formula: "bytes_read and bytes_written added / seconds",
            names: ["bytes_read", "bytes_written"]),
    ]
}
