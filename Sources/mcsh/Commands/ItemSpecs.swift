import MemcacheCore

/// Commands that change items without giving a value.
enum ItemSpecs {
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

    static let incr = arithmetic(
        "incr", increments: true, summary: "add to a counter",
        details: "The item's value is an unsigned number of 64 bits in digits; it wraps around at 2^64.",
        example: .init(line: "incr hits 10", meaning: "prints the new number"))

    static let decr = arithmetic(
        "decr", increments: false, summary: "subtract from a counter",
        details: "It stops at 0. memcached keeps the value's length, so a shorter number has spaces after it.",
        example: .init(line: "decr stock", meaning: "by one"))

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
