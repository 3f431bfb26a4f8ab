import MemcacheCore
import Testing

/// What servers reply, and what a caller gets from it.
@Suite struct CommandOutcomeTests {
    private func outcome<Request: MemcacheCommand>(_ command: Request, _ text: String) throws -> Request.Outcome {
        try Wire.outcome(of: command, from: text)
    }

    @Test func `stores`() throws {
        #expect(try outcome(Command.Set("k", value: []), "STORED\r\n") == .stored)
        #expect(try outcome(Command.Set("k", value: []), "NOT_STORED\r\n") == .notStored)
        #expect(try outcome(Command.Add("k", value: []), "STORED\r\n") == .stored)
        #expect(try outcome(Command.Add("k", value: []), "NOT_STORED\r\n") == .present)
        #expect(try outcome(Command.Replace("k", value: []), "STORED\r\n") == .stored)
        #expect(try outcome(Command.Replace("k", value: []), "NOT_STORED\r\n") == .missing)
        #expect(try outcome(Command.Append("k", value: []), "STORED\r\n") == .stored)
        #expect(try outcome(Command.Append("k", value: []), "NOT_STORED\r\n") == .notStored)
        #expect(try outcome(Command.Prepend("k", value: []), "STORED\r\n") == .stored)
        #expect(try outcome(Command.Prepend("k", value: []), "NOT_STORED\r\n") == .notStored)
        let swap = Command.CompareAndSwap("k", value: [], cas: CASToken(rawValue: 1))
        #expect(try outcome(swap, "STORED\r\n") == .stored)
        #expect(try outcome(swap, "EXISTS\r\n") == .changed)
        #expect(try outcome(swap, "NOT_FOUND\r\n") == .missing)
    }

    @Test func `deletes, touches, counts`() throws {
        #expect(try outcome(Command.Delete("k"), "DELETED\r\n") == .deleted)
        #expect(try outcome(Command.Delete("k"), "NOT_FOUND\r\n") == .missing)
        #expect(try outcome(Command.Touch("k", expiration: .never), "TOUCHED\r\n") == .touched)
        #expect(try outcome(Command.Touch("k", expiration: .never), "NOT_FOUND\r\n") == .missing)
        #expect(try outcome(Command.Increment("k"), "18446744073709551615\r\n") == .value(.max))
        #expect(try outcome(Command.Increment("k"), "NOT_FOUND\r\n") == .missing)
        #expect(try outcome(Command.Decrement("k"), "0\r\n") == .value(0))
        #expect(try outcome(Command.Decrement("k"), "NOT_FOUND\r\n") == .missing)
    }

    @Test func `reads`() throws {
        let item = Item(key: "k", flags: 7, value: Wire.bytes("\r\nEND\r\n"))
        #expect(try outcome(Command.Get("k"), "VALUE k 7 7\r\n\r\nEND\r\n\r\nEND\r\n") == item)
        #expect(try outcome(Command.Get("k"), "END\r\n") == nil)
        #expect(try outcome(Command.Gets("k"), "VALUE k 0 0 9\r\n\r\nEND\r\n")?.cas == CASToken(rawValue: 9))
        #expect(try outcome(Command.GetAndTouch("k", expiration: .never), "END\r\n") == nil)
        #expect(
            try outcome(Command.GetAndTouchWithCAS("k", expiration: .never), "VALUE k 0 1 5\r\nx\r\nEND\r\n")
                == Item(key: "k", value: [0x78], cas: CASToken(rawValue: 5)))
        #expect(
            try outcome(
                Command.GetMany(["a", "b", "c", "a"]),
                "VALUE a 0 1\r\nx\r\nVALUE c 0 1\r\ny\r\nVALUE a 0 1\r\nx\r\nEND\r\n"
            )
            .map(\.key) == ["a", "c", "a"])
        #expect(try outcome(Command.GetsMany(["a"]), "VALUE a 0 1 1\r\nx\r\nEND\r\n").count == 1)
        #expect(try outcome(Command.GetMany(["a", "b"]), "VALUE b 0 1\r\nx\r\nVALUE a 0 1\r\ny\r\nEND\r\n").count == 2)
    }

    @Test func `an item that was not requested is not returned`() {
        #expect(Wire.code { _ = try outcome(Command.Get("k"), "VALUE j 0 1\r\nx\r\nEND\r\n") } == .unreadableReply)
        #expect(
            Wire.code { _ = try outcome(Command.Get("k"), "VALUE k 0 1\r\nx\r\nVALUE k 0 1\r\nx\r\nEND\r\n") }
                == .unreadableReply)
        #expect(
            Wire.code { _ = try outcome(Command.GetMany(["a", "b"]), "VALUE c 0 1\r\nx\r\nEND\r\n") }
                == .unreadableReply)
        #expect(Wire.code { _ = try outcome(Command.Gets("k"), "VALUE k 0 1\r\nx\r\nEND\r\n") } == .unreadableReply)
    }

    @Test(arguments: [
        ("ERROR\r\n", MemcacheError.Code.error), ("CLIENT_ERROR bad command line format\r\n", .clientError),
        ("SERVER_ERROR out of memory\r\n", .serverError), ("BUSY later\r\n", .unavailable),
    ])
    func `an error reply is thrown with its text by every command`(text: String, code: MemcacheError.Code) throws {
        let commands: [any MemcacheCommand] = [
            Command.Set("k", value: []), Command.Add("k", value: []), Command.Replace("k", value: []),
            Command.Append("k", value: []),
            Command.Prepend("k", value: []), Command.CompareAndSwap("k", value: [], cas: CASToken(rawValue: 1)),
            Command.Get("k"), Command.Gets("k"),
            Command.GetMany(["k"]), Command.GetsMany(["k"]), Command.GetAndTouch("k", expiration: .never),
            Command.GetAndTouchWithCAS("k", expiration: .never), Command.GetAndTouchMany(["k"], expiration: .never),
            Command.GetAndTouchManyWithCAS(["k"], expiration: .never), Command.Delete("k"),
            Command.Touch("k", expiration: .never),
            Command.Increment("k"), Command.Decrement("k"), Command.MetaGet("k"), Command.MetaSet("k", value: []),
            Command.MetaDelete("k"), Command.MetaArithmetic("k"),
            Command.MetaNoop(), Command.MetaDebug("k"), Command.Statistics(), Command.ResetStatistics(),
            Command.SetPrefixStatistics(isOn: true),
            Command.PrefixStatistics(),
            Command.CacheDump(CommandEncodingTests.slab(1)), Command.Version(), Command.FlushAll(),
            Command.Verbosity(0),
            Command.CacheMemoryLimit(megabytes: 64),
            Command.Shutdown(), Command.Quit(), Command.RefreshCertificates(), Command.GetClusterConfiguration(),
            Command.GetClusterConfiguration(from: .legacyKey), Command.ReassignSlabs(from: nil, to: nil),
            Command.TuneSlabAutomove(.on),
            Command.TuneLRU(.flat), Command.TuneFlash(.dropUnread(true)), Command.TuneCrawler(.enable),
            Command.StartCrawl(),
        ]
        for command in commands {
            func check(_ command: some MemcacheCommand) {
                do {
                    _ = try outcome(command, text)
                    Issue.record("\(command) accepted \(text)")
                } catch let error as MemcacheError {
                    #expect(error.code == code, "\(command)")
                    #expect(error.message == String(text.dropLast()), "\(command)")
                } catch {
                    Issue.record("\(command): \(error)")
                }
            }
            check(command)
        }
    }

    @Test func `a reply of another command is thrown`() {
        #expect(Wire.code { _ = try Command.Touch("k", expiration: .never).interpret(.deleted) } == .unreadableReply)
        #expect(Wire.code { _ = try Command.Delete("k").interpret(.touched) } == .unreadableReply)
        #expect(Wire.code { _ = try Command.Increment("k").interpret(.ok) } == .unreadableReply)
        #expect(Wire.code { try Command.FlushAll().interpret(.reset) } == .unreadableReply)
        #expect(Wire.code { try Command.ResetStatistics().interpret(.ok) } == .unreadableReply)
        #expect(Wire.code { try Command.Shutdown().interpret(.ok) } == .unreadableReply)
        #expect(Wire.code { _ = try Command.Version().interpret(.number(1)) } == .unreadableReply)
        #expect(
            Wire.code {
                _ = try Command.CompareAndSwap("k", value: [], cas: CASToken(rawValue: 1)).interpret(.notStored)
            }
                == .unreadableReply)
    }

    @Test func `without a reply there is no outcome, but an error is reported`() throws {
        try outcome(Command.WithoutReply(Command.Set("k", value: [])), "MN\r\n")
        try Command.WithoutReply(Command.Delete("k")).interpret(.nothing)
        let refusal = Refusal(kind: .error, line: Wire.bytes("ERROR"))
        #expect(Wire.code { try Command.WithoutReply(Command.Delete("k")).interpret(.refused(refusal)) } == .error)
    }

    @Test func `statistics keep the server's names and values`() throws {
        let text = "STAT pid 1\r\nSTAT num_napi_ids (null)\r\nSTAT rusage_user 0.5\r\nEND\r\n"
        #expect(
            try outcome(Command.Statistics(), text).map { String(decoding: $0.value, as: UTF8.self) } == [
                "1", "(null)", "0.5",
            ])
        #expect(try outcome(Command.Statistics(.items), "END\r\n").isEmpty)
        try outcome(Command.ResetStatistics(), "RESET\r\n")
        try outcome(Command.SetPrefixStatistics(isOn: true), "OK\r\n")
        #expect(try outcome(Command.PrefixStatistics(), "END\r\n").isEmpty)
        #expect(
            try outcome(Command.PrefixStatistics(), "PREFIX user get 2 hit 1 set 1 del 1\r\nEND\r\n").first?.hits == 1)
        let dump = Command.CacheDump(CommandEncodingTests.slab(1))
        #expect(try outcome(dump, "END\r\n").isEmpty)
        #expect(try outcome(dump, "ITEM b [2 b; 0 s]\r\nITEM a [1 b; 0 s]\r\nEND\r\n").map(\.valueBytes) == [2, 1])
    }

    @Test(arguments: [
        ("1.6.18", ServerVersion(1, 6, 18)), ("1.6.45-vendor_2", ServerVersion(1, 6, 45)),
        ("1.5.22-1ubuntu", ServerVersion(1, 5, 22)),
        ("1.7", ServerVersion(1, 7, 0)), ("mcrouter 37.0.0", ServerVersion(0, 0, 0)), ("", ServerVersion(0, 0, 0)),
        ("99999999999999999999.1", ServerVersion(0, 1, 0)),
    ])
    func `a version is compared by its numbers`(text: String, version: ServerVersion) throws {
        #expect(try outcome(Command.Version(), "VERSION \(text)\r\n") == version)
        #expect(try outcome(Command.Version(), "VERSION \(text)\r\n").description == text)
    }

    @Test func `1.6.9 is before 1.6.10`() {
        #expect(ServerVersion(1, 6, 9) < ServerVersion(1, 6, 10))
        #expect(ServerVersion(Wire.bytes("1.6.10")) >= ServerVersion(1, 6, 10))
        #expect(ServerVersion(Wire.bytes("1.6\u{1b}[31m")).text == #"1.6\e[31m"#)
    }

    @Test func `the published example of a cluster's configuration`() throws {
        let text =
            "CONFIG cluster 0 147\r\n12\nmyCluster.pc4ldq.0001.use1.cache.amazonaws.com|10.82.235.120|11211 "
            + "myCluster.pc4ldq.0002.use1.cache.amazonaws.com||11212\n\r\nEND\r\n"
        let configuration = try #require(try outcome(Command.GetClusterConfiguration(), text))
        #expect(configuration.version == 12)
        #expect(configuration.nodes.map(\.ipAddress) == ["10.82.235.120", nil])
        #expect(
            configuration.nodes.map(\.address.description) == [
                "myCluster.pc4ldq.0001.use1.cache.amazonaws.com:11211",
                "myCluster.pc4ldq.0002.use1.cache.amazonaws.com:11212",
            ])
    }

    @Test func `old nodes keep the configuration under a key, and memcached keeps none`() throws {
        let command = Command.GetClusterConfiguration(from: .legacyKey)
        #expect(try outcome(command, "END\r\n") == nil)
        let text = "VALUE AmazonElastiCache:cluster 0 22\r\n3\nhost|10.0.0.1|11211\n\r\nEND\r\n"
        #expect(try outcome(command, text)?.nodes.first?.hostName == "host")
    }

    @Test(arguments: [
        "x\nh|i|1\n", "1\nh|i\n", "1\nh|i|0\n", "1\nh|i|65536\n", "1\n||1\n", "1\nh|i|1|2\n", "1\nh\u{1b}|i|1\n", "",
    ])
    func `an invalid configuration is rejected`(body: String) {
        #expect(ClusterConfiguration(Wire.bytes(body)) == nil)
    }
}
