import MemcacheCore
import Testing

@Suite struct FailurePolicyTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func `the defaults are python-memcached's`() {
        #expect(FailurePolicy() == FailurePolicy(deadRetry: .seconds(30), flushesOnReconnect: false))
    }

    @Test func `a server that cannot be connected to is marked down for 30 seconds`() {
        var server = ServerHealth()
        #expect(server.condition(at: at(0)) == .alive)
        let first = server.connecting()
        #expect(server.failed(first, .connecting, at: at(3)) == .dead(until: at(33)))
        #expect(server.condition(at: at(3)) == .dead(until: at(33)))
        #expect(server.condition(at: at(32.9)) == .dead(until: at(33)))
        #expect(server.condition(at: at(33)) == .alive)
        // It is tried again, and fails again.
        let second = server.connecting()
        #expect(server.failed(second, .connecting, at: at(40)) == .dead(until: at(70)))
        #expect(server.condition(at: at(69)) == .dead(until: at(70)))
        // And comes back.
        #expect(server.condition(at: at(71)) == .alive)
        _ = server.connecting()
        #expect(!server.needsFlush)
        #expect(server.condition(at: at(71)) == .alive)
    }

    @Test func `a broken connection marks a server down once, whatever is reported afterwards`() {
        var server = ServerHealth(policy: FailurePolicy(deadRetry: .seconds(1)))
        let first = server.connecting()
        #expect(server.failed(first, .conversation, at: at(0)) == .dead(until: at(1)))
        // Other commands on the same connection fail too, a little later.
        #expect(server.failed(first, .conversation, at: at(0.5)) == .outdated)
        #expect(server.condition(at: at(1)) == .alive)
        let second = server.connecting()
        // The last of them, when a new connection is in use already.
        #expect(server.failed(first, .conversation, at: at(2)) == .outdated)
        #expect(server.condition(at: at(2)) == .alive)
        #expect(server.failed(second, .conversation, at: at(3)) == .dead(until: at(4)))
    }

    @Test func `a connection that the server closes while idle fails no call`() {
        var server = ServerHealth(policy: FailurePolicy(flushesOnReconnect: true))
        let first = server.connecting()
        #expect(server.failed(first, .closedWhileIdle, at: at(5)) == .alive)
        #expect(server.condition(at: at(5)) == .alive)
        #expect(server.needsFlush)
        // The next one cannot be established: now the server is dead.
        let second = server.connecting()
        #expect(server.failed(second, .connecting, at: at(6)) == .dead(until: at(36)))
    }

    @Test func `forgetting lets a dead server be tried at once`() {
        var server = ServerHealth(policy: FailurePolicy(flushesOnReconnect: true))
        let first = server.connecting()
        #expect(server.failed(first, .conversation, at: at(0)) == .dead(until: at(30)))
        server.forget()
        #expect(server.condition(at: at(0)) == .alive)
        #expect(server.needsFlush)
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func `without a retry time a server is never dead`(deadRetry: Duration) {
        var server = ServerHealth(policy: FailurePolicy(deadRetry: deadRetry, flushesOnReconnect: true))
        let first = server.connecting()
        #expect(server.failed(first, .conversation, at: at(0)) == .alive)
        #expect(server.condition(at: at(0)) == .alive)
        #expect(server.needsFlush)
    }

    @Test func `a retry time of any length does not overflow the clock`() {
        var server = ServerHealth(policy: FailurePolicy(deadRetry: .seconds(Int64.max)))
        let first = server.connecting()
        guard case .dead(let until) = server.failed(first, .connecting, at: at(0)) else {
            Issue.record("the server is alive")
            return
        }
        #expect(until > at(86_400 * 365))
    }

    @Test func `a flush is due after a failure until it is answered`() {
        var server = ServerHealth(policy: FailurePolicy(deadRetry: .zero, flushesOnReconnect: true))
        let first = server.connecting()
        #expect(!server.needsFlush)
        #expect(server.failed(first, .conversation, at: at(0)) == .alive)
        let second = server.connecting()
        #expect(server.needsFlush)
        // The flush hangs; the connection is closed.
        #expect(server.failed(second, .conversation, at: at(3)) == .alive)
        #expect(server.needsFlush)
        let third = server.connecting()
        server.flushed(second)
        #expect(server.needsFlush)
        server.flushed(third)
        #expect(!server.needsFlush)
    }

    @Test func `a disconnect on purpose requires no flush and marks no server down`() {
        var server = ServerHealth(policy: FailurePolicy(flushesOnReconnect: true))
        let first = server.connecting()
        server.disconnected()
        // Commands waiting on the connection fail now.
        #expect(server.failed(first, .conversation, at: at(0)) == .outdated)
        #expect(server.condition(at: at(0)) == .alive)
        #expect(!server.needsFlush)
    }

    @Test func `a disconnect on purpose does not cancel a flush that is due`() {
        var server = ServerHealth(policy: FailurePolicy(deadRetry: .zero, flushesOnReconnect: true))
        let first = server.connecting()
        #expect(server.failed(first, .conversation, at: at(0)) == .alive)
        _ = server.connecting()
        server.disconnected()
        #expect(server.needsFlush)
    }

    @Test func `a policy without flushing never requires a flush`() {
        var server = ServerHealth()
        let first = server.connecting()
        #expect(server.failed(first, .conversation, at: at(0)) == .dead(until: at(30)))
        #expect(!server.needsFlush)
    }

    /// The recorded calls where no server listens, and which servers are dead afterwards.
    @Test(arguments: RoutingVectors.wire)
    func `the servers that a call tried in vain are marked down as in python-memcached`(document: VectorValue) {
        let cases = document["dead"].items
        #expect(cases.count >= 12)
        for call in cases {
            let recorded = call["marked_dead"].items.compactMap(\.boolean)
            var servers = recorded.map { _ in ServerHealth() }
            let selector = PythonMemcachedSelector(weights: recorded.map { _ in 1 })
            func connect(_ server: Int) -> Bool {
                if servers[server].condition(at: start) == .alive {
                    let connection = servers[server].connecting()
                    _ = servers[server].failed(connection, .connecting, at: start)
                }
                return false
            }
            let keys = call["args"][0]
            if let key = keys.text {
                #expect(selector.selectServer(for: Array(key.utf8).span, isUsable: connect).server == nil)
            } else if keys == .null {
                for server in servers.indices { _ = connect(server) }
            } else {
                let several = keys.items + keys["items"].items.map { $0[0] }
                #expect(!several.isEmpty)
                for key in several {
                    #expect(selector.selectServer(for: key.bytes.span, isUsable: connect).server == nil)
                }
            }
            #expect(servers.map { $0.condition(at: start) != .alive } == recorded, "\(call["call"])")
        }
    }
}
