import MemcacheCore

/// For programs: one object a line.
struct JSONRenderer: AnswerRenderer {
    var conventions = ValueConventions.standard

    func status(_ word: StaticString, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        beginCommand(key: key, context, to: &out)
        out.append(",\"status\":\"")
        out.append(word)
        out.append("\"")
        end(context, to: &out)
    }

    func number(_ number: UInt64, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        out.append("{")
        JSONText.append("key", bytes: key, to: &out)
        out.append(",\"value\":")
        ASCIINumber.append(number, to: &out)
        end(context, to: &out)
    }

    func item(
        _ item: AnsweredItem, key: Span<UInt8>, value: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]
    ) {
        out.append("{")
        JSONText.append("key", bytes: key, to: &out)
        out.append(",\"found\":true,")
        JSONText.append("value", bytes: value, to: &out)
        out.append(",\"flags\":")
        ASCIINumber.append(UInt64(item.flags), to: &out)
        out.append(",\"size\":")
        ASCIINumber.append(UInt64(value.count), to: &out)
        if let cas = item.cas {
            out.append(",\"cas\":")
            ASCIINumber.append(cas, to: &out)
        }
        if let seconds = item.timeToLive {
            out.append(",\"ttl\":")
            appendSeconds(seconds < 0 ? nil : seconds, to: &out)
        }
        if item.flags != 0 {
            DecodedMembers.append(value.copy(0..<value.count), flags: item.flags, conventions, to: &out)
        }
        end(context, to: &out)
    }

    func miss(key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        out.append("{")
        JSONText.append("key", bytes: key, to: &out)
        out.append(",\"found\":false")
        end(context, to: &out)
    }

    func existence(_ exists: Bool, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        out.append("{")
        JSONText.append("key", bytes: key, to: &out)
        out.append(exists ? ",\"found\":true" : ",\"found\":false")
        end(context, to: &out)
    }

    func timeToLive(_ seconds: Int64?, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        out.append("{")
        JSONText.append("key", bytes: key, to: &out)
        out.append(",\"found\":true,\"ttl\":")
        appendSeconds(seconds, to: &out)
        end(context, to: &out)
    }

    func meta(
        _ status: MetaReply.Status, flags: Span<UInt8>, value: Span<UInt8>, key: Span<UInt8>, _ context: AnswerContext,
        to out: inout [UInt8]
    ) {
        beginCommand(key: key, context, to: &out)
        out.append(",\"status\":\"")
        out.append(status.word)
        out.append("\"")
        if status == .value {
            out.append(",")
            JSONText.append("value", bytes: value, to: &out)
            out.append(",\"size\":")
            ASCIINumber.append(UInt64(value.count), to: &out)
        }
        out.append(",\"flags\":{")
        appendFlags(MetaReturnFlag.parse(flags, 0..<flags.count), to: &out)
        out.append("}")
        end(context, to: &out)
    }

    /// Appends a member for each letter: true, the number or the text. Keys and opaque tokens are text. A letter that
    /// appears again, as in a key that a server prints raw, goes into a list.
    private func appendFlags(_ flags: [MetaReturnFlag], to out: inout [UInt8]) {
        var letters: Set<UInt8> = []
        var others: [MetaReturnFlag] = []
        for flag in flags {
            guard flag.letter < 0x80, letters.insert(flag.letter).inserted else {
                others.append(flag)
                continue
            }
            if letters.count > 1 { out.append(",") }
            let isText = flag.letter == UInt8(ascii: "k") || flag.letter == UInt8(ascii: "O")
            if isText, !flag.argument.isEmpty, JSONText.isUTF8(flag.argument.span) {
                JSONText.append(string: [flag.letter].span, to: &out)
                out.append(":")
                JSONText.append(string: flag.argument.span, to: &out)
            } else if flag.argument.isEmpty {
                JSONText.append(string: [flag.letter].span, to: &out)
                out.append(":true")
            } else {
                JSONText.append(name: [flag.letter], numberOrText: flag.argument, to: &out)
            }
        }
        guard !others.isEmpty else { return }
        out.append(letters.isEmpty ? "\"others\":[" : ",\"others\":[")
        for (index, flag) in others.enumerated() {
            out.append(index > 0 ? ",{" : "{")
            JSONText.append("flag", bytes: ([flag.letter] + flag.argument).span, to: &out)
            out.append("}")
        }
        out.append("]")
    }

    func text(_ text: Span<UInt8>, named name: StaticString, _ context: AnswerContext, to out: inout [UInt8]) {
        let noKey: [UInt8] = []
        beginCommand(key: noKey.span, context, to: &out)
        out.append(",")
        JSONText.append(name, bytes: text, to: &out)
        out.append(",\"server\":")
        JSONText.append(string: context.server, to: &out)
        out.append("}\n")
    }

    func statistics(_ reply: Reply, _ request: StatisticsRequest, _ context: AnswerContext, to out: inout [UInt8]) {
        out.append("{\"server\":")
        JSONText.append(string: context.server, to: &out)
        switch reply {
        case .statistics(let statistics):
            out.append(",\"stats\":{")
            JSONText.append(members: statistics.map { ($0.name, $0.value) }, list: "others", to: &out)
            out.append("}}\n")
        case .reset: out.append(",\"command\":\"stats\",\"status\":\"RESET\"}\n")
        case .ok: out.append(",\"command\":\"stats\",\"status\":\"OK\"}\n")
        default:
            out.append(",\"rows\":[")
            let names = StatisticsRows.header(of: reply)
            for (index, row) in StatisticsRows.rows(of: reply).enumerated() {
                if index > 0 { out.append(",") }
                out.append("{")
                for (column, field) in row.enumerated() {
                    if column > 0 { out.append(",") }
                    if column == 0 {
                        JSONText.append(names[column], bytes: field.span, to: &out)
                    } else {
                        let name = Array(String(describing: names[column]).utf8)
                        JSONText.append(name: name, numberOrText: field, to: &out)
                    }
                }
                out.append("}")
            }
            out.append("]}\n")
        }
    }

    private func beginCommand(key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8]) {
        out.append("{\"command\":\"")
        out.append(context.name)
        out.append("\"")
        if !key.isEmpty {
            out.append(",")
            JSONText.append("key", bytes: key, to: &out)
        }
    }

    /// Ends an object, with the server if there are several.
    private func end(_ context: AnswerContext, to out: inout [UInt8]) {
        if context.namesServer {
            out.append(",\"server\":")
            JSONText.append(string: context.server, to: &out)
        }
        out.append("}\n")
    }

    private func appendSeconds(_ seconds: Int64?, to out: inout [UInt8]) {
        if let seconds {
            ASCIINumber.append(seconds, to: &out)
        } else {
            out.append("null")
        }
    }
}
