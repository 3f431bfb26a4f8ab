import MemcacheCore

/// For people at a terminal: values in readable form, a line about them, short sentences. Every byte from a server that
/// a terminal could interpret as a command is escaped.
struct HumanRenderer: AnswerRenderer {
    let style: TextStyle
    let width: Int
    var conventions = ValueConventions.standard
    /// The statistics of the previous run, while a command is repeated.
    var comparison = StatisticsComparison()

    func status(_ word: StaticString, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        let prefix = context.isMany && !key.isEmpty ? shown(key) + ": " : ""
        guard String(describing: word) != "NOT_FOUND" else {
            return line(prefix + notFound(context) + hint(about: key, context), to: &out)
        }
        let (sentence, role) = HumanRenderer.sentence(for: String(describing: word), after: context)
        line(prefix + style(sentence, role) + place(context), to: &out)
    }

    func number(_ number: UInt64, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        line("\(number)" + place(context), to: &out)
    }

    func item(
        _ item: AnsweredItem, key: Span<UInt8>, value: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]
    ) {
        if context.isMany { line(style(shown(key), .heading), to: &out) }
        let view = ValueView(value.copy(0..<value.count), flags: item.flags, by: conventions, width: width)
        for text in view.lines { line(text, to: &out) }
        var facts = view.facts
        if let cas = item.cas { facts.append("cas \(cas)") }
        if let seconds = item.timeToLive {
            facts.append(seconds < 0 ? "never expires" : "expires in \(HumanUnits.duration(seconds: UInt64(seconds)))")
        }
        if context.namesServer { facts.append("on \(EscapedText.string(Array(context.server.utf8)))") }
        if let fault = view.fault { facts.append(fault) }
        if context.isOver { facts.append("its new lifetime is past: the item is already gone") }
        line(style(facts.joined(separator: ", "), .dim), to: &out)
    }

    func miss(key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        if context.isMany { line(style(shown(key), .heading), to: &out) }
        line(notFound(context) + hint(about: key, context), to: &out)
    }

    func existence(_ exists: Bool, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        let prefix = context.isMany ? shown(key) + ": " : ""
        line(prefix + (exists ? style("exists", .good) + place(context) : notFound(context)), to: &out)
    }

    func timeToLive(_ seconds: Int64?, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        let prefix = context.isMany ? shown(key) + ": " : ""
        guard let seconds, seconds >= 0 else {
            return line(prefix + "never expires" + place(context), to: &out)
        }
        let end = ServerTime.string(secondsFromNow: seconds)
        let left = seconds < 60 ? "" : " (\(HumanUnits.duration(seconds: UInt64(seconds))))"
        line(prefix + "\(seconds) s\(left)" + style(", ends at \(end)", .dim) + place(context), to: &out)
    }

    func meta(
        _ status: MetaReply.Status, flags: Span<UInt8>, value: Span<UInt8>, key: Span<UInt8>, _ context: AnswerContext,
        to out: inout [UInt8]
    ) {
        var ending = ""
        if status == .value {
            let view = ValueView(value.copy(0..<value.count), width: width)
            for text in view.lines { line(text, to: &out) }
            ending = view.ending.map { ", \($0)" } ?? ""
        }
        let (sentence, role): (String, TextStyle.Role) =
            switch status {
            case .done where context.isOver: ("done, but that time is past: the item is already gone", .warning)
            case .done: ("done", .good)
            case .value:
                ("\(HumanUnits.count(UInt64(value.count))) \(value.count == 1 ? "byte" : "bytes")\(ending)", .good)
            case .miss, .notFound: ("(not found)", .warning)
            case .notStored: ("not stored", .warning)
            case .exists: ("not stored: the item has another CAS token", .warning)
            }
        line(style("\(status.word): \(sentence)", role) + place(context), to: &out)
        for flag in MetaReturnFlag.parse(flags, 0..<flags.count) {
            let meaning = MetaMeanings.returned(flag)
            line("  " + EscapedText.string([flag.letter] + flag.argument) + style("  \(meaning)", .dim), to: &out)
        }
    }

    func text(_ text: Span<UInt8>, named name: StaticString, _ context: AnswerContext, to out: inout [UInt8]) {
        let name = String(describing: name)
        line((name == "version" ? "memcached " : "") + shown(text) + place(context), to: &out)
    }

    func statistics(_ reply: Reply, _ request: StatisticsRequest, _ context: AnswerContext, to out: inout [UInt8]) {
        if context.namesServer { line(style(EscapedText.string(Array(context.server.utf8)), .heading), to: &out) }
        switch reply {
        case .statistics(let statistics):
            let changes = comparison.changes(of: statistics, request, from: context.server)
            let lines = StatisticsView.lines(
                for: request, statistics, rates: changes.rates, interval: changes.interval,
                room: context.connectionRoom, width: width, style: style
            ) { EscapedText.string($0) }
            if lines.isEmpty { line(style("(nothing to show)", .dim), to: &out) }
            for text in lines { line(text, to: &out) }
        case .reset: line("counters were reset", to: &out)
        case .ok: line("done", to: &out)
        default:
            let names = StatisticsRows.header(of: reply).map { String(describing: $0) }
            let rows = StatisticsRows.rows(of: reply).map { $0.map { EscapedText.string($0) } }
            let widths = names.indices.map { column in
                ([names[column]] + rows.map { $0[column] }).map(\.displayWidth).max() ?? 0
            }
            for (index, row) in ([names] + rows).enumerated() {
                let cells = zip(row, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.displayWidth)) }
                line(style(cells.joined(separator: "  "), index == 0 ? .heading : .plain), to: &out)
            }
        }
    }

    /// A sentence that says that there is no such key and, with several servers, where.
    private func notFound(_ context: AnswerContext) -> String {
        context.namesServer
            ? style("not found on \(EscapedText.string(Array(context.server.utf8)))", .warning)
            : style("(not found)", .warning)
    }

    /// What to do about a missing key, if the command shows what was meant.
    private func hint(about key: Span<UInt8>, _ context: AnswerContext) -> String {
        let bytes = key.copy(0..<key.count)
        let spelled = Word.shown(WordSpelling.spell(bytes))
        switch String(describing: context.name) {
        case "incr", "decr": return style("; add \(spelled) 0 creates it", .dim)
        case "get", "gets", "delete", "mg":
            guard bytes.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }) else { return "" }
            let isDeletion = String(describing: context.name) == "delete"
            return style(
                "; \(isDeletion ? "delete --match" : "keys") '\(Word.shown(bytes))' takes it as a pattern", .dim)
        default: return ""
        }
    }

    /// The server, if there are several.
    private func place(_ context: AnswerContext) -> String {
        context.namesServer ? style(" (\(EscapedText.string(Array(context.server.utf8))))", .dim) : ""
    }

    /// The sentence that a status word is shown as.
    private static func sentence(for word: String, after context: AnswerContext) -> (String, TextStyle.Role) {
        switch word {
        case "STORED" where context.isOver:
            ("stored, but that time is past: the item is already gone", .warning)
        case "STORED": ("stored", .good)
        case "NOT_STORED":
            switch String(describing: context.name) {
            case "add": ("not stored: the key exists already", .warning)
            case "replace": ("not stored: there is no such key", .warning)
            default: ("not stored: there is no such key, or it would grow over the item size limit", .warning)
            }
        case "EXISTS": ("not stored: the item has changed since its CAS token was read", .warning)
        case "DELETED": ("deleted", .good)
        case "TOUCHED" where context.isOver:
            ("new lifetime set, but that time is past: the item is already gone", .warning)
        case "TOUCHED": ("new lifetime set", .good)
        case "OK": ("done", .good)
        default: (word, .plain)
        }
    }

    private func shown(_ bytes: Span<UInt8>) -> String {
        EscapedText.string(bytes.copy(0..<bytes.count))
    }

    private func line(_ text: String, to out: inout [UInt8]) {
        out.append(contentsOf: Array(text.utf8))
        out.append("\n")
    }
}
