import Testing

@testable import mcsh

@Suite struct GlobTests {
    @Test(arguments: [
        ("", ""), ("*", ""), ("*", "anything"), ("user:*", "user:42"), ("user:*", "user:"), ("*:42", "user:42"),
        ("u*r:*2", "user:42"), ("?", "x"), ("a?c", "abc"), ("[abc]", "b"), ("[a-c]x", "bx"), ("[!a-c]", "d"),
        ("[^a-c]", "d"), ("[]]", "]"), ("[]a]", "a"), ("[!]]", "a"), ("[a-]", "-"), ("[-a]", "-"), ("a\\*b", "a*b"),
        ("\\[x", "[x"), ("a\\", "a\\"), ("[", "["), ("[a", "[a"), ("**", "x"), ("a**b", "ab"), ("*a*b*", "xaybz"),
        ("*.html", "a.b.html"), ("*aab", "aaaab"),
    ])
    func `a key of the pattern matches`(pattern: String, key: String) {
        #expect(Glob(Array(pattern.utf8)).matches(Array(key.utf8)))
    }

    @Test(arguments: [
        ("", "a"), ("a", ""), ("?", ""), ("?", "xy"), ("a?c", "ac"), ("user:*", "User:42"), ("[abc]", "d"),
        ("[a-c]", "d"), ("[!a-c]", "b"), ("[]", "x"), ("a\\*b", "axb"), ("*a", "ab"), ("a*", "ba"), ("*ab*", "ba"),
        ("[c-a]", "b"),
    ])
    func `another key does not`(pattern: String, key: String) {
        #expect(!Glob(Array(pattern.utf8)).matches(Array(key.utf8)))
    }

    @Test func `bytes are compared, whatever they mean`() {
        #expect(Glob([0x2a, 0xff]).matches([0x00, 0x80, 0xff]))
        #expect(Glob([0x3f]).matches([0xff]))
        #expect(!Glob([0x3f]).matches(Array("é".utf8)))
        #expect(Glob([0x5b, 0x80, 0x2d, 0xff, 0x5d]).matches([0x90]))
    }

    /// Patterns for which a matcher that tries everything would need longer than the age of the universe.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [
            String(repeating: "*a", count: 120) + "b", String(repeating: "a*", count: 125),
            String(repeating: "*?", count: 120) + "b", String(repeating: "*[a-z]", count: 40) + "0",
            String(repeating: "*", count: 250) + "b",
        ])
    func `the time is bounded by the product of the lengths`(_ pattern: String) {
        let key = [UInt8](repeating: 0x61, count: 250)
        let isMatch = pattern.hasSuffix("*")
        #expect(Glob(Array(pattern.utf8)).matches(key) == isMatch)
    }
}
