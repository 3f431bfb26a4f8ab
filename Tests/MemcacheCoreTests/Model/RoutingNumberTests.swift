import MemcacheCore
import Testing

@Suite struct RoutingNumberTests {
    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("007", "7"), ("-007", "-7"), ("42", "42"),
        ("9223372036854775807", "9223372036854775807"), ("9223372036854775808", "9223372036854775808"),
        ("-9223372036854775808", "-9223372036854775808"), ("-9223372036854775809", "-9223372036854775809"),
        ("0001180591620717411303424", "1180591620717411303424"),
    ])
    func `a number of any size is read, and printed as Python prints it`(text: String, printed: String) throws {
        let number = try RoutingNumber(decimal: text)
        #expect(number.description == printed)
        #expect(try RoutingNumber(decimal: printed) == number)
    }

    @Test func `an integer gives the same number as its decimal text`() throws {
        #expect(try RoutingNumber(decimal: "-7") == -7)
        #expect(try RoutingNumber(decimal: "18446744073709551615") == RoutingNumber(UInt64.max))
        #expect(try RoutingNumber(decimal: "9223372036854775807") == RoutingNumber(Int64.max))
        #expect(try RoutingNumber(decimal: "1180591620717411303424") == RoutingNumber(Int128(1) << 70))
    }

    @Test(arguments: ["", "-", "+1", " 1", "1 ", "1.0", "1_000", "0x10", "True", "--1", "١", "1\n"])
    func `an invalid number is rejected with what to write`(text: String) throws {
        let error = try #require(throws: MemcacheError.self) { try RoutingNumber(decimal: text) }
        #expect(error.code == .invalidArgument)
        #expect(error.message.hasSuffix("is not a routing number; write a whole number such as 42 or -7"))
        #expect(!error.message.contains("\n"))
    }

    @Test func `a number has as many digits as Python prints`() throws {
        let longest = String(repeating: "9", count: RoutingNumber.maximumDigits)
        #expect(try RoutingNumber(decimal: longest).description == longest)
        #expect(throws: MemcacheError.self) { try RoutingNumber(decimal: longest + "0") }
        let error = try #require(throws: MemcacheError.self) {
            try RoutingNumber(decimal: String(repeating: "x", count: 100_000))
        }
        #expect(error.message.utf8.count < 200)
    }

    /// From Python's `%`.
    @Test(arguments: [
        ("7", 3, 1), ("-1", 3, 2), ("-3", 3, 0), ("-7", 3, 2), ("-7", 1, 0),
        ("1180591620717411303424", 3, 1), ("-1180591620717411303424", 3, 2), ("1180591620717411303424", 7, 2),
        ("-1180591620717411303424", 18_446_744_073_709_551_615, 18_446_744_073_709_551_551),
        ("-9223372036854775808", 10, 2),
    ])
    func `the remainder is not negative`(text: String, divisor: UInt64, rest: UInt64) throws {
        #expect(try RoutingNumber(decimal: text).remainder(dividingBy: divisor) == rest)
    }

    @Test func `True counts as 1 and is printed as a word`() {
        #expect(RoutingNumber.pythonTrue.remainder(dividingBy: 3) == 1)
        #expect(RoutingNumber.pythonTrue.description == "True")
        #expect(RoutingNumber.pythonFalse.remainder(dividingBy: 3) == 0)
        #expect(RoutingNumber.pythonFalse.description == "False")
    }
}
