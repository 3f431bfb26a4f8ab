import MemcachePlatform

/// The main thread as a task executor: it runs the jobs of one task, and of its child tasks, until that task has ended.
///
/// What runs here may block on standard output or ask a question, which the cooperative pool and the connections' thread
/// must not do, and needs no locks.
///
/// `@unchecked Sendable`: the jobs and the mark are only touched while the mutex is held. Calls `pthread_mutex_*` and
/// `pthread_cond_*`.
final class MainThreadExecutor: TaskExecutor, @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [UnownedJob] = []
    private var hasEnded = false

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

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pthread_mutex_lock(mutex)
        jobs.append(job)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Lets ``run()`` return once no job is left.
    func end() {
        pthread_mutex_lock(mutex)
        hasEnded = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Runs jobs until ``end()``. For the main thread.
    func run() {
        let executor = asUnownedTaskExecutor()
        while true {
            pthread_mutex_lock(mutex)
            while jobs.isEmpty, !hasEnded { pthread_cond_wait(condition, mutex) }
            let ready = jobs
            jobs.removeAll(keepingCapacity: true)
            pthread_mutex_unlock(mutex)
            guard !ready.isEmpty else { return }
            for job in ready { job.runSynchronously(on: executor) }
        }
    }
}
