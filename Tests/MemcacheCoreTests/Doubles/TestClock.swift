import Synchronization

/// The time of a test, which passes only when the test says so.
final class TestClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    /// The current time.
    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    /// Lets time pass, without doing what becomes due in it.
    func advance(by duration: Duration) {
        instant.withLock { $0 = $0 + duration }
    }

    /// Lets time pass up to a point in time, unless that is past.
    func advance(to moment: ContinuousClock.Instant) {
        instant.withLock { $0 = max($0, moment) }
    }
}
