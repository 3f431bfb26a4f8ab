import MemcacheCore

/// `get` and its relatives.
enum RetrievalSpecs {
    private static let keys = CommandSpec.Parameter(name: "KEY", kind: .key, isRepeated: true)
    private static let lifetime = CommandSpec.Parameter(name: "TTL", kind: .lifetime)

    static let get = CommandSpec(
        name: "get", group: .read, parameters: [keys], options: [.decode, .hash], summary: "print the values of keys",
        details: """
            One key prints its value; several print the key before each. Keys that are not there print nothing in a \
            pipe and count as a negative answer (status 1). Reading moves an item in the LRU and marks it as fetched; \
            show, exists and ttl do not.
            """,
        examples: [
            .init(line: "get user:42", meaning: "the value of one key"),
            .init(line: "get a b c --json", meaning: "three keys in one round trip, an object a line"),
            .init(line: "get user:42 --decode", meaning: "as the application reads it: a pickle as JSON"),
        ],
        cost: """
            One request to each server that has some of the keys, O(1) for each key. Thousands of keys in one line \
            keep a thread of the server busy.
            """,
        wireForm: "get KEY…"
    ) { arguments, bytes, builder throws(Diagnostic) in
        if (arguments.format ?? builder.format) == .human {
            try builder.describe(keys: arguments.words[...], arguments, bytes)
        } else {
            try builder.retrieve("get", .items, keys: arguments.words[...], arguments, bytes)
        }
        return .queued
    }

    static let gets = CommandSpec(
        name: "gets", group: .read, parameters: [keys], options: [.decode, .hash],
        summary: "print values with their CAS tokens",
        details: "The tokens are remembered: a cas of the key without a token uses the one that was seen last.",
        examples: [
            .init(line: "gets user:42", meaning: "the value, and the token that cas needs"),
            .init(line: "gets counter --json", meaning: "the token as \"cas\""),
        ],
        cost: "As get: one request to each server, O(1) for each key.",
        wireForm: "gets KEY…"
    ) { arguments, bytes, builder throws(Diagnostic) in
        try builder.retrieve("gets", .itemsWithCAS, keys: arguments.words[...], arguments, bytes)
        return .queued
    }

    static let gat = CommandSpec(
        name: "gat", group: .read, parameters: [lifetime, keys], options: [.decode, .hash],
        summary: "print values and give them a new lifetime",
        examples: [.init(line: "gat 15m session:9", meaning: "read a session and keep it for 15 minutes more")],
        cost: "One request to each server, O(1) for each key.",
        loss: "A shorter lifetime than before makes items end sooner; -1 ends them at once.",
        wireForm: "gat EXPTIME KEY…", danger: .writes
    ) { arguments, bytes, builder throws(Diagnostic) in
        let lifetime = try builder.lifetime(arguments.words[0], bytes)
        try builder.retrieve("gat", .items, keys: arguments.words[1...], arguments, bytes, before: lifetime)
        return .queued
    }

    static let gats = CommandSpec(
        name: "gats", group: .read, parameters: [lifetime, keys], options: [.decode, .hash],
        summary: "print values and CAS tokens and give them a new lifetime",
        examples: [.init(line: "gats 1h cart:7", meaning: "as gat, with the CAS token")],
        cost: "One request to each server, O(1) for each key.",
        loss: "A shorter lifetime than before makes items end sooner; -1 ends them at once.",
        wireForm: "gats EXPTIME KEY…", danger: .writes
    ) { arguments, bytes, builder throws(Diagnostic) in
        let lifetime = try builder.lifetime(arguments.words[0], bytes)
        try builder.retrieve("gats", .itemsWithCAS, keys: arguments.words[1...], arguments, bytes, before: lifetime)
        return .queued
    }

    static let exists = CommandSpec(
        name: "exists", group: .read, parameters: [keys], options: [.hash],
        summary: "show whether keys exist, without touching them",
        details: "A key that is not there counts as a negative answer (status 1). Needs memcached 1.6.10 or newer.",
        examples: [.init(line: "exists user:42", meaning: "yes or no, and the exit status in scripts")],
        cost: "One request for each key, all sent together; O(1), and no value is sent back.",
        wireForm: "mg KEY u"
    ) { arguments, bytes, builder throws(Diagnostic) in
        try builder.forEachKey(arguments.words[...], "exists", .existence, .meta, arguments, bytes) { request, key in
            request.append("mg ")
            request.append(key)
            request.append(" u")
            request.endLine()
            return 3
        }
        return .queued
    }

    static let ttl = CommandSpec(
        name: "ttl", group: .read, parameters: [keys], options: [.hash],
        summary: "print how long keys have to live, in seconds",
        details: "-1 means that it never expires. Nothing is touched. Needs memcached 1.6.10 or newer.",
        examples: [.init(line: "ttl session:9", meaning: "seconds left")],
        cost: "One request for each key, all sent together; O(1), and no value is sent back.",
        wireForm: "mg KEY t u"
    ) { arguments, bytes, builder throws(Diagnostic) in
        try builder.forEachKey(arguments.words[...], "ttl", .timeToLive, .meta, arguments, bytes) { request, key in
            request.append("mg ")
            request.append(key)
            request.append(" t u")
            request.endLine()
            return 3
        }
        return .queued
    }
}
