import TestSupport
import Testing

/// Values and lines that come from elsewhere than a word.
@Suite(.inTurns, .timeLimit(.minutes(5)))
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

    @Test func `what was to be said of a line that fails is not said of the next`() async throws {
        let session = try await Session.start()
        let run = try await session.script("touch \"a b\" 45d\nset k v\n", "-k")
        #expect(run.stdout == "STORED\n")
        #expect(!run.stderr.text.contains("30 days"), "\(run)")
    }
}
