import Testing

@testable import mcsh

@Suite struct PagerChoiceTests {
    private func choice(_ environment: Environment) -> PagerChoice {
        PagerChoice.of(environment: environment) { ["less", "/opt/most"].contains($0) }
    }

    @Test func `the pager is that of mcsh, else the user's, else less`() {
        let term: Environment = ["TERM": "xterm"]
        #expect(choice(term) == .command("less -FRX"))
        #expect(choice(["PAGER": "less -S"]) == .command("less -S"))
        #expect(choice(["PAGER": "less", "MCSH_PAGER": "/opt/most -w"]) == .command("/opt/most -w"))
        #expect(choice(["PAGER": "COLOR=1 less"]) == .command("COLOR=1 less"))
        #expect(PagerChoice.of(environment: term) { _ in false } == .none)
    }

    @Test(arguments: ["", " ", "cat"]) func `an empty one is none`(_ name: String) {
        #expect(choice(["TERM": "xterm", "PAGER": "less", "MCSH_PAGER": name]) == .none)
        #expect(choice(["TERM": "xterm", "PAGER": name]) == .none)
    }

    @Test func `a missing program is not a pager`() {
        #expect(choice(["PAGER": "mots -w"]) == .missing("mots"))
    }

    @Test func `a terminal that cannot move its cursor has a pager only if one is named`() {
        #expect(choice(["TERM": "dumb"]) == .none)
        #expect(choice([:]) == .none)
        #expect(choice(["TERM": "dumb", "PAGER": "less"]) == .command("less"))
    }
}

@Suite struct ChildProcessTests {
    @Test(arguments: [
        ("less -FRX", "exec less -FRX"), ("vi \"$1\"", "exec vi \"$1\""), ("/opt/most", "exec /opt/most"),
        ("COLOR=1 less", "trap : INT; COLOR=1 less"), ("grep a | less", "trap : INT; grep a | less"),
        ("a; b", "trap : INT; a; b"), ("less &", "trap : INT; less &"), ("exec less", "trap : INT; exec less"),
    ])
    func `between mcsh and a program there is no shell, or one that outlives Ctrl-C`(command: String, line: String) {
        #expect(ChildProcess.foreground(command) == line)
    }
}

@Suite struct ScreenRowsTests {
    @Test(arguments: [
        ("", 0), ("a", 0), ("a\n", 1), ("a\nb\n", 2), ("0123456789\n", 1), ("0123456789a\n", 2),
        ("01234567890123456789a\n", 3), ("\u{1b}[1;31m0123456789\u{1b}[0m\n", 1), ("値値値値値\n", 1),
        ("値値値値値値\n", 2), ("a値値値値値\n", 2), ("\ta\n", 1), ("12345678\tab\n", 2), ("abc\rdef\n", 1),
        ("e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}\n", 1),
    ])
    func `text counts as the rows that the terminal needs for it`(text: String, count: Int) {
        var rows = ScreenRows(columns: 10)
        rows.add(Array(text.utf8))
        #expect(rows.count == count)
    }

    @Test(
        arguments: [
            [0x1b], [0x1b, 0x5b], [0x1b, 0x5b, 0x31], [0xff, 0xfe], [0xe2, 0x82], [0x1b, 0x5d, 0x07],
        ] as [[UInt8]])
    func `truncated and invalid text is accepted`(_ bytes: [UInt8]) {
        var rows = ScreenRows(columns: 1)
        rows.add(bytes)
        #expect(rows.count <= bytes.count)
    }
}

@Suite struct PagingTests {
    @Test func `output that fits on the screen is held back until the end`() {
        var paging = Paging(.missing("x"), columns: 80, rows: 4, watcher: nil)
        for line in ["1\n", "2\n", "3\n"] {
            guard case .hold = paging.take(Array(line.utf8)) else {
                Issue.record("\(line) is not held")
                return
            }
        }
        #expect(paging.takeHeld() == Array("1\n2\n3\n".utf8))
        guard case .write(let bytes, 1, nil) = paging.take(Array("4\n".utf8)) else {
            Issue.record("what comes later is held")
            return
        }
        #expect(bytes == Array("4\n".utf8))
    }

    @Test func `at most a screenful is held back`() {
        var paging = Paging(.none, columns: 80, rows: 3, watcher: nil)
        _ = paging.take(Array("1\n2\n".utf8))
        guard case .write(let bytes, 1, nil) = paging.take(Array("3\n".utf8)) else {
            Issue.record("a third row is held")
            return
        }
        #expect(bytes == Array("1\n2\n3\n".utf8))
        #expect(paging.takeHeld().isEmpty)
    }

    @Test func `an endless row is not held back forever`() {
        var paging = Paging(.none, columns: 80, rows: 100_000, watcher: nil)
        var held = 0
        let part = [UInt8](repeating: 0x61, count: 65_536)
        while case .hold = paging.take(part), held < 100 { held += 1 }
        #expect(held == 4)
    }
}
