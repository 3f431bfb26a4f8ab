import Foundation
import Testing

@testable import mcsh

/// The manual's section about the commands is generated from the table, and text written by hand is preserved.
@Suite struct ManualPageTests {
    private static func page() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "man/mcsh.1"), encoding: .utf8)
    }

    private static func lines(_ page: String) -> [String] { page.split(separator: "\n").map(String.init) }

    @Test func `the manual matches the command table`() throws {
        let page = Self.lines(try Self.page())
        let written = Self.lines(try ManualPage.updated(try Self.page()))
        for change in written.difference(from: page) {
            switch change {
            case .insert(_, let line, _): Issue.record("\"make manual\" writes: \(line)")
            case .remove(_, let line, _): Issue.record("\"make manual\" takes out: \(line)")
            }
        }
    }

    @Test func `a page without the table's text is filled with all of it, and has no text written by hand`() throws {
        let page = try ManualPage.updated(".Sh NAME\nmcsh\n.Sh COMMANDS\n.Sh FILES\nnone\n")
        let lines = Self.lines(page)
        #expect(lines.prefix(3) == [".Sh NAME", "mcsh", ".Sh COMMANDS"])
        #expect(lines.suffix(2) == [".Sh FILES", "none"])
        #expect(lines.filter { $0.hasPrefix(".It Ic ") }.count == CommandTable.all.count)
        #expect(!lines.contains(#".\" By hand:"#))
        #expect(try ManualPage.updated(page) == page)
        #expect(page.hasSuffix("none\n"))
    }

    @Test func `text written by hand stays where it is`() throws {
        let page = try ManualPage.updated(
            #"""
            .Sh COMMANDS
            .\" By hand:
            At the beginning.
            .Ss Reading
            .\" By hand:
            Before the list.
            .Bl -tag -width Ds
            .It Ic get
            Something old.
            .\" By hand:
            About get.
            .Bl -tag -width Ds
            .It Ic a list
            of its own
            .El
            .It Ic gets
            .El
            .\" By hand:
            .Pp
            After the list.
            .Sh FILES
            """#)
        let lines = Self.lines(page)
        let marks = lines.indices.filter { lines[$0] == #".\" By hand:"# }
        #expect(marks.map { lines[$0 + 1] } == ["At the beginning.", "Before the list.", "About get.", ".Pp"])
        #expect(
            page.contains("About get.\n.Bl -tag -width Ds\n.It Ic a list\nof its own\n.El\n.\\\" From the table:\n"))
        #expect(page.contains(".El\n.\\\" By hand:\n.Pp\nAfter the list.\n.Ss Writing\n"))
        #expect(!page.contains("Something old."))
        #expect(try ManualPage.updated(page) == page)
    }

    @Test func `text about something missing from the table is not dropped`() {
        let page =
            ".Sh COMMANDS\n.Ss Reading\n.Bl -tag -width Ds\n.It Ic fetch\n.\\\" By hand:\nA text.\n.El\n.Sh FILES\n"
        let fault = #expect(throws: ManualPage.Fault.self) { try ManualPage.updated(page) }
        #expect(
            fault?.reason
                == "there is text written by hand about the command fetch, which the command table does not have")
    }

    @Test(arguments: ["", ".Sh NAME\n", ".Sh COMMANDS\nto the end\n"])
    func `a page without the section is refused`(page: String) {
        #expect(throws: ManualPage.Fault.self) { try ManualPage.updated(page) }
    }

    @Test(
        arguments: [
            ("One sentence. Another one", ["One sentence.", "Another one"]),
            ("With --match, the keys", ["With", ".Fl Fl match ,", "the keys"]),
            ("a server (-e).", ["a server", ".No \\&( Ns Fl e ) ."]),
            ("Opens $VISUAL, else vi", ["Opens", ".Ev VISUAL ,", "else vi"]),
            ("KEY and LRU", [".Ar KEY", "and LRU"]), ("as lru_crawler does", ["as", ".Ic lru_crawler", "does"]),
            ("a \\d and KEY…", ["a \\ed and KEY..."]), ("-1 is for ever", ["\\-1 is for ever"]),
            (".5 is a half", ["\\&.5 is a half"]), ("one\ntwo", ["one", "two"]), ("", []),
        ] as [(String, [String])])
    func `a text of the table becomes lines of mdoc`(text: String, lines: [String]) {
        #expect(ManualText(parameters: ["KEY"]).lines(text) == lines)
    }

    @Test func `a long sentence is broken between words`() {
        let text = Array(repeating: "word", count: 60).joined(separator: " ")
        let lines = ManualText().lines(text)
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.utf8.count <= 116 })
        #expect(lines.joined(separator: " ") == text)
    }

    @Test func `a fragment becomes a sentence`() {
        #expect(ManualText().sentence("print the value") == ["Print the value."])
        #expect(ManualText().sentence("-1 is the end") == ["\\-1 is the end."])
        #expect(ManualText().sentence("what is in there?") == ["What is in there?"])
        #expect(ManualText().sentence("* and ?") == ["* and ?."])
        #expect(ManualText().sentence("") == [])
    }
}
