import Testing

@testable import mcsh

@Suite struct DiagnosticTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var line: String
        var range: Range<Int>
        var shown: String
        var marks: String
        var testDescription: String { line }
    }

    @Test(arguments: [
        Case(line: "gte k", range: 0..<3, shown: "  gte k", marks: "  ^~~"),
        Case(line: "get a b", range: 6..<7, shown: "  get a b", marks: "        ^"),
        Case(line: "set k", range: 5..<5, shown: "  set k", marks: "       ^"),
        Case(line: "set 値 \"x", range: 8..<10, shown: "  set 値 \"x", marks: "         ^~"),
        Case(line: "set 値 x", range: 4..<7, shown: "  set 値 x", marks: "      ^~"),
        Case(line: "set\tk\tv v", range: 8..<9, shown: "  set\\tk\\tv v", marks: "            ^"),
        Case(line: "set \u{1b}[2J x", range: 9..<10, shown: "  set \\e[2J x", marks: "            ^"),
        Case(line: "set \u{1b}[2J x", range: 4..<8, shown: "  set \\e[2J x", marks: "      ^~~~~"),
        Case(line: #"set k "\q""#, range: 7..<9, shown: #"  set k "\q""#, marks: "         ^~"),
        Case(line: "e\u{301}x y", range: 5..<6, shown: "  e\u{301}x y", marks: "     ^"),
        Case(line: "a", range: 7..<9, shown: "  a", marks: "   ^"),
    ])
    func `the caret is below the error, whatever precedes it`(_ test: Case) {
        let lines = Diagnostic("wrong", at: test.range).lines(for: Array(test.line.utf8), at: nil)
        #expect(lines == ["mcsh: wrong", test.shown, test.marks])
    }

    @Test func `a script's line is named with its column, counted from 1`() {
        let diagnostic = Diagnostic("wrong", at: 4..<5, suggestion: "write it right")
        #expect(
            diagnostic.lines(for: Array("get x".utf8), at: ("warm.mcsh", 12)) == [
                "warm.mcsh:12:5: wrong; write it right", "  get x", "      ^",
            ])
    }

    @Test func `without a line there is nothing to point at`() {
        #expect(Diagnostic("wrong", at: 0..<0).lines(for: [], at: nil) == ["mcsh: wrong"])
    }

    @Test func `of a long line the part around the fault is shown`() {
        let line = Array((String(repeating: "a", count: 500) + "!" + String(repeating: "b", count: 500)).utf8)
        #expect(
            Diagnostic("wrong", at: 500..<501).lines(for: line, at: nil) == [
                "mcsh: wrong",
                "  …" + String(repeating: "a", count: 30) + "!" + String(repeating: "b", count: 59) + "…",
                "  " + String(repeating: " ", count: 31) + "^",
            ])
    }

    @Test func `a fault that is long itself is cut`() {
        let line = Array(("set " + String(repeating: "a", count: 500)).utf8)
        let lines = Diagnostic("wrong", at: 4..<504).lines(for: line, at: nil)
        #expect(lines[1] == "  set " + String(repeating: "a", count: 60) + "…")
        #expect(lines[2] == "      ^" + String(repeating: "~", count: 59))
    }

    @Test func `nothing of a line reaches the terminal as a control`() {
        let line: [UInt8] = Array("set ".utf8) + Array(UInt8.min...UInt8.max) + Array("\u{9b}2J\u{202e}".utf8)
        for position in 0...line.count {
            let lines = Diagnostic("wrong", at: position..<line.count).lines(for: line, at: nil)
            #expect(lines.allSatisfy { TerminalSafety.isSafe($0) }, "\(lines)")
        }
    }
}
