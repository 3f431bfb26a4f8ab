import MemcacheCore
import Testing

@testable import mcsh

/// Each format, written out. Programs read these.
@Suite struct RendererTests {
    /// One answer of each kind.
    enum Answer: Sendable, CustomTestStringConvertible {
        case status(StaticString, key: String, isMany: Bool = false)
        case number(UInt64)
        case item(
            String, key: String = "k", flags: UInt64 = 0, cas: UInt64? = nil, ttl: Int64? = nil, isMany: Bool = false)
        case bytes([UInt8], key: [UInt8])
        case miss(isMany: Bool = false)
        case missOf(StaticString)
        case existence(Bool, isMany: Bool = false)
        case timeToLive(Int64?, isMany: Bool = false)
        case meta(MetaReply.Status, flags: String, value: String = "")
        case text(String, StaticString)
        case statistics(Reply)

        var testDescription: String { "\(self)" }
    }

    private static func render(_ answers: [Answer], _ format: OutputFormat, endsValues: Bool = true) -> String {
        var renderer: any AnswerRenderer =
            switch format {
            case .human: HumanRenderer(style: .plain, width: 80)
            case .plain: PlainRenderer()
            case .json: JSONRenderer()
            case .csv: DelimitedRenderer(style: .csv)
            case .tsv: DelimitedRenderer(style: .tsv)
            case .raw: RawRenderer()
            }
        var out: [UInt8] = []
        for answer in answers { append(answer, &renderer, endsValues, to: &out) }
        return String(decoding: out, as: UTF8.self)
    }

    private static func append(
        _ answer: Answer, _ renderer: inout any AnswerRenderer, _ endsValues: Bool, to out: inout [UInt8]
    ) {
        func context(_ name: StaticString, _ isMany: Bool = false) -> AnswerContext {
            AnswerContext(name: name, server: "cache:1", namesServer: false, endsValues: endsValues, isMany: isMany)
        }
        let key = Array("k".utf8)
        switch answer {
        case .status(let word, let key, let isMany):
            renderer.status(word, key: Array(key.utf8).span, context("set", isMany), to: &out)
        case .number(let number): renderer.number(number, key: key.span, context("incr"), to: &out)
        case .item(let value, let key, let flags, let cas, let ttl, let isMany):
            renderer.item(
                AnsweredItem(flags: flags, cas: cas, timeToLive: ttl), key: Array(key.utf8).span,
                value: Array(value.utf8).span, context("get", isMany), to: &out)
        case .bytes(let value, let key):
            renderer.item(AnsweredItem(flags: 0), key: key.span, value: value.span, context("get", true), to: &out)
        case .miss(let isMany): renderer.miss(key: key.span, context("get", isMany), to: &out)
        case .missOf(let name): renderer.miss(key: key.span, context(name), to: &out)
        case .existence(let exists, let isMany):
            renderer.existence(exists, key: key.span, context("exists", isMany), to: &out)
        case .timeToLive(let seconds, let isMany):
            renderer.timeToLive(seconds, key: key.span, context("ttl", isMany), to: &out)
        case .meta(let status, let flags, let value):
            renderer.meta(
                status, flags: Array(flags.utf8).span, value: Array(value.utf8).span, key: key.span, context("mg"),
                to: &out)
        case .text(let text, let name): renderer.text(Array(text.utf8).span, named: name, context(name), to: &out)
        case .statistics(let reply): renderer.statistics(reply, .other("x"), context("stats"), to: &out)
        }
    }

    @Test(arguments: [
        (Answer.status("STORED", key: "k"), "STORED\n"),
        (.status("DELETED", key: "a b\t", isMany: true), "a b\\t\tDELETED\n"),
        (.status("OK", key: ""), "OK\n"),
        (.number(18_446_744_073_709_551_615), "18446744073709551615\n"),
        (.item("v"), "v\n"),
        (.item("a\tb\n\\\"", isMany: true), "k\ta\\tb\\n\\\\\\\"\n"),
        (.item("v", cas: 7), "k\t7\tv\n"),
        (.item("", isMany: true), "k\t\n"),
        (.bytes([0xff, 0x00, 0xc3, 0xa9], key: [0x6b, 0x80]), "k\\x80\t\\xff\\0é\n"),
        (.miss(), ""), (.miss(isMany: true), ""),
        (.existence(true), "yes\n"), (.existence(false, isMany: true), "k\tno\n"),
        (.timeToLive(60), "60\n"), (.timeToLive(nil, isMany: true), "k\t-1\n"),
        (.meta(.done, flags: ""), "HD\n"), (.meta(.miss, flags: ""), "EN\n"),
        (.meta(.value, flags: "t-1 f0", value: "v"), "VA 1 t-1 f0\nv\n"),
        (.meta(.notStored, flags: "Oa\u{1b}"), "NS Oa\\e\n"),
        (.text("1.6.18", "version"), "1.6.18\n"),
        (.statistics(.statistics([Statistic(name: [0x61], value: Array("x\ty".utf8))])), "a\tx\\ty\n"),
        (.statistics(.reset), "RESET\n"), (.statistics(.ok), "OK\n"),
    ])
    func `plain is the protocol's word, exact bytes, or a line of fields`(answer: Answer, text: String) {
        #expect(Self.render([answer], .plain) == text)
    }

    @Test func `plain adds nothing to the one value of a one-liner`() {
        #expect(Self.render([.item("v\n")], .plain, endsValues: false) == "v\n")
        #expect(Self.render([.item("")], .plain, endsValues: false) == "")
    }

    @Test(arguments: [
        (Answer.status("STORED", key: "k"), #"{"command":"set","key":"k","status":"STORED"}"#),
        (.status("OK", key: ""), #"{"command":"set","status":"OK"}"#),
        (.number(18_446_744_073_709_551_615), #"{"key":"k","value":18446744073709551615}"#),
        (
            .item("v", flags: 4_294_967_295),
            #"{"key":"k","found":true,"value":"v","flags":4294967295,"size":1,"undecoded":"the compressed value is cut short: its zlib stream has no end"}"#
        ),
        (.item("v", cas: 7, ttl: 60), #"{"key":"k","found":true,"value":"v","flags":0,"size":1,"cas":7,"ttl":60}"#),
        (.item("v", ttl: -1), #"{"key":"k","found":true,"value":"v","flags":0,"size":1,"ttl":null}"#),
        (
            .item("\"\\/\u{8}\u{1b}\n\r\t\u{7f}é\u{2028}🙂\0"),
            #"{"key":"k","found":true,"value":"\"\\/\u0008\u001b\n\r\t\u007fé\u2028🙂"#
                + #"\u0000","flags":0,"size":19}"#
        ),
        (
            .bytes([0xff, 0xfe], key: [0x6b, 0xff]),
            #"{"key_b64":"a/8=","found":true,"value_b64":"//4=","flags":0,"size":2}"#
        ),
        (.bytes([0xed, 0xa0, 0x80], key: [0x6b]), #"{"key":"k","found":true,"value_b64":"7aCA","flags":0,"size":3}"#),
        (.miss(), #"{"key":"k","found":false}"#),
        (.existence(true), #"{"key":"k","found":true}"#), (.existence(false), #"{"key":"k","found":false}"#),
        (.timeToLive(60), #"{"key":"k","found":true,"ttl":60}"#),
        (.timeToLive(nil), #"{"key":"k","found":true,"ttl":null}"#),
        (.meta(.done, flags: ""), #"{"command":"mg","key":"k","status":"HD","flags":{}}"#),
        (
            .meta(.value, flags: "t-1 f0 W kk O007", value: "v"),
            #"{"command":"mg","key":"k","status":"VA","value":"v","size":1,"flags":{"t":-1,"f":0,"W":true,"k":"k","O":"007"}}"#
        ),
        (.text("1.6.18", "version"), #"{"command":"version","version":"1.6.18","server":"cache:1"}"#),
        (
            .statistics(
                .statistics([
                    Statistic(name: Array("pid".utf8), value: Array("12".utf8)),
                    Statistic(name: Array("rusage_user".utf8), value: Array("0.5".utf8)),
                    Statistic(name: Array("version".utf8), value: Array("1.6.18".utf8)),
                    Statistic(name: Array("zero".utf8), value: Array("007".utf8)),
                    Statistic(name: [0xff], value: [0xfe]),
                ])),
            #"{"server":"cache:1","stats":{"pid":12,"rusage_user":0.5,"version":"1.6.18","zero":"007","others":[{"name_b64":"/w==","value_b64":"/g=="}]}}"#
        ),
        (.statistics(.reset), #"{"server":"cache:1","command":"stats","status":"RESET"}"#),
        (
            .statistics(.cachedKeys([CachedKey(key: [0x61], valueBytes: 3, expirationTime: 9)])),
            #"{"server":"cache:1","rows":[{"key":"a","bytes":3,"expires":9}]}"#
        ),
    ])
    func `JSON is one object a line`(answer: Answer, text: String) {
        #expect(Self.render([answer], .json) == text + "\n")
    }

    @Test func `CSV has a header, which is written again when the columns change`() {
        #expect(
            Self.render(
                [
                    .item("v", flags: 7, cas: 8, ttl: 60), .miss(), .item("a,b"), .item("say \"hi\""),
                    .item("two\nlines"),
                    .item(" blank "), .status("STORED", key: "k"), .status("OK", key: ""), .number(5),
                    .existence(true), .timeToLive(nil), .meta(.value, flags: "t5", value: "v"),
                    .text("1.6.18", "version"),
                ], .csv) == #"""
                    key,found,value,flags,size,cas,ttl
                    k,true,v,7,1,8,60
                    k,false,,,,,
                    k,true,"a,b",0,3,,
                    k,true,"say ""hi""",0,8,,
                    k,true,"two
                    lines",0,9,,
                    k,true, blank ,0,7,,
                    command,key,status
                    set,k,STORED
                    set,,OK
                    key,value
                    k,5
                    key,found
                    k,true
                    key,ttl
                    k,-1
                    command,key,status,flags,value
                    mg,k,VA,t5,v
                    server,command,value
                    cache:1,version,1.6.18

                    """#)
    }

    @Test func `a miss of ttl is a row of the same table`() {
        #expect(
            Self.render([.timeToLive(60), .missOf("ttl"), .timeToLive(nil)], .csv) == "key,ttl\nk,60\nk,\nk,-1\n")
        #expect(Self.render([.missOf("ttl"), .timeToLive(5)], .tsv) == "key\tttl\nk\t\nk\t5\n")
        #expect(Self.render([.existence(false), .existence(true)], .csv) == "key,found\nk,false\nk,true\n")
    }

    @Test(arguments: [Int64.max, Int64.max - 1, 300_000_000_000])
    func `a lifetime beyond any calendar is shown all the same`(seconds: Int64) {
        #expect(Self.render([.timeToLive(seconds)], .human).hasSuffix(", ends at 9999-12-31T23:59:59Z\n"))
        #expect(Self.render([.item("v", ttl: seconds), .item("v", ttl: Int64.min)], .human).contains("never expires"))
    }

    @Test func `CSV of statistics has the server in front`() {
        let reply = Reply.statistics([Statistic(name: Array("a,b".utf8), value: Array("1".utf8))])
        #expect(
            Self.render([.statistics(reply), .statistics(.reset), .statistics(.ok)], .csv)
                == "server,name,value\ncache:1,\"a,b\",1\nserver,status\ncache:1,RESET\ncache:1,OK\n")
    }

    @Test func `TSV escapes, so that every row is one line`() {
        #expect(
            Self.render([.item("a\tb\n\"q\"\\"), .bytes([0xff], key: [0x6b])], .tsv)
                == "key\tfound\tvalue\tflags\tsize\tcas\tttl\nk\ttrue\ta\\tb\\n\\\"q\\\"\\\\\t0\t8\t\t\n"
                + "k\ttrue\t\\xff\t0\t1\t\t\n")
    }

    @Test(arguments: [
        (Answer.status("STORED", key: "k"), ""), (.number(5), "5"), (.item("v\r\n", cas: 5, isMany: true), "v\r\n"),
        (.miss(), ""), (.existence(true), ""), (.timeToLive(nil), "-1"), (.meta(.value, flags: "t5", value: "v"), "v"),
        (.meta(.done, flags: "t5"), ""), (.text("1.6.18", "version"), "1.6.18"),
        (.statistics(.statistics([Statistic(name: [0x61], value: [0x31])])), "STAT a 1\r\nEND\r\n"),
        (.statistics(.reset), "RESET\r\n"),
        (.statistics(.cachedKeys([CachedKey(key: [0x61], valueBytes: 3)])), "ITEM a [3 b; 0 s]\r\nEND\r\n"),
    ])
    func `raw is the server's bytes and nothing else`(answer: Answer, text: String) {
        #expect(Self.render([answer], .raw) == text)
    }

    @Test(arguments: [
        (Answer.status("STORED", key: "k"), "stored\n"),
        (.status("NOT_FOUND", key: "a\u{1b}", isMany: true), "a\\e: (not found)\n"),
        (.status("EXISTS", key: "k"), "not stored: the item has changed since its CAS token was read\n"),
        (.number(5), "5\n"),
        (.item("hello", cas: 8), "hello\n5 B, text, flags 0, cas 8\n"),
        (.item("[1,{}]", ttl: -1, isMany: true), "k\n[1, {}]\n6 B, JSON, flags 0, never expires\n"),
        (.item("", ttl: 3600), "(empty)\n0 B, empty, flags 0, expires in 1h\n"),
        (.miss(), "(not found)\n"), (.miss(isMany: true), "k\n(not found)\n"),
        (.existence(true), "exists\n"), (.existence(false, isMany: true), "k: (not found)\n"),
        (.timeToLive(nil), "never expires\n"),
        (.meta(.value, flags: "t-1 h0", value: "v"), "v\nVA: 1 byte\n  t-1  never expires\n  h0  never read before\n"),
        (.meta(.miss, flags: ""), "EN: (not found)\n"),
        (.text("1.6.18", "version"), "memcached 1.6.18\n"),
        (.statistics(.reset), "counters were reset\n"),
        (
            .statistics(.cachedKeys([CachedKey(key: Array("long key".utf8), valueBytes: 3, expirationTime: 9)])),
            "key       bytes  expires\nlong key  3      9      \n"
        ),
    ])
    func `for people, an answer is a short sentence or the value and what is known of it`(answer: Answer, text: String)
    {
        #expect(Self.render([answer], .human) == text)
    }
}

@Suite struct ItemDescriptionTests {
    private static func rendered(
        _ format: OutputFormat, value: String = "a,\tb", ttl: String = "-1", hasHeader: Bool = true
    ) -> String {
        let bytes = Array(value.utf8)
        let reply = MetaReply(
            status: .value, value: bytes,
            flags: [
                MetaReturnFlag(letter: 0x73, argument: Array("\(bytes.count)".utf8)),
                MetaReturnFlag(letter: 0x66, argument: [0x37]), MetaReturnFlag(letter: 0x63, argument: [0x39]),
                MetaReturnFlag(letter: 0x74, argument: Array(ttl.utf8)),
                MetaReturnFlag(letter: 0x68, argument: [0x31]),
                MetaReturnFlag(letter: 0x6c, argument: [0x35]),
            ])
        let description = ItemDescription(
            key: Array("k".utf8), result: MetaResult(reply), debug: .missing, server: "cache:1")
        return String(
            decoding: description.rendered(format, style: .plain, hasHeader: hasHeader), as: UTF8.self)
    }

    private static let header =
        "key,found,value,flags,size,cas,ttl,last_access,fetched,class,item_bytes,stale,server\n"

    @Test func `in a table an item is a row below one header`() {
        let row = "k,true,\"a,\tb\",7,4,9,-1,5,true,,,false,cache:1\n"
        #expect(Self.rendered(.csv) == Self.header + row)
        #expect(Self.rendered(.csv, ttl: "60", hasHeader: false) == row.replacing(",-1,", with: ",60,"))
        #expect(
            Self.rendered(.tsv)
                == Self.header.replacing(",", with: "\t")
                + "k\ttrue\ta,\\tb\t7\t4\t9\t-1\t5\ttrue\t\t\tfalse\tcache:1\n")
        let miss = ItemDescription(
            key: Array("n,o".utf8), result: MetaResult(MetaReply(status: .miss, value: nil, flags: [])),
            debug: .missing, server: "cache:1")
        #expect(
            String(decoding: miss.rendered(.csv, style: .plain), as: UTF8.self)
                == Self.header + "\"n,o\",false,,,,,,,,,,,cache:1\n")
    }

    @Test func `a lifetime beyond any calendar is shown all the same`() {
        #expect(Self.rendered(.human, ttl: "9223372036854775807").contains("at 9999-12-31T23:59:59Z\n"))
    }

    @Test func `show prints everything known about an item`() {
        #expect(
            Self.rendered(.plain)
                == "key\tk\nvalue\ta,\\tb\nflags\t7\nsize\t4\ncas\t9\nttl\tnull\nlast_access\t5\nfetched\ttrue\n"
                + "stale\tfalse\nserver\tcache:1\n")
        #expect(
            Self.rendered(.json) == #"{"key":"k","found":true,"value":"a,\tb","flags":7,"size":4,"cas":9,"ttl":null,"#
                + #""last_access":5,"fetched":true,"stale":false,"server":"cache:1","#
                + #""undecoded":"the value is marked as an integer but is \"a,\\tb\""}"# + "\n")
        #expect(Self.rendered(.raw) == "a,\tb")
        #expect(
            Self.rendered(.human, value: "hello")
                == """
                k
                hello
                size     5 B, text
                expires  never
                moved    5s ago
                fetched  yes, since it was stored
                flags    7: integer, long integer, pickled
                decoded  not decoded: the value is marked as an integer but is "hello"
                CAS      9
                server   cache:1

                """)
    }
}
