import MemcacheCore

/// The words after `stats`, checked here: newer servers accept the beginning of a word for the whole, and `stats r`
/// resets.
enum StatisticsPlanning {
    private static let groups: [(word: String, request: StatisticsRequest)] = [
        ("items", .items), ("slabs", .slabs), ("sizes", .sizes), ("settings", .settings), ("conns", .conns),
        ("extstore", .extstore), ("proxy", .proxy), ("proxyfuncs", .other("proxyfuncs")),
        ("proxybe", .other("proxybe")),
    ]

    static let words = groups.map(\.word) + ["reset", "detail", "cachedump"]

    /// The words and their meanings, for completion.
    static let choices = words.map { CommandSpec.Choice($0, meanings[$0] ?? "") }

    private static let meanings = [
        "items": "items by slab class", "slabs": "memory by slab class", "sizes": "how many items of which size",
        "settings": "how the server was started", "conns": "its connections", "extstore": "flash storage",
        "proxy": "the built-in proxy", "proxyfuncs": "the proxy's functions", "proxybe": "the proxy's backends",
        "reset": "clear counters, for everyone", "detail": "counts by key prefix", "cachedump": "some keys of a class",
    ]

    static func plan(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: inout RequestBuilder
    ) throws(Diagnostic) -> Plan {
        guard let first = arguments.words.first else {
            if (arguments.format ?? builder.format) == .human {
                // People see how many more clients can connect, which only the descriptors in use reveal.
                builder.statistics(.connectionRoom, words: Array("conns".utf8), format: arguments.format)
            }
            builder.statistics(.general, words: [], format: arguments.format)
            return .queued
        }
        let word = String(decoding: bytes.copy(first.range), as: UTF8.self)
        switch word {
        case "reset":
            try requireCount(1, arguments, "stats reset")
            return ServerSpecs.confirmed(
                Command.ResetStatistics(), "stats",
                effect: "the server's counters will be cleared for everyone's monitoring")
        case "detail": return try detail(arguments, bytes, &builder)
        case "cachedump": return try cacheDump(arguments, bytes, &builder)
        case "sizes_enable", "sizes_disable":
            throw Diagnostic(
                "stats \(word) can crash a server and is gone since memcached 1.6.25", at: first,
                suggestion: "start the server with -o track_sizes instead", status: .unsafe)
        default: break
        }
        guard let group = groups.first(where: { $0.word == word }) else {
            let shown = Word.shown(bytes, first.range)
            if !StatisticField.lookupAll(word).isEmpty {
                throw Diagnostic(
                    "stats has no group \"\(shown)\"", at: first,
                    suggestion: "it is a statistic: stats | grep \(shown), or help stat \(shown)")
            }
            throw Diagnostic(
                "stats has no group \"\(shown)\"", at: first,
                suggestion: Spelling.nearest(to: word, among: words).map { "did you mean \($0)?" }
                    ?? "write one of \(words.joined(separator: ", "))")
        }
        try requireCount(1, arguments, "stats \(word)")
        builder.statistics(group.request, words: Array(word.utf8), format: arguments.format)
        return .queued
    }

    private static func detail(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: inout RequestBuilder
    ) throws(Diagnostic) -> Plan {
        try requireCount(2, arguments, "stats detail on, off or dump")
        let word = arguments.words[1]
        if bytes.equals("dump", in: word.range) {
            builder.statistics(.other("detail"), words: Array("detail dump".utf8), format: arguments.format)
            return .queued
        }
        let isOn = bytes.equals("on", in: word.range)
        guard isOn || bytes.equals("off", in: word.range) else {
            throw Diagnostic("stats detail takes on, off or dump", at: word)
        }
        return ServerSpecs.confirmed(
            Command.SetPrefixStatistics(isOn: isOn), "stats",
            effect: isOn ? "every get, set and delete will take a lock of the whole server" : "counting will stop")
    }

    private static func cacheDump(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: inout RequestBuilder
    ) throws(Diagnostic) -> Plan {
        guard (2...3).contains(arguments.words.count) else {
            throw Diagnostic(
                "stats cachedump takes a class and a limit", at: arguments.words[0],
                suggestion: "write stats cachedump CLASS [LIMIT]")
        }
        let slabClass = try builder.number(arguments.words[1], bytes, what: "a slab class", maximum: 63)
        var limit: UInt64 = 100
        if arguments.words.count == 3 {
            limit = try builder.number(arguments.words[2], bytes, what: "a limit", maximum: UInt64(UInt32.max))
        }
        builder.statistics(
            .other("cachedump"), words: Array("cachedump \(slabClass) \(limit)".utf8), format: arguments.format)
        return .queued
    }

    private static func requireCount(_ count: Int, _ arguments: borrowing Arguments, _ form: String) throws(Diagnostic)
    {
        if arguments.words.count < count {
            throw Diagnostic(
                "a word is missing", at: arguments.end..<arguments.end, suggestion: "write \(form)")
        }
        guard arguments.words.count == count else {
            throw Diagnostic("unexpected word", at: arguments.words[count], suggestion: "write \(form)")
        }
    }
}
