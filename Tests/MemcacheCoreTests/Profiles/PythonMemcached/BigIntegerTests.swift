import Testing

@testable import MemcacheCore

struct BigIntegerTests {
    @Test(arguments: [
        ("0", [] as [UInt8]), ("1", [1]), ("127", [0x7f]), ("128", [0x80, 0]), ("255", [0xff, 0]), ("256", [0, 1]),
        ("-1", [0xff]), ("-128", [0x80]), ("-129", [0x7f, 0xff]), ("-256", [0, 0xff]), ("-32768", [0, 0x80]),
        ("9223372036854775807", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
        ("-9223372036854775808", [0, 0, 0, 0, 0, 0, 0, 0x80]),
        ("9223372036854775808", [0, 0, 0, 0, 0, 0, 0, 0x80, 0]),
        ("-9223372036854775809", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff]),
        ("18446744073709551616", [0, 0, 0, 0, 0, 0, 0, 0, 1]),
        ("-18446744073709551616", [0, 0, 0, 0, 0, 0, 0, 0, 0xff]),
        (
            "10000000000000000000000000000000000000000",
            [0x00, 0x00, 0x00, 0x00, 0x00, 0x61, 0xf5, 0xb9, 0xab, 0xbf, 0xa4, 0x5c, 0xc3, 0xf1, 0x29, 0x63, 0x1d]
        ),
    ])
    func `decimal and binary forms say the same`(decimal: String, binary: [UInt8]) throws {
        let number = try #require(BigInteger(decimal))
        #expect(number.description == decimal)
        #expect(number.twosComplement == binary)
        #expect(BigInteger(twosComplement: binary[...]) == number)
    }

    @Test func `redundant bytes make no difference`() {
        #expect(BigInteger(twosComplement: [5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == 5)
        #expect(BigInteger(twosComplement: [0xfb] + [UInt8](repeating: 0xff, count: 20)) == -5)
    }

    @Test func `a number fits or does not`() {
        let number = BigInteger(UInt128.max)
        #expect(number.exactly(UInt128.self) == .max)
        #expect(number.exactly(Int128.self) == nil)
        #expect(number.exactly(UInt64.self) == nil)
        #expect(BigInteger(Int128.min).exactly(Int128.self) == .min)
        #expect(BigInteger(UInt64.max).exactly(UInt64.self) == .max)
        #expect(BigInteger(-1).exactly(UInt64.self) == nil)
        #expect(BigInteger(300).exactly(UInt8.self) == nil)
    }

    @Test(arguments: ["", "-", "+", "1a", "--1", "1 ", "١"])
    func `text that is not a number is nil`(text: String) {
        #expect(BigInteger(text) == nil)
    }

    @Test func `leading zeros and a plus are allowed`() {
        #expect(BigInteger("+0000000000000000000000000042") == 42)
        #expect(BigInteger("-0") == 0)
    }
}

struct PythonFloatTests {
    @Test(arguments: [
        // Python's repr.
        (0.0, "0.0"), (-0.0, "-0.0"), (1.0, "1.0"), (0.1, "0.1"), (1e15, "1000000000000000.0"),
        (9999999999999998.0, "9999999999999998.0"), (1e16, "1e+16"), (1.5e16, "1.5e+16"),
        (123456789012345680.0, "1.2345678901234568e+17"),
        (0.0001, "0.0001"), (0.00001, "1e-05"), (0.00012345, "0.00012345"), (1.5e-7, "1.5e-07"), (1e100, "1e+100"),
        (Double.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"), (-2.5, "-2.5"),
        (100.0, "100.0"),
        (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"),
    ])
    func `floats are written as Python writes them`(value: Double, text: String) {
        #expect(PythonFloat.text(value) == text)
        let read = PythonFloat.number(Array(text.utf8)[...])
        #expect(value.isNaN ? read?.isNaN == true : read?.bitPattern == value.bitPattern)
    }
}
