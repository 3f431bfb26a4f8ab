import MemcacheCore

/// The state of one server, for `servers`.
struct ServerReport: Sendable {
    /// Whether it is there.
    enum State: Hashable, Sendable {
        case alive
        /// It is left alone for so many seconds more.
        case dead(seconds: Int64)
        /// It cannot be asked.
        case failing

        /// The word of the machine formats.
        var word: String {
            switch self {
            case .alive: "alive"
            case .dead: "dead"
            case .failing: "failing"
            }
        }
    }

    var server: String
    var weight: Int
    var state: State
    /// Why it is not there, where it was asked.
    var error: MemcacheError?
    var version: String?
    var items: UInt64?
    /// How long a round trip takes.
    var microseconds: UInt64?

    private static let columns = ["server", "weight", "state", "retry_in", "version", "items", "microseconds", "error"]

    private var fields: [String] {
        var retry = ""
        if case .dead(let seconds) = state { retry = "\(seconds)" }
        return [
            server, "\(weight)", state.word, retry, version ?? "", items.map { "\($0)" } ?? "",
            microseconds.map { "\($0)" } ?? "",
            error?.message ?? "",
        ]
    }

    /// The reports in a format.
    static func rendered(_ reports: [ServerReport], _ format: OutputFormat, style: TextStyle) -> [UInt8] {
        var out: [UInt8] = []
        switch format {
        case .human: for line in table(reports, style) { out.append(contentsOf: Array((line + "\n").utf8)) }
        case .json: for report in reports { report.appendJSON(to: &out) }
        case .csv, .tsv:
            let style: DelimitedText.Style = format == .csv ? .csv : .tsv
            DelimitedText.append(row: columns, style, to: &out)
            for report in reports { DelimitedText.append(row: report.fields, style, to: &out) }
        case .plain: for report in reports { DelimitedText.append(row: report.fields, .tsv, to: &out) }
        case .raw: break
        }
        return out
    }

    private static func table(_ reports: [ServerReport], _ style: TextStyle) -> [String] {
        let rows = [["server", "weight", "state", "version", "items", "round trip", ""]] + reports.map(\.humanFields)
        let widths = rows[0].indices.map { column in rows.map { $0[column].displayWidth }.max() ?? 0 }
        return rows.enumerated().map { index, row in
            let cells = row.enumerated().map { column, text in
                let cell = text + String(repeating: " ", count: widths[column] - text.displayWidth)
                guard index > 0, column == 2 else { return cell }
                return style(cell, reports[index - 1].state == .alive ? .good : .warning)
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return index == 0 ? style(line, .heading) : line
        }
    }

    private var humanFields: [String] {
        let sentence: String
        switch state {
        case .alive: sentence = "alive"
        case .dead(let seconds):
            let wait =
                seconds < 60 ? "\(max(0, seconds)) s" : HumanUnits.duration(seconds: UInt64(seconds))
            sentence = "dead, next try in \(wait)"
        case .failing: sentence = "failing"
        }
        return [
            EscapedText.string(Array(server.utf8)), "\(weight)", sentence, version ?? "-",
            items.map { HumanUnits.count($0) } ?? "-",
            microseconds.map { HumanUnits.duration(microseconds: $0) } ?? "-",
            error?.message ?? "",
        ]
    }

    private func appendJSON(to out: inout [UInt8]) {
        out.append("{\"server\":")
        JSONText.append(string: server, to: &out)
        out.append(contentsOf: Array(",\"weight\":\(weight),\"state\":\"\(state.word)\"".utf8))
        if case .dead(let seconds) = state { out.append(contentsOf: Array(",\"retry_in\":\(seconds)".utf8)) }
        if let error {
            out.append(",\"error\":")
            JSONText.append(string: error.message, to: &out)
        }
        if let version {
            out.append(",\"version\":")
            JSONText.append(string: version, to: &out)
        }
        if let items { out.append(contentsOf: Array(",\"items\":\(items)".utf8)) }
        if let microseconds {
            out.append(",\"seconds\":")
            JSONText.append(seconds: microseconds, to: &out)
        }
        out.append("}\n")
    }
}
