/// The rows of a command: their columns, from which every format follows.
struct RowDescription: Sendable {
    var columns: [Column]
    /// The value of the JSON member `command`, with which each object begins.
    var command: StaticString?
    /// The order of the JSON members, by the names of their columns, if it differs from that of the columns.
    var members: [String]
    /// The same for the columns that people read.
    var humanOrder: [String]
    /// Whether people read the titles of the columns.
    var hasTitles: Bool

    init(
        _ columns: [Column], command: StaticString? = nil, members: [String] = [], humanOrder: [String] = [],
        hasTitles: Bool = true
    ) {
        self.columns = columns
        self.command = command
        self.members = members
        self.humanOrder = humanOrder
        self.hasTitles = hasTitles
    }

    /// The columns of a format in their order, as indices of ``columns``.
    func shown(in format: OutputFormat) -> [Int] {
        let places = Column.Places(format)
        let shown = columns.indices.filter { !columns[$0].places.isDisjoint(with: places) }
        let order = format == .json ? members : format == .human ? humanOrder : []
        guard !order.isEmpty else { return shown }
        func rank(_ position: Int) -> Int { order.firstIndex(of: "\(columns[position].name)") ?? order.count }
        return shown.sorted { (rank($0), $0) < (rank($1), $1) }
    }

    /// Appends the header of CSV or TSV; other formats have none.
    func appendHeader(_ format: OutputFormat, to out: inout [UInt8]) {
        guard let table = DelimitedText.Style(format) else { return }
        DelimitedText.append(row: shown(in: format).map { "\(columns[$0].name)" }, table, to: &out)
    }
}

/// A writer of rows: ``RowWriter``, or a faster one for rows of which there are very many. Both follow the same
/// description.
protocol RowOutput {
    /// Writes what precedes the first row, once: the header of CSV and TSV, even if no row follows.
    mutating func begin(to out: inout [UInt8])

    /// Writes what is held back until all rows are known.
    mutating func finish(to out: inout [UInt8])
}
