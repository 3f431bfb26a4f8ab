import Testing

@testable import mcsh

/// Keys that terminals send as sequences.
@Suite struct KeyDecoderTests {
    private static func decode(_ text: String) -> [KeyDecoder.Output] {
        var decoder = KeyDecoder()
        var output: [KeyDecoder.Output] = []
        for byte in text.utf8 { output += decoder.take(byte) }
        if decoder.isPending { output += decoder.timeOut() }
        return output
    }

    @Test(
        arguments: [
            ("\u{1b}[A", .up), ("\u{1b}OA", .up), ("\u{1b}[B", .down), ("\u{1b}[C", .right), ("\u{1b}[D", .left),
            ("\u{1b}[H", .home), ("\u{1b}OH", .home), ("\u{1b}[1~", .home), ("\u{1b}[7~", .home),
            ("\u{1b}[1;2H", .home),
            ("\u{1b}[F", .end), ("\u{1b}[4~", .end), ("\u{1b}[8~", .end), ("\u{1b}[3~", .delete),
            ("\u{1b}[3;5~", .deleteWord), ("\u{1b}[3^", .deleteWord), ("\u{1b}[1;5C", .wordRight),
            ("\u{1b}[5C", .wordRight), ("\u{1b}O5C", .wordRight), ("\u{1b}Oc", .wordRight), ("\u{1b}[1;3D", .wordLeft),
            ("\u{1b}\u{1b}[D", .wordLeft), ("\u{1b}[1;2C", .right), ("\u{1b}[200~", .paste), ("\u{1b}[2~", .ignored),
            ("\u{1b}[15~", .ignored), ("\u{1b}[[A", .up), ("\u{1b}[<0;1;1M", .ignored), ("\u{1b}[Z", .ignored),
        ] as [(String, KeyDecoder.Key)])
    func `a sequence is one key`(_ sequence: String, _ key: KeyDecoder.Key) {
        #expect(Self.decode(sequence) == [.key(key)])
    }

    @Test func `Esc alone is Esc, once nothing follows`() {
        var decoder = KeyDecoder()
        #expect(decoder.take(0x1b) == [])
        #expect(decoder.isPending)
        #expect(decoder.timeOut() == [.byte(0x1b)])
        #expect(!decoder.isPending)
    }

    @Test func `Alt and a letter stay two bytes`() {
        #expect(Self.decode("\u{1b}b") == [.byte(0x1b), .byte(UInt8(ascii: "b"))])
    }

    @Test func `a sequence that the user has bound is passed on`() {
        var decoder = KeyDecoder()
        decoder.passed = [Array("\u{1b}[15~".utf8)]
        var output: [KeyDecoder.Output] = []
        for byte in "\u{1b}[15~".utf8 { output += decoder.take(byte) }
        #expect(output == "\u{1b}[15~".utf8.map { .byte($0) })
    }

    @Test func `random bytes never stay pending forever`() {
        var state: UInt64 = 7
        for _ in 0..<2000 {
            var decoder = KeyDecoder()
            for _ in 0..<60 {
                state = state &* 6_364_136_223_846_793_005 &+ 1
                let choices: [UInt8] = [
                    0x1b, 0x5b, 0x4f, 0x31, 0x3b, 0x7e, 0x41, UInt8(truncatingIfNeeded: state >> 40),
                ]
                _ = decoder.take(choices[Int(state >> 33) % choices.count])
            }
            _ = decoder.timeOut()
            #expect(!decoder.isPending)
        }
    }
}
