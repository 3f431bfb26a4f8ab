/// When a server is marked down, and for how long. A server that is marked down is skipped: its keys go where the
/// selector chooses next. The defaults are python-memcached's.
public struct FailurePolicy: Hashable, Sendable {
    /// How long a server stays marked down after a failure (`dead_retry`). If zero or less, it may be tried again at
    /// once.
    public var deadRetry: Duration
    /// Whether the first connection after a failure begins with `flush_all` (`flush_on_reconnect`), so that values
    /// changed on other servers in the meantime are not found here in their old state.
    public var flushesOnReconnect: Bool

    /// Creates a policy; without arguments, python-memcached's.
    public init(deadRetry: Duration = .seconds(30), flushesOnReconnect: Bool = false) {
        self.deadRetry = deadRetry
        self.flushesOnReconnect = flushesOnReconnect
    }
}

/// The state of one server: whether it may be tried, and whether it must be flushed first.
///
/// An event goes in, and its meaning comes out; clocks and connections are elsewhere. Each connection has a number, so
/// that a late report about an old one, or several reports about the same end, do not count twice.
package struct ServerHealth: Hashable, Sendable {
    /// Identifies one connection to the server, or one attempt to connect.
    package struct ConnectionID: Hashable, Sendable {
        fileprivate var number: Int
    }

    /// Whether the server may be tried.
    package enum Condition: Hashable, Sendable {
        case alive
        /// Not before this time.
        case dead(until: ContinuousClock.Instant)
    }

    /// How a connection ended that was not closed on purpose.
    package enum Failure: Hashable, Sendable {
        /// It could not be established.
        case connecting
        /// It broke, stalled or delivered invalid data while a reply was awaited.
        case conversation
        /// The server closed it while no reply was awaited: often a restart. No call has failed, and the server is not
        /// marked down. (python-memcached notices in the next call, which fails, and marks the server down after that.)
        case closedWhileIdle
    }

    /// What a failure means.
    package enum Verdict: Hashable, Sendable {
        /// The server is marked down until then.
        case dead(until: ContinuousClock.Instant)
        /// The server may be tried again at once.
        case alive
        /// The report is about a connection that is no longer in use: nothing has changed.
        case outdated
    }

    /// The rules.
    package let policy: FailurePolicy
    /// Whether the next connection must begin with `flush_all`.
    package private(set) var needsFlush = false

    private var deadUntil: ContinuousClock.Instant?
    private var connection = ConnectionID(number: 0)

    /// Creates the state of a server without failures.
    package init(policy: FailurePolicy = FailurePolicy()) { self.policy = policy }

    /// Whether the server may be tried. It is alive again exactly when its time is up.
    package func condition(at now: @autoclosure () -> ContinuousClock.Instant) -> Condition {
        // The clock is read only if there is a reason, because this is called before every command.
        guard let deadUntil, deadUntil > now() else { return .alive }
        return .dead(until: deadUntil)
    }

    /// Notes that a connection is being made, and returns its identifier.
    package mutating func connecting() -> ConnectionID {
        connection.number += 1
        return connection
    }

    /// Notes that the `flush_all` of a new connection has been answered; the answer does not matter.
    package mutating func flushed(_ id: ConnectionID) {
        if id == connection { needsFlush = false }
    }

    /// Notes that a connection has ended, or was not established, for a reason on the server's side.
    package mutating func failed(
        _ id: ConnectionID, _ failure: Failure, at now: ContinuousClock.Instant
    ) -> Verdict {
        guard id == connection else { return .outdated }
        connection.number += 1
        if policy.flushesOnReconnect { needsFlush = true }
        guard failure != .closedWhileIdle, policy.deadRetry > .zero else { return .alive }
        // A century is practically forever, and does not overflow the clock.
        let until = now + min(policy.deadRetry, .seconds(3_155_760_000))
        deadUntil = until
        return .dead(until: until)
    }

    /// Notes that the connection was closed on purpose. The next one needs no flush for that reason.
    package mutating func disconnected() {
        connection.number += 1
    }

    /// Lets the server be tried again now (`forget_dead_hosts`). A flush that is due stays due.
    package mutating func forget() {
        deadUntil = nil
    }
}
