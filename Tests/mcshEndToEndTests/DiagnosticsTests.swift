import Foundation
import TestSupport
import Testing

/// The messages of mcsh about mistakes: where, what, and what to write instead.
@Suite(.inTurns)
struct DiagnosticsTests {
    @Test(
        arguments: [
            (["incr", "nope"], "(not found); add nope 0 creates it\n"),
            (["decr", "no*pe", "2"], "(not found); add no*pe 0 creates it\n"),
            (["get", "user:*"], "(not found); keys 'user:*' takes it as a pattern\n"),
            (["delete", "a?"], "(not found); delete --match 'a?' takes it as a pattern\n"),
            (["get", "a"], "(not found)\n"),
            (["touch", "a*", "60"], "(not found)\n"),
        ] as [([ByteString], ByteString)])
    func `a miss suggests to people what was probably meant`(words: [ByteString], answer: ByteString) async throws {
        let session = try await Session.start()
        let run = try await session.run(words: ["-o", "human"] + words)
        #expect(run.stdout == answer && run.status == 1, "\(run)")
        let plain = try await session.run(words: words)
        #expect(!plain.stdout.text.contains(";"), "\(plain)")
    }

    @Test func `an error whose reason is known has it`() async throws {
        let session = try await Session.start()
        let cluster = try await session.run("config", "get", "cluster")
        #expect(cluster.status == 3 && cluster.stderr.contains("configuration endpoint"), "\(cluster)")
        let flash = try await session.run("-y", "extstore", "item_size", "512")
        #expect(flash.status == 3 && flash.stdout == "" && flash.stderr.contains("no flash storage"), "\(flash)")
        let old = try ScriptedServer(
            [.expect("watch deletions\r\n"), .send("ERROR\r\n"), .close],
            [.expect("version\r\n"), .send("VERSION 1.6.18\r\n"), .silence])
        let watch = try await runAgainst(old, "watch", "deletions")
        #expect(watch.stderr.contains("ERROR: watch deletions needs memcached 1.6.20; this is 1.6.18"), "\(watch)")
        #expect(watch.status == 3, "\(watch)")
    }

    struct Mistake: CustomTestStringConvertible, Sendable {
        var line: ByteString
        /// The columns at which the error may be shown, counted from 1.
        var columns: ClosedRange<Int>
        var message: ByteString

        init(_ line: ByteString, _ columns: ClosedRange<Int>, _ message: ByteString) {
            self.line = line
            self.columns = columns
            self.message = message
        }

        var testDescription: String { line.description }
    }

    @Test(arguments: [
        Mistake("gte k", 1...1, "get"),
        Mistake("   delte k", 4...4, "delete"),
        Mistake(#"set k "open"#, 7...11, "quot"),
        Mistake(#"set k 'open"#, 7...11, "quot"),
        Mistake(#"set k "a\qb""#, 7...10, #"\q"#),
        Mistake(#"set k "\x4""#, 7...11, #"\x"#),
        Mistake(#"set k "\u{110000}""#, 7...18, #"\u"#),
        Mistake(#"set k "\u{d800}""#, 7...16, #"\u"#),
        Mistake(#"set k "a"b"#, 7...11, ""),
        Mistake("set k v soon", 9...9, "soon"),
        Mistake("incr k many", 8...8, "many"),
        Mistake("set k v --flag 1", 9...9, "--flags"),
        Mistake(#"get "a b""#, 5...7, "key"),
        Mistake("get ", 1...5, "KEY"),
        Mistake("set k", 1...7, "VALUE"),
        Mistake("get k >", 7...8, ">"),
    ])
    func `a mistake is shown with its place, a caret and advice`(_ mistake: Mistake) async throws {
        let server = try ScriptedServer([.silence])
        let run = try await runAgainst(server, input: .bytes("# first\n\(mistake.line)\n"))
        #expect(run.status == 2, "\(run)")
        #expect(run.stdout == "")
        let first = try #require(run.stderr.lines.first?.text)
        let place = first.split(separator: ":", maxSplits: 3)
        try #require(place.count == 4, "\(run)")
        #expect(place[0] == "stdin")
        #expect(place[1] == "2")
        let column = try #require(Int(place[2]), "\(run)")
        #expect(mistake.columns.contains(column), "\(run)")
        #expect(run.stderr.contains(mistake.message), "\(run)")

        // The line is repeated and the caret is below the named column.
        let lines = run.stderr.lines.map(\.text)
        let caret = try #require(
            lines.firstIndex { $0.allSatisfy { " ^~".contains($0) } && $0.contains("^") }, "\(run)")
        try #require(caret > 0)
        let text = mistake.line.text
        let indentation = try #require(lines[caret - 1].range(of: text)?.lowerBound, "\(run)")
        let offset = lines[caret - 1].distance(from: lines[caret - 1].startIndex, to: indentation)
        #expect(lines[caret].prefix { $0 == " " }.count == offset + column - 1, "\(run)")
        #expect(server.receivedNothing)
    }

    @Test(arguments: [
        ("gte", "get"), ("sett", "set"), ("flushall", "flush_all"), ("delet", "delete"), ("stat", "stats"),
        ("increment", "incr"), ("vresion", "version"),
    ])
    func `an unknown command is answered with the nearest`(written: String, meant: String) async throws {
        let run = try await BuiltProgram().run("-s", ByteString(ServerEndpoint.refused()), ByteString(written), "k")
        #expect(run.status == 2, "\(run)")
        #expect(run.stderr.text.lowercased().contains("did you mean"), "\(run)")
        #expect(run.stderr.contains(ByteString(meant)), "\(run)")
    }

    @Test func `a command that is like no other is not guessed at`() async throws {
        let run = try await BuiltProgram().run("-s", ByteString(ServerEndpoint.refused()), "xyzzyqqqq")
        #expect(run.status == 2)
        #expect(run.stderr.contains("xyzzyqqqq"))
        #expect(!run.stderr.text.lowercased().contains("did you mean"))
    }

    @Test(arguments: ["ge", "del", "inc", "g"])
    func `the beginning of a name is not the name`(_ written: String) async throws {
        let server = try ScriptedServer([.silence])
        let run = try await runAgainst(server, ByteString(written), "k")
        #expect(run.status == 2, "\(run)")
        #expect(server.receivedNothing)
    }

    @Test(arguments: ["set k 0 60 5", "set k 0 0 5", "add k 0 60 5", "set k 0 60 5 noreply"])
    func `the wire form from a cheat sheet is explained and not stored as a value`(_ line: String) async throws {
        let session = try await Session.start()
        let run = try await session.script("\(ByteString(line))\nhello\n")
        #expect(run.status == 2, "\(run)")
        #expect(run.stderr.hasPrefix("stdin:1:"), "\(run)")
        #expect(try await session.server.statistic("curr_items") == "0")
    }

    @Test func `an unknown option of a command says how to write it as a value`() async throws {
        let server = try ScriptedServer([.silence])
        let run = try await runAgainst(server, input: .bytes("set k --dashes\n"))
        #expect(run.status == 2)
        #expect(
            run.stderr.contains("\"--dashes\"") || run.stderr.contains("'--dashes'") || run.stderr.contains("-- "),
            "\(run)")
    }

    @Test func `an open quote is an error at its own line`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set a 1\nset b \"open\nset c 3\"\nset d 4\n")
        #expect(run.stdout == "STORED\n")
        #expect(run.stderr.hasPrefix("stdin:2:7: "), "\(run)")
        #expect(run.status == 2)
    }

    @Test func `every mistake of a script with -k is reported with its own line`() async throws {
        let session = try await Session.start()
        let run = try await session.script("bogus\nset a 1\nget\n\n# fine\n  incr a x\n", "-k")
        let places = run.stderr.lines.map(\.text).filter { $0.hasPrefix("stdin:") }
            .map { $0.split(separator: ":")[1] }
        #expect(places == ["1", "3", "6"], "\(run)")
    }

    @Test(
        arguments: [
            ["-r", "-1", "version"], ["-r", "x", "version"], ["--timeout", "-1", "version"], ["-p"], ["--nope"],
        ] as [[ByteString]])
    func `a mistake in the options is reported like any other`(_ words: [ByteString]) async throws {
        let run = try await BuiltProgram().run(arguments: words)
        #expect(run.status == 2 && run.stdout == "", "\(run)")
        #expect(run.stderr.hasPrefix("mcsh: "), "\(run)")
        #expect(run.stderr.text.hasSuffix("mcsh --help lists the options\n"), "\(run)")
        #expect(!run.stderr.contains("Error") && !run.stderr.text.lowercased().contains("usage:"), "\(run)")
    }

    @Test func `a mistake in a one-liner names the word`() async throws {
        let run = try await BuiltProgram().run("-s", ByteString(ServerEndpoint.refused()), "incr", "k", "many")
        #expect(run.status == 2)
        #expect(run.stderr.contains("many"), "\(run)")
        #expect(run.stderr.hasPrefix("mcsh: "), "\(run)")
    }

    @Test func `control bytes of a bad line do not reach the terminal`() async throws {
        let run = try await BuiltProgram().run(
            "-s", ByteString(ServerEndpoint.refused()),
            input: .bytes("bo\u{1b}]0;gus\u{7}\u{9b}31m \([0xff, 0x9b] as ByteString)\n"))
        #expect(run.status == 2)
        let forbidden: Set<UInt8> = [0x1b, 0x07, 0x9b, 0xff]
        // C1 controls are two bytes in UTF-8, the second of which is 0x80...0x9f.
        #expect(!run.stderr.bytes.contains { forbidden.contains($0) }, "\(run)")
    }

    @Test(arguments: ["get", "set", "incr", "stats", "mg"])
    func `every command explains itself`(_ command: String) async throws {
        let run = try await BuiltProgram().run("-s", ByteString(ServerEndpoint.refused()), "help", ByteString(command))
        #expect(run.status == 0, "\(run)")
        #expect(run.stdout.text.lowercased().contains(command))
    }
}
