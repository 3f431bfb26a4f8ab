import MemcacheCore

/// The entries of a listing as rows: for people a line that says what is known about each, for programs the columns of
/// `keys --long`.
struct ListingRows {
    private let format: OutputFormat
    private let style: TextStyle
    private let namesServer: Bool
    private var rows: ItemRows

    /// - Parameter namesServer: Whether each row names its server.
    init(format: OutputFormat, style: TextStyle, namesServer: Bool = false) {
        self.format = format
        self.style = style
        self.namesServer = namesServer
        rows = ItemRows(format, isLong: true, style: style, namesServer: namesServer)
    }

    mutating func rendered(_ entries: [ListedItem], from server: String) -> [UInt8] {
        var out: [UInt8] = []
        guard format != .human else {
            for entry in entries { append(sentence: entry, from: server, to: &out) }
            return out
        }
        rows.begin(server: server, now: 0)
        rows.begin(before: entries.first.map { ItemMetadata($0) }, to: &out)
        let noLine: [UInt8] = []
        for entry in entries { rows.append(entry.key.span, ItemMetadata(entry), line: noLine.span, to: &out) }
        return out
    }

    private func append(sentence entry: ListedItem, from server: String, to out: inout [UInt8]) {
        EscapedText.append(entry.key.span, to: &out)
        var facts: [String] = []
        if let bytes = entry.itemBytes { facts.append(HumanUnits.bytes(bytes)) }
        if let slabClass = entry.slabClass { facts.append("class \(slabClass)") }
        facts.append(entry.expirationTime.map { "expires \(ServerTime.string(unixTime: $0))" } ?? "never expires")
        if entry.isFetched == false { facts.append("never fetched") }
        if let flags = entry.flags, flags != 0 { facts.append("flags \(flags)") }
        if namesServer { facts.append("on \(EscapedText.string(Array(server.utf8)))") }
        out.append(contentsOf: style("  " + facts.joined(separator: ", "), .dim).utf8)
        out.append("\n")
    }
}
