import Testing

@testable import mcsh

@Suite struct HumanUnitsTests {
    @Test(
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (.max, "18,446,744,073,709,551,615"),
        ] as [(UInt64, String)])
    func `counts have thousands separators`(number: UInt64, text: String) {
        #expect(HumanUnits.count(number) == text)
    }

    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (67_108_864, "64 MiB"),
            (7_268_512, "6.93 MiB"), (1_048_575, "1 MiB"), (1_623_935_302, "1.51 GiB"), (1_047_552, "1,023 KiB"),
            (.max, "16 EiB"),
        ] as [(UInt64, String)])
    func `bytes have binary units and three digits`(number: UInt64, text: String) {
        #expect(HumanUnits.bytes(number) == text)
    }

    @Test(
        arguments: [
            (0, "0s"), (59, "59s"), (60, "1m"), (243, "4m 3s"), (3600, "1h"), (3661, "1h 1m"), (1_052_345, "12d 4h"),
            (86_400 * 4000, "4,000d"), (.max, "213,503,982,334,601d 7h"),
        ] as [(UInt64, String)])
    func `durations have two units`(seconds: UInt64, text: String) {
        #expect(HumanUnits.duration(seconds: seconds) == text)
    }

    @Test(
        arguments: [
            (0, "0 us"), (999, "999 us"), (1250, "1.25 ms"), (3_400_000, "3.4 s"), (65_000_000, "1m 5s"),
            (.max, "213,503,982d 8h"),
        ] as [(UInt64, String)])
    func `microseconds grow into larger units`(microseconds: UInt64, text: String) {
        #expect(HumanUnits.duration(microseconds: microseconds) == text)
    }

    @Test(
        arguments: [
            (0, 10, "0%"), (10, 10, "100%"), (973, 1000, "97.3%"), (1, 1_000_000, "<0.1%"),
            (999_999, 1_000_000, ">99.9%"),
            (30, 20, "150.0%"), (1, 0, nil), (-1, 5, nil), (.infinity, 5, nil), (.nan, 5, nil),
        ] as [(Double, Double, String?)])
    func `only all is 100 percent and only nothing is 0`(part: Double, whole: Double, text: String?) {
        #expect(HumanUnits.percentage(part, of: whole) == text)
    }

    @Test(
        arguments: [
            (0, 10, "0/s"), (142, 10, "14.2/s"), (12_345_678, 10, "1,234,568/s"), (3, 3600, "3/h"), (2, 86_400, "2/d"),
            (5, 0, nil), (1, .nan, nil),
        ] as [(Double, Double, String?)])
    func `rates of rare events are per hour or per day`(number: Double, seconds: Double, text: String?) {
        #expect(HumanUnits.rate(number, seconds: seconds) == text)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_795_352_286, "2026-11-22T12:58:06Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"), (253_402_300_800, nil), (.max, nil),
        ] as [(UInt64, String?)])
    func `unix time is written as ISO 8601`(seconds: UInt64, text: String?) {
        #expect(HumanUnits.time(unixSeconds: seconds) == text)
    }

    @Test(
        arguments: [
            (0, "    "), (1, "████"), (0.5, "██  "), (0.53, "██▏ "), (0.001, "▏   "), (0.9999, "███▉"), (7, "████"),
            (-1, "    "), (.nan, "    "),
        ] as [(Double, String)])
    func `a bar shows eighths and lies about neither end`(fraction: Double, text: String) {
        #expect(HumanUnits.bar(fraction, width: 4) == text)
    }
}
