import TestSupport
import Testing

@testable import mcsh

/// The appearance of a line on the screen while it is typed.
struct LinePictureTests {
    static func picture(
        _ line: String, cursor: Int? = nil, prompt: String = "p>", hint: String? = nil, columns: Int = 20,
        height: Int? = 10, firstRow: Int = 0
    ) -> LinePicture {
        let characters = line.unicodeScalars.map(\.value)
        return LinePicture(
            .init(
                prompt: PromptText(text: prompt), line: characters, cursor: cursor ?? characters.count, hint: hint),
            columns: columns, height: height, firstRow: firstRow)
    }

    static func text(_ picture: LinePicture) -> [String] { picture.rows.map { $0.cells.map(\.text).joined() } }

    @Test func `a line that fills its row has the cursor in the next one`() {
        let picture = Self.picture("abcdefgh", columns: 11)
        #expect(Self.text(picture) == ["p> abcdefgh", ""])
        #expect(picture.cursor == (1, 0))
        #expect(picture.drawn(over: nil, .plain) == "\r\u{1b}[Jp> abcdefgh \r")
    }

    @Test func `a wide character that does not fit goes to the next row whole`() {
        let picture = Self.picture("abcdefg日", columns: 11)
        #expect(Self.text(picture) == ["p> abcdefg ", "日"])
        #expect(picture.cursor == (1, 2))
    }

    @Test func `control characters, tabs and invisible characters are written out`() {
        #expect(Self.text(Self.picture("a\u{1}\tb")) == ["p> a^A  b"])
        #expect(Self.text(Self.picture("a\u{202e}b")) == ["p> a\\u{202e}b"])
        #expect(Self.text(Self.picture("e\u{301}x")) == ["p> e\u{301}x"])
        #expect(Self.picture("e\u{301}x").cursor == (0, 5))
    }

    @Test func `the hint is at the right edge while there is room`() {
        #expect(Self.text(Self.picture("get ", hint: "FILE")) == ["p> get         FILE"])
        #expect(Self.text(Self.picture("get abcdefghi", hint: "FILE")) == ["p> get abcdefghi"])
    }

    @Test func `another hint is drawn whole`() {
        let first = Self.picture("get ", hint: "KEY…")
        let second = Self.picture("get >", hint: "FILE")
        var screen = TerminalScreen(columns: 20, rows: 5)
        screen.take(Array(first.drawn(over: nil, .colored).utf8))
        screen.take(Array(second.drawn(over: first, .colored).utf8))
        #expect(screen.lines == ["p> get >       FILE"])
    }

    @Test func `of an entry that is taller than the window the rows around the cursor are shown`() {
        let line = (1...8).map { "row\($0)" }.joined(separator: "\n")
        let end = Self.picture(line, height: 3)
        #expect(Self.text(end) == ["row6", "row7", "row8"])
        #expect(end.cursor == (2, 4))
        let top = Self.picture(line, cursor: 0, height: 3, firstRow: end.firstRow)
        #expect(Self.text(top) == ["p> row1", "row2", "row3"])
        #expect(top.cursor == (0, 3))
        let middle = Self.picture(line, cursor: 12, height: 3, firstRow: 1)
        #expect(Self.text(middle) == ["row2", "row3", "row4"])
        #expect(Self.text(Self.picture(line, height: nil)).count == 8)
    }

    @Test func `a terminal of another width has the cursor where it rewraps the rows, or where it truncates them`() {
        let picture = Self.picture(String(repeating: "x", count: 50), columns: 20)
        #expect(picture.cursor == (2, 13))
        let wide = picture.places(inColumns: 40)
        #expect(wide.broken == (1, 13) && wide.cut == (2, 13))
        let narrow = picture.places(inColumns: 10)
        #expect(narrow.broken == (5, 3) && narrow.cut == (2, 9))
    }

    @Test func `every change leaves the screen as a drawing from nothing does`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(state: seed)
        let pieces = ["a", "b", " ", "0", "日", "é", "e\u{301}", "\t", "\n", "\u{1}", "\u{202e}", "xxxxxxxxxxxx", "😀"]
        for _ in 0..<300 {
            let columns = Int.random(in: 2...30, using: &random)
            let rows = Int.random(in: 1...6, using: &random)
            var screen = TerminalScreen(columns: columns, rows: rows)
            var old: LinePicture?
            var line: [Unicode.Scalar] = []
            var firstRow = 0
            for step in 0..<30 {
                if Int.random(in: 0..<4, using: &random) == 0 {
                    line = Array(line.prefix(Int.random(in: 0...line.count, using: &random)))
                } else {
                    let place = Int.random(in: 0...line.count, using: &random)
                    line.insert(
                        contentsOf: pieces.randomElement(using: &random).map { Array($0.unicodeScalars) } ?? [],
                        at: place)
                }
                var text = String.UnicodeScalarView()
                text.append(contentsOf: line)
                let new = Self.picture(
                    String(text), cursor: Int.random(in: 0...line.count, using: &random), prompt: "p",
                    hint: Bool.random(using: &random) ? "HINT" : nil, columns: columns, height: rows, firstRow: firstRow
                )
                firstRow = new.firstRow
                screen.take(Array(new.drawn(over: old, .colored).utf8))
                old = new
                var fresh = TerminalScreen(columns: columns, rows: rows)
                fresh.take(Array(new.drawn(over: nil, .colored).utf8))
                let from = screen.cursor.row - fresh.cursor.row
                let shown = Array(screen.lines.dropFirst(max(0, from)))
                let comment: Comment =
                    "seed \(seed), step \(step), \(columns) columns, \(rows) rows: \(String(text).debugDescription)"
                #expect(from >= 0 && shown == fresh.lines, comment)
                #expect(screen.cursor.column == fresh.cursor.column, comment)
                #expect(screen.unknown == [] && fresh.unknown == [], comment)
                guard shown == fresh.lines, screen.cursor.column == fresh.cursor.column else { return }
            }
        }
    }
}
