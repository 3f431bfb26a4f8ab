import MemcacheCore
import Testing

@testable import mcsh

@Suite struct ArgumentTextTests {
    @Test(
        arguments: [
            [], Array("plain".utf8), Array("grüße 値 🙂".utf8), [0xff], [0xc3], [0xc3, 0x28], [0x80, 0x41, 0xff, 0xfe],
            [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe9, 0x76], Array(UInt8.min...UInt8.max),
            Array("e\u{301}".utf8) + [0xff], Array("\u{fffd}".utf8), Array("\r\n".utf8) + [0x9b],
        ] as [[UInt8]])
    func `arguments of any bytes are converted back unchanged`(_ bytes: [UInt8]) {
        #expect(ArgumentText.bytes(ArgumentText.text(bytes)) == bytes)
    }

    @Test func `random arguments are converted back unchanged`() {
        var random = SplitMix(state: 3)
        for _ in 0..<3000 {
            let bytes = random.bytes(count: random.below(24))
            if ArgumentText.bytes(ArgumentText.text(bytes)) != bytes { Issue.record("\(EscapedText.string(bytes))") }
        }
    }

    @Test func `characters of the private plane that the user wrote are kept`() {
        let bytes = Array("\u{10ff41}\u{10fffd}".utf8)
        #expect(ArgumentText.bytes(ArgumentText.text(bytes)) == bytes)
        #expect(ArgumentText.bytes(ArgumentText.text(bytes + [0xff])) == bytes + [0xff])
    }

    @Test func `a name of a file is repaired for messages`() {
        #expect(ArgumentText.original(ArgumentText.text([0x61, 0xff])) == "a\u{fffd}")
    }
}
