import Testing

@testable import mcsh

/// The change of a line that vi's `.` repeats.
@Suite struct ViChangeTests {
    /// The keys that a dot types after others; `^` is Esc.
    private static func repetition(after keys: String, count: String = "") -> String {
        var change = ViChange()
        change.beginLine()
        for scalar in (keys + count + ".").unicodeScalars { change.take(scalar == "^" ? 0x1b : .init(scalar.value)) }
        return String(
            String.UnicodeScalarView(
                change.repetition().compactMap { $0 == 0x1b ? "^" : Unicode.Scalar(UInt32($0)) }))
    }

    @Test(arguments: [
        ("get a^x", "x"), ("get a^3x", "3x"), ("a^dw", "dw"), ("a^2dw", "2dw"), ("a^d2w", "d2w"), ("a^dd", "dd"),
        ("a^d0", "d0"), ("a^dfx", "dfx"), ("a^rx", "rx"), ("a^r日", "r日"), ("a^r^", ""), ("a^cwnew^", "cwnew^"),
        ("a^A tail^", "A tail^"), ("a^sx.y^", "sx.y^"), ("a^ccall^", "ccall^"), ("a^x0w$b", "x"), ("a^xyw", "x"),
        ("a^xfx", "x"), ("a^xu", "x"), ("a^~", "~"), ("a^p", "p"), ("a^R12^", "R12^"), ("a^x/", "x"),
        ("a^iä^^", "iä^"),
    ])
    func `the last change is repeated`(keys: String, repetition: String) {
        #expect(Self.repetition(after: keys) == repetition)
    }

    @Test(arguments: ["", "get a", "get a^", "get a^w0b$", "get a^yw", "get a^fx", "get a^d"])
    func `without a change there is nothing to repeat`(keys: String) {
        #expect(Self.repetition(after: keys) == "")
    }

    @Test func `a count before the dot replaces that of the change`() {
        #expect(Self.repetition(after: "a^x", count: "2") == "2x")
        #expect(Self.repetition(after: "a^3x", count: "2") == "2x")
        #expect(Self.repetition(after: "a^x", count: "10") == "10x")
    }

    @Test func `a change may be repeated in the next line`() {
        var change = ViChange()
        change.beginLine()
        for key in "a\u{1b}x".unicodeScalars { change.take(.init(key.value)) }
        change.beginLine()
        for key in "b\u{1b}.".unicodeScalars { change.take(.init(key.value)) }
        #expect(change.repetition() == [0x78])
    }

    @Test func `pasted text is not repeated`() {
        var change = ViChange()
        change.beginLine()
        for key in [0x61, 0x1b, 0x69, Int32(KeyDecoder.Key.paste.rawValue), 0x62, 0x1b] as [Int32] {
            change.take(.init(key))
        }
        #expect(change.repetition() == [])
    }
}
