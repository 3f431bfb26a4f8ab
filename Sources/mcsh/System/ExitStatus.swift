/// The exit status of mcsh. Scripts rely on the numbers; the manual lists them.
enum ExitStatus: Int32, Hashable, Sendable {
    /// Success.
    case done = 0
    /// A negative answer: a miss, `NOT_FOUND`, `NOT_STORED`, `EXISTS`, nothing matched.
    case negative = 1
    /// Bad option, unknown command, wrong arguments, key refused; nothing was sent for it.
    case usage = 2
    /// An error reply of the server: `ERROR`, `CLIENT_ERROR`, `SERVER_ERROR`, a disabled command.
    case refused = 3
    /// Cannot connect, or the connection was lost.
    case disconnected = 4
    /// No answer in time.
    case timedOut = 5
    /// Authentication or TLS failed.
    case unauthenticated = 6
    /// Refused for safety: not confirmed, or read-only.
    case unsafe = 7
    /// A reply that is not memcached's, or a value that `--decode` cannot read.
    case notMemcached = 8
    /// Reading or writing a file of this machine failed.
    case localFailure = 9

    /// The statuses from the worst to the best; a script ends with the worst one that occurred.
    static let worstFirst: [ExitStatus] = [
        .notMemcached, .disconnected, .timedOut, .unauthenticated, .localFailure, .refused, .unsafe, .usage,
        .negative, .done,
    ]

    /// The worse of two.
    func worst(_ other: ExitStatus) -> ExitStatus {
        if self == other || other == .done { return self }
        return ExitStatus.worstFirst.first { $0 == self || $0 == other } ?? self
    }
}
