import MemcachePlatform
import Synchronization

/// Waits with `poll` for the sockets of connections, and runs their jobs and timers, on one thread at a time.
///
/// The thread is the loop's own, started when the first connection needs it. A program that does nothing but wait for
/// its answers needs no second thread: after ``runsInWaiters()`` the loop runs on the thread that waits, in
/// ``wait(for:until:)``.
///
/// `@unchecked Sendable`: what is not in `inbox`, `mode` or `runner` is only touched on the thread that runs the loop,
/// and a thread starts to run it only when no other does.
final class PollLoop: @unchecked Sendable {
    /// Serves every connection that carries commands: what the library does there is short.
    static let commands = PollLoop()
    /// Serves the connections that carry streams.
    static let streams = PollLoop()

    private enum Mode {
        /// Nothing has used it yet.
        case idle
        /// It runs on the threads that wait.
        case inWaiters
        /// It runs on a thread of its own.
        case onThread
    }

    private struct Inbox {
        var jobs: [@Sendable () -> Void] = []
        /// Whether the loop waits, and a byte in the pipe is what ends that.
        var isWaiting = false
    }

    private struct Timer {
        let moment: ContinuousClock.Instant
        let owner: PollTransport
        let body: @Sendable () -> Void
    }

    private let mode = Mutex(Mode.idle)
    private let inbox = Mutex(Inbox())
    /// The thread that runs the loop, or did last; 0 before any has.
    private let runner = Atomic<UInt>(0)

    /// The ends of the pipe that wakes the loop, once there is one.
    private let pipe = Mutex<(reading: Int32, writing: Int32)?>(nil)

    /// What `poll` waits for; the first is the pipe. A descriptor that is not wanted now is there as its complement.
    private var descriptors: [pollfd] = []
    private var watchers: [(any PollWatcher)?] = []
    private var hasGaps = false
    private var timers: [Timer] = []
    /// How often sockets have been looked at.
    private(set) var turn = 0

    /// Receives what arrives, until it is consumed or kept by the connection.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: PollLoop.readBytes, alignment: 16)

    /// The size limit of one read, and therefore of what is delivered after a connection is paused.
    static let readBytes = 262_144
    /// The size of the thread's stack, whatever the system's own is: values are decoded and log handlers run on it.
    private static let stackBytes = 8 << 20
    /// How long a timer that is due waits for its connection to have nothing more to read.
    private static let patience = Duration.milliseconds(50)

    private init() {}

    // MARK: - On any thread

    /// Makes the loop run on the threads that wait, unless it already has a thread.
    func runsInWaiters() {
        mode.withLock { if $0 == .idle { $0 = .inWaiters } }
    }

    /// Prepares the loop for use.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``.
    func prepare() throws(MemcacheError) {
        switch mode.withLock({ $0 }) {
        case .idle: try startThread()
        case .inWaiters: try makePipe()
        case .onThread: break
        }
    }

    /// Starts the loop's own thread, unless it runs. It must not be running on another. Calls `pthread_create`.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/localResource``. The loop then runs as before.
    func startThread() throws(MemcacheError) {
        try makePipe()
        try mode.withLock { mode throws(MemcacheError) in
            guard mode != .onThread else { return }
            // From here on this thread runs it no more.
            let former = runner.exchange(0, ordering: .relaxed)
            let code = Threads.start(stackBytes: PollLoop.stackBytes) { self.run() }
            guard code == 0 else {
                runner.store(former, ordering: .relaxed)
                throw .noThread(code)
            }
            mode = .onThread
        }
    }

    private func makePipe() throws(MemcacheError) {
        try pipe.withLock { pipe throws(MemcacheError) in
            guard pipe == nil else { return }
            var ends: [Int32] = [-1, -1]
            guard MemcachePlatform.pipe(&ends) == 0 else {
                throw MemcacheError(.localResource, "no connection can be made: \(SystemError())")
            }
            for end in ends { Descriptors.prepare(end) }
            pipe = (ends[0], ends[1])
        }
    }

    /// Whether this thread runs the loop.
    var isCurrent: Bool { runner.load(ordering: .relaxed) == Threads.current }

    /// Runs a closure on the loop, after those submitted before.
    func execute(_ job: @escaping @Sendable () -> Void) {
        let wakes = inbox.withLock { inbox in
            inbox.jobs.append(job)
            defer { inbox.isWaiting = false }
            return inbox.isWaiting
        }
        if wakes { wake() }
    }

    /// Waits for a condition, and runs the loop of the connections that carry commands meanwhile if that has no thread.
    /// Then the condition must be fulfilled by what the loop does, and the caller is the thread that starts the loop's own
    /// thread, if any does.
    static func wait<Value, Answer>(
        for monitor: Monitor<Value>, until condition: (inout Value) -> Answer?
    ) -> Answer {
        guard commands.mode.withLock({ $0 }) == .inWaiters else { return monitor.wait(until: condition) }
        commands.runner.store(Threads.current, ordering: .relaxed)
        while true {
            if let answer = monitor.answer(to: condition) { return answer }
            commands.takeTurn()
        }
    }

    private func wake() {
        guard let end = pipe.withLock({ $0?.writing }) else { return }
        var byte: UInt8 = 1
        _ = write(end, &byte, 1)
    }

    // MARK: - On the loop

    private func run() -> Never {
        runner.store(Threads.current, ordering: .relaxed)
        while true { takeTurn() }
    }

    /// Waits for events and handles them: what has arrived first, then jobs, then timers. A job for a connection that the
    /// server has closed therefore finds it closed.
    private func takeTurn() {
        if descriptors.isEmpty, let end = pipe.withLock({ $0?.reading }) {
            descriptors.append(pollfd(fd: end, events: Int16(POLLIN), revents: 0))
            watchers.append(nil)
        }
        if hasGaps { closeGaps() }
        let begun = timers.isEmpty ? nil : ContinuousClock.now
        var timeout = millisecondsToTimer(from: begun)
        inbox.withLock { inbox in
            if !inbox.jobs.isEmpty { timeout = 0 }
            inbox.isWaiting = timeout != 0
        }
        let found = poll(&descriptors, nfds_t(descriptors.count), timeout)
        let error = errno
        let jobs = inbox.withLock { inbox in
            inbox.isWaiting = false
            defer { inbox.jobs = [] }
            return inbox.jobs
        }
        turn += 1
        if found > 0 {
            notifyWatchers()
        } else if found < 0, error != EINTR {
            // The system lacks memory for the call. It is tried again when others may have given some back.
            usleep(10_000)
        }
        for job in jobs { job() }
        if let begun { fireTimers(dueBefore: begun) }
    }

    private func notifyWatchers() {
        if let events = descriptors.first?.revents, events != 0 {
            var bytes: (UInt64, UInt64) = (0, 0)
            _ = read(descriptors[0].fd, &bytes, 16)
        }
        // Those that are added meanwhile have their turn next time.
        let count = descriptors.count
        var index = 1
        while index < count {
            let events = descriptors[index].revents
            if events != 0, let watcher = watchers[index] {
                watcher.isReady(descriptors[index].fd, events)
            }
            index += 1
        }
    }

    private func millisecondsToTimer(from now: ContinuousClock.Instant?) -> Int32 {
        guard let now, let next = timers.min(by: { $0.moment < $1.moment })?.moment else { return -1 }
        guard next > now else { return 0 }
        let (seconds, attoseconds) = (next - now).components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }

    /// Runs the timers that were due before the sockets were looked at, but for those whose connection had something to
    /// read: there may be more.
    private func fireTimers(dueBefore moment: ContinuousClock.Instant) {
        var due: [Timer] = []
        timers.removeAll { timer in
            guard timer.moment <= moment else { return false }
            guard timer.owner.lastRead == turn, moment - timer.moment < PollLoop.patience else {
                due.append(timer)
                return true
            }
            return false
        }
        for timer in due.sorted(by: { $0.moment < $1.moment }) { timer.body() }
    }

    /// Runs something at a later moment, when all that had arrived for a connection by then has been handed over.
    func schedule(at moment: ContinuousClock.Instant, for owner: PollTransport, _ body: @escaping @Sendable () -> Void)
    {
        timers.append(Timer(moment: moment, owner: owner, body: body))
    }

    /// Drops the timers of a connection.
    func forgetTimers(of owner: PollTransport) { timers.removeAll { $0.owner === owner } }

    /// Watches a descriptor for `poll`'s events.
    func watch(_ descriptor: Int32, for events: Int32, _ watcher: any PollWatcher) {
        descriptors.append(pollfd(fd: descriptor, events: Int16(events), revents: 0))
        watchers.append(watcher)
    }

    /// Changes the events that a descriptor is watched for; with none it is not looked at.
    func change(_ descriptor: Int32, to events: Int32) {
        guard let index = index(of: descriptor) else { return }
        descriptors[index].fd = events == 0 ? ~descriptor : descriptor
        descriptors[index].events = Int16(events)
    }

    /// Watches a descriptor no more.
    func forget(_ descriptor: Int32) {
        guard let index = index(of: descriptor) else { return }
        watchers[index] = nil
        descriptors[index].fd = -1
        hasGaps = true
    }

    private func index(of descriptor: Int32) -> Int? {
        descriptors.indices.dropFirst().first { index in
            watchers[index] != nil && (descriptors[index].fd == descriptor || descriptors[index].fd == ~descriptor)
        }
    }

    private func closeGaps() {
        hasGaps = false
        var kept = 1
        for index in 1..<descriptors.count where watchers[index] != nil {
            descriptors[kept] = descriptors[index]
            watchers[kept] = watchers[index]
            kept += 1
        }
        descriptors.removeSubrange(kept...)
        watchers.removeSubrange(kept...)
    }
}

/// Is notified of the events of a descriptor, on the loop.
protocol PollWatcher: AnyObject {
    /// The descriptor has events, in the bits of `poll`.
    func isReady(_ descriptor: Int32, _ events: Int16)
}
