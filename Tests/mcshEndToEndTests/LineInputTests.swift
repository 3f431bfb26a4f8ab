import TestSupport
import Testing

/// Values and lines that do not come from a word.
@Suite(.inTurns)
struct LineInputTests {
    @Test func `raw takes the value of a store from the lines that follow`() async throws {
        let session = try await Session.start()
        let run = try await session.script("raw set k 0 0 11 << END\nhello\nworld\nEND\nraw get k\n")
        #expect(run.stdout == "STORED\r\nVALUE k 0 11\r\nhello\nworld\r\nEND\r\n")
        #expect(run.stderr == "")
        #expect(run.status == 0)
    }

    @Test func `raw sends nothing when the value is not as long as the line says`() async throws {
        let session = try await Session.start()
        let run = try await session.script("raw set k 0 0 12 << END\nhello\nEND\nget k\n")
        #expect(run.stdout == "")
        #expect(run.stderr.text.contains("the line announces a value of 12 bytes, and 5 are given"))
        #expect(run.status == 2)
    }

    @Test(arguments: ["v", "", "two\nlines\n", "\u{0}\u{1}\r\n"] as [ByteString])
    func `a value is written to a file or a command as its exact bytes, and can be read back`(
        _ value: ByteString
    ) async throws {
        let session = try await Session.start()
        try await session.server.store(value, under: "k")
        try session.program.home.write("get k > sourced\n", to: "script")
        let run = try await session.script(
            """
            get k > file
            get k >> file
            get k | cat > command
            gat 60 k > touched
            repeat 2 get k >> repeated
            source script
            set copy < command
            get copy > copied

            """, "-k")
        #expect(run.status == 0, "\(run)")
        let home = session.program.home
        #expect(try home.read("file") == value + value)
        #expect(try home.read("repeated") == value + value)
        for name in ["command", "touched", "sourced", "copied"] { #expect(try home.read(name) == value, "\(name)") }
        let lines = try await session.run("-c", "get k > line", "-c", "get k --json > object", "-c", "get k k > many")
        #expect(lines.status == 0, "\(lines)")
        #expect(try home.read("line") == value)
        #expect(try home.read("object").hasPrefix("{\"key\":\"k\""))
        #expect(try home.read("many").hasPrefix("k\t"))
    }

    @Test func `a long value goes to a file as its exact bytes`() async throws {
        let session = try await Session.start(arguments: ["-I", "4m"])
        let value = patterned(count: 3_000_000)
        try await session.server.store(value, under: "k")
        let run = try await session.script("get k > file\nset copy < file\nget copy | cat > other\n")
        #expect(run.status == 0, "\(run)")
        #expect(try session.program.home.read("file") == value)
        #expect(try session.program.home.read("other") == value)
    }

    @Test func `a here-document of a file with CRLF has no carriage return at its end`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set a << END\r\n{\"n\":1}\r\nEND\r\nset b << END\r\n1\r\n2\r\nEND\r\n")
        #expect(run.stdout == "STORED\nSTORED\n", "\(run)")
        #expect(try await session.server.value(of: "a") == "{\"n\":1}")
        #expect(try await session.server.value(of: "b") == "1\r\n2")
        #expect(try await session.script("set c << END\n1\r\nEND\n").status == 0)
        #expect(try await session.server.value(of: "c") == "1\r")
    }

    @Test func `a byte order mark before the first line is none of it`() async throws {
        let session = try await Session.start()
        let mark = ByteString([0xef, 0xbb, 0xbf] as [UInt8])
        #expect(try await session.script(mark + "set a 1\n").stdout == "STORED\n")
        #expect(try await session.script(mark).status == 0)
        try session.program.home.write(mark + "# mine\nset b 2\n", to: "script")
        #expect(try await session.run("-c", "source script", "-c", "get b").stdout == "STORED\n2\n")
        #expect(try await session.run("-f", "script").stdout == "STORED\n")
        #expect(try await session.script("set c 1\n" + mark + "set d 1\n").status == 2)
    }

    @Test func `a redirection without a space is refused, and the lines of its value are none of the script`()
        async throws
    {
        let session = try await Session.start()
        let run = try await session.script("set a <<END\nset b 1\nEND\nget a >out\nget c; get d\nset e 1\n", "-k")
        #expect(run.stdout == "STORED\n" && run.status == 2, "\(run)")
        #expect(run.stderr.contains("stdin:1:7: << must be a word of its own; write << END"), "\(run)")
        #expect(run.stderr.contains("stdin:4:7: > must be a word of its own; write > out"), "\(run)")
        #expect(run.stderr.contains("stdin:5:5: a line is one command"), "\(run)")
        #expect(try await session.server.value(of: "b") == nil)
    }

    @Test func `a lifetime in the past is reported, in scripts as a note`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set a 1 2020-01-01\nset a 1 @5 --output human\n")
        #expect(run.stdout == "STORED\nstored, but that time is past: the item is already gone\n", "\(run)")
        #expect(run.stderr.contains("stdin:1: note: 2020-01-01T00:00:00Z is in the past: the item is gone at once"))
        let refused = try await session.run("-y", "flush_all", "never")
        #expect(refused.status == 2, "\(refused)")
        #expect(try await session.server.statistic("cmd_flush") == "0")
    }

    @Test func `words of a one-liner are repeated as they are`() async throws {
        let session = try await Session.start()
        let run = try await session.run("repeat", "2", "append", "k", " a \"b\"")
        #expect(run.stdout == "NOT_STORED\nNOT_STORED\n")
        #expect(try await session.run("repeat", "2", "set", "k", " a \"b\"").stdout == "STORED\nSTORED\n")
        #expect(try await session.run("get", "k").stdout == " a \"b\"")
    }

    @Test(arguments: [["-x", "get", "k"], ["-c", "get k < /dev/null"], ["-x", "delete", "k"]] as [[ByteString]])
    func `a command that takes no value is not given one`(words: [ByteString]) async throws {
        let session = try await Session.start()
        let run = try await session.run(words: words, input: .bytes("v"))
        #expect(run.stderr.text.contains("takes no value from a file or from standard input"))
        #expect(run.status == 2)
    }

    @Test func `the notes of a line that fails are not printed for the next`() async throws {
        let session = try await Session.start()
        let run = try await session.script("touch \"a b\" 45d\nset k v\n", "-k")
        #expect(run.stdout == "STORED\n")
        #expect(!run.stderr.text.contains("30 days"), "\(run)")
    }
}
