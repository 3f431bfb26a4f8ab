import Testing

@testable import mcsh

/// Rows of typed cells, in every format.
@Suite struct RowWriterTests {
    private static let columns = [
        Column("server"), Column("items", .trailing), Column("size", .trailing),
        Column("microseconds", member: "seconds"),
        Column("expires", isNullable: true), Column("share"), Column("alive", title: "up"), Column("on"),
        Column("key"), Column("hash"), Column("error", in: [.json, .table]),
    ]

    private static let full: [Cell] = [
        .text("unix:/a,b"), .count(12_345), .size(1536), .duration(1250), .time(0), .share(0.25), .flag(true),
        Cell(.list(["a", "b"])), .bytes([0xff, 0x31]), Cell(.digits([0x34, 0x32])), .text("x\ty"),
    ]

    private static let empty: [Cell] = [
        .text("c"), .count(nil), .size(nil), .duration(nil), .time(nil), .share(nil), .flag(false), Cell(.list([])),
        .bytes([0x6b]), Cell(.digits([0x78])), .missing,
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
        var writer = RowWriter([Column("server")], .human)
        var out: [UInt8] = []
        writer.append([.text("a")], sentence: "a answers", to: &out)
        writer.finish(to: &out)
        #expect(String(decoding: out, as: UTF8.self) == "a answers\n")
    }

    @Test func `members come in the requested order, after the command`() {
        var writer = RowWriter([Column("a"), Column("b")], .json, command: "ping", members: ["b", "a"])
        var out: [UInt8] = []
        writer.append([.text("1"), .text("2")], to: &out)
        #expect(String(decoding: out, as: UTF8.self) == #"{"command":"ping","b":"2","a":"1"}"# + "\n")
    }

    @Test func `a table without rows still has its header`() {
        var writer = RowWriter([Column("a"), Column("b")], .tsv)
        var out: [UInt8] = []
        writer.begin(to: &out)
        writer.begin(to: &out)
        #expect(String(decoding: out, as: UTF8.self) == "a\tb\n")
    }

    private static func written(_ format: OutputFormat) -> String {
        var writer = RowWriter(columns, format, width: 120)
        var out: [UInt8] = []
        for row in rows { writer.append(row, to: &out) }
        writer.finish(to: &out)
        return String(decoding: out, as: UTF8.self)
    }
}
