import Foundation
import TestSupport
import Testing

/// The configuration file as the built program reads it.
@Suite(.inTurns)
struct ConfigurationTests {
    /// A session whose pool `@cache` is its server.
    private static func session(_ settings: String = "", top: String = "") async throws -> Session {
        let session = try await Session.start()
        try session.configure(
            "\(BuiltProgram.patience)\(top)\n[pools.cache]\nservers = [\"\(session.server.address)\"]\n\(settings)\n")
        return session
    }

    @Test func `a pool of the file is named where a server is`() async throws {
        var session = try await Self.session()
        #expect(try await session.program.run("-s", "@cache", "set", "k", "v").stdout == "STORED\n")
        session.program.environment = ["MCSH_SERVERS": "@cache"]
        #expect(try await session.program.run("get", "k").stdout == "v")
        session.program.environment = ["MEMCACHED_SERVERS": "@cache"]
        #expect(try await session.program.run("get", "k").stdout == "v")
    }

    @Test func `the file is found in the home directory too`() async throws {
        var session = try await Session.start()
        try session.program.home.makeDirectory(".config")
        try session.configure(
            "\(BuiltProgram.patience)[pools.cache]\nservers = [\"\(session.server.address)\"]\n", in: ".config")
        session.program.environment = ["XDG_CONFIG_HOME": ""]
        #expect(try await session.program.run("-s", "@cache", "set", "k", "v").status == 0)
    }

    @Test func `a pool that is read-only refuses every write`() async throws {
        let session = try await Self.session("read_only = true")
        let run = try await session.program.run("-s", "@cache", "set", "k", "v")
        #expect(run.status == 7, "\(run)")
        #expect(try await session.server.value(of: "k") == nil)
        let pipe = try await session.program.run("-s", "@cache", "--pipe", input: .bytes("set k 0 0 1\r\nv\r\n"))
        #expect(pipe.status == 7, "\(pipe)")
        #expect(try await session.program.run("-s", "@cache", "get", "k").status == 1)
        // The same server by its address is one of the pool.
        #expect(try await session.run("set", "k", "v").status == 7)
        #expect(try await session.run("--no-config", "set", "k", "v").status == 0)
    }

    @Test func `a server of a production pool asks however it is named, and so do raw and --pipe`() async throws {
        let session = try await Self.session("environment = \"production\"\nprefix = \"p:\"")
        try await session.server.store("v", under: "p:k")
        let path = session.server.address.dropFirst(5)
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let spellings = [
            session.server.address, String(path), path[..<slash] + "/." + path[slash...], "\(path):3", "/" + path,
        ].map { ByteString(String($0)) }
        for name in spellings {
            #expect(try await session.program.run("-s", name, "get", "k").stdout == "v", "\(name)")
            let raw = try await session.program.run("-s", name, "raw", "flush_all")
            #expect(raw.status == 7 && raw.stderr.contains("-y"), "\(raw)")
            let pipe = try await session.program.run(
                "-s", name, "--pipe", input: .bytes("get p:k\r\nflush_all\r\nget p:k\r\n"))
            #expect(pipe.status == 7 && pipe.stdout == "VALUE p:k 0 1\r\nv\r\nEND\r\n", "\(pipe)")
            #expect(pipe.stderr.contains("request 2 was not sent"), "\(pipe)")
        }
        #expect(try await session.server.statistic("cmd_flush") == "0")
        #expect(try await session.run("raw", "get", "p:k").status == 0)
        #expect(try await session.run("-y", "raw", "verbosity 0").stdout == "OK\r\n")
        let pipe = try await session.run("-y", "--pipe", input: .bytes("verbosity 0\r\n"))
        #expect(pipe.stdout == "OK\r\n" && pipe.status == 0, "\(pipe)")
        let used = try await session.program.run(
            "-s", "127.0.0.1:1", "-c", "use \(session.server.address)", "-c", "get k", "-c", "raw flush_all")
        #expect(used.stdout == "v\n" && used.status == 7, "\(used)")
        #expect(used.stderr.contains("is listed in @cache: production, prefix p:"), "\(used)")
    }

    @Test func `use sees a pool that was written down after the start`() async throws {
        let session = try await Self.session()
        let file = session.program.home.path(of: "config/mcsh/config.toml")
        let more = "[pools.new]\nservers = [\"\(session.server.address)\"]\nprefix = \"n:\"\n"
        try session.program.home.write(ByteString(more), to: "more")
        let run = try await session.run(
            "-c", "stats | cat \(session.program.home.path(of: "more")) >> \(file)", "-c", "use @new", "-c", "set k v")
        #expect(run.status == 0, "\(run)")
        #expect(try await session.server.value(of: "n:k") == "v")
    }

    @Test func `a file that everybody may write is refused`() async throws {
        let session = try await Self.session()
        let path = session.program.home.path(of: "config/mcsh/config.toml")
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
        let run = try await session.run("version")
        #expect(run.status == 2 && run.stderr.contains("run: chmod o-w"), "\(run)")
        try FileManager.default.setAttributes([.posixPermissions: 0o664], ofItemAtPath: path)
        #expect(try await session.run("version").status == 0)
    }

    @Test func `the top of the file holds for every server`() async throws {
        let session = try await Self.session(top: "read_only = true")
        #expect(try await session.run("set", "k", "v").status == 7)
        #expect(try await session.run("--no-config", "set", "k", "v").status == 0)
    }

    @Test func `a pool's time limits hold, and the command line's go before them`() async throws {
        let server = try ScriptedServer([.expect("version\r\n"), .silence])
        let program = try BuiltProgram()
        try program.configure("[pools.slow]\nservers = [\"\(server.address)\"]\ntimeout = \"50ms\"\n")
        let run = try await program.run("-s", "@slow", "version")
        #expect(run.status == 5, "\(run)")
        #expect(run.stderr.contains("50 ms"), "\(run)")
        let other = try ScriptedServer([.expect("version\r\n"), .silence])
        try program.configure("[pools.slow]\nservers = [\"\(other.address)\"]\ntimeout = \"1000s\"\n")
        let limited = try await program.run("-s", "@slow", "--timeout", "60ms", "version")
        #expect(limited.status == 5, "\(limited)")
        #expect(limited.stderr.contains("60 ms"), "\(limited)")
    }

    @Test func `a mistake in the file is reported with its place, and no server is contacted`() async throws {
        let server = try ScriptedServer([.silence])
        let program = try BuiltProgram()
        try program.configure("# mine\n[pools.cache]\nserver = [\"a\"]\n")
        let path = program.home.path(of: "config/mcsh/config.toml")
        let message = "\(path):3:1: there is no key \"server\" here; did you mean servers?"
        let run = try await program.run("-s", ByteString(server.address), "version")
        #expect(run.status == 2, "\(run)")
        #expect(run.stderr == ByteString("\(message)\n"))
        let json = try await program.run("--json", "-s", ByteString(server.address), "version")
        #expect(json.status == 2, "\(json)")
        let escaped = message.replacing("\"", with: "\\\"")
        #expect(json.stderr == ByteString("{\"error\":\"\(escaped)\",\"code\":\"usage\"}\n"))
        #expect(server.connectionCount == 0)
    }

    @Test func `a file that is not read has no mistakes`() async throws {
        let session = try await Session.start()
        try session.configure("nonsense")
        #expect(try await session.run("--no-config", "version").status == 0)
        #expect(try await session.program.run("--sandbox", "version").status == 0)
        #expect(try await session.program.run("--version").status == 0)
        #expect(try await session.run("version").status == 2)
    }

    @Test func `a file with a password is for its owner alone`() async throws {
        let session = try await Self.session("[pools.other]\nservers = [\"a\"]\nuser = \"u\"\npassword = \"hunter2\"")
        let path = session.program.home.path(of: "config/mcsh/config.toml")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let refused = try await session.program.run("-s", "@cache", "version")
        #expect(refused.status == 2, "\(refused)")
        #expect(refused.stderr.contains("chmod 600 \(path)"), "\(refused)")
        #expect(!refused.stderr.contains("hunter2"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(try await session.program.run("-s", "@cache", "version").status == 0)
        let later = try await session.program.run("-s", "@other", "version")
        #expect(later.status == 2, "\(later)")
        #expect(later.stderr.contains("come in a later version"), "\(later)")
    }

    @Test func `a file that cannot be read is an error, and one that is not there is none`() async throws {
        let session = try await Session.start()
        try FileManager.default.removeItem(atPath: session.program.home.path(of: "config/mcsh/config.toml"))
        #expect(try await session.run("version").status == 0)
        let directory = session.program.home.path(of: "config/mcsh")
        try FileManager.default.createDirectory(
            atPath: directory + "/config.toml", withIntermediateDirectories: true)
        let run = try await session.run("version")
        #expect(run.status == 9, "\(run)")
        #expect(
            run.stderr
                == ByteString(
                    "mcsh: cannot read \(directory)/config.toml: it is not a file; --no-config runs without it\n"))
        let json = try await session.run("--json", "version")
        #expect(json.stderr.contains("\"code\":\"local-file\""), "\(json)")
        try FileManager.default.removeItem(atPath: directory + "/config.toml")
        // Without a writer: it must not be waited for.
        #expect(mkfifo(directory + "/config.toml", 0o600) == 0)
        #expect(try await session.run("version").status == 9)
        try FileManager.default.removeItem(atPath: directory)
        try session.program.home.write("", to: "config/mcsh")
        #expect(try await session.run("version").status == 0)
    }

    @Test(
        arguments: [
            (["-s", "@cache", "-s", "127.0.0.1"], "@cache is a pool, and cannot be combined with servers"),
            (["-s", "@cache,@other"], "@cache and @other: one pool can be used at a time"),
            (["-s", "@cahce"], "did you mean @cache?"), (["--no-config", "-s", "@cache"], "--no-config"),
            (["--profile", "dalli"], "there are python-memcached, "),
            (["--dead-retry", "soon"], "\"soon\" is not a time"),
            (["--prefix", "a b"], "holds a space at byte 2"),
        ] as [([ByteString], String)])
    func `options that name no servers are refused`(words: [ByteString], message: String) async throws {
        let session = try await Self.session()
        let run = try await session.program.run(arguments: words + ["version"])
        #expect(run.status == 2, "\(run)")
        #expect(run.stderr.hasPrefix("mcsh: ") && run.stderr.contains(ByteString(message)), "\(run)")
    }
}

extension BuiltProgram {
    /// Writes the configuration file.
    fileprivate func configure(_ text: String, in directory: String = "config") throws {
        if !home.contents(of: directory).contains("mcsh") { try home.makeDirectory("\(directory)/mcsh") }
        try home.write(ByteString(text), to: "\(directory)/mcsh/config.toml")
    }
}

extension Session {
    fileprivate func configure(_ text: String, in directory: String = "config") throws {
        try program.configure(text, in: directory)
    }
}
