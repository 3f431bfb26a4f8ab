import MemcacheCore
import Testing

@testable import mcsh

/// Choosing among servers from what is known about them.
@Suite struct PoolRouteTests {
    /// Every key belongs to the first server; the others stand in, in their order.
    private struct InOrder: ServerSelector {
        let servers: Int

        func choice(for key: Span<UInt8>, after previous: ServerChoice?) -> ServerChoice? { next(previous) }

        func choice(for number: RoutingNumber, after previous: ServerChoice?) -> ServerChoice? { next(previous) }

        private func next(_ previous: ServerChoice?) -> ServerChoice? {
            let position = previous.map { $0.server + 1 } ?? 0
            return position < servers ? ServerChoice(server: position, tries: position + 1) : nil
        }
    }

    /// A clock that the test sets.
    private final class Clock: @unchecked Sendable {
        var time = Duration.zero
    }

    private let clock = Clock()

    private func route(to servers: Int = 3) -> PoolRoute {
        PoolRoute(
            servers: servers, selector: InOrder(servers: servers), noServerError: MemcacheError(.noServer, "none"),
            now: { [clock] in clock.time })
    }

    private func choice(_ route: PoolRoute, line: Int = 1) -> PoolRoute.Choice {
        let choices = [nil, RoutingNumber(7)].map { number in
            let key = Array("k".utf8)
            return route.choice(for: key.span, number, line: line)
        }
        #expect(choices[0] == choices[1])
        return choices[0]
    }

    @Test func `a single server has every key, and needs no connection first`() {
        #expect(choice(PoolRoute()) == .server(0))
        #expect(!PoolRoute().isPool)
    }

    @Test func `the owner must be known to be reachable`() {
        var route = route()
        #expect(choice(route) == .unknown(0))
        route.setReached(0)
        #expect(choice(route) == .server(0))
        route.forgetReach(0)
        #expect(choice(route) == .unknown(0))
    }

    @Test func `another server stands in for one that is skipped, once it is known to be reachable`() {
        var route = route()
        route.skip(0, until: .seconds(30), line: 1)
        #expect(choice(route) == .unknown(1))
        route.setReached(1)
        #expect(choice(route) == .server(1))
        route.skip(1, until: .seconds(30), line: 1)
        route.skip(2, until: .seconds(30), line: 1)
        #expect(choice(route) == .nowhere)
        #expect(route.reachesNone)
    }

    @Test func `a skipped server is tried again when its time is over, but not for the same line`() {
        var route = route()
        route.setReached(1)
        route.skip(0, until: .seconds(30), line: 1)
        clock.time = .seconds(29)
        #expect(choice(route, line: 2) == .server(1))
        clock.time = .seconds(30)
        #expect(choice(route, line: 1) == .server(1))
        #expect(choice(route, line: 2) == .unknown(0))
    }

    @Test(arguments: [
        (ServerVersion(1, 6, 10), true), (ServerVersion(1, 6, 9), false), (ServerVersion(1, 4, 39), false),
    ])
    func `a version says whether there are meta commands, until they turn out not to arrive`(
        version: ServerVersion, hasMetaCommands: Bool
    ) {
        var route = route()
        #expect(route.servers.map(\.hasMetaCommands) == [nil, nil, nil])
        route.learn(version, of: 1)
        #expect(route.servers.map(\.hasMetaCommands) == [nil, hasMetaCommands, nil])
        route.forgetMetaCommands()
        #expect(route.servers.map(\.hasMetaCommands) == [false, false, false])
    }
}
