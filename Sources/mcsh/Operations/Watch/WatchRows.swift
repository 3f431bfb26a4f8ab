import MemcacheCore

/// The lines of `watch` as rows.
struct WatchRows {
    let format: OutputFormat
    let style: TextStyle
    /// Whether each row names its server.
    let namesServer: Bool
    /// The lines for people.
    private var log: WatchLog
    private var hasHeader = false

    init(format: OutputFormat, style: TextStyle, namesServer: Bool = false, log: WatchLog? = nil) {
        self.format = format
        self.style = style
        self.namesServer = namesServer
        self.log = log ?? WatchLog([.fetchers], style: style, width: 80)
    }

    /// Lays out lines for people for another width from here on.
    mutating func resize(to width: Int) { log = log.resized(to: width) }

    mutating func rendered(_ line: WatchLine, from server: String) -> [UInt8] {
        if format == .human { return rendered(human: line, from: server) }
        var out: [UInt8] = []
        if !hasHeader, let table = DelimitedText.Style(format) {
            hasHeader = true
            let names = ["time", "gid", "type", "attributes"] + (namesServer ? ["server"] : [])
            DelimitedText.append(row: names, table, to: &out)
        }
        let server = namesServer ? server : nil
        switch line {
        case .event(let event): append(event, from: server, to: &out)
        case .skipped(let count): append(lost: count, by: "server", from: server, to: &out)
        case .lost(let count): append(lost: count, by: "mcsh", from: server, to: &out)
        }
        return out
    }

    private mutating func rendered(human line: WatchLine, from server: String) -> [UInt8] {
        let lines =
            switch line {
            case .event(let event): log.lines(for: event, from: server)
            case .skipped(let count): [log.line(lost: count, by: "the server", from: server)]
            case .lost(let count): [log.line(lost: count, by: "mcsh", from: server)]
            }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private func append(_ event: WatchEvent, from server: String?, to out: inout [UInt8]) {
        switch format {
        case .json:
            out.append(contentsOf: Array("{\"time\":\(seconds(event)),\"gid\":\(event.id),\"type\":".utf8))
            JSONText.append(string: event.type, to: &out)
            JSONText.append(
                members: event.attributes.map { (Array($0.name.utf8), $0.value) },
                taken: ["time", "gid", "type", "server"], list: "others", to: &out)
            if let server {
                out.append(",\"server\":")
                JSONText.append(string: server, to: &out)
            }
            out.append("}\n")
        case .csv, .tsv:
            let attributes = event.attributes.map { Array("\($0.name)=".utf8) + $0.value }
            appendRow(seconds(event), "\(event.id)", event.type, attributes, server, to: &out)
        case .plain, .raw, .human:
            let time = ServerTime.string(unixTime: event.seconds).dropLast() + ".\(fraction(event))"
            var words = event.attributes.map { "\($0.name)=\(EscapedText.string($0.value, quote: UInt8(ascii: "\"")))" }
            if let server { words.append("server=\(EscapedText.string(Array(server.utf8)))") }
            out.append(contentsOf: Array((["\(time)Z", event.type] + words).joined(separator: "\t").utf8))
            out.append("\n")
        }
    }

    private func append(lost count: UInt64, by whom: String, from server: String?, to out: inout [UInt8]) {
        switch format {
        case .json:
            out.append(contentsOf: Array("{\"lost\":\(count)".utf8))
            if let server {
                out.append(",\"server\":")
                JSONText.append(string: server, to: &out)
            }
            out.append("}\n")
        case .csv, .tsv:
            appendRow("", "", "lost", [Array("count=\(count)".utf8), Array("by=\(whom)".utf8)], server, to: &out)
        case .plain, .raw, .human:
            let name = server.map { "\tserver=\(EscapedText.string(Array($0.utf8)))" } ?? ""
            out.append(contentsOf: Array("\tlost\tcount=\(count)\tby=\(whom)\(name)\n".utf8))
        }
    }

    private func appendRow(
        _ time: String, _ id: String, _ type: String, _ words: [[UInt8]], _ server: String?, to out: inout [UInt8]
    ) {
        guard let table = DelimitedText.Style(format) else { return }
        let head = [time, id, type].map { Array($0.utf8) }
        let tail = server.map { [Array($0.utf8)] } ?? []
        let attributes = Array(words.joined(separator: [UInt8(ascii: " ")]))
        DelimitedText.append(row: head + [attributes] + tail, table, to: &out)
    }

    /// Unix time, with microseconds.
    private func seconds(_ event: WatchEvent) -> String { "\(event.seconds).\(fraction(event))" }

    private func fraction(_ event: WatchEvent) -> String {
        let digits = String(event.microseconds)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }
}
