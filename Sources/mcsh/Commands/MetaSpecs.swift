import MemcacheCore

/// The meta commands, with the protocol's own flag letters.
enum MetaSpecs {
    static let all = [mg, ms, md, ma, mn, me]

    private static let key = CommandSpec.Parameter(name: "KEY", kind: .key)
    /// The flag letters of a command, as words to choose from.
    private static func flags<Request: MetaCommand>(of type: Request.Type) -> CommandSpec.Parameter {
        CommandSpec.Parameter(
            name: "FLAG", kind: .word, isOptional: true, isRepeated: true, choices: .words(letters(of: type)),
            meaning: "a letter, with its argument written directly after it")
    }

    private static func letters<Request: MetaCommand>(of type: Request.Type) -> [CommandSpec.Choice] {
        type.flagForms.map { form in
            let hasArgument = form.argument != .none
            return CommandSpec.Choice(
                String(Unicode.Scalar(form.letter)), hasArgument ? "\(form): \(form.meaning)" : form.meaning,
                isOpen: hasArgument)
        } + [CommandSpec.Choice("b", "the key is base64")]
    }

    static let mg = spec(
        "mg", Command.MetaGet.self, parameters: [key, flags(of: Command.MetaGet.self)],
        summary: "meta get: a value and what is asked for about it",
        examples: [
            .init(line: "mg user:42 v t f c", meaning: "value, lifetime left, flags, CAS token"),
            .init(line: "mg user:42 t u", meaning: "lifetime left, without marking the item as read"),
            .init(line: "mg job N30 v", meaning: "on a miss, create the item and win the right to fill it"),
        ], cost: "One request; O(1). With u the LRU and the fetched mark do not change.", danger: .none)

    static let ms = spec(
        "ms", Command.MetaSet.self,
        parameters: [key, .init(name: "VALUE", kind: .value), flags(of: Command.MetaSet.self)],
        summary: "meta set: store a value",
        examples: [
            .init(line: "ms user:42 \"hello\" T60 F4", meaning: "for 60 seconds, with flags"),
            .init(line: "ms lock 1 ME T30", meaning: "mode E: only where there is none"),
        ], cost: "One request; O(1), and the bytes of the value.",
        loss: "The old value is lost; memcached drops it in every mode if the new value is too large.",
        danger: .writes)

    static let md = spec(
        "md", Command.MetaDelete.self, parameters: [key, flags(of: Command.MetaDelete.self)],
        summary: "meta delete: delete, or mark as stale",
        examples: [.init(line: "md user:42 I T30", meaning: "stale for 30 seconds: one reader wins the refill")],
        cost: "One request; O(1).",
        loss: "What is deleted cannot be brought back; with I it stays, marked as stale.",
        danger: .writes)

    static let ma = spec(
        "ma", Command.MetaArithmetic.self, parameters: [key, flags(of: Command.MetaArithmetic.self)],
        summary: "meta arithmetic: count up or down",
        examples: [.init(line: "ma hits N0 J1 D1 v", meaning: "begin at 1, count by 1, print the number")],
        cost: "One request; O(1). The number is changed in place, so that parallel clients lose no step.",
        danger: .writes)

    static let mn = CommandSpec(
        name: "mn", group: .meta, summary: "meta no-op: answers MN",
        examples: [.init(line: "mn", meaning: "check that the server is processing requests")],
        cost: "Nothing but the round trip.",
        wireForm: "mn"
    ) { arguments, _, builder throws(Diagnostic) in
        builder.request("mn", .meta, .line, format: arguments.format) { $0.line("mn") }
        return .queued
    }

    static let me = CommandSpec(
        name: "me", group: .meta, parameters: [key], options: [.hash],
        summary: "meta debug: the server's own marks on an item",
        details: "Before memcached 1.6.24 exp has the wrong sign: exp=-100 means 100 seconds left.",
        examples: [.init(line: "me user:42", meaning: "expiry, when moved, CAS, fetched, slab class, size")],
        cost: "One request; O(1). The LRU does not change.",
        wireForm: "me KEY"
    ) { arguments, bytes, builder throws(Diagnostic) in
        try builder.request("me", .meta, .line, key: arguments.words[0], arguments, bytes) { request, key in
            request.append("me ")
            request.append(key)
            request.endLine()
            return 3
        }
        return .queued
    }

    /// A meta command: its flags are checked letter by letter before anything is sent.
    private static func spec<Request: MetaCommand>(
        _ name: StaticString, _ type: Request.Type, parameters: [CommandSpec.Parameter], summary: String,
        examples: [CommandSpec.Example], cost: String, loss: String = "", danger: CommandSpec.Danger
    ) -> CommandSpec {
        let takesValue = parameters.contains { $0.kind == .value }
        return CommandSpec(
            name: String(describing: name), group: .meta, parameters: parameters, options: [.hash], summary: summary,
            details: details(of: type), examples: examples,
            cost: cost, loss: loss,
            wireForm: takesValue ? "\(name) KEY BYTES FLAG…, then the value" : "\(name) KEY FLAG…", danger: danger
        ) { arguments, bytes, builder throws(Diagnostic) in
            let key = arguments.words[0]
            let valueWord = takesValue && arguments.inputValue == nil ? arguments.words[1] : nil
            let words = arguments.words[(valueWord == nil ? 1 : 2)...]
            let isQuiet = try checkFlags(words, of: type, bytes, &builder)
            let value = takesValue ? valueWord.map { bytes.copy($0.range) } ?? arguments.inputValue ?? [] : nil
            try builder.requireStorable(value?.count ?? 0, at: valueWord ?? key)
            let wire = words.map { bytes.copy($0.range) }
            try builder.request(
                name, .meta, isQuiet ? .untilFence : takesValue ? .metaStorage : .meta, key: key, arguments, bytes
            ) { request, key in
                request.append(name)
                request.append(" ")
                request.append(key)
                if let value { request.append(number: Int64(value.count)) }
                for word in wire {
                    request.append(" ")
                    request.append(word.span)
                }
                request.endLine()
                if let value { request.block(value) }
                return name.utf8CodeUnitCount + 1
            }
            return .queued
        }
    }

    private static func details<Request: MetaCommand>(of type: Request.Type) -> String {
        let lines = type.flagForms.map { "  \($0)  \($0.meaning) (\($0.since.text))" } + ["  b  the key is base64"]
        return "Flags, with the version that has them:\n" + lines.joined(separator: "\n")
    }

    /// Checks every flag, and returns whether `q` is among them.
    private static func checkFlags<Request: MetaCommand>(
        _ words: ArraySlice<Word>, of type: Request.Type, _ bytes: Span<UInt8>, _ builder: inout RequestBuilder
    ) throws(Diagnostic) -> Bool {
        var seen: Set<UInt8> = []
        for word in words {
            let wire = bytes.copy(word.range)
            if wire != [UInt8(ascii: "b")] {
                do throws(MemcacheError) {
                    _ = try MetaFlag<Request>(wire: wire)
                } catch {
                    throw Diagnostic(error.message, at: word)
                }
            }
            if wire == [UInt8(ascii: "b")], !builder.prefix.isEmpty {
                throw Diagnostic(
                    "the prefix cannot go in front of a key in base64", at: word, suggestion: "leave out --prefix")
            }
            if builder.isReadOnly, let letter = wire.first, "NRTE".utf8.contains(letter) {
                throw Diagnostic(
                    "the flag \(EscapedText.string(wire)) changes the item, and this session is read-only", at: word,
                    status: .unsafe)
            }
            guard let letter = wire.first, seen.insert(letter).inserted else {
                throw Diagnostic("the flag \(EscapedText.string(wire)) is given twice", at: word)
            }
        }
        for word in words {
            // T and N are lifetimes as the protocol writes them: over 30 days it is a Unix time.
            guard let letter = word.range.first.map({ bytes[$0] }),
                letter == UInt8(ascii: "T") || letter == UInt8(ascii: "N"),
                let time = Lifetime.unixTime(bytes, word.range.dropFirst()), time <= builder.present
            else { continue }
            try builder.notePast(time, at: word)
        }
        return seen.contains(UInt8(ascii: "q"))
    }
}
