import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `mcsh --sandbox`: a private memcached that lives as long as the program.
@Suite(.inTurns)
struct SandboxTests {
    @Test func `a command runs against an empty server, which then is gone`() async throws {
        let program = try BuiltProgram()
        let first = try await program.run("--sandbox", "set", "k", "v")
        #expect(first.stdout == "STORED\n")
        #expect(first.status == 0, "\(first)")
        #expect(try await program.run("--sandbox", "get", "k").status == 1)
        #expect(program.home.contents(of: "tmp") == [])
    }

    @Test func `a script runs in it`() async throws {
        let run = try await BuiltProgram().run("--sandbox", input: .bytes("set k v\nget k\nincr n\n"))
        #expect(run.stdout == "STORED\nv\nNOT_FOUND\n")
        #expect(run.status == 1, "\(run)")
    }

    @Test func `the protocol can be spoken to it`() async throws {
        let run = try await BuiltProgram().run("--sandbox", "--pipe", input: .bytes("set k 0 0 1\r\nx\r\nget k\r\n"))
        #expect(run.stdout == "STORED\r\nVALUE k 0 1\r\nx\r\nEND\r\n")
        #expect(run.status == 0, "\(run)")
    }

    @Test func `its server ends with the program`() async throws {
        let program = try BuiltProgram()
        let run = try await program.run("--sandbox", "stats")
        let number = try serverNumber(run.stdout)
        #expect(try await eventually { !processIsRunning(number) })
        #expect(program.home.contents(of: "tmp") == [])
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func `its server ends also when a signal ends the program`(_ signal: Int32) async throws {
        let program = try BuiltProgram()
        let running = try await program.start("--sandbox")
        try await running.write("stats\n")
        let output = try await running.waitForOutput { $0.contains("pid\t") && $0.contains("curr_items\t") }
        let number = try serverNumber(output)
        #expect(processIsRunning(number))
        running.signal(signal)
        let run = try await running.waitForEnd()
        #expect(run.status == 128 + signal, "\(run)")
        #expect(try await eventually { !processIsRunning(number) })
        #expect(try await eventually { program.home.contents(of: "tmp") == [] })
    }

    @Test func `it listens on a socket in a private directory`() async throws {
        let program = try BuiltProgram()
        let running = try await program.start("--sandbox")
        try await running.write("stats settings\nversion\n")
        let output = try await running.waitForOutput { $0.contains("domain_socket\t/") && $0.contains("\numask\t") }
        let line = try #require(output.lines.map(\.text).first { $0.hasPrefix("domain_socket\t") })
        let path = line.dropFirst("domain_socket\t".count)
        let directory = try #require(path.lastIndex(of: "/").map { String(path[..<$0]) })
        var status = stat()
        #expect(stat(directory, &status) == 0, "\(directory)")
        #expect(status.st_mode & 0o777 == 0o700)
        running.closeInput()
        #expect(try await running.waitForEnd().status == 0)
        #expect(stat(directory, &status) != 0, "the directory is still there")
    }

    @Test func `two of them do not meet`() async throws {
        let program = try BuiltProgram()
        let first = try await program.start("--sandbox")
        let second = try await program.start("--sandbox")
        try await first.write("set k first\n")
        try await second.write("set k second\n")
        try await first.waitForOutput(endingIn: "STORED\n")
        try await second.waitForOutput(endingIn: "STORED\n")
        try await first.write("get k\n")
        try await first.waitForOutput(endingIn: "first\n")
        first.closeInput()
        second.closeInput()
        #expect(try await first.waitForEnd().status == 0)
        #expect(try await second.waitForEnd().status == 0)
    }

    @Test func `it leaves the servers of the environment alone`() async throws {
        let server = try ScriptedServer([.silence])
        var program = try BuiltProgram()
        program.environment["MCSH_SERVERS"] = server.address
        #expect(try await program.run("--sandbox", "set", "k", "v").status == 0)
        #expect(server.connectionCount == 0)
    }

    @Test func `without memcached it reports at once what is missing`() async throws {
        var program = try BuiltProgram()
        program.environment = ["PATH": program.home.path, "MCSH_MEMCACHED": ""]
        let run = try await program.run("--sandbox", "version")
        #expect(run.status == 4, "\(run)")
        #expect(run.stderr.contains("memcached is not installed"), "\(run)")
        #expect(!run.stderr.contains("does not listen"), "\(run)")
        #expect(try await eventually { program.home.contents(of: "tmp") == [] })
    }

    @Test func `a memcached that ends at once is reported with its status`() async throws {
        var program = try BuiltProgram()
        try program.home.makeDirectory("bin")
        try program.home.write("#!/bin/sh\nexit 71\n", to: "bin/memcached", mode: 0o700)
        program.environment["PATH"] = program.home.path(of: "bin") + ":/usr/bin:/bin"
        program.environment["MCSH_MEMCACHED"] = ""
        let run = try await program.run("--sandbox", "version")
        #expect(run.status == 4, "\(run)")
        #expect(run.stderr.contains("ended at once, with status 71"), "\(run)")
        #expect(program.home.contents(of: "tmp") == [])
    }

    @Test func `MCSH_MEMCACHED names the program that it starts, which may have a space in its path`() async throws {
        var program = try BuiltProgram()
        let memcached = try #require(MemcachedServer.installedProgram)
        try program.home.makeDirectory("my bin")
        try program.home.write(
            "#!/bin/sh\nexec '\(memcached)' -m 77 \"$@\" -m 77\n", to: "my bin/other", mode: 0o700)
        program.environment["MCSH_MEMCACHED"] = program.home.path(of: "my bin/other")
        let run = try await program.run("--sandbox", "stats", "settings")
        #expect(run.status == 0, "\(run)")
        #expect(run.stdout.contains("maxbytes\t\(77 << 20)\n"), "\(run)")
        #expect(try await eventually { program.home.contents(of: "tmp") == [] })
    }

    @Test(arguments: ["/nowhere/memcached", "no-such-memcached", "/"])
    func `a program of MCSH_MEMCACHED that cannot be run is named`(path: String) async throws {
        var program = try BuiltProgram()
        program.environment["MCSH_MEMCACHED"] = path
        let run = try await program.run("--sandbox", "version")
        #expect(run.status == 4, "\(run)")
        #expect(run.stderr.contains("cannot run \(path): see MCSH_MEMCACHED"), "\(run)")
        #expect(try await eventually { program.home.contents(of: "tmp") == [] })
    }

    @Test func `a directory for temporary files that is too long is refused and left as it was`() async throws {
        var program = try BuiltProgram()
        let name = String(repeating: "d", count: 80)
        try program.home.makeDirectory(name)
        program.environment["TMPDIR"] = program.home.path(of: name)
        let run = try await program.run("--sandbox", "--json", "version")
        #expect(run.status == 4, "\(run)")
        #expect(run.stderr.contains("TMPDIR is too long"), "\(run)")
        #expect(run.stderr.hasPrefix("{\"error\":"), "\(run)")
        #expect(program.home.contents(of: name) == [])
    }

    @Test func `an empty name of that directory is as none`() async throws {
        let run = try await BuiltProgram().runShell("TMPDIR= \"$MCSH\" --sandbox stats settings")
        #expect(run.status == 0, "\(run)")
        #expect(run.stdout.contains("domain_socket\t/tmp/mcsh-"), "\(run)")
    }

    @Test func `a sandbox ignores unusable servers of the environment`() async throws {
        var program = try BuiltProgram()
        program.environment["MCSH_SERVERS"] = "a,b"
        let run = try await program.run("--sandbox", "version")
        #expect(run.status == 0, "\(run)")
    }

    private func serverNumber(_ statistics: ByteString) throws -> Int32 {
        let line = try #require(statistics.lines.first { $0.hasPrefix("pid\t") }, "\(statistics)")
        return try #require(Int32(line.text.dropFirst(4)))
    }
}
