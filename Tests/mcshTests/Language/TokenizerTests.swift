import MemcacheCore
import Testing

@testable import mcsh

@Suite struct TokenizerTests {
    /// The words of a line, each with its bytes and its position in the source.
    private static func words(_ line: String) throws(Diagnostic) -> [(
        bytes: [UInt8], source: Range<Int>, isQuoted: Bool
    )] {
        var tokenizer = Tokenizer()
        let line = Array(line.utf8)
        try tokenizer.tokenize(line.span)
        let bytes = tokenizer.isDecoded ? tokenizer.decoded : line
        return tokenizer.words.map { (Array(bytes[$0.range]), $0.source, $0.isQuoted) }
    }

    private static func texts(_ line: String) throws(Diagnostic) -> [String] {
        try words(line).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var line: String
        var words: [String]
        var testDescription: String { line }
    }

    @Test(arguments: [
        Case(line: "", words: []),
        Case(line: "  \t ", words: []),
        Case(line: "# a comment", words: []),
        Case(line: "   # a comment", words: []),
        Case(line: #"get k | sed "s/\./x/" | grep 'a  "#, words: ["get", "k", "|", #"sed "s/\./x/" | grep 'a"#]),
        Case(line: "get \"a\\tb\" |\t cut -c 1", words: ["get", "a\tb", "|", "cut -c 1"]),
        Case(line: "get k |  ", words: ["get", "k", "|"]),
        Case(line: #"set k "|" a |b "c\td""#, words: ["set", "k", "|", "a", "|b", "c\td"]),
        Case(line: "get k # no comment", words: ["get", "k", "#", "no", "comment"]),
        Case(line: "get k", words: ["get", "k"]),
        Case(line: "\tget \t k  ", words: ["get", "k"]),
        Case(line: #"set cfg {"a":1} 60"#, words: ["set", "cfg", #"{"a":1}"#, "60"]),
        Case(line: #"set k a"b'c\d"#, words: ["set", "k", #"a"b'c\d"#]),
        Case(line: #"set k """#, words: ["set", "k", ""]),
        Case(line: "set k ''", words: ["set", "k", ""]),
        Case(line: #"set k "two words""#, words: ["set", "k", "two words"]),
        Case(line: #"set k 'two "words" \n'"#, words: ["set", "k", #"two "words" \n"#]),
        Case(line: #"set k "it's""#, words: ["set", "k", "it's"]),
        Case(line: #"'get' "k""#, words: ["get", "k"]),
        Case(line: ##"set k "\n\r\t\0\a\b\e\\\"""##, words: ["set", "k", "\n\r\t\0\u{7}\u{8}\u{1b}\\\""]),
        Case(line: #"set k "\x41\x7a\x0A""#, words: ["set", "k", "Az\n"]),
        Case(line: #"set k "\u{e9}\u{1F600}\u{0}""#, words: ["set", "k", "é😀\0"]),
        Case(line: #""a\tb" c "d\te""#, words: ["a\tb", "c", "d\te"]),
        Case(line: "set ключ 值", words: ["set", "ключ", "值"]),
        Case(line: "a\u{b}b \u{a0}c", words: ["a\u{b}b", "\u{a0}c"]),
    ])
    func `a line is split into words at spaces outside quotes`(_ test: Case) throws {
        #expect(try Self.texts(test.line) == test.words)
    }

    @Test func `escapes produce any byte, whether it is UTF-8 or not`() throws {
        #expect(try Self.words(#""\xff\x00\x80""#)[0].bytes == [0xff, 0x00, 0x80])
    }

    @Test func `bytes that are not UTF-8 are unchanged`() throws {
        var tokenizer = Tokenizer()
        let line: [UInt8] = [0xff, 0xfe, 0x20, 0x22, 0xc3, 0x22]
        try tokenizer.tokenize(line.span)
        #expect(tokenizer.words.map { Array(line[$0.range]) } == [[0xff, 0xfe], [0xc3]])
    }

    @Test func `words point into the line until one has escapes`() throws {
        var tokenizer = Tokenizer()
        try tokenizer.tokenize(Array("get 'a b' \"c\"".utf8).span)
        #expect(tokenizer.isDecoded == false)
        #expect(tokenizer.words.map(\.range) == [0..<3, 5..<8, 11..<12])
        #expect(tokenizer.words.map(\.source) == [0..<3, 4..<9, 10..<13])

        try tokenizer.tokenize(Array("get \"a\\tb\" c".utf8).span)
        #expect(tokenizer.isDecoded == true)
        #expect(tokenizer.decoded == Array("get \"a\\tb\" ca\tb".utf8))
        #expect(tokenizer.words.map(\.range) == [0..<3, 12..<15, 11..<12])
        #expect(tokenizer.words.map(\.source) == [0..<3, 4..<10, 11..<12])

        try tokenizer.tokenize(Array("get k".utf8).span)
        #expect(tokenizer.isDecoded == false)
    }

    @Test func `a word is quoted when its first byte is a quote`() throws {
        #expect(try Self.words(#"a "b" 'c' d"e" "\t""#).map(\.isQuoted) == [false, true, true, false, true])
    }

    struct Fault: CustomTestStringConvertible, Sendable {
        var line: String
        var range: Range<Int>
        var message: String
        var testDescription: String { line }
    }

    @Test(arguments: [
        Fault(line: #"set k "abc"#, range: 6..<10, message: "the quote \" is not closed"),
        Fault(line: "set k 'abc", range: 6..<10, message: "the quote ' is not closed"),
        Fault(line: #"set k "abc\"#, range: 6..<11, message: "the quote \" is not closed"),
        Fault(line: #"set k "a\tbc"#, range: 6..<12, message: "the quote \" is not closed"),
        Fault(line: #""a"b"#, range: 3..<4, message: "a closing quote ends the word, but more follows it"),
        Fault(line: "'a''b'", range: 3..<4, message: "a closing quote ends the word, but more follows it"),
        Fault(line: #""a\tb"c"#, range: 6..<7, message: "a closing quote ends the word, but more follows it"),
        Fault(line: #""\q""#, range: 1..<3, message: "\\q is not an escape"),
        Fault(line: #"set k "ab\'c""#, range: 9..<11, message: "\\' is not an escape"),
        Fault(line: #""\x4""#, range: 1..<5, message: "\\x needs two hexadecimal digits"),
        Fault(line: #""\xg0""#, range: 1..<5, message: "\\x needs two hexadecimal digits"),
        Fault(line: #""\x"#, range: 1..<3, message: "\\x needs two hexadecimal digits"),
        Fault(line: #""\u00e9""#, range: 1..<3, message: "\\u needs the number of a character in braces"),
        Fault(line: #""\u{}""#, range: 1..<4, message: "\\u needs the number of a character in braces"),
        Fault(line: #""\u{d800}""#, range: 1..<8, message: "\\u needs the number of a character in braces"),
        Fault(line: #""\u{110000}""#, range: 1..<10, message: "\\u needs the number of a character in braces"),
        Fault(line: #""\u{12"#, range: 1..<6, message: "\\u needs the number of a character in braces"),
    ])
    func `a mistake is found where it is`(_ test: Fault) {
        let error = #expect(throws: Diagnostic.self) { try Self.words(test.line) }
        #expect(error?.range == test.range)
        #expect(error?.message == test.message)
        #expect(error?.suggestion != nil)
    }

    @Test func `an open quote is reported, so that a prompt can continue reading`() throws {
        var tokenizer = Tokenizer()
        guard case .openQuote(at: 6) = try tokenizer.scan(Array("set k \"abc".utf8).span) else {
            Issue.record("the quote is open")
            return
        }
        guard case .complete = try tokenizer.scan(Array("set k \"abc\ndef\"".utf8).span) else {
            Issue.record("the line is complete")
            return
        }
    }

    @Test func `words of the program are unchanged`() {
        var tokenizer = Tokenizer()
        tokenizer.take([Array("set".utf8), Array("k".utf8), Array("\"a b\\".utf8), [], [0xff]])
        let bytes = tokenizer.decoded
        #expect(
            tokenizer.words.map { Array(bytes[$0.range]) } == [
                Array("set".utf8), Array("k".utf8), Array("\"a b\\".utf8), [], [0xff],
            ])
        #expect(tokenizer.words.allSatisfy { !$0.isQuoted })
    }
}
