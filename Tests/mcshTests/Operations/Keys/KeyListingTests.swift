import MemcacheCore
import Testing

@testable import mcsh

@Suite struct KeyListingTests {
    static let now: Int64 = 1_790_000_000
    static let lines = """
        key=user%3A1 exp=1790003900 la=1789999000 cas=7 fetch=yes cls=1 size=68
        key=a%22%0A exp=-1 la=1790000000 cas=12 fetch=no cls=12 size=1536

        """
    static let binary = "key=%FF%00 exp=-1 la=1790000000 cas=1 fetch=no cls=1 size=60\n"

    /// What `keys` prints for lines of one server, or of two that have the same.
    private static func list(
        _ line: String, _ format: OutputFormat, prefix: String = "", servers: [String] = [], lines: String = lines
    ) throws -> String {
        var planned = PlannedLines(format: format)
        guard case .operation(let keys, let format)? = try planned.plan(line), let order = (keys as? Keys)?.query else {
            return "no keys"
        }
        var listing = KeyListing(
            order, prefix: Array(prefix.utf8), rows: ItemRows(format, isLong: order.isLong, servers: servers))
        var out: [UInt8] = []
        let bytes = Array(lines.utf8)
        for server in servers.isEmpty ? ["one"] : servers where !listing.isFull {
            listing.begin(server: server, now: now)
            _ = listing.take(bytes.span)
            listing.withRows { out += $0 }
        }
        return String(decoding: out, as: UTF8.self)
    }

    @Test func `plain is a key a line, escaped`() throws {
        #expect(try Self.list("keys", .plain) == "user:1\na\\\"\\n\n")
        #expect(try Self.list("keys", .plain, lines: Self.binary) == "\\xff\\0\n")
    }

    @Test func `plain and long has the metadata after tabs, and -1 for an item that never expires`() throws {
        #expect(
            try Self.list("keys --long", .plain) == """
                user:1\t1790003900\t1789999000\t7\ttrue\t1\t68
                a\\"\\n\t-1\t1790000000\t12\tfalse\t12\t1536

                """)
    }

    @Test func `JSON is an object a line`() throws {
        #expect(try Self.list("keys", .json) == "{\"key\":\"user:1\"}\n{\"key\":\"a\\\"\\n\"}\n")
        #expect(try Self.list("keys", .json, lines: Self.binary) == "{\"key_b64\":\"/wA=\"}\n")
        #expect(
            try Self.list("keys --long --limit 1", .json) == """
                {"key":"user:1","expires":1790003900,"last_access":1789999000,"cas":7,"fetched":true,"class":1,"item_bytes":68}

                """)
        #expect(
            try Self.list("keys --long", .json, lines: "key=a exp=-1 la=5\n") == """
                {"key":"a","expires":null,"last_access":5,"cas":null,"fetched":null,"class":null,"item_bytes":null}

                """)
    }

    @Test func `the tables have a header and the columns of lru_crawler metadump`() throws {
        #expect(try Self.list("keys", .csv) == "key\nuser:1\n\"a\"\"\n\"\n")
        #expect(
            try Self.list("keys --long", .csv) == """
                key,expires,last_access,cas,fetched,class,item_bytes
                user:1,1790003900,1789999000,7,true,1,68
                "a""
                ",,1790000000,12,false,12,1536

                """)
        #expect(
            try Self.list("keys --long", .tsv) == """
                key\texpires\tlast_access\tcas\tfetched\tclass\titem_bytes
                user:1\t1790003900\t1789999000\t7\ttrue\t1\t68
                a\\"\\n\t\t1790000000\t12\tfalse\t12\t1536

                """)
        let entry = try #require(ListedItem(line: Array(Self.lines.utf8.prefix { $0 != 0x0a })))
        for format in [OutputFormat.json, .csv, .tsv] {
            var rows = ListingRows(format: format, style: .plain)
            let dumped = String(decoding: rows.rendered([entry], from: "one"), as: UTF8.self)
            #expect(try Self.list("keys --long --limit 1", format) == dumped)
        }
    }

    @Test func `the flags that newer servers list are in every format`() throws {
        let lines =
            "key=a exp=-1 la=5 cas=1 fetch=no cls=1 size=61 flags=77 \nkey=b exp=-1 la=5 cas=2 fetch=no cls=1 size=61\n"
        #expect(
            try Self.list("keys --long", .json, lines: lines) == """
                {"key":"a","expires":null,"last_access":5,"cas":1,"fetched":false,"class":1,"item_bytes":61,"flags":77}
                {"key":"b","expires":null,"last_access":5,"cas":2,"fetched":false,"class":1,"item_bytes":61}

                """)
        #expect(
            try Self.list("keys --long", .csv, lines: lines) == """
                key,expires,last_access,cas,fetched,class,item_bytes,flags
                a,,5,1,false,1,61,77
                b,,5,2,false,1,61,

                """)
        #expect(
            try Self.list("keys --long", .plain, lines: lines)
                == "a\t-1\t5\t1\tfalse\t1\t61\t77\nb\t-1\t5\t2\tfalse\t1\t61\t\n")
        #expect(try Self.list("keys --long", .human, lines: lines).contains("  flags  key\n"))
        let entry = try #require(ListedItem(line: Array(lines.utf8.prefix { $0 != 0x0a })))
        for format in [OutputFormat.json, .csv, .tsv] {
            var rows = ListingRows(format: format, style: .plain)
            let dumped = String(decoding: rows.rendered([entry], from: "one"), as: UTF8.self)
            #expect(try Self.list("keys --long --limit 1", format, lines: lines) == dumped)
        }
    }

    @Test func `raw is the key's own bytes, and long the server's own line`() throws {
        #expect(try Self.list("keys", .raw) == "user:1\na\"\n\n")
        #expect(try Self.list("keys --long", .raw) == Self.lines)
    }

    @Test func `people get columns, units and times from now`() throws {
        #expect(try Self.list("keys", .human) == "user:1\na\"\\n\n")
        #expect(
            try Self.list("keys --long", .human) == """
                    size   expires        moved  fetched  class  CAS  key
                    68 B     1h 5m  16m 40s ago      yes      1    7  user:1
                 1.5 KiB     never       0s ago       no     12   12  a"\\n

                """)
    }

    @Test func `with several servers every line names its server, and the limit is for all`() throws {
        let servers = ["h:1", "host:22"]
        func list(_ line: String, _ format: OutputFormat) throws -> String {
            try Self.list(line, format, servers: servers)
        }
        #expect(try list("keys user:*", .plain) == "user:1\th:1\nuser:1\thost:22\n")
        #expect(try list("keys user:*", .raw) == "user:1\nuser:1\n")
        #expect(
            try list("keys user:*", .json)
                == "{\"key\":\"user:1\",\"server\":\"h:1\"}\n{\"key\":\"user:1\",\"server\":\"host:22\"}\n")
        #expect(try list("keys user:*", .csv) == "key,server\nuser:1,h:1\nuser:1,host:22\n")
        #expect(try list("keys --limit 3", .tsv) == "key\tserver\nuser:1\th:1\na\\\"\\n\th:1\nuser:1\thost:22\n")
        #expect(try list("keys user:*", .human) == "user:1  on h:1\nuser:1  on host:22\n")
        #expect(
            try list("keys user:* --long", .human) == """
                    size   expires        moved  fetched  class  CAS  server   key
                    68 B     1h 5m  16m 40s ago      yes      1    7  h:1      user:1
                    68 B     1h 5m  16m 40s ago      yes      1    7  host:22  user:1

                """)
    }

    @Test func `patterns match the decoded key after the prefix, which is not shown`() throws {
        let lines = "key=p%3Aa%3A1\nkey=p%3A\nkey=q%3Aa%3A1\nkey=p%3Ab\nkey=a%3A1\n"
        #expect(try Self.list("keys", .plain, prefix: "p:", lines: lines) == "a:1\nb\n")
        #expect(try Self.list("keys a*", .plain, prefix: "p:", lines: lines) == "a:1\n")
        #expect(try Self.list("keys --regex ^a", .plain, prefix: "p:", lines: lines) == "a:1\n")
        #expect(try Self.list("keys *:1 --regex ^p:", .plain, lines: lines) == "p:a:1\n")
        #expect(try Self.list("keys b --regex a", .plain, prefix: "p:", lines: lines) == "")
    }

    @Test func `hostile keys reach a terminal escaped`() throws {
        for format in [OutputFormat.human, .plain, .tsv] {
            for line in ["keys", "keys --long"] {
                let text = try Self.list(line, format, lines: "key=%1B%5B2J%C2%9B%E2%80%AE exp=-1 size=1\n")
                #expect(text.contains("\\e[2J\\u{9b}\\u{202e}"))
            }
        }
    }

    @Test func `no key is kept beyond the bound`() throws {
        var listing = KeyListing(KeysQuery(), prefix: [], rows: ItemRows(.plain, isLong: false), keptCount: 1)
        let bytes = Array(Self.lines.utf8)
        #expect(listing.take(bytes.span) == .read)
        #expect(listing.kept == [Array("user:1".utf8)])
        #expect(listing.matched == 2 && listing.seen == 2)
    }

    // MARK: Words

    @Test(arguments: [
        ("keys --limit 0", "\"0\" is not a number of keys; write a whole number from 1", "0"),
        ("keys --limit -1", "\"-1\" is not a number of keys; write a whole number from 1", "-1"),
        ("keys --limit x", "not a number of keys", "x"),
        ("keys --limit 1 --limit 2", "--limit is given twice", "--limit"),
        ("keys --regex=a --regex=b", "--regex is given twice", "--regex=b"),
        ("keys --class 1 --class 2", "--class is given twice", "--class"),
        ("keys --class 0", "names no slab classes", "0"), ("keys --class all", "names no slab classes", "all"),
        ("keys --class 1,64", "names no slab classes", "1,64"), ("keys --regex a(", "regular expression", "a("),
        ("keys a b", "unexpected word;", "b"), ("keys --regex '\\d+'", "write [0-9]", "'\\d+'"),
        ("keys --regex 'a\\tb'", "\\t is not a POSIX expression", "'a\\tb'"),
    ])
    func `mistakes are found beforehand`(line: String, message: String, part: String) throws {
        let fault = try #require(PlannedLines.fault(line))
        #expect(fault.sentence.contains(message))
        #expect(fault.part(of: line) == part)
        #expect(fault.status == .usage)
    }

    @Test func `slab classes are what older servers walk through`() throws {
        var lines = PlannedLines()
        guard case .operation(let keys, _)? = try lines.plan("keys --class 3,12"), let order = (keys as? Keys)?.query
        else {
            Issue.record("keys is not planned")
            return
        }
        #expect(ListingRequest(.metadata, order.scope).scope == .classes([try SlabClass(3), try SlabClass(12)]))
    }

    // MARK: Summary

    @Test func `the summary says how many of how many, how large and on how many servers`() {
        var summary = KeysSummary(seen: 3456, matched: 12, itemBytes: 1536, servers: 2, patterns: ["u*"], isFull: false)
        #expect(summary.text == "12 of 3,456 keys, 1.5 KiB, on 2 servers")
        #expect(summary.cancelledText == "cancelled after 3,456 keys, of which 12 were listed")
        summary = KeysSummary(seen: 1, matched: 1, servers: 1, patterns: [], isFull: true)
        #expect(summary.text == "1 key; there may be more")
        #expect(summary.cancelledText == "cancelled after 1 key, of which 1 was listed")
        summary = KeysSummary(seen: 0, matched: 0, itemBytes: 0, servers: 1, patterns: [], isFull: false)
        #expect(summary.text == "no keys")
        summary = KeysSummary(seen: 5, matched: 0, servers: 1, patterns: ["a*", "^b"], isFull: false)
        #expect(summary.text == "no key matches a* and ^b (of 5 keys)")
    }

    // MARK: What a server cannot do

    @Test func `a server's limitations are known from its statistics`() {
        func fault(_ general: [(String, String)], _ settings: [(String, String)]) -> String? {
            func reading(_ rows: [(String, String)]) -> StatisticsReading {
                StatisticsReading(rows.map { Statistic(name: Array($0.utf8), value: Array($1.utf8)) })
            }
            return ItemWalk.fault(reading(general), reading(settings))
        }
        #expect(fault([("version", "1.6.18")], [("lru_crawler", "yes"), ("dump_enabled", "yes")]) == nil)
        #expect(fault([], []) == nil)
        #expect(fault([], [("dump_enabled", "no")])?.contains("-X") == true)
        #expect(fault([], [("lru_crawler", "no")])?.contains("lru_crawler enable") == true)
        #expect(fault([("version", "1.4.24")], [])?.contains("memcached 1.4.31, and this is 1.4.24") == true)
        #expect(fault([("version", "proxy")], []) == nil)
    }
}
