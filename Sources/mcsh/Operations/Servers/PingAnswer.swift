import MemcacheCore

/// What `ping` has found out.
struct PingAnswer {
    var server: String
    var version: String
    /// How long the round trip took.
    var microseconds: UInt64

    /// The answers of servers in a format.
    static func rendered(_ answers: [PingAnswer], _ format: OutputFormat) -> [UInt8] {
        var out: [UInt8] = []
        if let table = DelimitedText.Style(format), !answers.isEmpty {
            DelimitedText.append(row: ["server", "version", "microseconds"], table, to: &out)
        }
        for answer in answers { answer.append(format, to: &out) }
        return out
    }

    private func append(_ format: OutputFormat, to out: inout [UInt8]) {
        let fields = [server, version, "\(microseconds)"]
        switch format {
        case .human:
            let time = HumanUnits.duration(microseconds: microseconds)
            out.append(contentsOf: Array("\(server) answers: memcached \(version), \(time)\n".utf8))
        case .json:
            out.append("{\"command\":\"ping\",\"server\":")
            JSONText.append(string: server, to: &out)
            out.append(",\"version\":")
            JSONText.append(string: version, to: &out)
            out.append(",\"seconds\":")
            JSONText.append(seconds: microseconds, to: &out)
            out.append("}\n")
        case .csv: DelimitedText.append(row: fields, .csv, to: &out)
        case .tsv, .plain: DelimitedText.append(row: fields, .tsv, to: &out)
        case .raw: break
        }
    }
}
