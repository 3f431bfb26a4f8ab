import MemcacheCore
import Testing

@testable import mcsh

/// Chooses the server by the first digit of a key, or by a number directly; there are no stand-ins.
private struct DigitSelector: ServerSelector {
    let servers: Int

    func choice(for key: Span<UInt8>, after previous: ServerChoice?) -> ServerChoice? {
        let text = String(decoding: key.copy(0..<key.count), as: UTF8.self)
        return choice(text.first(where: \.isNumber)?.wholeNumberValue ?? 0, previous)
    }

    func choice(for number: RoutingNumber, after previous: ServerChoice?) -> ServerChoice? {
        choice(Int(number.description) ?? 0, previous)
    }

    private func choice(_ digit: Int, _ previous: ServerChoice?) -> ServerChoice? {
        previous == nil ? ServerChoice(server: digit % servers, tries: 1) : nil
    }
}

/// Three servers, as a session finds them.
private struct DigitServers {
    /// Servers that cannot be reached.
    var unreachable: Set<Int> = []
    /// Servers that are too old for the meta commands.
    var old: Set<Int> = []

    func lines(format: OutputFormat = .plain, prefix: String = "") -> PlannedLines {
        PlannedLines(
            format: format, prefix: prefix,
            route: PoolRoute(
                servers: 3, selector: DigitSelector(servers: 3),
                noServerError: MemcacheError(.noServer, "nobody is there"), now: { .zero }),
            find: find)
    }

    private func find(_ need: ServerNeed, line: Int, route: inout PoolRoute) {
        switch need {
        case .connections(let positions):
            for position in positions { find(position, line: line, &route) }
        case .everyServer:
            for position in 0..<3 { find(position, line: line, &route) }
            route.everyServer = (0..<3).filter { !unreachable.contains($0) }
        case .versions(let positions):
            for position in positions {
                route.learn(old.contains(position) ? ServerVersion(1, 4, 39) : ServerVersion(1, 6, 45), of: position)
            }
        }
    }

    private func find(_ position: Int, line: Int, _ route: inout PoolRoute) {
        if unreachable.contains(position) {
            route.skip(position, until: .seconds(30), line: line)
        } else {
            route.setReached(position)
        }
    }
}

/// Lines become requests to the servers of their keys.
@Suite struct PoolPlannerTests {
    private static func round(
        _ lines: [String], prefix: String = "", format: OutputFormat = .plain, servers: DigitServers = DigitServers()
    ) throws -> PoolBatch {
        var planned = servers.lines(format: format, prefix: prefix)
        for (index, line) in lines.enumerated() {
            planned.builder.line = index + 1
            _ = try planned.plan(line)
        }
        return planned.builder.takeRound()
    }

    private static func requests(_ round: PoolBatch) -> [String] {
        round.batches.map { String(decoding: $0.encoder.bytes, as: UTF8.self) }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var lines: [String]
        var requests: [String]
        var owners: [Int]
        var testDescription: String { lines.joined(separator: "; ") }
    }

    @Test(arguments: [
        Case(lines: ["get k0 k1 k2"], requests: ["get k0\r\n", "get k1\r\n", "get k2\r\n"], owners: [0, 1, 2]),
        Case(
            lines: ["get k0 k2 x0 k1 x0"], requests: ["get k0 x0 x0\r\n", "get k1\r\n", "get k2\r\n"],
            owners: [0, 2, 0, 1, 0]),
        Case(
            lines: ["get k0", "get k1", "get x0", "get x1"], requests: ["get k0 x0\r\n", "get k1 x1\r\n", ""],
            owners: [0, 1, 0, 1]),
        // A write to another server does not split a run of reads; one to the same server does.
        Case(
            lines: ["get k0", "set k1 v", "get x0"], requests: ["get k0 x0\r\n", "set k1 0 0 1\r\nv\r\n", ""],
            owners: [0, 1, 0]),
        Case(
            lines: ["get k0", "set y0 v", "get x0"], requests: ["get k0\r\nset y0 0 0 1\r\nv\r\nget x0\r\n", "", ""],
            owners: [0, 0, 0]),
        Case(
            lines: ["gat 9 k0 k1 x0", "get y0"],
            requests: ["gat 9 k0 x0\r\nversion\r\nget y0\r\n", "gat 9 k1\r\n", ""],
            owners: [0, 1, 0, 0]),
        Case(
            lines: ["mset k0 a k1 b x0 c"],
            requests: ["set k0 0 0 1\r\na\r\nset x0 0 0 1\r\nc\r\n", "set k1 0 0 1\r\nb\r\n", ""], owners: [0, 1, 0]),
        Case(
            lines: ["delete k0 k1", "touch k1 k2 60"],
            requests: ["delete k0\r\n", "delete k1\r\ntouch k1 60\r\n", "touch k2 60\r\n"], owners: [0, 1, 1, 2]),
        Case(
            lines: ["incr k1 5", "mg k2 v", "exists k0 k1"],
            requests: ["mg k0 u\r\n", "incr k1 5\r\nmg k1 u\r\n", "mg k2 v\r\n"], owners: [1, 2, 0, 1]),
    ])
    func `each key goes to its server, and the order of the lines is kept`(_ example: Case) throws {
        let round = try Self.round(example.lines)
        #expect(Self.requests(round) == example.requests)
        #expect(round.owners == example.owners)
        #expect(round.batches.map(\.commands.count).reduce(0, +) == example.owners.count)
    }

    @Test func `a run of silent commands has a fence on each server that has any`() throws {
        let round = try Self.round(["set k0 v --noreply", "delete k1 x0 --noreply", "set y1 w --noreply", "get k1"])
        #expect(
            Self.requests(round) == [
                "set k0 0 0 1 noreply\r\nv\r\ndelete x0 noreply\r\nversion\r\n",
                "delete k1 noreply\r\nset y1 0 0 1 noreply\r\nw\r\nversion\r\nget k1\r\n", "",
            ])
        #expect(round.batches.map(\.shapes) == [[.untilFence], [.untilFence, .value], []])
        #expect(round.owners == [0, 1, 0, 1, 1])
    }

    @Test func `the number of --hash chooses instead of every key`() throws {
        let round = try Self.round(["get k0 k1 --hash 2", "set k0 v --hash 4", "delete k2 --hash 1"])
        #expect(Self.requests(round) == ["", "set k0 0 0 1\r\nv\r\ndelete k2\r\n", "get k0 k1\r\n"])
        #expect(round.owners == [2, 2, 1, 1])
    }

    @Test func `a prefix goes over the wire, and is not a part of the key that is shown`() throws {
        let round = try Self.round(["get a1 b2", "set a1 v", "mg b2 v", "delete a1 --noreply"], prefix: "p2:")
        // The whole key is hashed: its first digit is that of the prefix.
        #expect(
            Self.requests(round) == [
                "", "",
                "get p2:a1 p2:b2\r\nversion\r\nset p2:a1 0 0 1\r\nv\r\nmg p2:b2 v\r\ndelete p2:a1 noreply\r\nversion\r\n",
            ])
        let batch = round.batches[2]
        let bytes = batch.encoder.bytes
        #expect(
            batch.commands.map { String(decoding: bytes[$0.key.range], as: UTF8.self) } == [
                "a1", "b2", "a1", "b2", "a1",
            ])
        #expect(batch.commands.allSatisfy { bytes[$0.key.wireRange].starts(with: Array("p2:".utf8)) })
    }

    @Test func `a prefix takes its bytes from the longest key`() throws {
        var lines = DigitServers().lines(prefix: String(repeating: "p", count: 240))
        _ = try lines.plan("get 1234567890")
        let fault = #expect(throws: Diagnostic.self) { try lines.plan("get 12345678901") }
        #expect(fault?.suggestion?.hasPrefix("memcached takes 250 bytes, and the prefix ppp") == true)
    }

    @Test func `a command without a key goes to every server that can be reached`() throws {
        #expect(Self.requests(try Self.round(["version"])) == ["version\r\n", "version\r\n", "version\r\n"])
        let servers = DigitServers(unreachable: [1])
        let round = try Self.round(["get k0", "version", "stats items", "get x0"], servers: servers)
        #expect(
            Self.requests(round) == [
                "get k0\r\nversion\r\nstats items\r\nget x0\r\n", "", "version\r\nstats items\r\n",
            ])
        #expect(round.owners == [0, 0, 2, 0, 2, 0])
        #expect(round.statistics.count == 1)
    }

    @Test func `parts of one command have one number, and those of another a different one`() throws {
        let round = try Self.round(["get k0 k1", "version", "delete x0 x1"])
        #expect(round.batches[0].commands.map(\.ordinal) == round.batches[1].commands.map(\.ordinal))
        #expect(Set(round.batches[0].commands.map(\.ordinal)).count == 3)
    }

    @Test func `a key without a reachable server is reported, and the others are requested`() throws {
        let servers = DigitServers(unreachable: [1])
        let round = try Self.round(["get k0 k1 k2", "set k4 v"], servers: servers)
        #expect(Self.requests(round) == ["get k0\r\n", "", "get k2\r\n"])
        #expect(round.owners == [0, PoolBatch.nowhere, 2, PoolBatch.nowhere])
        #expect(round.complaints.map(\.error.message) == ["k1: nobody is there", "k4: nobody is there"])
        #expect(round.complaints.map(\.line) == [1, 2])
    }

    @Test func `a read for people is of the kind that its server has`() throws {
        var lines = DigitServers(old: [1]).lines(format: .human)
        _ = try lines.plan("get k1 k0")
        #expect(Self.requests(lines.builder.takeRound()) == ["mg k0 t f v\r\n", "get k1\r\n", ""])
        #expect(lines.needs == [.connections([1, 0]), .versions([0, 1])])
    }

    @Test func `servers are found before anything is planned for them, those of several keys at once`() throws {
        var lines = DigitServers().lines()
        _ = try lines.plan("get k1 k0 x1 k1")
        #expect(lines.needs == [.connections([1, 0])])
        _ = try lines.plan("set k2 v")
        #expect(lines.needs == [.connections([1, 0]), .connections([2])])
        _ = try lines.plan("mset k0 1 k2 2")
        _ = try lines.plan("version")
        #expect(lines.needs.dropFirst(2) == [.everyServer])
    }

    @Test(arguments: [
        "set k1 v 31d", "get k0 k1", "gets k1", "gat 31d k1 k0", "mset k0 a k1 b", "delete k1",
        "delete k0 k1 --noreply",
        "touch k0 k1 31d", "incr k1 5", "mg k1 v", "version", "stats", "config get cluster",
    ])
    func `nothing of a line is planned while its servers are unknown`(line: String) throws {
        var parser = LineParser()
        let route = PoolRoute(
            servers: 3, selector: DigitSelector(servers: 3), noServerError: MemcacheError(.noServer, ""), now: { .zero }
        )
        var builder = RequestBuilder(
            format: .plain, isReadOnly: false, tokens: CASTokenCache(capacity: 10), route: route,
            now: { PlannedLines.now })
        try parser.parse(Array(line.utf8).span) { (spec, arguments, _, bytes) throws(Diagnostic) in
            _ = try spec.plan(arguments, bytes, &builder)
        }
        #expect(builder.takeNeed() != nil)
        #expect(builder.takeNeed() == nil)
        #expect(builder.notes == [])
        let round = builder.takeRound()
        #expect(round.isEmpty)
        #expect(round.owners == [])
        #expect(round.statistics.isEmpty)
    }
}
