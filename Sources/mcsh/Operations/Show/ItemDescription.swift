import MemcacheCore

/// A value and everything that is known about it, for `show`.
struct ItemDescription {
    private let key: [UInt8]
    private let result: MetaResult
    private let record: MetaDebugRecord?
    private let server: String
    /// The value in the plain format and in tables: as it is stored, or as the application reads it.
    private let value: [UInt8]
    private let conventions: ValueConventions

    /// - Parameter decoded: The value as the application reads it, if that is requested.
    init(
        key: [UInt8], result: MetaResult, debug: Command.MetaDebug.Outcome, server: String,
        conventions: ValueConventions = .standard, decoded: [UInt8]? = nil
    ) {
        self.conventions = conventions
        self.key = key
        self.result = result
        value = decoded ?? result.value ?? []
        if case .item(let found) = debug { record = found } else { record = nil }
        self.server = server
    }

    var isFound: Bool { result.status == .done }

    /// The description in a format.
    ///
    /// - Parameters:
    ///   - width: Columns of the terminal, to which people's lines of the value are folded.
    ///   - hasHeader: Whether the header of a table precedes it: that of the first key.
    func rendered(_ format: OutputFormat, style: TextStyle, width: Int? = nil, hasHeader: Bool = true) -> [UInt8] {
        var out: [UInt8] = []
        switch format {
        case .human: for line in humanLines(style, width: width) { out.append(contentsOf: Array((line + "\n").utf8)) }
        case .json: appendJSON(to: &out)
        case .raw: out.append(contentsOf: result.value ?? [])
        case .plain: appendLines(to: &out)
        case .csv: appendRow(.csv, hasHeader: hasHeader, to: &out)
        case .tsv: appendRow(.tsv, hasHeader: hasHeader, to: &out)
        }
        return out
    }

    private func humanLines(_ style: TextStyle, width columns: Int?) -> [String] {
        let heading = style(EscapedText.string(key), .heading)
        guard isFound, let value = result.value else {
            return [heading, style("(not found)", .warning), style("server  ", .dim) + server]
        }
        let view = ValueView(value, flags: result.flags ?? 0, by: conventions, width: columns)
        var facts: [(String, String)] = [
            ("size", ([view.size, view.kind] + (view.ending.map { [$0] } ?? [])).joined(separator: ", "))
        ]
        switch result.timeToLive {
        case .remaining(let duration)?:
            let seconds = duration.components.seconds
            facts.append(
                (
                    "expires",
                    "in \(HumanUnits.duration(seconds: UInt64(max(0, seconds)))), at "
                        + ServerTime.string(secondsFromNow: seconds)
                ))
        case .unlimited?: facts.append(("expires", "never"))
        case nil: break
        }
        if let last = result.lastAccess {
            facts.append(("moved", HumanUnits.duration(seconds: UInt64(max(0, last.components.seconds))) + " ago"))
        }
        if let wasHit = result.wasHitBefore {
            facts.append(("fetched", wasHit ? "yes, since it was stored" : "never since it was stored"))
        }
        facts.append(("flags", result.flags == nil ? "unknown" : view.flags))
        if let fault = view.fault { facts.append(("decoded", fault)) }
        if let cas = result.cas { facts.append(("CAS", "\(cas)")) }
        if let slabClass = record?.slabClass {
            let whole = record?.itemBytes.map { ", \(HumanUnits.bytes($0)) with key and header" } ?? ""
            facts.append(("slab class", "\(slabClass)\(whole)"))
        }
        if result.isStale { facts.append(("stale", "yes: marked by md with the flag I")) }
        if result.isWonByAnother { facts.append(("refill", "another reader has won it and should store the value")) }
        facts.append(("server", server))
        let width = facts.map(\.0.count).max() ?? 0
        return [heading] + view.lines
            + facts.map { name, text in
                style(name + String(repeating: " ", count: width - name.count + 2), .dim) + text
            }
    }

    private func appendJSON(to out: inout [UInt8]) {
        out.append("{")
        JSONText.append("key", bytes: key.span, to: &out)
        guard isFound, let value = result.value else {
            out.append(",\"found\":false,\"server\":")
            JSONText.append(string: server, to: &out)
            out.append("}\n")
            return
        }
        out.append(",\"found\":true,")
        JSONText.append("value", bytes: value.span, to: &out)
        for (name, text) in machineFacts {
            out.append(",")
            JSONText.append(string: name, to: &out)
            out.append(":")
            if ["true", "false", "null"].contains(text) {
                out.append(contentsOf: Array(text.utf8))
            } else {
                JSONText.append(numberOrString: Array(text.utf8), to: &out)
            }
        }
        DecodedMembers.append(value, flags: result.flags ?? 0, conventions, to: &out)
        out.append("}\n")
    }

    /// Appends a line for each known fact: its name, a tab, the value.
    private func appendLines(to out: inout [UInt8]) {
        guard isFound else { return }
        let rows = [("key", key), ("value", value)] + machineFacts.map { ($0, Array($1.utf8)) }
        for (name, value) in rows { DelimitedText.append(row: [Array(name.utf8), value], .tsv, to: &out) }
    }

    /// The columns of the table: the same for every item, whatever is known about it.
    private static let columns = [
        "flags", "size", "cas", "ttl", "last_access", "fetched", "class", "item_bytes", "stale", "server",
    ]

    /// Appends a row of a table. For a miss it has only the key and the server.
    private func appendRow(_ style: DelimitedText.Style, hasHeader: Bool, to out: inout [UInt8]) {
        if hasHeader { DelimitedText.append(row: ["key", "found", "value"] + Self.columns, style, to: &out) }
        var facts = Dictionary(uniqueKeysWithValues: isFound ? machineFacts : [("server", server)])
        // Rows have no null: as in the rows of ttl, -1 means no end.
        if facts["ttl"] == "null" { facts["ttl"] = "-1" }
        let head = [key, Array((isFound ? "true" : "false").utf8), isFound ? value : []]
        DelimitedText.append(row: head + Self.columns.map { Array((facts[$0] ?? "").utf8) }, style, to: &out)
    }

    /// The facts with the names of the machine formats, numbers in digits.
    private var machineFacts: [(String, String)] {
        var facts = [("flags", "\(result.flags ?? 0)"), ("size", "\(result.value?.count ?? 0)")]
        if let cas = result.cas { facts.append(("cas", "\(cas)")) }
        switch result.timeToLive {
        case .remaining(let duration)?: facts.append(("ttl", "\(duration.components.seconds)"))
        case .unlimited?: facts.append(("ttl", "null"))
        case nil: break
        }
        if let last = result.lastAccess { facts.append(("last_access", "\(last.components.seconds)")) }
        if let wasHit = result.wasHitBefore { facts.append(("fetched", wasHit ? "true" : "false")) }
        if let slabClass = record?.slabClass { facts.append(("class", "\(slabClass)")) }
        if let bytes = record?.itemBytes { facts.append(("item_bytes", "\(bytes)")) }
        facts.append(("stale", result.isStale ? "true" : "false"))
        facts.append(("server", server))
        return facts
    }
}
