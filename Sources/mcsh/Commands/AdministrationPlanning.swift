import MemcacheCore

/// The subcommands of `slabs`, `lru`, `lru_crawler` and `extstore`, checked here and never passed through.
enum AdministrationPlanning {
    static func slabs(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder
    ) throws(Diagnostic) -> Plan {
        let words = texts(arguments, bytes)
        switch (words[0], words.count) {
        case ("reassign", 3):
            guard let source = Int(words[1]), let destination = Int(words[2]), source >= -1, destination >= 0 else {
                throw Diagnostic(
                    "slabs reassign takes two slab classes", at: arguments.words[1],
                    suggestion: "write 1 to 63; -1 takes from any class, 0 gives to the global pool")
            }
            let command = try checked(at: arguments.words[1]) { () throws(MemcacheError) in
                Command.ReassignSlabs(
                    from: source == -1 ? nil : try SlabClass(source),
                    to: destination == 0 ? nil : try SlabClass(destination))
            }
            return try confirmed(
                command, "slabs", effect: "a page of memory will move, and the items in it will be dropped",
                at: arguments.words[0])
        case ("automove", 2):
            let settings: [String: Command.TuneSlabAutomove.Setting] = ["0": .off, "1": .on, "2": .aggressive]
            guard let setting = settings[words[1]] else {
                throw Diagnostic("slabs automove takes 0, 1 or 2", at: arguments.words[1])
            }
            return try confirmed(
                Command.TuneSlabAutomove(setting), "slabs", effect: "the slab mover's setting will change",
                at: arguments.words[1])
        case ("automove", 3):
            let setting: Command.TuneSlabAutomove.Setting?
            switch words[1] {
            case "ratio": setting = Double(words[2]).map { .ratio($0) }
            case "freeratio": setting = Double(words[2]).map { .freeRatio($0) }
            case "window": setting = Int(words[2]).map { .window($0) }
            default: setting = nil
            }
            guard let setting else {
                throw Diagnostic(
                    "slabs automove has no such setting", at: arguments.words[1],
                    suggestion: "write ratio R, freeratio R or window N")
            }
            return try confirmed(
                Command.TuneSlabAutomove(setting), "slabs", effect: "the slab mover's setting will change",
                at: arguments.words[2])
        default:
            throw unknown(arguments, "write slabs reassign SRC DST, slabs automove 0|1|2 or slabs automove ratio R")
        }
    }

    static func lru(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder
    ) throws(Diagnostic) -> Plan {
        let words = texts(arguments, bytes)
        let setting: Command.TuneLRU.Setting?
        switch (words[0], words.count) {
        case ("tune", 5):
            if let hot = Int(words[1]), let warm = Int(words[2]), let hotFactor = Double(words[3]),
                let warmFactor = Double(words[4])
            {
                setting = .segments(hotPercent: hot, warmPercent: warm, hotFactor: hotFactor, warmFactor: warmFactor)
            } else {
                setting = nil
            }
        case ("mode", 2): setting = words[1] == "flat" ? .flat : words[1] == "segmented" ? .segmented : nil
        case ("temp_ttl", 2):
            setting = Int64(words[1]).map { .temporaryLifetime($0 < 0 ? nil : .seconds($0)) }
        default: setting = nil
        }
        guard let setting else {
            throw unknown(
                arguments, "write lru tune HOT% WARM% HOTFACTOR WARMFACTOR, lru mode flat|segmented or lru temp_ttl N")
        }
        return try confirmed(
            Command.TuneLRU(setting), "lru", effect: "what the server evicts will change", at: arguments.words[1])
    }

    static func crawler(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder
    ) throws(Diagnostic) -> Plan {
        let words = texts(arguments, bytes)
        let scope = words.count > 1 ? words[1] : ""
        switch (words[0], words.count) {
        case ("crawl", 2):
            let crawled = try checked(at: arguments.words[1]) { () throws(MemcacheError) in try CrawlScope(scope) }
            return try confirmed(
                Command.StartCrawl(crawled), "lru_crawler", effect: "the crawler will look for expired items",
                at: arguments.words[1])
        case ("enable", 1):
            return try confirmed(
                Command.TuneCrawler(.enable), "lru_crawler", effect: "the crawler will run", at: arguments.words[0])
        case ("disable", 1):
            return try confirmed(
                Command.TuneCrawler(.disable), "lru_crawler", effect: "expired items will no longer be looked for",
                at: arguments.words[0])
        case ("sleep", 2):
            guard let microseconds = Int64(scope), (0...1_000_000).contains(microseconds) else {
                throw Diagnostic(
                    "lru_crawler sleep takes microseconds", at: arguments.words[1], suggestion: "write 0 to 1000000")
            }
            return try confirmed(
                Command.TuneCrawler(.sleep(.microseconds(microseconds))), "lru_crawler",
                effect: "the crawler's pauses will be \(microseconds) µs", at: arguments.words[1])
        case ("tocrawl", 2):
            guard let limit = UInt32(scope) else {
                throw Diagnostic("lru_crawler tocrawl takes a number of items", at: arguments.words[1])
            }
            return try confirmed(
                Command.TuneCrawler(.itemLimit(limit)), "lru_crawler",
                effect: "the crawler's limit will be \(limit) \(limit == 1 ? "item" : "items")",
                at: arguments.words[1])
        default:
            throw unknown(
                arguments, "write lru_crawler metadump|mgdump|crawl CLASSES|all, enable, disable, sleep N or tocrawl N")
        }
    }

    static func extstore(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder
    ) throws(Diagnostic) -> Plan {
        let words = texts(arguments, bytes)
        let number = UInt32(words[1])
        let setting: Command.TuneFlash.Setting?
        switch words[0] {
        case "item_size": setting = number.map { .itemBytes($0) }
        case "item_age": setting = number.map { .itemAge($0) }
        case "low_ttl": setting = number.map { .lowLifetime($0) }
        case "recache_rate": setting = number.map { .recacheRate($0) }
        case "compact_under": setting = number.map { .compactUnder($0) }
        case "drop_under": setting = number.map { .dropUnder($0) }
        case "max_sleep": setting = number.map { .maximumSleepMicroseconds($0) }
        case "max_frag": setting = Double(words[1]).map { .maximumFragmentation($0) }
        case "drop_unread": setting = number.flatMap { $0 < 2 ? .dropUnread($0 == 1) : nil }
        default:
            throw unknown(
                arguments,
                "write item_size, item_age, low_ttl, recache_rate, compact_under, drop_under, max_sleep, max_frag or "
                    + "drop_unread")
        }
        guard let setting else {
            throw Diagnostic("extstore \(words[0]) takes a number", at: arguments.words[1])
        }
        return try confirmed(
            Command.TuneFlash(setting), "extstore", effect: "flash storage will work differently",
            at: arguments.words[1])
    }

    static func texts(_ arguments: borrowing Arguments, _ bytes: Span<UInt8>) -> [String] {
        var texts: [String] = []
        for word in arguments.words { texts.append(String(decoding: bytes.copy(word.range), as: UTF8.self)) }
        return texts
    }

    private static func unknown(_ arguments: borrowing Arguments, _ forms: String) -> Diagnostic {
        Diagnostic(
            "this is not a form of the command", at: arguments.words[0].source.lowerBound..<arguments.end,
            suggestion: forms)
    }

    static func checked<Value>(
        at word: Word, _ body: () throws(MemcacheError) -> Value
    ) throws(Diagnostic) -> Value {
        do throws(MemcacheError) {
            return try body()
        } catch {
            throw Diagnostic(error.message, at: word)
        }
    }

    private static func confirmed(
        _ command: some MemcacheCommand, _ name: StaticString, effect: String, at word: Word
    ) throws(Diagnostic) -> Plan {
        try checked(at: word) { () throws(MemcacheError) in try command.validate() }
        return ServerSpecs.confirmed(command, name, effect: effect)
    }
}
