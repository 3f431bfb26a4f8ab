import MemcacheCore

/// `where`: the owner of each key, and the servers that store it.
struct Where: OperationCommand {
    static let command = CommandDescription(
        name: "where", group: .pool,
        parameters: [.init(name: "KEY", kind: .key, isRepeated: true)],
        options: [
            .hash,
            .init(name: "--probe", argument: nil, summary: "ask every server which of them has the key"),
        ],
        summary: "show which server a key belongs to",
        details: """
            The owner is the server that the application's client chooses while all are alive; where that one is dead, \
            the server that stands in for it is named too. --probe asks all servers, without marking the item as read; \
            it needs memcached 1.6.10 or newer.
            """,
        examples: [
            .init(line: "where user:42", meaning: "its hash and its server"),
            .init(line: "where user:42 --probe", meaning: "and which server really has it"),
        ],
        cost: "Nothing; with --probe one request of O(1) to every server for each key.",
        wireForm: "nothing; with --probe, mg KEY u to every server")
    static let presence = Presence.paged

    private static let columns = [
        Column("key", .key), Column("hash", .number), Column("server"), Column("stand_in", in: [.json, .table]),
    ]

    private let keys: [[UInt8]]
    private let prefix: [UInt8]
    private let hash: RoutingNumber?
    private let probes: Bool

    init(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder
    ) throws(Diagnostic) {
        keys = try builder.keys(arguments, bytes)
        prefix = builder.prefix
        hash = arguments.hash
        probes = arguments.has("--probe")
    }

    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError) {
        let pool = fleet.client.pool
        let wireKeys = keys.compactMap { Key(prefix: prefix, $0, routedBy: hash) }
        // First, because it reveals which servers are down.
        let holders = probes ? await self.holders(of: wireKeys, fleet, &output) : nil
        var rows = output.rows(RowDescription(Self.columns + (probes ? [Column("found_on", .list)] : [])))
        var out: [UInt8] = []
        rows.begin(to: &out)
        for (index, (bytes, key)) in zip(keys, wireKeys).enumerated() {
            guard let choice = pool.selector.choice(for: key.routingKey, after: nil) else {
                return output.report("no server has keys: all weights are 0", code: "no-server", .negative)
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
                if holders[index].isEmpty { output.note(.negative) }
            }
            rows.append(location.cells, sentence: location.sentence, to: &out)
        }
        rows.finish(to: &out)
        output.write(out)
    }

    /// The servers that store each key.
    private func holders(of keys: [Key], _ fleet: Fleet, _ output: inout OperationOutput) async -> [[String]] {
        let answers = await fleet.each(for: "where --probe") { server async throws(MemcacheError) in
            var isThere: [Bool] = []
            let results = await server.execute(keys.map { Command.MetaGet($0, [.withoutBump]) })
            await WinTokens.giveBack(of: results, for: keys, on: server)
            for result in results { isThere.append(try result.get().status == .done) }
            return isThere
        }
        let found = output.values(of: answers, keys: keys.count > 1 ? self.keys : [])
        return keys.indices.map { index in found.filter { $0.value[index] }.map(\.server) }
    }
}
