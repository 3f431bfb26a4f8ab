import MemcacheCore
import Testing

@testable import mcsh

@Suite struct RequestBuilderTests {
    private static func batch(_ lines: [String], format: OutputFormat = .plain) throws -> ServerBatch {
        var planned = PlannedLines(format: format)
        for (index, line) in lines.enumerated() {
            planned.builder.line = index + 1
            _ = try planned.plan(line)
        }
        return planned.builder.takeRound().batches[0]
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var lines: [String]
        var bytes: String
        var replies: [Int]
        var testDescription: String { lines.joined(separator: "; ") }
    }

    @Test(arguments: [
        Case(lines: ["get a", "get b", "get c"], bytes: "get a b c\r\n", replies: [1, 0, 0]),
        Case(lines: ["get a b", "get c"], bytes: "get a b c\r\n", replies: [1, 0, 0]),
        Case(lines: ["get a", "get a"], bytes: "get a a\r\n", replies: [1, 0]),
        Case(lines: ["gets a", "gets b"], bytes: "gets a b\r\n", replies: [1, 0]),
        Case(lines: ["get a", "gets b", "get c"], bytes: "get a\r\ngets b\r\nget c\r\n", replies: [1, 1, 1]),
        Case(
            lines: ["get a", "set b 1", "get b"], bytes: "get a\r\nset b 0 0 1\r\n1\r\nget b\r\n", replies: [1, 1, 1]),
        Case(lines: ["get a", "# x", "", "get b"], bytes: "get a b\r\n", replies: [1, 0]),
        Case(lines: ["gat 60 a", "gat 60 b"], bytes: "gat 60 a\r\ngat 60 b\r\n", replies: [1, 1]),
        Case(lines: ["gat 60 a", "get b"], bytes: "gat 60 a\r\nget b\r\n", replies: [1, 1]),
        Case(lines: ["get b", "gat 60 a"], bytes: "get b\r\ngat 60 a\r\n", replies: [1, 1]),
        Case(lines: ["get a", "mn", "get b"], bytes: "get a\r\nmn\r\nget b\r\n", replies: [1, 1, 1]),
        Case(lines: ["exists a", "exists b"], bytes: "mg a u\r\nmg b u\r\n", replies: [1, 1]),
        Case(lines: ["delete a b", "delete c"], bytes: "delete a\r\ndelete b\r\ndelete c\r\n", replies: [1, 1, 1]),
    ])
    func `reads in a run share a request, and nothing else does`(_ test: Case) throws {
        let batch = try Self.batch(test.lines)
        #expect(String(decoding: batch.encoder.bytes, as: UTF8.self) == test.bytes)
        #expect(batch.commands.map { $0.hasReply ? 1 : 0 } == test.replies)
    }

    @Test func `each read of a run keeps its format and its line`() throws {
        let batch = try Self.batch(["get a", "get b --json", "get c --csv"])
        #expect(String(decoding: batch.encoder.bytes, as: UTF8.self) == "get a b c\r\n")
        #expect(batch.commands.map(\.format) == [.plain, .json, .csv])
        #expect(batch.commands.map(\.line) == [1, 2, 3])
    }

    @Test func `a request includes at most a hundred keys of other lines`() throws {
        let batch = try Self.batch((0..<250).map { "get k\($0)" })
        let lines = String(decoding: batch.encoder.bytes, as: UTF8.self).split(separator: "\r\n")
        #expect(lines.map { $0.split(separator: " ").count - 1 }.filter { $0 > 0 } == [100, 100, 50])
        #expect(batch.shapes == [.values, .fence, .values, .fence, .values])
        #expect(batch.commands.count(where: \.hasReply) == 3)
    }

    @Test func `a request line stays below the limit of servers for an unfinished line`() throws {
        let keys = (0..<60).map { String(repeating: "k", count: 240) + "\($0)" }
        let batch = try Self.batch(["get " + keys.joined(separator: " ")])
        let lines = batch.encoder.bytes.split(separator: 0x0a).filter { $0 != Array("version\r".utf8)[...] }
        #expect(lines.allSatisfy { $0.count < 2048 })
        #expect(lines.count == 9)
        #expect(batch.shapes.count { $0 != .fence } == 9)
        #expect(batch.commands.count(where: \.hasReply) == 9)
        #expect(batch.commands.map { String(decoding: batch.encoder.bytes[$0.key.range], as: UTF8.self) } == keys)
    }

    @Test func `a run of long keys continues in the next request`() throws {
        let keys = (0..<20).map { String(repeating: "k", count: 240) + "\($0)" }
        let batch = try Self.batch(keys.map { "get \($0)" })
        #expect(batch.encoder.bytes.split(separator: 0x0a).allSatisfy { $0.count < 2048 })
        #expect(batch.commands.count(where: \.hasReply) == batch.shapes.count { $0 != .fence })
        #expect(batch.commands.map { String(decoding: batch.encoder.bytes[$0.key.range], as: UTF8.self) } == keys)
    }

    @Test func `a run of commands that may stay silent has one fence`() throws {
        let batch = try Self.batch(["delete a b --noreply", "set k v --noreply", "get k"])
        #expect(
            String(decoding: batch.encoder.bytes, as: UTF8.self)
                == "delete a noreply\r\ndelete b noreply\r\nset k 0 0 1 noreply\r\nv\r\nversion\r\nget k\r\n")
        #expect(batch.shapes == [.untilFence, .value])
        #expect(batch.commands.map(\.answer) == [.silence, .silence, .silence, .items])
    }

    @Test func `taking a batch leaves an empty one`() throws {
        var lines = PlannedLines()
        _ = try lines.plan("get a")
        _ = lines.builder.takeRound().batches[0]
        _ = try lines.plan("get b")
        #expect(String(decoding: lines.builder.takeRound().batches[0].encoder.bytes, as: UTF8.self) == "get b\r\n")
        #expect(lines.builder.takeRound().batches[0].isEmpty)
    }

    @Test func `a line with a wrong key sends none of its keys`() throws {
        var lines = PlannedLines()
        for line in ["get a \"b c\"", "delete a \"b c\"", "mset a 1 \"b c\" 2", "touch a \"b c\" 60", "exists a \"\""] {
            #expect(throws: Diagnostic.self) { try lines.plan(line) }
        }
        #expect(lines.builder.round.batches[0].isEmpty)
        #expect(lines.builder.round.batches[0].encoder.bytes == [])
    }
}
