import MemcacheCore

/// Listed keys as rows, in every format.
struct KeyRows {
    let format: OutputFormat
    /// Whether each row includes the metadata of the item.
    let isLong: Bool
    private let style: TextStyle
    /// The servers, if each row names its own; empty for one server.
    private let servers: [String]
    /// The current time by the server's clock, for times that people read.
    private var now: Int64 = 0
    /// The server, as it appears at the end of a row.
    private var serverField: [UInt8] = []
    private var hasHeader = false
    private var casWidth = 3
    /// Whether rows include the item's flags, which servers list since 1.6.24: the first row decides.
    private var showsFlags = false

    /// The item's metadata, with the names of the machine formats.
    private static let names = ["expires", "last_access", "cas", "fetched", "class", "item_bytes"]
    private static let quote = UInt8(ascii: "\"")

    init(_ format: OutputFormat, isLong: Bool, style: TextStyle = .plain, servers: [String] = []) {
        self.format = format
        self.isLong = isLong
        self.style = style
        self.servers = servers
    }

    /// Starts the rows of a server.
    mutating func begin(server: String, now: Int64) {
        self.now = now
        guard !servers.isEmpty else { return }
        let name = Array(server.utf8)
        serverField = []
        switch format {
        case .json:
            serverField.append(",\"server\":")
            JSONText.append(string: server, to: &serverField)
        case .csv:
            serverField.append(",")
            DelimitedText.append(field: name.span, .csv, to: &serverField)
        case .plain, .tsv:
            serverField.append("\t")
            EscapedText.append(name.span, to: &serverField, quote: Self.quote, keepsLookAlikes: true)
        case .human:
            let shown = EscapedText.string(name)
            let width = servers.map { EscapedText.string(Array($0.utf8)).displayWidth }.max() ?? 0
            serverField = Array(
                (isLong ? StyledText(shown).padded(to: width).text : style("  on \(shown)", .dim)).utf8)
        case .raw: break
        }
    }

    /// Appends what precedes the first row.
    ///
    /// - Parameter facts: The metadata of its item.
    mutating func appendHeader(before facts: ItemMetadata?, to out: inout [UInt8]) {
        guard !hasHeader else { return }
        hasHeader = true
        showsFlags = facts?.flags != nil
        if let table = DelimitedText.Style(format) {
            let names =
                ["key"] + (isLong ? Self.names + (showsFlags ? ["flags"] : []) : [])
                + (servers.isEmpty ? [] : ["server"])
            DelimitedText.append(row: names, table, to: &out)
        } else if format == .human, isLong {
            var cells = Self.cells("size", "expires", "moved", "fetched", "class", "CAS", casWidth: casWidth)
            if showsFlags { cells += Self.cell("flags", Self.flagsWidth) }
            if !servers.isEmpty { cells += StyledText("server").padded(to: serverField.count).text + "  " }
            out.append(contentsOf: Array((style(cells + "key", .heading) + "\n").utf8))
        }
    }

    /// Appends a row.
    ///
    /// - Parameters:
    ///   - key: The key, without the pool's prefix.
    ///   - facts: The item's metadata, for long rows.
    ///   - line: The line that the server sent.
    mutating func append(_ key: Span<UInt8>, _ facts: ItemMetadata?, line: Span<UInt8>, to out: inout [UInt8]) {
        switch format {
        case .plain, .tsv:
            Self.append(escaped: key, to: &out)
            if let facts { append(facts, separator: UInt8(ascii: "\t"), to: &out) }
            if !serverField.isEmpty { out.append(contentsOf: serverField) }
        case .csv:
            DelimitedText.append(field: key, .csv, to: &out)
            if let facts { append(facts, separator: UInt8(ascii: ","), to: &out) }
            out.append(contentsOf: serverField)
        case .json:
            out.append("{")
            JSONText.append("key", bytes: key, to: &out)
            if let facts { appendMembers(facts, to: &out) }
            out.append(contentsOf: serverField)
            out.append("}")
        case .raw: out.append(isLong ? line : key)
        case .human:
            if let facts { out.append(contentsOf: humanCells(facts)) }
            EscapedText.append(key, to: &out)
            if !isLong { out.append(contentsOf: serverField) }
        }
        out.append(UInt8(ascii: "\n"))
    }

    /// Most keys need no escaping, and are copied.
    private static func append(escaped key: Span<UInt8>, to out: inout [UInt8]) {
        let isPlain = key.withUnsafeBufferPointer { bytes in
            var special: UInt8 = 0
            for byte in bytes {
                let isSafe = byte &- 0x20 < 0x5f && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "\"")
                special |= isSafe ? 0 : 1
            }
            return special == 0
        }
        if isPlain {
            out.append(key)
        } else {
            EscapedText.append(key, to: &out, quote: Self.quote, keepsLookAlikes: true)
        }
    }

    // MARK: Machine formats

    /// Appends columns in the order of the names. In the plain format an item that never expires has the server's -1.
    private func append(_ facts: ItemMetadata, separator: UInt8, to out: inout [UInt8]) {
        out.append(separator)
        if let expires = facts.expires {
            ASCIINumber.append(expires, to: &out)
        } else if format == .plain {
            out.append("-1")
        }
        out.append(separator)
        if let lastAccess = facts.lastAccess { ASCIINumber.append(lastAccess, to: &out) }
        out.append(separator)
        if let cas = facts.cas { ASCIINumber.append(cas, to: &out) }
        out.append(separator)
        if let isFetched = facts.isFetched { out.append(isFetched ? "true" : "false") }
        out.append(separator)
        if let slabClass = facts.slabClass { ASCIINumber.append(slabClass, to: &out) }
        out.append(separator)
        if let bytes = facts.itemBytes { ASCIINumber.append(bytes, to: &out) }
        guard showsFlags else { return }
        out.append(separator)
        if let flags = facts.flags { ASCIINumber.append(flags, to: &out) }
    }

    private func appendMembers(_ facts: ItemMetadata, to out: inout [UInt8]) {
        out.append(",\"expires\":")
        append(facts.expires, to: &out)
        out.append(",\"last_access\":")
        append(facts.lastAccess, to: &out)
        out.append(",\"cas\":")
        append(facts.cas, to: &out)
        out.append(",\"fetched\":")
        switch facts.isFetched {
        case true?: out.append("true")
        case false?: out.append("false")
        case nil: out.append("null")
        }
        out.append(",\"class\":")
        append(facts.slabClass, to: &out)
        out.append(",\"item_bytes\":")
        append(facts.itemBytes, to: &out)
        guard let flags = facts.flags else { return }
        out.append(",\"flags\":")
        ASCIINumber.append(flags, to: &out)
    }

    private func append(_ number: Int64?, to out: inout [UInt8]) {
        if let number { ASCIINumber.append(number, to: &out) } else { out.append("null") }
    }

    private func append(_ number: UInt64?, to out: inout [UInt8]) {
        if let number { ASCIINumber.append(number, to: &out) } else { out.append("null") }
    }

    // MARK: For people

    /// The cells before the key: columns of fixed width, because all rows are never known together.
    private mutating func humanCells(_ facts: ItemMetadata) -> [UInt8] {
        let cas = facts.cas.map { "\($0)" } ?? ""
        casWidth = max(casWidth, cas.count)
        var cells = Self.cells(
            facts.itemBytes.map { HumanUnits.bytes($0) } ?? "",
            facts.expires.map { HumanUnits.duration(seconds: Self.seconds(from: now, to: $0)) } ?? "never",
            facts.lastAccess.map { HumanUnits.duration(seconds: Self.seconds(from: $0, to: now)) + " ago" } ?? "",
            facts.isFetched.map { $0 ? "yes" : "no" } ?? "", facts.slabClass.map { "\($0)" } ?? "", cas,
            casWidth: casWidth)
        if showsFlags { cells += Self.cell(facts.flags.map { "\($0)" } ?? "", Self.flagsWidth) }
        return Array(style(cells, .dim).utf8) + (serverField.isEmpty ? [] : serverField + Array("  ".utf8))
    }

    private static func cells(_ texts: String..., casWidth: Int) -> String {
        var line = ""
        for (text, width) in zip(texts, [8, 8, 11, 7, 5, casWidth]) { line += cell(text, width) }
        return line
    }

    private static let flagsWidth = 5

    private static func cell(_ text: String, _ width: Int) -> String {
        StyledText(text).padded(to: width, .trailing).text + "  "
    }

    private static func seconds(from start: Int64, to end: Int64) -> UInt64 {
        let (difference, overflow) = end.subtractingReportingOverflow(start)
        return overflow ? (end < start ? 0 : UInt64(Int64.max)) : UInt64(max(0, difference))
    }
}
