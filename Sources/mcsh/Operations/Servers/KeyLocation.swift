import MemcacheCore

/// Where a key belongs, and where it is, for `where`.
struct KeyLocation: Sendable {
    var key: [UInt8]
    /// The hash that the server was chosen by: a number of the profile's, or the one that was given.
    var hash: String
    /// The server that owns the key while all are alive.
    var server: String
    /// The server that stands in for it now; nil where the owner is alive, or none can.
    var standIn: String?
    /// Whether the owner is dead.
    var isOwnerDead = false
    /// The servers that have the key; nil when they were not asked.
    var found: [String]?

    /// The locations in a format.
    static func rendered(_ locations: [KeyLocation], _ format: OutputFormat, style: TextStyle) -> [UInt8] {
        var out: [UInt8] = []
        switch format {
        case .human: for location in locations { out.append(contentsOf: Array((location.sentence(style) + "\n").utf8)) }
        case .json: for location in locations { location.appendJSON(to: &out) }
        case .csv, .tsv:
            let table: DelimitedText.Style = format == .csv ? .csv : .tsv
            let names = ["key", "hash", "server", "stand_in"] + (locations.first?.found == nil ? [] : ["found_on"])
            DelimitedText.append(row: names, table, to: &out)
            for location in locations {
                DelimitedText.append(row: location.fields(withStandIn: true), table, to: &out)
            }
        case .plain:
            for location in locations {
                DelimitedText.append(row: location.fields(withStandIn: false), .tsv, to: &out)
            }
        case .raw: break
        }
        return out
    }

    private func fields(withStandIn: Bool) -> [[UInt8]] {
        [key, Array(hash.utf8), Array(server.utf8)] + (withStandIn ? [Array((standIn ?? "").utf8)] : [])
            + (found.map { [Array($0.joined(separator: " ").utf8)] } ?? [])
    }

    private func sentence(_ style: TextStyle) -> String {
        func name(_ server: String) -> String { EscapedText.string(Array(server.utf8)) }
        var text = style(EscapedText.string(key), .heading) + "  \(name(server))" + style("  hash \(hash)", .dim)
        if isOwnerDead {
            text += style(standIn.map { ", dead: now on \(name($0))" } ?? ", dead, and no other stands in", .warning)
        }
        guard let found else { return text }
        if found.isEmpty { return text + style("  not found on any server", .warning) }
        let elsewhere = found.filter { $0 != server }
        text += style("  found on \(found.map(name).joined(separator: ", "))", elsewhere.isEmpty ? .good : .warning)
        return text
    }

    private func appendJSON(to out: inout [UInt8]) {
        out.append("{")
        JSONText.append("key", bytes: key.span, to: &out)
        out.append(",\"hash\":")
        JSONText.append(numberOrString: Array(hash.utf8), to: &out)
        out.append(",\"server\":")
        JSONText.append(string: server, to: &out)
        if isOwnerDead {
            out.append(",\"stand_in\":")
            if let standIn { JSONText.append(string: standIn, to: &out) } else { out.append("null") }
        }
        if let found {
            out.append(",\"found_on\":[")
            for (index, name) in found.enumerated() {
                if index > 0 { out.append(",") }
                JSONText.append(string: name, to: &out)
            }
            out.append("]")
        }
        out.append("}\n")
    }
}
