import MemcacheCore

/// The server's bytes and nothing else: values as they are, statistics as their lines, no statuses.
struct RawRenderer: AnswerRenderer {
    func status(_ word: StaticString, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {}

    func number(_ number: UInt64, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        ASCIINumber.append(number, to: &out)
    }

    func item(
        _ item: AnsweredItem, key: Span<UInt8>, value: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]
    ) {
        out.append(value)
    }

    func endOfValue(_ item: AnsweredItem, _ context: AnswerContext) -> StaticString? { "" }

    func miss(key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {}

    func existence(_ exists: Bool, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {}

    func timeToLive(_ seconds: Int64?, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        ASCIINumber.append(seconds ?? -1, to: &out)
    }

    func meta(
        _ status: MetaReply.Status, flags: Span<UInt8>, value: Span<UInt8>, key: Span<UInt8>, _ context: AnswerContext,
        to out: inout [UInt8]
    ) {
        if status == .value { out.append(value) }
    }

    func text(_ text: Span<UInt8>, named name: StaticString, _ context: AnswerContext, to out: inout [UInt8]) {
        out.append(text)
    }

    func statistics(_ reply: Reply, _ request: StatisticsRequest, _ context: AnswerContext, to out: inout [UInt8]) {
        switch reply {
        case .statistics(let statistics):
            for statistic in statistics {
                out.append("STAT ")
                out.append(statistic.name.span)
                out.append(" ")
                out.append(statistic.value.span)
                out.append("\r\n")
            }
        case .cachedKeys(let keys):
            for key in keys {
                out.append("ITEM ")
                out.append(key.key.span)
                out.append(contentsOf: Array(" [\(key.valueBytes) b; \(key.expirationTime ?? 0) s]\r\n".utf8))
            }
        case .prefixes(let prefixes):
            for prefix in prefixes {
                out.append("PREFIX ")
                out.append(prefix.prefix.span)
                let counts = "get \(prefix.gets) hit \(prefix.hits) set \(prefix.sets) del \(prefix.deletes)"
                out.append(contentsOf: Array(" \(counts)\r\n".utf8))
            }
        case .reset:
            out.append("RESET\r\n")
            return
        case .ok:
            out.append("OK\r\n")
            return
        default: break
        }
        out.append("END\r\n")
    }
}
