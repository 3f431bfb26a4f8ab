import MemcacheCore

/// The main thread as a task executor: it runs the jobs of one task, and of its child tasks, until that task has ended.
///
/// What runs here may block on standard output or ask a question, which the cooperative pool and the connections' thread
/// must not do, and needs no locks.
final class MainThreadExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var hasEnded = false
    }

    private let state = Monitor(State())

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// Lets ``run()`` return once no job is left.
    func end() {
        state.withLock { $0.hasEnded = true }
    }

    /// Runs jobs until ``end()``. For the main thread.
    func run() {
        let executor = asUnownedTaskExecutor()
        while let jobs = next() {
            for job in jobs { job.runSynchronously(on: executor) }
        }
    }

    /// Waits for jobs; nil once there are none and there will be none.
    private func next() -> [UnownedJob]? {
        let jobs = state.wait { state -> [UnownedJob]? in
            guard !state.jobs.isEmpty || state.hasEnded else { return nil }
            defer { state.jobs.removeAll(keepingCapacity: true) }
            return state.jobs
        }
        return jobs.isEmpty ? nil : jobs
    }
}
