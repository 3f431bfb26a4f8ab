import MemcacheCore

/// What `ping` has found out.
struct PingAnswer {
    var server: String
    var version: String
    /// How long the round trip took.
    var microseconds: UInt64

    /// The answer in a format.
    func rendered(_ format: OutputFormat) -> [UInt8] {
        var out: [UInt8] = []
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
        case .csv, .tsv:
            let style: DelimitedRenderer.Style = format == .csv ? .csv : .tsv
            DelimitedRenderer.append(row: ["server", "version", "microseconds"], style, to: &out)
            DelimitedRenderer.append(row: fields, style, to: &out)
        case .plain: DelimitedRenderer.append(row: fields, .tsv, to: &out)
        case .raw: break
        }
        return out
    }
}
