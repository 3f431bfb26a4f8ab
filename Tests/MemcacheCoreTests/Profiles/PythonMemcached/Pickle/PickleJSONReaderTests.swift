import Testing

@testable import MemcacheCore

/// JSON into Python's values and back.
struct PickleJSONReaderTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var json: String
        var pickle: String
        var testDescription: String { json }

        init(_ json: String, _ pickle: String) {
            self.json = json
            self.pickle = pickle
        }
    }

    /// Right: what CPython 3.11 writes for `pickle.dumps(json.loads(text), 0)`.
    @Test(arguments: [
        Case("null", "N."), Case("true", "I01\n."), Case(" false ", "I00\n."), Case("0", "I0\n."), Case("-0", "I0\n."),
        Case("-0.0", "F-0.0\n."), Case("1.5", "F1.5\n."), Case("1e16", "F1e+16\n."),
        Case("2147483648", "L2147483648L\n."),
        Case("[]", "(lp0\n."), Case("{}", "(dp0\n."), Case("\"\"", "V\np0\n."),
        Case("\"a\\u00e9\\n\"", "Va\u{e9}\\u000a\np0\n."),
        Case("{\"a\": 1, \"b\": [true, null]}", "(dp0\nVa\np1\nI1\nsVb\np2\n(lp3\nI01\naNas."),
        Case("[{\"key\":1},{\"key\":2}]", "(lp0\n(dp1\nVkey\np2\nI1\nsa(dp3\ng2\nI2\nsa."),
        Case("[\"a\",\"a\",\"ab\",\"ab\"]", "(lp0\nVa\np1\nag1\naVab\np2\naVab\np3\na."),
        Case("{\"a\":1,\"b\":2,\"a\":3}", "(dp0\nVa\np1\nI3\nsVb\np2\nI2\ns."),
        Case("\"\\ud83d\\ude00\"", "V\\U0001f600\np0\n."), Case("\"\\ud800\"", "V\\ud800\np0\n."),
    ])
    func `JSON becomes the pickle that Python writes for it`(test: Case) throws {
        let pickle = try PickleValue(json: Array(test.json.utf8)).pickled()
        // Latin-1 characters are single bytes in a pickle of protocol 0.
        #expect(String(pickle.map { Character(Unicode.Scalar($0)) }) == test.pickle)
    }

    @Test(arguments: [
        ("", 0), (" ", 1), ("{", 1), ("[1,]", 3), ("{\"a\":1,}", 7), ("{a:1}", 1), ("[1 2]", 3), ("1 2", 2),
        ("\"a", 0), ("\"\\x\"", 1), ("\"\\u12\"", 1), ("\"\t\"", 1), ("01", 0), ("1.", 0), (".5", 0), ("+1", 0),
        ("-", 0),
        ("1e", 0), ("1e400", 0), ("NaN", 0), ("Infinity", 0), ("tru", 0), ("{\"a\" 1}", 5), ("[}", 1), ("'a'", 0),
        ("{\"$foo\":1}", 0), ("[{\"$tuple\":1}]", 1), ("{\"$tuple\":[],\"b\":1}", 0), ("{\"$int\":\"x\"}", 0),
        ("{\"$set\":[[]]}", 0), ("{\"$dict\":[[1]]}", 0), ("{\"$dict\":[[[],1]]}", 0), ("{\"$bytes\":\"_\"}", 0),
    ])
    func `invalid JSON is rejected where it is wrong`(text: String, position: Int) {
        let fault = #expect(throws: JSONFault.self) { try PickleValue.read(json: Array(text.utf8)) }
        #expect(fault?.position == position)
        #expect(fault?.message.isEmpty == false)
    }

    @Test func `bytes that are not UTF-8 are rejected at the first of them`() {
        let fault = #expect(throws: JSONFault.self) { try PickleValue.read(json: [0x22, 0x61, 0xff, 0x22]) }
        #expect(fault?.position == 2)
    }

    @Test func `a thousand levels are read, and no more`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: 0x5b, count: depth) + [UInt8](repeating: 0x5d, count: depth)
        }
        _ = try PickleValue(json: nested(1000))
        #expect(throws: JSONFault.self) { try PickleValue.read(json: nested(1002)) }
        #expect(throws: JSONFault.self) { try PickleValue.read(json: [UInt8](repeating: 0x5b, count: 1_000_000)) }
    }

    @Test func `a check accepts an object with any names`() throws {
        try PickleValue.check(json: Array("{\"$foo\":1}".utf8))
        #expect(throws: JSONFault.self) { try PickleValue.check(json: Array("{\"$foo\":1".utf8)) }
    }

    struct Form: CustomTestStringConvertible, Sendable {
        var value: PickleValue
        var json: String
        var testDescription: String { json }

        init(_ value: PickleValue, _ json: String) {
            self.value = value
            self.json = json
        }
    }

    @Test(arguments: [
        Form(["a": 1, "b": [nil, true, 1.5, "x"]], "{\"a\":1,\"b\":[null,true,1.5,\"x\"]}"),
        Form(["$a": 1], "{\"$dict\":[[\"$a\",1]]}"), Form([1: 2], "{\"$dict\":[[1,2]]}"),
        Form(PickleValue(.double(.infinity)), "{\"$float\":\"inf\"}"),
        Form(["t": PickleValue(.tuple([1, 2]))], "{\"t\":{\"$tuple\":[1,2]}}"),
        Form(PickleValue(.bytes([0, 255])), "{\"$bytes\":\"AP8=\"}"),
        Form(PickleValue(.byteArray([1])), "{\"$bytearray\":\"AQ==\"}"),
        Form(PickleValue(.integer(BigInteger(UInt64.max))), "{\"$int\":\"18446744073709551615\"}"),
        Form(PickleValue(.set([1])), "{\"$set\":[1]}"),
        Form(PickleValue(.frozenSet(["a"])), "{\"$frozenset\":[\"a\"]}"),
        Form(PickleValue(.decimal("1.20")), "{\"$decimal\":\"1.20\"}"),
    ])
    func `plain JSON has tags only for types that JSON lacks, and is read back`(form: Form) throws {
        #expect(String(decoding: try form.value.json(), as: UTF8.self) == form.json)
        #expect(try PickleValue(json: Array(form.json.utf8)) == form.value)
    }

    @Test func `a key that a pickle sets twice is shown twice`() throws {
        let value = try PickleValue(pickle: Array("(dVa\nI1\nsVa\nI2\ns.".utf8))
        #expect(String(decoding: try value.json(), as: UTF8.self) == "{\"$dict\":[[\"a\",1],[\"a\",2]]}")
    }

    @Test func `the beginning of a long form is available`() throws {
        let value = PickleValue(.list([PickleValue](repeating: "abcdefgh", count: 1000)))
        let (bytes, isWhole) = value.jsonPrefix(maximumBytes: 20)
        #expect(String(decoding: bytes, as: UTF8.self) == "[\"abcdefgh\",\"abcdefg")
        #expect(!isWhole)
        #expect(PickleValue(.none).jsonPrefix(maximumBytes: 4).isWhole)
        #expect(throws: MemcacheError.self) { try value.json(maximumBytes: 20) }
    }
}
