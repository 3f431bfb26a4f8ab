/// The servers in use: sends each command to the server of its key, and queries many servers concurrently.
///
/// A pool does not change. A client whose servers are replaced creates another one.
package final class ServerPool: Sendable {
    /// The servers, in the selector's order.
    package let servers: [Server]

    /// What chooses the server of a key.
    package let selector: any ServerSelector

    private let limits: RequestLimits

    /// The server of every key, if there is only one: no selector is needed.
    private let onlyServer: Server?

    init(_ configuration: ClientConfiguration) {
        var policy = configuration.failurePolicy
        // There is no other server for its keys, so skipping it would help no caller.
        if configuration.servers.count == 1 { policy.deadRetry = .zero }
        servers = configuration.servers.map {
            Server(
                $0, policy: policy, options: configuration.connectionOptions, replyTimeout: configuration.replyTimeout,
                logger: configuration.logger)
        }
        selector = configuration.makeSelector(configuration.servers)
        // Another selector may have its own reasons to choose none.
        let tries = (selector as? PythonMemcachedSelector)?.maximumTries ?? 0
        let hasKeys = configuration.servers.allSatisfy { $0.weight > 0 }
        onlyServer = servers.count == 1 && hasKeys && tries > 0 ? servers.first : nil
        limits = configuration.limits
    }

    /// The server that a key's commands go to now: its owner, or the one that replaces it while it is marked down.
    package func server(for key: RoutingKey) -> Server? {
        selector.selectServer(for: key) { servers[$0].isAlive }.server.map { servers[$0] }
    }

    /// The server that owns a key, alive or not.
    package func owner(of key: RoutingKey) -> Server? {
        selector.choice(for: key, after: nil).map { servers[$0.server] }
    }

    /// Sends a command where its route leads, and waits for its result.
    ///
    /// A server that cannot be connected to is skipped, as python-memcached does: nothing was sent to it. After any
    /// other failure nothing is tried again.
    func execute<Request: MemcacheCommand>(_ command: Request) async throws(MemcacheError) -> Request.Outcome {
        try command.validate(within: limits)
        var walk: Walk?
        var last: MemcacheError?
        while let server = onlyServer ?? next(of: &walk, to: command.route) {
            do {
                return try await server.execute(command)
            } catch {
                guard servers.count > 1, error.leavesServerOut else { throw error }
                last = error
            }
        }
        throw last ?? noServer
    }

    /// Sends commands, each to the owner of its key: one exchange per server, with all servers concurrently.
    ///
    /// - Returns: The result of each command, in the order of the commands.
    func executeAll<Request: MemcacheCommand>(
        _ commands: [Request]
    ) async -> [Result<Request.Outcome, MemcacheError>] {
        var refused: [MemcacheError?] = []
        var sent: [Request] = []
        refused.reserveCapacity(commands.count)
        sent.reserveCapacity(commands.count)
        for command in commands {
            do throws(MemcacheError) {
                try command.validate(within: limits)
                sent.append(command)
                refused.append(nil)
            } catch {
                refused.append(error)
            }
        }
        let asked = sent
        var answers = await distribute(asked.map(\.route)) { server, members in
            await server.execute(members.map { asked[$0] })
        }.makeIterator()
        return refused.compactMap { $0.map { .failure($0) } ?? answers.next() }
    }

    /// Reads keys: one request per server, to all servers concurrently.
    ///
    /// - Parameter makeCommands: Creates the requests for the keys of one server, in the order of the keys.
    /// - Returns: The item of each key, or nil if there is none.
    func retrieve<Request: ManyKeysCommand>(
        _ keys: [Key], _ makeCommands: @escaping @Sendable ([Key]) -> [Request]
    ) async -> [Result<Item?, MemcacheError>] {
        await distribute(keys.map { .owner(of: $0) }) { server, members in
            let commands = makeCommands(members.map { keys[$0] })
            var answers: [Result<Item?, MemcacheError>] = []
            for (command, result) in zip(commands, await server.execute(commands)) {
                switch result {
                case .success(let items): answers += matched(items, to: command.keys).map { .success($0) }
                case .failure(let error) where error.mayBeOfOneKey && command.keys.count > 1:
                    answers += await Self.retrieveOneByOne(command.keys, from: server, makeCommands)
                case .failure(let error): answers += command.keys.map { _ in .failure(error) }
                }
            }
            return answers
        }
    }

    /// Reads the keys of a request that was rejected, perhaps because of only one of them: each in a request of its
    /// own.
    private static func retrieveOneByOne<Request: ManyKeysCommand>(
        _ keys: [Key], from server: Server, _ makeCommands: @escaping @Sendable ([Key]) -> [Request]
    ) async -> [Result<Item?, MemcacheError>] {
        await server.execute(keys.flatMap { makeCommands([$0]) }).map { $0.map(\.first) }
    }

    /// Divides positions among the servers that their routes lead to, and executes each server's share concurrently.
    /// The share of a server that cannot be connected to goes to its replacements: nothing of it was sent.
    private func distribute<Outcome: Sendable>(
        _ routes: [CommandRoute],
        _ body: @escaping @Sendable (Server, [Int]) async -> [Result<Outcome, MemcacheError>]
    ) async -> [Result<Outcome, MemcacheError>] {
        var results = [Result<Outcome, MemcacheError>?](repeating: nil, count: routes.count)
        var walks = routes.map { Walk(of: $0) }
        var waiting = Array(routes.indices)
        while !waiting.isEmpty {
            var groups: [Int: [Int]] = [:]
            for position in waiting {
                if let server = nextPosition(of: &walks[position]) { groups[server, default: []].append(position) }
            }
            waiting = []
            for (members, answers) in await sideBySide(groups, body) {
                for (position, result) in zip(members, answers) {
                    results[position] = result
                    if servers.count > 1, case .failure(let error) = result, error.leavesServerOut {
                        waiting.append(position)
                    }
                }
            }
            waiting.sort()
        }
        return results.map { $0 ?? .failure(noServer) }
    }

    private func sideBySide<Answer: Sendable>(
        _ groups: [Int: [Int]], _ body: @escaping @Sendable (Server, [Int]) async -> Answer
    ) async -> [([Int], Answer)] {
        if groups.count == 1, let (position, members) = groups.first {
            return [(members, await body(servers[position], members))]
        }
        return await withTaskGroup(of: ([Int], Answer).self) { group in
            for (position, members) in groups {
                let server = servers[position]
                group.addTask { (members, await body(server, members)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Sends a command to every server, concurrently.
    ///
    /// - Returns: Each server's answer, in the order of the servers; a server that is marked down is tried as well.
    func executeOnEvery<Request: MemcacheCommand>(
        _ command: Request
    ) async -> [ServerAnswer<Request.Outcome>] {
        do throws(MemcacheError) {
            try command.validate(within: limits)
        } catch {
            return servers.map { ServerAnswer(server: $0.description, result: .failure(error)) }
        }
        return await onEveryServer { server async throws(MemcacheError) in try await server.execute(command) }
    }

    /// Runs a closure for every server, concurrently.
    ///
    /// - Returns: The results, in the order of the servers; a server that is marked down is tried as well.
    package func onEveryServer<Outcome: Sendable>(
        _ body: @escaping @Sendable (Server) async throws(MemcacheError) -> Outcome
    ) async -> [ServerAnswer<Outcome>] {
        zip(servers, await ServerPool.sideBySide(servers, body)).map {
            ServerAnswer(server: $0.description, result: $1)
        }
    }

    /// Runs a closure for each of some servers, concurrently.
    ///
    /// - Returns: The results, in their order.
    package static func sideBySide<Outcome: Sendable>(
        _ servers: [Server], _ body: @escaping @Sendable (Server) async throws(MemcacheError) -> Outcome
    ) async -> [Result<Outcome, MemcacheError>] {
        await withTaskGroup(of: (Int, Result<Outcome, MemcacheError>).self) { group in
            for (position, server) in servers.enumerated() {
                group.addTask {
                    do throws(MemcacheError) {
                        return (position, .success(try await body(server)))
                    } catch {
                        return (position, .failure(error))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Lets all servers be tried again now. (python-memcached's `forget_dead_hosts`.)
    func forgetDeadServers() {
        for server in servers { server.forgetDeath() }
    }

    /// Closes all connections; the next commands create new ones. (python-memcached's `disconnect_all`.)
    func disconnect() {
        for server in servers { server.disconnect() }
    }

    /// Closes all connections permanently.
    func close() {
        for server in servers { server.close() }
    }

    /// Why there is no server for a key.
    package var noServer: MemcacheError {
        if servers.isEmpty { return MemcacheError(.noServer, "the pool has no servers") }
        let dead = servers.filter { !$0.isAlive }.map(\.address.description)
        let names = dead.prefix(3).joined(separator: ", ") + (dead.count > 3 ? " and \(dead.count - 3) more" : "")
        return MemcacheError(
            .noServer,
            dead.isEmpty
                ? "no server has keys: all weights are 0"
                : "no server that may hold the key is alive; not retried yet: \(names)")
    }
}

extension ServerPool {
    /// The servers that a command has passed on its way. Each is tried once in a row, even if it is never marked down.
    private enum Walk {
        case keyed(RoutingKey, after: ServerChoice?)
        case anywhere(next: Int)

        init(of route: CommandRoute) {
            switch route {
            case .owner(let key): self = .keyed(key.routingKey, after: nil)
            case .anyServer: self = .anywhere(next: 0)
            }
        }
    }

    /// Returns the next server on a command's way, which begins with the first call.
    @inline(never)
    private func next(of walk: inout Walk?, to route: CommandRoute) -> Server? {
        var current = walk ?? Walk(of: route)
        defer { walk = current }
        return nextPosition(of: &current).map { servers[$0] }
    }

    /// Returns the next server on the way that is alive.
    private func nextPosition(of walk: inout Walk) -> Int? {
        switch walk {
        case .keyed(let key, var previous):
            while let choice = selector.choice(for: key, after: previous) {
                previous = choice
                guard servers[choice.server].isAlive else { continue }
                walk = .keyed(key, after: choice)
                return choice.server
            }
            return nil
        case .anywhere(let start):
            guard let position = servers.indices.dropFirst(start).first(where: { servers[$0].isAlive }) else {
                return nil
            }
            walk = .anywhere(next: position + 1)
            return position
        }
    }
}

extension MemcacheError {
    /// Whether the server may have rejected a request of several keys because of one of them.
    fileprivate var mayBeOfOneKey: Bool {
        switch code {
        case .clientError, .serverError, .unavailable: true
        case .error: Refusal(kind: .error, line: Array(message.utf8)).mayBeOfOneKey
        default: false
        }
    }

    /// Whether nothing was sent because there was no connection to the server: another may be used instead.
    fileprivate var leavesServerOut: Bool {
        code == .cannotConnect || code == .connectionLost && !mayHaveTakenEffect
    }
}

/// Returns the item of each key. Servers reply in the order of the keys; routers may not.
private func matched(_ items: [Item], to keys: [Key]) -> [Item?] {
    var next = items[...]
    let inOrder = keys.map { key in next.first?.key.bytes == key.bytes ? next.popFirst() : nil }
    if next.isEmpty { return inOrder }
    var byKey = Dictionary(grouping: items.reversed(), by: \.key.bytes)
    return keys.map { byKey[$0.bytes]?.popLast() }
}

/// The answer of one server of a pool.
public struct ServerAnswer<Outcome: Sendable>: Sendable {
    /// The server.
    public var server: WeightedServer
    /// Its answer, or why there is none.
    public var result: Result<Outcome, MemcacheError>
}
