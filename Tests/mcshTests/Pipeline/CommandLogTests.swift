import Testing

@testable import mcsh

/// The file that `--log` writes.
@Suite struct CommandLogTests {
    private static func record(
        _ line: String, _ outcome: CommandLog.Outcome, _ elapsed: Duration?
    ) -> String {
        var text: [UInt8] = []
        CommandLog.append(Array(line.utf8), on: "@cache", outcome, elapsed, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    @Test func `a record has the servers, the outcome, the seconds and the line`() {
        #expect(
            Self.record("get k", .ended(.negative), .microseconds(1250))
                == "\t@cache\t1\t0.001250\tget k\n")
        #expect(Self.record("get k", .sent, nil) == "\t@cache\tsent\t-\tget k\n")
        #expect(
            Self.record("watch", .cancelled, .seconds(61)) == "\t@cache\tcancelled\t61.000000\twatch\n")
    }

    @Test func `a line is escaped, and one with a secret is not shown`() {
        #expect(
            Self.record("set k \"a\nb\"\t\u{1b}", .sent, nil)
                == "\t@cache\tsent\t-\tset k \"a\\nb\"\\t\\e\n")
        #expect(
            Self.record("auth me hunter2", .ended(.usage), nil)
                == "\t@cache\t2\t-\t(not shown: it may hold a secret)\n")
    }

    @Test func `the words of a one-liner are quoted if necessary`() {
        let words = ["set", "k", "a b", ""].map { Array($0.utf8) }
        #expect(String(decoding: CommandLog.line(of: words), as: UTF8.self) == "set k \"a b\" \"\"")
    }
}
