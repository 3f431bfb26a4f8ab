import Testing

@testable import mcsh

@Suite struct TableLayoutTests {
    private var table: TableLayout {
        var table = TableLayout([
            .init("name", .leading), .init("count", priority: 1), .init("empty", priority: 2),
            .init("note", .leading, priority: 3),
        ])
        table.rows = [["alpha", "1", "", "first of all"], ["名前", "1,234", "", "wide"]]
        table.footer = ["total", "1,235"]
        return table
    }

    @Test(arguments: [
        (
            40,
            [
                "name   count  note        ", "alpha      1  first of all", "名前   1,234  wide",
                "──────────────────────────", "total  1,235  ",
            ]
        ),
        (20, ["name   count", "alpha      1", "名前   1,234", "────────────", "total  1,235"]),
        (8, ["name", "alpha", "名前", "─────", "total"]),
        (4, ["name", "al..", "名前", "────", "to.."]),
    ])
    func `columns are dropped by priority and aligned by cells`(width: Int, expected: [String]) {
        let trimmed = { (line: String) in String(line.reversed().drop { $0 == " " }.reversed()) }
        #expect(table.lines(width: width).map(\.text).map(trimmed) == expected.map(trimmed))
    }

    @Test(arguments: [
        ("", 0), ("abc", 3), ("名前", 4), ("e\u{301}", 1), ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("❤️", 2), ("❤", 1),
        ("한글", 4), ("\u{1112}\u{1161}\u{11AB}", 2), ("Ａ", 2), ("ｱ", 1), ("█▏", 2), ("\u{200B}", 0), ("é", 1), ("1", 1),
        ("𠀀", 2), ("。", 2),
    ])
    func `cells of text`(text: String, width: Int) {
        #expect(text.displayWidth == width)
    }

    @Test func `wrapping breaks at spaces, indents, and breaks words only when it must`() {
        #expect(
            StyledText("one two three four").wrapped(to: 9, indent: 2).map(\.text) == ["one two", "  three", "  four"])
        #expect(StyledText("abcdefghij k").wrapped(to: 4).map(\.text) == ["abcd", "efgh", "ij k"])
        #expect(StyledText("").wrapped(to: 4).map(\.text) == [""])
        #expect(StyledText("名前名前").wrapped(to: 5).map(\.text) == ["名前", "名前"])
    }

    @Test func `a sentence is coloured as one and colour takes no room`() {
        let text = StyledText("one two", .warning) + StyledText(" three", .dim)
        #expect(text.width == 13)
        #expect(text.rendered(.plain) == "one two three")
        #expect(StyledText("one two", .warning).wrapped(to: 20)[0].rendered(.colored) == "\u{1B}[33mone two\u{1B}[0m")
    }
}
