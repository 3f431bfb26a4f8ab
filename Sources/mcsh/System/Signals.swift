import MemcachePlatform

/// Signals and standard descriptors, as a program in a pipe is expected to treat them.
enum Signals {
    /// Writing to a closed pipe becomes an error of `write`, which shows whose pipe it was.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Makes sure that the numbers 0 to 2 are not assigned to a file or a connection, which would then be read or
    /// written as standard input or output. Calls `fcntl` and `open`.
    ///
    /// A closed descriptor remains unusable: `/dev/null` is opened in the opposite mode, so that reading or writing
    /// fails.
    static func occupyStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
            // The lowest free number is used, and those below are in use by now.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Ends the program. Calls `exit`.
    static func end(_ status: Int32) -> Never {
        exit(status)
    }

    /// Ends the program as SIGPIPE would have, without a message.
    static func endByBrokenPipe() -> Never {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        exit(128 + SIGPIPE)
    }
}
