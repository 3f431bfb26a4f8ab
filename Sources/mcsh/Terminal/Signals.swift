#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Signals, as a program in a pipe is expected to treat them.
enum Signals {
    /// Writing to a closed pipe is an error of `write`, which tells whose pipe it was.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Ends the program. Calls `exit`.
    static func end(_ status: Int32) -> Never {
        exit(status)
    }

    /// Ends the program as SIGPIPE would have, without a word.
    static func endByBrokenPipe() -> Never {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        exit(128 + SIGPIPE)
    }
}
