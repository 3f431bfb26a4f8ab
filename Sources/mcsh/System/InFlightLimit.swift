import MemcachePlatform

/// How much is on its way, with waiting for it to become less.
///
/// `@unchecked Sendable`: the count is only touched while the mutex is held. Calls `pthread_mutex_*` and `pthread_cond_*`.
final class InFlightLimit: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var count = 0
    private var entries = 0

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Adds an entry of a size, after waiting until the sum is below the limit.
    ///
    /// - Returns: Whether it is the only entry.
    @discardableResult
    func add(_ size: Int, waitingBelow limit: Int) -> Bool {
        pthread_mutex_lock(mutex)
        while count >= limit { pthread_cond_wait(condition, mutex) }
        count += size
        entries += 1
        let isAlone = entries == 1
        pthread_mutex_unlock(mutex)
        return isAlone
    }

    /// Takes an entry out.
    func remove(_ size: Int) {
        pthread_mutex_lock(mutex)
        count -= size
        entries -= 1
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Waits until nothing is on its way.
    func waitUntilEmpty() {
        pthread_mutex_lock(mutex)
        while entries > 0 { pthread_cond_wait(condition, mutex) }
        pthread_mutex_unlock(mutex)
    }
}
