import MemcacheCore
import Testing

@Suite struct EscapedTextTests {
    @Test(arguments: [
        ("plain text", "plain text"), ("été 日本 🎉", "été 日本 🎉"), ("back\\slash", "back\\\\slash"),
        ("\0\u{7}\u{8}\t\n\r\u{1b}", "\\0\\a\\b\\t\\n\\r\\e"), ("\u{1}\u{1f}\u{7f}", "\\x01\\x1f\\x7f"),
        ("\u{9b}31m", "\\u{9b}31m"), ("a\u{202e}b", "a\\u{202e}b"), ("a\u{200b}b", "a\\u{200b}b"),
        ("\u{2028}", "\\u{2028}"), ("\u{feff}", "\\u{feff}"), ("\u{e000}", "\\u{e000}"), ("'\"", "'\""),
    ])
    func `what a terminal would interpret is escaped`(text: String, escaped: String) {
        #expect(EscapedText.string(Wire.bytes(text)) == escaped)
    }

    @Test(
        arguments: [
            ([0xff], "\\xff"), ([0x61, 0x9b, 0x62], "a\\x9bb"), ([0xc3], "\\xc3"), ([0xc3, 0x28], "\\xc3("),
            ([0xc0, 0xaf], "\\xc0\\xaf"), ([0xe0, 0x80, 0x80], "\\xe0\\x80\\x80"),
            ([0xed, 0xa0, 0x80], "\\xed\\xa0\\x80"), ([0xf4, 0x90, 0x80, 0x80], "\\xf4\\x90\\x80\\x80"),
            ([0xf0, 0x9f, 0x8e], "\\xf0\\x9f\\x8e"),
        ] as [([UInt8], String)])
    func `bytes that are not UTF-8 are escaped one by one`(bytes: [UInt8], escaped: String) {
        #expect(EscapedText.string(bytes) == escaped)
    }

    @Test func `the quotation mark around the text is escaped in it`() {
        #expect(EscapedText.string(Wire.bytes("say \"hi\""), quote: UInt8(ascii: "\"")) == #"say \"hi\""#)
    }
}
