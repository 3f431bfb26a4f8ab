import MemcacheCore

/// For pipes: the exact bytes of one value, `key TAB escaped value` for several, the protocol's own words.
struct PlainRenderer: AnswerRenderer {
    func status(_ word: StaticString, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        if key.isEmpty, context.namesServer { appendField(Array(context.server.utf8).span, to: &out) }
        if context.isMany { appendField(key, to: &out) }
        out.append(word)
        out.append("\n")
    }

    func number(_ number: UInt64, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        ASCIINumber.append(number, to: &out)
        out.append("\n")
    }

    func item(
        _ item: AnsweredItem, key: Span<UInt8>, value: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]
    ) {
        if let end = endOfValue(item, context) {
            out.append(value)
            out.append(end)
        } else {
            appendField(key, to: &out)
            if let cas = item.cas {
                ASCIINumber.append(cas, to: &out)
                out.append("\t")
            }
            EscapedText.append(value, to: &out, quote: UInt8(ascii: "\""), keepsLookAlikes: true)
            out.append("\n")
        }
    }

    func endOfValue(_ item: AnsweredItem, _ context: AnswerContext) -> StaticString? {
        guard !context.isMany, item.cas == nil else { return nil }
        return context.endsValues ? "\n" : ""
    }

    func miss(key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {}

    func existence(_ exists: Bool, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        if context.isMany { appendField(key, to: &out) }
        out.append(exists ? "yes\n" : "no\n")
    }

    func timeToLive(_ seconds: Int64?, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        if context.isMany { appendField(key, to: &out) }
        ASCIINumber.append(seconds ?? -1, to: &out)
        out.append("\n")
    }

    func meta(
        _ status: MetaReply.Status, flags: Span<UInt8>, value: Span<UInt8>, key: Span<UInt8>, _ context: AnswerContext,
        to out: inout [UInt8]
    ) {
        out.append(status.word)
        if status == .value {
            out.append(" ")
            ASCIINumber.append(UInt64(value.count), to: &out)
        }
        if !flags.isEmpty {
            out.append(" ")
            EscapedText.append(flags, to: &out, quote: UInt8(ascii: "\""), keepsLookAlikes: true)
        }
        out.append("\n")
        if status == .value {
            out.append(value)
            out.append("\n")
        }
    }

    func text(_ text: Span<UInt8>, named name: StaticString, _ context: AnswerContext, to out: inout [UInt8]) {
        if context.namesServer { appendField(Array(context.server.utf8).span, to: &out) }
        EscapedText.append(text, to: &out, quote: UInt8(ascii: "\""), keepsLookAlikes: true)
        out.append("\n")
    }

    func statistics(_ reply: Reply, _ request: StatisticsRequest, _ context: AnswerContext, to out: inout [UInt8]) {
        for row in StatisticsRows.rows(of: reply) {
            if context.namesServer { appendField(Array(context.server.utf8).span, to: &out) }
            for (index, field) in row.enumerated() {
                if index > 0 { out.append("\t") }
                EscapedText.append(field.span, to: &out, quote: UInt8(ascii: "\""), keepsLookAlikes: true)
            }
            out.append("\n")
        }
    }

    private func appendField(_ bytes: Span<UInt8>, to out: inout [UInt8]) {
        EscapedText.append(bytes, to: &out, quote: UInt8(ascii: "\""), keepsLookAlikes: true)
        out.append("\t")
    }
}

/// The answers to `stats` commands as rows of fields.
enum StatisticsRows {
    static func header(of reply: Reply) -> [StaticString] {
        switch reply {
        case .cachedKeys: ["key", "bytes", "expires"]
        case .prefixes: ["prefix", "get", "hit", "set", "del"]
        case .reset, .ok: ["status"]
        default: ["name", "value"]
        }
    }

    static func rows(of reply: Reply) -> [[[UInt8]]] {
        func number(_ number: some BinaryInteger) -> [UInt8] { Array(String(number).utf8) }
        switch reply {
        case .statistics(let statistics): return statistics.map { [$0.name, $0.value] }
        case .cachedKeys(let keys):
            return keys.map { [$0.key, number($0.valueBytes), number($0.expirationTime ?? 0)] }
        case .prefixes(let prefixes):
            return prefixes.map { [$0.prefix, number($0.gets), number($0.hits), number($0.sets), number($0.deletes)] }
        case .reset: return [[Array("RESET".utf8)]]
        case .ok: return [[Array("OK".utf8)]]
        default: return []
        }
    }
}
