import MemcacheCore

/// CSV and TSV: a header, then rows. A header is written again when the columns change.
struct DelimitedRenderer: AnswerRenderer {
    private let style: DelimitedText.Style
    /// Whether the headers are written elsewhere, by a caller that merges the rows of several renderers.
    private let leavesHeader: Bool
    private(set) var table: DelimitedTable?

    init(style: DelimitedText.Style, leavesHeader: Bool = false) {
        self.style = style
        self.leavesHeader = leavesHeader
    }

    mutating func status(_ word: StaticString, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        begin(.statuses, context, to: &out)
        field(context.name, to: &out)
        separator(to: &out)
        field(key, to: &out)
        separator(to: &out)
        field(word, to: &out)
        end(context, to: &out)
    }

    mutating func number(_ number: UInt64, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        begin(.counters, context, to: &out)
        field(key, to: &out)
        separator(to: &out)
        ASCIINumber.append(number, to: &out)
        end(context, to: &out)
    }

    mutating func item(
        _ item: AnsweredItem, key: Span<UInt8>, value: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]
    ) {
        beginItem(key: key, isFound: true, context, to: &out)
        field(value, to: &out)
        separator(to: &out)
        ASCIINumber.append(UInt64(item.flags), to: &out)
        separator(to: &out)
        ASCIINumber.append(UInt64(item.size ?? value.count), to: &out)
        separator(to: &out)
        if let cas = item.cas { ASCIINumber.append(cas, to: &out) }
        separator(to: &out)
        if let seconds = item.timeToLive { ASCIINumber.append(seconds, to: &out) }
        end(context, to: &out)
    }

    mutating func miss(key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        guard String(describing: context.name) != "ttl" else { return lifetime("", key: key, context, to: &out) }
        beginItem(key: key, isFound: false, context, to: &out)
        for _ in 0..<4 { separator(to: &out) }
        end(context, to: &out)
    }

    mutating func existence(_ exists: Bool, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        begin(.existence, context, to: &out)
        field(key, to: &out)
        separator(to: &out)
        out.append(exists ? "true" : "false")
        end(context, to: &out)
    }

    mutating func timeToLive(_ seconds: Int64?, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        lifetime(String(seconds ?? -1), key: key, context, to: &out)
    }

    /// A row of `ttl`: an empty second column is a miss.
    private mutating func lifetime(
        _ text: String, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]
    ) {
        begin(.lifetimes, context, to: &out)
        field(key, to: &out)
        separator(to: &out)
        out.append(contentsOf: text.utf8)
        end(context, to: &out)
    }

    mutating func meta(
        _ status: MetaReply.Status, flags: Span<UInt8>, value: Span<UInt8>, key: Span<UInt8>, _ context: AnswerContext,
        to out: inout [UInt8]
    ) {
        begin(.meta, context, to: &out)
        field(context.name, to: &out)
        separator(to: &out)
        field(key, to: &out)
        separator(to: &out)
        field(status.word, to: &out)
        separator(to: &out)
        field(flags, to: &out)
        separator(to: &out)
        field(value, to: &out)
        end(context, to: &out)
    }

    mutating func text(_ text: Span<UInt8>, named name: StaticString, _ context: AnswerContext, to out: inout [UInt8]) {
        begin(.text, context, to: &out)
        field(Array(context.server.utf8).span, to: &out)
        separator(to: &out)
        field(context.name, to: &out)
        separator(to: &out)
        field(text, to: &out)
        end(to: &out)
    }

    mutating func statistics(
        _ reply: Reply, _ request: StatisticsRequest, _ context: AnswerContext, to out: inout [UInt8]
    ) {
        begin(.statistics(StatisticsRows.header(of: reply).map { String(describing: $0) }), context, to: &out)
        for row in StatisticsRows.rows(of: reply) {
            field(Array(context.server.utf8).span, to: &out)
            for value in row {
                separator(to: &out)
                field(value.span, to: &out)
            }
            end(to: &out)
        }
    }

    private mutating func beginItem(
        key: Span<UInt8>, isFound: Bool, _ context: AnswerContext, to out: inout [UInt8]
    ) {
        begin(.items, context, to: &out)
        field(key, to: &out)
        separator(to: &out)
        out.append(isFound ? "true" : "false")
        separator(to: &out)
    }

    private mutating func begin(_ columns: DelimitedTable.Columns, _ context: AnswerContext, to out: inout [UInt8]) {
        guard table?.columns != columns || table?.namesServer != context.namesServer else { return }
        let table = DelimitedTable(style: style, columns: columns, namesServer: context.namesServer)
        self.table = table
        if !leavesHeader { table.appendHeader(to: &out) }
    }

    /// Ends a row about a key, with the server if there are several.
    private func end(_ context: AnswerContext, to out: inout [UInt8]) {
        if context.namesServer {
            separator(to: &out)
            field(Array(context.server.utf8).span, to: &out)
        }
        end(to: &out)
    }

    private func separator(to out: inout [UInt8]) {
        out.append(style == .csv ? UInt8(ascii: ",") : UInt8(ascii: "\t"))
    }

    private func end(to out: inout [UInt8]) {
        out.append("\n")
    }

    private func field(_ word: StaticString, to out: inout [UInt8]) {
        out.append(word)
    }

    private func field(_ bytes: Span<UInt8>, to out: inout [UInt8]) {
        DelimitedText.append(field: bytes, style, to: &out)
    }
}
