import Testing

@testable import mcsh

/// Where a command ends that goes on in more lines.
@Suite struct PromptInputTests {
    private static func commands(_ text: String) -> [String] {
        PromptInput(Array(text.utf8)).commands.map { command in
            String(decoding: command.line, as: UTF8.self)
                + (command.document.map { " <- " + String(decoding: $0, as: UTF8.self) } ?? "")
        }
    }

    @Test func `lines are commands`() {
        #expect(Self.commands("get a\nget b") == ["get a", "get b"])
    }

    @Test func `an open quote goes on`() {
        #expect(PromptInput(Array("set k \"a".utf8)).need == .quote(UInt8(ascii: "\"")))
        #expect(PromptInput(Array("set k 'a".utf8)).need == .quote(UInt8(ascii: "'")))
        #expect(Self.commands("set k \"a\nb\" 60\nget k") == ["set k \"a\nb\" 60", "get k"])
    }

    @Test func `a tag goes on up to its line, and what is between is no command`() {
        #expect(PromptInput(Array("set k << END\nx".utf8)).need == .tag(Array("END".utf8)))
        #expect(Self.commands("set k << END\nget \"x\nEND\nget k") == ["set k << END <- get \"x", "get k"])
    }

    @Test func `a line that is wrong ends where it ends`() {
        #expect(Self.commands("set k \"a\\q\nget k") == ["set k \"a\\q", "get k"])
        #expect(Self.commands("get it's\n# it's \"open") == ["get it's", "# it's \"open"])
    }
}
