import MemcacheCore

/// Commands that change items without giving a value.
enum ItemSpecs {
    static let all = [touch, delete, incr, decr, edit]

    static let touch = CommandSpec(
        name: "touch", group: .write,
        parameters: [
            .init(name: "KEY", kind: .key, isRepeated: true), .init(name: "TTL", kind: .lifetime),
        ],
        options: [.hash, .noreply], summary: "give items a new lifetime",
        examples: [.init(line: "touch session:9 session:10 15m", meaning: "15 minutes from now")],
        cost: "One request for each key, all sent together; O(1) for each.",
        loss: "A shorter lifetime than before makes items end sooner; -1 ends them at once.",
        wireForm: "touch KEY EXPTIME", danger: .writes
    ) { arguments, bytes, builder throws(Diagnostic) in
        let last = arguments.words.count - 1
        let lifetime = try builder.lifetime(arguments.words[last], bytes)
        let noreply = arguments.noreply
        try builder.forEachKey(arguments.words[..<last], "touch", .touch, .line, arguments, bytes) { request, key in
            request.touch(key, expiration: lifetime, noreply: noreply)
            return 6
        }
        return .queued
    }

    static let delete = CommandSpec(
        name: "delete", group: .write,
        parameters: [.init(name: "KEY", kind: .key, isOptional: true, isRepeated: true)],
        options: [
            .hash, .noreply,
            .init(
                name: "--match", argument: "GLOB",
                summary: "delete the keys that match, after listing and asking"),
        ],
        summary: "delete items",
        details: """
            With --match, the server's keys are listed as keys does (lru_crawler metadump), those that match are counted \
            and shown, and are deleted when that is confirmed: at a terminal by answering, otherwise with -y.
            """,
        examples: [
            .init(line: "delete user:42 user:43", meaning: "two keys, one round trip"),
            .init(line: "delete --match \"user:*\"", meaning: "shows what would be deleted, then asks"),
        ],
        cost: """
            One request for each key, all sent together; O(1) for each. --match walks every item of the server first, \
            as lru_crawler metadump does.
            """,
        loss: "What is deleted cannot be brought back. --match says how many keys it has found, and asks.",
        wireForm: "delete KEY", danger: .writes
    ) { arguments, bytes, builder throws(Diagnostic) in
        if let match = arguments.word(of: "--match") {
            guard arguments.words.isEmpty else {
                throw Diagnostic(
                    "delete takes keys or --match, not both", at: arguments.words[0],
                    suggestion: "write two commands")
            }
            return .local(.deleteMatching(glob: bytes.copy(match.range), arguments.format ?? builder.format))
        }
        guard let last = arguments.words.last else {
            throw Diagnostic(
                "missing KEY: delete KEY… or delete --match GLOB", at: arguments.end..<arguments.end)
        }
        if arguments.words.count > 1, !last.isQuoted, bytes.equals("noreply", in: last.range) {
            throw Diagnostic(
                "noreply is how the protocol writes it", at: last,
                suggestion: "write --noreply, or \"noreply\" in quotes for a key of that name")
        }
        let noreply = arguments.noreply
        try builder.forEachKey(arguments.words[...], "delete", .deletion, .line, arguments, bytes) { request, key in
            request.delete(key, noreply: noreply)
            return 7
        }
        return .queued
    }

    static let incr = arithmetic(
        "incr", increments: true, summary: "add to a counter",
        details: "The item's value is an unsigned number of 64 bits in digits; it wraps around at 2^64.",
        example: .init(line: "incr hits 10", meaning: "prints the new number"))

    static let decr = arithmetic(
        "decr", increments: false, summary: "subtract from a counter",
        details: "It stops at 0. memcached keeps the value's length, so a shorter number has blanks behind it.",
        example: .init(line: "decr stock", meaning: "by one"))

    static let edit = CommandSpec(
        name: "edit", group: .write, parameters: [.init(name: "KEY", kind: .key)], options: [.hash],
        summary: "change a value in an editor, and store it if nobody else has changed it",
        details: """
            Opens $VISUAL, else $EDITOR, else vi, on a private file. Flags and the end of the lifetime stay. A pickle is \
            edited as JSON, a compressed value as what it was before. Stored with its CAS token: when the item has \
            changed meanwhile, nothing is stored, both values are shown, and yours stays in the file. Of a key that is \
            not there an empty text is edited, and added. A newline that the editor puts at the end is taken off again \
            where the value had none. Needs memcached 1.6.10 or newer.
            """,
        examples: [.init(line: "edit config:site", meaning: "look, change, save, leave the editor")],
        cost: "One read that leaves the LRU alone, and one store when the value was changed.",
        wireForm: "mg KEY t f c v u, then ms KEY BYTES C<cas> F<flags> T<ttl>", danger: .writes
    ) { arguments, bytes, builder throws(Diagnostic) in
        try builder.requireKey(arguments.words[0], bytes)
        return .local(
            .edit(
                key: bytes.copy(arguments.words[0].range), hash: arguments.hash,
                arguments.format ?? builder.format))
    }

    private static func arithmetic(
        _ name: StaticString, increments: Bool, summary: String, details: String, example: CommandSpec.Example
    ) -> CommandSpec {
        CommandSpec(
            name: String(describing: name), group: .write,
            parameters: [
                .init(name: "KEY", kind: .key),
                .init(name: "N", kind: .number, isOptional: true, meaning: "by how much; 1 unless given"),
            ],
            options: [.hash, .noreply], summary: summary, details: details, examples: [example],
            cost: "One request; O(1). The number is changed in place, so that parallel clients lose no step.",
            wireForm: "\(name) KEY N",
            danger: .writes
        ) { arguments, bytes, builder throws(Diagnostic) in
            var delta: UInt64 = 1
            if arguments.words.count > 1 {
                let word = arguments.words[1]
                if bytes[word.range.lowerBound] == UInt8(ascii: "-"),
                    ASCIINumber.parseUnsigned(bytes, word.range.dropFirst()) != nil
                {
                    let (key, number) = (arguments.words[0].range, word.range.dropFirst())
                    throw Diagnostic(
                        "\(name) takes no negative number", at: word,
                        suggestion: "write \(increments ? "decr" : "incr") \(Word.shown(bytes, key)) "
                            + Word.shown(bytes, number))
                }
                delta = try builder.number(word, bytes, what: "a number to count by")
            }
            let noreply = arguments.noreply
            try builder.forEachKey(arguments.words[..<1], name, .number, .line, arguments, bytes) { request, key in
                request.arithmetic(increments: increments, key: key, delta: delta, noreply: noreply)
                return 5
            }
            return .queued
        }
    }
}
