import MemcachePlatform

/// Signals and standard descriptors, as a program in a pipe is expected to treat them.
enum Signals {
    /// Writing to a closed pipe is an error of `write`, which tells whose pipe it was.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Sees to it that the numbers 0 to 2 are not given to a file or a connection, which would then be read or written as
    /// standard input or output. Calls `fcntl` and `open`.
    ///
    /// What was closed stays of no use: `/dev/null` is opened the other way round, so that reading and writing fail.
    static func occupyStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
            // The lowest free number is taken, and those below are in use by now.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
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
