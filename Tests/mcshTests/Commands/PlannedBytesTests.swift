import MemcacheCore
import Testing

@testable import mcsh

/// The bytes on the wire, written out.
@Suite struct PlannedBytesTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var line: String
        var bytes: String
        var input: String?
        var testDescription: String { line }

        init(_ line: String, _ bytes: String, input: String? = nil) {
            self.line = line
            self.bytes = bytes
            self.input = input
        }
    }

    @Test(arguments: [
        Case("get k", "get k\r\n"),
        Case("get a b c", "get a b c\r\n"),
        Case("gets a b", "gets a b\r\n"),
        Case("gat 15m k", "gat 900 k\r\n"),
        Case("gat never a b", "gat 0 a b\r\n"),
        Case("gats 1h k", "gats 3600 k\r\n"),
        Case("exists a b", "mg a u\r\nmg b u\r\n"),
        Case("ttl a b", "mg a t u\r\nmg b t u\r\n"),
        Case("set k v", "set k 0 0 1\r\nv\r\n"),
        Case("set k v 60", "set k 0 60 1\r\nv\r\n"),
        Case("set k \"two words\" 15m --flags 7", "set k 7 900 9\r\ntwo words\r\n"),
        Case("set k \"\"", "set k 0 0 0\r\n\r\n"),
        Case("set k \"a\\r\\nflush_all\\r\\n\"", "set k 0 0 14\r\na\r\nflush_all\r\n\r\n"),
        Case("set k v --noreply", "set k 0 0 1 noreply\r\nv\r\nversion\r\n"),
        Case("set k 60 --flags 4294967295", "set k 4294967295 0 2\r\n60\r\n"),
        Case("set k 60 --flags 18446744073709551615", "set k 18446744073709551615 0 2\r\n60\r\n"),
        Case("set k 15m", "set k 0 900 4\r\nfile\r\n", input: "file"),
        Case("set k", "set k 0 0 0\r\n\r\n", input: ""),
        Case("set k v -1", "set k 0 -1 1\r\nv\r\n"),
        Case("set k v @1795000000", "set k 0 1795000000 1\r\nv\r\n"),
        Case("add k v 30s", "add k 0 30 1\r\nv\r\n"),
        Case("replace k v", "replace k 0 0 1\r\nv\r\n"),
        Case("append k v", "append k 0 0 1\r\nv\r\n"),
        Case("append k", "append k 0 0 5\r\nbytes\r\n", input: "bytes"),
        Case("prepend k v --noreply", "prepend k 0 0 1 noreply\r\nv\r\nversion\r\n"),
        Case("cas k v 0 8123", "cas k 0 0 1 8123\r\nv\r\n"),
        Case("cas k v 60 18446744073709551615 --flags 2", "cas k 2 60 1 18446744073709551615\r\nv\r\n"),
        Case("cas k 60 8123", "cas k 0 60 4 8123\r\nfile\r\n", input: "file"),
        Case("mset a 1 b 2", "set a 0 0 1\r\n1\r\nset b 0 0 1\r\n2\r\n"),
        Case("mset a 1 --flags 3", "set a 3 0 1\r\n1\r\n"),
        Case("set k grüße --as text", "set k 16 0 7\r\ngrüße\r\n"),
        Case("set k \"\" --as text", "set k 16 0 0\r\n\r\n"),
        Case("set k v --as bytes", "set k 0 0 1\r\nv\r\n"),
        Case("set k 42 60 --as int", "set k 2 60 2\r\n42\r\n"),
        Case("set k --as int", "set k 2 0 2\r\n42\r\n", input: " 42\r\n"),
        Case("set k -007 --as=int", "set k 2 0 2\r\n-7\r\n"),
        Case(
            "set k 123456789012345678901234567890 --as int", "set k 2 0 30\r\n123456789012345678901234567890\r\n"),
        Case("set k {\"a\":[1]} --as json", "set k 16 0 9\r\n{\"a\":[1]}\r\n"),
        Case("set k --as json", "set k 16 0 5\r\n[1 ]\n\r\n", input: "[1 ]\n"),
        // Right: pickle.dumps(…, 0) of CPython 3.11.
        Case("set k {\"a\":1} --as pickle", "set k 1 0 16\r\n(dp0\nVa\np1\nI1\ns.\r\n"),
        Case("set k null --as pickle", "set k 1 0 2\r\nN.\r\n"),
        Case("set k true --as pickle", "set k 1 0 5\r\nI01\n.\r\n"),
        Case("set k 1.5 --as pickle", "set k 1 0 6\r\nF1.5\n.\r\n"),
        Case("set k 42 --as pickle", "set k 2 0 2\r\n42\r\n"),
        Case("set k '\"x\"' --as pickle", "set k 16 0 1\r\nx\r\n"),
        Case("set k {\"$tuple\":[1,2]} --as pickle", "set k 1 0 12\r\n(I1\nI2\ntp0\n.\r\n"),
        Case("add k 1 --as int --noreply", "add k 2 0 1 noreply\r\n1\r\nversion\r\n"),
        Case("cas k 1 0 8123 --as int", "cas k 2 0 1 8123\r\n1\r\n"),
        Case("mset a 1 b 2 --as int", "set a 2 0 1\r\n1\r\nset b 2 0 1\r\n2\r\n"),
        Case("append k v --as text", "append k 16 0 1\r\nv\r\n"),
        Case("prepend k 7 --as int", "prepend k 2 0 1\r\n7\r\n"),
        Case("set k short --compress", "set k 0 0 5\r\nshort\r\n"),
        Case(
            "set k 11111111111111111111111111111111 --as int --compress",
            "set k 2 0 32\r\n11111111111111111111111111111111\r\n"),
        Case("set k vvvvvvvvvvvvvvvvvvvv --compress 20", "set k 0 0 20\r\nvvvvvvvvvvvvvvvvvvvv\r\n"),
        Case("set k v --compress 20 60", "set k 0 60 1\r\nv\r\n"),
        Case("set k v 60 --compress", "set k 0 60 1\r\nv\r\n"),
        Case("set k v --compress 15m", "set k 0 900 1\r\nv\r\n"),
        Case("set --compress=9 k v \"60\"", "set k 0 60 1\r\nv\r\n"),
        Case("set k --compress \"5\"", "set k 0 0 1\r\n5\r\n"),
        Case("get k --decode", "get k\r\n"),
        Case("gats 1h k --decode", "gats 3600 k\r\n"),
        Case("touch k 60", "touch k 60\r\n"),
        Case("touch a b never", "touch a 0\r\ntouch b 0\r\n"),
        Case("touch a b 60 --noreply", "touch a 60 noreply\r\ntouch b 60 noreply\r\nversion\r\n"),
        Case("delete k", "delete k\r\n"),
        Case("delete a b --noreply", "delete a noreply\r\ndelete b noreply\r\nversion\r\n"),
        Case("delete \"noreply\"", "delete noreply\r\n"),
        Case("delete a \"noreply\"", "delete a\r\ndelete noreply\r\n"),
        Case("incr k", "incr k 1\r\n"),
        Case("incr k 18446744073709551615", "incr k 18446744073709551615\r\n"),
        Case("decr k 5 --noreply", "decr k 5 noreply\r\nversion\r\n"),
        Case("mg k", "mg k\r\n"),
        Case("mg k v t f c", "mg k v t f c\r\n"),
        Case("mg k N30 v q", "mg k N30 v q\r\nversion\r\n"),
        Case("mg aGk= b k", "mg aGk= b k\r\n"),
        Case("ms k hello T60 F4", "ms k 5 T60 F4\r\nhello\r\n"),
        Case("ms k", "ms k 4\r\nfile\r\n", input: "file"),
        Case("ms k T60", "ms k 4 T60\r\nfile\r\n", input: "file"),
        Case("ms k v ME q", "ms k 1 ME q\r\nv\r\nversion\r\n"),
        Case("md k I T30", "md k I T30\r\n"),
        Case("ma hits N0 J1 D1 v", "ma hits N0 J1 D1 v\r\n"),
        Case("mn", "mn\r\n"),
        Case("me k", "me k\r\n"),
        Case("stats", "stats\r\n"),
        Case("version", "version\r\n"),
        Case("config get cluster", "config get cluster\r\n"),
    ])
    func `a line's requests`(_ test: Case) throws {
        #expect(try PlannedLines.requests(test.line, input: test.input) == test.bytes)
    }

    @Test(arguments: [
        // Right: zlib.compress of CPython, at its default level.
        ("set k aaaaaaaaaaaaaaaaaaaa --compress", 8), ("set k aaaaaaaaaaaaaaaaaaaa --compress 19", 8),
        ("set k aaaaaaaaaaaaaaaaaaaa --compress --as text", 24),
        ("set k aaaaaaaaaaaaaaaaaaaa --compress --flags 16", 24),
    ])
    func `a value that becomes shorter by it is compressed`(line: String, flags: Int) throws {
        var lines = PlannedLines()
        _ = try lines.plan(line)
        #expect(
            lines.builder.round.batches[0].encoder.bytes
                == Array("set k \(flags) 0 11\r\n".utf8)
                + [0x78, 0x9c, 0x4b, 0x4c, 0xc4, 0x04, 0x00, 0x4f, 0xa6, 0x07, 0x95] + [0x0d, 0x0a])
    }

    @Test func `a compressed pickle has both flags`() throws {
        var lines = PlannedLines()
        _ = try lines.plan("set k [\"\(String(repeating: "ab", count: 50))\"] --as pickle --compress")
        #expect(lines.builder.round.batches[0].encoder.bytes.starts(with: Array("set k 9 0 ".utf8)))
    }

    @Test func `no value of several is stored if one cannot be`() {
        var lines = PlannedLines()
        #expect(throws: Diagnostic.self) { try lines.plan("mset a 1 b x --as int") }
        #expect(lines.builder.round.batches[0].isEmpty)
        #expect(lines.builder.round.batches[0].encoder.bytes == [])
    }

    @Test func `for people, get requests the lifetime too`() throws {
        #expect(try PlannedLines.requests("get a b", format: .human) == "mg a t f v\r\nmg b t f v\r\n")
        #expect(try PlannedLines.requests("get a --output human") == "mg a t f v\r\n")
        #expect(try PlannedLines.requests("get a --json", format: .human) == "get a\r\n")
    }

    struct Confirmed: CustomTestStringConvertible, Sendable {
        var line: String
        var bytes: String
        var shape: ReplyShape
        var testDescription: String { line }

        init(_ line: String, _ bytes: String, _ shape: ReplyShape = .line) {
            self.line = line
            self.bytes = bytes
            self.shape = shape
        }
    }

    @Test(arguments: [
        Confirmed("verbosity 2", "verbosity 2\r\n"),
        Confirmed("flush_all", "flush_all\r\n"),
        Confirmed("flush_all 60", "flush_all 60\r\n"),
        Confirmed("flush_all 45d", "flush_all 1793888000\r\n"),
        Confirmed("cache_memlimit 1024", "cache_memlimit 1024\r\n"),
        Confirmed("slabs reassign 1 2", "slabs reassign 1 2\r\n"),
        Confirmed("slabs reassign -1 5", "slabs reassign -1 5\r\n"),
        Confirmed("slabs automove 1", "slabs automove 1\r\n"),
        Confirmed("slabs automove ratio 0.8", "slabs automove ratio 0.8\r\n"),
        Confirmed("lru mode segmented", "lru mode segmented\r\n"),
        Confirmed("lru tune 20 40 0.2 2.0", "lru tune 20 40 0.2 2.0\r\n"),
        Confirmed("lru temp_ttl -1", "lru temp_ttl -1\r\n"),
        Confirmed("lru_crawler enable", "lru_crawler enable\r\n"),
        Confirmed("lru_crawler crawl 1,3", "lru_crawler crawl 1,3\r\n"),
        Confirmed("lru_crawler sleep 100", "lru_crawler sleep 100\r\n"),
        Confirmed("lru_crawler tocrawl 1000", "lru_crawler tocrawl 1000\r\n"),
        Confirmed("extstore item_size 512", "extstore item_size 512\r\n"),
        Confirmed("shutdown", "shutdown\r\n", .close),
        Confirmed("shutdown graceful", "shutdown graceful\r\n", .close),
        Confirmed("refresh_certs", "refresh_certs\r\n"),
        Confirmed("stats reset", "stats reset\r\n"),
        Confirmed("stats detail on", "stats detail on\r\n"),
        Confirmed("stats detail off", "stats detail off\r\n"),
    ])
    func `a dangerous request is planned but not sent`(_ test: Confirmed) throws {
        var lines = PlannedLines()
        guard case .confirmed(let request)? = try lines.plan(test.line) else {
            Issue.record("\(test.line) is to be asked about")
            return
        }
        #expect(String(decoding: request.bytes, as: UTF8.self) == test.bytes)
        #expect(request.shape == test.shape)
        #expect(!request.effect.isEmpty)
        #expect(lines.builder.round.batches[0].isEmpty)
    }

    struct Refused: CustomTestStringConvertible, Sendable {
        var line: String
        var part: String
        var sentence: String
        var input: String?
        var testDescription: String { line }

        init(_ line: String, _ part: String, _ sentence: String, input: String? = nil) {
            self.line = line
            self.part = part
            self.sentence = sentence
            self.input = input
        }
    }

    @Test(arguments: [
        Refused("get", "", "missing KEY: get KEY…"),
        Refused("set k", "", "missing VALUE: set KEY VALUE [TTL]"),
        Refused("set", "", "missing KEY: set KEY VALUE [TTL]", input: "v"),
        Refused(
            "set k hello 15 minutes", "minutes",
            "too many words; put the value in quotes, as in set k \"hello 15 minutes\""
        ),
        Refused(
            "set k v 60 x", "x",
            "too many words; put the value in quotes, as in set k \"v 60 x\""
        ),
        Refused("version x", "x", "unexpected word; write version"),
        Refused(
            "set k hello soon", "soon",
            "\"soon\" is not a lifetime; write 60, 15m, 12h, 45d, @1790000000, 2030-01-31T12:00:00Z or never; or "
                + "did you mean set k \"hello soon\"?"),
        Refused("set k v EX 60", "EX", "the lifetime is a word alone here, in seconds; write set k v 60"),
        Refused("add k v exat 5", "exat", "the lifetime is a word alone here, in seconds; write add k v @5"),
        Refused("config get x", "x", "config has only one form; write config get cluster"),
        Refused(
            "set \"a b\" v", "\"a b\"",
            "the key \"a b\" contains a space at byte 2, which memcached does not allow"),
        Refused(
            "incr k x", "x", "\"x\" is not a number to count by; write a whole number from 0 to 18446744073709551615"),
        Refused("incr k -1", "-1", "incr takes no negative number; write decr k 1"),
        Refused("decr k -20", "-20", "decr takes no negative number; write incr k 20"),
        Refused(
            "set k v --as str", "str",
            "there is no form of value \"str\"; write one of text, int, json, pickle, bytes"),
        Refused(
            "append k [1] --as json", "json",
            "append cannot add json to a value: the two would not be one value of that form; write one of text, int, bytes"
        ),
        Refused(
            "set k v --flags 7 --as text", "text",
            "--as chooses the flags, so --flags cannot be beside it; leave out one of the two"),
        Refused(
            "set k v --as text --flags 0", "0",
            "--as chooses the flags, so --flags cannot be beside it; leave out one of the two"),
        Refused(
            "set k v --flags 9 --compress", "9",
            "these flags say that the value is compressed already: 8 is among them; leave out --compress, or take 8 off the flags"
        ),
        Refused(
            "set k v --compress=many", "--compress=many",
            "--compress takes the number of bytes from which a value is compressed; write a whole number of 63 bits, or --compress alone for a value of any length"
        ),
        Refused(
            "set k v --compress 99999999999999999999", "99999999999999999999",
            "--compress takes the number of bytes from which a value is compressed; write a whole number of 63 bits, or --compress alone for a value of any length"
        ),
        Refused(
            "set k 4x --as int", "4x",
            "the value is no integer; write digits, with a - in front of a negative number"),
        Refused(
            "set k \"\\xff\" --as text", "\"\\xff\"",
            "the value is not UTF-8, as text has to be; write --as bytes to store it as it is"),
        Refused(
            "set k {\"a\":oops} --as json", "o",
            "expected a JSON value; write JSON such as {\"a\":[1,true,null]}, in which text has double quotes"
        ),
        Refused(
            "set k \"[1,]\" --as pickle", "\"[1,]\"",
            "expected a JSON value (byte 4 of the value); write JSON such as {\"a\":[1,true,null]}, in which text has double quotes"
        ),
        Refused(
            "set k [1 --as pickle", "",
            "expected a comma or ]; write JSON such as {\"a\":[1,true,null]}, in which text has double quotes"),
        Refused(
            "set k --as json", "json",
            "a value is missing (byte 1 of the value); write JSON such as {\"a\":[1,true,null]}, in which text has double quotes",
            input: ""),
        Refused("mset a 1 b", "b", "the last key has no value; write mset KEY VALUE KEY VALUE …"),
        Refused(
            "cas k v", "k",
            "this session has not read a CAS token of that key; write gets KEY first, or cas KEY VALUE TTL CAS"),
        Refused("cas k v 0 x", "x", "\"x\" is not a CAS token; write a whole number from 0 to 18446744073709551615"),
        Refused(
            "delete k noreply", "noreply",
            "noreply is how the protocol writes it; write --noreply, or \"noreply\" in quotes for a key of that name"),
        Refused("delete", "", "missing KEY: delete KEY… or delete --match GLOB"),
        Refused("delete k --match *", "k", "delete takes keys or --match, not both; write two commands"),
        Refused(
            "get k", "get", "get takes no value from a file or from standard input; write get KEY…",
            input: "v"),
        Refused(
            "cache_memlimit 4", "4", "\"4\" is not a number of megabytes; write a whole number from 8 to 1000000000"),
        Refused("cache_memlimit 2G", "2G", "\"2G\" is not a number of megabytes; write the number alone: 2048"),
        Refused("verbosity 3", "3", "\"3\" is not a level; write a whole number from 0 to 2"),
        Refused("shutdown now", "now", "shutdown takes only the word graceful"),
        Refused("config set cluster", "set", "config has only one form; write config get cluster"),
        Refused("repeat 3", "", "missing [INTERVAL] COMMAND: repeat N [INTERVAL] COMMAND"),
        Refused("repeat 3 2s", "", "repeat needs COMMAND; write repeat N [INTERVAL] COMMAND"),
        Refused("repeat 0 stats", "0", "repeat 0 needs an interval; write for example repeat 0 2s stats"),
        Refused(
            "repeat 1 99999999999999999999 get a", "99999999999999999999",
            "\"99999999999999999999\" is not a time; write for example 2, 500ms, 1m or 1h"),
        Refused("quit 256", "256", "\"256\" is not a status; write a whole number from 0 to 255"),
        Refused("watch fetcher", "fetcher", "there is no stream \"fetcher\"; did you mean fetchers?"),
        Refused(
            "output xml", "xml",
            "there is no output format of that name; write one of human, plain, json, csv, tsv, raw"),
    ])
    func `lines that cannot be intended are rejected with what to write`(_ test: Refused) throws {
        let fault = try #require(PlannedLines.fault(test.line, input: test.input))
        #expect(fault.sentence == test.sentence)
        #expect(fault.part(of: test.line) == test.part)
        #expect(fault.status == .usage)
    }

    @Test(arguments: [
        ("set k 0 60 5", "0 60 5"), ("set k 0 0 5 noreply", "0 0 5"), ("add k 0 0 1", "0 0 1"),
        ("replace k 1 2 3", "1 2 3"), ("append k 0 0 3", "0 0 3"), ("prepend k 0 0 3 noreply", "0 0 3"),
        ("cas k 0 60 5 8123", "0 60 5 8123"), ("cas k 0 60 5 8123 noreply", "0 60 5 8123"),
        ("SET k 0 -1 5", "0 -1 5"),
    ])
    func `the protocol's own form is explained and never stored`(line: String, part: String) throws {
        let fault = try #require(PlannedLines.fault(line))
        #expect(fault.message.hasPrefix("this is how the protocol writes "))
        #expect(fault.part(of: line) == part)
    }

    @Test(arguments: ["set k 0 60", "set k 5", "cas k 0 60 5", "set k \"0\" 60", "append k 0"])
    func `numbers alone do not indicate the protocol's form`(_ line: String) {
        #expect(PlannedLines.fault(line) == nil)
    }

    @Test func `a cas takes the token that gets has seen`() throws {
        let tokens = CASTokenCache(capacity: 10)
        tokens.remember(CASToken(rawValue: 42), of: Array("k".utf8))
        var lines = PlannedLines(tokens: tokens)
        _ = try lines.plan("cas k v")
        #expect(
            String(decoding: lines.builder.round.batches[0].encoder.bytes, as: UTF8.self) == "cas k 0 0 1 42\r\nv\r\n")
    }

    @Test(arguments: [
        ("repeat 10 1s stats items", 10, Duration.seconds(1), "stats items"),
        ("repeat 2 get \"a\\tb\" --json", 2, nil, "get \"a\\tb\" --json"),
        ("repeat 0 500ms get  k", 0, .milliseconds(500), "get  k"),
    ])
    func `repeat keeps the line as it was written`(line: String, count: Int, interval: Duration?, rest: String) throws {
        var lines = PlannedLines()
        guard case .session(.repeated(let times, let pause, let kept))? = try lines.plan(line) else {
            Issue.record("\(line) repeats \(rest)")
            return
        }
        #expect(times == count)
        #expect(pause == interval)
        #expect(String(decoding: kept, as: UTF8.self) == rest)
    }

    @Test func `words of the program are repeated as the same words`() throws {
        var parser = LineParser()
        var builder = RequestBuilder(
            format: .plain, isReadOnly: false, tokens: CASTokenCache(capacity: 10), now: { PlannedLines.now })
        var line: [UInt8]?
        let words = ["repeat", "2", "set", "k", "a b", "", "\"q\"", "#x", "<", "--flags=7", "\u{1b}"]
        try parser.take(words.map { Array($0.utf8) }) { (spec, arguments, _, bytes) throws(Diagnostic) in
            if case .session(.repeated(_, _, let rest)) = try spec.plan(arguments, bytes, &builder) { line = rest }
        }
        #expect(
            line.map { String(decoding: $0, as: UTF8.self) }
                == ##"set k "a b" "" "\"q\"" "#x" "<" --flags=7 "\e""##)
    }

    @Test func `raw keeps the line as it was written`() throws {
        var lines = PlannedLines()
        guard case .operation(let operation, _)? = try lines.plan("raw mg  k v > out") else {
            Issue.record("raw takes the line")
            return
        }
        let raw = try #require(operation as? Raw)
        #expect(String(decoding: raw.line, as: UTF8.self) == "mg  k v")
        #expect(raw.payload == nil)
    }
}
