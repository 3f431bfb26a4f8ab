import MemcachePlatform

/// What the system gives this process: descriptors, threads, memory.
package enum LocalResources {
    /// Whether a system error means that a resource is exhausted.
    static func areShort(_ error: Int32) -> Bool { [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(error) }

    /// Why this many descriptors cannot be opened; nil if they can. Calls `fcntl` and `open`.
    package static func shortage(ofDescriptors count: Int) -> String? {
        var opened: [Int32] = []
        defer { for descriptor in opened { close(descriptor) } }
        for _ in 0..<count {
            // If standard error is closed, a file that always exists is used instead.
            var descriptor = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)
            if descriptor < 0, errno == EBADF { descriptor = open("/", O_RDONLY | O_CLOEXEC) }
            guard descriptor >= 0 else { return String(cString: strerror(errno)).lowercased() }
            opened.append(descriptor)
        }
        return nil
    }

    /// The maximum number of descriptors of the process. Calls `getrlimit`.
    package static var descriptorLimit: UInt64 {
        #if canImport(Glibc)
            limit(RLIMIT_NOFILE.rawValue)
        #else
            limit(UInt32(RLIMIT_NOFILE))
        #endif
    }

    /// Whether memory or threads are limited so tightly that they may not suffice.
    private static var isTight: Bool {
        #if canImport(Glibc)
            limit(RLIMIT_AS.rawValue) < 1 << 40 || limit(__RLIMIT_NPROC.rawValue) < 1024
        #else
            limit(UInt32(RLIMIT_AS)) < 1 << 40 || limit(UInt32(RLIMIT_NPROC)) < 1024
        #endif
    }

    private static func limit(_ resource: UInt32) -> UInt64 {
        var limit = rlimit()
        #if canImport(Glibc)
            let code = getrlimit(__rlimit_resource_t(resource), &limit)
        #else
            let code = getrlimit(Int32(resource), &limit)
        #endif
        return code == 0 ? UInt64(limit.rlim_cur) : .max
    }

    /// Lets only one thread at a time open descriptors, so that those found to be free are not taken by another.
    private static let turn = Turn()

    /// A lock that is acquired in one function and released in another, which `Mutex` cannot be.
    ///
    /// `@unchecked Sendable`: the pointer never changes, and what it points to may be used by several threads.
    private final class Turn: @unchecked Sendable {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

        init() { pthread_mutex_init(mutex, nil) }
    }

    /// Begins a turn, which the same thread must end. Calls `pthread_mutex_lock`.
    package static func beginTurn() { pthread_mutex_lock(turn.mutex) }

    /// Ends the turn.
    package static func endTurn() { pthread_mutex_unlock(turn.mutex) }

    /// Why the threads that the runtime uses for tasks cannot be started; nil if they can. Without them, the runtime
    /// would wait forever. Calls `pthread_create`.
    package static func shortageOfThreads() -> MemcacheError? {
        guard isTight else { return shortage(ofThreads: 1) }
        let memory = malloc(spareBytes)
        defer { free(memory) }
        guard memory != nil else { return .noThread(ENOMEM) }
        return shortage(ofThreads: min(16, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) + 2))
    }

    /// The amount of memory that should suffice for the work.
    private static let spareBytes = 16 << 20

    /// Starts threads that wait for each other, and lets them end.
    private static func shortage(ofThreads count: Int) -> MemcacheError? {
        let gate = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        pthread_mutex_init(gate, nil)
        pthread_mutex_lock(gate)
        var threads: [pthread_t] = []
        var code: Int32 = 0
        while threads.count < count, code == 0 {
            #if canImport(Darwin)
                var thread: pthread_t?
                code = pthread_create(&thread, nil, { LocalResources.pass($0) }, gate)
                if code == 0, let thread { threads.append(thread) }
            #else
                var thread = pthread_t()
                code = pthread_create(&thread, nil, { $0.flatMap { LocalResources.pass($0) } }, gate)
                if code == 0 { threads.append(thread) }
            #endif
        }
        pthread_mutex_unlock(gate)
        for thread in threads { pthread_join(thread, nil) }
        pthread_mutex_destroy(gate)
        gate.deallocate()
        return code == 0 ? nil : .noThread(code)
    }

    private static func pass(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let gate = pointer.assumingMemoryBound(to: pthread_mutex_t.self)
        pthread_mutex_lock(gate)
        pthread_mutex_unlock(gate)
        return nil
    }
}

extension MemcacheError {
    /// The error for a thread that cannot be started.
    static func noThread(_ code: Int32) -> MemcacheError {
        MemcacheError(.localResource, "no thread can be started: \(String(cString: strerror(code)).lowercased())")
    }
}
