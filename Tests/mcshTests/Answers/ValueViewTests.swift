import MemcacheCore
import Testing

@testable import mcsh

@Suite struct ValueViewTests {
    @Test(arguments: [
        ("", "empty", ["(empty)"]), ("42", "integer", ["42"]),
        ("18446744073709551615", "integer", ["18446744073709551615"]),
        ("-5", "text", ["-5"]), ("hello", "text", ["hello"]), ("two\nlines\n", "text", ["two", "lines"]),
        ("a\tb\\c", "text", ["a\\tb\\\\c"]), ("grüße 値", "text", ["grüße 値"]), ("\r\n", "text", ["\\r"]),
        ("{\"a\":1}", "JSON", ["{\"a\": 1}"]),
        (" [ 1,\n {\"a, b\" : \"\\\" c\"}]\n", "JSON", ["[1, {\"a, b\": \"\\\" c\"}]"]),
        ("99 ", "integer", ["99 "]), ("9   ", "integer", ["9   "]), (" 9", "text", [" 9"]), ("9 9", "text", ["9 9"]),
        ("a\u{a0}b\u{2003}", "text", ["a\\u{a0}b\\u{2003}"]), ("\u{3164}\u{2800}", "text", ["\\u{3164}\\u{2800}"]),
        ("x\u{fe0f}", "text", ["x\\u{fe0f}"]), ("❤\u{fe0f}", "text", ["❤\u{fe0f}"]), ("e\u{301}", "text", ["e\u{301}"]),
        ("\u{301}", "text", ["\\u{301}"]), (" \u{301}", "text", [" \\u{301}"]),
        ("e\u{300}\u{300}\u{300}\u{300}\u{300}", "text", ["e\u{300}\u{300}\u{300}\u{300}\\u{300}"]),
        ("{}", "JSON", ["{}"]), ("\"text\"", "text", ["\"text\""]),
        ("{oops", "text", ["{oops"]),
        ("\u{1b}[2J", "binary", ["00000000  1b 5b 32 4a                                       .[2J"]),
        ("\0", "binary", ["00000000  00                                                ."]),
        ("a\u{202e}b", "text", ["a\\u{202e}b"]), ("\u{9b}2J", "text", ["\\u{9b}2J"]),
    ])
    func `a value is shown as what it is`(value: String, kind: String, lines: [String]) {
        let view = ValueView(Array(value.utf8))
        #expect(view.kind == kind)
        #expect(view.lines.map { $0.last == " " ? String($0) : $0 } == lines)
    }

    @Test(
        arguments: [
            ("a\n", "ends with a newline"), ("a\n\n", "ends with 2 newlines"), ("99 ", "ends with a space"),
            ("   ", "ends with 3 spaces"), ("{}\n", "ends with a newline"), ("a", nil), ("", nil), ("\0\n", nil),
        ] as [(String, String?)])
    func `invisible characters at the end of a value are mentioned`(value: String, ending: String?) {
        let view = ValueView(Array(value.utf8))
        #expect(view.ending == ending)
        #expect(view.facts.contains("ends with a newline") == (ending == "ends with a newline"))
        #expect(ValueView(Array(value.utf8), flags: 16).ending == (value == "\0\n" ? "ends with a newline" : ending))
    }

    @Test func `bytes are shown in rows of sixteen with their characters`() {
        let view = ValueView(Array(0xf0...0xff) + [0x41])
        #expect(
            view.lines == [
                "00000000  f0 f1 f2 f3 f4 f5 f6 f7  f8 f9 fa fb fc fd fe ff  ................",
                "00000010  41                                                A",
            ])
    }

    @Test func `of a long value the beginning is shown, and the rest counted`() {
        let text = ValueView([UInt8](repeating: 0x61, count: 5000))
        #expect(text.kind == "text")
        #expect(text.lines == [String(repeating: "a", count: 4096), "… 904 more bytes; use --raw for all"])
        #expect(ValueView([UInt8](repeating: 0x61, count: 4097)).lines.last == "… 1 more byte; use --raw for all")
        #expect(ValueView([UInt8](repeating: 0x61, count: 5096)).lines.last == "… 1,000 more bytes; use --raw for all")
        let binary = ValueView([UInt8](repeating: 0, count: 600))
        #expect(binary.lines.count == 33)
        #expect(binary.lines.last == "… 88 more bytes; use --raw for all")
    }

    @Test func `a character that is cut at the limit does not make text binary`() {
        #expect(ValueView([UInt8](repeating: 0x61, count: 4095) + Array("éé".utf8)).kind == "text")
        #expect(
            ValueView([UInt8](repeating: 0x61, count: 4000) + [0xff] + [UInt8](repeating: 0x61, count: 200)).kind
                == "binary")
    }
}

@Suite struct JSONIndenterTests {
    @Test(arguments: [
        ("[]", ["[]"]), (" { } ", ["{}"]), ("[1,2]", ["[", "  1,", "  2", "]"]),
        (
            "{\"a\":{\"b\":[null,true]}}",
            ["{", "  \"a\": {", "    \"b\": [", "      null,", "      true", "    ]", "  }", "}"]
        ),
        ("{\"a\" : -1.5e+10 }", ["{", "  \"a\": -1.5e+10", "}"]),
        ("[\"\\u00e9\\n\\\"\"]", ["[", "  \"\\u00e9\\n\\\"\"", "]"]), ("[\"é\"]", ["[", "  \"é\"", "]"]),
        ("[-0,0.5E-3,1e400]", ["[", "  -0,", "  0.5E-3,", "  1e400", "]"]),
        ("[\"\\ud800\\/\"]", ["[", "  \"\\ud800\\/\"", "]"]),
        ("[\"\u{7f}\u{9b}\u{202e}\"]", ["[", "  \"\\x7f\\u{9b}\\u{202e}\"", "]"]),
    ])
    func `objects and arrays are indented, their contents are unchanged`(text: String, lines: [String]) {
        #expect(JSONIndenter.indent(Array(text.utf8)) == lines)
    }

    @Test(arguments: [
        "", " ", "1", "\"a\"", "null", "{", "[", "[1", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}",
        "[1]2",
        "[tru]", "[01x]", "[+1]", "[nan]", "[\"a]", "[\"a\n\"]", "{1:2}", "[,]", "[1 2]", "]", "}{", "[\"\\",
        "[infinity]", "[-inf]", "[-nan]", "[01]", "[0x10]", "[1.]", "[.5]", "[\"\\q\"]", "[\"\\u12\"]", "[True]",
        "[-]", "[1e]", "[-01]", "[0b1]", "[1_0]", "[1e+]", "[\"\\u00eg\"]", "[\"\\U00e9\"]", "{\"\\x\":1}", "[trueX]",
    ])
    func `invalid JSON is not shown as JSON`(_ text: String) {
        #expect(JSONIndenter.indent(Array(text.utf8)) == nil)
    }

    @Test func `deep nesting is not followed`() {
        let deep = [UInt8](repeating: 0x5b, count: 100_000)
        #expect(JSONIndenter.indent(deep) == nil)
        #expect(JSONIndenter.indent(deep.prefix(60) + [UInt8](repeating: 0x5d, count: 60)) != nil)
        #expect(JSONIndenter.indent(deep.prefix(80) + [UInt8](repeating: 0x5d, count: 80)) == nil)
    }

    @Test func `bytes that are not UTF-8 are not shown as JSON`() {
        #expect(JSONIndenter.indent([0x5b, 0x22, 0xff, 0x22, 0x5d]) == nil)
    }
}

@Suite struct JSONTextTests {
    @Test(arguments: ["0", "12", "-1", "1.25", "18446744073709551615", "-0.5", "0.0"])
    func `a number of JSON is written as a number`(_ text: String) {
        var out: [UInt8] = []
        JSONText.append(numberOrString: Array(text.utf8), to: &out)
        #expect(String(decoding: out, as: UTF8.self) == text)
    }

    @Test(arguments: [
        "", "-", "007", "1.", ".5", "+1", "1e5", "nan", "1.2.3", "1 ", "0x10", "--1",
        "12345678901234567890123456789012345678901",
    ])
    func `anything else is a string`(_ text: String) {
        var out: [UInt8] = []
        JSONText.append(numberOrString: Array(text.utf8), to: &out)
        #expect(String(decoding: out, as: UTF8.self) == "\"\(text)\"")
    }
}
