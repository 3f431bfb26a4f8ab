import MemcacheCore
import Testing

@testable import mcsh

/// Values as python-memcached 1.62 stored them, and as each format shows them.
@Suite struct DecodedValueTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var value: [UInt8]
        var flags: UInt64
        /// The output for people: the lines, then the line below them.
        var human: [String]
        /// The JSON members besides the stored value.
        var members: String
        /// The output of `--decode`; nil if it is an error.
        var output: String?
        var testDescription: String { human.joined(separator: " ") }

        init(_ value: [UInt8], _ flags: UInt64, _ human: [String], _ members: String, _ output: String?) {
            self.value = value
            self.flags = flags
            self.human = human
            self.members = members
            self.output = output
        }

        init(_ value: String, _ flags: UInt64, _ human: [String], _ members: String, _ output: String?) {
            self.init(Array(value.utf8), flags, human, members, output)
        }
    }

    /// `zlib.compress(b"a" * 20)`
    private static let twentyA: [UInt8] = [0x78, 0x9c, 0x4b, 0x4c, 0xc4, 0x04, 0x00, 0x4f, 0xa6, 0x07, 0x95]
    private static let datetime =
        Array("cdatetime\ndatetime\np0\n(c_codecs\nencode\np1\n(V\u{7}".utf8) + [0xe8, 0x02, 0x1d]
        + Array("\\u000d\u{e}\u{f}\\u000a[".utf8) + [0xf5] + Array("\np2\nVlatin1\np3\ntp4\nRp5\ntp6\nRp7\n.".utf8)

    @Test(arguments: [
        Case("Some value", 16, ["Some value", "10 B, text, flags 16: text"], #","type":"str""#, "Some value"),
        Case("20", 16, ["20", "2 B, text, flags 16: text"], #","type":"str""#, "20"),
        Case("-5", 2, ["-5", "2 B, integer, flags 2: integer"], #","type":"int","decoded":-5"#, "-5"),
        Case(
            "18446744073709551616", 2, ["18446744073709551616", "20 B, integer, flags 2: integer"],
            #","type":"int","decoded":{"$int":"18446744073709551616"}"#, "18446744073709551616"),
        Case("7", 4, ["7", "1 B, integer, flags 4: long integer"], #","type":"int","decoded":7"#, "7"),
        Case("True", 2, ["true", "4 B, bool, flags 2: integer"], #","type":"bool","decoded":true"#, "true"),
        Case("I01\n.", 1, ["true", "5 B, bool, flags 1: pickled"], #","type":"bool","decoded":true"#, "true"),
        Case("N.", 1, ["null", "2 B, NoneType, flags 1: pickled"], #","type":"NoneType","decoded":null"#, "null"),
        Case("F1.5\n.", 1, ["1.5", "6 B, float, flags 1: pickled"], #","type":"float","decoded":1.5"#, "1.5"),
        Case(
            "(dp0\nVname\np1\nVdouglass adams\np2\ns.", 1,
            [#"{"name": "douglass adams"}"#, "35 B, dict, flags 1: pickled"],
            #","type":"dict","decoded":{"name":"douglass adams"}"#, #"{"name":"douglass adams"}"#),
        Case(
            "(dp0\nVself\np1\ng0\ns.", 1, [#"{"self": {"$recursive": 1}}"#, "19 B, dict, flags 1: pickled"],
            #","type":"dict","decoded":{"self":{"$recursive":1}}"#, #"{"self":{"$recursive":1}}"#),
        Case(
            datetime, 1,
            [#"{"$datetime": "2024-02-29T13:14:15.678901"}"#, "96 B, datetime.datetime, flags 1: pickled"],
            #","type":"datetime.datetime","decoded":{"$datetime":"2024-02-29T13:14:15.678901"}"#,
            #"{"$datetime":"2024-02-29T13:14:15.678901"}"#),
        Case(
            "cposix\nsystem\np0\n(Vrm -rf /\np1\ntp2\nRp3\n.", 33,
            [
                #"{"$object": "posix.system", "args": ["rm -rf /"]}"#,
                "40 B, posix.system, flags 33: pickled, and 32, which is unknown",
            ], #","type":"posix.system","decoded":{"$object":"posix.system","args":["rm -rf /"]}"#,
            #"{"$object":"posix.system","args":["rm -rf /"]}"#),
        Case(
            twentyA, 24,
            ["aaaaaaaaaaaaaaaaaaaa", "11 B (20 B uncompressed), text, flags 24: text, zlib-compressed"],
            #","type":"str","decoded":"aaaaaaaaaaaaaaaaaaaa""#, "aaaaaaaaaaaaaaaaaaaa"),
        Case(
            twentyA, 8, ["aaaaaaaaaaaaaaaaaaaa", "11 B (20 B uncompressed), text, flags 8: zlib-compressed"],
            #","type":"bytes","decoded":"aaaaaaaaaaaaaaaaaaaa""#, "aaaaaaaaaaaaaaaaaaaa"),
        Case(
            twentyA.dropLast() + [0x94], 8,
            [
                "00000000  78 9c 4b 4c c4 04 00 4f  a6 07 94                 x.KL...O...",
                "11 B, binary, flags 8: zlib-compressed, not decoded: the value is marked as compressed but is not a zlib stream: incorrect data check",
            ],
            #","undecoded":"the value is marked as compressed but is not a zlib stream: incorrect data check""#, nil),
        Case(
            "hello", 1,
            [
                "hello",
                "5 B, text, flags 1: pickled, not decoded: the value is not a readable pickle: it refers to entry 101, which it has not stored at byte 0",
            ],
            #","undecoded":"the value is not a readable pickle: it refers to entry 101, which it has not stored at byte 0""#,
            nil),
        Case(
            "hello", 32,
            [
                "hello",
                "5 B, text, flags 32: not python-memcached's",
            ], "", nil),
        Case("hello", 0, ["hello", "5 B, text, flags 0"], "", "hello"),
    ])
    func `a value is shown as the application reads it`(test: Case) throws {
        let item = AnsweredItem(flags: test.flags)
        let key = Array("k".utf8)
        let context = AnswerContext(name: "get", server: "cache:1", namesServer: false, endsValues: true, isMany: false)
        var out: [UInt8] = []
        HumanRenderer(style: .plain, width: 80).item(item, key: key.span, value: test.value.span, context, to: &out)
        #expect(String(decoding: out, as: UTF8.self) == test.human.joined(separator: "\n") + "\n")
        var members: [UInt8] = []
        DecodedMembers.append(test.value, flags: test.flags, .standard, to: &members)
        #expect(String(decoding: members, as: UTF8.self) == test.members)
        let output = try? StoredValue(bytes: test.value, flags: test.flags).decoded().output()
        #expect(output.map { String(decoding: $0, as: UTF8.self) } == test.output)
    }

    @Test func `JSON has both the stored value and the decoded one`() {
        var out: [UInt8] = []
        let (key, value) = (Array("k".utf8), Array("(lp0\nI1\na.".utf8))
        let context = AnswerContext(
            name: "gets", server: "cache:1", namesServer: false, endsValues: true, isMany: false)
        JSONRenderer().item(AnsweredItem(flags: 1, cas: 7), key: key.span, value: value.span, context, to: &out)
        #expect(
            String(decoding: out, as: UTF8.self)
                == #"{"key":"k","found":true,"value":"(lp0\nI1\na.","flags":1,"size":10,"cas":7,"#
                + #""type":"list","decoded":[1]}"# + "\n")
    }

    @Test func `bytes that are not text are base64 in JSON`() throws {
        let stored = try PythonTranscoder().encode(
            PickleValue(.bytes([UInt8](repeating: 0xff, count: 30))),
            options: EncodingOptions(minimumCompressLength: -1))
        var members: [UInt8] = []
        DecodedMembers.append(stored.bytes, flags: stored.flags, .standard, to: &members)
        #expect(
            String(decoding: members, as: UTF8.self)
                == #","type":"bytes","decoded_b64":"////////////////////////////////////////""#)
    }

    @Test func `a long pickle is indented, and its beginning shown`() throws {
        let names = PickleValue(.list([PickleValue](repeating: "0123456789", count: 6)))
        let view = ValueView(try (["names": names, "n": 1] as PickleValue).pickled(), flags: 1)
        #expect(view.kind == "dict")
        #expect(
            view.lines == ["{", #"  "names": ["#] + (0..<6).map { #"    "0123456789""# + ($0 < 5 ? "," : "") }
                + ["  ],", #"  "n": 1"#, "}"])
        let long = ValueView(
            try PickleValue(.list([PickleValue](repeating: "é1234567", count: 1000))).pickled(), flags: 1)
        #expect(long.lines.last == "… the rest is not shown; use --output plain --decode for all")
        #expect(long.lines.count < 400)
    }

    @Test func `escape sequences within pickles and compressed text do not reach the terminal`() throws {
        let evil = "\u{1b}]0;x\u{7}\u{9b}2J\u{202e}"
        let text = try PythonTranscoder().encode(
            PickleValue(.text(String(repeating: evil, count: 9))), options: EncodingOptions(minimumCompressLength: 1))
        #expect(text.flags == 24)
        let values: [PickleValue] = [
            PickleValue(.text(evil)), [PickleValue(.text(evil)): PickleValue(.text(evil))],
            PickleValue(.global(module: evil, name: evil)),
            PickleValue(.object(PickleObject(callable: PickleValue(.global(module: evil, name: evil))))),
            PickleValue(.decimal(evil)),
        ]
        let pickles = try values.map {
            EncodedValue(bytes: try $0.pickled(PickleWritingOptions(protocolVersion: 4)), flags: 1)
        }
        for stored in pickles + [text, EncodedValue(bytes: Array(evil.utf8), flags: 2)] {
            let context = AnswerContext(
                name: "get", server: "cache:1", namesServer: false, endsValues: true, isMany: false)
            let key = Array("k".utf8)
            var out: [UInt8] = []
            HumanRenderer(style: .plain, width: 80).item(
                AnsweredItem(flags: stored.flags), key: key.span, value: stored.bytes.span, context, to: &out)
            #expect(TerminalSafety.isSafe(out), "\(EscapedText.string(out))")
        }
    }

    @Test func `endless expansion is not followed`() throws {
        // 65 MiB of zeros: one more than the limit.
        let bomb = try Zlib.compress([UInt8](repeating: 0, count: 68_157_440))
        let view = ValueView(bomb, flags: 9)
        #expect(view.fault == "not decoded: the compressed value expands to more than 67108864 bytes: it was not read")
        // Lists that contain the previous one ten times: thirty levels of it are 10³⁰ values to write.
        var laughs = "(lp0\n"
        for level in 1...30 {
            laughs += "0(l" + "p\(level)\n" + String(repeating: "g\(level - 1)\na", count: 10)
        }
        let pickle = Array((laughs + ".").utf8)
        let shown = ValueView(pickle, flags: 1)
        #expect(shown.kind == "list")
        #expect(shown.lines.last == "… the rest is not shown; use --output plain --decode for all")
        #expect(throws: MemcacheError.self) { try StoredValue(bytes: pickle, flags: 1).decoded().output() }
        var members: [UInt8] = []
        DecodedMembers.append(pickle, flags: 1, .standard, to: &members)
        #expect(
            String(decoding: members, as: UTF8.self)
                == #","undecoded":"the value's JSON form has more than 1151424 bytes""#)
    }

    @Test(
        arguments: [
            ("I1\n.abc", 1, 3), ("I1\n.", 1, 0), ("(lp0\n.x", 1, 1),
        ] as [(String, UInt64, Int)])
    func `bytes after the end of a pickle are counted`(value: String, flags: UInt64, ignored: Int) throws {
        #expect(try StoredValue(bytes: Array(value.utf8), flags: flags).decoded().ignoredBytes == ignored)
    }

    @Test func `bytes after the end of a compressed value are counted`() throws {
        let value = Self.twentyA + [0x58, 0x59]
        #expect(try StoredValue(bytes: value, flags: 24).decoded().ignoredBytes == 2)
        #expect(ValueView(value, flags: 24).fault == "2 bytes after its end are ignored")
        var members: [UInt8] = []
        DecodedMembers.append(value, flags: 24, .standard, to: &members)
        #expect(
            String(decoding: members, as: UTF8.self)
                == #","type":"str","decoded":"aaaaaaaaaaaaaaaaaaaa","ignored_bytes":2"#)
    }

    @Test func `any bytes under any flags are shown safely`() {
        var random = SplitMix(state: 21)
        for _ in 0..<3000 {
            let value = random.bytes(count: random.below(60))
            let flags = UInt64(random.below(64))
            let view = ValueView(value, flags: flags)
            let lines = view.lines + view.facts + [view.fault ?? ""]
            #expect(lines.allSatisfy { TerminalSafety.isSafe(Array($0.utf8)) })
            var members: [UInt8] = []
            DecodedMembers.append(value, flags: flags, .standard, to: &members)
            _ = try? StoredValue(bytes: value, flags: flags).decoded().output()
        }
    }
}

@Suite struct JSONLayoutTests {
    @Test(arguments: [
        ("", []), ("1", ["1"]), ("\"a,b:[\"", ["\"a,b:[\""]), ("[]", ["[]"]),
        ("[1,{\"a\":[2]}]", ["[1, {\"a\": [2]}]"]),
        (
            "[\"0123456789012345678901234567890123456789\",\"0123456789\",[1,2]]",
            [
                "[", "  \"0123456789012345678901234567890123456789\",", "  \"0123456789\",", "  [1, 2]", "]",
            ]
        ),
        // Cut off within a string, after an escape, and after a comma.
        ("[1,\"ab", ["[", "  1,", "  \"ab"]), ("[\"\\", ["[", "  \"\\"]), ("{\"a\":1,", ["{", "  \"a\": 1,"]),
        ("]]]", ["]", "]", "]"]),
    ])
    func `JSON is laid out in lines`(json: String, lines: [String]) {
        #expect(JSONLayout.lines(Array(json.utf8)) == lines)
    }
}
