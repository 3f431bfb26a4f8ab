import MemcacheCore

/// A lifetime as people write it: `60`, `15m`, `12h`, `45d`, `@1790000000`, an ISO-8601 time, `0` or `never`.
enum Lifetime {
    /// Reads a word as a lifetime.
    ///
    /// - Throws: ``Diagnostic`` if the word has none of the forms, or the lifetime ends later than memcached can store:
    ///   it would end at another time than the requested one.
    static func read(_ word: Word, _ bytes: Span<UInt8>, now: Int64) throws(Diagnostic) -> Expiration {
        guard let expiration = parse(bytes, word.range) else {
            throw Diagnostic(
                "\"\(Word.shown(bytes, word.range))\" is not a lifetime", at: word, suggestion: "write \(forms)")
        }
        let end: Int64 =
            switch expiration.moment {
            case .never, .immediately: 0
            case .afterSeconds(let seconds): seconds > Expiration.maximumRelativeSeconds ? saturated(now, seconds) : 0
            case .atUnixTime(let time): time
            }
        guard end <= Expiration.maximumWireValue else {
            let unixTime = unixTime(bytes, word.range).map {
                "write @\($0) for the Unix time \($0) " + shown($0) + ", "
            }
            throw Diagnostic(
                "\"\(Word.shown(bytes, word.range))\" ends after \(ISO8601.string(unixTime: Expiration.maximumWireValue)), "
                    + "the last time that memcached can keep", at: word,
                suggestion: unixTime.map { $0 + "an earlier time, or never" } ?? "write an earlier time, or never")
        }
        return expiration
    }

    /// The number of a lifetime without a unit that may be meant as a Unix time: the protocol interprets one over 30
    /// days that way.
    static func unixTime(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        guard let number = number(bytes, range), number > Expiration.maximumRelativeSeconds,
            number <= Expiration.maximumWireValue
        else { return nil }
        return number
    }

    /// The moment at which an expiration has already ended; nil for one in the future.
    static func past(_ expiration: Expiration, now: Int64) -> Int64? {
        guard case .atUnixTime(let time) = expiration.moment, time <= now else { return nil }
        return time
    }

    private static func shown(_ unixTime: Int64) -> String { "(\(ISO8601.string(unixTime: unixTime)))" }

    /// Reads a lifetime, however late it ends.
    ///
    /// - Returns: nil if it has none of the forms.
    static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Expiration? {
        guard !range.isEmpty else { return nil }
        if let seconds = number(bytes, range) { return after(seconds, times: 1) }
        if bytes[range.lowerBound] == UInt8(ascii: "@") {
            return number(bytes, range.lowerBound + 1..<range.upperBound).map { Expiration.at(unixTime: $0) }
        }
        if bytes.equals("never", in: range) { return .never }
        if bytes.equals("-1", in: range) { return .immediately }
        let unit = bytes[range.upperBound - 1]
        if let seconds = secondsPerUnit(unit),
            let count = number(bytes, range.lowerBound..<range.upperBound - 1)
        {
            return after(count, times: seconds)
        }
        return ISO8601.parse(bytes.copy(range)).map { .at(unixTime: $0) }
    }

    /// The forms of a lifetime, for messages.
    static let forms = "60, 15m, 12h, 45d, @1790000000, 2030-01-31T12:00:00Z or never"

    private static func secondsPerUnit(_ unit: UInt8) -> Int64? {
        switch unit {
        case UInt8(ascii: "s"): 1
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "h"): 3600
        case UInt8(ascii: "d"): 86_400
        case UInt8(ascii: "w"): 604_800
        default: nil
        }
    }

    private static func after(_ count: Int64, times seconds: Int64) -> Expiration {
        let (product, overflow) = count.multipliedReportingOverflow(by: seconds)
        if overflow { return .after(.seconds(Int64.max)) }
        return product == 0 ? .never : .after(.seconds(product))
    }

    /// The number that digits spell; one too large for any clock is the largest.
    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        guard !range.isEmpty else { return nil }
        for index in range where !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { return nil }
        return ASCIINumber.parseUnsigned(bytes, range).map { Int64(clamping: $0) } ?? .max
    }

    private static func saturated(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
