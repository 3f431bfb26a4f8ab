/// When a server counts as dead, and for how long. A dead server is not tried: its keys go where the selector chooses
/// next. The defaults are python-memcached's.
public struct FailurePolicy: Hashable, Sendable {
    /// How long a server is left alone after a failure (`dead_retry`). Zero or less: it may be tried again at once.
    public var deadRetry: Duration
    /// Whether the first connection after a failure begins with `flush_all` (`flush_on_reconnect`), so that values that
    /// were changed on other servers meanwhile are not found here as they were.
    public var flushesOnReconnect: Bool

    /// A policy; without arguments, python-memcached's.
    public init(deadRetry: Duration = .seconds(30), flushesOnReconnect: Bool = false) {
        self.deadRetry = deadRetry
        self.flushesOnReconnect = flushesOnReconnect
    }
}

/// What is known of one server: whether it may be tried, and whether it is to be flushed first.
///
/// An event goes in, and what it means comes out; clocks and connections are elsewhere. Each connection has a number, so
/// that what is reported late about an old one, or by several commands about the same end, does not count again.
package struct ServerHealth: Hashable, Sendable {
    /// Names one connection to the server, or one attempt to make it.
    package struct ConnectionID: Hashable, Sendable {
        fileprivate var number: Int
    }

    /// Whether the server may be tried.
    package enum Condition: Hashable, Sendable {
        case alive
        /// Not before this moment.
        case dead(until: ContinuousClock.Instant)
    }

    /// How a connection ended that was not closed on purpose.
    package enum Failure: Hashable, Sendable {
        /// It could not be made.
        case connecting
        /// It broke, fell silent or spoke nonsense while an answer was awaited.
        case conversation
        /// The server closed it while nothing was awaited: often a restart. No call has failed, and the server is not
        /// dead. (python-memcached notices in the next call, which fails, and leaves the server alone thereafter.)
        case closedWhileIdle
    }

    /// What a failure means.
    package enum Verdict: Hashable, Sendable {
        /// The server is left alone until then.
        case dead(until: ContinuousClock.Instant)
        /// The server may be tried again at once.
        case alive
        /// The report is about a connection that is not in use any more: nothing has changed.
        case outdated
    }

    /// The rules.
    package let policy: FailurePolicy
    /// Whether the next connection is to begin with `flush_all`.
    package private(set) var needsFlush = false

    private var deadUntil: ContinuousClock.Instant?
    private var connection = ConnectionID(number: 0)

    /// A server of which nothing bad is known.
    package init(policy: FailurePolicy = FailurePolicy()) { self.policy = policy }

    /// Whether the server may be tried. It is alive again at the very moment its time is up.
    package func condition(at now: @autoclosure () -> ContinuousClock.Instant) -> Condition {
        // The clock is only looked at where there is a reason: this is asked before every command.
        guard let deadUntil, deadUntil > now() else { return .alive }
        return .dead(until: deadUntil)
    }

    /// A connection is being made.
    package mutating func connecting() -> ConnectionID {
        connection.number += 1
        return connection
    }

    /// The `flush_all` that a connection began with has been answered; with what, does not matter.
    package mutating func flushed(_ id: ConnectionID) {
        if id == connection { needsFlush = false }
    }

    /// A connection has ended, or was not made, for a reason that lies with the server.
    package mutating func failed(
        _ id: ConnectionID, _ failure: Failure, at now: ContinuousClock.Instant
    ) -> Verdict {
        guard id == connection else { return .outdated }
        connection.number += 1
        if policy.flushesOnReconnect { needsFlush = true }
        guard failure != .closedWhileIdle, policy.deadRetry > .zero else { return .alive }
        // A century is as good as for ever, and does not overflow the clock.
        let until = now + min(policy.deadRetry, .seconds(3_155_760_000))
        deadUntil = until
        return .dead(until: until)
    }

    /// The connection was closed on purpose. The next one needs no flush on that account.
    package mutating func disconnected() {
        connection.number += 1
    }

    /// The server may be tried again now (`forget_dead_hosts`). A flush that is due stays due.
    package mutating func forget() {
        deadUntil = nil
    }
}
