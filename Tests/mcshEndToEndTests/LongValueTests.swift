import Foundation
import TestSupport
import Testing

/// Values that are stored without being copied, whatever their source.
@Suite(.inTurns)
struct LongValueTests {
    private static let count = 5 << 20
    private static let value = patterned(count: count)

    private func start() async throws -> Session {
        let session = try await Session.start(arguments: ["-I", "64m", "-m", "512"])
        try session.program.home.write(Self.value, to: "long")
        return session
    }

    private func expectStored(
        _ session: Session, under key: ByteString = "k", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let stored = try await session.server.value(of: key)
        let isSame = stored == Self.value
        #expect(isSame, "\(stored?.count ?? -1) bytes are stored", sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        #""$MCSH" -s "$S" -x set k < long"#, #"cat long | "$MCSH" -s "$S" -x set k"#,
        #"(dd bs=1 count=100000 of=/dev/null 2>&0; "$MCSH" -s "$S" -x set k) < shifted"#,
        #"echo 'set k < long' | "$MCSH" -s "$S""#, #"echo 'ms k < long' | "$MCSH" -s "$S" --output=plain"#,
        #""$MCSH" -s "$S" -x set k --as bytes < long"#,
        #"echo 'raw set k 0 0 5242880 < long' | "$MCSH" -s "$S""#,
        #"(printf 'set k 0 0 5242880\r\n'; cat long; printf '\r\n') | "$MCSH" -s "$S" --pipe"#,
        #"(echo 'set k << END'; cat long; printf '\nEND\n') | "$MCSH" -s "$S""#,
    ])
    func `a long value arrives byte for byte`(line: String) async throws {
        var session = try await start()
        try session.program.home.write(patterned(count: 100_000) + Self.value, to: "shifted")
        session.program.environment["S"] = session.server.address
        let run = try await session.program.runShell(line)
        #expect(run.status == 0, "\(run)")
        try await expectStored(session)
    }

    @Test func `answers come in order around long values`() async throws {
        let session = try await start()
        let run = try await session.script(
            """
            set a 1
            get a
            set k < long
            incr a
            append k x
            add k < long
            set l < long
            set m < long --noreply
            touch m 100
            delete a
            get a
            add b 2
            """)
        #expect(run.stdout == "STORED\n1\nSTORED\n2\nSTORED\nNOT_STORED\nSTORED\nTOUCHED\nDELETED\nSTORED\n", "\(run)")
        #expect(run.status == 1)
        let appended = try await session.server.value(of: "k")
        let isSame = appended == Self.value + "x"
        #expect(isSame)
        try await expectStored(session, under: "l")
        try await expectStored(session, under: "m")
    }

    @Test func `long values go to the servers that own their keys`() async throws {
        let servers = try await MemcachedServer.start(2, arguments: ["-I", "64m", "-m", "512"])
        let program = try BuiltProgram()
        try program.home.write(Self.value, to: "long")
        let run = try await program.run(
            arguments: servers.flatMap { ["-s", ByteString($0.address)] },
            input: .bytes(
                "set a 1 --hash 0\nset k < long --hash 0\nset b 2 --hash 1\nset k < long --hash 1\nget b --hash 1\n"))
        #expect(run.stdout == "STORED\nSTORED\nSTORED\nSTORED\n2\n", "\(run)")
        for server in servers {
            let isSame = try await server.value(of: "k") == Self.value
            #expect(isSame)
        }
    }

    @Test func `a refused long value is reported, and the connection stays in sync`() async throws {
        let session = try await Session.start(arguments: ["-I", "2m"])
        try session.program.home.write(Self.value, to: "long")
        let run = try await session.script("set a 1\nset k < long\nget a\nset b < long\nget a\n", "-k")
        #expect(run.stdout == "STORED\n1\n1\n", "\(run)")
        for line in ["stdin:2: ", "stdin:4: "] as [ByteString] {
            #expect(run.stderr.contains("\(line)\(session.selection[1]): SERVER_ERROR object too large for cache\n"))
        }
        #expect(run.status == 3)
    }

    @Test func `through --pipe a long value is sent when it is complete`() async throws {
        let session = try await start()
        let head: ByteString = "set a 0 0 1\r\nx\r\nset k 0 0 5242881\r\n"
        let cut = try await session.run("--pipe", input: .bytes(head + Self.value))
        #expect(cut.stdout == "STORED\r\n", "\(cut)")
        #expect(cut.status == 2)
        #expect(cut.stderr.contains("request 2 was not sent"), "\(cut)")
        #expect(try await session.server.value(of: "k") == nil)
        let long = try await session.run("--pipe", input: .bytes(head + Self.value + "xyz\r\nmn\r\n"))
        #expect(long.stdout == "STORED\r\n", "\(long)")
        #expect(long.stderr.contains("does not end where its length says: set k 0 0 5242881\n"), "\(long)")
        #expect(try await session.server.value(of: "k") == nil)
    }

    @Test func `through --pipe requests around long values keep their order`() async throws {
        let session = try await start()
        let set: ByteString = "0 0 5242880\r\n\(Self.value)\r\n"
        let run = try await session.run(
            "--pipe",
            input: .pieces([
                "set a 0 0 1 noreply\r\n1\r\nset k ", set, "incr a 1\r\nset l \(set)incr a 1\r\nms m 52", "42880 q\r\n",
                Self.value, "\r", "\nset n \(set)incr a", " 1\r\n",
            ]))
        #expect(run.stdout == "STORED\r\n2\r\nSTORED\r\n3\r\nSTORED\r\n4\r\n", "\(run)")
        #expect(run.status == 0)
        for key in ["k", "l", "m", "n"] as [ByteString] { try await expectStored(session, under: key) }
    }

    @Test func `a server that stops reading inside a long value is 5, and what follows is not sent`() async throws {
        let server = try ScriptedServer([.expectLine, .stopReading], receiveBuffer: 4096)
        let program = try BuiltProgram()
        try program.home.write(ByteString(repeating: 1, count: 32 << 20), to: "long")
        let run = try await program.run(
            arguments: ["-s", ByteString(server.address), "--timeout", "1", "-k"],
            input: .bytes("set k < long\nset a 1\nset b 2\n"))
        #expect(run.status == 5, "\(run)")
        #expect(run.stdout == "")
        #expect(run.stderr.contains("no answer within 1 s"), "\(run)")
        // A second connection finds out which protocol the server speaks.
        #expect(server.connectionCount < 2 || !server.received(on: 1).contains("set"))
    }

    @Test func `a server that reads a long value slowly has the time it needs`() async throws {
        // For more than two seconds it reads a little at a time, and the rest does not fit into the buffers.
        let slowly = (0..<120).flatMap { _ in [.delay(.milliseconds(20)), .expectAnything] as [ScriptedServer.Step] }
        let value = ByteString(repeating: UInt8(ascii: "x"), count: 32 << 20) + "end"
        let run = try await keepingPace(within: .seconds(1)) {
            let server = try ScriptedServer(
                on: .unixSocket, slowly + [.expectThrough("end\r\n"), .send("STORED\r\n")])
            return (server, try await runAgainst(server, "--timeout", "1", "-x", "set", "k", input: .bytes(value)))
        }
        try expectPace(run)
        #expect(run?.stdout == "STORED\n", "\(String(describing: run))")
    }

    @Test(arguments: ["--raw", "--json"] as [ByteString])
    func `a long value that arrives byte by byte is 5 after the timeout`(format: ByteString) async throws {
        let server = try ScriptedServer([
            .expect("get k\r\n"), .send("VALUE k 0 2000000\r\n"), .drip("x", every: .milliseconds(100)),
        ])
        let run = try await runAgainst(server, "--timeout", "500ms", format, "get", "k")
        #expect(run.status == 5, "\(run.stderr)")
        #expect(run.stderr.contains("no answer within 500 ms"), "\(run.stderr)")
        #expect(run.stdout.count < 2_000_000)
    }

    @Test func `a long value that arrives slowly has the time it needs`() async throws {
        // Twice the time limit, in pieces too small to count as progress.
        let slowly = (0..<200).flatMap { number in
            [.delay(.milliseconds(10)), .send(ByteString(repeating: UInt8(ascii: "x"), count: 10_000))]
                as [ScriptedServer.Step]
        }
        let run = try await keepingPace(within: .seconds(1)) {
            let server = try ScriptedServer(
                [.expect("get k\r\n"), .send("VALUE k 0 2000000\r\n")] + slowly + [.send("\r\nEND\r\n")])
            return (server, try await runAgainst(server, "--timeout", "1s", "--raw", "get", "k"))
        }
        try expectPace(run)
        #expect(run?.status == 0, "\(String(describing: run?.stderr))")
        #expect(run?.stdout == ByteString(repeating: UInt8(ascii: "x"), count: 2_000_000))
    }

    #if os(Linux)
        @Test(arguments: [[], ["--pipe"]] as [[ByteString]])
        func `a long value is in memory once`(options: [ByteString]) async throws {
            let session = try await Session.start(arguments: ["-I", "128m", "-m", "512"])
            let value = ByteString(repeating: UInt8(ascii: "x"), count: 64 << 20)
            try session.program.home.write(value, to: "big")
            let program = try await session.program.start(arguments: session.selection + options)
            let input: ByteString = options.isEmpty ? "set k < big\n" : "set k 0 0 67108864\r\n\(value)\r\n"
            try await program.write(input)
            try await program.waitForOutput { $0.hasPrefix("STORED") && $0.hasSuffix("\n") }
            let status = try String(contentsOfFile: "/proc/\(program.processNumber)/status", encoding: .utf8)
            program.closeInput()
            let run = try await program.waitForEnd()
            #expect(run.status == 0, "\(run)")
            let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            let kilobytes = try #require(peak?.split(separator: " ").dropLast().last.flatMap { Int($0) })
            #expect(kilobytes < 120_000, "\(kilobytes) kB")
        }
    #endif
}
