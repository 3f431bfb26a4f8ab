import MemcacheCore
import Testing

@testable import mcsh

@Suite struct FoldedLineTests {
    @Test(arguments: [
        ("", 10, [""]), ("0123456789", 10, ["0123456789"]), ("0123456789a", 10, ["012345678»", "9a"]),
        ("0123456789012345678", 10, ["012345678»", "9012345678"]),
        ("01234567890123456789", 10, ["012345678»", "901234567»", "89"]),
        // A character of two cells is not split.
        ("値値値値値値", 10, ["値値値値»", "値値"]), ("a値値値値値", 10, ["a値値値値»", "値"]),
        ("e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}", 4, ["e\u{301}e\u{301}e\u{301}»", "e\u{301}e\u{301}"]),
        ("abcdef", 1, ["abc»", "def"]),
    ])
    func `a long line is cut into rows, and all but the last have a mark`(line: String, width: Int, rows: [String]) {
        #expect(FoldedLine.rows(of: line, width: width) == rows)
    }

    @Test(arguments: [4, 5, 20, 79]) func `no row is wider than the terminal, and nothing is lost`(width: Int) {
        var random = SplitMix(state: 7)
        for _ in 0..<200 {
            let line = (0..<random.below(200)).map { _ in random.pick(["a", "é", "値", " ", "\\x1b", "👩‍👧"]) }.joined()
            let rows = FoldedLine.rows(of: line, width: width)
            #expect(rows.allSatisfy { $0.displayWidth <= width })
            #expect(rows.dropLast().allSatisfy { $0.hasSuffix("»") })
            #expect(rows.dropLast().map { String($0.dropLast()) }.joined() + (rows.last ?? "") == line)
        }
    }
}

/// Views at a width; those of any width are in ``ValueViewTests``.
@Suite struct ValueWidthTests {
    private func view(_ value: String, _ width: Int) -> ValueView { ValueView(Array(value.utf8), width: width) }

    @Test func `text is folded, and its own line ends stay`() {
        #expect(view("one two three\nfour\n", 8).lines == ["one two»", " three", "four"])
    }

    @Test func `JSON is indented, and its long strings folded`() {
        #expect(
            view("{\"name\":\"abcdefghijklmnop\",\"n\":1}", 16).lines == [
                "{", "  \"name\": \"abcd»", "efghijklmnop\",", "  \"n\": 1", "}",
            ])
    }

    @Test func `pickles and integers are folded too`() throws {
        let list = PickleValue(.list([PickleValue](repeating: "abcdefghijklmnopqrst", count: 3)))
        let pickle = ValueView(try list.pickled(), flags: 1, width: 20)
        #expect(
            pickle.lines == [
                "[", "  \"abcdefghijklmnop»", "qrst\",", "  \"abcdefghijklmnop»", "qrst\",", "  \"abcdefghijklmnop»",
                "qrst\"", "]",
            ])
        #expect(ValueView(Array("123456789012".utf8), flags: 2, width: 10).lines == ["123456789»", "012"])
    }

    @Test(arguments: [
        (200, "00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  ................"),
        (76, "00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  ................"),
        (75, "00000000  00 01 02 03 04 05 06 07  ........"), (43, "00000000  00 01 02 03 04 05 06 07  ........"),
        (42, "00000000  00 01 02 03  ...."), (20, "00000000  00 01  .."),
    ])
    func `hexadecimal has as many bytes in a row as fit`(width: Int, first: String) {
        let view = ValueView(Array(0..<16), width: width)
        #expect(view.lines.first == first)
        #expect(view.lines.joined().filter { $0 == "." }.count == 16)
    }

    @Test func `of long JSON the beginning is indented, and the lines that are left out are counted`() {
        let json = "[" + (0..<2000).map { "\"value \($0)\"" }.joined(separator: ",") + "]"
        let view = view(json, 80)
        #expect(view.kind == "JSON")
        #expect(Array(view.lines.prefix(2)) == ["[", "  \"value 0\","])
        #expect(view.lines.count < 400)
        let rest = 2002 - (view.lines.count - 1)
        #expect(view.lines.last == "… \(HumanUnits.count(UInt64(rest))) more lines; use --raw for all")
    }

    @Test func `JSON that is one long string is shown as text`() {
        let view = view("[\"" + String(repeating: "a", count: 10_000) + "\"]", 80)
        #expect(view.kind == "text")
        #expect(view.lines.last == "… 5,908 more bytes; use --raw for all")
    }

    @Test func `text is escaped before it is folded, and stays escaped`() {
        let view = view("\u{9b}2J\u{202e}\u{9b}2J\u{202e}", 20)
        #expect(view.lines == ["\\u{9b}2J\\u{202e}\\u{»", "9b}2J\\u{202e}"])
    }
}
