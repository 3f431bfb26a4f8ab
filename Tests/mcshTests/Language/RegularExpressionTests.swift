import MemcacheCore
import Testing

@testable import mcsh

@Suite struct RegularExpressionTests {
    private static func matches(_ pattern: [UInt8], _ key: [UInt8]) throws -> Bool {
        try RegularExpression(pattern).matches(key.span)
    }

    @Test(arguments: [
        ("b", "abc", true), ("^b", "abc", false), ("^abc$", "abc", true), ("^ab$", "abc", false),
        ("^user:[0-9]+$", "user:42", true), ("^user:[0-9]+$", "user:", false), ("^(a|b){2}$", "ab", true),
        ("", "", true), ("^$", "", true), ("x*", "", true), (".", "", false), ("a\\.b", "a.b", true),
        ("a\\.b", "axb", false), ("[[:digit:]]", "x7", true), ("A", "a", false),
    ])
    func `extended regular expressions are found anywhere in a key`(pattern: String, key: String, isFound: Bool) throws
    {
        #expect(try Self.matches(Array(pattern.utf8), Array(key.utf8)) == isFound)
    }

    @Test func `NUL, line ends and bytes that are not UTF-8 are bytes like others`() throws {
        let key: [UInt8] = [0x61, 0x00, 0x62, 0x0a, 0x63, 0xff, 0xc3]
        #expect(try Self.matches(Array("^a[^x]b.c..$".utf8), key))
        #expect(try Self.matches(Array("c".utf8), key))
        #expect(try !Self.matches(Array("^c".utf8), key))
        #expect(try !Self.matches(Array("b$".utf8), key))
        #expect(try Self.matches([0xff], key))
        #expect(try Self.matches(Array("[".utf8) + [0x80, 0x2d, 0xff] + Array("]{2}".utf8), key))
        #expect(try Self.matches(Array("^..$".utf8), Array("é".utf8)))
    }

    @Test func `an invalid pattern is reported with the reason`() {
        for pattern in ["(", "[", "a{2", "*a(", "\\"] {
            do throws(RegularExpression.Fault) {
                _ = try RegularExpression(Array(pattern.utf8))
                Issue.record("\(pattern) was taken")
            } catch {
                #expect(error.reason.count > 5)
                #expect(error.reason.allSatisfy { !$0.isUppercase })
            }
        }
        #expect(throws: RegularExpression.Fault(reason: "a pattern cannot hold a NUL byte")) {
            try RegularExpression([0x61, 0x00])
        }
    }
}
