import MemcacheCore

/// A value and everything that is known about it, for `show`.
struct ItemDescription {
    private let key: [UInt8]
    private let result: MetaResult
    private let record: MetaDebugRecord?
    private let server: String

    init(key: [UInt8], result: MetaResult, debug: MetaDebug.Outcome, server: String) {
        self.key = key
        self.result = result
        if case .item(let found) = debug { record = found } else { record = nil }
        self.server = server
    }

    var isFound: Bool { result.status == .done }

    /// The description in a format.
    func rendered(_ format: OutputFormat, style: TextStyle) -> [UInt8] {
        var out: [UInt8] = []
        switch format {
        case .human: for line in humanLines(style) { out.append(contentsOf: Array((line + "\n").utf8)) }
        case .json: appendJSON(to: &out)
        case .raw: out.append(contentsOf: result.value ?? [])
        case .plain: appendRows(.tsv, to: &out)
        case .csv:
            out.append("name,value\n")
            appendRows(.csv, to: &out)
        case .tsv:
            out.append("name\tvalue\n")
            appendRows(.tsv, to: &out)
        }
        return out
    }

    private func humanLines(_ style: TextStyle) -> [String] {
        let heading = style(EscapedText.string(key), .heading)
        guard isFound, let value = result.value else { return [heading, style("(not found)", .warning)] }
        let view = ValueView(value)
        var facts: [(String, String)] = [("size", "\(HumanUnits.bytes(UInt64(value.count))), \(view.kind)")]
        switch result.timeToLive {
        case .remaining(let duration)?:
            let seconds = duration.components.seconds
            facts.append(
                (
                    "expires",
                    "in \(HumanUnits.duration(seconds: UInt64(max(0, seconds)))), at "
                        + ISO8601.string(unixTime: UnixClock.now() + seconds)
                ))
        case .unlimited?: facts.append(("expires", "never"))
        case nil: break
        }
        if let last = result.lastAccess {
            facts.append(
                ("last access", HumanUnits.duration(seconds: UInt64(max(0, last.components.seconds))) + " ago"))
        }
        if let wasHit = result.wasHitBefore {
            facts.append(("fetched", wasHit ? "yes, since it was stored" : "never since it was stored"))
        }
        facts.append(("flags", result.flags.map { "\($0)" } ?? "unknown"))
        if let cas = result.cas { facts.append(("CAS", "\(cas)")) }
        if let slabClass = record?.slabClass {
            let whole = record?.itemBytes.map { ", \(HumanUnits.bytes($0)) with key and header" } ?? ""
            facts.append(("slab class", "\(slabClass)\(whole)"))
        }
        if result.isStale { facts.append(("stale", "yes: marked by md with the flag I")) }
        if result.isWonByAnother { facts.append(("refill", "another reader has won it and is to store anew")) }
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
            out.append(",\"found\":false}\n")
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
        out.append("}\n")
    }

    private func appendRows(_ style: DelimitedRenderer.Style, to out: inout [UInt8]) {
        guard isFound else { return }
        let rows = [("key", key), ("value", result.value ?? [])] + machineFacts.map { ($0, Array($1.utf8)) }
        for (name, value) in rows {
            out.append(contentsOf: Array(name.utf8))
            out.append(style == .csv ? "," : "\t")
            DelimitedRenderer.append(field: value.span, style, to: &out)
            out.append("\n")
        }
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
