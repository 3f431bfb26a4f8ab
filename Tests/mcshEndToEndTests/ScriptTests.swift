import TestSupport
import Testing

/// Lines of the shell's own grammar, from standard input, from files and from `-c`.
@Suite(.inTurns)
struct ScriptTests {
    @Test func `answers come in the order of the lines, a newline after each value`() async throws {
        let session = try await Session.start()
        let run = try await session.script(
            """
            # a comment
            set a 1

               # another
              set b "two words"
            get a
            get missing
            get b
            get a b
            incr a 41
            delete a
            delete a
            """)
        #expect(run.stdout == "STORED\nSTORED\n1\ntwo words\na\t1\nb\ttwo words\n42\nDELETED\nNOT_FOUND\n")
        #expect(run.stderr == "")
        #expect(run.status == 1)
    }

    @Test func `one newline follows a value, also when it is empty or ends in one`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set a \"\"\nset b \"x\\n\"\nget a\nget b\n")
        #expect(run.stdout == "STORED\nSTORED\n\nx\n\n")
        #expect(run.status == 0)
    }

    struct Line: CustomTestStringConvertible, Sendable {
        var text: ByteString
        var value: ByteString

        init(_ text: ByteString, _ value: ByteString) {
            self.text = text
            self.value = value
        }

        var testDescription: String { text.description }
    }

    static let lines = [
        Line(#"set k {"a":1} 60"#, #"{"a":1}"#),
        Line(#"set k plain"#, "plain"),
        Line(#"  set   k    plain  "#, "plain"),
        Line("set\tk\tplain", "plain"),
        Line(#"set k """#, ""),
        Line(#"set k ''"#, ""),
        Line(#"set k 'literal \n "x"'"#, #"literal \n "x""#),
        Line(#"set k "\n\r\t\0\a\b\e\\\"""#, [10, 13, 9, 0, 7, 8, 27, 92, 34]),
        Line(#"set k "\x00\xff\x7F""#, [0, 255, 127]),
        Line(#"set k "\u{41}\u{e9}\u{1F642}""#, "Aé🙂"),
        Line(#"set k "it's""#, "it's"),
        Line(#"set k it's"#, "it's"),
        Line(#"set k a"b"c"#, #"a"b"c"#),
        Line(#"set k back\slash"#, #"back\slash"#),
        Line(#"set k a#b"#, "a#b"),
        Line(#"set k #b"#, "#b"),
        Line(#"set k "--flags""#, "--flags"),
        Line(#"set k -5"#, "-5"),
        Line(#"set k a=b"#, "a=b"),
        Line(#"set k "<""#, "<"),
        Line(#"set k a<b|c>d"#, "a<b|c>d"),
        Line("set k grüße", "grüße"),
        Line("set k \([0xff, 0x80, 0xc3] as ByteString)", [0xff, 0x80, 0xc3]),
    ]

    @Test(arguments: lines)
    func `a word is quoted as the grammar says`(_ line: Line) async throws {
        let session = try await Session.start()
        let run = try await session.script("\(line.text)\n")
        #expect(run.stdout == "STORED\n")
        #expect(run.status == 0, "\(run)")
        #expect(try await session.server.value(of: "k") == line.value)
    }

    @Test func `a last line without a line end is run`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set a 1\nset b 2")
        #expect(run.stdout == "STORED\nSTORED\n")
        #expect(try await session.server.value(of: "b") == "2")
    }

    @Test func `an empty script does nothing and succeeds`() async throws {
        let session = try await Session.start()
        for text in ["", "\n\n", "# only a comment\n"] as [ByteString] {
            let run = try await session.script(text)
            #expect(run.status == 0)
            #expect(run.stdout == "")
            #expect(run.stderr == "")
        }
    }

    @Test func `lines may be given as options`() async throws {
        let session = try await Session.start()
        let run = try await session.run("-c", #"set k "a b""#, "-c", "get k")
        #expect(run.stdout == "STORED\na b\n")
        #expect(run.status == 0, "\(run)")
    }

    @Test func `scripts are read from files in their order, and a dash is standard input`() async throws {
        let session = try await Session.start()
        try session.program.home.write("set k 1\n", to: "first.mcsh")
        try session.program.home.write("incr k 10\n", to: "second.mcsh")
        let files = try await session.run("-f", "first.mcsh", "-f", "second.mcsh")
        #expect(files.stdout == "STORED\n11\n")
        #expect(files.status == 0, "\(files)")
        let input = try await session.run("-f", "-", input: .bytes("get k\n"))
        #expect(input.stdout == "11\n")
    }

    @Test func `another script can be run from within one`() async throws {
        let session = try await Session.start()
        try session.program.home.write("set k 1\n", to: "inner.mcsh")
        let run = try await session.script("source inner.mcsh\nget k\n")
        #expect(run.stdout == "STORED\n1\n")
        #expect(run.status == 0, "\(run)")
    }

    @Test func `a value can come from a file and from the lines that follow`() async throws {
        let session = try await Session.start()
        try session.program.home.write(everyByte, to: "value.bin")
        let run = try await session.script("set a < value.bin\nset b << END\nfirst\n\"second\"\nEND\nget b\n")
        #expect(run.status == 0, "\(run)")
        #expect(try await session.server.value(of: "a") == everyByte)
        // The manual decides whether the last line's end belongs to the value.
        let text = try #require(try await session.server.value(of: "b"))
        #expect(text == "first\n\"second\"\n" || text == "first\n\"second\"")
    }

    @Test func `an answer can go to a file or through another program`() async throws {
        let session = try await Session.start()
        try await session.server.store("b\na\nc\n", under: "k")
        let run = try await session.script("get k > out.txt\nget k >> out.txt\nget k | sort\n")
        #expect(run.status == 0, "\(run)")
        #expect(run.stdout.lines.filter { !$0.isEmpty } == ["a", "b", "c"])
        let text = try session.program.home.read("out.txt")
        #expect(text.lines.filter { !$0.isEmpty } == ["b", "a", "c", "b", "a", "c"])
    }

    @Test func `a CAS value from gets is used by the next cas of that key`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set k 1\ngets k\ncas k 2\ncas k 3\nget k\n")
        #expect(run.stdout.lines.first == "STORED")
        #expect(run.stdout.lines.suffix(3) == ["STORED", "EXISTS", "2"], "\(run)")
        #expect(run.status == 1)
    }

    @Test func `cas without a CAS value from gets is refused`() async throws {
        let session = try await Session.start()
        try await session.server.store("1", under: "k")
        let run = try await session.script("cas k 2\n")
        #expect(run.status == 2, "\(run)")
        #expect(try await session.server.value(of: "k") == "1")
    }

    @Test func `a command can be repeated`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set n 0\nrepeat 3 incr n\n")
        #expect(run.stdout == "STORED\n1\n2\n3\n")
        #expect(run.status == 0, "\(run)")
    }

    @Test func `a store without a reply prints nothing and is done`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set k v --noreply\nget k\n")
        #expect(run.stdout == "v\n")
        #expect(run.status == 0, "\(run)")
    }

    @Test func `quit ends a script with the status it names`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set a 1\nquit 42\nset b 2\n")
        #expect(run.stdout == "STORED\n")
        #expect(run.status == 42)
        #expect(try await session.server.value(of: "b") == nil)
        #expect(try await session.script("quit\nset b 2\n").status == 0)
        #expect(try await session.server.value(of: "b") == nil)
    }

    @Test func `the format can be changed for what follows`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set k v\noutput json\nget k\n")
        #expect(run.stdout.hasPrefix("STORED\n{"), "\(run)")
        #expect(run.stdout.hasSuffix("}\n"))
    }

    @Test func `a long script is answered line for line`() async throws {
        let session = try await Session.start()
        let numbers = 0..<20_000
        let text = numbers.map { "set key\($0 % 500) value-\($0)\nget key\($0 % 500)\n" }.joined()
        let run = try await session.script(ByteString(text))
        #expect(run.status == 0)
        let isRight = run.stdout == ByteString(numbers.map { "STORED\nvalue-\($0)\n" }.joined())
        #expect(isRight, "\(run.stdout.lines.count) lines")
    }
}

/// What stops a script and what does not.
@Suite(.inTurns)
struct ScriptFailureTests {
    @Test func `an own mistake stops a script before anything later is sent`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set a 1\nbogus x\nset b 2\n")
        #expect(run.stdout == "STORED\n")
        #expect(run.stderr.hasPrefix("stdin:2:1: "), "\(run)")
        #expect(run.status == 2)
        #expect(try await session.server.value(of: "a") == "1")
        #expect(try await session.server.value(of: "b") == nil)
    }

    @Test(arguments: ["-k", "--keep-going"])
    func `a script can continue after its own mistakes`(_ option: String) async throws {
        let session = try await Session.start()
        let run = try await session.script("set a 1\nbogus x\nset b 2\nget\n", ByteString(option))
        #expect(run.stdout == "STORED\nSTORED\n")
        #expect(run.stderr.contains("stdin:2:1: "))
        #expect(run.stderr.contains("stdin:4:"))
        #expect(run.status == 2)
    }

    @Test func `a negative answer does not stop a script`() async throws {
        let session = try await Session.start()
        let run = try await session.script("get missing\nreplace a 1\nset b 2\n")
        #expect(run.stdout == "NOT_STORED\nSTORED\n")
        #expect(run.status == 1)
    }

    @Test func `an error of the server is reported with its line, and the script continues`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set a x\nincr a 1\nset b 2\n")
        #expect(run.stdout == "STORED\nSTORED\n")
        #expect(run.stderr.contains("stdin:2: "), "\(run)")
        #expect(run.stderr.contains("CLIENT_ERROR cannot increment or decrement non-numeric value"))
        #expect(run.status == 3)
    }

    @Test(arguments: ["-e", "--stop-on-error"])
    func `a script can stop at the first failure of any kind`(_ option: String) async throws {
        for (failing, status) in [("get missing", 1), ("incr text 1", 3), ("bogus", 2)] as [(ByteString, Int32)] {
            let session = try await Session.start()
            let run = try await session.script("set text x\n\(failing)\nset b 2\n", ByteString(option))
            #expect(run.stdout == "STORED\n")
            #expect(run.status == status, "\(run)")
            #expect(try await session.server.value(of: "b") == nil)
        }
    }

    @Test func `a mistake in a file is reported with the file's name`() async throws {
        let session = try await Session.start()
        try session.program.home.write("set a 1\n\n  frobnicate\n", to: "bad.mcsh")
        let run = try await session.run("-f", "bad.mcsh")
        #expect(run.stderr.hasPrefix("bad.mcsh:3:3: "), "\(run)")
        #expect(run.status == 2)
    }

    @Test func `a mistake in a later file does not undo earlier lines`() async throws {
        let session = try await Session.start()
        try session.program.home.write("set a 1\n", to: "good.mcsh")
        try session.program.home.write("set b\n", to: "bad.mcsh")
        let run = try await session.run("-f", "good.mcsh", "-f", "bad.mcsh")
        #expect(run.stdout == "STORED\n")
        #expect(run.stderr.hasPrefix("bad.mcsh:1:"), "\(run)")
        #expect(run.status == 2)
    }
}
