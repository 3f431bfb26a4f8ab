import MemcachePlatform
import Synchronization

/// Catches Ctrl-C in a run without a prompt, while there is something to report before the program ends by it.
///
/// The first one is caught; the next has its default effect. If it is ignored, as in a background job, it stays
/// ignored. Only one catcher may exist at a time. Calls `sigaction`.
final class InterruptCatcher: Sendable {
    /// The descriptor that the signal handler writes to; -1 while nothing is caught.
    private static let writing = Atomic<Int32>(-1)
    /// The number of threads that are in the handler now, and may still write.
    private static let handlers = Atomic<Int>(0)

    private let reading: Int32
    private let caught = Mutex(false)

    /// Starts catching; nil if Ctrl-C is ignored, or the system has no descriptors left.
    ///
    /// - Parameter body: Called once, on a thread of its own.
    init?(_ body: @escaping @Sendable () -> Void) {
        var action = sigaction()
        sigaction(SIGINT, nil, &action)
        guard !Self.isIgnored(action), let pipe = FileDescriptors.pipe() else { return nil }
        reading = pipe.reading
        Self.writing.store(pipe.writing, ordering: .sequentiallyConsistent)
        start(body)
        signal(SIGINT) { number in
            // The interrupted code may be about to read it.
            let error = errno
            signal(number, SIG_DFL)
            var byte: UInt8 = 1
            InterruptCatcher.handlers.add(1, ordering: .sequentiallyConsistent)
            _ = write(InterruptCatcher.writing.load(ordering: .sequentiallyConsistent), &byte, 1)
            InterruptCatcher.handlers.subtract(1, ordering: .sequentiallyConsistent)
            errno = error
        }
    }

    /// Stops catching, and returns whether Ctrl-C was pressed. While a pager has the terminal, the pager keeps Ctrl-C.
    func end() -> Bool {
        var action = sigaction()
        sigaction(SIGINT, nil, &action)
        if !Self.isIgnored(action) { signal(SIGINT, SIG_DFL) }
        let end = Self.writing.exchange(-1, ordering: .sequentiallyConsistent)
        // The number may be reused as soon as it is closed.
        while Self.handlers.load(ordering: .sequentiallyConsistent) > 0 { sched_yield() }
        if end >= 0 { close(end) }
        return caught.withLock { $0 }
    }

    /// Ends the program as Ctrl-C ends one that does not handle it. Calls `kill`.
    static func endByInterrupt() -> Never {
        signal(SIGINT, SIG_DFL)
        kill(getpid(), SIGINT)
        // Another thread may receive the signal.
        sleep(1)
        exit(128 + SIGINT)
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        #if canImport(Darwin)
            unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        #else
            unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        #endif
    }

    /// Waits on a thread of its own for the handler's byte, or for the other end to be closed.
    private func start(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Wait(catcher: self, body: body))
        #if canImport(Darwin)
            var thread: pthread_t?
            let code = pthread_create(&thread, nil, { InterruptCatcher.wait($0) }, box.toOpaque())
            if code == 0, let thread { pthread_detach(thread) }
        #else
            var thread = pthread_t()
            let code = pthread_create(&thread, nil, { $0.flatMap { InterruptCatcher.wait($0) } }, box.toOpaque())
            if code == 0 { pthread_detach(thread) }
        #endif
        if code != 0 { box.release() }
    }

    private final class Wait: Sendable {
        let catcher: InterruptCatcher
        let body: @Sendable () -> Void

        init(catcher: InterruptCatcher, body: @escaping @Sendable () -> Void) {
            self.catcher = catcher
            self.body = body
        }
    }

    private static func wait(_ box: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let wait = Unmanaged<Wait>.fromOpaque(box).takeRetainedValue()
        var byte: UInt8 = 0
        var count = 0
        repeat { count = read(wait.catcher.reading, &byte, 1) } while count == -1 && errno == EINTR
        close(wait.catcher.reading)
        if count == 1 {
            wait.catcher.caught.withLock { $0 = true }
            wait.body()
        }
        return nil
    }
}
