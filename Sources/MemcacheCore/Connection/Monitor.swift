package import MemcachePlatform

/// A value that threads share and whose changes they can wait for, which `Mutex` does not offer.
///
/// `@unchecked Sendable`: the value is only touched while the mutex is held. Calls `pthread_mutex_*` and
/// `pthread_cond_*`.
package final class Monitor<Value>: @unchecked Sendable {
    @usableFromInline let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    @usableFromInline let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    @usableFromInline var value: Value

    package init(_ value: sending Value) {
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
    @inlinable
    package func withLock<Answer>(_ body: (inout Value) -> Answer) -> Answer {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)
        }
        return body(&value)
    }

    /// Evaluates a condition, which may change the value, without waiting. Other threads are not woken by that.
    @inlinable
    package func answer<Answer>(to condition: (inout Value) -> Answer?) -> Answer? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return condition(&value)
    }

    /// Blocks until a condition, which may change the value, returns an answer. Other threads are not woken by that.
    @inlinable
    package func wait<Answer>(until condition: (inout Value) -> Answer?) -> Answer {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let answer = condition(&value) { return answer }
            pthread_cond_wait(changed, mutex)
        }
    }
}
