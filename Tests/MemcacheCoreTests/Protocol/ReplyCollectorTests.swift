import MemcacheCore
import Testing

@Suite struct ReplyCollectorTests {
    private func reply(_ text: String, _ shape: ReplyShape) throws -> Reply? {
        try Wire.reply(Wire.bytes(text), shape: shape)?.0
    }

    @Test func `values are collected up to END`() throws {
        #expect(try reply("END\r\n", .values) == .items([]))
        #expect(
            try reply("VALUE a 1 1 9\r\nx\r\nVALUE c 2 2\r\nyz\r\nEND\r\n", .values)
                == .items([
                    Item(key: "a", flags: 1, value: [0x78], cas: CASToken(rawValue: 9)),
                    Item(key: "c", flags: 2, value: [0x79, 0x7a]),
                ]))
        #expect(try reply("VALUE a 1 1\r\nx\r\n", .values) == nil)
    }

    @Test func `a meta reply keeps its flags in order`() throws {
        #expect(
            try reply("VA 2 s2 t-1 W\r\nhi\r\n", .meta)
                == .meta(
                    MetaReply(
                        status: .value, value: Wire.bytes("hi"),
                        flags: [
                            MetaReturnFlag(letter: UInt8(ascii: "s"), argument: Wire.bytes("2")),
                            MetaReturnFlag(letter: UInt8(ascii: "t"), argument: Wire.bytes("-1")),
                            MetaReturnFlag(letter: UInt8(ascii: "W"), argument: []),
                        ])))
        #expect(try reply("HD\r\n", .meta) == .meta(MetaReply(status: .done, value: nil, flags: [])))
        #expect(try reply("VA 0\r\n\r\n", .meta) == .meta(MetaReply(status: .value, value: [], flags: [])))
    }

    @Test func `statistics, keys and prefixes are distinguished`() throws {
        #expect(
            try reply("STAT a 1\r\nSTAT b x y\r\nEND\r\n", .statistics)
                == .statistics([
                    Statistic(name: [0x61], value: [0x31]), Statistic(name: [0x62], value: Wire.bytes("x y")),
                ]))
        #expect(
            try reply("ITEM k [3 b; 1795332414 s]\r\nITEM j [0 b; 0 s]\r\nEND\r\n", .statistics)
                == .cachedKeys([
                    CachedKey(key: [0x6b], valueBytes: 3, expirationTime: 1_795_332_414),
                    CachedKey(key: [0x6a], valueBytes: 0, expirationTime: nil),
                ]))
        #expect(
            try reply("PREFIX user get 2 hit 1 set 3 del 4\r\nEND\r\n", .statistics)
                == .prefixes([PrefixStatistic(prefix: Wire.bytes("user"), gets: 2, hits: 1, sets: 3, deletes: 4)]))
        #expect(try reply("END\r\n", .statistics) == .statistics([]))
        #expect(try reply("RESET\r\n", .statistics) == .reset)
    }

    @Test(arguments: [
        "ITEM k\r\nEND\r\n", "ITEM k [x b; 0 s]\r\nEND\r\n", "PREFIX p get 1\r\nEND\r\n",
        "PREFIX p get x hit 1 set 1 del 1\r\nEND\r\n",
    ])
    func `a malformed line of a list is thrown`(text: String) {
        #expect(throws: ReplyParser.Failure.self) { try reply(text, .statistics) }
    }

    @Test func `another command's reply is thrown`() {
        #expect(throws: ReplyParser.Failure.unexpected(line: Wire.bytes("VALUE a"))) {
            try reply("VALUE a 0 1\r\nx\r\n", .storage)
        }
        #expect(throws: ReplyParser.Failure.self) { try reply("STORED\r\n", .values) }
        #expect(throws: ReplyParser.Failure.self) { try reply("HD\r\n", .line) }
    }

    @Test(arguments: [
        ("CONFIG cluster 0 20\r\n1\nh|i|1\n\r\nEND\r\n", Reply.clusterConfiguration(Wire.bytes("1\nh|i|1\n\r\n"))),
        ("END\r\n", .items([])),
        ("ERROR\r\n", .refused(Refusal(kind: .error, line: Wire.bytes("ERROR")))),
    ])
    func `a configuration, none, or an error`(text: String, expected: Reply) throws {
        #expect(try reply(text, .configuration) == expected)
    }
}
