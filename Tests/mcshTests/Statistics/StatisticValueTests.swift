import Testing

@testable import mcsh

@Suite struct StatisticValueTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var value: String
        var unit: StatisticField.Unit?
        var text: String
        var exact: String?
        var isZero = false

        init(
            _ value: String, _ unit: StatisticField.Unit?, _ text: String, _ exact: String? = nil, isZero: Bool = false
        ) {
            self.value = value
            self.unit = unit
            self.text = text
            self.exact = exact
            self.isZero = isZero
        }

        var testDescription: String { "\(value) as \(unit?.rawValue ?? "unknown")" }
    }

    @Test(arguments: [
        Case("67108864", .bytes, "64 MiB", "67,108,864"), Case("640", .bytes, "640 B"),
        Case("0", .bytes, "0 B", isZero: true),
        Case("1234567", .count, "1,234,567"), Case("243", .seconds, "4m 3s", "243 s"), Case("12", .seconds, "12s"),
        Case("1795352286", .unixSeconds, "2026-11-22T12:58:06Z", "1795352286"),
        Case("1000000", .microseconds, "1 s", "1,000,000 us"), Case("7.158582", .cpuSeconds, "7.16s"),
        Case("3725.5", .cpuSeconds, "1h 2m", "3725.5 s"), Case("16", .log2, "16", "2^16 = 65,536"),
        Case("16", .kibibytes, "16 KiB"), Case("20", .percent, "20%"), Case("0.80", .ratio, "0.80"),
        Case("0.00", .ratio, "0.00", isZero: true), Case("1", .bool, "yes"), Case("0", .bool, "no", isZero: true),
        Case("2", .bool, "2"), Case("5953", .id, "5953"), Case("22122", .port, "22122"), Case("64", .bits, "64 bit"),
        Case("no", .yesNo, "no", isZero: true), Case("yes", .yesNo, "yes"),
        Case("no", .pathOrNo, "not set", isZero: true),
        Case("(null)", .count, "not set", isZero: true), Case("NULL", .string, "not set", isZero: true),
        Case("none", .string, "none"), Case("NULL", nil, "NULL"), Case("67108864", nil, "67108864"),
        Case("-1", .count, "-1"), Case("", .count, "(empty)"), Case("1.2.3", .cpuSeconds, "1.2.3"),
        Case("99999999999999999999", .bytes, "99999999999999999999"),
        Case("18446744073709551615", .kibibytes, "18446744073709551615"),
        Case("64", .log2, "64"), Case("\u{1B}[2J", .count, "\\x1b[2J"), Case("nan", .ratio, "nan"),
    ])
    func `a value is shown by its unit, and as it is when it does not fit`(test: Case) {
        let value = StatisticValue(Array(test.value.utf8), unit: test.unit, escape: StatisticsFixtures.escape)
        #expect(value.text == test.text)
        #expect(value.exact == test.exact)
        #expect(value.isZero == test.isZero)
    }
}
