import MemcacheCore
import MemcachePlatform
import Synchronization

extension ListsInFlight {
    /// Waits until every list has been read to its end or abandoned: for as long as the servers continue to send.
    static func waitUntilEmpty() {
        while !isEmpty { Blocking.sleep(.milliseconds(20)) }
    }
}

/// Ctrl-Z in a run without a prompt: held back while a list of items is being read, because a stopped program reads
/// nothing, and that can block the whole server.
///
/// If it is ignored, it stays ignored. Only one may exist at a time. Calls `sigaction`.
final class StopHolder: Sendable {
    /// The descriptor that the signal handler writes to; -1 while nothing is held back.
    private static let writing = Atomic<Int32>(-1)
    /// Whether a stop was requested and is still pending.
    private static let isPending = Atomic<Bool>(false)

    private let reading: Int32

    /// Starts holding back; nil if Ctrl-Z is ignored or already handled, or the system has no descriptors left.
    init?() {
        var action = sigaction()
        sigaction(SIGTSTP, nil, &action)
        var ends: [Int32] = [-1, -1]
        guard Self.isDefault(action), pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reading = ends[0]
        Self.writing.store(ends[1], ordering: .sequentiallyConsistent)
        guard start() else {
            Self.writing.store(-1, ordering: .sequentiallyConsistent)
            for end in ends { close(end) }
            return nil
        }
        signal(SIGTSTP) { _ in
            let reason = errno
            StopHolder.isPending.store(true, ordering: .sequentiallyConsistent)
            var byte: UInt8 = 1
            _ = write(StopHolder.writing.load(ordering: .sequentiallyConsistent), &byte, 1)
            errno = reason
        }
    }

    /// Ends with the command. A pending stop comes first.
    func end() {
        signal(SIGTSTP, SIG_DFL)
        while Self.isPending.load(ordering: .sequentiallyConsistent) { Blocking.sleep(.milliseconds(5)) }
        let end = Self.writing.exchange(-1, ordering: .sequentiallyConsistent)
        if end >= 0 { close(end) }
    }

    private static func isDefault(_ action: sigaction) -> Bool {
        #if canImport(Darwin)
            unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self) == unsafeBitCast(SIG_DFL, to: Int.self)
        #else
            unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_DFL, to: Int.self)
        #endif
    }

    /// Starts the thread that waits for the handler's bytes; false if that fails.
    private func start() -> Bool {
        let number = UnsafeMutableRawPointer(bitPattern: Int(reading) + 1)
        #if canImport(Darwin)
            var thread: pthread_t?
            let code = pthread_create(&thread, nil, { StopHolder.wait($0) }, number)
            if code == 0, let thread { pthread_detach(thread) }
        #else
            var thread = pthread_t()
            let code = pthread_create(&thread, nil, { StopHolder.wait($0) }, number)
            if code == 0 { pthread_detach(thread) }
        #endif
        return code == 0
    }

    /// Stops the program for every byte, once nothing is being read. Ends when the other end is closed.
    private static func wait(_ number: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        let descriptor = Int32(truncatingIfNeeded: Int(bitPattern: number) - 1)
        var byte: UInt8 = 0
        while true {
            let count = read(descriptor, &byte, 1)
            if count == -1, errno == EINTR { continue }
            guard count == 1 else { break }
            ListsInFlight.waitUntilEmpty()
            // No other signal stops a program without being handled by it.
            _ = kill(getpid(), SIGSTOP)
            StopHolder.isPending.store(false, ordering: .sequentiallyConsistent)
        }
        close(descriptor)
        return nil
    }
}
