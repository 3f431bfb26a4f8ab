import Synchronization

@testable import MemcacheCore

/// Runs tasks when the test says so, on the test's own thread.
final class TestExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// Runs everything that can run, until all tasks wait for something else.
    ///
    /// - Returns: Whether there was anything.
    @discardableResult
    func run() -> Bool {
        var hasRun = false
        while true {
            let ready = jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            guard !ready.isEmpty else { return hasRun }
            hasRun = true
            for job in ready { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}

/// A task of a test, and its result once there is one.
final class TestTask<Value: Sendable>: Sendable {
    private let results = Mutex<Result<Value, MemcacheError>?>(nil)
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(on executor: TestExecutor, _ body: @escaping @Sendable () async throws(MemcacheError) -> Value) {
        let task = Task(executorPreference: executor) {
            let result: Result<Value, MemcacheError>
            do throws(MemcacheError) {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            self.results.withLock { $0 = result }
        }
        self.task.withLock { $0 = task }
    }

    /// What the task has returned or thrown; nil while it waits.
    var result: Result<Value, MemcacheError>? { results.withLock { $0 } }

    /// The error it has thrown.
    var error: MemcacheError? {
        if case .failure(let error)? = result { error } else { nil }
    }

    func cancel() { task.withLock { $0 }?.cancel() }

    /// The result in a few words: `waits`, a value, or the code of an error, with `?` if it may have taken effect.
    var outcome: String {
        switch result {
        case nil: "waits"
        case .success(let value): "\(value)"
        case .failure(let error): "\(error.code)\(error.mayHaveTakenEffect ? "?" : "")"
        }
    }
}
