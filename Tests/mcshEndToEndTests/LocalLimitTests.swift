import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What this machine lacks: room for output, descriptors, an end of the input.
@Suite(.inTurns, .timeLimit(.minutes(10)))
struct LocalLimitTests {
    // MARK: Output

    @Test(arguments: [
        "--version", "--help", "--generate-completion-script bash", "--generate-completion-script zsh",
        "--generate-completion-script fish", "help", "help get",
    ])
    func `output of the program itself that cannot be written is 9`(words: String) async throws {
        let run = try await BuiltProgram().runShell("\"$MCSH\" \(words) > /dev/full")
        #expect(run.status == 9, "\(run)")
        #expect(run.stderr == "mcsh: cannot write the output: no space left on device\n", "\(run)")
    }

    @Test func `a file that cannot be written stops a script at its line`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set k v\nget k > /dev/full\nset after 1\n")
        #expect(run.status == 9, "\(run)")
        #expect(run.stdout == "STORED\n")
        #expect(run.stderr == "stdin:2: cannot write /dev/full: no space left on device\n", "\(run)")
        let json = try await session.script("get k > /dev/full\n", "--json")
        #expect(
            json.stderr == """
                {"error":"cannot write /dev/full: no space left on device","code":"local-file","line":1}

                """, "\(json)")
        let goingOn = try await session.script("get k > /dev/full\nset after 1\n", "-k")
        #expect(goingOn.status == 9, "\(goingOn)")
        #expect(goingOn.stdout == "STORED\n")
    }

    @Test(arguments: ["get k", "--json get k", "keys", "stats", "-c 'get k'", "--json -c 'get k'"])
    func `standard output that cannot be written is 9`(words: String) async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "k")
        var program = session.program
        program.environment["SERVER"] = session.server.address
        let run = try await program.runShell("\"$MCSH\" -s \"$SERVER\" \(words) > /dev/full")
        #expect(run.status == 9, "\(run)")
        let expected =
            words.hasPrefix("--json")
            ? "{\"error\":\"cannot write the output: no space left on device\",\"code\":\"local-file\"}\n"
            : "mcsh: cannot write the output: no space left on device\n"
        #expect(run.stderr.text == expected, "\(run)")
    }

    @Test func `a log that cannot be written is 9, in every kind of run`() async throws {
        let session = try await Session.start()
        for words in [["get", "k"], ["-c", "version"], ["--pipe"]] as [[ByteString]] {
            let run = try await session.run(words: ["--log", "/dev/full"] + words, input: .bytes("version\r\n"))
            #expect(run.status == 9, "\(words): \(run)")
            #expect(run.stderr.contains("cannot write the log /dev/full: no space left on device"), "\(words): \(run)")
        }
    }

    @Test func `delete --match writes nothing but JSON to standard error if that is requested`() async throws {
        let session = try await Session.start()
        for key in ["zz1", "zz2"] as [ByteString] { try await session.server.store("v", under: key) }
        let run = try await session.run("--json", "delete", "--match", "zz*")
        #expect(run.status == 7, "\(run)")
        let lines = run.stderr.text.split(separator: "\n")
        #expect(lines.count == 2, "\(run)")
        #expect(lines.allSatisfy { $0.hasPrefix("{\"error\":") && $0.hasSuffix("}") }, "\(run)")
        #expect(run.stderr.contains("zz1"), "\(run)")
    }

    // MARK: Input

    @Test func `a line without an end is refused where it begins`() async throws {
        let session = try await Session.start()
        for line in ["\"$MCSH\" -s \"$SERVER\" < /dev/zero", "\"$MCSH\" -s \"$SERVER\" -f /dev/zero"] {
            var program = session.program
            program.environment["SERVER"] = session.server.address
            let run = try await program.runShell(line, within: .seconds(120))
            #expect(run.status == 2, "\(run)")
            #expect(run.stderr.contains(":1: the line has more than 67108864 bytes"), "\(run)")
        }
        let run = try await session.script("set a 1\nsource /dev/zero\nset b 2\n", "-k")
        #expect(run.status == 2, "\(run)")
        #expect(run.stderr.contains("/dev/zero:1: the line has more than"), "\(run)")
    }

    @Test func `a request without an end is refused`() async throws {
        let session = try await Session.start()
        var program = session.program
        program.environment["SERVER"] = session.server.address
        let run = try await program.runShell("\"$MCSH\" -s \"$SERVER\" --pipe < /dev/zero", within: .seconds(120))
        #expect(run.status == 2, "\(run)")
        #expect(run.stderr.contains("request 1 was not sent"), "\(run)")
        #expect(run.stderr.contains("its line has more than 16777216 bytes"), "\(run)")
    }

    #if os(Linux)
        @Test(arguments: [
            "-x set big < value", "-c 'set big < value'", "--pipe < request", "get small --json", "keys",
            "-x add big --compress < value",
        ])
        func `without enough memory a command says so and is 9`(words: String) async throws {
            let session = try await Session.start()
            try await session.server.store("v", under: "small")
            var program = session.program
            program.environment["SERVER"] = session.server.address
            // Each may end it at another place.
            for limit in [60_000, 84_000, 110_000, 130_000] {
                let run = try await program.runShell(
                    """
                    truncate -s 50M value; { printf 'set big 0 0 52428800\\r\\n'; cat value; printf '\\r\\n'; } > request
                    ulimit -v \(limit); "$MCSH" -s "$SERVER" \(words)
                    """, within: .seconds(60))
                // Where the memory suffices the server refuses a value of this length.
                #expect([0, 3, 9].contains(run.status), "\(limit): \(run)")
                if run.status == 9 { #expect(run.stderr.contains("mcsh: ") || run.stderr.contains("-c:1:"), "\(run)") }
            }
        }
    #endif

    @Test func `a file that is longer than any value is not read`() async throws {
        let session = try await Session.start()
        let path = session.program.home.path(of: "long")
        _ = try session.program.home.write("", to: "long")
        try #require(truncate(path, 3 << 30) == 0)
        let run = try await session.script("set k < long\n")
        #expect(run.status == 2, "\(run)")
        #expect(run.stderr.contains("it has more than 1073741824 bytes"), "\(run)")
        var program = session.program
        program.environment["SERVER"] = session.server.address
        let input = try await program.runShell("\"$MCSH\" -s \"$SERVER\" -x set k < long")
        #expect(input.status == 2, "\(input)")
        #expect(input.stderr.contains("it has more than 1073741824 bytes"), "\(input)")
    }

    // MARK: Descriptors

    @Test(arguments: [
        "help get", "get k", "keys", "stats", "ping", "watch --for 50ms", "show k", "-c 'get k'", "servers",
    ])
    func `without enough descriptors a command says so and is 9`(words: String) async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "k")
        var program = session.program
        program.environment["SERVER"] = session.server.address
        for limit in Array(5...20) + [24, 30] {
            let run = try await program.runShell("ulimit -n \(limit); \"$MCSH\" -s \"$SERVER\" \(words)")
            if run.status == 0 { continue }
            #expect(run.status == 9, "\(limit): \(run)")
            // The table of servers contains the reason.
            #expect((run.stdout + run.stderr).contains("too many open files"), "\(limit): \(run)")
        }
    }

    @Test func `a large pool without enough descriptors says so`() async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "k")
        let socket = String(session.server.address.dropFirst("unix:".count))
        var names: [String] = []
        for number in 0..<64 {
            let path = session.program.home.path(of: "s\(number)")
            try #require(symlink(socket, path) == 0)
            names.append(path)
        }
        var program = session.program
        program.environment["SERVERS"] = names.joined(separator: ",")
        for (limit, words) in [(30, "stats"), (70, "keys"), (70, "stats"), (100, "keys"), (140, "keys")] {
            let run = try await program.runShell(
                "ulimit -n \(limit); \"$MCSH\" -s \"$SERVERS\" \(words) > /dev/null", within: .seconds(60))
            #expect(run.status == 0 || run.status == 9, "\(limit): \(run)")
            #expect(run.status == 0 || run.stderr.contains("too many open files"), "\(limit): \(run)")
        }
    }
}
