import Testing

@testable import mcsh

/// Rows of typed cells, in every format.
@Suite struct RowWriterTests {
    private static let columns = RowDescription([
        Column("server"), Column("items", .count), Column("size", .bytes),
        Column("microseconds", .duration, member: "seconds", alignment: .leading),
        Column("expires", .time, isNullable: true), Column("share", .share, alignment: .leading),
        Column("alive", .flag, title: "up"), Column("on", .list), Column("key", .key),
        Column("hash", .number, alignment: .leading), Column("error", in: [.json, .table]),
    ])

    private static let full: [Cell] = [
        .text("unix:/a,b"), .number(12_345 as UInt64), .number(1536 as UInt64), .number(1250 as UInt64),
        .number(0 as Int64), .fraction(0.25), .flag(true), .list(["a", "b"]), .bytes([0xff, 0x31]),
        Cell(.digits([0x34, 0x32])), .text("x\ty"),
    ]

    private static let empty: [Cell] = [
        .text("c"), .missing, .missing, .missing, .missing, .missing, .flag(false), .list([]), .bytes([0x6b]),
        Cell(.digits([0x78])), .missing,
    ]

    private static let rows = [full, empty]

    private static let texts: [(OutputFormat, String)] = [
        (
            OutputFormat.plain,
            "unix:/a,b\t12345\t1536\t1250\t0\t0.25\ttrue\ta b\t\\xff1\t42\nc\t\t\t\t\t\tfalse\t\tk\tx\n"
        ),
        (
            .csv,
            "server,items,size,microseconds,expires,share,alive,on,key,hash,error\n"
                + "\"unix:/a,b\",12345,1536,1250,0,0.25,true,a b,\u{fffd}1,42,x\ty\nc,,,,,,false,,k,x,\n"
        ),
        (
            .json,
            #"{"server":"unix:/a,b","items":12345,"size":1536,"seconds":0.001250,"expires":0,"share":0.25,"#
                + #""alive":true,"on":["a","b"],"key_b64":"/zE=","hash":42,"error":"x\ty"}"# + "\n"
                + #"{"server":"c","expires":null,"alive":false,"on":[],"key":"k","hash":"x"}"# + "\n"
        ),
        (.raw, ""),
    ]

    @Test(arguments: texts) func `machines get every cell in its form`(format: OutputFormat, text: String) {
        #expect(Self.written(format) == text)
    }

    @Test func `people get a table with the widths of its cells`() {
        #expect(
            Self.written(.human) == """
                server      items     size  microseconds  expires               share  up   on    key    hash
                unix:/a,b  12,345  1.5 KiB  1.25 ms       1970-01-01T00:00:00Z  25.0%  yes  a, b  \\xff1  42
                c               -        -  -             -                     -      no         k      x

                """)
    }

    @Test func `a sentence replaces a line of the table`() {
        var writer = RowWriter(RowDescription([Column("server")]), .human)
        var out: [UInt8] = []
        writer.append([.text("a")], sentence: "a answers", to: &out)
        writer.finish(to: &out)
        #expect(String(decoding: out, as: UTF8.self) == "a answers\n")
    }

    @Test func `members come in the requested order, after the command`() {
        var writer = RowWriter(
            RowDescription([Column("a"), Column("b")], command: "ping", members: ["b", "a"]), .json)
        var out: [UInt8] = []
        writer.append([.text("1"), .text("2")], to: &out)
        #expect(String(decoding: out, as: UTF8.self) == #"{"command":"ping","b":"2","a":"1"}"# + "\n")
    }

    @Test func `a table without rows still has its header`() {
        var writer = RowWriter(RowDescription([Column("a"), Column("b")]), .tsv)
        var out: [UInt8] = []
        writer.begin(to: &out)
        writer.begin(to: &out)
        #expect(String(decoding: out, as: UTF8.self) == "a\tb\n")
    }

    @Test func `rows of a stream have fixed widths, which wide cells of a growing column extend`() {
        let description = RowDescription(
            [
                Column("key", .key), Column("size", .bytes),
                Column("cas", .number, width: Column.Width(cells: 3, grows: true)),
                Column("server", width: Column.Width(cells: 7), absent: ""),
            ], humanOrder: ["size", "cas", "server", "key"])
        var writer = RowWriter(description, .human, layout: .stream)
        var out: [UInt8] = []
        writer.append(
            [.bytes([0x1b, 0x61]), .number(1536 as UInt64), .number(12_345 as UInt64), .text("h:1")], to: &out)
        writer.append([.bytes([0x62]), .missing, .number(7 as UInt64), .missing], to: &out)
        writer.finish(to: &out)
        #expect(
            String(decoding: out, as: UTF8.self) == """
                    size  cas  server   key
                 1.5 KiB  12345  h:1      \\ea
                       -      7           b

                """)
    }

    @Test func `a gap in a stream has the style of the cell before it`() {
        let description = RowDescription(
            [
                Column("a", width: Column.Width(cells: 2)), Column("b", .number, width: Column.Width(cells: 2)),
                Column("c"),
            ], hasTitles: false)
        var writer = RowWriter(description, .human, style: .colored, layout: .stream)
        var out: [UInt8] = []
        writer.append([Cell(.text("x"), .dim), Cell(.missing, human: "", .dim), .text("y")], to: &out)
        #expect(String(decoding: out, as: UTF8.self) == "\u{1B}[2mx       \u{1B}[0my\n")
    }

    @Test func `totals and remarks are for people alone`() {
        func written(_ format: OutputFormat) -> String {
            var writer = RowWriter(RowDescription([Column("name"), Column("items", .count)]), format)
            var out: [UInt8] = []
            writer.remark("by name", to: &out)
            writer.append([.text("a"), .number(1200)], to: &out)
            writer.append([.text("bc"), .missing], to: &out)
            writer.total([.text("all"), .number(1200)])
            writer.finish(to: &out)
            writer.remark("2 rows", to: &out)
            return String(decoding: out, as: UTF8.self)
        }
        #expect(
            written(.human) == """
                by name
                name  items
                a     1,200
                bc        -
                ───────────
                all   1,200
                2 rows

                """)
        #expect(written(.tsv) == "name\titems\na\t1200\nbc\t\n")
        #expect(written(.json) == "{\"name\":\"a\",\"items\":1200}\n{\"name\":\"bc\"}\n")
    }

    @Test func `what a user typed keeps its backslashes, and instants and words are not escaped twice`() {
        let description = RowDescription([
            Column("time", .instant), Column("type", .word), Column("line", .line), Column("more", .attributes),
        ])
        let cells = [
            Cell(.instant(seconds: 1_790_000_000, microseconds: 2144)), .text("a\\x1b"),
            .bytes(Array("b\\\u{1b}".utf8)),
            Cell(.attributes([.init(name: "type", value: [0x31]), .init(name: "n", value: [0x32])])),
        ]
        func written(_ format: OutputFormat) -> String {
            var writer = RowWriter(description, format)
            var out: [UInt8] = []
            writer.append(cells, to: &out)
            return String(decoding: out, as: UTF8.self)
        }
        #expect(written(.plain) == "2026-09-21T14:13:20.002144Z\ta\\x1b\tb\\\\e\ttype=1\tn=2\n")
        #expect(
            written(.csv) == "time,type,line,more\n1790000000.002144,a\\x1b,b\\\u{1b},type=1 n=2\n")
        #expect(
            written(.json)
                == #"{"time":1790000000.002144,"type":"a\\x1b","line":"b\\\u001b","n":2,"#
                + #""others":[{"name":"type","value":1}]}"# + "\n")
    }

    // MARK: Faster writers

    private static let hostileKeys: [[UInt8]] = [
        Array("user:1".utf8), Array("a b".utf8), Array("a\"b\\,".utf8), [0], Array("\u{1b}[2J".utf8),
        [0xff, 0xfe, 0x31],
        Array("宽\u{202e}\u{200b}".utf8), Array("\r\n\t".utf8), Array(" ".utf8), Array("e\u{301}".utf8),
    ]

    @Test(
        arguments: [OutputFormat.plain, .json, .csv, .tsv, .human],
        ["key=x exp=-1 la=5 cas=7 fetch=yes cls=1 size=61 flags=9", "key=x exp=90", "key=x la=1 cls=12 flags=0"])
    func `the rows of listed items are those of the writer`(format: OutputFormat, metadata: String) {
        let line = Array(metadata.utf8)
        let facts = ItemMetadata(line.span, 6..<line.count)
        for server in [nil, "unix:/a,\"b"] {
            let hasFlags = facts.flags != nil || format == .json
            let description = ItemRows.description(
                isLong: true, hasFlags: hasFlags, namesServer: server != nil, serverWidth: server?.count ?? 0)
            var writer = RowWriter(description, format, layout: .stream)
            var items = ItemRows(format, isLong: true, servers: server.map { [$0] } ?? [])
            var (expected, out): ([UInt8], [UInt8]) = ([], [])
            items.begin(server: server ?? "", now: 60)
            items.begin(before: facts, to: &out)
            writer.begin(to: &expected)
            for key in Self.hostileKeys {
                items.append(key.span, facts, line: line.span, to: &out)
                writer.append(
                    ItemRows.cells(key, facts, hasFlags: hasFlags, now: 60, server: server), to: &expected)
            }
            items.finish(to: &out)
            writer.finish(to: &expected)
            #expect(String(decoding: out, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
        }
    }

    private static func written(_ format: OutputFormat) -> String {
        var writer = RowWriter(columns, format, width: 120)
        var out: [UInt8] = []
        for row in rows { writer.append(row, to: &out) }
        writer.finish(to: &out)
        return String(decoding: out, as: UTF8.self)
    }
}
