import Synchronization

/// The time of a test, which passes only when the test says so.
final class TestClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    /// What time it is.
    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    /// Lets time pass, without doing what is due in it.
    func advance(by duration: Duration) {
        instant.withLock { $0 = $0 + duration }
    }

    /// Lets time pass up to a moment, unless it is over.
    func advance(to moment: ContinuousClock.Instant) {
        instant.withLock { $0 = max($0, moment) }
    }
}
