import Testing

@testable import mcsh

/// Where a command that continues in more lines ends.
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

    @Test func `an open quote continues`() {
        #expect(PromptInput(Array("set k \"a".utf8)).need == .quote(UInt8(ascii: "\"")))
        #expect(PromptInput(Array("set k 'a".utf8)).need == .quote(UInt8(ascii: "'")))
        #expect(Self.commands("set k \"a\nb\" 60\nget k") == ["set k \"a\nb\" 60", "get k"])
    }

    @Test func `quoted text may be anything but the quote`() {
        #expect(
            Self.commands("set k \"a\\\\\n'b\\\"\n\" 'c\n\"\n' \"\n\"\nget k") == [
                "set k \"a\\\\\n'b\\\"\n\" 'c\n\"\n' \"\n\"", "get k",
            ])
        #expect(Self.commands("set k \"a\nb\\\nc\nget k") == ["set k \"a\nb\\\nc", "get k"])
        #expect(Self.commands("set k \"a\\\nc\nget k") == ["set k \"a\\\nc", "get k"])
        #expect(PromptInput(Array("set k \"a\nb\\".utf8)).need == .quote(UInt8(ascii: "\"")))
        #expect(PromptInput(Array("set k 'a' \"b\n\" 'c\n".utf8)).need == .quote(UInt8(ascii: "'")))
    }

    @Test(.timeLimit(.minutes(10)), arguments: ["a line", "\\\"a\\\": 1,", "\" \""])
    func `very many quoted lines take a moment`(_ line: String) {
        // Examining each line again for each that follows would take hours.
        let lines = Array(repeating: line, count: 200_000).joined(separator: "\n")
        #expect(Self.commands("set k \"\n\(lines)\n\"") == ["set k \"\n\(lines)\n\""])
    }

    @Test func `a here-document continues up to its tag, and its lines are not commands`() {
        #expect(PromptInput(Array("set k << END\nx".utf8)).need == .tag(Array("END".utf8)))
        #expect(Self.commands("set k << END\nget \"x\nEND\nget k") == ["set k << END <- get \"x", "get k"])
    }

    @Test func `an invalid line ends at its end`() {
        #expect(Self.commands("set k \"a\\q\nget k") == ["set k \"a\\q", "get k"])
        #expect(Self.commands("get it's\n# it's \"open") == ["get it's", "# it's \"open"])
    }
}
