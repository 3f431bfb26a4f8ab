import Foundation
import Synchronization
import TestSupport
import Testing

/// The output of a script depends neither on how its lines arrive, nor on whether they are sent together, nor on how
/// many servers there are.
///
/// `MCSH_RANDOM_SCRIPTS` sets how many random scripts are tried, and `MCSH_RANDOM_SEED` the number of the first.
@Suite(.inTurns)
struct ScriptDeliveryTests {
    @Test func `random scripts print the same however they arrive, on one server and on four`() async throws {
        let (first, count) = (Self.setting("MCSH_RANDOM_SEED") ?? 0, Self.setting("MCSH_RANDOM_SCRIPTS") ?? 40)
        let places = min(3, count)
        try await withThrowingTaskGroup { group in
            for place in 0..<places {
                group.addTask {
                    let bench = try await Bench.start()
                    for seed in stride(from: first + place, to: first + count, by: places) {
                        let kind: RandomScript.Kind = seed.isMultiple(of: 5) ? .faultless : .any
                        try await bench.compare(RandomScript(seed: seed, kind: kind), seed: seed)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(arguments: [nil, "--csv", "--tsv", "--json"] as [ByteString?])
    func `long scripts with refusals print the same in large pieces and on four servers`(
        _ format: ByteString?
    ) async throws {
        let bench = try await Bench.start()
        let seed = (Self.setting("MCSH_RANDOM_SEED") ?? 0) + 7
        let script = RandomScript(seed: seed, kind: .flowing, lines: 3000, format: format, hasOnlyKeys: true)
        var dice = Dice(seed: seed)
        var outcomes: [Bench.Outcome] = []
        for servers in [bench.one, bench.four] {
            let expected = try await bench.run(script, on: servers, .atOnce(script.text))
            let pieces = Delivery.pieces(script.text, &dice, upTo: 100_000)
            expectSame(try await bench.run(script, on: servers, pieces), expected, "seed \(seed), large pieces")
            outcomes.append(expected)
        }
        expectSame(bench.withoutServers(outcomes[1]), bench.withoutServers(outcomes[0]), "seed \(seed), four servers")
    }

    @Test(arguments: [(0, nil), (1, "--csv"), (3, "--tsv")] as [(Int, ByteString?)])
    func `a server that stalls for a moment changes nothing in the output of a long script`(
        _ position: Int, _ format: ByteString?
    ) async throws {
        let bench = try await Bench.start()
        let seed = (Self.setting("MCSH_RANDOM_SEED") ?? 0) + 8
        let script = RandomScript(seed: seed, kind: .flowing, lines: 4000, format: format)
        let expected = try await bench.run(script, on: bench.four, .atOnce(script.text))
        let halted = try await bench.run(script, on: bench.four, .halting(bench.four[position], script.text))
        expectSame(halted, expected, "seed \(seed), server \(position + 1) of 4 halted")
    }

    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }
}

/// How a script arrives.
private enum Delivery {
    /// From a file.
    case atOnce(ByteString)
    /// Through a pipe, each piece when the previous one has been read.
    case pieces([ByteString])
    /// Through a pipe, while a server is stopped from the middle on until everything is read, or for a moment.
    case halting(MemcachedServer, ByteString)

    /// Random pieces.
    static func pieces(_ text: ByteString, _ dice: inout Dice, upTo most: Int) -> Delivery {
        var pieces: [ByteString] = []
        var start = 0
        while start < text.count {
            let end = min(text.count, start + 1 + dice.below(most))
            pieces.append(ByteString(text[start..<end]))
            start = end
        }
        return .pieces(pieces)
    }
}

/// The program and servers for scripts that run one after another.
private struct Bench {
    struct Outcome: Equatable {
        var output: ByteString
        var errors: ByteString
        var status: Int32
        var file: ByteString?
        /// The number of its pieces that were read, if known.
        var consumed: Int?

        static func == (left: Outcome, right: Outcome) -> Bool {
            left.output == right.output && left.errors == right.errors && left.status == right.status
                && left.file == right.file
        }
    }

    let program: BuiltProgram
    let one: [MemcachedServer]
    let four: [MemcachedServer]

    static func start() async throws -> Bench {
        let program = try BuiltProgram()
        for file in RandomScript.files { try program.home.write(file.contents, to: file.name) }
        return Bench(
            program: program, one: try await MemcachedServer.start(1, arguments: ["-t", "1"]),
            four: try await MemcachedServer.start(4, arguments: ["-t", "1"]))
    }

    /// Runs a script in every way.
    func compare(_ script: RandomScript, seed: Int) async throws {
        var dice = Dice(seed: seed)
        var outcomes: [Outcome] = []
        // Standard error is mixed with the answers if it is the same pipe.
        let joined = seed.isMultiple(of: 2)
        for servers in [one, four] {
            func run(_ delivery: Delivery, _ options: ByteString...) async throws -> Outcome {
                try await self.run(script, on: servers, delivery, options: options, joinsErrors: joined)
            }
            let name = "seed \(seed), \(servers.count) servers"
            let expected = try await run(.atOnce(script.text))
            let bytes = Delivery.pieces(script.text, &dice, upTo: 1)
            expectSame(try await run(bytes), expected, "\(name), byte by byte", script)
            let pieces = Delivery.pieces(script.text, &dice, upTo: dice.pick([20, 100, 1000]))
            expectSame(try await run(pieces), expected, "\(name), in pieces", script)
            let single = try await run(.pieces(script.commands), "-e")
            if script.kind == .faultless { #expect(expected.status == 0, "\(name): \(script.text)") }
            if expected.status == 0 {
                expectSame(single, expected, "\(name), -e", script)
            } else {
                #expect(single.status != 0, "\(name), -e: \(script.text)")
                #expect(expected.output.hasPrefix(single.output), "\(name), -e: \(script.text)")
                #expect(expected.errors.hasPrefix(single.errors), "\(name), -e: \(script.text)")
                // It ended with the last command that was read: the script ends there.
                if let consumed = single.consumed {
                    let start = try await run(.atOnce(script.text(through: consumed)))
                    expectSame(single, start, "\(name), -e to command \(consumed)", script)
                }
            }
            outcomes.append(expected)
        }
        guard !script.asksEveryServer else { return }
        expectSame(withoutServers(outcomes[1]), withoutServers(outcomes[0]), "seed \(seed), four servers", script)
    }

    /// Runs a script on servers that have none of its keys.
    func run(
        _ script: RandomScript, on servers: [MemcachedServer], _ delivery: Delivery, options: [ByteString] = [],
        joinsErrors: Bool = false
    ) async throws -> Outcome {
        for server in servers {
            let forgotten = RandomScript.keys.map { "delete \(script.prefix)\($0) noreply\r\n" as ByteString }
            _ = try await server.exchange(forgotten.reduce("delete \(script.prefix)nobody noreply\r\n", +) + "mn\r\n")
        }
        try program.home.write("", to: RandomScript.written)
        let weights = ["", ":2", "", ":3"]
        let selection = servers.enumerated().flatMap { index, server -> [ByteString] in
            ["-s", ByteString(server.address + (servers.count > 1 ? weights[index] : ""))]
        }
        var isFile = false
        if case .atOnce(let text) = delivery {
            isFile = true
            try program.home.write(text, to: "script.mcsh")
        }
        let line = #"exec "$MCSH" "$@""# + (isFile ? " < script.mcsh" : "") + (joinsErrors ? " 2>&1" : "")
        let running = try await program.startShell(
            line, arguments: selection + script.options + options, hasInput: !isFile)
        let consumed = try await deliver(delivery, to: running)
        running.closeInput()
        let run = try await running.waitForEnd()
        return Outcome(
            output: withoutTokens(run.stdout), errors: run.stderr, status: run.status,
            file: withoutTokens(try program.home.read(RandomScript.written)), consumed: consumed)
    }

    private func deliver(_ delivery: Delivery, to running: RunningProgram) async throws -> Int? {
        switch delivery {
        case .atOnce: return nil
        case .pieces(let pieces): return try await running.write(pieces: pieces)
        case .halting(let server, let text):
            let half = text.count / 2
            _ = try await running.write(pieces: [ByteString(text[..<half])])
            try await server.pause()
            let isRead = Mutex(false)
            async let rest: Void = {
                _ = try await running.write(pieces: [ByteString(text[half...])])
                isRead.withLock { $0 = true }
            }()
            _ = try await eventually(within: .milliseconds(500)) { isRead.withLock { $0 } }
            server.resume()
            try await rest
            return nil
        }
    }

    /// The members "cas" of JSON without their numbers.
    private func withoutTokens(_ bytes: ByteString) -> ByteString {
        let name = Array(#""cas":"#.utf8)
        var (rest, kept) = (bytes.bytes[...], [UInt8]())
        while let quote = rest.firstIndex(of: name[0]) {
            kept += rest[..<quote]
            rest = rest[quote...]
            if rest.starts(with: name) {
                kept += name
                rest = rest.dropFirst(name.count).drop { (0x30...0x39).contains($0) }
            } else {
                kept.append(rest.removeFirst())
            }
        }
        return ByteString(kept + rest)
    }

    /// An outcome without the parts that only several servers add to it, and without their names.
    func withoutServers(_ outcome: Outcome) -> Outcome {
        var outcome = outcome
        outcome.output = withoutServers(outcome.output)
        outcome.errors = withoutServers(outcome.errors)
        outcome.file = outcome.file.map(withoutServers)
        return outcome
    }

    private func withoutServers(_ bytes: ByteString) -> ByteString {
        // One character for each byte, so that all of them can be distinguished.
        var text = String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        for server in one + four { text = text.replacingOccurrences(of: server.address, with: "S", options: .literal) }
        for name in ["S", "server"] {
            for mark in [",", "\t"] {
                text = text.replacingOccurrences(of: "\(mark)\(name)\r\n", with: "\r\n", options: .literal)
                text = text.replacingOccurrences(of: "\(mark)\(name)\n", with: "\n", options: .literal)
            }
        }
        text = text.replacingOccurrences(of: #","server":"S""#, with: "", options: .literal)
        return ByteString(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    }
}

/// Expects the same outcome, and shows where outputs differ.
private func expectSame(
    _ outcome: Bench.Outcome, _ expected: Bench.Outcome, _ name: String, _ script: RandomScript? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard outcome != expected else { return }
    var parts: [String] = []
    for (what, actual, wanted) in [
        ("standard output", outcome.output, expected.output), ("standard error", outcome.errors, expected.errors),
        (RandomScript.written, outcome.file ?? "", expected.file ?? ""),
    ] where actual != wanted {
        let common = zip(actual, wanted).prefix { $0 == $1 }.count
        let start = max(0, common - 200)
        let shown = [actual, wanted].map { ByteString($0[start..<min($0.count, common + 200)]) }
        parts.append("\(what) at byte \(common): \(shown[0]), not \(shown[1])")
    }
    if outcome.status != expected.status { parts.append("status \(outcome.status), not \(expected.status)") }
    let options = script.map { "; options \($0.options), script \($0.text)" } ?? ""
    Issue.record("\(name): \(parts.joined(separator: "; "))\(options)", sourceLocation: sourceLocation)
}
