import MemcacheCore
import Testing

@testable import mcsh

/// Chooses the server by the first digit of a key, or by a number directly.
private final class DigitRouter: KeyRouter {
    let serverCount: Int
    /// Servers that cannot be reached.
    var unreachable: Set<Int> = []
    /// Servers that are too old for the meta commands, and those that were asked for their versions.
    var withoutMeta: Set<Int> = []
    private(set) var asked: Set<Int> = []
    /// The keys that were announced, as they are sent over the wire.
    private(set) var prepared: [String] = []

    init(servers: Int = 3) { serverCount = servers }

    func server(for key: Span<UInt8>, _ number: RoutingNumber?) -> Int? {
        let text = String(decoding: key.copy(0..<key.count), as: UTF8.self)
        let digit = number.flatMap { Int($0.description) } ?? text.first(where: \.isNumber)?.wholeNumberValue ?? 0
        let position = digit % serverCount
        return unreachable.contains(position) ? nil : position
    }

    func prepare(for key: Span<UInt8>, _ number: RoutingNumber?) {
        prepared.append(String(decoding: key.copy(0..<key.count), as: UTF8.self))
    }

    func everyServer() -> [Int] { (0..<serverCount).filter { !unreachable.contains($0) } }

    func learnVersions(of positions: Set<Int>) { asked.formUnion(positions) }

    func hasMetaCommands(_ position: Int) -> Bool { !withoutMeta.contains(position) }

    var noServerError: MemcacheError { MemcacheError(.noServer, "nobody is there") }
}

/// Lines become requests to the servers of their keys.
@Suite struct PoolPlannerTests {
    private static func round(
        _ lines: [String], prefix: String = "", format: OutputFormat = .plain, router: DigitRouter = DigitRouter()
    ) throws -> PoolBatch {
        var planned = PlannedLines(format: format, prefix: prefix, router: router)
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
        let router = DigitRouter()
        let round = try Self.round(
            ["get a1 b2", "set a1 v", "mg b2 v", "delete a1 --noreply"], prefix: "p2:", router: router)
        // The whole key is hashed: its first digit is that of the prefix.
        #expect(
            Self.requests(round) == [
                "", "",
                "get p2:a1 p2:b2\r\nversion\r\nset p2:a1 0 0 1\r\nv\r\nmg p2:b2 v\r\ndelete p2:a1 noreply\r\nversion\r\n",
            ])
        #expect(router.prepared == ["p2:a1", "p2:b2"])
        let batch = round.batches[2]
        let bytes = batch.encoder.bytes
        #expect(
            batch.commands.map { String(decoding: bytes[$0.key.range], as: UTF8.self) } == [
                "a1", "b2", "a1", "b2", "a1",
            ])
        #expect(batch.commands.allSatisfy { bytes[$0.key.wireRange].starts(with: Array("p2:".utf8)) })
    }

    @Test func `a prefix takes its bytes from the longest key`() throws {
        var lines = PlannedLines(prefix: String(repeating: "p", count: 240), router: DigitRouter())
        _ = try lines.plan("get 1234567890")
        let fault = #expect(throws: Diagnostic.self) { try lines.plan("get 12345678901") }
        #expect(fault?.suggestion?.hasPrefix("memcached takes 250 bytes, and the prefix ppp") == true)
    }

    @Test func `a command without a key goes to every server that can be reached`() throws {
        #expect(Self.requests(try Self.round(["version"])) == ["version\r\n", "version\r\n", "version\r\n"])
        let router = DigitRouter()
        router.unreachable = [1]
        let round = try Self.round(["get k0", "version", "stats items", "get x0"], router: router)
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
        let router = DigitRouter()
        router.unreachable = [1]
        let round = try Self.round(["get k0 k1 k2", "set k4 v"], router: router)
        #expect(Self.requests(round) == ["get k0\r\n", "", "get k2\r\n"])
        #expect(round.owners == [0, PoolBatch.nowhere, 2, PoolBatch.nowhere])
        #expect(round.complaints.map(\.error.message) == ["k1: nobody is there", "k4: nobody is there"])
        #expect(round.complaints.map(\.line) == [1, 2])
    }

    @Test func `a read for people is of the kind that its server has`() throws {
        let router = DigitRouter()
        router.withoutMeta = [1]
        let round = try Self.round(["get k0 k1"], format: .human, router: router)
        #expect(Self.requests(round) == ["mg k0 t f v\r\n", "get k1\r\n", ""])
        #expect(router.asked == [0, 1])
    }

    @Test func `keys of several are announced before the first is sent, and one alone is not`() throws {
        let router = DigitRouter()
        _ = try Self.round(["get k0", "get k1 k2", "mset k0 1 k2 2"], router: router)
        #expect(router.prepared.prefix(2) == ["k1", "k2"])
        #expect(Set(router.prepared.dropFirst(2)).isSubset(of: ["k0", "k2"]))
    }
}
