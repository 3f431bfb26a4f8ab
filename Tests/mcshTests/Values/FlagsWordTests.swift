import Testing

@testable import mcsh

@Suite struct FlagsWordTests {
    @Test(
        arguments: [
            (0, "0"), (1, "1: pickled"), (2, "2: integer"), (4, "4: long integer"), (8, "8: zlib-compressed"),
            (9, "9: pickled, zlib-compressed"), (16, "16: text"), (24, "24: text, zlib-compressed"),
            (32, "32: not python-memcached's"), (33, "33: pickled, and 32, which is unknown"),
        ] as [(UInt64, String)])
    func `a flags word is explained`(word: UInt64, text: String) {
        #expect(FlagsWord.text(word) == text)
    }
}
