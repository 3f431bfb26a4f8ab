import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A file descriptor that is closed when the last reference goes, or before by its only user. Reads and writes wait with `poll` and have a time limit.
final class Descriptor: Sendable {
    let number: Int32
    private let isClosed = Atomic(false)

    /// - Parameter number: An open descriptor, which this object then owns.
    init(_ number: Int32) {
        self.number = number
        let flags = fcntl(number, F_GETFL)
        _ = fcntl(number, F_SETFL, flags | O_NONBLOCK)
        #if canImport(Darwin)
            var one: Int32 = 1
            setsockopt(number, SOL_SOCKET, SO_NOSIGPIPE, &one, socklen_t(MemoryLayout<Int32>.size))
        #endif
    }

    deinit {
        closeNow()
    }

    func closeNow() {
        if !isClosed.exchange(true, ordering: .acquiringAndReleasing) { close(number) }
    }

    enum Readiness {
        case ready
        /// `wake` became readable or lost its writers.
        case woken
        case timedOut
    }

    /// Blocks until one of `events` occurs, or `wake` cancels the wait.
    func wait(for events: Int32, until deadline: Deadline, wake: Descriptor? = nil) -> Readiness {
        while true {
            var polled = [pollfd(fd: number, events: Int16(events), revents: 0)]
            if let wake { polled.append(pollfd(fd: wake.number, events: Int16(POLLIN), revents: 0)) }
            let count = poll(&polled, nfds_t(polled.count), deadline.pollMilliseconds)
            if count < 0 && errno == EINTR { continue }
            if wake != nil && polled[1].revents != 0 { return .woken }
            if count > 0 { return .ready }
            if deadline.hasPassed { return .timedOut }
        }
    }

    /// Reads what is available, waiting for the first byte. An empty result is the end.
    func read(upTo limit: Int = 65536, until deadline: Deadline, wake: Descriptor? = nil) throws -> [UInt8] {
        while true {
            guard wait(for: Int32(POLLIN), until: deadline, wake: wake) == .ready else {
                throw TestSupportFailure("nothing to read within the time limit")
            }
            var failure: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
                let result = Self.read(number, buffer)
                failure = result < 0 ? errno : 0
                count = max(0, result)
            }
            switch failure {
            case 0: return bytes
            case EAGAIN, EINTR: continue
            default: throw TestSupportFailure.systemCall("read", failure)
            }
        }
    }

    func write(_ bytes: [UInt8], until deadline: Deadline, wake: Descriptor? = nil) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard wait(for: Int32(POLLOUT), until: deadline, wake: wake) == .ready else {
                throw TestSupportFailure("\(rest.count) bytes could not be written within the time limit")
            }
            let result = rest.withUnsafeBytes { Self.write(number, $0) }
            if result >= 0 {
                rest = rest.dropFirst(result)
            } else if errno != EAGAIN && errno != EINTR {
                throw TestSupportFailure.systemCall("write")
            }
        }
    }

    #if os(Linux)
        /// Whether the write end of a pipe shows how much of the data has not been read yet.
        static let knowsWhatIsRead = true
    #else
        static let knowsWhatIsRead = false
    #endif

    /// Whether a pipe has no reader any more.
    var hasLostItsReader: Bool {
        var polled = pollfd(fd: number, events: 0, revents: 0)
        return poll(&polled, 1, 0) > 0 && polled.revents & Int16(POLLERR | POLLHUP) != 0
    }

    /// Blocks until everything written to a pipe has been read. Returns false if the reader closes its end first.
    func waitUntilRead(until deadline: Deadline) throws -> Bool {
        #if os(Linux)
            var looks = 0
            while !deadline.hasPassed {
                // What was read before the reader closed its end counts as read.
                let isAbandoned = hasLostItsReader
                var unread: Int32 = 0
                guard ioctl(number, UInt(FIONREAD), &unread) == 0 else { throw TestSupportFailure.systemCall("ioctl") }
                if unread == 0 { return true }
                if isAbandoned { return false }
                looks += 1
                // The reader usually comes at once; otherwise it is busy for longer.
                if looks < 50 { sched_yield() } else { usleep(200) }
            }
            throw TestSupportFailure("what was written is not read within the time limit")
        #else
            return true
        #endif
    }

    private static func read(_ number: Int32, _ buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        #if canImport(Darwin)
            Darwin.read(number, buffer.baseAddress, buffer.count)
        #else
            Glibc.read(number, buffer.baseAddress, buffer.count)
        #endif
    }

    /// Writes without ever raising SIGPIPE in this process: the threads that call this have it blocked, and sockets
    /// have it turned off.
    private static func write(_ number: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
        #if canImport(Darwin)
            return Darwin.write(number, buffer.baseAddress, buffer.count)
        #else
            let sent = Glibc.send(number, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
            if sent < 0 && errno == ENOTSOCK { return Glibc.write(number, buffer.baseAddress, buffer.count) }
            return sent
        #endif
    }
}

/// Held while a descriptor is created and marked close-on-exec, and while a child is started: a pipe that a child
/// inherits by accident would not end when it should. (`pipe2` and `accept4` mark at once, but Swift's Glibc does not
/// have them.)
let descriptorsAndChildren = Mutex(())

/// Calls a function that creates a descriptor (a negative one is a failure), and marks it close-on-exec.
func closedInChildren(_ make: () -> Int32) -> Int32 {
    descriptorsAndChildren.withLock { _ in
        let number = make()
        if number >= 0 { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        return number
    }
}

/// A pipe whose ends are close-on-exec.
func makePipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    let code = descriptorsAndChildren.withLock { _ in
        let code = pipe(&ends)
        for end in ends where code == 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return code
    }
    guard code == 0 else { throw TestSupportFailure.systemCall("pipe") }
    return (ends[0], ends[1])
}
