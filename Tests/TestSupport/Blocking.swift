#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A failure in a test's surroundings: no memcached, a server that does not answer, a time limit.
package struct TestSupportFailure: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }

    /// A failed system call, with what `errno` says about it.
    static func systemCall(_ name: String, _ code: Int32 = errno) -> TestSupportFailure {
        TestSupportFailure("\(name): \(String(cString: strerror(code)))")
    }
}

/// The limit of a wait that only stops a hang. No machine is so slow that it is reached.
package let hangLimit = Duration.seconds(180)

/// Runs blocking work on a thread of its own, so that it does not hold up the threads that run async functions.
package func onThread<Answer: Sendable>(_ work: @escaping @Sendable () throws -> Answer) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
        startThread {
            continuation.resume(with: Result(catching: work))
        }
    }
}

/// Starts a detached thread. Signals are blocked in it: they belong to the program under test or to the test runner, and
/// a write to a closed pipe then gives EPIPE.
func startThread(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(ThreadBody(body))
    var everySignal = sigset_t()
    var previous = sigset_t()
    sigfillset(&everySignal)
    pthread_sigmask(SIG_SETMASK, &everySignal, &previous)
    #if canImport(Darwin)
        var thread: pthread_t?
        let code = pthread_create(&thread, nil, { runThreadBody($0) }, box.toOpaque())
    #else
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { $0.flatMap(runThreadBody) }, box.toOpaque())
    #endif
    pthread_sigmask(SIG_SETMASK, &previous, nil)
    precondition(code == 0, "pthread_create: \(String(cString: strerror(code)))")
    #if canImport(Darwin)
        if let thread { pthread_detach(thread) }
    #else
        pthread_detach(thread)
    #endif
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

private func runThreadBody(_ box: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadBody>.fromOpaque(box).takeRetainedValue().body()
    return nil
}

/// A point in time by which something must have happened.
struct Deadline: Sendable {
    private let instant: ContinuousClock.Instant

    init(after limit: Duration) {
        instant = ContinuousClock.now + limit
    }

    var remaining: Duration {
        max(.zero, ContinuousClock.now.duration(to: instant))
    }

    var hasPassed: Bool {
        remaining == .zero
    }

    /// The time left as `poll` takes it: rounded up, so that a short rest does not become a busy loop.
    var pollMilliseconds: Int32 {
        let (seconds, attoseconds) = remaining.components
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

/// A value behind a lock on which threads can wait for a condition.
///
/// `@unchecked Sendable`: `value` is touched only while `mutex` is held (in `withLock` and `wait`), and the mutex and the
/// condition variable have fixed addresses that are freed when no reference to the monitor is left.
final class Monitor<Value>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: sending Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Reads or changes the value, and wakes the waiting threads.
    func withLock<Answer>(_ body: (inout Value) throws -> Answer) rethrows -> Answer {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)
        }
        return try body(&value)
    }

    /// Blocks until `condition` returns a value. Returns nil when the time is up.
    func wait<Answer>(until deadline: Deadline, _ condition: (inout Value) throws -> Answer?) rethrows -> Answer? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let answer = try condition(&value) { return answer }
            if deadline.hasPassed { return nil }
            var limit = timespec()
            clock_gettime(CLOCK_REALTIME, &limit)
            let milliseconds = Int(deadline.pollMilliseconds)
            limit.tv_sec += milliseconds / 1000
            limit.tv_nsec += milliseconds % 1000 * 1_000_000
            if limit.tv_nsec >= 1_000_000_000 {
                limit.tv_sec += 1
                limit.tv_nsec -= 1_000_000_000
            }
            pthread_cond_timedwait(changed, mutex, &limit)
        }
    }
}

/// Waits for a condition that has no notification, such as the end of a process or the appearance of a file.
///
/// - Returns: Whether it held within the time limit.
package func eventually(within limit: Duration = hangLimit, _ condition: () async throws -> Bool) async throws
    -> Bool
{
    let deadline = Deadline(after: limit)
    while true {
        if try await condition() { return true }
        if deadline.hasPassed { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
}
