import MemcacheCore

extension CommandSpec {
    /// Checks what can be checked for all commands alike, before one is planned.
    func check(_ arguments: borrowing Arguments, _ bytes: Span<UInt8>) throws(Diagnostic) {
        if valuePosition != nil, group == .write { try StorageSpecs.refuseWireForm(name, arguments, bytes) }
        guard arguments.inputValue == nil || takesInputValue else {
            throw Diagnostic(
                "\(name) takes no value from a file or from standard input", at: arguments.name,
                suggestion: "write \(form)")
        }
        if arguments.given != 0, let fault = exclusion(ofWordsIn: arguments) { throw fault }
        try checkCount(arguments, bytes, hasInputValue: arguments.inputValue != nil)
    }

    private func checkCount(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, hasInputValue: Bool
    ) throws(Diagnostic) {
        let elsewhere = hasInputValue && valuePosition != nil ? 1 : 0
        if arguments.words.count + elsewhere < minimumWords {
            let needed = parameters.filter { !$0.isOptional && ($0.kind != .value || elsewhere == 0) }
            throw Diagnostic(
                "missing \(needed[arguments.words.count].name): \(form)", at: arguments.end..<arguments.end)
        }
        guard arguments.words.count > maximumWords - elsewhere else { return }
        let extra = arguments.words[maximumWords - elsewhere]
        throw unexpected(extra, arguments, bytes)
    }

    /// The error for an extra word. After a value it is probably more of the value, or an option of another program.
    private func unexpected(_ extra: Word, _ arguments: borrowing Arguments, _ bytes: Span<UInt8>) -> Diagnostic {
        guard let position = valuePosition, arguments.inputValue == nil, position + 1 < arguments.words.count else {
            return Diagnostic("unexpected word", at: extra, suggestion: "write \(form)")
        }
        let key = Word.shown(bytes, arguments.words[0].range)
        let value = arguments.words[position]
        let next = arguments.words[position + 1]
        let option = String(decoding: bytes.copy(next.range.prefix(8)), as: UTF8.self).uppercased()
        if ["EX", "PX", "EXAT", "PXAT"].contains(option), position + 2 < arguments.words.count {
            let sign = option.hasSuffix("AT") ? "@" : ""
            let time = Word.shown(bytes, arguments.words[position + 2].range)
            let isMilliseconds = option.hasPrefix("P")
            return Diagnostic(
                "the lifetime is a word alone here, in seconds", at: next,
                suggestion: "write \(name) \(key) \(Word.shown(bytes, value.range)) "
                    + (isMilliseconds ? "SECONDS" : sign + time))
        }
        var text = Word.shown(bytes, value.range)
        for word in arguments.words[(position + 1)...].prefix(3) { text += " " + Word.shown(bytes, word.range) }
        if arguments.words.count - position > 4 { text += " ..." }
        return Diagnostic(
            "too many words", at: extra, suggestion: "put the value in quotes, as in \(name) \(key) \"\(text)\"")
    }
}
