/// Threads of the system's own kind, for loops and for calls that block.
package enum Threads {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a thread that nothing waits for. Calls `pthread_create`.
    ///
    /// - Returns: The error number, 0 for success.
    package static func start(stackBytes: Int, _ body: @escaping @Sendable () -> Void) -> Int32 {
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        pthread_attr_init(attributes)
        pthread_attr_setstacksize(attributes, stackBytes)
        pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer {
            pthread_attr_destroy(attributes)
            attributes.deallocate()
        }
        let argument = Unmanaged.passRetained(Body(body)).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let code = pthread_create(&thread, attributes, { Threads.run($0) }, argument)
        #else
            var thread = pthread_t()
            let code = pthread_create(&thread, attributes, { $0.flatMap { Threads.run($0) } }, argument)
        #endif
        if code != 0 { Unmanaged<Body>.fromOpaque(argument).release() }
        return code
    }

    private static func run(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
    }

    /// A number that differs for each running thread, and is not 0.
    package static var current: UInt {
        #if canImport(Darwin)
            UInt(bitPattern: pthread_self())
        #else
            UInt(pthread_self())
        #endif
    }
}
