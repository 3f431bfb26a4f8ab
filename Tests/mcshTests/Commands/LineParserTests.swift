import MemcacheCore
import Testing

@testable import mcsh

@Suite struct LineParserTests {
    /// The result of parsing a line.
    private struct Parsed {
        var name = ""
        var words: [String] = []
        var flags: UInt64 = 0
        var noreply = false
        var match: String?
        var format: OutputFormat?
        var redirections: LineParser.Redirections?
    }

    private static func parse(_ line: String) throws(Diagnostic) -> Parsed? {
        var parser = LineParser()
        return try parse(line, &parser)
    }

    private static func parse(_ line: String, _ parser: inout LineParser) throws(Diagnostic) -> Parsed? {
        var parsed: Parsed?
        let bytes = Array(line.utf8)
        let span = bytes.span
        try parser.parse(span) { (spec, arguments, redirections, bytes) throws(Diagnostic) in
            parsed = describe(spec, arguments, redirections, bytes)
        }
        return parsed
    }

    private static func take(_ words: [String]) throws(Diagnostic) -> Parsed? {
        var parser = LineParser()
        var parsed: Parsed?
        try parser.take(words.map { Array($0.utf8) }) { (spec, arguments, redirections, bytes) throws(Diagnostic) in
            parsed = describe(spec, arguments, redirections, bytes)
        }
        return parsed
    }

    private static func describe(
        _ spec: CommandSpec, _ arguments: borrowing Arguments, _ redirections: LineParser.Redirections?,
        _ bytes: Span<UInt8>
    ) -> Parsed {
        func text(_ word: Word) -> String { String(decoding: bytes.copy(word.range), as: UTF8.self) }
        var words: [String] = []
        for word in arguments.words { words.append(text(word)) }
        return Parsed(
            name: spec.name, words: words, flags: arguments.flags, noreply: arguments.noreply,
            match: arguments.word(of: "--match").map(text), format: arguments.format, redirections: redirections)
    }

    @Test(arguments: ["", "   ", "# get k", "\t# x"])
    func `spaces and comments are not commands`(_ line: String) throws {
        #expect(try Self.parse(line) == nil)
    }

    @Test(arguments: [
        ("get k", "get"), ("GET k", "get"), ("Get k", "get"), ("FLUSH_ALL", "flush_all"), ("?", "help"),
        ("exit", "quit"), ("EXIT", "quit"), ("'get' k", "get"), ("\"\\x67et\" k", "get"),
    ])
    func `a command is found by its name or an alias in any case`(line: String, name: String) throws {
        #expect(try Self.parse(line)?.name == name)
    }

    @Test(arguments: [
        "set k v 60 --flags 7 --noreply", "set --flags 7 --noreply k v 60", "set k --flags=7 v --noreply 60",
        "set --noreply k v --flags 7 60", "set k v 60 --flags 1 --flags 7 --noreply",
        "set --flags \"7\" --noreply k v 60",
        "set --noreply --flags 7 -- k v 60", "set k v --noreply --flags 7 -- 60",
    ])
    func `options may appear anywhere after the name`(_ line: String) throws {
        let parsed = try #require(try Self.parse(line))
        #expect(parsed.words == ["k", "v", "60"])
        #expect(parsed.flags == 7)
        #expect(parsed.noreply)
    }

    @Test(arguments: [
        ("set k -- --flags 7", ["k", "--flags", "7"]), ("set k \"--flags\" 7", ["k", "--flags", "7"]),
        ("set k '--json'", ["k", "--json"]), ("set k -5", ["k", "-5"]), ("set k -", ["k", "-"]),
        ("set k -j", ["k", "-j"]), ("set k -- --", ["k", "--"]), ("set k \"<\" \">\" \"|\"", ["k", "<", ">", "|"]),
        ("set k \"<x\" '>y' \"|z\"", ["k", "<x", ">y", "|z"]), ("set k a>b c;d e&f", ["k", "a>b", "c;d", "e&f"]),
        ("get -- -- k", ["--", "k"]),
    ])
    func `quoted text, text after two dashes and other text is a word`(line: String, words: [String]) throws {
        let parsed = try #require(try Self.parse(line))
        #expect(parsed.words == words)
        #expect(parsed.flags == 0)
        #expect(parsed.format == nil)
        #expect(parsed.redirections == nil)
    }

    @Test(arguments: [
        ("get k --json", OutputFormat.json), ("get --csv k", .csv), ("get k --tsv", .tsv), ("get k --raw", .raw),
        ("get k --output human", .human), ("get k --output=plain", .plain), ("stats --output \"json\"", .json),
    ])
    func `every command accepts the output options`(line: String, format: OutputFormat) throws {
        #expect(try Self.parse(line)?.format == format)
    }

    @Test func `options are those of one line only`() throws {
        var parser = LineParser()
        _ = try Self.parse("set k v --flags 7 --noreply --json > f", &parser)
        let next = try #require(try Self.parse("set k v", &parser))
        #expect(next.flags == 0)
        #expect(!next.noreply)
        #expect(next.format == nil)
        #expect(next.redirections == nil)
        #expect(try Self.parse("delete --match a*", &parser)?.match == "a*")
        #expect(try Self.parse("delete k", &parser)?.match == nil)
        #expect(try Self.parse("delete --match b*", &parser)?.match == "b*")
    }

    @Test func `the pattern of delete is an option's argument, however long it is`() throws {
        #expect(try Self.parse("delete --match user:*")?.match == "user:*")
        let long = String(repeating: "x", count: 300) + "*"
        #expect(try Self.parse("delete --match=\(long)")?.match == long)
        #expect(try Self.parse("delete --match=\(long)")?.words == [])
    }

    struct Fault: CustomTestStringConvertible, Sendable {
        var line: String
        var part: String
        var sentence: String
        var testDescription: String { line }
    }

    @Test(arguments: [
        Fault(line: "gte k", part: "gte", sentence: "there is no command \"gte\"; did you mean get?"),
        Fault(line: "  delte k", part: "delte", sentence: "there is no command \"delte\"; did you mean delete?"),
        Fault(
            line: "frobnicate k", part: "frobnicate",
            sentence: "there is no command \"frobnicate\"; write help for a list"),
        Fault(line: "\"\"", part: "\"\"", sentence: "there is no command \"\"; write help for a list"),
        Fault(
            line: "set k v --flag 7", part: "--flag",
            sentence:
                "set has no option --flag; did you mean --flags? To give it as a word, write \"--flag\" in quotes, or -- before it"
        ),
        Fault(
            line: "get k --noreply", part: "--noreply",
            sentence:
                "get has no option --noreply; to give it as a word, write \"--noreply\" in quotes, or -- before it"),
        Fault(
            line: "incr k --\(String(repeating: "y", count: 60))", part: "--\(String(repeating: "y", count: 60))",
            sentence: "incr has no option --\(String(repeating: "y", count: 38))…; to give it as a word, write "
                + "\"--\(String(repeating: "y", count: 38))…\" in quotes, or -- before it"),
        Fault(
            line: "\(String(repeating: "é", count: 500_000)) k", part: String(repeating: "é", count: 500_000),
            sentence: "there is no command \"\(String(repeating: "é", count: 20))…\"; write help for a list"),
        Fault(
            line: "a\(String(repeating: "é", count: 50))", part: "a\(String(repeating: "é", count: 50))",
            sentence: "there is no command \"a\(String(repeating: "é", count: 19))…\"; write help for a list"),
        Fault(
            line: "set k v --noreply=5", part: "--noreply=5",
            sentence: "--noreply takes no value; write --noreply alone"),
        Fault(line: "get k --json=3", part: "--json=3", sentence: "--json takes no value; write --json alone"),
        Fault(line: "get k --tsv=", part: "--tsv=", sentence: "--tsv takes no value; write --tsv alone"),
        Fault(line: "get --help=x", part: "--help=x", sentence: "--help takes no value; write --help alone"),
        Fault(line: "set k v --flags", part: "--flags", sentence: "--flags needs N; write --flags N"),
        Fault(
            line: "set k v --flags 18446744073709551616", part: "18446744073709551616",
            sentence:
                "--flags takes a whole number of 64 bits; write 0 to 18446744073709551615; most servers keep 32 bits, up to "
                + "4294967295"),
        Fault(
            line: "set k v --flags=-1", part: "--flags=-1",
            sentence:
                "--flags takes a whole number of 64 bits; write 0 to 18446744073709551615; most servers keep 32 bits, up to "
                + "4294967295"),
        Fault(
            line: "get k --output xml", part: "xml",
            sentence: "there is no output format of that name; write one of human, plain, json, csv, tsv, raw"),
        Fault(
            line: "set k <", part: "<",
            sentence: "< needs a file after it; to give it as a value, write \"<\" in quotes"),
        Fault(
            line: "get k >>", part: ">>",
            sentence: ">> needs a file after it; to give it as a value, write \">>\" in quotes"),
        Fault(
            line: "set k <<", part: "<<",
            sentence: "<< needs a tag after it; to give it as a value, write \"<<\" in quotes"),
        Fault(
            line: "get k |", part: "|",
            sentence: "| needs a command after it; to give it as a value, write \"|\" in quotes"),
    ])
    func `a mistake is reported with what to write instead`(_ test: Fault) {
        let error = #expect(throws: Diagnostic.self) { try Self.parse(test.line) }
        #expect(error?.part(of: test.line) == test.part)
        #expect(error?.sentence == test.sentence)
        #expect(error?.status == .usage)
    }

    @Test(arguments: [
        ("set k < a < b", 10), ("set k < a << END", 10), ("set k << END < a", 13), ("set k << A << B", 11),
        ("get k > a > b", 10), ("get k > a >> b", 10), ("get k > o1 | cat", 11), ("get k >> a | cat", 11),
    ])
    func `a second place for the value or the output is refused at its sign`(line: String, position: Int) {
        let error = #expect(throws: Diagnostic.self) { try Self.parse(line) }
        #expect(error?.range.lowerBound == position)
        #expect(error?.message.contains("one place only") == true)
    }

    @Test(arguments: ["set --help", "set k --help", "SET k v 60 --noreply --help", "set --help | less"])
    func `the option help is the command help`(_ line: String) throws {
        let parsed = try #require(try Self.parse(line))
        #expect(parsed.name == "help")
        #expect(parsed.words.map { $0.lowercased() } == ["set"])
        #expect(try Self.take(["repeat", "--help"])?.words == ["repeat"])
        #expect(try Self.parse("raw --help")?.words == ["raw"])
    }

    @Test(arguments: [("set k \"--help\"", "set"), ("set k -- --help", "set"), ("repeat 2 set --help", "repeat")])
    func `a help option of another line does not ask for help`(line: String, name: String) throws {
        #expect(try Self.parse(line)?.name == name)
    }

    @Test func `redirections are separated from the words`() throws {
        let input = try #require(try Self.parse("set k < \"in put\" 60"))
        #expect(input.words == ["k", "60"])
        #expect(input.redirections?.inputPath == Array("in put".utf8))

        let document = try #require(try Self.parse("set k << END 60"))
        #expect(document.words == ["k", "60"])
        #expect(document.redirections?.hereTag == Array("END".utf8))

        let file = try #require(try Self.parse("get k > out --json"))
        #expect(file.words == ["k"])
        #expect(file.format == .json)
        guard case .file(let path, appends: false)? = file.redirections?.output else {
            Issue.record("the output goes to a file")
            return
        }
        #expect(path == Array("out".utf8))
        let appended = try #require(try Self.parse("get k >> out"))
        guard case .file(let end, appends: true)? = appended.redirections?.output else {
            Issue.record("the output goes to the end of a file")
            return
        }
        #expect(end == Array("out".utf8))
    }

    @Test func `after a bar the line is the calling shell's, as it was written`() throws {
        let parsed = try #require(try Self.parse("get \"a\\tb\" | grep -c \"x  y\" > f --json"))
        #expect(parsed.words == ["a\tb"])
        #expect(parsed.format == nil)
        guard case .command(let command)? = parsed.redirections?.output else {
            Issue.record("the output goes to a command")
            return
        }
        #expect(String(decoding: command, as: UTF8.self) == "grep -c \"x  y\" > f --json")
    }

    @Test(arguments: [#"sed "s/\./x/""#, "grep 'it", #"tr -d "\q" | cat"#, "awk '{print $1}' | cat > f"])
    func `after a bar quotes and escapes are not interpreted`(_ command: String) throws {
        let parsed = try #require(try Self.parse("get a | \(command)"))
        #expect(parsed.words == ["a"])
        guard case .command(let taken)? = parsed.redirections?.output else {
            Issue.record("the output goes to a command")
            return
        }
        #expect(String(decoding: taken, as: UTF8.self) == command)
    }

    @Test func `the line after repeat keeps its own options and redirections`() throws {
        let parsed = try #require(try Self.parse("repeat 3 2s get k --json > f"))
        #expect(parsed.words == ["3", "2s", "get", "k", "--json", ">", "f"])
        #expect(parsed.format == nil)
        #expect(parsed.redirections == nil)
    }

    @Test func `the line after raw keeps its words, but not its redirections`() throws {
        let parsed = try #require(try Self.parse("raw set k 0 0 5 --json << END"))
        #expect(parsed.words == ["set", "k", "0", "0", "5", "--json"])
        #expect(parsed.redirections?.hereTag == Array("END".utf8))
    }

    @Test func `words of the program have options, but no quotes and no redirections`() throws {
        let parsed = try #require(try Self.take(["set", "k", "\"a b\"", "--flags", "7", "<"]))
        #expect(parsed.words == ["k", "\"a b\"", "<"])
        #expect(parsed.flags == 7)
        #expect(parsed.redirections == nil)
        #expect(try Self.take(["set", "k", "--", "--flags"])?.words == ["k", "--flags"])
    }
}
