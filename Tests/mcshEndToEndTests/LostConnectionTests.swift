import TestSupport
import Testing

/// Connections that fail: each failure is reported, with its meaning for each key, and has its documented status.
@Suite(.inTurns, .timeLimit(.minutes(5)))
struct LostConnectionTests {
    // MARK: -e

    @Test(arguments: [
        "set k v", "get k", "gets a b", "mg k v", "incr k", "touch k 60", "delete a b", "stats", "version",
    ])
    func `with -e a refused connection is reported as without`(line: ByteString) async throws {
        let address = try ServerEndpoint.refused()
        let program = try BuiltProgram()
        for form in [["-c", line], ["-c", "repeat 3 \(line)"]] as [[ByteString]] {
            let plain = try await program.run(arguments: ["-s", ByteString(address)] + form)
            let run = try await program.run(arguments: ["-s", ByteString(address), "-e"] + form)
            #expect(run.status == 4, "\(run)")
            #expect(run.stderr.text.hasPrefix("-c:1: \(address): cannot connect: connection refused"), "\(run)")
            if form.last == line { #expect(run.stderr == plain.stderr) }
        }
    }

    @Test func `with -e every input and format says why the connection failed`() async throws {
        let address = try ServerEndpoint.refused()
        let program = try BuiltProgram()
        let input = try await program.run(
            arguments: ["-s", ByteString(address), "-e"], input: .bytes("get a\nget b\n"))
        #expect(
            input.stderr == "stdin:1: \(address): cannot connect: connection refused; line 1 was not answered\n",
            "\(input)")
        _ = try program.home.write("get a\n", to: "script")
        let file = try await program.run(arguments: ["-s", ByteString(address), "-e", "-f", "script"])
        #expect(
            file.stderr == "script:1: \(address): cannot connect: connection refused; line 1 was not answered\n",
            "\(file)")
        let json = try await program.run(arguments: ["-s", ByteString(address), "-e", "--json", "-c", "get a"])
        #expect(
            json.stderr == """
                {"error":"cannot connect: connection refused; line 1 was not answered","code":"cannot-connect",\
                "line":1,"server":"\(address)"}

                """, "\(json)")
        #expect([input.status, file.status, json.status] == [4, 4, 4])
    }

    @Test func `with -e a timeout, a foreign reply and a hang-up are reported`() async throws {
        let silent = try ScriptedServer([.silence])
        let late = try await runAgainst(silent, "--timeout", "200ms", "-e", "-c", "get a")
        #expect(late.status == 5, "\(late)")
        #expect(late.stderr == "-c:1: \(silent.address): no answer within 200 ms; line 1 was not answered\n")
        let foreign = try ScriptedServer([.expectLine, .send("HTTP/1.1 400 Bad Request\r\n")])
        let other = try await runAgainst(foreign, "-e", "-c", "get a")
        #expect(other.status == 8, "\(other)")
        #expect(other.stderr.contains("-c:1: \(foreign.address): the server speaks HTTP, not memcached"), "\(other)")
        let closing = try ScriptedServer([.expectLine, .close])
        let closed = try await runAgainst(closing, "-e", "-c", "get a")
        #expect(closed.status == 4, "\(closed)")
        #expect(closed.stderr.contains("-c:1: \(closing.address): the server closed the connection"), "\(closed)")
    }

    @Test func `a mistake in a later line does not hide a lost connection`() async throws {
        let address = try ServerEndpoint.refused()
        let run = try await BuiltProgram().run(
            arguments: ["-s", ByteString(address), "-k"], input: .bytes("get a\nnonsense\nget b\n"))
        #expect(run.status == 4)
        #expect(
            run.stderr.text.hasPrefix(
                "stdin:1: \(address): cannot connect: connection refused; line 1 was not answered\n"),
            "\(run)")
        #expect(run.stderr.contains("stdin:2:1: there is no command"), "\(run)")
    }

    @Test func `after a loss no file is emptied for a line that is not sent`() async throws {
        let address = try ServerEndpoint.refused()
        let program = try BuiltProgram()
        _ = try program.home.write("kept", to: "file")
        let run = try await program.run(arguments: ["-s", ByteString(address)], input: .bytes("get a\nget b > file\n"))
        #expect(run.status == 4, "\(run)")
        #expect(try program.home.read("file") == "kept")
    }

    // MARK: 5

    @Test(arguments: [[], ["--pipe"], ["-e"], ["--json"]] as [[ByteString]])
    func `a server that does not answer is 5, however many lines wait`(options: [ByteString]) async throws {
        let server = try ScriptedServer([.silence])
        let lines = ByteString((1...50_000).map { "get key\($0)\n" }.joined())
        let run = try await BuiltProgram().run(
            arguments: ["-s", ByteString(server.address), "--timeout", "300ms"] + options, input: .bytes(lines),
            within: .seconds(60))
        #expect(run.status == 5, "\(run)")
        #expect(run.stderr.contains("no answer within 300 ms"), "\(run)")
        #expect(run.stderr.text.split(separator: "\n").count == 1, "\(run)")
    }

    @Test(arguments: [[], ["--pipe"]] as [[ByteString]])
    func `a server that stops reading is 5`(options: [ByteString]) async throws {
        let server = try ScriptedServer([.stopReading])
        let value = String(repeating: "v", count: 20_000)
        let lines = ByteString(
            (1...1000).map { options.isEmpty ? "set k\($0) \(value)\n" : "set k\($0) 0 0 20000\r\n\(value)\r\n" }
                .joined())
        let run = try await BuiltProgram().run(
            arguments: ["-s", ByteString(server.address), "--timeout", "300ms"] + options, input: .bytes(lines),
            within: .seconds(60))
        #expect(run.status == 5, "\(run)")
    }

    @Test func `of several keys on a server that does not answer all are shown as one timeout`() async throws {
        let server = try ScriptedServer([.silence])
        let run = try await runAgainst(server, "--timeout", "300ms", "show", "a", "b", "c")
        #expect(run.status == 5, "\(run)")
        #expect(run.stderr == "mcsh: \(server.address): a, b and c: no answer within 300 ms\n", "\(run)")
    }

    // MARK: watch

    @Test func `watch of a server that never answers is 5, even if --for ends first`() async throws {
        let server = try ScriptedServer([.silence])
        let run = try await runAgainst(server, "--timeout", "400ms", "watch", "--for", "100ms")
        #expect(run.status == 5, "\(run)")
        #expect(run.stderr == "mcsh: \(server.address): no answer within 400 ms\n", "\(run)")
        let json = try await runAgainst(server, "--timeout", "400ms", "--json", "watch", "--for", "100ms")
        #expect(
            json.stderr == """
                {"error":"no answer within 400 ms","code":"timed-out","server":"\(server.address)"}

                """, "\(json)")
        #expect(json.status == 5)
    }

    @Test func `the summary of watch names the servers that were watched`() async throws {
        let silent = try ScriptedServer([.silence])
        let refused = try ServerEndpoint.refused()
        let session = try await Session.start()
        let run = try await session.run(
            "-s", ByteString(silent.address), "-s", ByteString(refused), "--timeout", "1s", "watch", "--for", "300ms")
        #expect(run.status == 4, "\(run)")
        #expect(run.stderr.contains("watched \(session.server.address) for"), "\(run)")
        #expect(run.stderr.contains("\(silent.address): no answer within 1 s"), "\(run)")
        #expect(run.stderr.contains("\(refused): cannot connect: connection refused"), "\(run)")
    }

    @Test func `watch --limit waits for whether the other servers answer`() async throws {
        let eager = try ScriptedServer([
            .expectLine, .send("OK\r\nts=1.0 gid=1 type=deleted key=k cmd=delete clsid=1 size=1\r\n"), .silence,
        ])
        let silent = try ScriptedServer([.silence])
        let run = try await BuiltProgram().run(
            "-s", ByteString(eager.address), "-s", ByteString(silent.address), "--timeout", "500ms", "watch",
            "deletions", "--limit", "1")
        #expect(run.status == 5, "\(run)")
        #expect(run.stderr.contains("\(silent.address): no answer within 500 ms"), "\(run)")
        #expect(run.stderr.contains("watched \(eager.address) for"), "\(run)")
    }

    // MARK: Keys

    @Test func `an error of a command with several keys names the key`() async throws {
        let server = try ScriptedServer([
            .expectThrough("ab\r\n"), .send("STORED\r\nSERVER_ERROR out of memory storing object\r\n"),
        ])
        let run = try await runAgainst(server, "mset", "k1", "cd", "k2", "ab")
        #expect(run.stdout == "k1\tSTORED\n" || run.stdout == "STORED\n", "\(run)")
        #expect(run.stderr == "mcsh: \(server.address): k2: SERVER_ERROR out of memory storing object\n", "\(run)")
        let json = try ScriptedServer([
            .expectThrough("b\r\n"), .send("SERVER_ERROR no\r\nDELETED\r\n"),
        ])
        let deletion = try await runAgainst(json, "--json", "delete", "a", "b")
        #expect(
            deletion.stderr == """
                {"error":"SERVER_ERROR no","code":"server-error","server":"\(json.address)","key":"a"}

                """, "\(deletion)")
    }

    @Test(arguments: ["get", "gets", "delete", "exists", "ttl", "show", "where --probe"])
    func `a server that does not answer leaves the keys named`(command: String) async throws {
        let server = try ScriptedServer([.silence])
        let words = (command + " a b").split(separator: " ").map { ByteString(String($0)) }
        let run = try await BuiltProgram().run(
            arguments: ["-s", ByteString(server.address), "--timeout", "300ms"] + words)
        #expect(run.status == 5, "\(run)")
        #expect(run.stderr.contains("a and b"), "\(run)")
        let json = try await BuiltProgram().run(
            arguments: ["-s", ByteString(server.address), "--timeout", "300ms", "--json"] + words)
        #expect(json.stderr.contains("\"keys\":[\"a\",\"b\"]"), "\(json)")
    }

    @Test func `of a pool only the keys of the server that does not answer are named`() async throws {
        let silent = try ScriptedServer([.silence])
        let session = try await Session.start()
        let words: [ByteString] = ["--timeout", "300ms", "--json", "mset"]
        let pairs = Array("abcdefgh").flatMap { [ByteString(String($0)), "v"] as [ByteString] }
        let run = try await session.run(words: ["-s", ByteString(silent.address)] + words + pairs)
        #expect(run.status == 5, "\(run)")
        for letter in "abcdefgh" {
            let isStored = run.stdout.contains("\"key\":\"\(letter)\"")
            let line = run.stderr.text
            #expect(isStored != line.contains("\"\(letter)\""), "\(letter): \(run)")
        }
    }
}
