import MemcacheCore

/// Finds out what planning needs to know about the servers of a pool: connects to them, and asks for their versions.
///
/// A server is connected to before anything is planned for it, so that its keys go to another one if it is unreachable.
/// What was found out is recorded in the ``PoolRoute`` that chooses among the servers. It belongs to the main thread,
/// which waits.
final class Reachability {
    private let pool: ServerPool
    private let session: Session
    /// The connections that are being established.
    private var connecting: [Connection?]
    /// The servers that were dead before they were needed, and are skipped without having been tried.
    private var untried: Set<Int> = []
    /// The servers that count as reached for the line being planned only.
    private var assumed: [Int] = []
    /// Whether the first key starts connecting to all servers: a script will use them all.
    var connectsAhead = false

    private static let reference = ContinuousClock.now

    init(_ pool: ServerPool, session: Session) {
        self.pool = pool
        self.session = session
        connecting = Array(repeating: nil, count: pool.servers.count)
    }

    /// A route to the servers, about which nothing is known yet.
    func makeRoute() -> PoolRoute {
        guard pool.servers.count > 1 else { return PoolRoute() }
        return PoolRoute(
            servers: pool.servers.count, selector: pool.selector, noServerError: pool.noServer,
            now: { Reachability.reference.duration(to: .now) })
    }

    /// Finds out what a line needs, or as much of it as determines what it needs next.
    func find(_ need: ServerNeed, for line: Int, _ route: inout PoolRoute) {
        switch need {
        case .connections(let positions): connect(positions, for: line, &route)
        case .everyServer: connectAll(for: line, &route)
        case .versions(let positions): learnVersions(of: positions, for: line, &route)
        }
    }

    /// Forgets what is only true for the line that has been planned.
    func endLine(_ route: inout PoolRoute) {
        for position in assumed { route.forgetReach(position) }
        assumed.removeAll()
        route.everyServer = nil
    }

    /// Forgets what may have changed: no requests are outstanding.
    func forgetReached(_ route: inout PoolRoute) {
        guard route.isPool else { return }
        for position in route.servers.indices {
            switch route.servers[position].reach {
            case .reached: route.forgetReach(position)
            case .skipped where pool.servers[position].isAlive: route.forgetReach(position)
            case .skipped, .unknown: break
            }
        }
    }

    /// Forgets that servers were dead which an operation has found alive.
    func forgetRevived(_ route: inout PoolRoute) {
        for position in untried where pool.servers[position].isAlive {
            untried.remove(position)
            if route.servers[position].reach == .skipped { route.forgetReach(position) }
        }
    }

    /// Starts connecting to a server that will be needed, without waiting.
    func prepare(_ position: Int, _ route: borrowing PoolRoute) {
        if pool.servers[position].isAlive { begin(position, route) }
    }

    private func begin(_ position: Int, _ route: borrowing PoolRoute) {
        guard route.servers[position].reach == .unknown, connecting[position] == nil else { return }
        connecting[position] = try? pool.servers[position].connection()
    }

    // MARK: Connections

    private func connect(_ positions: [Int], for line: Int, _ route: inout PoolRoute) {
        var hasDead = false
        for position in positions {
            guard connecting[position] == nil, case .dead(let moment) = pool.servers[position].condition() else {
                continue
            }
            skip(position, until: moment, for: line, &route)
            untried.insert(position)
            hasDead = true
        }
        // The keys of a dead server may need another one before those that follow.
        if hasDead { return }
        if connectsAhead {
            for other in route.servers.indices
            where !route.isSkipped(other, line: line) && pool.servers[other].isAlive { begin(other, route) }
        }
        for position in positions { begin(position, route) }
        for position in positions {
            guard connect(to: position, for: line, isForKeys: true, &route) else { return }
        }
    }

    private func connectAll(for line: Int, _ route: inout PoolRoute) {
        // A skipped server is tried anyway, because no other server can replace it here.
        for position in route.servers.indices {
            route.forgetReach(position)
            connecting[position] = nil
            begin(position, route)
        }
        route.everyServer = route.servers.indices.filter {
            connect(to: $0, for: line, isForKeys: false, &route)
        }
    }

    /// Waits until a server is connected.
    private func connect(to position: Int, for line: Int, isForKeys: Bool, _ route: inout PoolRoute) -> Bool {
        let begun = connecting[position]
        connecting[position] = nil
        do throws(MemcacheError) {
            var connection: Connection
            if let begun {
                connection = begun
            } else {
                connection = try pool.servers[position].connection()
            }
            do throws(MemcacheError) {
                try Blocking.wait(untilOpen: connection)
            } catch  where error.code == .connectionLost {
                // It had been connected before, and was closed while idle: that is a restart, not a failure.
                connection = try pool.servers[position].connection()
                try Blocking.wait(untilOpen: connection)
            }
            route.setReached(position)
            return true
        } catch  where error.code == .localResource {
            // The server may be well, and its keys belong to no other server: the command that needs it fails.
            route.setReached(position)
            assumed.append(position)
            return true
        } catch {
            leave(position, error, for: line, isForKeys: isForKeys, &route)
            return false
        }
    }

    /// Skips a server, and reports why.
    private func leave(
        _ position: Int, _ reason: MemcacheError, for line: Int, isForKeys: Bool, _ route: inout PoolRoute
    ) {
        var until = ContinuousClock.now
        if case .dead(let moment) = pool.servers[position].condition() { until = moment }
        skip(position, until: until, for: line, &route)
        var error = reason
        error.mayHaveTakenEffect = false
        if isForKeys { error.message += "; its keys go to other servers" }
        session.report(error, line: line, server: "")
    }

    private func skip(
        _ position: Int, until moment: ContinuousClock.Instant, for line: Int, _ route: inout PoolRoute
    ) {
        untried.remove(position)
        route.skip(position, until: Reachability.reference.duration(to: moment), line: line)
        route.noServerError = pool.noServer
    }

    // MARK: Versions

    /// Asks servers for their versions concurrently.
    private func learnVersions(of positions: [Int], for line: Int, _ route: inout PoolRoute) {
        let servers = positions.map { pool.servers[$0] }
        let answers = Blocking.wait { () async throws(MemcacheError) in
            await ServerPool.sideBySide(servers) { server async throws(MemcacheError) in
                try await server.execute(Command.Version())
            }
        }
        guard case .success(let results) = answers else {
            for position in positions { route.assumeMetaCommands(of: position) }
            return
        }
        for (position, result) in zip(positions, results) {
            switch result {
            case .success(let version): route.learn(version, of: position)
            case .failure(let error): leave(position, error, for: line, isForKeys: true, &route)
            }
        }
    }
}
