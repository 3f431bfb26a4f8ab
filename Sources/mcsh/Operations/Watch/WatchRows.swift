import MemcacheCore

/// The lines of `watch` as rows.
struct WatchRows {
    /// The lines for people; nil for programs.
    private var log: WatchLog?
    private var events: RowWriter
    /// Reports of lost lines in JSON, whose objects have other members than those of events.
    private var losses: RowWriter?
    private let isPlain: Bool
    private let namesServer: Bool

    /// Prepares rows. Raw rows are plain ones.
    ///
    /// - Parameters:
    ///   - namesServer: Whether each row names its server.
    ///   - log: The layout of lines for people.
    init(format: OutputFormat, style: TextStyle, namesServer: Bool = false, log: WatchLog? = nil) {
        self.log = format == .human ? log ?? WatchLog([.fetchers], style: style, width: 80) : nil
        self.namesServer = namesServer
        isPlain = format == .plain || format == .raw
        // A member "server" is that of the server, whether or not it is shown.
        let server = Column("server", in: namesServer ? [.json, .table] : [])
        events = RowWriter(
            RowDescription([
                Column("time", .instant), Column("gid", .number, in: [.json, .table]), Column("type", .word),
                Column("attributes", .attributes), server,
            ]), isPlain ? .plain : format)
        if format == .json { losses = RowWriter(RowDescription([Column("lost", .count), server]), format) }
    }

    /// Lays out lines for people for another width from here on.
    mutating func resize(to width: Int) { log = log?.resized(to: width) }

    mutating func rendered(_ line: WatchLine, from server: String) -> [UInt8] {
        if log != nil { return rendered(human: line, from: server) }
        var out: [UInt8] = []
        switch line {
        case .event(let event):
            append(
                [
                    Cell(.instant(seconds: event.seconds, microseconds: UInt64(clamping: event.microseconds))),
                    .number(event.id), .text(event.type),
                ], event.attributes.map { Cell.Attribute(name: $0.name, value: $0.value) }, from: server, to: &out)
        case .skipped(let count): append(lost: count, by: "server", from: server, to: &out)
        case .lost(let count): append(lost: count, by: "mcsh", from: server, to: &out)
        }
        return out
    }

    private mutating func rendered(human line: WatchLine, from server: String) -> [UInt8] {
        let lines =
            switch line {
            case .event(let event): log?.lines(for: event, from: server) ?? []
            case .skipped(let count): log.map { [$0.line(lost: count, by: "the server", from: server)] } ?? []
            case .lost(let count): log.map { [$0.line(lost: count, by: "mcsh", from: server)] } ?? []
            }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private mutating func append(lost count: UInt64, by whom: String, from server: String, to out: inout [UInt8]) {
        if losses != nil {
            losses?.append([.number(count), .text(server)], to: &out)
        } else {
            append(
                [.missing, .missing, .text("lost")],
                [Cell.Attribute("count", "\(count)"), Cell.Attribute("by", whom)], from: server, to: &out)
        }
    }

    /// Appends a row. The plain format has the server among the attributes.
    private mutating func append(
        _ cells: [Cell], _ attributes: [Cell.Attribute], from server: String, to out: inout [UInt8]
    ) {
        let all = attributes + (isPlain && namesServer ? [Cell.Attribute("server", server)] : [])
        events.append(cells + [Cell(.attributes(all)), .text(server)], to: &out)
    }
}

extension Cell.Attribute {
    fileprivate init(_ name: String, _ value: String) {
        self.init(name: name, value: Array(value.utf8))
    }
}
