import MemcacheCore

/// Commands about the servers themselves.
extension Shell {
    /// `servers`: the state of each.
    func showServers(_ format: OutputFormat) {
        let pool = client.pool
        let answers = everyAnswer {
            await pool.onEveryServer { server async throws(MemcacheError) in await Shell.report(on: server) }
        }
        let reports = answers.compactMap { try? $0.result.get() }
        for report in reports where report.state != .alive { session.note(report.error?.exitStatus ?? .disconnected) }
        session.output.write(ServerReport.rendered(reports, format, style: session.presentation.style))
    }

    /// `where`: the owner of each key, and who has it.
    func locate(_ keys: [[UInt8]], hash: RoutingNumber?, probes: Bool, _ format: OutputFormat) {
        let pool = client.pool
        let wireKeys = keys.compactMap { wireKey($0, hash) }
        // First, for it shows which servers are dead.
        let holders = probes ? self.holders(of: wireKeys) : nil
        var locations: [KeyLocation] = []
        for (index, (bytes, key)) in zip(keys, wireKeys).enumerated() {
            guard let choice = pool.selector.choice(for: key.routingKey, after: nil) else {
                session.note(.negative)
                session.tell("no server has keys: all weights are 0", code: "no-server", line: builder.line)
                return
            }
            let owner = pool.servers[choice.server]
            var location = KeyLocation(
                key: bytes, hash: hash.map(\.description) ?? "\(choice.state)", server: owner.address.description)
            if !owner.isAlive {
                location.isOwnerDead = true
                location.standIn = pool.server(for: key.routingKey)?.address.description
            }
            if let holders {
                location.found = holders[index]
                if holders[index].isEmpty { session.note(.negative) }
            }
            locations.append(location)
        }
        session.output.write(KeyLocation.rendered(locations, format, style: session.presentation.style))
    }

    /// A key as it goes over the wire.
    func wireKey(_ bytes: [UInt8], _ hash: RoutingNumber?) -> Key? {
        guard let key = try? Key(builder.prefix + bytes) else { return nil }
        return hash.map { key.routed(by: $0) } ?? key
    }

    /// The servers that have each key.
    private func holders(of keys: [Key]) -> [[String]] {
        let pool = client.pool
        let answers = everyAnswer {
            await pool.onEveryServer { server async throws(MemcacheError) in
                var isThere: [Bool] = []
                let results = await server.execute(keys.map { MetaGet($0, [.withoutBump]) })
                await WinTokens.giveBack(of: results, for: keys, on: server)
                for result in results {
                    isThere.append(try result.get().status == .done)
                }
                return isThere
            }
        }
        let found = answers.compactMap { answer in
            success(
                of: answer, keys: keys.count > 1 ? keys.map { Array($0.bytes.dropFirst(builder.prefix.count)) } : []
            )
            .map { (server: answer.server.address.description, isThere: $0) }
        }
        return keys.indices.map { index in found.filter { $0.isThere[index] }.map(\.server) }
    }

    /// `use`: other servers from here on.
    ///
    /// Lines that follow in a script are meant for those servers, and for no others: without them it ends.
    func use(_ names: [String]) -> Flow {
        do throws(OptionFault) {
            try catalog.reload()
            connect(to: try catalog.resolve(names))
            if let note = selectionNote, !behaviour.isQuiet {
                session.tell("note: \(note)", code: "note", line: builder.line)
            }
            return .next
        } catch {
            session.note(error.status)
            session.tell(error.sentence, code: error.code, line: builder.line)
            return session.script == nil && keepsGoing ? .next : .stop(status: nil)
        }
    }

    /// What there is to say about the servers that were chosen: that they are production, and the pool whose settings hold
    /// for servers that were named directly.
    private var selectionNote: String? {
        let name = EscapedText.string(Array(selection.name.utf8))
        let ask = behaviour.canAsk ? "; dangerous commands ask you to type its name" : ""
        guard let pool = selection.listingPools.first else {
            return selection.isProduction ? "\(name) is production\(ask)" : nil
        }
        var marks = [selection.isProduction ? "production" : nil, selection.isReadOnly ? "read-only" : nil]
            .compactMap(\.self)
        if !selection.prefix.isEmpty { marks.append("prefix \(EscapedText.string(selection.prefix))") }
        guard !marks.isEmpty else { return nil }
        let others = selection.listingPools.dropFirst().map { ", @\($0)" }.joined()
        return
            "\(name) is listed in @\(pool)\(others): \(marks.joined(separator: ", "))\(selection.isProduction ? ask : "")"
    }

    /// Runs something on every server, while the main thread waits.
    func everyAnswer<Outcome: Sendable>(
        _ body: @escaping @Sendable () async -> [ServerAnswer<Outcome>]
    ) -> [ServerAnswer<Outcome>] {
        waitFor { () async throws(MemcacheError) in await body() } ?? []
    }

    /// What a server answered; nil where it has been told why it did not.
    ///
    /// - Parameter keys: The keys that it was asked about, where there are several.
    func success<Outcome>(of answer: ServerAnswer<Outcome>, keys: [[UInt8]] = []) -> Outcome? {
        switch answer.result {
        case .success(let outcome):
            // What answers is alive, whatever was known of it.
            for server in client.pool.servers where server.description == answer.server && !server.isAlive {
                server.forgetDeath()
            }
            return outcome
        case .failure(let error):
            let name = answer.server.address.description
            let error = explained(error, server: name, command: "this command")
            session.note(error.exitStatus)
            session.tell(error, line: builder.line, server: name, keys: keys)
            return nil
        }
    }

    private static func report(on server: Server) async -> ServerReport {
        var report = ServerReport(
            server: server.address.description, weight: server.description.weight, state: .alive)
        if let state = deadState(of: server) {
            report.state = state
            return report
        }
        do throws(MemcacheError) {
            let trip = try await RoundTrip(to: server)
            report.version = trip.version.text
            report.microseconds = trip.microseconds
            report.items = StatisticsReading(try await server.execute(Statistics())).number("curr_items")
        } catch {
            report.state = deadState(of: server) ?? .failing
            report.error = error
        }
        return report
    }

    private static func deadState(of server: Server) -> ServerReport.State? {
        guard case .dead(let until) = server.condition() else { return nil }
        let left = (until - .now).components
        return .dead(seconds: max(1, left.seconds + (left.attoseconds > 0 ? 1 : 0)))
    }
}
