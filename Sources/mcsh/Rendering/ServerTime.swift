import MemcacheCore

/// Times that a server has sent, as people read them. Any number is accepted: one beyond the calendar becomes the
/// nearest within it.
enum ServerTime {
    private static let last: Int64 = 253_402_300_799

    /// `2030-01-31T12:00:30Z`, from 1970 to 9999.
    static func string(unixTime: Int64) -> String {
        ISO8601.string(unixTime: min(max(unixTime, 0), last))
    }

    /// The same with the fraction of the second: `2030-01-31T12:00:30.002144Z`.
    static func string(unixTime: Int64, microseconds: UInt64) -> String {
        "\(string(unixTime: unixTime).dropLast()).\(fraction(microseconds))Z"
    }

    /// Microseconds as the digits after the point of a second.
    static func fraction(_ microseconds: UInt64) -> String {
        let digits = String(microseconds)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    /// The time a number of seconds from now.
    static func string(secondsFromNow seconds: Int64, now: Int64 = UnixClock.now()) -> String {
        let (sum, overflow) = now.addingReportingOverflow(seconds)
        return string(unixTime: overflow ? (seconds < 0 ? 0 : last) : sum)
    }
}
