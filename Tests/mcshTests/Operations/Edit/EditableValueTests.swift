import MemcacheCore
import Testing

@testable import mcsh

@Suite struct EditableValueTests {
    private func editable(_ bytes: [UInt8], _ flags: UInt64 = 0) throws -> EditableValue {
        try EditableValue(bytes, flags: flags, by: .standard)
    }

    private func encoded(_ value: PickleValue, compressed: Bool = false) throws -> EncodedValue {
        try PythonTranscoder().encode(value, options: EncodingOptions(minimumCompressLength: compressed ? -1 : 0))
    }

    @Test(arguments: [(0, "grüße"), (16, "grüße\n"), (2, "42"), (0, "{\"a\":[1, 2]}"), (32, "of another program")])
    func `text is edited as it is, and stored as it is`(flags: UInt64, text: String) throws {
        let editable = try editable(Array(text.utf8), flags)
        #expect(editable.text == Array(text.utf8))
        #expect(try editable.stored(editable.text) == Array(text.utf8))
    }

    @Test func `the extension of the file tells what is in it`() throws {
        #expect(try editable(Array("{\"a\":1}".utf8)).fileName == "value.json")
        #expect(try editable(Array("a".utf8)).fileName == "value.txt")
        #expect(try editable(encoded([1, 2]).bytes, 1).fileName == "value.json")
    }

    @Test(arguments: [
        ("red", "blue\n", "blue"), ("red", "blue", "blue"), ("red", "blue\n\n", "blue\n"),
        ("red\n", "blue\n", "blue\n"),
        ("red\n", "blue", "blue"), ("red", "", ""), ("", "new\n", "new"),
    ])
    func `a newline that the editor adds is removed again`(old: String, edited: String, text: String) throws {
        #expect(try editable(Array(old.utf8)).withOwnEnding(Array(edited.utf8)) == Array(text.utf8))
    }

    @Test func `a pickle is edited as indented JSON, and stored as a pickle`() throws {
        let pickle = try encoded(["a": [1, true], "b": PickleValue(.tuple(["x"])), "c": PickleValue(.list([]))])
        let editable = try editable(pickle.bytes, pickle.flags)
        #expect(
            String(decoding: editable.text, as: UTF8.self) == """
                {
                  "a": [
                    1,
                    true
                  ],
                  "b": {
                    "$tuple": [
                      "x"
                    ]
                  },
                  "c": []
                }

                """)
        let changed = String(decoding: editable.text, as: UTF8.self).replacing("true", with: "false")
        let stored = try editable.stored(Array(changed.utf8))
        #expect(
            try PickleValue(pickle: stored)
                == ["a": [1, false], "b": PickleValue(.tuple(["x"])), "c": PickleValue(.list([]))])
    }

    @Test func `strings of JSON keep every character`() throws {
        let json = #"{"a\"[,]":"{\\","b":"\u2028"}"#
        #expect(
            String(decoding: EditableJSON.indented(Array(json.utf8)), as: UTF8.self)
                == "{\n  \"a\\\"[,]\": \"{\\\\\",\n  \"b\": \"\\u2028\"\n}\n")
    }

    @Test func `a compressed value is edited in its original form, and compressed again`() throws {
        let text = String(repeating: "red ", count: 100)
        let stored = try encoded(PickleValue(.text(text)), compressed: true)
        #expect(stored.flags == 24)
        let editable = try editable(stored.bytes, stored.flags)
        #expect(editable.text == Array(text.utf8))
        let bytes = try editable.stored(Array("blue".utf8))
        #expect(try PythonTranscoder().decode(bytes, flags: 24) == "blue")
        let pickle = try encoded(PickleValue(.list([PickleValue](repeating: 7, count: 100))), compressed: true)
        #expect(pickle.flags == 9)
        let again = try self.editable(pickle.bytes, 9).stored(Array("[8]".utf8))
        #expect(try PythonTranscoder().decode(again, flags: 9) == [8])
    }

    @Test(
        arguments: [([0], 0), ([0x1b, 0x5b], 0), ([0xff], 0), ([0x80, 0x81], 1), ([1, 2], 8)] as [([UInt8], UInt64)])
    func `binary values and broken ones are refused`(bytes: [UInt8], flags: UInt64) {
        #expect(throws: EditableValue.Refusal.self) { try editable(bytes, flags) }
    }

    @Test func `a pickle that JSON cannot bring back is refused`() throws {
        let date = try encoded(PickleValue(.date(PythonDate(year: 2024, month: 2, day: 29))))
        let refusal = #expect(throws: EditableValue.Refusal.self) { try editable(date.bytes, 1) }
        #expect(refusal?.message == "the pickle (datetime.date) has parts that JSON cannot bring back")
    }

    @Test func `a value that the application could not read is not stored`() throws {
        #expect(throws: EditableValue.Refusal.self) { try editable(Array("42".utf8), 2).stored(Array("x".utf8)) }
        #expect(throws: EditableValue.Refusal.self) { try editable(Array("a".utf8), 16).stored([0xff]) }
        #expect(throws: EditableValue.Refusal.self) {
            try editable(encoded([1]).bytes, 1).stored(Array("[1,]".utf8))
        }
    }

    @Test func `the command that stores the text can be entered as it is`() throws {
        let file = Array("/tmp/a b/value.txt".utf8)
        #expect(
            try editable(Array("a".utf8), 16).command(key: Array("k".utf8), file: file, lifetime: "@1790000000")
                == "set k @1790000000 --flags 16 < \"/tmp/a b/value.txt\"")
        let pickle = try encoded(PickleValue(.list([PickleValue](repeating: 7, count: 100))), compressed: true)
        #expect(
            try editable(pickle.bytes, 9).command(key: Array("k".utf8), file: Array("f".utf8), lifetime: nil)
                == "set k --as pickle --compress < f")
    }
}

@Suite struct EditorChoiceTests {
    @Test(
        arguments: [
            ([:], "vi"), (["EDITOR": "nano"], "nano"), (["EDITOR": "nano", "VISUAL": "code -w"], "code -w"),
            (["EDITOR": "nano", "VISUAL": ""], "nano"), (["EDITOR": " "], "vi"),
        ] as [(Environment, String)])
    func `the editor is the user's`(environment: Environment, command: String) {
        #expect(EditorChoice.of(environment: environment).command == command)
    }
}
