import MemcacheCore

/// The entries of a dump as rows.
struct ListingRows {
    let format: OutputFormat
    let style: TextStyle
    /// Whether each row names its server.
    let namesServer: Bool
    private var hasHeader = false
    /// Whether rows include the item's flags, which servers list since 1.6.24: the first row decides.
    private var showsFlags = false

    private static let names = ["key", "expires", "last_access", "cas", "fetched", "class", "item_bytes"]

    init(format: OutputFormat, style: TextStyle, namesServer: Bool = false) {
        self.format = format
        self.style = style
        self.namesServer = namesServer
    }

    mutating func rendered(_ entries: [ListedItem], from server: String) -> [UInt8] {
        var out: [UInt8] = []
        if !hasHeader, let table = DelimitedText.Style(format) {
            hasHeader = true
            showsFlags = entries.first?.flags != nil
            DelimitedText.append(
                row: ListingRows.names + (showsFlags ? ["flags"] : []) + (namesServer ? ["server"] : []), table,
                to: &out)
        }
        for entry in entries { append(entry, from: server, to: &out) }
        return out
    }

    private func append(_ entry: ListedItem, from server: String, to out: inout [UInt8]) {
        let numbers: [String?] = [
            entry.expirationTime.map { "\($0)" }, entry.lastAccessTime.map { "\($0)" }, entry.cas.map { "\($0)" },
            entry.isFetched.map { $0 ? "true" : "false" }, entry.slabClass.map { "\($0)" },
            entry.itemBytes.map { "\($0)" },
        ]
        switch format {
        case .json:
            out.append("{")
            JSONText.append("key", bytes: entry.key.span, to: &out)
            for (name, number) in zip(ListingRows.names.dropFirst(), numbers) {
                out.append(contentsOf: Array(",\"\(name)\":\(number ?? "null")".utf8))
            }
            if let flags = entry.flags { out.append(contentsOf: Array(",\"flags\":\(flags)".utf8)) }
            if namesServer {
                out.append(",\"server\":")
                JSONText.append(string: server, to: &out)
            }
            out.append("}")
        case .csv, .tsv:
            let table: DelimitedText.Style = format == .csv ? .csv : .tsv
            let flags = showsFlags ? [entry.flags.map { "\($0)" } ?? ""] : []
            DelimitedText.append(field: entry.key.span, table, to: &out)
            for field in numbers.map({ $0 ?? "" }) + flags + (namesServer ? [server] : []) {
                out.append(format == .csv ? "," : "\t")
                DelimitedText.append(field: Array(field.utf8).span, table, to: &out)
            }
        default:
            EscapedText.append(entry.key.span, to: &out)
            var facts: [String] = []
            if let bytes = entry.itemBytes { facts.append(HumanUnits.bytes(bytes)) }
            if let slabClass = entry.slabClass { facts.append("class \(slabClass)") }
            facts.append(
                entry.expirationTime.map { "expires \(ServerTime.string(unixTime: $0))" } ?? "never expires")
            if entry.isFetched == false { facts.append("never fetched") }
            if let flags = entry.flags, flags != 0 { facts.append("flags \(flags)") }
            if namesServer { facts.append("on \(EscapedText.string(Array(server.utf8)))") }
            out.append(contentsOf: Array(style("  " + facts.joined(separator: ", "), .dim).utf8))
        }
        out.append("\n")
    }
}
