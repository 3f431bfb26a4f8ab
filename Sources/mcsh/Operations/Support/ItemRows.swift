import MemcacheCore

/// Listed items as rows, in every format: of `keys`, and of the listings of `lru_crawler`.
///
/// There may be millions of them, so that what is written for each key is written here, from the columns that
/// ``RowWriter`` has too; it writes the long rows that people read.
struct ItemRows: RowOutput {
    let format: OutputFormat
    /// Whether each row includes the metadata of the item.
    let isLong: Bool
    private let style: TextStyle
    /// Whether each row names its server.
    private let namesServer: Bool
    /// The width of the longest name of a server.
    private let serverWidth: Int
    /// The current time by the server's clock, for times that people read.
    private var now: Int64 = 0
    private var server = ""
    /// The server, as it appears at the end of a row.
    private var serverField: [UInt8] = []
    private var hasBegun = false
    /// The columns after the key, in the order of programs. Those of the flags, which servers list since 1.6.24, are
    /// among them if the first row has flags; in JSON if its own has.
    private var fields: [Field] = []
    /// The writer of long rows for people.
    private var writer: RowWriter?

    private static let quote = UInt8(ascii: "\"")

    /// Prepares rows.
    ///
    /// - Parameters:
    ///   - servers: The servers, if each row names its own; empty for one server.
    ///   - namesServer: Whether each row names its server even if their names are not known yet.
    init(
        _ format: OutputFormat, isLong: Bool, style: TextStyle = .plain, servers: [String] = [],
        namesServer: Bool = false
    ) {
        self.format = format
        self.isLong = isLong
        self.style = style
        self.namesServer = namesServer || !servers.isEmpty
        serverWidth = servers.map { EscapedText.string(Array($0.utf8)).displayWidth }.max() ?? 0
    }

    // MARK: Columns

    /// The columns of rows.
    static func description(
        isLong: Bool, hasFlags: Bool = false, namesServer: Bool = false, serverWidth: Int = 0
    ) -> RowDescription {
        let metadata = ItemMetadata.Field.allCases.filter { isLong && ($0 != .flags || hasFlags) }.map(\.column)
        let server = Column("server", width: Column.Width(cells: serverWidth))
        return RowDescription(
            [Column("key", .key)] + metadata + (namesServer ? [server] : []),
            humanOrder: ["item_bytes", "expires", "last_access", "fetched", "class", "cas", "flags", "server", "key"])
    }

    /// The cells of a row with metadata.
    ///
    /// - Parameter now: The current time by the server's clock.
    static func cells(
        _ key: [UInt8], _ facts: ItemMetadata, hasFlags: Bool, now: Int64, server: String?
    ) -> [Cell] {
        let metadata = ItemMetadata.Field.allCases.filter { $0 != .flags || hasFlags }.map { field in
            Cell(facts[field].cell, human: facts.text(of: field, now: now), .dim)
        }
        return [.bytes(key)] + metadata + (server.map { [.text($0)] } ?? [])
    }

    /// What is needed of a column for each row. It refers to nothing that would have to be counted.
    private struct Field {
        let field: ItemMetadata.Field
        let member: StaticString
        let isNullable: Bool
        /// What the plain format has for a missing cell.
        let absent: StaticString

        init(_ field: ItemMetadata.Field, _ format: OutputFormat) {
            let column = field.column
            self.field = field
            member = column.member
            isNullable = column.isNullable
            absent = format == .plain ? column.plainAbsent : ""
        }
    }

    // MARK: Rows

    /// Starts the rows of a server.
    mutating func begin(server: String, now: Int64) {
        self.now = now
        guard namesServer else { return }
        self.server = server
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
        case .human: serverField = Array(style("  on \(EscapedText.string(name))", .dim).utf8)
        case .raw: break
        }
    }

    mutating func begin(to out: inout [UInt8]) { begin(before: nil, to: &out) }

    /// Writes what precedes the first row.
    ///
    /// - Parameter facts: The metadata of its item.
    mutating func begin(before facts: ItemMetadata?, to out: inout [UInt8]) {
        guard !hasBegun else { return }
        hasBegun = true
        let hasFlags = facts?.flags != nil
        fields = ItemMetadata.Field.allCases.filter { isLong && ($0 != .flags || hasFlags || format == .json) }
            .map { Field($0, format) }
        let description = Self.description(
            isLong: isLong, hasFlags: hasFlags, namesServer: namesServer, serverWidth: serverWidth)
        guard format == .human else { return description.appendHeader(format, to: &out) }
        guard isLong else { return }
        writer = RowWriter(description, format, style: style, layout: .stream)
        writer?.begin(to: &out)
    }

    /// Writes a row.
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
            if let facts, writer != nil { return append(long: key, facts, to: &out) }
            EscapedText.append(key, to: &out)
            out.append(contentsOf: serverField)
        }
        out.append(UInt8(ascii: "\n"))
    }

    func finish(to out: inout [UInt8]) {}

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

    private func append(_ facts: ItemMetadata, separator: UInt8, to out: inout [UInt8]) {
        for field in fields {
            out.append(separator)
            if !facts[field.field].append(to: &out) { out.append(field.absent) }
        }
    }

    private func appendMembers(_ facts: ItemMetadata, to out: inout [UInt8]) {
        for field in fields {
            let value = facts[field.field]
            if case .missing = value, !field.isNullable { continue }
            out.append(",\"")
            out.append(field.member)
            out.append("\":")
            if !value.append(to: &out) { out.append("null") }
        }
    }

    private mutating func append(long key: Span<UInt8>, _ facts: ItemMetadata, to out: inout [UInt8]) {
        let cells = Self.cells(
            key.copy(0..<key.count), facts, hasFlags: fields.contains { $0.field == .flags }, now: now,
            server: namesServer ? server : nil)
        writer?.append(cells, to: &out)
    }
}
