import MemcacheCore

/// Rows of typed cells in every format: the one place where the format of a table is chosen.
///
/// Machine formats are written row by row. For people a row is either a sentence, which is written at once, or a line
/// of a table, which is written by ``finish(to:)`` because its columns are as wide as their contents.
struct RowWriter: Sendable {
    private let format: OutputFormat
    private let style: TextStyle
    private let width: Int
    private let columns: [Column]
    /// The columns of the format, as indices of `columns`.
    private let shown: [Int]
    /// The value of the JSON member `command`.
    private let command: StaticString?
    private var hasHeader = false
    private var lines: [[StyledText]] = []

    /// Prepares rows.
    ///
    /// - Parameters:
    ///   - command: The member `command` that each JSON object begins with.
    ///   - members: The order of the JSON members, by the names of their columns, if it differs from that of the
    ///     columns.
    init(
        _ columns: [Column], _ format: OutputFormat, style: TextStyle = .plain, width: Int = 80,
        command: StaticString? = nil, members: [String] = []
    ) {
        self.columns = columns
        self.format = format
        self.style = style
        self.width = width
        self.command = command
        let places = Column.Places(format)
        var shown = columns.indices.filter { !columns[$0].places.isDisjoint(with: places) }
        if format == .json, !members.isEmpty {
            let rank = { (position: Int) in members.firstIndex(of: "\(columns[position].name)") ?? members.count }
            shown.sort { (rank($0), $0) < (rank($1), $1) }
        }
        self.shown = shown
    }

    /// Writes the header of CSV or TSV, once, even if no row follows.
    mutating func begin(to out: inout [UInt8]) {
        guard !hasHeader else { return }
        hasHeader = true
        guard let table = DelimitedText.Style(format) else { return }
        DelimitedText.append(row: shown.map { "\(columns[$0].name)" }, table, to: &out)
    }

    /// Writes a row.
    ///
    /// - Parameters:
    ///   - cells: One for each column.
    ///   - sentence: What people read instead of a line of the table.
    mutating func append(_ cells: [Cell], sentence: @autoclosure () -> StyledText? = nil, to out: inout [UInt8]) {
        begin(to: &out)
        switch format {
        case .human:
            if let sentence = sentence() {
                out.append(contentsOf: Array((sentence.rendered(style) + "\n").utf8))
            } else {
                lines.append(shown.map { cells[$0].styled })
            }
        case .json: appendObject(cells, to: &out)
        case .csv: appendFields(cells, .csv, to: &out)
        case .tsv, .plain: appendFields(cells, .tsv, to: &out)
        case .raw: break
        }
    }

    /// Writes the table that people read, if it has rows.
    mutating func finish(to out: inout [UInt8]) {
        guard !lines.isEmpty else { return }
        var table = TableLayout(
            shown.map { TableLayout.Column(columns[$0].title, columns[$0].alignment, priority: columns[$0].priority) })
        table.rows = lines
        lines = []
        for line in table.lines(width: width) {
            out.append(contentsOf: Array((line.withoutTrailingBlanks.rendered(style) + "\n").utf8))
        }
    }

    private func appendFields(_ cells: [Cell], _ table: DelimitedText.Style, to out: inout [UInt8]) {
        DelimitedText.append(row: shown.map { cells[$0].field }, table, to: &out)
    }

    private func appendObject(_ cells: [Cell], to out: inout [UInt8]) {
        var isFirst = true
        out.append("{")
        if let command {
            out.append("\"command\":\"")
            out.append(command)
            out.append("\"")
            isFirst = false
        }
        for position in shown {
            let column = columns[position]
            if cells[position].value == .missing, !column.isNullable { continue }
            if !isFirst { out.append(",") }
            isFirst = false
            cells[position].appendMember(column.member, to: &out)
        }
        out.append("}\n")
    }
}

extension Cell {
    /// The cell as people read it.
    fileprivate var styled: StyledText {
        if let human { return StyledText(human, role) }
        let text =
            switch value {
            case .text(let text): EscapedText.string(Array(text.utf8))
            case .bytes(let bytes): EscapedText.string(bytes)
            case .digits(let digits): EscapedText.string(digits)
            case .count(let number): HumanUnits.count(number)
            case .size(let number): HumanUnits.bytes(number)
            case .duration(let microseconds): HumanUnits.duration(microseconds: microseconds)
            case .time(let seconds): ServerTime.string(unixTime: seconds)
            case .share(let share): HumanUnits.percentage(share, of: 1) ?? "-"
            case .flag(let flag): flag ? "yes" : "no"
            case .list(let words): words.map { EscapedText.string(Array($0.utf8)) }.joined(separator: ", ")
            case .missing, .null: "-"
            }
        return StyledText(text, role)
    }

    /// The cell as a field of CSV, TSV or plain, before it is quoted or escaped.
    fileprivate var field: [UInt8] {
        switch value {
        case .text(let text): Array(text.utf8)
        case .bytes(let bytes), .digits(let bytes): bytes
        case .count(let number), .size(let number), .duration(let number): Array(String(number).utf8)
        case .time(let seconds): Array(String(seconds).utf8)
        case .share(let share): Array(String(share).utf8)
        case .flag(let flag): Array((flag ? "true" : "false").utf8)
        case .list(let words): Array(words.joined(separator: " ").utf8)
        case .missing, .null: []
        }
    }

    /// The cell as a JSON member with its name, which is `name_b64` for bytes that are not UTF-8.
    fileprivate func appendMember(_ name: StaticString, to out: inout [UInt8]) {
        if case .bytes(let bytes) = value { return JSONText.append(name, bytes: bytes.span, to: &out) }
        out.append("\"")
        out.append(name)
        out.append("\":")
        switch value {
        case .bytes: break
        case .text(let text): JSONText.append(string: text, to: &out)
        case .digits(let digits): JSONText.append(numberOrString: digits, to: &out)
        case .count(let number), .size(let number): ASCIINumber.append(number, to: &out)
        case .duration(let microseconds): JSONText.append(seconds: microseconds, to: &out)
        case .time(let seconds): ASCIINumber.append(seconds, to: &out)
        case .share(let share): out.append(contentsOf: Array((share.isFinite ? "\(share)" : "null").utf8))
        case .flag(let flag): out.append(flag ? "true" : "false")
        case .missing, .null: out.append("null")
        case .list(let words):
            out.append("[")
            for (position, word) in words.enumerated() {
                if position > 0 { out.append(",") }
                JSONText.append(string: word, to: &out)
            }
            out.append("]")
        }
    }
}
