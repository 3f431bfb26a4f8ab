import Testing

@testable import mcsh

@Suite struct SpellingTests {
    @Test(arguments: [
        ("gte", "get"), ("ge", "get"), ("GETT", "get"), ("delte", "delete"), ("delet", "delete"), ("deelte", "delete"),
        ("flushall", "flush_all"), ("flush", "flush_all"), ("stat", "stats"), ("incrr", "incr"), ("qiut", "quit"),
        ("versoin", "version"), ("sett", "set"), ("lru_craler", "lru_crawler"), ("repalce", "replace"),
    ])
    func `the nearest command is found`(word: String, command: String) {
        #expect(CommandTable.nearest(to: word) == command)
    }

    @Test(arguments: ["", "xyzzy", "frobnicate", String(repeating: "get", count: 20)])
    func `a word that is like none has no nearest`(word: String) {
        #expect(CommandTable.nearest(to: word) == nil)
    }

    @Test(arguments: [
        ("info", "stats"), ("INFO", "stats"), ("dbsize", "stats"), ("select", "use"),
        ("scan", "keys"), ("flushall", "flush_all"), ("monitor", "watch"), ("del", "delete"),
        ("expire", "touch"), ("\\q", "quit"), ("\\h", "help"), ("\\?", "help"),
    ])
    func `a word of another program is answered with the command that does it here`(word: String, line: String) {
        #expect(CommandTable.nearest(to: word) == line)
        #expect(PlannedLines.fault(word)?.suggestion == "did you mean \(line)?")
    }

    @Test func `what is recommended exists, and what exists is not explained away`() {
        for (word, line) in CommandTable.habits {
            #expect(CommandTable.find(Array(word.utf8)) == nil, "\(word)")
            #expect(CommandTable.find(Array(line.utf8.prefix { $0 != UInt8(ascii: " ") })) != nil, "\(line)")
        }
        #expect(CommandTable.find(Array("exit".utf8))?.name == "quit")
    }

    /// A comparison of the whole word would take hours.
    @Test(.timeLimit(.minutes(10))) func `a very long word costs no more than a short one`() {
        let word = String(repeating: "É", count: 5_000_000)
        for _ in 0..<10_000 { #expect(Spelling.nearest(to: word, among: ["get"]) == nil) }
    }

    @Test func `the first of equally near words is chosen`() {
        #expect(Spelling.nearest(to: "ax", among: ["ab", "ac"]) == "ab")
    }

    @Test func `nothing is near an empty list`() {
        #expect(Spelling.nearest(to: "get", among: [String]()) == nil)
    }
}
