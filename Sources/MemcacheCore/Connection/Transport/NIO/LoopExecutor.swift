import Synchronization

/// Runs tasks on the loop of the connections that carry commands, between their reads and writes.
final class LoopExecutor: TaskExecutor {
    /// The only such executor.
    static let shared = LoopExecutor()

    /// Nil if the system provides no loop: jobs then run where those of other tasks do.
    private let transport = try? NIOTransport()
    private let jobs = Mutex<[UnownedJob]>([])

    private init() {}

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard let transport else { return globalConcurrentExecutor.enqueue(job) }
        let isFirst = jobs.withLock { jobs in
            jobs.append(job)
            return jobs.count == 1
        }
        if isFirst { transport.execute { self.runAll() } }
    }

    private func runAll() {
        let ready = jobs.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
        let executor = asUnownedTaskExecutor()
        for job in ready { job.runSynchronously(on: executor) }
    }
}
