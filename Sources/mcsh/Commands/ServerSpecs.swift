import MemcacheCore

/// Statistics, and an operator's commands.
enum ServerSpecs {
    static let stats = CommandSpec(
        name: "stats", group: .server,
        parameters: [
            .init(name: "GROUP", kind: .word, isOptional: true, choices: .words(StatisticsPlanning.choices)),
            .init(
                name: "ARG", kind: .word, isOptional: true, isRepeated: true,
                choices: .words([
                    .init("on", "begin to count by key prefix", follows: "detail"),
                    .init("off", "stop counting", follows: "detail"),
                    .init("dump", "print the counts", follows: "detail"),
                ]), meaning: "after detail and cachedump"),
        ],
        summary: "print the server's statistics",
        details: """
            Groups: items and slabs (by slab class), sizes, settings, conns, extstore, proxy, proxyfuncs, proxybe; reset \
            (clears counters for everyone's monitoring), detail on|off|dump (counts by key prefix), cachedump CLASS \
            [LIMIT] (some keys of a class). help stat NAME explains any statistic.
            """,
        examples: [
            .init(line: "stats", meaning: "the server at a glance"),
            .init(line: "stats slabs", meaning: "a row a slab class"),
            .init(line: "stats settings --json", meaning: "for a program"),
        ],
        cost: """
            Little, but for these: detail on makes every command of every client take one lock; cachedump holds the \
            lock of its class while it writes up to 2 MB; sizes walks all items on a server without size tracking \
            before memcached 1.4.27, and is empty on later ones.
            """,
        loss: "reset clears the counters for everyone's monitoring; reset, detail on and detail off ask first.",
        wireForm: "stats [GROUP]"
    ) { arguments, bytes, builder throws(Diagnostic) in
        try StatisticsPlanning.plan(arguments, bytes, &builder)
    }

    static let version = CommandSpec(
        name: "version", group: .server, summary: "print the server's version",
        examples: [.init(line: "version", meaning: "1.6.18, for example")],
        cost: "Nothing but the round trip.",
        wireForm: "version"
    ) { arguments, _, builder throws(Diagnostic) in
        builder.request("version", .version, .line, format: arguments.format) { $0.line("version") }
        return .queued
    }

    static let verbosity = CommandSpec(
        name: "verbosity", group: .server, parameters: [.init(name: "LEVEL", kind: .number, meaning: "0, 1 or 2")],
        summary: "set how much the server writes to its log",
        details: "0, 1 or 2. Level 2 logs every request: it costs the server time and disk.",
        examples: [.init(line: "verbosity 0", meaning: "quiet")],
        cost: "With level 2, a line in the server's log for every request of every client.",
        loss: "A log that grows can fill the server's disk.",
        wireForm: "verbosity LEVEL", danger: .confirmed
    ) { arguments, bytes, builder throws(Diagnostic) in
        let level = try builder.number(arguments.words[0], bytes, what: "a level", maximum: 2)
        return confirmed(
            Command.Verbosity(UInt32(level)), "verbosity",
            effect: level == 2 ? "the server will log every request" : "the server's log level will be \(level)")
    }

    static let flushAll = CommandSpec(
        name: "flush_all", group: .server,
        parameters: [
            .init(
                name: "DELAY", kind: .lifetime, isOptional: true,
                meaning: "how long to wait: 30s, 5m, or a time in the future; now unless given")
        ],
        summary: "make all items invalid, now or after a delay",
        details:
            "Everything the server holds is lost. Memory stays allocated. A later flush_all replaces a pending one, which "
            + "cannot be called off.",
        examples: [.init(line: "flush_all", meaning: "asks first; in a script it needs -y")],
        cost: """
            Before memcached 1.6.25, O(1): items are only marked, and their memory is taken back as they are touched \
            or pushed out. Since then the server walks all items. Either way it frees no memory, and every read after \
            it is a miss that the application's database has to answer.
            """,
        loss: "Every item, for all clients of the server; this cannot be undone.",
        wireForm: "flush_all [DELAY]", danger: .confirmed
    ) { arguments, bytes, builder throws(Diagnostic) in
        let servers = builder.route.servers.count
        let all = servers == 1 ? "the server" : servers == 2 ? "both servers" : "all \(servers) servers"
        let effect = "every item on \(all) will be lost"
        guard let word = arguments.words.first else {
            return confirmed(Command.FlushAll(), "flush_all", effect: effect)
        }
        let (delay, end) = try builder.delay(word, bytes)
        return confirmed(
            Command.FlushAll(), "flush_all", effect: effect + when(delay, end, now: builder.present),
            encode: { request in
                request.append("flush_all")
                request.append(number: delay)
                request.endLine()
            })
    }

    /// ` in 5 min, at 2026-09-21T14:13:20Z`: when a delay of flush_all ends; empty for now.
    private static func when(_ delay: Int64, _ end: Int64?, now: Int64) -> String {
        guard let end else { return "" }
        let left = HumanUnits.duration(seconds: UInt64(max(0, end - now)))
        return delay > Expiration.maximumRelativeSeconds
            ? " at \(ISO8601.string(unixTime: end)), in \(left)" : " in \(left), at \(ISO8601.string(unixTime: end))"
    }

    static let cacheMemoryLimit = CommandSpec(
        name: "cache_memlimit", group: .server,
        parameters: [.init(name: "MEGABYTES", kind: .number, meaning: "at least 8")],
        summary: "set the server's memory limit",
        details: """
            Lowering it frees nothing at once: from then on every store evicts. The limit is forgotten when the server \
            restarts.
            """,
        examples: [.init(line: "cache_memlimit 1024", meaning: "1 GiB")],
        cost: "O(1). A lower limit frees nothing at once, but from then on every store pushes items out.",
        loss: "Items are evicted if the limit is below what is stored.",
        wireForm: "cache_memlimit MEGABYTES",
        danger: .confirmed
    ) { arguments, bytes, builder throws(Diagnostic) in
        let word = arguments.words[0]
        if let example = megabytes(withUnit: word, bytes) {
            throw Diagnostic(
                "\"\(Word.shown(bytes, word.range))\" is not a number of megabytes", at: word,
                suggestion: "write the number alone: \(example)")
        }
        let megabytes = try builder.number(
            word, bytes, what: "a number of megabytes", minimum: 8, maximum: 1_000_000_000)
        return confirmed(
            Command.CacheMemoryLimit(megabytes: megabytes), "cache_memlimit",
            effect: "the server's memory limit will be \(megabytes) MB; where that is less than now, items will be lost"
        )
    }

    /// The megabytes of `2G` and the like; nil for a malformed word.
    private static func megabytes(withUnit word: Word, _ bytes: Span<UInt8>) -> UInt64? {
        let digits = word.range.prefix { (48...57).contains(bytes[$0]) }
        guard let number = ASCIINumber.parseUnsigned(bytes, digits), number < 1_000_000 else { return nil }
        let unit = String(decoding: bytes.copy(digits.upperBound..<word.range.upperBound), as: UTF8.self).lowercased()
        switch unit {
        case "m", "mb", "mib": return max(8, number)
        case "g", "gb", "gib": return max(8, number * 1024)
        default: return nil
        }
    }

    static let slabs = CommandSpec(
        name: "slabs", group: .server,
        parameters: [
            .init(
                name: "reassign|automove", kind: .word,
                choices: .words([
                    .init("reassign", "move a page from one class to another"),
                    .init("automove", "switch or tune the page mover"),
                ])),
            .init(
                name: "ARG", kind: .word,
                choices: .words([
                    .init("0", "off", follows: "automove"), .init("1", "on", follows: "automove"),
                    .init("2", "aggressive", follows: "automove"),
                    .init("ratio", "how much older a class must be", follows: "automove"),
                    .init("freeratio", "how much memory is kept free", follows: "automove"),
                    .init("window", "how many seconds are looked at", follows: "automove"),
                ]), meaning: "the class to move from, or a word of automove"),
            .init(name: "ARG", kind: .word, isOptional: true, meaning: "the class to move to, or the setting's number"),
        ],
        summary: "move memory between slab classes",
        details: """
            reassign SRC DST moves a page; the items in it are dropped (SRC -1: any class; DST 0: the global pool). \
            automove 0|1|2 switches the mover; automove ratio R, freeratio R and window N tune it. memcached before \
            1.6.42 can crash in reassign.
            """,
        examples: [.init(line: "slabs automove 1", meaning: "let the server move pages")],
        cost: """
            reassign moves one page of memory, item by item with their locks; memcached 1.6.18 counts what it drops in \
            slab_reassign_evictions_nomem and not in evictions.
            """,
        loss: "The items in the page that moves.",
        wireForm: "slabs reassign SRC DST; slabs automove …", danger: .confirmed
    ) { arguments, bytes, builder throws(Diagnostic) in
        try AdministrationPlanning.slabs(arguments, bytes, builder)
    }

    static let lru = CommandSpec(
        name: "lru", group: .server,
        parameters: [
            .init(
                name: "tune|mode|temp_ttl", kind: .word,
                choices: .words([
                    .init("tune", "HOT% WARM% HOTFACTOR WARMFACTOR"), .init("mode", "flat or segmented"),
                    .init("temp_ttl", "a lifetime up to which items stay in their own queue"),
                ])),
            .init(
                name: "ARG", kind: .word, isRepeated: true,
                choices: .words([
                    .init("flat", "one queue a class", follows: "mode"),
                    .init("segmented", "hot, warm and cold", follows: "mode"),
                ]), meaning: "numbers, or a word of mode"),
        ],
        summary: "tune the LRU",
        details: """
            tune HOT% WARM% HOTFACTOR WARMFACTOR; mode flat|segmented; temp_ttl SECONDS (-1 switches it off). Changes \
            what is evicted.
            """,
        examples: [.init(line: "lru mode segmented", meaning: "the default of newer servers")],
        cost: "O(1) itself; what is evicted changes for all clients.",
        loss: "Nothing at once. Items below temp_ttl cannot be evicted, so that the server can run out of memory.",
        wireForm: "lru tune …; lru mode …; lru temp_ttl …", danger: .confirmed
    ) { arguments, bytes, builder throws(Diagnostic) in
        try AdministrationPlanning.lru(arguments, bytes, builder)
    }

    static let extstore = CommandSpec(
        name: "extstore", group: .server,
        parameters: [
            .init(
                name: "SETTING", kind: .word,
                choices: .words(
                    [
                        .init("item_size", "bytes from which items go to flash"),
                        .init("item_age", "seconds without a read until an item goes to flash"),
                        .init("low_ttl", "seconds; items that end sooner have pages of their own"),
                        .init("recache_rate", "one read in this many brings an item back to memory"),
                        .init("compact_under", "pages free, below which pages are compacted"),
                        .init("drop_under", "pages free, below which pages are dropped"),
                        .init("max_sleep", "microseconds that the writer rests at most"),
                        .init("max_frag", "part of a page in use, below which it is compacted"),
                        .init("drop_unread", "1: unread items are dropped in compaction"),
                    ])),
            .init(name: "VALUE", kind: .word, meaning: "a number; what it means is the setting's matter"),
        ],
        summary: "tune flash storage",
        details: """
            item_size, item_age, low_ttl, recache_rate, compact_under, drop_under, max_sleep, max_frag, drop_unread. \
            Without effect on a server without flash.
            """,
        examples: [.init(line: "extstore item_size 512", meaning: "keep smaller items in memory")],
        cost: "O(1) itself; how much is written to flash and dropped from it changes.",
        loss: "Items on flash, where drop_under or drop_unread make compaction drop them.",
        wireForm: "extstore SETTING VALUE", danger: .confirmed
    ) { arguments, bytes, builder throws(Diagnostic) in
        try AdministrationPlanning.extstore(arguments, bytes, builder)
    }

    static let shutdown = CommandSpec(
        name: "shutdown", group: .server,
        parameters: [
            .init(
                name: "graceful", kind: .word, isOptional: true,
                choices: .words([.init("graceful", "save memory for a restart")]))
        ],
        summary: "stop the server",
        details: "Only servers started with -A do it. graceful saves memory for a restart (-e).",
        examples: [.init(line: "shutdown", meaning: "asks first; in a script it needs -y")],
        cost: "The server is gone, and its clients go to others or fail.",
        loss: "Everything in the server, unless graceful saves it.",
        wireForm: "shutdown [graceful]", danger: .confirmed
    ) { arguments, bytes, builder throws(Diagnostic) in
        if let word = arguments.words.first, !bytes.equals("graceful", in: word.range) {
            throw Diagnostic("shutdown takes only the word graceful", at: word)
        }
        let mode: Command.Shutdown.Mode = arguments.words.isEmpty ? .immediate : .graceful
        return confirmed(
            Command.Shutdown(mode), "shutdown", effect: "the server will stop, and everything in it will be lost")
    }

    static let refreshCertificates = CommandSpec(
        name: "refresh_certs", group: .server, summary: "load the server's TLS certificates again",
        examples: [.init(line: "refresh_certs", meaning: "after new ones were put in place")],
        cost: """
            Reads a few files. Connections stay as they are, and so do the old certificates if the new ones are no \
            good. Servers without TLS crash on it before memcached 1.6.3.
            """,
        loss: "Nothing, but new connections get other certificates.",
        wireForm: "refresh_certs", danger: .confirmed
    ) { _, _, _ throws(Diagnostic) in
        confirmed(Command.RefreshCertificates(), "refresh_certs", effect: "the server will read its certificates again")
    }

    static let config = CommandSpec(
        name: "config", group: .server,
        parameters: [
            .init(name: "get", kind: .word, choices: .words([.init("get", "the only form")])),
            .init(name: "cluster", kind: .word, choices: .words([.init("cluster", "the only form")])),
        ],
        summary: "print the nodes of an ElastiCache cluster",
        examples: [.init(line: "config get cluster", meaning: "from a configuration endpoint")],
        cost: "A small answer. Clients that poll it do so about once a minute.",
        wireForm: "config get cluster"
    ) { arguments, bytes, builder throws(Diagnostic) in
        for (word, only) in zip(arguments.words, ["get", "cluster"] as [StaticString])
        where !bytes.equals(only, in: word.range) {
            throw Diagnostic("config has only one form", at: word, suggestion: "write config get cluster")
        }
        builder.clusterConfiguration(format: arguments.format)
        return .queued
    }

    /// A command that needs confirmation first.
    static func confirmed<Request: MemcacheCommand>(
        _ command: Request, _ name: StaticString, effect: String, encode: ((inout RequestEncoder) -> Void)? = nil
    ) -> Plan {
        var request = RequestEncoder()
        if let encode { encode(&request) } else { command.encode(into: &request) }
        return .confirmed(
            ConfirmedRequest(
                name: name, title: EscapedText.string(Array(request.bytes.dropLast(2))), bytes: request.bytes,
                shape: command.replyShape.shape ?? .line, effect: effect))
    }
}
