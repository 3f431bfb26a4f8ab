import Foundation
import TestSupport
import Testing

/// A script has the same answers on one server and on several, however its lines come in.
///
/// `MCSH_POOL_SCRIPTS` sets how many scripts are tried.
@Suite(.inTurns, .timeLimit(.minutes(10)))
struct PoolDifferenceTests {
    /// Numbers that are the same in every run.
    private struct Dice {
        var state: UInt64

        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }

        mutating func pick(_ words: [String]) -> String { words[below(words.count)] }
    }

    private static func script(_ dice: inout Dice) -> ByteString {
        let keys = (0..<12).map { "k\($0)" }
        let values = ["1", "22", #""hello\n""#, #""""#, "x"]
        let lines = (0..<(1 + dice.below(60))).map { _ in
            let key = dice.pick(keys)
            switch dice.below(20) {
            case 0..<5:
                return "set \(key) \(dice.pick(values)) \(dice.pick(["", "60", "0 --flags 5", "--noreply"]))"
            case 5..<11:
                let count = [1, 1, 1, 2, 7][dice.below(5)]
                return "get " + (0..<count).map { _ in dice.pick(keys) }.joined(separator: " ")
            case 11: return "incr \(key) \(dice.below(9))"
            case 12: return "delete \(key) \(dice.pick(keys))"
            case 13: return "add \(key) new --noreply"
            case 14: return "touch \(key) \(dice.pick(keys)) 100"
            case 15: return "mset \(key) 5 \(dice.pick(keys)) 6"
            case 16: return "exists \(key)"
            case 17: return "gat 100 \(key) \(dice.pick(keys)) \(dice.pick(keys))"
            case 18: return "mg \(key) f v"
            default: return "append \(key) x --noreply"
            }
        }
        return ByteString(lines.map { $0 + "\n" }.joined())
    }

    private static func pieces(_ script: ByteString, _ dice: inout Dice, sizes: Int) -> [ByteString] {
        var pieces: [ByteString] = []
        var rest = script
        while !rest.isEmpty {
            let count = min(rest.count, 1 + dice.below(sizes))
            pieces.append(ByteString(rest.prefix(count)))
            rest.removeFirst(count)
        }
        return pieces
    }

    private struct Outcome: Hashable {
        var output: String
        var status: Int32
    }

    /// Runs a script on empty servers and takes the names of servers out of what is printed.
    private static func run(
        _ program: BuiltProgram, _ servers: [MemcachedServer], _ options: [ByteString], _ pieces: [ByteString]
    ) async throws -> Outcome {
        for server in servers { _ = try await server.exchange("flush_all\r\n") }
        let weights = ["", ":2", "", ":3"]
        let selection = servers.enumerated().flatMap { index, server -> [ByteString] in
            ["-s", ByteString(server.address + (servers.count > 1 ? weights[index] : ""))]
        }
        let running = try await program.start(arguments: selection + options)
        for piece in pieces { try? await running.write(piece) }
        running.closeInput()
        let run = try await running.waitForEnd()
        var output = run.stdout.text
        for name in servers.map(\.address) + ["server"] {
            for mark in [",", "\t"] { output = output.replacingOccurrences(of: "\(mark)\(name)\n", with: "\n") }
            output = output.replacingOccurrences(of: ",\"server\":\"\(name)\"", with: "")
        }
        return Outcome(output: output, status: run.status)
    }

    @Test func `random scripts have the same answers on one server and on four`() async throws {
        let count = Int(ProcessInfo.processInfo.environment["MCSH_POOL_SCRIPTS"] ?? "") ?? 40
        let program = try BuiltProgram()
        let (one, four) = (try await MemcachedServer.start(1), try await MemcachedServer.start(4))
        let formats: [[ByteString]] = [[], ["--json"], ["--csv"], ["--tsv"], []]
        for seed in 0..<count {
            var dice = Dice(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
            let script = Self.script(&dice)
            let format = formats[dice.below(formats.count)]
            let expected = try await Self.run(program, one, format, [script])
            #expect(try await Self.run(program, four, format, [script]) == expected, "seed \(seed), whole: \(script)")
            let random = Self.pieces(script, &dice, sizes: 80)
            #expect(try await Self.run(program, four, format, random) == expected, "seed \(seed), pieces: \(script)")
            if seed.isMultiple(of: 4) {
                let bytes = Self.pieces(script, &dice, sizes: 1)
                #expect(try await Self.run(program, four, format, bytes) == expected, "seed \(seed), bytes: \(script)")
            }
            let stopped = try await Self.run(program, one, format + ["-e"], [script])
            #expect(
                try await Self.run(program, four, format + ["-e"], random) == stopped, "seed \(seed), -e: \(script)")
        }
    }
}
