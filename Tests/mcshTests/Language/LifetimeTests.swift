import MemcacheCore
import Testing

@testable import mcsh

@Suite struct LifetimeTests {
    private static func read(_ text: String) throws(Diagnostic) -> Expiration {
        let bytes = Array(text.utf8)
        let span = bytes.span
        return try Lifetime.read(Word(range: 0..<bytes.count, source: 0..<bytes.count), span, now: 1_790_000_000)
    }

    private static func wire(_ text: String) -> Int64? {
        try? read(text).wireValue(now: 1_790_000_000)
    }

    @Test(
        arguments: [
            ("60", 60), ("0", 0), ("never", 0), ("-1", -1), ("1s", 1), ("15m", 900), ("12h", 43_200),
            ("30d", 2_592_000),
            ("1w", 604_800), ("0d", 0), ("2592000", 2_592_000), ("720h", 2_592_000), ("@1790000000", 1_790_000_000),
            ("@2147483647", 2_147_483_647), ("2030-01-31", 1_896_048_000), ("2030-01-31T12:00:00Z", 1_896_091_200),
            ("2030-01-31T12:00+02:00", 1_896_084_000),
        ] as [(String, Int64)])
    func `a lifetime is sent as what it means`(text: String, wire: Int64) {
        #expect(Self.wire(text) == wire)
    }

    @Test(
        arguments: [
            ("2592001", 1_792_592_001), ("31d", 1_792_678_400), ("45d", 1_793_888_000), ("5w", 1_793_024_000),
            ("721h", 1_792_595_600), ("357483647", 2_147_483_647), ("4137d", 2_147_436_800),
        ] as [(String, Int64)])
    func `over 30 days is sent as a time, because memcached reads a larger number as 1970`(text: String, wire: Int64) {
        #expect(Self.wire(text) == wire)
    }

    @Test(arguments: [
        "", "-", "-2", "+5", "1.5", "5x", "m", "d", "60 ", " 60", "5mm", "1h30m", "@",
        "@-1", "@1.5", "Never", "NEVER", "nev",
        "forever", "2030-02-30", "2030-13-01", "1969-12-31", "2030-01-31T25:00", "tomorrow", "６０", "5M",
    ])
    func `a word that is not a lifetime is rejected`(_ text: String) {
        #expect(Self.wire(text) == nil)
    }

    @Test(arguments: [
        "2038-01-19T03:14:08Z", "2100-01-01", "9999-12-31T23:59:59-23:59", "@2147483648", "@99999999999",
        "@99999999999999999999999", "2147483648", "4138d", "25000d", "99999999999999999999",
        "18446744073709551615w", "9223372036854775807s",
    ])
    func `a lifetime that ends later than memcached can store is rejected, however it is written`(_ text: String) {
        let fault = #expect(throws: Diagnostic.self) { try Self.read(text) }
        #expect(
            fault?.sentence == "\"\(text)\" ends after 2038-01-19T03:14:07Z, the last time that memcached can keep; "
                + "write an earlier time, or never")
        #expect(fault?.status == .usage)
    }

    @Test(arguments: [
        (357_483_648, "1981-04-30T13:00:48Z"), (1_790_000_000, "2026-09-21T14:13:20Z"),
        (2_147_483_647, "2038-01-19T03:14:07Z"),
    ])
    func `a Unix time without its sign is recognised`(number: Int, time: String) {
        let fault = #expect(throws: Diagnostic.self) { try Self.read("\(number)") }
        #expect(
            fault?.sentence == "\"\(number)\" ends after 2038-01-19T03:14:07Z, the last time that memcached can keep; "
                + "write @\(number) for the Unix time \(number) (\(time)), an earlier time, or never")
    }

    @Test func `a number over 30 days says how a Unix time is written`() throws {
        var lines = PlannedLines()
        _ = try lines.plan("set k v 2592001")
        let notes = lines.builder.notes
        #expect(notes.count == 1)
        #expect(notes.first?.hasSuffix("; for the Unix time 2592001 write @2592001") == true)
    }

    @Test(arguments: [
        "set k v 2020-01-01", "add k v @5", "replace k v 2026-09-21T14:13:20Z", "cas k v @1789999999 3",
        "touch k @2592001", "gat 1999-12-31 k", "gats @1 k", "ms k v T1577836800", "mg k N2592001 v",
        "md k I T1790000000", "ma k N1700000000",
    ])
    func `a lifetime in the past is reported, and asked about if requested`(_ line: String) throws {
        var lines = PlannedLines()
        _ = try lines.plan(line)
        let (isOver, notes) = (lines.builder.isOver, lines.builder.notes)
        #expect(isOver && notes.count == 1)
        #expect(notes.first?.hasSuffix("is in the past: the item is gone at once") == true)
        var asking = PlannedLines()
        asking.builder.asksAboutPast = true
        var question: String?
        do throws(Diagnostic) { _ = try asking.plan(line) } catch { question = error.question }
        #expect(question?.hasSuffix("is in the past: the item will be gone at once") == true)
        let isEmpty = asking.builder.round.isEmpty
        #expect(isEmpty)
    }

    @Test(arguments: [
        "set k v 60", "set k v @1790000001", "set k v never", "set k v -1", "ms k v T60", "mg k T1790000001",
    ])
    func `any other lifetime is not over`(_ line: String) throws {
        var lines = PlannedLines()
        lines.builder.asksAboutPast = true
        _ = try lines.plan(line)
        let (isOver, notes) = (lines.builder.isOver, lines.builder.notes)
        #expect(!isOver && notes.isEmpty)
    }

    @Test(arguments: [
        "never", "-1", "2020-01-01", "@5", "@1790000000", "2026-09-21T14:13:20Z", "1790000000", "soon", "99999d",
    ])
    func `flush_all rejects a delay in the past, and one without end`(_ delay: String) {
        let fault = PlannedLines.fault("flush_all \(delay)")
        #expect(fault?.status == .usage, "\(String(describing: fault))")
        #expect(fault?.suggestion?.contains("never") == false)
    }

    @Test(
        arguments: [
            ("", "flush_all", ""), (" 0", "flush_all 0", ""), (" 0s", "flush_all 0", ""),
            (" 300", "flush_all 300", " in 5m, at 2026-09-21T14:18:20Z"),
            (" 5m", "flush_all 300", " in 5m, at 2026-09-21T14:18:20Z"),
            (" 45d", "flush_all 1793888000", " at 2026-11-05T14:13:20Z, in 45d"),
            (" @1790003600", "flush_all 1790003600", " at 2026-09-21T15:13:20Z, in 1h"),
            (" 2026-09-21T15:13:20Z", "flush_all 1790003600", " at 2026-09-21T15:13:20Z, in 1h"),
        ] as [(String, String, String)])
    func `flush_all shows the number that it sends, and when that is`(
        words: String, title: String, when: String
    ) throws {
        var lines = PlannedLines()
        guard case .confirmed(let request)? = try lines.plan("flush_all" + words) else {
            Issue.record("no question")
            return
        }
        #expect(request.title == title)
        #expect(String(decoding: request.bytes, as: UTF8.self) == title + "\r\n")
        #expect(request.effect == "every item on the server will be lost" + when)
    }

    @Test func `the beginning of a long word that is not a lifetime is shown`() {
        let fault = #expect(throws: Diagnostic.self) { try Self.read(String(repeating: "x", count: 1_000_000)) }
        #expect(fault?.message == "\"\(String(repeating: "x", count: 40))…\" is not a lifetime")
    }

    @Test(arguments: ["@0", "@1", "@2592000"])
    func `a time in the past that the server would read as a lifetime is at once`(_ text: String) {
        #expect(Self.wire(text) == -1)
    }

    @Test func `more than 30 days is reported`() throws {
        var lines = PlannedLines()
        _ = try lines.plan("set k v 45d")
        #expect(
            lines.builder.notes == [
                "more than 30 days, so it is sent as the time 1793888000 (2026-11-05T14:13:20Z): "
                    + "memcached reads a larger number of seconds as 1970"
            ])
        #expect(
            String(decoding: lines.builder.round.batches[0].encoder.bytes, as: UTF8.self)
                == "set k 0 1793888000 1\r\nv\r\n")
    }

    @Test(arguments: ["set k v 30d", "set k v @1793888000", "set k v 2030-01-01", "set k v never"])
    func `a lifetime that is sent as written needs no note`(_ line: String) throws {
        var lines = PlannedLines()
        _ = try lines.plan(line)
        #expect(lines.builder.notes == [])
    }
}

@Suite struct ISO8601Tests {
    @Test(
        arguments: [
            ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("2000-02-29", 951_782_400), ("2024-02-29", 1_709_164_800),
            ("2000-01-01T00:00", 946_684_800), ("2026-09-21T14:13:20Z", 1_790_000_000),
            ("2026-09-21T14:13:20z", 1_790_000_000), ("2026-09-21t14:13:20", 1_790_000_000),
            ("2026-09-21 14:13:20", 1_790_000_000), ("2026-09-21T16:13:20+02:00", 1_790_000_000),
            ("2026-09-21T16:13:20+0200", 1_790_000_000), ("2026-09-21T08:43:20-05:30", 1_790_000_000),
            ("2038-01-19T03:14:07Z", 2_147_483_647), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] as [(String, Int64)])
    func `a time is read as seconds since 1970`(text: String, seconds: Int64) {
        #expect(ISO8601.parse(Array(text.utf8)) == seconds)
    }

    @Test(arguments: [
        "", "2030", "2030-1-1", "2030-01", "2030-00-01", "2030-13-01", "2030-01-00", "2030-01-32", "2030-04-31",
        "2023-02-29", "1900-02-29", "1969-12-31", "2030-01-01T", "2030-01-01T1", "2030-01-01T24:00",
        "2030-01-01T12:60", "2030-01-01T12:00:60", "2030-01-01T12:00:00ZZ", "2030-01-01T12:00:00+2",
        "2030-01-01T12:00:00+24:00", "2030-01-01T12:00:00+02:60", "2030-01-01Z", "2030-01-01x", "20300-01-01",
        "2030-01-01T12:00:00.5Z", "２０３０-01-01",
    ])
    func `a word that is not a time is rejected`(_ text: String) {
        #expect(ISO8601.parse(Array(text.utf8)) == nil)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"), (1_790_000_000, "2026-09-21T14:13:20Z"),
            (2_147_483_647, "2038-01-19T03:14:07Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func `a time is written in UTC`(seconds: Int64, text: String) {
        #expect(ISO8601.string(unixTime: seconds) == text)
    }

    @Test func `every day is read back as it was written`() {
        for day in Int64(0)..<30_000 {
            let time = day * 86_400 + day % 86_400
            if ISO8601.parse(Array(ISO8601.string(unixTime: time).utf8)) != time { Issue.record("\(time)") }
        }
    }
}

@Suite struct TimeSpanTests {
    @Test(arguments: [
        ("3", Duration.seconds(3)), ("1.5", .milliseconds(1500)), ("500ms", .milliseconds(500)), ("2s", .seconds(2)),
        ("1m", .seconds(60)), ("1h", .seconds(3600)), ("1.5h", .seconds(5400)), ("1d", .seconds(86_400)), ("0", .zero),
        ("0.001", .milliseconds(1)), (".5", .milliseconds(500)),
        ("1.", .seconds(1)), ("1.5ms", .microseconds(1500)), ("999999999", .seconds(999_999_999)),
    ])
    func `a length of time is read with its unit`(text: String, duration: Duration) {
        #expect(TimeSpan.parse(Array(text.utf8)) == duration)
    }

    @Test(arguments: [
        "", "s", "ms", "m", "h", "d", "-1", "+1", "1e3", "1w", "1H", "1 s", "abc", "1.2.3", ".", "0x10", "nan", "inf",
        "1234567890123", "１",
    ])
    func `a word that is not a length of time is rejected`(_ text: String) {
        #expect(TimeSpan.parse(Array(text.utf8)) == nil)
    }

    @Test func `a length of time that no clock could count is refused`() {
        #expect(TimeSpan.parse(Array("999999999999m".utf8)) == nil)
        #expect(TimeSpan.parse(Array("999999999999d".utf8)) == nil)
        #expect(TimeSpan.parse(Array("100000000000m".utf8)) == .seconds(6_000_000_000_000))
    }
}
