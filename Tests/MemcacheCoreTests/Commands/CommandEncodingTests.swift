import MemcacheCore
import Testing

/// A command and the bytes that it should send.
struct EncodingCase: Sendable, CustomTestStringConvertible {
    var command: any MemcacheCommand
    var request: String

    init(_ command: any MemcacheCommand, _ request: String) {
        self.command = command
        self.request = request
    }

    var testDescription: String { request.split(separator: "\r\n").first.map(String.init) ?? request }
}

/// A command that must not be sent, and the code of the error.
struct RefusalCase: Sendable, CustomTestStringConvertible {
    var command: any MemcacheCommand
    var testDescription: String

    init(_ command: any MemcacheCommand, _ description: String) {
        self.command = command
        testDescription = description
    }
}

@Suite struct CommandEncodingTests {
    static let base64 = (try? Key(base64Encoding: Wire.bytes("a b"))) ?? "x"
    static func slab(_ number: Int) -> SlabClass {
        guard let slabClass = try? SlabClass(number) else { preconditionFailure("no slab class \(number)") }
        return slabClass
    }

    @Test(arguments: [
        EncodingCase(Command.Set("k", value: Wire.bytes("abc")), "set k 0 0 3\r\nabc\r\n"),
        EncodingCase(
            Command.Set("k", value: [], flags: 5, expiration: .after(.seconds(60))), "set k 5 60 0\r\n\r\n"),
        EncodingCase(Command.Add("k", value: [0x61], expiration: .immediately), "add k 0 -1 1\r\na\r\n"),
        EncodingCase(Command.Replace("k", value: [0x61], flags: .max), "replace k 18446744073709551615 0 1\r\na\r\n"),
        EncodingCase(Command.Append("k", value: [0x61]), "append k 0 0 1\r\na\r\n"),
        EncodingCase(Command.Prepend("k", value: [0x61]), "prepend k 0 0 1\r\na\r\n"),
        EncodingCase(
            Command.CompareAndSwap("k", value: [0x61], cas: CASToken(rawValue: .max), flags: 1, expiration: .never),
            "cas k 1 0 1 18446744073709551615\r\na\r\n"),
        EncodingCase(Command.Get("k"), "get k\r\n"),
        EncodingCase(Command.Gets("k"), "gets k\r\n"),
        EncodingCase(Command.GetMany(["a", "b", "a"]), "get a b a\r\n"),
        EncodingCase(Command.GetsMany(["a", "b"]), "gets a b\r\n"),
        EncodingCase(Command.GetAndTouch("k", expiration: .after(.seconds(9))), "gat 9 k\r\n"),
        EncodingCase(Command.GetAndTouchWithCAS("k", expiration: .never), "gats 0 k\r\n"),
        EncodingCase(Command.GetAndTouchMany(["a", "b"], expiration: .immediately), "gat -1 a b\r\n"),
        EncodingCase(Command.GetAndTouchManyWithCAS(["a"], expiration: .after(.seconds(9))), "gats 9 a\r\n"),
        EncodingCase(Command.Touch("k", expiration: .after(.seconds(9))), "touch k 9\r\n"),
        EncodingCase(Command.Delete("k"), "delete k\r\n"),
        EncodingCase(Command.Increment("k"), "incr k 1\r\n"),
        EncodingCase(Command.Increment("k", by: .max), "incr k 18446744073709551615\r\n"),
        EncodingCase(Command.Decrement("k", by: 3), "decr k 3\r\n"),
    ])
    func `a command of the classic protocol`(_ example: EncodingCase) throws {
        try example.command.validate()
        #expect(Wire.request(example.command) == example.request)
    }

    @Test(arguments: [
        EncodingCase(Command.WithoutReply(Command.Set("k", value: [0x61])), "set k 0 0 1 noreply\r\na\r\n"),
        EncodingCase(Command.WithoutReply(Command.Add("k", value: [0x61])), "add k 0 0 1 noreply\r\na\r\n"),
        EncodingCase(Command.WithoutReply(Command.Append("k", value: [0x61])), "append k 0 0 1 noreply\r\na\r\n"),
        EncodingCase(
            Command.WithoutReply(Command.CompareAndSwap("k", value: [0x61], cas: CASToken(rawValue: 7))),
            "cas k 0 0 1 7 noreply\r\na\r\n"),
        EncodingCase(Command.WithoutReply(Command.Delete("k")), "delete k noreply\r\n"),
        EncodingCase(Command.WithoutReply(Command.Touch("k", expiration: .never)), "touch k 0 noreply\r\n"),
        EncodingCase(Command.WithoutReply(Command.Increment("k")), "incr k 1 noreply\r\n"),
        EncodingCase(Command.WithoutReply(Command.Decrement("k")), "decr k 1 noreply\r\n"),
        EncodingCase(Command.WithoutReply(Command.FlushAll()), "flush_all noreply\r\n"),
        EncodingCase(Command.WithoutReply(Command.FlushAll(after: .seconds(3))), "flush_all 3 noreply\r\n"),
        EncodingCase(Command.WithoutReply(Command.Verbosity(1)), "verbosity 1 noreply\r\n"),
        EncodingCase(Command.WithoutReply(Command.CacheMemoryLimit(megabytes: 64)), "cache_memlimit 64 noreply\r\n"),
    ])
    func `a command that is sent without waiting`(_ example: EncodingCase) throws {
        #expect(Wire.request(example.command) == example.request)
        #expect(example.command.replyShape == .silence)
    }

    @Test(arguments: [
        EncodingCase(Command.MetaGet("k"), "mg k\r\n"),
        EncodingCase(
            Command.MetaGet(
                "k",
                [
                    .returnSize, .returnValue, .returnTimeToLive, .returnFlags, .returnCAS, .returnKey, .opaque("42"),
                    .returnHitBefore, .returnLastAccess, .withoutBump,
                ]), "mg k s v t f c k O42 h l u\r\n"),
        EncodingCase(
            Command.MetaGet(
                "k",
                [
                    .vivify(.after(.seconds(30))), .recache(within: .seconds(10)), .updateExpiration(.never),
                    .setCAS(CASToken(rawValue: 5)), .compareCAS(CASToken(rawValue: 6)),
                ]), "mg k N30 R10 T0 E5 C6\r\n"),
        EncodingCase(Command.MetaGet("k", [.routerPath("/a/b/"), .routerLabel("x")]), "mg k P/a/b/ Lx\r\n"),
        EncodingCase(Command.MetaGet(base64, [.returnKey, .returnValue]), "mg YSBi b k v\r\n"),
        EncodingCase(Command.MetaGet("k", [.returnValue, .quiet]), "mg k v\r\n"),
        EncodingCase(Command.MetaSet("k", value: Wire.bytes("hi")), "ms k 2\r\nhi\r\n"),
        EncodingCase(
            Command.MetaSet(
                base64, value: [],
                [.flags(9), .expiration(.after(.seconds(5))), .mode(.append), .vivify(.never), .returnCAS]),
            "ms YSBi 0 b F9 T5 MA N0 c\r\n\r\n"),
        EncodingCase(
            Command.MetaSet("k", value: [0x61], [.compareCAS(CASToken(rawValue: 1)), .invalidate, .returnSize]),
            "ms k 1 C1 I s\r\na\r\n"),
        EncodingCase(Command.MetaSet("k", value: [0x61], [.mode(.set)]), "ms k 1 MS\r\na\r\n"),
        EncodingCase(Command.MetaSet("k", value: [0x61], [.mode(.add)]), "ms k 1 ME\r\na\r\n"),
        EncodingCase(Command.MetaSet("k", value: [0x61], [.mode(.replace)]), "ms k 1 MR\r\na\r\n"),
        EncodingCase(Command.MetaSet("k", value: [0x61], [.mode(.prepend)]), "ms k 1 MP\r\na\r\n"),
        EncodingCase(Command.MetaDelete("k"), "md k\r\n"),
        EncodingCase(
            Command.MetaDelete("k", [.invalidate, .staleExpiration(.after(.seconds(30))), .opaque("1")]),
            "md k I T30 O1\r\n"),
        EncodingCase(Command.MetaDelete("k", [.removeValue, .compareCAS(CASToken(rawValue: 3))]), "md k x C3\r\n"),
        EncodingCase(Command.MetaArithmetic("k"), "ma k\r\n"),
        EncodingCase(
            Command.MetaArithmetic(
                "k",
                [
                    .mode(.decrement), .delta(10), .vivify(.never), .initialValue(13), .updateExpiration(.never),
                    .returnValue, .returnTimeToLive, .returnCAS,
                ]), "ma k MD D10 N0 J13 T0 v t c\r\n"),
        EncodingCase(Command.MetaArithmetic("k", [.mode(.increment)]), "ma k MI\r\n"),
        EncodingCase(Command.MetaNoop(), "mn\r\n"),
        EncodingCase(Command.MetaDebug("k"), "me k\r\n"),
        // The mark is recognized only if a word follows it (1.6.45).
        EncodingCase(Command.MetaDebug(base64), "me YSBi b x\r\n"),
    ])
    func `a meta command`(_ example: EncodingCase) throws {
        try example.command.validate()
        #expect(Wire.request(example.command) == example.request)
    }

    @Test func `in a batch, meta commands are quiet`() throws {
        var request = RequestEncoder()
        Command.MetaGet("a", [.returnValue, .quiet]).encodeQuietly(into: &request)
        Command.MetaSet("b", value: [0x61], [.flags(1)]).encodeQuietly(into: &request)
        Command.MetaDelete(Self.base64).encodeQuietly(into: &request)
        Command.MetaArithmetic("d").encodeQuietly(into: &request)
        Command.MetaNoop().encode(into: &request)
        #expect(
            request.bytes == Wire.bytes("mg a v q\r\nms b 1 F1 q\r\na\r\nmd YSBi b q\r\nma d q\r\nmn\r\n"))
    }

    @Test(arguments: [
        EncodingCase(Command.Statistics(), "stats\r\n"), EncodingCase(Command.Statistics(.items), "stats items\r\n"),
        EncodingCase(Command.Statistics(.slabs), "stats slabs\r\n"),
        EncodingCase(Command.Statistics(.sizes), "stats sizes\r\n"),
        EncodingCase(Command.Statistics(.settings), "stats settings\r\n"),
        EncodingCase(Command.Statistics(.connections), "stats conns\r\n"),
        EncodingCase(Command.Statistics(.extstore), "stats extstore\r\n"),
        EncodingCase(Command.Statistics(.proxy), "stats proxy\r\n"),
        EncodingCase(Command.Statistics(.proxyFunctions), "stats proxyfuncs\r\n"),
        EncodingCase(Command.Statistics(.proxyBackends), "stats proxybe\r\n"),
        EncodingCase(Command.Statistics(.mcrouterServers), "stats servers\r\n"),
        EncodingCase(Command.ResetStatistics(), "stats reset\r\n"),
        EncodingCase(Command.SetPrefixStatistics(isOn: true), "stats detail on\r\n"),
        EncodingCase(Command.SetPrefixStatistics(isOn: false), "stats detail off\r\n"),
        EncodingCase(Command.PrefixStatistics(), "stats detail dump\r\n"),
        EncodingCase(Command.CacheDump(slab(12), limit: 100), "stats cachedump 12 100\r\n"),
        EncodingCase(Command.Version(), "version\r\n"), EncodingCase(Command.Quit(), "quit\r\n"),
        EncodingCase(Command.FlushAll(), "flush_all\r\n"),
        EncodingCase(Command.FlushAll(after: .zero), "flush_all\r\n"),
        EncodingCase(Command.FlushAll(after: .milliseconds(1500)), "flush_all 2\r\n"),
        EncodingCase(Command.FlushAll(after: .seconds(2_592_000)), "flush_all 2592000\r\n"),
        EncodingCase(Command.Verbosity(2), "verbosity 2\r\n"),
        EncodingCase(Command.CacheMemoryLimit(megabytes: 128), "cache_memlimit 128\r\n"),
        EncodingCase(Command.Shutdown(), "shutdown\r\n"),
        EncodingCase(Command.Shutdown(.graceful), "shutdown graceful\r\n"),
        EncodingCase(Command.RefreshCertificates(), "refresh_certs\r\n"),
        EncodingCase(Command.GetClusterConfiguration(), "config get cluster\r\n"),
        EncodingCase(Command.GetClusterConfiguration(from: .legacyKey), "get AmazonElastiCache:cluster\r\n"),
    ])
    func `a command about the server`(_ example: EncodingCase) throws {
        try example.command.validate()
        #expect(Wire.request(example.command) == example.request)
    }

    @Test(arguments: [
        EncodingCase(Command.ReassignSlabs(from: slab(1), to: slab(2)), "slabs reassign 1 2\r\n"),
        EncodingCase(Command.ReassignSlabs(from: nil, to: nil), "slabs reassign -1 0\r\n"),
        EncodingCase(Command.TuneSlabAutomove(.off), "slabs automove 0\r\n"),
        EncodingCase(Command.TuneSlabAutomove(.on), "slabs automove 1\r\n"),
        EncodingCase(Command.TuneSlabAutomove(.aggressive), "slabs automove 2\r\n"),
        EncodingCase(Command.TuneSlabAutomove(.ratio(0.75)), "slabs automove ratio 0.75\r\n"),
        EncodingCase(Command.TuneSlabAutomove(.freeRatio(0.005)), "slabs automove freeratio 0.005\r\n"),
        EncodingCase(Command.TuneSlabAutomove(.window(60)), "slabs automove window 60\r\n"),
        EncodingCase(
            Command.TuneLRU(.segments(hotPercent: 10, warmPercent: 25, hotFactor: 0.1, warmFactor: 2)),
            "lru tune 10 25 0.1 2.0\r\n"),
        EncodingCase(Command.TuneLRU(.flat), "lru mode flat\r\n"),
        EncodingCase(Command.TuneLRU(.segmented), "lru mode segmented\r\n"),
        EncodingCase(Command.TuneLRU(.temporaryLifetime(.seconds(60))), "lru temp_ttl 60\r\n"),
        EncodingCase(Command.TuneLRU(.temporaryLifetime(nil)), "lru temp_ttl -1\r\n"),
        EncodingCase(Command.TuneFlash(.itemBytes(512)), "extstore item_size 512\r\n"),
        EncodingCase(Command.TuneFlash(.itemAge(1)), "extstore item_age 1\r\n"),
        EncodingCase(Command.TuneFlash(.lowLifetime(2)), "extstore low_ttl 2\r\n"),
        EncodingCase(Command.TuneFlash(.recacheRate(3)), "extstore recache_rate 3\r\n"),
        EncodingCase(Command.TuneFlash(.compactUnder(4)), "extstore compact_under 4\r\n"),
        EncodingCase(Command.TuneFlash(.dropUnder(5)), "extstore drop_under 5\r\n"),
        EncodingCase(Command.TuneFlash(.maximumSleepMicroseconds(6)), "extstore max_sleep 6\r\n"),
        EncodingCase(Command.TuneFlash(.maximumFragmentation(0.8)), "extstore max_frag 0.8\r\n"),
        EncodingCase(Command.TuneFlash(.dropUnread(true)), "extstore drop_unread 1\r\n"),
        EncodingCase(Command.TuneCrawler(.enable), "lru_crawler enable\r\n"),
        EncodingCase(Command.TuneCrawler(.disable), "lru_crawler disable\r\n"),
        EncodingCase(Command.TuneCrawler(.sleep(.microseconds(100))), "lru_crawler sleep 100\r\n"),
        EncodingCase(Command.TuneCrawler(.sleep(.seconds(1))), "lru_crawler sleep 1000000\r\n"),
        EncodingCase(Command.TuneCrawler(.itemLimit(0)), "lru_crawler tocrawl 0\r\n"),
        EncodingCase(Command.StartCrawl(), "lru_crawler crawl all\r\n"),
        EncodingCase(Command.StartCrawl(.classes([slab(1), slab(63)])), "lru_crawler crawl 1,63\r\n"),
    ])
    func `a command about memory`(_ example: EncodingCase) throws {
        try example.command.validate()
        #expect(Wire.request(example.command) == example.request)
    }

    @Test(arguments: [
        RefusalCase(Command.Set(base64, value: []), "set with a base64 key"),
        RefusalCase(Command.Add(base64, value: []), "add with a base64 key"),
        RefusalCase(Command.Replace(base64, value: []), "replace with a base64 key"),
        RefusalCase(Command.Append(base64, value: []), "append with a base64 key"),
        RefusalCase(Command.Prepend(base64, value: []), "prepend with a base64 key"),
        RefusalCase(Command.CompareAndSwap(base64, value: [], cas: CASToken(rawValue: 1)), "cas with a base64 key"),
        RefusalCase(Command.WithoutReply(Command.Set(base64, value: [])), "set noreply with a base64 key"),
        RefusalCase(Command.Get(base64), "get with a base64 key"),
        RefusalCase(Command.Gets(base64), "gets with a base64 key"),
        RefusalCase(Command.GetMany(["a", base64]), "get with a base64 key among others"),
        RefusalCase(Command.GetAndTouch(base64, expiration: .never), "gat with a base64 key"),
        RefusalCase(Command.Touch(base64, expiration: .never), "touch with a base64 key"),
        RefusalCase(Command.Delete(base64), "delete with a base64 key"),
        RefusalCase(Command.Increment(base64), "incr with a base64 key"),
        RefusalCase(Command.Decrement(base64), "decr with a base64 key"),
        RefusalCase(Command.GetMany([]), "get without a key"), RefusalCase(Command.GetsMany([]), "gets without a key"),
        RefusalCase(Command.GetAndTouchMany([], expiration: .never), "gat without a key"),
        RefusalCase(
            Command.GetAndTouchMany(Array(repeating: "0123456789", count: 200), expiration: .never),
            "gat of over 2000 bytes"),
        RefusalCase(Command.MetaGet("k", [.returnValue, .returnValue]), "mg with a flag twice"),
        RefusalCase(Command.MetaGet("k", [.opaque("1"), .opaque("2")]), "mg with two opaque texts"),
        RefusalCase(Command.MetaSet("k", value: [], [.mode(.add), .mode(.set)]), "ms with two modes"),
        RefusalCase(Command.MetaDelete("k", [.staleExpiration(.never)]), "md with T and without I"),
        RefusalCase(Command.MetaArithmetic("k", [.delta(1), .delta(2)]), "ma with two deltas"),
        RefusalCase(Command.FlushAll(after: .seconds(-1)), "flush_all before now"),
        RefusalCase(Command.CacheMemoryLimit(megabytes: 7), "too little memory"),
        RefusalCase(Command.CacheMemoryLimit(megabytes: 4_000_000_000), "bytes for megabytes"),
        RefusalCase(Command.ReassignSlabs(from: slab(1), to: slab(1)), "a class that gives to itself"),
        RefusalCase(Command.TuneSlabAutomove(.ratio(1.5)), "a ratio over 1"),
        RefusalCase(Command.TuneSlabAutomove(.ratio(.nan)), "a ratio that is no number"),
        RefusalCase(Command.TuneSlabAutomove(.window(2)), "a window too short"),
        RefusalCase(
            Command.TuneLRU(.segments(hotPercent: 50, warmPercent: 50, hotFactor: 1, warmFactor: 1)),
            "over 80 % together"),
        RefusalCase(
            Command.TuneLRU(.segments(hotPercent: .max, warmPercent: .max, hotFactor: 1, warmFactor: 1)),
            "percent that overflow"),
        RefusalCase(
            Command.TuneLRU(.segments(hotPercent: 10, warmPercent: 10, hotFactor: 0, warmFactor: 1)), "a factor of 0"),
        RefusalCase(
            Command.TuneLRU(.segments(hotPercent: 10, warmPercent: 10, hotFactor: .infinity, warmFactor: 1)),
            "an endless factor"),
        RefusalCase(Command.TuneLRU(.temporaryLifetime(.seconds(-1))), "a negative lifetime"),
        RefusalCase(Command.TuneFlash(.maximumFragmentation(-0.1)), "a negative share"),
        RefusalCase(Command.TuneCrawler(.sleep(.seconds(2))), "a pause too long"),
        RefusalCase(Command.TuneCrawler(.sleep(.microseconds(-1))), "a negative pause"),
        RefusalCase(Command.StartCrawl(.hashTable), "a crawl of the hash table"),
        RefusalCase(Command.StartCrawl(.classes([])), "no class"),
    ])
    func `what a server would reject is rejected before it is sent`(_ example: RefusalCase) {
        #expect(Wire.code { try example.command.validate() } == .invalidArgument)
    }

    @Test func `the error for a base64 key says what to use`() {
        do {
            try Command.Get(Self.base64).validate()
            Issue.record("accepted")
        } catch {
            #expect(
                error.message == "get cannot carry the base64 key YSBi: use a meta command (mg, ms, md, ma), which can")
        }
    }

    @Test(arguments: [0, 1, 7, 200, 5000])
    func `a long list of keys for gat is split into short lines`(count: Int) throws {
        let keys = (0..<count).map { Key("key:\($0):" + String(repeating: "x", count: $0 % 240)) }
        let commands = Command.GetAndTouchManyWithCAS.split(keys, expiration: .at(unixTime: 2_000_000_000))
        #expect(commands.flatMap(\.keys) == keys)
        for command in commands {
            try command.validate()
            #expect(Wire.request(command).utf8.count <= 2000)
        }
        #expect(Command.GetAndTouchMany.split(keys, expiration: .never).count == commands.count)
    }

    @Test(arguments: [0, -1, 64, 255])
    func `a slab class has a number from 1 to 63`(number: Int) {
        #expect(Wire.code { _ = try SlabClass(number) } == .invalidArgument)
    }

    @Test(arguments: [
        ("all", CrawlScope.all), ("hash", .hashTable), ("1", .classes([slab(1)])),
        ("1,2,63", .classes([slab(1), slab(2), slab(63)])),
    ])
    func `a scope is read as it is written`(text: String, scope: CrawlScope) throws {
        #expect(try CrawlScope(text) == scope)
        #expect(scope.word == Wire.bytes(text))
    }

    @Test(arguments: [
        "", "al", "ALL", "1,", ",1", "0", "64", "1, 2", "1 2", "a", "1\r\nflush_all", "18446744073709551616",
    ])
    func `an invalid scope is rejected`(text: String) {
        #expect(Wire.code { _ = try CrawlScope(text) } == .invalidArgument)
    }
}
