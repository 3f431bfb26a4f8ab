import MemcacheCore

/// `set` and its relatives.
enum StorageSpecs {
    static let all = [set, add, replace, append, prepend, cas, mset]

    private static let key = CommandSpec.Parameter(name: "KEY", kind: .key)
    private static let value = CommandSpec.Parameter(name: "VALUE", kind: .value)
    private static let lifetime = CommandSpec.Parameter(name: "TTL", kind: .lifetime, isOptional: true)

    private static let valueDetails = """
        A value with spaces goes in quotes; < FILE takes it from a file, << TAG from the lines that follow, -x from \
        standard input. TTL: \(Lifetime.forms).
        """

    static let set = CommandSpec(
        name: "set", group: .write, parameters: [key, value, lifetime],
        options: [.flags, .form, .compress, .hash, .noreply],
        summary: "store a value", details: valueDetails,
        examples: [
            .init(line: "set greeting \"hello, world\" 60", meaning: "for a minute"),
            .init(line: "set page < index.html", meaning: "the value from a file"),
            .init(line: "set bin \"\\x00\\xff\" never --flags 32", meaning: "bytes, and flags (a 32-bit integer)"),
            .init(
                line: "set user:42 {\"name\":\"ann\"} 1h --as pickle", meaning: "the dict {'name': 'ann'}, to Python"),
            .init(line: "set page 15m --compress 1000 < index.html", meaning: "shorter, if it has over 1000 bytes"),
        ],
        cost: "One request; O(1), and the bytes of the value. Where memory is full, other items are pushed out.",
        loss: """
            Replaces the value, flags and lifetime. If the new value is too large for the server, the old one is removed \
            anyway.
            """,
        wireForm: "set KEY FLAGS EXPTIME BYTES, then the value", danger: .writes
    ) { arguments, bytes, builder throws(Diagnostic) in
        try plan(.set, "set", arguments, bytes, &builder)
    }

    static let add = CommandSpec(
        name: "add", group: .write, parameters: [key, value, lifetime],
        options: [.flags, .form, .compress, .hash, .noreply],
        summary: "store a value where there is none", details: valueDetails,
        examples: [.init(line: "add lock:job mine 30s", meaning: "take a lock for 30 seconds, if it is free")],
        cost: "One request; O(1), and the bytes of the value, which are sent even if there is an item.",
        wireForm: "add KEY FLAGS EXPTIME BYTES, then the value", danger: .writes
    ) { arguments, bytes, builder throws(Diagnostic) in
        try plan(.add, "add", arguments, bytes, &builder)
    }

    static let replace = CommandSpec(
        name: "replace", group: .write, parameters: [key, value, lifetime],
        options: [.flags, .form, .compress, .hash, .noreply],
        summary: "store a value where there is one", details: valueDetails,
        examples: [.init(line: "replace motd closed 1h", meaning: "only if the key exists")],
        cost: "One request; O(1), and the bytes of the value, which are sent even if there is no item.",
        loss: "The old value is lost, with its flags and lifetime.",
        wireForm: "replace KEY FLAGS EXPTIME BYTES, then the value", danger: .writes
    ) { arguments, bytes, builder throws(Diagnostic) in
        try plan(.replace, "replace", arguments, bytes, &builder)
    }

    static let append = CommandSpec(
        name: "append", group: .write, parameters: [key, value], options: [.addedForm, .hash, .noreply],
        summary: "add bytes after a value", details: "Flags and lifetime of the item stay as they are.",
        examples: [.init(line: "append log \"one more line\\n\"", meaning: "after what is there")],
        cost: """
            One request; the server copies the whole value into a new item, so repeatedly appending to a long value is \
            expensive.
            """,
        wireForm: "append KEY 0 0 BYTES, then the value", danger: .writes
    ) { arguments, bytes, builder throws(Diagnostic) in
        try plan(.append, "append", arguments, bytes, &builder)
    }

    static let prepend = CommandSpec(
        name: "prepend", group: .write, parameters: [key, value], options: [.addedForm, .hash, .noreply],
        summary: "add bytes before a value", details: "Flags and lifetime of the item stay as they are.",
        examples: [.init(line: "prepend log \"first\\n\"", meaning: "before what is there")],
        cost: """
            One request; the server copies the whole value into a new item, so repeatedly prepending to a long value is \
            expensive.
            """,
        wireForm: "prepend KEY 0 0 BYTES, then the value", danger: .writes
    ) { arguments, bytes, builder throws(Diagnostic) in
        try plan(.prepend, "prepend", arguments, bytes, &builder)
    }

    static let cas = CommandSpec(
        name: "cas", group: .write,
        parameters: [
            key, value, lifetime,
            .init(
                name: "CAS", kind: .number, isOptional: true, meaning: "the token of the value that may be replaced"),
        ],
        options: [.flags, .form, .compress, .hash, .noreply],
        summary: "store a value if the item has not changed since it was read",
        details: "Without CAS, the token that this session's last gets of the key saw. " + valueDetails,
        examples: [
            .init(line: "cas user:42 \"new value\"", meaning: "after gets user:42"),
            .init(line: "cas user:42 \"new value\" 0 8123", meaning: "with the token itself"),
        ],
        cost: "One request; O(1), and the bytes of the value.",
        wireForm: "cas KEY FLAGS EXPTIME BYTES CAS, then the value", danger: .writes, needsEarlierAnswers: true
    ) { arguments, bytes, builder throws(Diagnostic) in
        let (value, rest) = split(arguments)
        let lifetime = try optionalLifetime(rest.first, after: value, "cas", arguments, bytes, &builder)
        let token: UInt64
        if rest.count > 1 {
            token = try builder.number(rest[rest.startIndex + 1], bytes, what: "a CAS token")
        } else {
            try builder.requireKey(arguments.words[0], bytes)
            guard let seen = builder.tokens.token(of: bytes.copy(arguments.words[0].range)) else {
                throw Diagnostic(
                    "this session has not read a CAS token of that key", at: arguments.words[0],
                    suggestion: "write gets KEY first, or cas KEY VALUE TTL CAS")
            }
            token = seen.rawValue
        }
        try builder.store(
            .cas, name: "cas", key: arguments.words[0], value: value,
            encoded: ValueEncoder.encode(value, arguments, bytes, by: builder.conventions), lifetime: lifetime,
            cas: token, arguments, bytes)
        return .queued
    }

    static let mset = CommandSpec(
        name: "mset", group: .write,
        parameters: [
            key, .init(name: "VALUE", kind: .word, meaning: "bytes; in quotes if they contain spaces"),
            .init(name: "KEY VALUE", kind: .word, isOptional: true, isRepeated: true, meaning: "more of them"),
        ],
        options: [.flags, .form, .compress, .hash, .noreply], summary: "store several values",
        details: "All go out together. They do not expire; use set for a lifetime.",
        examples: [.init(line: "mset a 1 b 2 c 3", meaning: "three keys, one round trip")],
        cost: "One request for each key, all sent together; O(1) for each.",
        loss: "The old values are lost, with flags and lifetimes. Keys before one that fails stay stored.",
        wireForm: "set KEY FLAGS 0 BYTES for each key", danger: .writes
    ) { arguments, bytes, builder throws(Diagnostic) in
        guard arguments.words.count.isMultiple(of: 2) else {
            throw Diagnostic(
                "the last key has no value", at: arguments.words[arguments.words.count - 1],
                suggestion: "write mset KEY VALUE KEY VALUE …")
        }
        // All are checked before the first one is planned.
        var encoded: [EncodedValue?] = []
        for index in stride(from: 0, to: arguments.words.count, by: 2) {
            try builder.requireKey(arguments.words[index], bytes)
            encoded.append(
                try ValueEncoder.encode(arguments.words[index + 1], arguments, bytes, by: builder.conventions))
        }
        var keys: [Word] = []
        for index in stride(from: 0, to: arguments.words.count, by: 2) { keys.append(arguments.words[index]) }
        guard builder.knowsServers(of: keys[...], bytes, routedBy: arguments.hash) else { return .queued }
        for index in stride(from: 0, to: arguments.words.count, by: 2) {
            try builder.store(
                .set, name: "mset", key: arguments.words[index], value: arguments.words[index + 1],
                encoded: encoded[index / 2], lifetime: 0, isMany: encoded.count > 1, isContinued: index > 0, arguments,
                bytes)
        }
        return .queued
    }

    private static func plan(
        _ verb: RequestEncoder.StorageVerb, _ name: StaticString, _ arguments: borrowing Arguments,
        _ bytes: Span<UInt8>, _ builder: inout RequestBuilder
    ) throws(Diagnostic) -> Plan {
        let (value, rest) = split(arguments)
        let lifetime = try optionalLifetime(rest.first, after: value, name, arguments, bytes, &builder)
        try builder.store(
            verb, name: name, key: arguments.words[0], value: value,
            encoded: ValueEncoder.encode(value, arguments, bytes, by: builder.conventions), lifetime: lifetime,
            arguments, bytes)
        return .queued
    }

    /// The lifetime after a value; 0 for none. A word that is not a lifetime is probably more of the value.
    private static func optionalLifetime(
        _ word: Word?, after value: Word?, _ name: StaticString, _ arguments: borrowing Arguments, _ bytes: Span<UInt8>,
        _ builder: inout RequestBuilder
    ) throws(Diagnostic) -> Int64 {
        guard let word else { return 0 }
        do throws(Diagnostic) {
            return try builder.lifetime(word, bytes)
        } catch {
            guard let value, !value.isQuoted, !word.isQuoted, Lifetime.parse(bytes, word.range) == nil else {
                throw error
            }
            let key = Word.shown(bytes, arguments.words[0].range)
            let text = Word.shown(bytes, value.range) + " " + Word.shown(bytes, word.range)
            var fault = error
            fault.suggestion =
                (error.suggestion.map { $0 + "; or " } ?? "") + "did you mean \(name) \(key) \"\(text)\"?"
            throw fault
        }
    }

    /// The value and the words after it. A value from a file is not among the words.
    private static func split(_ arguments: borrowing Arguments) -> (value: Word?, rest: ArraySlice<Word>) {
        arguments.inputValue == nil
            ? (arguments.words[1], arguments.words[2...]) : (nil, arguments.words[1...])
    }

    /// `set k 0 60 5` is how the protocol writes it: that must not store the value 0.
    static func refuseWireForm(
        _ name: String, _ arguments: borrowing Arguments, _ bytes: Span<UInt8>
    ) throws(Diagnostic) {
        let numbers = name == "cas" ? 4 : 3
        var words = arguments.words[...]
        if let last = words.last, !last.isQuoted, bytes.equals("noreply", in: last.range) { words = words.dropLast() }
        guard words.count == numbers + 1, arguments.inputValue == nil,
            words.dropFirst().allSatisfy({ !$0.isQuoted && ASCIINumber.parseSigned(bytes, $0.range) != nil })
        else { return }
        let tail = name == "cas" ? "[TTL [CAS]]" : name == "append" || name == "prepend" ? "" : "[TTL]"
        throw Diagnostic(
            "this is how the protocol writes \(name): KEY FLAGS EXPTIME BYTES\(name == "cas" ? " CAS" : "")",
            at: words[1].source.lowerBound..<words[words.endIndex - 1].source.upperBound,
            suggestion: "here the value is part of the line: \(name) KEY VALUE \(tail) [--flags N]")
    }
}
