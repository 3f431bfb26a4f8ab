import MemcacheCore

/// The servers themselves: which there are, whether they are there, and which of them holds a key.
enum PoolSpecs {
    static let all = [servers, use, whereIs, CommandSpec(Ping.self)]

    static let servers = CommandSpec(
        name: "servers", group: .pool, summary: "show the state of each server",
        details: """
            Alive, or dead and when it is tried next; its version, how many items it has, and how long a round trip \
            takes. All servers are asked at once; one that is dead is not asked: ping tries it now.
            """,
        examples: [.init(line: "servers", meaning: "a line for each server")],
        cost: "version and stats, once on each server, all at once.",
        wireForm: "version and stats"
    ) { arguments, _, builder throws(Diagnostic) in
        .local(.servers(arguments.format ?? builder.format))
    }

    static let use = CommandSpec(
        name: "use", group: .pool,
        parameters: [.init(name: "SERVERS|@POOL", kind: .server, isRepeated: true, choices: .servers)],
        summary: "switch to other servers",
        details: """
            Servers as the option -s takes them, or a pool of the configuration file, which is read again, with its \
            settings. Servers that a pool lists keep its settings too. CAS tokens and dead marks are forgotten.
            """,
        examples: [
            .init(line: "use 10.0.0.5 10.0.0.6", meaning: "two servers, with the default port"),
            .init(line: "use @sessions", meaning: "the pool of that name"),
        ],
        cost: "Nothing until the next command, which connects.",
        wireForm: "nothing"
    ) { arguments, bytes, _ throws(Diagnostic) in
        var names: [String] = []
        for word in arguments.words { names.append(String(decoding: bytes.copy(word.range), as: UTF8.self)) }
        return .local(.use(names))
    }

    static let whereIs = CommandSpec(
        name: "where", group: .pool,
        parameters: [.init(name: "KEY", kind: .key, isRepeated: true)],
        options: [
            .hash,
            .init(name: "--probe", argument: nil, summary: "ask every server which of them has the key"),
        ],
        summary: "say which server a key belongs to",
        details: """
            The owner is the server that the application's client chooses while all are alive; where that one is dead, \
            the server that stands in for it is named too. --probe asks all servers, without marking the item as read; \
            it needs memcached 1.6.10 or newer.
            """,
        examples: [
            .init(line: "where user:42", meaning: "its hash and its server"),
            .init(line: "where user:42 --probe", meaning: "and who really has it"),
        ],
        cost: "Nothing; with --probe one request of O(1) to every server for each key.",
        wireForm: "nothing; with --probe, mg KEY u to every server"
    ) { arguments, bytes, builder throws(Diagnostic) in
        var keys: [[UInt8]] = []
        for key in arguments.words {
            try builder.requireKey(key, bytes)
            keys.append(bytes.copy(key.range))
        }
        return .local(
            .locate(keys: keys, hash: arguments.hash, probes: arguments.has("--probe"), arguments.format ?? builder.format))
    }
}
