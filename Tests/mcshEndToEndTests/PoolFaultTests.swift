import Foundation
import TestSupport
import Testing

/// Several servers, one of which fails: the others' answers, one error with its name, and no hang.
@Suite(.inTurns)
struct PoolFaultTests {
    /// Selects servers by their addresses; see ``PoolSession`` for the keys of each.
    private static func selection(_ addresses: String...) -> [ByteString] {
        addresses.flatMap { ["-s", ByteString($0)] }
    }

    @Test func `a server that hangs up in the middle of a read of many keys hides no other`() async throws {
        let session = try await PoolSession.start(2)
        try await session.servers[0].store("1", under: "b")
        try await session.servers[1].store("5", under: "9")
        let broken = try ScriptedServer([
            .expect("get key foo\r\n"), .send("VALUE key 0 1\r\n2\r\nVALUE foo 0 5\r\nha"), .close,
        ])
        let selection = Self.selection(session.servers[0].address, broken.address, session.servers[1].address)
        let run = try await session.program.run(arguments: selection + ["get", "9", "key", "foo", "b", "a"])
        #expect(run.stdout == "9\t5\nkey\t2\nb\t1\n")
        #expect(run.status == 4, "\(run)")
        #expect(run.stderr.contains("mcsh: \(broken.address): "), "\(run)")
        #expect(run.stderr.lines.count == 1, "\(run)")
    }

    @Test func `a server that hangs up in a script stops it, and the lines that have answers keep them`() async throws {
        let session = try await PoolSession.start(2)
        try await session.servers[0].store("1", under: "b")
        try await session.servers[1].store("5", under: "9")
        let broken = try ScriptedServer([.expect("get key foo\r\n"), .send("VALUE key 0 1\r\n2\r\n"), .close])
        let selection = Self.selection(session.servers[0].address, broken.address, session.servers[1].address)
        let run = try await session.program.run(
            arguments: selection, input: .bytes("get 9\nget key\nget b\nget foo\nget 9\n"))
        #expect(run.stdout == "5\n2\n1\n5\n")
        #expect(run.status == 4, "\(run)")
        #expect(run.stderr.hasPrefix("stdin:4: \(broken.address): "), "\(run)")
        #expect(run.stderr.hasSuffix("; line 4 was not answered\n"), "\(run)")
    }

    @Test func `answers that come after the loss of another server keep their places`() async throws {
        let gate = try Gate()
        let slow = try ScriptedServer([.expect("get b\r\n"), .gate(gate), .send("VALUE b 0 1\r\n1\r\nEND\r\n")])
        let broken = try ScriptedServer([
            .expect("get key\r\n"), .send("VALUE key 0 1\r\n2\r\nEND\r\n"), .expect("get foo\r\n"), .close,
        ])
        let program = try await BuiltProgram().start(
            arguments: Self.selection(slow.address, broken.address, slow.address))
        try await program.write("get b\n")
        try await slow.waitToReceive { $0 == "get b\r\n" }
        try await program.write("get key\n")
        try await broken.waitToReceive { $0 == "get key\r\n" }
        try await program.write("get foo\n")
        try await broken.waitForEnd()
        program.closeInput()
        gate.open()
        let run = try await program.waitForEnd()
        #expect(run.stdout == "1\n2\n")
        #expect(run.status == 4, "\(run)")
        #expect(run.stderr.contains("stdin:3: \(broken.address): "), "\(run)")
    }

    @Test func `a server that is killed in a long script leaves the others' answers in order`() async throws {
        let session = try await PoolSession.start()
        let numbers = 0..<3000
        let stores = numbers.map { "set k\($0) \($0)\n" }.joined()
        #expect(try await session.script(ByteString(stores)).status == 0)
        let program = try await session.program.start(arguments: session.selection)
        let lines = ByteString(numbers.map { "get k\($0)\n" }.joined())
        try await program.write(lines)
        try await program.waitForOutput { !$0.isEmpty }
        try await session.servers[1].stop()
        try? await program.write(lines)
        program.closeInput()
        let run = try await program.waitForEnd()
        #expect(run.status == 4, "\(run.ending), \(run.stderr)")
        #expect(run.stderr.contains(session.names[1]), "\(run.stderr)")
        #expect(!run.stderr.contains(session.names[0]) && !run.stderr.contains(session.names[2]), "\(run.stderr)")
        // Numbers rise, restart at most once, and are numbers.
        let printed = run.stdout.lines.map { Int($0.text) ?? -1 }
        #expect(!printed.contains(-1))
        #expect(zip(printed, printed.dropFirst()).count { $0 >= $1 } <= 1)
    }

    @Test(
        arguments: [
            (["get", "b", "key", "a"], "b\t1\n"), (["version"], "S1\t"), (["servers"], "S1\t1\talive\t"),
            (["ping"], "S1\t"),
            (["where", "b", "key", "a", "--probe"], "b\t29118\tS1\tS1\nkey\t2704\tS2\t\na\t26807\tS3\t\n"),
            (["lru_crawler", "metadump", "all"], "key=b "), (["-y", "delete", "--match", "*"], "S1\tDELETED\t1\n"),
            (["-y", "flush_all"], "S1\tOK\n"), (["-o", "human", "get", "b", "key", "a"], "b\n1\n"),
        ] as [([ByteString], String)])
    func `two servers that never answer are waited for at the same time, and hide no other`(
        words: [ByteString], output: String
    ) async throws {
        let server = try await MemcachedServer.start()
        try await server.store("1", under: "b")
        let silent = [try ScriptedServer([.silence]), try ScriptedServer([.silence])]
        let addresses = [server.address, silent[0].address, silent[1].address]
        let run = try await BuiltProgram().run(
            arguments: Self.selection(addresses[0], addresses[1], addresses[2]) + ["--timeout", "1500ms"] + words)
        let names = addresses.enumerated().map { (ByteString($1), "S\($0 + 1)") }
        #expect(run.stdout.replacing(names).hasPrefix(output), "\(run)")
        #expect(run.status == 5, "\(run)")
        if words != ["servers"] {
            for address in addresses.dropFirst() {
                #expect(run.stderr.lines.count { $0.contains(ByteString(address)) } >= 1, "\(run)")
            }
        }
        // Each is asked before the time limit of the other has passed.
        let times = silent.map { ($0.firstReceipt(on: 0), $0.end(of: 0)) }
        for (time, other) in [(times[0], times[1]), (times[1], times[0])] {
            let asked = try #require(time.0)
            if let ended = other.1 { #expect(asked < ended) }
        }
    }

    @Test func `the keys of a server that is down go to another, and that is reported once`() async throws {
        let session = try await PoolSession.start(2)
        let down = try ServerEndpoint.refused()
        let selection = Self.selection(session.servers[0].address, down, session.servers[1].address)
        let text = (0..<50).map { "set key\($0) 1\nget key\($0)\n" }.joined()
        let run = try await session.program.run(arguments: selection, input: .bytes(ByteString(text)))
        #expect(run.stdout == ByteString(String(repeating: "STORED\n1\n", count: 50)))
        #expect(run.status == 4, "\(run)")
        #expect(run.stderr.lines.count == 1, "\(run)")
        #expect(run.stderr.contains("\(down): cannot connect: "))
        #expect(run.stderr.hasSuffix("; its keys go to other servers\n"))
        // python-memcached 1.62 puts these there if the second of three is dead.
        let places = try await session.program.run(
            arguments: selection + ["--json", "-c", "get key", "-c", "where key bar a"])
        let names = [(session.names[0], "S1"), (ByteString(down), "S2"), (session.names[1], "S3")]
        #expect(
            places.stdout.replacing(names)
                == #"{"key":"key","found":false,"server":"S1"}"# + "\n"
                + #"{"key":"key","hash":2704,"server":"S2","stand_in":"S1"}"# + "\n"
                + #"{"key":"bar","hash":30463,"server":"S2","stand_in":"S3"}"# + "\n"
                + #"{"key":"a","hash":26807,"server":"S3"}"# + "\n")
    }

    @Test func `with a dead retry of 0 a server that is down is reported once for each line`() async throws {
        let session = try await PoolSession.start(2)
        let down = try ServerEndpoint.refused()
        let selection = Self.selection(session.servers[0].address, down, session.servers[1].address)
        let run = try await session.program.run(
            arguments: selection + ["--dead-retry", "0", "mset", "key", "1", "foo", "2", "key1", "3"])
        #expect(run.stdout == "key\tSTORED\nfoo\tSTORED\nkey1\tSTORED\n")
        #expect(run.stderr.lines.count == 1, "\(run)")
    }

    @Test func `if all servers are down the key has no server`() async throws {
        let addresses = (try ServerEndpoint.refused(), try ServerEndpoint.refused())
        let run = try await BuiltProgram().run(arguments: Self.selection(addresses.0, addresses.1) + ["get", "k"])
        #expect(run.status == 4, "\(run)")
        #expect(run.stdout == "")
        #expect(run.stderr.contains("k: no server that may hold the key is alive"), "\(run)")
    }

    @Test(arguments: ["stats", "version", "stats settings"] as [ByteString])
    func `a server that is down is reported once for each command that goes to all of them`(
        command: ByteString
    ) async throws {
        let session = try await PoolSession.start(1)
        let down = try ServerEndpoint.refused()
        let run = try await session.program.run(
            arguments: Self.selection(session.servers[0].address, down)
                + ["-c", "output human", "-c", command, "-c", command])
        #expect(run.status == 4, "\(run)")
        let lines = run.stderr.lines.map(\.text)
        #expect(lines.count == 2, "\(run)")
        #expect(
            lines.map {
                $0.hasPrefix("-c:2: \(down): cannot connect: ") || $0.hasPrefix("-c:3: \(down): cannot connect: ")
            }
                == [true, true], "\(run)")
        #expect(!run.stderr.contains("its keys go to other servers"))
    }

    @Test func `the servers of a read of several keys are tried in the order of the keys, then their stand-ins`()
        async throws
    {
        // key belongs to the second server, b to the first, a to the third.
        let down = try (0..<2).map { _ in try ServerEndpoint.refused() }
        let session = try await PoolSession.start(1)
        let run = try await session.program.run(
            arguments: Self.selection(down[0], down[1], session.servers[0].address) + ["get", "a", "key", "b"])
        #expect(run.stdout == "")
        #expect(run.status == 4, "\(run)")
        let lines = run.stderr.lines.map(\.text)
        #expect(lines.count == 2, "\(run)")
        #expect(lines.first?.hasPrefix("mcsh: \(down[1]): cannot connect: ") == true, "\(run)")
        #expect(lines.last?.hasPrefix("mcsh: \(down[0]): cannot connect: ") == true, "\(run)")
    }

    @Test func `a server that comes back is used again after its dead retry`() async throws {
        let session = try await PoolSession.start()
        let program = try await session.program.start(arguments: session.selection + ["--dead-retry", "2"])
        try await program.write("set key 1\nservers\n")
        let before = try await program.waitForOutput { $0.lines.count >= 4 }
        #expect(before.lines.dropFirst().map { $0.contains("\talive\t") } == [true, true, true])
        try await session.servers[1].stop()
        try await program.write("exists key\n")
        try await program.waitForErrors { $0.hasSuffix("; its keys go to other servers\n") }
        try await program.waitForOutput { $0.lines.count >= 5 }
        try await program.write("servers\n")
        let dead = try await program.waitForOutput { $0.lines.count >= 8 }
        #expect(dead.lines[4] == "no")
        #expect(dead.lines[5...].map { $0.contains("\tdead\t") } == [false, true, false], "\(dead)")
        #expect(
            dead.lines[6] == "\(session.names[1])\t1\tdead\t2\t\t\t\t"
                || dead.lines[6] == "\(session.names[1])\t1\tdead\t1\t\t\t\t")
        try await session.servers[1].restart()
        var round = 0
        let isBack = try await eventually {
            round += 1
            let count = 8 + 3 * round
            try await program.write("servers\n")
            let lines = try await program.waitForOutput { $0.lines.count >= count }.lines
            return lines.suffix(3).allSatisfy { $0.contains("\talive\t") }
        }
        #expect(isBack)
        try await program.write("set key 2\n")
        program.closeInput()
        let run = try await program.waitForEnd()
        #expect(run.stdout.lines.last == "STORED")
        #expect(run.status == 4)
        #expect(try await session.servers[1].value(of: "key") == "2")
    }

    @Test func `without a dead retry a server that comes back is used at once`() async throws {
        let session = try await PoolSession.start()
        let program = try await session.program.start(arguments: session.selection + ["--dead-retry", "0"])
        try await program.write("set key 1\n")
        try await program.waitForOutput(endingIn: "STORED\n")
        try await session.servers[1].stop()
        try await program.write("exists key\n")
        try await program.waitForOutput(endingIn: "no\n")
        try await session.servers[1].restart()
        try await program.write("set key 2\n")
        try await program.waitForOutput(endingIn: "no\nSTORED\n")
        program.closeInput()
        #expect(try await program.waitForEnd().status == 4)
        #expect(try await session.servers[1].value(of: "key") == "2")
    }

    @Test func `an incomplete dump is reported, and those of the other servers are complete`() async throws {
        let session = try await PoolSession.start(2)
        try await session.servers[0].store("1", under: "b")
        try await session.servers[1].store("5", under: "9")
        // The first question is whether its crawler is free.
        let broken = try ScriptedServer(
            [.expectLine, .send("END\r\n")],
            [.expectLine, .send("key=x exp=-1 la=1 cas=1 fetch=no cls=1 size=61\nkey=y exp="), .close])
        let selection = Self.selection(session.servers[0].address, broken.address, session.servers[1].address)
        let run = try await session.program.run(arguments: selection + ["--csv", "lru_crawler", "metadump", "all"])
        #expect(
            run.stdout.lines.map { $0.prefix(2) }
                == ["ke", "b,", "x,", "9,"].map { (start: ByteString) in start.bytes[...] }, "\(run)")
        #expect(run.status == 4, "\(run)")
        #expect(run.stderr.hasPrefix("mcsh: \(broken.address): "), "\(run)")
    }

    @Test func `watch reports at once that a server is gone, and continues with the others`() async throws {
        let session = try await PoolSession.start()
        let program = try await session.program.start(
            arguments: session.selection + ["watch", "mutations"], hasInput: false)
        for server in session.servers { try await server.waitForWatchers() }
        try await session.servers[1].stop()
        let name = session.names[1]
        try await program.waitForErrors { $0.contains(name) }
        try await session.servers[0].store("v", under: "b")
        try await program.waitForOutput { $0.contains("key=b") }
    }

    #if os(Linux)
        @Test func `a fast server is paused while a slow one is awaited`() async throws {
            let fast = try await MemcachedServer.start(arguments: ["-I", "2m", "-m", "400"])
            let value = patterned(count: 1 << 20)
            try await fast.store(value, under: "key")
            let gate = try Gate()
            let slow = try ScriptedServer(
                [.expect("get b\r\n"), .gate(gate), .send("VALUE b 0 4\r\nslow\r\nEND\r\n")])
            let program = try await BuiltProgram().start(arguments: Self.selection(slow.address, fast.address))
            let count = 200
            // With two servers of the same weight b belongs to the first; the number keeps key on the second.
            try await program.write(
                "get b\n\(String(repeating: "get key --hash 1\n", count: count))" as ByteString)
            let size = 5 + count * (value.count + 1)
            // The fast server has written everything that is accepted from it once it begins no further answer.
            var answers = [-1, -2]
            _ = try await eventually {
                answers = [try await fast.statistic("cmd_get").flatMap(Int.init) ?? 0] + answers.prefix(20)
                return answers.count == 21 && answers[0] > 0 && Set(answers).count == 1
            }
            gate.open()
            let output = try await program.waitForOutput { $0.count >= size }
            let status = try String(contentsOfFile: "/proc/\(program.processNumber)/status", encoding: .utf8)
            program.closeInput()
            let run = try await program.waitForEnd()
            #expect(run.status == 0, "\(run.ending), \(run.stderr)")
            let isRight = output.count == size && output.hasPrefix("slow\n") && output.hasSuffix("\(value)\n")
            #expect(isRight)
            let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            let kilobytes = try #require(peak?.split(separator: " ").dropLast().last.flatMap { Int($0) })
            #expect(kilobytes < 120_000, "\(kilobytes) kB")
        }
    #endif
}
