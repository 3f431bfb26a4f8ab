import Testing

@testable import mcsh

/// Which entered lines are kept, and how.
@Suite struct HistoryTests {
    @Test(arguments: [
        ("get a", "get a"), ("set k \"a\\n\"", "set k \"a\\\\n\""), ("one\ntwo", "one\\ntwo"),
        ("日本 é", "日本 é"), ("\u{1b}[2J\u{0}", "\\e[2J\\0"), ("\\", "\\\\"),
    ])
    func `a line is written without control characters and read back`(_ line: String, _ written: String) {
        let bytes = Array(line.utf8)
        #expect(History.encoded(bytes) == Array(written.utf8))
        #expect(History.decoded(Array(written.utf8)) == bytes)
    }

    @Test func `bytes that are not UTF-8 come back too`() {
        let bytes: [UInt8] = Array(0...255)
        #expect(History.decoded(History.encoded(bytes)) == bytes)
    }

    @Test func `a line that was written by hand is read as it is`() {
        #expect(History.decoded(Array("get \\q".utf8)) == Array("get \\q".utf8))
        #expect(History.decoded([]) == nil)
    }

    @Test(arguments: [
        "auth me pw", "AUTH me pw", "get k | curl --password x", "login a", "set a password=x", "raw auth me pw",
        "RAW Auth me pw", "raw \"auth\" me pw", "\"auth\" me pw", "repeat 2 auth me pw", "repeat 2 1 raw auth me pw",
        "repeat 0 500ms repeat 3 login a",
    ])
    func `a secret is not kept`(_ line: String) {
        #expect(!History.isPublic(Array(line.utf8)))
    }

    @Test(arguments: [
        "get password", "set k token", "get author", "set k v --flags 3", "raw get auth", "repeat 2 get login",
    ])
    func `what only looks a little like one is kept`(_ line: String) {
        #expect(History.isPublic(Array(line.utf8)))
    }

    @Test func `lines that begin with a space are for this session only`() {
        #expect(!History.isPublic(Array(" get a".utf8)))
        let history = History(file: nil)
        #expect(history.add(Array(" get a".utf8)) == [Array(" get a".utf8)])
        #expect(history.add(Array(" get a".utf8)) == [])
        #expect(history.add(Array("   ".utf8)) == [])
        #expect(history.entries == [Array(" get a".utf8)])
    }
}
