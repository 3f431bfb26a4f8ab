/// How long an item lives.
///
/// memcached reads a number up to 2,592,000 (30 days) as seconds from now and a larger one as a Unix time. A duration
/// over 30 days is therefore sent as the Unix time at which it ends.
public struct Expiration: Hashable, Sendable {
    /// The longest lifetime that can be sent as a number of seconds: 30 days.
    public static let maximumRelativeSeconds: Int64 = 2_592_000

    /// The largest time that memcached can store; larger ones wrap around in the server.
    public static let maximumWireValue: Int64 = 2_147_483_647

    /// When the item expires.
    package enum Moment: Hashable, Sendable {
        case never
        case immediately
        case afterSeconds(Int64)
        case atUnixTime(Int64)
    }

    package let moment: Moment

    package init(_ moment: Moment) { self.moment = moment }

    /// The item stays until it is deleted or evicted.
    public static let never = Expiration(.never)

    /// The item expires at once. (Sent as `-1`.)
    public static let immediately = Expiration(.immediately)

    /// The item lives for a duration. Fractions of a second are rounded up because memcached counts whole seconds; zero
    /// and negative durations are ``immediately``.
    public static func after(_ duration: Duration) -> Expiration {
        // `components` cannot represent more seconds than this.
        if duration >= .seconds(Int64.max) { return Expiration(.afterSeconds(.max)) }
        guard duration > .zero else { return .immediately }
        let (seconds, attoseconds) = duration.components
        let whole = attoseconds > 0 && seconds < .max ? seconds + 1 : seconds
        return whole <= 0 ? .immediately : Expiration(.afterSeconds(whole))
    }

    /// The item lives until a point in time, in seconds since 1970-01-01 00:00 UTC.
    public static func at(unixTime seconds: Int64) -> Expiration {
        Expiration(.atUnixTime(seconds))
    }

    /// Creates the expiration for a number of a command line: 0 is never, negative is at once, up to 2,592,000 is
    /// seconds from now, and above that a Unix time. Returns nil for a number over 2,147,483,647, which wraps around in
    /// the server.
    public init?(wireValue: Int64) {
        switch wireValue {
        case ..<0: self = .immediately
        case 0: self = .never
        case ...Expiration.maximumRelativeSeconds: self.init(.afterSeconds(wireValue))
        case ...Expiration.maximumWireValue: self.init(.atUnixTime(wireValue))
        default: return nil
        }
    }

    /// The number that represents this expiration in a command line.
    ///
    /// - Parameter now: The current Unix time, used to turn durations over 30 days into a time.
    public func wireValue(now: Int64 = UnixClock.now()) -> Int64 {
        switch moment {
        case .never: return 0
        case .immediately: return -1
        case .afterSeconds(let seconds) where seconds <= Expiration.maximumRelativeSeconds: return seconds
        case .afterSeconds(let seconds):
            let (end, overflow) = now.addingReportingOverflow(seconds)
            return overflow ? Expiration.maximumWireValue : min(end, Expiration.maximumWireValue)
        case .atUnixTime(let time) where time <= Expiration.maximumRelativeSeconds: return -1
        case .atUnixTime(let time): return min(time, Expiration.maximumWireValue)
        }
    }
}
