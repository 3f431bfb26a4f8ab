import Testing

@testable import mcsh

/// Pasted text ends at its mark and nowhere else.
@Suite struct PastedTextTests {
    private static func read(_ pasted: String, limit: Int = 100) -> (text: String, isCut: Bool, rest: String) {
        var text = PastedText(limit: limit)
        let bytes = Array(pasted.utf8)
        let end = bytes.firstIndex { text.take($0) } ?? bytes.count - 1
        let rest = String(decoding: bytes[(end + 1)...], as: UTF8.self)
        return (String(decoding: text.bytes, as: UTF8.self), text.isCut, rest)
    }

    @Test func `the mark ends it`() {
        #expect(Self.read("get a\rget b\u{1b}[201~\r") == ("get a\rget b", false, "\r"))
    }

    @Test func `bytes that only begin like the mark belong to the text`() {
        #expect(Self.read("a\u{1b}[20\u{1b}\u{1b}[201~\r") == ("a\u{1b}[20\u{1b}", false, "\r"))
    }

    @Test func `excess text is read up to the mark, and whole lines are kept`() {
        #expect(Self.read("get a\rget b\rget c\u{1b}[201~\r", limit: 9) == ("get a", true, "\r"))
        #expect(Self.read("get \u{e9}\u{e9}\u{1b}[201~\r", limit: 5) == ("get ", true, "\r"))
        #expect(Self.read("get a\u{1b}[201~\r", limit: 5) == ("get a", false, "\r"))
    }
}
