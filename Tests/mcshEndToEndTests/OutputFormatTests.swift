import Foundation
import TestSupport
import Testing

/// The output of each format. Programs read these: a change here breaks the contract.
@Suite(.inTurns)
struct JSONOutputTests {
    @Test(
        arguments: [
            ["--json", "get", "k"], ["get", "k", "--json"], ["-o", "json", "get", "k"],
            ["--output", "json", "get", "k"],
        ] as [[ByteString]])
    func `an item is one object on one line`(_ words: [ByteString]) async throws {
        let session = try await Session.start()
        try await session.server.store("va\"lue", under: "k", flags: 7)
        let run = try await session.run(words: words)
        #expect(run.status == 0, "\(run)")
        let item = try singleObject(run.stdout)
        #expect(item["key"] as? String == "k")
        #expect(item["found"] as? Bool == true)
        #expect(item["value"] as? String == "va\"lue")
        #expect(item["flags"] as? Int == 7)
        #expect(item["size"] as? Int == 6)
        #expect(item["value_b64"] == nil)
    }

    @Test func `several items are one object a line, misses among them`() async throws {
        let session = try await Session.start()
        try await session.server.store("1", under: "a")
        try await session.server.store("2", under: "c")
        let run = try await session.run("--json", "get", "a", "b", "c")
        #expect(run.status == 1)
        let items = try objects(run.stdout)
        #expect(items.compactMap { $0["key"] as? String } == ["a", "b", "c"])
        #expect(items.compactMap { $0["found"] as? Bool } == [true, false, true])
        #expect(items.compactMap { $0["value"] as? String } == ["1", "2"])
    }

    @Test func `a miss is an object that says so`() async throws {
        let session = try await Session.start()
        let run = try await session.run("--json", "get", "k")
        #expect(run.status == 1)
        let item = try singleObject(run.stdout)
        #expect(item["key"] as? String == "k")
        #expect(item["found"] as? Bool == false)
        #expect(item["value"] == nil)
    }

    @Test func `a value that is not text is given in base64`() async throws {
        let session = try await Session.start()
        try await session.server.store(everyByte, under: "k")
        let item = try singleObject(try await session.run("--json", "get", "k").stdout)
        let encoded = try #require(item["value_b64"] as? String)
        let decoded = try #require(Data(base64Encoded: encoded))
        #expect(ByteString(decoded) == everyByte)
        #expect(item["value"] == nil)
        #expect(item["size"] as? Int == 256)
    }

    @Test func `text with control characters and other scripts stays text`() async throws {
        let session = try await Session.start()
        let value = "tab\t, newline\n, escape\u{1b}, NUL\u{0}, quote\", backslash\\, grüße, 🙂, \u{2028}, \u{7f}"
        try await session.server.store(ByteString(value), under: "k")
        let item = try singleObject(try await session.run("--json", "get", "k").stdout)
        #expect(item["value"] as? String == value)
    }

    @Test func `a key that is not text is given in base64`() async throws {
        let session = try await Session.start()
        let key: ByteString = [0x6b, 0xff, 0xfe]
        try await session.server.store("v", under: key)
        let item = try singleObject(try await session.run("--json", "get", key).stdout)
        #expect(item["key_b64"] as? String == "a//+")
        #expect(item["key"] == nil)
        #expect(item["value"] as? String == "v")
    }

    @Test func `gets gives the CAS value as well`() async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "k")
        let item = try singleObject(try await session.run("--json", "gets", "k").stdout)
        #expect(item["cas"] is NSNumber)
        #expect(item["value"] as? String == "v")
    }

    @Test(
        arguments: [
            (["set", "k", "v"], "set", "STORED", 0), (["add", "taken", "v"], "add", "NOT_STORED", 1),
            (["delete", "k"], "delete", "NOT_FOUND", 1), (["touch", "taken", "60"], "touch", "TOUCHED", 0),
            (["DELETE", "taken"], "delete", "DELETED", 0),
        ] as [([ByteString], String, String, Int32)])
    func `a status is an object with the command and the protocol's word`(
        words: [ByteString], command: String, status: String, exit: Int32
    ) async throws {
        let session = try await Session.start()
        try await session.server.store("x", under: "taken")
        let run = try await session.run(words: ["--json"] + words)
        let answer = try singleObject(run.stdout)
        #expect(answer["command"] as? String == command)
        #expect(answer["key"] as? String == words[1].text)
        #expect(answer["status"] as? String == status)
        #expect(run.status == exit)
    }

    @Test func `a counter is an object with a number`() async throws {
        let session = try await Session.start()
        try await session.server.store("41", under: "n")
        let answer = try singleObject(try await session.run("--json", "incr", "n").stdout)
        #expect(answer["key"] as? String == "n")
        #expect(answer["value"] as? Int == 42)
    }

    @Test func `the largest counter is exact`() async throws {
        let session = try await Session.start()
        try await session.server.store("18446744073709551614", under: "n")
        let run = try await session.run("--json", "incr", "n")
        #expect(run.stdout.contains("18446744073709551615"), "\(run)")
    }

    @Test func `statistics are one object, numbers as numbers`() async throws {
        let session = try await Session.start()
        let run = try await session.run("--json", "stats")
        #expect(run.status == 0)
        let answer = try singleObject(run.stdout)
        #expect(answer["server"] as? String == session.server.address)
        let statistics = try #require(answer["stats"] as? [String: Any])
        #expect(statistics["version"] is String)
        #expect(statistics["curr_items"] as? Int == 0)
    }

    @Test func `an error is an object on standard error`() async throws {
        let session = try await Session.start()
        try await session.server.store("x", under: "text")
        let run = try await session.run("--json", "incr", "text")
        #expect(run.status == 3)
        #expect(run.stdout == "")
        let error = try singleObject(run.stderr)
        #expect((error["error"] as? String)?.contains("non-numeric") == true, "\(run)")
        #expect(error["code"] != nil)
    }

    @Test func `in a script every answer is one line`() async throws {
        let session = try await Session.start()
        let run = try await session.script("set k \"a\\nb\"\nget k\nget missing\nincr k\ndelete k\n", "--json")
        #expect(run.status == 3)
        #expect(try objects(run.stdout).count == 4, "\(run)")
        #expect(try objects(run.stderr).count == 1, "\(run)")
    }

    private func objects(_ bytes: ByteString) throws -> [[String: Any]] {
        try bytes.lines.map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.bytes))
            return try #require(value as? [String: Any], "\(line)")
        }
    }

    private func singleObject(_ bytes: ByteString) throws -> [String: Any] {
        let found = try objects(bytes)
        #expect(found.count == 1, "\(bytes)")
        return try #require(found.first)
    }
}

@Suite(.inTurns)
struct PlainAndRawOutputTests {
    @Test func `values of several keys are escaped so that each has its line`() async throws {
        let session = try await Session.start()
        try await session.server.store("tab\tline\ncr\r", under: "a")
        try await session.server.store(everyByte, under: "b")
        let run = try await session.run("get", "a", "b")
        #expect(run.status == 0)
        let lines = run.stdout.lines
        #expect(lines.count == 2, "\(run)")
        for (line, key) in zip(lines, ["a", "b"] as [ByteString]) {
            #expect(line.hasPrefix("\(key)\t"))
            #expect(line.bytes.filter { $0 == UInt8(ascii: "\t") }.count == 1)
            #expect(!line.contains { $0 < 0x20 && $0 != UInt8(ascii: "\t") })
        }
    }

    @Test func `an escaped value can be pasted back`() async throws {
        let session = try await Session.start()
        let values = [
            everyByte, "plain", "two words", #"quote " and backslash \ and \n"#, "grüße 🙂", "'single'", "\u{9b}31m",
        ]
        for value in values {
            try await session.server.store(value, under: "k")
            try await session.server.store("x", under: "other")
            let line = try #require(try await session.run("get", "k", "other").stdout.lines.first)
            var escaped = ByteString(line.dropFirst(2))
            if !escaped.hasPrefix("\"") { escaped = "\"\(escaped)\"" }
            let run = try await session.script("set copy \(escaped)\n")
            #expect(run.status == 0, "\(run)")
            #expect(try await session.server.value(of: "copy") == value)
        }
    }

    @Test(arguments: [["--raw"], ["-o", "raw"]] as [[ByteString]])
    func `raw gives the value's bytes and nothing else`(_ format: [ByteString]) async throws {
        let session = try await Session.start()
        try await session.server.store(everyByte, under: "a")
        try await session.server.store("second", under: "b")
        #expect(try await session.run(words: format + ["get", "a"]).stdout == everyByte)
        #expect(try await session.run(words: format + ["get", "a", "b"]).stdout == everyByte + "second")
        let miss = try await session.run(words: format + ["get", "missing"])
        #expect(miss.stdout == "")
        #expect(miss.status == 1)
        let status = try await session.run(words: format + ["set", "a", "1"])
        #expect(status.stdout == "")
        #expect(status.status == 0)
        let script = try await session.program.run(
            arguments: session.selection + format, input: .bytes("get a\nset c 3\nget b\nget c\n"))
        #expect(script.stdout == "1second3")
    }

    @Test func `raw statistics are the server's own lines`() async throws {
        let session = try await Session.start()
        let run = try await session.run("--raw", "stats")
        let number = try #require(session.server.processNumber)
        #expect(run.stdout.contains("STAT pid \(number)"))
        #expect(run.stdout.lines.filter { !$0.isEmpty }.allSatisfy { $0.hasPrefix("STAT ") || $0.hasPrefix("END") })
    }

    @Test func `plain statistics are names and the server's numbers`() async throws {
        let session = try await Session.start()
        let run = try await session.run("stats")
        let number = try #require(session.server.processNumber)
        #expect(run.stdout.lines.contains("pid\t\(number)"), "\(run)")
        #expect(run.stdout.lines.contains("curr_items\t0"))
        #expect(run.status == 0)
    }

    @Test func `nothing is coloured in a pipe`() async throws {
        let session = try await Session.start()
        try await session.server.store("v", under: "k")
        for words in [["stats"], ["help"], ["show", "k"], ["get", "k", "k"]] as [[ByteString]] {
            let run = try await session.run(words: words)
            #expect(!run.stdout.bytes.contains(0x1b), "\(run)")
            #expect(!run.stderr.bytes.contains(0x1b), "\(run)")
        }
    }
}

@Suite(.inTurns)
struct TableOutputTests {
    @Test(arguments: ["--csv", "--tsv"] as [ByteString])
    func `items are rows below a header`(_ format: ByteString) async throws {
        let session = try await Session.start()
        try await session.server.store("x", under: "a")
        try await session.server.store("yz", under: "c", flags: 5)
        let run = try await session.run(format, "get", "a", "b", "c")
        #expect(run.status == 1)
        let rows = table(run.stdout, separator: format == "--csv" ? "," : "\t")
        #expect(rows.map { $0["key"] } == ["a", "b", "c"], "\(run)")
        #expect(rows.map { $0["value"] } == ["x", "", "yz"], "\(run)")
    }

    @Test func `csv quotes what needs it`() async throws {
        let session = try await Session.start()
        try await session.server.store(#"one, "two", three"#, under: "k")
        let run = try await session.run("--csv", "get", "k")
        #expect(run.stdout.contains(#""one, ""two"", three""#), "\(run)")
        #expect(table(run.stdout, separator: ",").map { $0["value"] } == [#"one, "two", three"#])
    }

    @Test func `a row of tsv is one line whatever the value holds`() async throws {
        let session = try await Session.start()
        try await session.server.store("tab\tand\nlines\r\n", under: "k")
        let run = try await session.run("--tsv", "get", "k")
        let fields = run.stdout.lines.map { line in
            line.bytes.split(separator: 9, omittingEmptySubsequences: false).count
        }
        #expect(fields.count == 2, "\(run)")
        #expect(Set(fields).count == 1, "\(run)")
    }

    @Test(arguments: ["--csv", "--tsv"] as [ByteString])
    func `statistics have a column for the server`(_ format: ByteString) async throws {
        let session = try await Session.start()
        let run = try await session.run(format, "stats")
        let header = try #require(run.stdout.lines.first)
        #expect(header.contains("server"), "\(run)")
        #expect(run.stdout.lines.count > 10)
    }

    @Test func `a script has one header for answers of one kind`() async throws {
        let session = try await Session.start()
        try await session.server.store("x", under: "a")
        try await session.server.store("y", under: "b")
        let run = try await session.script("get a\nget b\n", "--csv")
        #expect(run.stdout.lines.count == 3, "\(run)")
    }

    /// Rows by column name. Enough of CSV for values without line ends.
    private func table(_ bytes: ByteString, separator: Character) -> [[String: String]] {
        let lines = bytes.lines.map { fields($0.text.trimmingCharacters(in: ["\r"]), separator) }
        guard let header = lines.first else { return [] }
        return lines.dropFirst().map { line in
            Dictionary(zip(header, line)) { first, _ in first }
        }
    }

    private func fields(_ line: String, _ separator: Character) -> [String] {
        guard separator == "," else {
            return line.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
        }
        var fields = [""]
        var isQuoted = false
        var previous: Character?
        for character in line {
            if character == "\"" {
                // A doubled quote is a single one.
                if !isQuoted && previous == "\"" { fields[fields.count - 1].append("\"") }
                isQuoted.toggle()
            } else if character == separator && !isQuoted {
                fields.append("")
            } else {
                fields[fields.count - 1].append(character)
            }
            previous = character
        }
        return fields
    }
}
