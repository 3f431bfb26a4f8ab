import MemcacheCore

/// Chooses as the pool does: the owner of the key, or its stand-in while the owner is down.
///
/// A server is connected to before anything is planned for it, so that its keys go to another one if it is unreachable.
/// It belongs to the main thread, which waits.
final class PoolRouter: KeyRouter {
    private enum Reach {
        case unknown
        case connecting(Connection)
        case reached
        /// Skipped until then, and for the rest of the line that it was tried for.
        case unreachable(until: ContinuousClock.Instant, line: Int)
    }

    private let pool: ServerPool
    /// Called for each server that cannot be connected to, with the line whose keys it would have had.
    private let whenUnreachable: (MemcacheError, _ line: Int) -> Void
    private var reach: [Reach]
    private var versions: [ServerVersion?]
    /// The line being planned.
    var line = 0
    /// Whether the first key starts connecting to all servers: a script will use them all.
    var connectsAhead = false

    init(_ pool: ServerPool, whenUnreachable: @escaping (MemcacheError, _ line: Int) -> Void) {
        self.pool = pool
        self.whenUnreachable = whenUnreachable
        reach = Array(repeating: .unknown, count: pool.servers.count)
        versions = Array(repeating: nil, count: pool.servers.count)
    }

    var noServerError: MemcacheError { pool.noServer }

    /// Whether no server at all can be connected to.
    var reachesNobody: Bool {
        reach.allSatisfy { if case .unreachable = $0 { true } else { false } }
    }

    var serverCount: Int { pool.servers.count }

    func server(for key: Span<UInt8>, _ number: RoutingNumber?) -> Int? {
        if let number { return pool.selector.selectServer(for: number, isUsable: canReach).server }
        // Nearly always the first choice is available.
        if let first = pool.selector.choice(for: key, after: nil), case .reached = reach[first.server] {
            return first.server
        }
        return pool.selector.selectServer(for: key, isUsable: canReach).server
    }

    func prepare(for key: Span<UInt8>, _ number: RoutingNumber?) {
        let selection =
            number.map { pool.selector.selectServer(for: $0, isUsable: mayBeReached) }
            ?? pool.selector.selectServer(for: key, isUsable: mayBeReached)
        if let position = selection.server { begin(position) }
    }

    func everyServer() -> [Int] {
        // A skipped server is tried nevertheless: nothing else can stand in for it here.
        reach = Array(repeating: .unknown, count: reach.count)
        for position in reach.indices { begin(position) }
        return reach.indices.filter { connect(to: $0, isForKeys: false) }
    }

    func learnVersions(of positions: Set<Int>) {
        let asked = positions.sorted().filter { versions[$0] == nil }
        guard !asked.isEmpty else { return }
        let servers = asked.map { pool.servers[$0] }
        let answers = Blocking.wait { () async throws(MemcacheError) in
            await ServerPool.sideBySide(servers) { server async throws(MemcacheError) in
                try await server.execute(Command.Version())
            }
        }
        guard case .success(let results) = answers else { return }
        for (position, result) in zip(asked, results) {
            switch result {
            case .success(let version): versions[position] = version
            case .failure(let error): leave(position, error, isForKeys: true)
            }
        }
    }

    func hasMetaCommands(_ position: Int) -> Bool {
        versions[position].map { $0 >= ServerVersion(1, 6, 10) } ?? true
    }

    /// Records that a server does not know the meta commands, whatever its version says.
    func forgetMetaCommands(_ position: Int) { versions[position] = ServerVersion(0, 0, 0) }

    /// Forgets what may have changed: no requests are outstanding.
    func forgetReached() {
        for position in reach.indices {
            switch reach[position] {
            case .reached: reach[position] = .unknown
            case .unreachable where pool.servers[position].isAlive: reach[position] = .unknown
            case .unreachable, .connecting, .unknown: break
            }
        }
    }

    private func mayBeReached(_ position: Int) -> Bool {
        switch reach[position] {
        case .reached, .connecting: true
        case .unreachable(let moment, let line) where moment > .now || line == self.line: false
        case .unreachable, .unknown: pool.servers[position].isAlive
        }
    }

    private func canReach(_ position: Int) -> Bool {
        switch reach[position] {
        case .reached: return true
        case .connecting: return connect(to: position, isForKeys: true)
        case .unreachable, .unknown:
            guard mayBeReached(position) else { return false }
            if connectsAhead {
                for other in reach.indices where mayBeReached(other) { begin(other) }
            }
            return connect(to: position, isForKeys: true)
        }
    }

    /// Starts connecting.
    private func begin(_ position: Int) {
        guard case .unknown = reach[position], let connection = try? pool.servers[position].connection() else { return }
        reach[position] = .connecting(connection)
    }

    /// Waits until a server is connected.
    private func connect(to position: Int, isForKeys: Bool) -> Bool {
        do throws(MemcacheError) {
            var connection: Connection
            if case .connecting(let begun) = reach[position] {
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
            reach[position] = .reached
            return true
        } catch  where error.code == .localResource {
            // The server may be well, and its keys belong to no other server: the command that needs it fails.
            reach[position] = .unknown
            return true
        } catch {
            leave(position, error, isForKeys: isForKeys)
            return false
        }
    }

    /// Skips a server, and reports why.
    private func leave(_ position: Int, _ reason: MemcacheError, isForKeys: Bool) {
        var until = ContinuousClock.now
        if case .dead(let moment) = pool.servers[position].condition() { until = moment }
        reach[position] = .unreachable(until: until, line: line)
        var error = reason
        error.mayHaveTakenEffect = false
        if isForKeys { error.message += "; its keys go to other servers" }
        whenUnreachable(error, line)
    }
}
