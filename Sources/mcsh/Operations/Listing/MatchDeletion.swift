import MemcacheCore

/// What `delete --match` has done.
struct MatchDeletion {
    var server: String
    /// The pattern.
    var match: [UInt8]
    /// How many keys were listed that match.
    var matched: Int
    /// How many of them were still there to be deleted.
    var deleted: Int

    /// What was done on each server, in a format.
    static func rendered(_ deletions: [MatchDeletion], _ format: OutputFormat, namesServer: Bool) -> [UInt8] {
        var out: [UInt8] = []
        if let table = DelimitedText.Style(format), !deletions.isEmpty {
            DelimitedText.append(row: ["server", "match", "matched", "deleted"], table, to: &out)
        }
        for deletion in deletions { deletion.append(format, namesServer: namesServer, to: &out) }
        return out
    }

    private func append(_ format: OutputFormat, namesServer: Bool, to out: inout [UInt8]) {
        switch format {
        case .human:
            let whole = "\(HumanUnits.count(UInt64(matched))) \(matched == 1 ? "key" : "keys")"
            out.append(
                contentsOf: Array(
                    "deleted \(HumanUnits.count(UInt64(deleted))) of \(whole)\(namesServer ? " (\(server))" : "")\n"
                        .utf8))
        case .json:
            out.append("{\"command\":\"delete\",")
            JSONText.append("match", bytes: match.span, to: &out)
            out.append(contentsOf: Array(",\"matched\":\(matched),\"deleted\":\(deleted),\"server\":".utf8))
            JSONText.append(string: server, to: &out)
            out.append("}\n")
        case .csv, .tsv:
            let style: DelimitedText.Style = format == .csv ? .csv : .tsv
            let counts = ["\(matched)", "\(deleted)"].map { Array($0.utf8) }
            DelimitedText.append(row: [Array(server.utf8), match] + counts, style, to: &out)
        case .plain:
            DelimitedText.append(row: (namesServer ? [server] : []) + ["DELETED", "\(deleted)"], .tsv, to: &out)
        case .raw: break
        }
    }
}
