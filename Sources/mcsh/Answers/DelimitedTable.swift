import MemcacheCore

/// A table in CSV or TSV: how its rows are written, and what its columns are.
struct DelimitedTable: Hashable, Sendable {
    /// What the rows are about.
    enum Columns: Hashable, Sendable {
        case statuses, counters, items, existence, lifetimes, meta, text
        case statistics([String])
    }

    var style: DelimitedText.Style
    var columns: Columns
    /// Whether each row that does not name its server otherwise ends with it.
    var namesServer: Bool

    /// The names of the columns.
    var names: [String] {
        let server = namesServer ? ["server"] : []
        switch columns {
        case .statuses: return ["command", "key", "status"] + server
        case .counters: return ["key", "value"] + server
        case .items: return ["key", "found", "value", "flags", "size", "cas", "ttl"] + server
        case .existence: return ["key", "found"] + server
        case .lifetimes: return ["key", "ttl"] + server
        case .meta: return ["command", "key", "status", "flags", "value"] + server
        case .text: return ["server", "command", "value"]
        case .statistics(let names): return ["server"] + names
        }
    }

    /// Appends the header row.
    func appendHeader(to out: inout [UInt8]) {
        DelimitedText.append(row: names, style, to: &out)
    }
}
