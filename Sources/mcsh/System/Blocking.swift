import MemcacheCore
import MemcachePlatform
import Synchronization

/// Waiting on the main thread, which nothing else needs in the meantime.
enum Blocking {
    private final class Box<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }

    /// Runs an asynchronous closure and waits for its result.
    static func wait<Value: Sendable>(
        for body: @escaping @Sendable () async throws(MemcacheError) -> Value
    ) -> Result<Value, MemcacheError> {
        if let shortage { return .failure(shortage) }
        let counter = InFlightLimit()
        let box = Box<Result<Value, MemcacheError>>()
        counter.add(1, waitingBelow: .max)
        let task = Task.detached {
            let result: Result<Value, MemcacheError>
            do throws(MemcacheError) {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            box.value.withLock { $0 = result }
            counter.remove(1)
        }
        begin(task)
        defer { end(task) }
        counter.waitUntilEmpty()
        return box.value.withLock { $0 } ?? .failure(MemcacheError(.cancelled, "the work ended without a result"))
    }

    private static let isPrepared = Mutex(false)

    /// Why no asynchronous work is possible now; nil from the first success on.
    private static var shortage: MemcacheError? {
        if isPrepared.withLock({ $0 }) { return nil }
        let shortage = prepare()
        if shortage == nil { isPrepared.withLock { $0 = true } }
        return shortage
    }

    /// The limit of descriptors below which they are reserved first: connections may take the rest.
    private static let fewDescriptors: UInt64 = 1024
    /// Timers take three descriptors; the others are for what the rest of the program may open at the same time.
    private static let timerDescriptors = 5

    /// Makes sure that asynchronous work is possible.
    ///
    /// Without a thread to run on, it would be awaited forever, and the system's timers end the program if they get no
    /// descriptors: these are reserved before there are connections.
    private static func prepare() -> MemcacheError? {
        if let shortage = LocalResources.shortageOfThreads() { return shortage }
        do throws(MemcacheError) {
            try Sockets.startThread()
        } catch {
            return error
        }
        guard LocalResources.descriptorLimit < fewDescriptors else { return nil }
        LocalResources.beginTurn()
        defer { LocalResources.endTurn() }
        if let reason = LocalResources.shortage(ofDescriptors: timerDescriptors) {
            return MemcacheError(.localResource, "cannot wait for an answer: \(reason)")
        }
        let counter = InFlightLimit()
        counter.add(1, waitingBelow: .max)
        Task.detached {
            try? await Task.sleep(for: .microseconds(100))
            counter.remove(1)
        }
        counter.waitUntilEmpty()
        return nil
    }

    /// Runs an asynchronous closure on the main thread itself, until it has ended.
    ///
    /// - Throws: ``MemcacheError`` if the system lacks the resources; nothing was run then.
    static func run(_ body: @escaping @Sendable () async -> Void) throws(MemcacheError) {
        if let shortage { throw shortage }
        let executor = MainThreadExecutor()
        let task = Task(executorPreference: executor) {
            await body()
            executor.end()
        }
        begin(task)
        defer { end(task) }
        executor.run()
    }

    /// Waits until a connection is established.
    static func wait(untilOpen connection: Connection) throws(MemcacheError) {
        let counter = InFlightLimit()
        let box = Box<MemcacheError?>()
        counter.add(1, waitingBelow: .max)
        connection.whenOpen { error in
            box.value.withLock { $0 = error }
            counter.remove(1)
        }
        counter.waitUntilEmpty()
        if let error = box.value.withLock({ $0 ?? nil }) { throw error }
    }

    private static func begin(_ task: Task<Void, Never>) {
        let isCancelled = state.withLock { state in
            state.tasks.append(task)
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    private static func end(_ task: Task<Void, Never>) {
        state.withLock { state in state.tasks.removeAll { $0 == task } }
    }

    private struct State {
        /// The awaited tasks, the innermost last: an operation that runs on the main thread may itself wait.
        var tasks: [Task<Void, Never>] = []
        var isCancelled = false
    }

    private static let state = Mutex(State())

    /// The ends of a pipe that contains a byte while work is cancelled; -1 if the system has no descriptors left.
    private static let cancelPipe: (reading: Int32, writing: Int32) = {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return (-1, -1) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        return (ends[0], ends[1])
    }()

    /// A descriptor that is readable while work is cancelled, for callers that also wait for something else.
    static var cancelDescriptor: Int32 { cancelPipe.reading }

    /// Cancels what the main thread waits for, and what it will wait for until ``resume()``. May be called on any
    /// thread.
    static func cancel() {
        state.withLock { state in
            if !state.isCancelled {
                state.isCancelled = true
                var byte: UInt8 = 1
                _ = write(cancelPipe.writing, &byte, 1)
            }
            return state.tasks
        }.forEach { $0.cancel() }
    }

    /// Ends the cancellation.
    static func resume() {
        state.withLock { state in
            state.isCancelled = false
            var byte: UInt8 = 0
            while read(cancelPipe.reading, &byte, 1) == 1 {}
        }
    }

    /// Whether work was cancelled since ``resume()``.
    static var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Sleeps. Calls `nanosleep`.
    static func sleep(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        var left = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        var rest = timespec()
        while nanosleep(&left, &rest) == -1, errno == EINTR { left = rest }
    }
}
