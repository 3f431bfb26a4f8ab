import MemcacheCore

/// The lifetime that an item had when it was read.
struct ReadLifetime {
    var timeToLive: TimeToLive?
    var readAt: ContinuousClock.Instant

    /// The lifetime as a word of a command that is entered later; nil for no end.
    func word(at moment: ContinuousClock.Instant = .now, now: Int64 = UnixClock.now()) -> String? {
        guard case .remaining(let duration)? = timeToLive, !endsAfterAllTimes(now) else { return nil }
        return "@\(now + (duration - readAt.duration(to: moment)).components.seconds)"
    }

    /// An expiration at the item's original deadline; nil if it has passed.
    func expiration(at moment: ContinuousClock.Instant = .now, now: Int64 = UnixClock.now()) -> Expiration? {
        guard case .remaining(let duration)? = timeToLive, !endsAfterAllTimes(now) else { return .never }
        let left = duration - readAt.duration(to: moment)
        return left > .zero ? .after(left) : nil
    }

    /// Whether the end is later than the last time that memcached can store: a server may send any number.
    private func endsAfterAllTimes(_ now: Int64) -> Bool {
        guard case .remaining(let duration)? = timeToLive else { return false }
        return duration >= .seconds(max(0, Expiration.maximumWireValue - now))
    }
}
