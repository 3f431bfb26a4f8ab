import MemcacheCore
import Testing

@Suite struct ASCIINumberTests {
    @Test(arguments: [
        ("0", 0), ("7", 7), ("007", 7), ("42", 42), ("4294967296", 4_294_967_296),
        ("18446744073709551615", UInt64.max), ("00000000000000000000000000000001", 1),
    ])
    func `digits are read`(text: String, number: UInt64) {
        #expect(ASCIINumber.parseUnsigned(Wire.bytes(text)) == number)
    }

    @Test(arguments: [
        "", "-1", "+1", " 1", "1 ", "1.5", "0x1f", "a", "1\r", "１", "18446744073709551616", "99999999999999999999999",
    ])
    func `anything but digits of 64 bits is rejected`(text: String) {
        #expect(ASCIINumber.parseUnsigned(Wire.bytes(text)) == nil)
    }

    @Test(arguments: [
        ("0", 0), ("-1", -1), ("-0", 0), ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
    ])
    func `a minus sign is read`(text: String, number: Int64) {
        #expect(ASCIINumber.parseSigned(Wire.bytes(text)) == number)
    }

    @Test(arguments: ["", "-", "--1", "+1", "9223372036854775808", "-9223372036854775809", "-18446744073709551616"])
    func `numbers beyond 63 bits are rejected`(text: String) {
        #expect(ASCIINumber.parseSigned(Wire.bytes(text)) == nil)
    }

    @Test func `a range outside the bytes is not a number`() {
        let bytes = Wire.bytes("123")
        func unsigned(_ range: Range<Int>) -> UInt64? { ASCIINumber.parseUnsigned(bytes.span, range) }
        func signed(_ range: Range<Int>) -> Int64? { ASCIINumber.parseSigned(bytes.span, range) }
        #expect(unsigned(1..<3) == 23)
        #expect(unsigned(1..<1) == nil)
        #expect(unsigned(2..<4) == nil)
        #expect(signed(1..<3) == 23)
        #expect(signed(2..<4) == nil)
        #expect(signed(3..<4) == nil)
    }

    @Test(arguments: [
        (0, "0"), (9, "9"), (10, "10"), (99, "99"), (100, "100"), (2_592_000, "2592000"),
        (UInt64.max, "18446744073709551615"),
    ])
    func `numbers are written without padding`(number: UInt64, text: String) {
        var bytes = Wire.bytes(">")
        ASCIINumber.append(number, to: &bytes)
        #expect(bytes == Wire.bytes(">" + text))
    }

    @Test(arguments: [(0, "0"), (-1, "-1"), (Int64.max, "9223372036854775807"), (Int64.min, "-9223372036854775808")])
    func `negative numbers are written with a minus sign`(number: Int64, text: String) {
        var bytes: [UInt8] = []
        ASCIINumber.append(number, to: &bytes)
        #expect(bytes == Wire.bytes(text))
    }
}
