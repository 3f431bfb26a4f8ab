import MemcacheCore

/// Rows of typed cells in every format: the one place where the format of a table is chosen.
///
/// Machine formats are written row by row. For people a row is either a sentence, which is written at once, or a line of
/// a table: one as wide as its contents, which ``finish(to:)`` writes, or one with columns of fixed widths, whose lines
/// are written as they come.
///
/// | kind | people | plain, TSV | CSV | JSON |
/// |---|---|---|---|---|
/// | text, key | escaped | escaped | as it is, quoted | string; `name_b64` for bytes that are not UTF-8 |
/// | word | as it is | as it is in plain | as it is, quoted | string |
/// | line | as typed | as typed in plain | as it is, quoted | like a key |
/// | count | `12,345` | `12345` | `12345` | `12345` |
/// | number | `12345` | `12345` | `12345` | `12345` |
/// | bytes | `1.5 KiB` | `1536` | `1536` | `1536` |
/// | duration | `1.25 ms` | `1250` | `1250` | `0.001250` |
/// | time | `2026-09-21T14:13:20Z` | `1790000000` | `1790000000` | `1790000000` |
/// | instant | with a date | with a date in plain | `1790000000.002144` | `1790000000.002144` |
/// | share | `25.0%` | `0.25` | `0.25` | `0.25` |
/// | flag | `yes` | `true` | `true` | `true` |
/// | list | `a, b` | `a b` | `a b` | `["a","b"]` |
/// | attributes | `a=1 b=2` | a field each in plain | `a=1 b=2` | members, and `others` |
/// | missing | `-` | empty | empty | no member, or `null` |
struct RowWriter: RowOutput, Sendable {
    /// How people read rows.
    enum Layout: Hashable, Sendable {
        /// A table with columns as wide as their contents, once all rows are known.
        case table
        /// Lines as they come, with columns of fixed widths.
        case stream
    }

    private let description: RowDescription
    private let format: OutputFormat
    private let style: TextStyle
    private let width: Int
    private let layout: Layout
    /// The columns of the format, as indices of those of the description.
    private let shown: [Int]
    /// The current widths of the shown columns in a stream.
    private var widths: [Int]
    private var hasBegun = false
    private var lines: [[StyledText]] = []
    private var totals: [StyledText]?

    private static let gap = "  "

    init(
        _ description: RowDescription, _ format: OutputFormat, style: TextStyle = .plain, width: Int = 80,
        layout: Layout = .table
    ) {
        self.description = description
        self.format = format
        self.style = style
        self.width = width
        self.layout = layout
        shown = description.shown(in: format)
        widths = shown.map { description.columns[$0].width.cells }
    }

    mutating func begin(to out: inout [UInt8]) {
        guard !hasBegun else { return }
        hasBegun = true
        description.appendHeader(format, to: &out)
        guard format == .human, layout == .stream, description.hasTitles else { return }
        append(line: streamed(shown.map { (StyledText(description.columns[$0].title, .heading), .heading) }), to: &out)
    }

    /// Writes a row.
    ///
    /// - Parameters:
    ///   - cells: One for each column of the description.
    ///   - sentence: What people read instead of a line of the table.
    mutating func append(_ cells: [Cell], sentence: @autoclosure () -> StyledText? = nil, to out: inout [UInt8]) {
        switch format {
        case .human:
            if let sentence = sentence() { return append(line: sentence, to: &out) }
            begin(to: &out)
            switch layout {
            case .table: lines.append(shown.map { cells[$0].styled(description.columns[$0]) })
            case .stream:
                append(row: shown.map { (cells[$0].styled(description.columns[$0]), cells[$0].role) }, to: &out)
            }
        case .json: appendObject(cells, to: &out)
        case .csv, .tsv, .plain:
            begin(to: &out)
            appendFields(cells, to: &out)
        case .raw: break
        }
    }

    /// Writes a line that only people read: a title before the rows, or a remark after them.
    func remark(_ text: @autoclosure () -> StyledText, to out: inout [UInt8]) {
        if format == .human { append(line: text(), to: &out) }
    }

    /// Sets the totals, which only people read, in the last line of the table.
    mutating func total(_ cells: [Cell]) {
        guard format == .human else { return }
        totals = shown.map {
            let cell = cells[$0]
            return cell.value == .missing && cell.human == nil
                ? StyledText() : cell.styled(description.columns[$0])
        }
    }

    mutating func finish(to out: inout [UInt8]) {
        defer { (lines, totals) = ([], nil) }
        if layout == .stream, let totals { return append(row: totals.map { ($0, $0.role) }, to: &out) }
        guard !lines.isEmpty else { return }
        var table = TableLayout(
            shown.map {
                let column = description.columns[$0]
                return TableLayout.Column(column.title, column.alignment, priority: column.priority)
            })
        table.rows = lines
        table.footer = totals
        for line in table.lines(width: width).dropFirst(description.hasTitles ? 0 : 1) {
            append(line: line.withoutTrailingSpaces, to: &out)
        }
    }

    // MARK: For people

    private func append(line: StyledText, to out: inout [UInt8]) {
        out.append(contentsOf: line.rendered(style).utf8)
        out.append("\n")
    }

    /// Writes a row of a stream, whose wide cells may widen the rows after it.
    private mutating func append(row texts: [(text: StyledText, role: TextStyle.Role)], to out: inout [UInt8]) {
        for (index, position) in shown.enumerated() where description.columns[position].width.grows {
            widths[index] = max(widths[index], texts[index].text.width)
        }
        let line = streamed(texts)
        append(line: texts.last?.text.isEmpty == true ? line.withoutTrailingSpaces : line, to: &out)
    }

    /// A line of a stream. A gap looks like the cell before it, so that neighbours of one colour need one sequence.
    private func streamed(_ texts: [(text: StyledText, role: TextStyle.Role)]) -> StyledText {
        var line = StyledText()
        for (index, (text, role)) in texts.enumerated() {
            let alignment = description.columns[shown[index]].alignment
            let isLast = index == texts.count - 1
            if alignment == .trailing { line.append(spaces(widths[index] - text.width), role) }
            line += text
            if isLast { break }
            if alignment == .leading { line.append(spaces(widths[index] - text.width), role) }
            line.append(Self.gap, role)
        }
        return line
    }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    // MARK: For programs

    private func appendFields(_ cells: [Cell], to out: inout [UInt8]) {
        let table: DelimitedText.Style = format == .csv ? .csv : .tsv
        let separator = format == .csv ? UInt8(ascii: ",") : UInt8(ascii: "\t")
        var isFirst = true
        func separate(_ out: inout [UInt8]) {
            if !isFirst { out.append(separator) }
            isFirst = false
        }
        for position in shown {
            let (cell, column) = (cells[position], description.columns[position])
            if format == .plain, case .attributes(let attributes) = cell.value {
                for attribute in attributes {
                    separate(&out)
                    out.append(contentsOf: attribute.name.utf8)
                    out.append("=")
                    EscapedText.append(attribute.value.span, to: &out, quote: UInt8(ascii: "\""))
                }
                continue
            }
            separate(&out)
            switch (cell.value, format) {
            case (.missing, .plain): out.append(column.plainAbsent)
            case (.text(let word), .plain) where column.kind == .word: out.append(contentsOf: word.utf8)
            case (.bytes(let bytes), .plain) where column.kind == .line:
                EscapedText.append(bytes.span, to: &out, keepsBackslashes: true)
            case (.instant(let seconds, let microseconds), .plain):
                out.append(contentsOf: ServerTime.string(unixTime: seconds, microseconds: microseconds).utf8)
            default: DelimitedText.append(field: cell.field.span, table, to: &out)
            }
        }
        out.append("\n")
    }

    private func appendObject(_ cells: [Cell], to out: inout [UInt8]) {
        var isFirst = true
        out.append("{")
        if let command = description.command {
            out.append("\"command\":\"")
            out.append(command)
            out.append("\"")
            isFirst = false
        }
        for position in shown {
            let (cell, column) = (cells[position], description.columns[position])
            if cell.value == .missing, !column.isNullable { continue }
            if case .attributes(let attributes) = cell.value {
                JSONText.append(
                    members: attributes.map { (Array($0.name.utf8), $0.value) }, taken: otherMembers(than: position),
                    list: "others", to: &out)
                continue
            }
            if !isFirst { out.append(",") }
            isFirst = false
            cell.appendMember(column.member, column.kind, to: &out)
        }
        out.append("}\n")
    }

    /// The members that attributes of the row must not repeat, whether or not this format shows them.
    private func otherMembers(than position: Int) -> [String] {
        (description.command == nil ? [] : ["command"])
            + description.columns.indices.filter { $0 != position }.map { "\(description.columns[$0].member)" }
    }
}

extension Cell {
    /// The cell as people read it.
    fileprivate func styled(_ column: Column) -> StyledText { StyledText(human ?? text(column), role) }

    private func text(_ column: Column) -> String {
        switch value {
        case .text(let text): column.kind == .word ? text : EscapedText.string(Array(text.utf8))
        case .bytes(let bytes): EscapedText.string(bytes, keepsBackslashes: column.kind == .line)
        case .digits(let digits): EscapedText.string(digits)
        case .number(let number): Self.text(number, column.kind)
        case .signed(let number):
            switch column.kind {
            case .time: ServerTime.string(unixTime: number)
            default: UInt64(exactly: number).map { Self.text($0, column.kind) } ?? "\(number)"
            }
        case .instant(let seconds, let microseconds):
            ServerTime.string(unixTime: seconds, microseconds: microseconds)
        case .fraction(let share): HumanUnits.percentage(share, of: 1) ?? "-"
        case .flag(let flag): flag ? "yes" : "no"
        case .list(let words): words.map { EscapedText.string(Array($0.utf8)) }.joined(separator: ", ")
        case .attributes(let attributes):
            attributes.map { "\($0.name)=\(EscapedText.string($0.value))" }.joined(separator: " ")
        case .missing, .null: "\(column.absent)"
        }
    }

    private static func text(_ number: UInt64, _ kind: Column.Kind) -> String {
        switch kind {
        case .count: HumanUnits.count(number)
        case .bytes: HumanUnits.bytes(number)
        case .duration: HumanUnits.duration(microseconds: number)
        case .time: ServerTime.string(unixTime: Int64(clamping: number))
        default: "\(number)"
        }
    }

    /// The cell as a field of CSV, TSV or plain, before it is quoted or escaped.
    fileprivate var field: [UInt8] {
        switch value {
        case .text(let text): Array(text.utf8)
        case .bytes(let bytes), .digits(let bytes): bytes
        case .number(let number): Array(String(number).utf8)
        case .signed(let number): Array(String(number).utf8)
        case .instant(let seconds, let microseconds): Self.decimal(seconds, microseconds)
        case .fraction(let share): Array(String(share).utf8)
        case .flag(let flag): Array((flag ? "true" : "false").utf8)
        case .list(let words): Array(words.joined(separator: " ").utf8)
        case .attributes(let attributes):
            Array(attributes.map { Array("\($0.name)=".utf8) + $0.value }.joined(separator: [UInt8(ascii: " ")]))
        case .missing, .null: []
        }
    }

    private static func decimal(_ seconds: Int64, _ microseconds: UInt64) -> [UInt8] {
        Array("\(seconds).\(ServerTime.fraction(microseconds))".utf8)
    }

    /// The cell as a JSON member with its name, which is `name_b64` for bytes that are not UTF-8.
    fileprivate func appendMember(_ name: StaticString, _ kind: Column.Kind, to out: inout [UInt8]) {
        if case .bytes(let bytes) = value { return JSONText.append(name, bytes: bytes.span, to: &out) }
        out.append("\"")
        out.append(name)
        out.append("\":")
        switch value {
        case .bytes, .attributes: break
        case .text(let text): JSONText.append(string: text, to: &out)
        case .digits(let digits): JSONText.append(numberOrString: digits, to: &out)
        case .number(let number):
            if kind == .duration {
                JSONText.append(seconds: number, to: &out)
            } else {
                ASCIINumber.append(number, to: &out)
            }
        case .signed(let number): ASCIINumber.append(number, to: &out)
        case .instant(let seconds, let microseconds): out += Self.decimal(seconds, microseconds)
        case .fraction(let share): out.append(contentsOf: (share.isFinite ? "\(share)" : "null").utf8)
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
