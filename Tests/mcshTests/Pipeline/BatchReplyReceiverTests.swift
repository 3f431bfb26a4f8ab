import MemcacheCore
import Testing

@testable import mcsh

/// Replies as memcached sends them, answered line by line.
@Suite struct BatchReplyReceiverTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var lines: [String]
        var replies: String
        var output: String
        var status: ExitStatus = .done
        var format = OutputFormat.plain
        var testDescription: String { lines.joined(separator: "; ") + " as \(format)" }
    }

    /// The answer to the fence that follows a read of several keys.
    private static let version = "VERSION 1.6.18\r\n"

    @Test(arguments: [
        Case(lines: ["get a"], replies: "VALUE a 0 1\r\n1\r\nEND\r\n", output: "1\n"),
        Case(lines: ["get a"], replies: "END\r\n", output: "", status: .negative),
        Case(
            lines: ["get a", "get b", "get c"],
            replies: "VALUE a 0 1\r\n1\r\nVALUE b 0 1\r\n2\r\nVALUE c 0 1\r\n3\r\nEND\r\n", output: "1\n2\n3\n"),
        Case(
            lines: ["get a", "get b", "get c"], replies: "VALUE c 0 1\r\n3\r\nEND\r\n",
            output: "{\"key\":\"a\",\"found\":false}\n{\"key\":\"b\",\"found\":false}\n"
                + "{\"key\":\"c\",\"found\":true,\"value\":\"3\",\"flags\":0,\"size\":1}\n",
            status: .negative, format: .json),
        Case(
            lines: ["get a", "get b", "get c"], replies: "VALUE a 0 1\r\n1\r\nVALUE c 0 1\r\n3\r\nEND\r\n",
            output: "{\"key\":\"a\",\"found\":true,\"value\":\"1\",\"flags\":0,\"size\":1}\n"
                + "{\"key\":\"b\",\"found\":false}\n"
                + "{\"key\":\"c\",\"found\":true,\"value\":\"3\",\"flags\":0,\"size\":1}\n",
            status: .negative, format: .json),
        Case(
            lines: ["get a", "get b", "get c"], replies: "VALUE a 5 1\r\n1\r\nEND\r\n",
            output:
                "{\"key\":\"a\",\"found\":true,\"value\":\"1\",\"flags\":5,\"size\":1,\"type\":\"int\",\"decoded\":1}\n"
                + "{\"key\":\"b\",\"found\":false}\n{\"key\":\"c\",\"found\":false}\n",
            status: .negative, format: .json),
        Case(
            lines: ["get a", "get b"], replies: "END\r\n",
            output: "{\"key\":\"a\",\"found\":false}\n{\"key\":\"b\",\"found\":false}\n", status: .negative,
            format: .json),
        Case(
            lines: ["get a a", "get a"],
            replies: "VALUE a 0 1\r\n1\r\nVALUE a 0 1\r\n1\r\nVALUE a 0 1\r\n1\r\nEND\r\n", output: "a\t1\na\t1\n1\n"),
        Case(
            lines: ["get x", "get a", "get x", "get a"],
            replies: "VALUE a 0 1\r\n1\r\nVALUE a 0 1\r\n1\r\nEND\r\n", output: "1\n1\n", status: .negative),
        Case(
            lines: ["get a b", "get c d"], replies: "VALUE b 0 1\r\n2\r\nVALUE c 0 2\r\n\t3\r\nEND\r\n",
            output: "b\t2\nc\t\\t3\n", status: .negative),
        Case(
            lines: ["get a", "get b", "set c 1", "get c"],
            replies: "VALUE b 0 1\r\n2\r\nEND\r\n" + version + "STORED\r\nVALUE c 0 1\r\n1\r\nEND\r\n",
            output: "2\nSTORED\n1\n",
            status: .negative),
        Case(
            lines: ["get a", "get b --json", "get c"],
            replies: "VALUE a 0 1\r\n1\r\nVALUE b 0 1\r\n2\r\nVALUE c 0 1\r\n3\r\nEND\r\n",
            output: "1\n{\"key\":\"b\",\"found\":true,\"value\":\"2\",\"flags\":0,\"size\":1}\n3\n"),
        Case(
            lines: ["get a", "get b", "set c 1", "get d", "exists a b"],
            replies: "VALUE a 0 3\r\n1,2\r\nEND\r\n" + version
                + "STORED\r\nVALUE d 1 1\r\n\"\r\nEND\r\nHD\r\nEN\r\n",
            output: "key,found,value,flags,size,cas,ttl\na,true,\"1,2\",0,3,,\nb,false,,,,,\n"
                + "command,key,status\nset,c,STORED\n"
                + "key,found,value,flags,size,cas,ttl\nd,true,\"\"\"\",1,1,,\nkey,found\na,true\nb,false\n",
            status: .negative, format: .csv),
        Case(
            lines: ["gets a", "gets b"], replies: "VALUE a 0 1 7\r\n1\r\nEND\r\n",
            output: "key\tfound\tvalue\tflags\tsize\tcas\tttl\na\ttrue\t1\t0\t1\t7\t\nb\tfalse\t\t\t\t\t\n",
            status: .negative, format: .tsv),
        Case(
            lines: ["delete a b", "touch a 60", "incr n", "incr m"],
            replies: "DELETED\r\nNOT_FOUND\r\nTOUCHED\r\n12\r\nNOT_FOUND\r\n",
            output: "a\tDELETED\nb\tNOT_FOUND\nTOUCHED\n12\nNOT_FOUND\n", status: .negative),
        Case(
            lines: ["add a 1", "cas a 1 0 5", "cas b 1 0 5", "append c 1"],
            replies: "NOT_STORED\r\nEXISTS\r\nNOT_FOUND\r\nNOT_STORED\r\n",
            output: "NOT_STORED\nEXISTS\nNOT_FOUND\nNOT_STORED\n", status: .negative),
        Case(
            lines: ["exists a b", "ttl a b"], replies: "HD\r\nEN\r\nHD t-1\r\nHD t60\r\n",
            output: "a\tyes\nb\tno\na\t-1\nb\t60\n", status: .negative),
        Case(
            lines: ["mg a v t", "mg b v", "mn", "me a", "version"],
            replies: "VA 1 t-1\r\n1\r\nEN\r\nMN\r\nME a exp=-1 la=0\r\nVERSION 1.6.18\r\n",
            output: "VA 1 t-1\n1\nEN\nMN\na exp=-1 la=0\n1.6.18\n", status: .negative),
        Case(
            lines: ["mg a v q", "mg b v q", "get c"],
            replies: "VA 1\r\n1\r\nVERSION 1.6.18\r\nVERSION 1.6.18\r\nVALUE c 0 1\r\n3\r\nEND\r\n",
            output: "VA 1\n1\n3\n"),
        Case(
            lines: ["set a 1 --noreply", "delete b c --noreply", "get a"],
            replies: "VERSION 1.6.18\r\nVALUE a 0 1\r\n1\r\nEND\r\n", output: "1\n"),
        Case(
            lines: ["stats", "get a"], replies: "STAT pid 1\r\nSTAT version 1.6.18\r\nEND\r\nEND\r\n",
            output: "pid\t1\nversion\t1.6.18\n", status: .negative),
        Case(
            lines: ["get a"], replies: "VA 1 t-1 f5\r\n1\r\n",
            output: "1\n1 B, integer, flags 5: long integer, pickled, never expires\n", format: .human),
        // A pickle, a number, invalid compressed bytes, and bytes; the last line is the stored bytes.
        Case(
            lines: ["get a b c d --decode", "get a"],
            replies: "VALUE a 1 10\r\n(lp0\nI1\na.\r\nVALUE b 2 3\r\n 7 \r\nVALUE c 8 1\r\nx\r\nVALUE d 0 1\r\ny\r\n"
                + "VALUE a 1 10\r\n(lp0\nI1\na.\r\nEND\r\n",
            output: "a\t[1]\nb\t7\nd\ty\n(lp0\nI1\na.\n", status: .notMemcached),
        Case(
            lines: ["get a --decode", "get b --decode"],
            replies: "VALUE a 1 10\r\n(lp0\nI1\na.\r\nVALUE b 16 1\r\nx\r\nEND\r\n",
            output: "key,found,value,flags,size,cas,ttl\na,true,[1],1,10,,\nb,true,x,16,1,,\n", format: .csv),
        Case(
            lines: ["get a --decode"], replies: "VALUE a 1 10\r\n(lp0\nI1\na.\r\nEND\r\n",
            output: "(lp0\nI1\na.", format: .raw),
        Case(
            lines: ["get a b"], replies: "EN\r\nVA 5 t90 f0\r\nhello\r\n",
            output: "a\n(not found)\nb\nhello\n5 B, text, flags 0, expires in 1m 30s\n", status: .negative,
            format: .human),
    ])
    func `answers come in the order of the lines`(_ test: Case) throws {
        let conversation = try Conversation(test.lines, replies: test.replies, format: test.format)
        #expect(conversation.output == test.output)
        #expect(conversation.status == test.status)
    }

    @Test func `keys that fill several requests are answered as one command`() throws {
        let keys = (0..<20).map { String(repeating: "k", count: 240) + "\($0 + 10)" }
        func value(_ key: String) -> String { "VALUE \(key) 0 1\r\nv\r\n" }
        // Seven keys in a request; each time some are missing.
        let replies =
            keys[1..<6].map(value).joined() + "END\r\n" + Self.version + keys[7..<14].map(value).joined()
            + "END\r\n" + Self.version + "END\r\n"
        let conversation = try Conversation(["get " + keys.joined(separator: " "), "get z"], replies: replies)
        #expect(conversation.output == (Array(keys[1..<6]) + keys[7..<14]).map { "\($0)\tv\n" }.joined())
        #expect(conversation.status == .negative)
    }

    @Test func `one value of a one-liner has nothing added`() throws {
        let conversation = try Conversation(["get a"], replies: "VALUE a 0 2\r\n1\n\r\nEND\r\n", endsValues: false)
        #expect(conversation.output == "1\n")
    }

    @Test func `an error in the middle does not affect the answers of the lines after it`() throws {
        let conversation = try Conversation(
            ["set a 1", "get a", "get b", "incr a", "get c"],
            replies: "SERVER_ERROR out of memory storing object\r\nSERVER_ERROR out of memory writing get response\r\n"
                + Self.version
                + "CLIENT_ERROR cannot increment or decrement non-numeric value\r\nVALUE c 0 1\r\n3\r\nEND\r\n")
        #expect(conversation.output == "3\n")
        #expect(conversation.status == .refused)
    }

    @Test func `an error after the first value of a run leaves that value`() throws {
        let conversation = try Conversation(
            ["get a", "get b", "version"],
            replies: "VALUE a 0 1\r\n1\r\nSERVER_ERROR out of memory writing get response\r\n"
                + Self.version + Self.version)
        #expect(conversation.output == "1\n1.6.18\n")
        #expect(conversation.status == .refused)
    }

    // If nothing is repeated, as after a login, every key without an item gets the error.
    @Test(arguments: [
        (
            ["get a b c", "set d 1"], "VALUE c 0 1\r\n3\r\nSERVER_ERROR x\r\n" + version + "STORED\r\n",
            "c\t3\nSTORED\n"
        ),
        (
            ["get a", "get b c", "get d", "set e 1"],
            "VALUE d 0 1\r\n4\r\nVALUE b 0 1\r\n2\r\nERROR\r\nEND\r\n" + version + "STORED\r\n", "b\t2\n4\nSTORED\n"
        ),
        // What comes after the error reply is ignored, and does not answer the next read of the same key.
        (
            ["get a b a", "get a", "set e 1", "get a b"],
            "VALUE b 0 1\r\n2\r\nSERVER_ERROR x\r\nVALUE a 0 1\r\n1\r\nSERVER_ERROR x\r\nEND\r\n" + version
                + "STORED\r\nVALUE b 0 1\r\n5\r\nVALUE a 0 1\r\n6\r\nEND\r\n",
            "b\t2\nSTORED\na\t6\nb\t5\n"
        ),
        // All items have arrived: the error instead of the end does not concern any key.
        (
            ["get a a", "set e 1"],
            "VALUE a 0 1\r\n1\r\nVALUE a 0 1\r\n2\r\nSERVER_ERROR x\r\n" + version + "STORED\r\n",
            "a\t1\na\t2\nSTORED\n"
        ),
    ])
    func `an error among items in any order leaves those before it`(
        lines: [String], replies: String, output: String
    ) throws {
        let conversation = try Conversation(lines, replies: replies)
        #expect(conversation.output == output)
        #expect(conversation.status == .refused)
    }

    @Test func `reads are refused, and not lost, if the connection ends after the error reply`() throws {
        let lost = MemcacheError(.connectionLost, "closed", mayHaveTakenEffect: true)
        let conversation = try Conversation(
            ["get a b c", "set d 1"], replies: "VALUE c 0 1\r\n3\r\nERROR Too many open connections\r\n", ending: lost)
        #expect(conversation.output == "c\t3\n")
        #expect(conversation.session.hasLoss)
        #expect(conversation.answered == 0)
        let alone = try Conversation(
            ["get a b"], replies: "VALUE b 0 1\r\n2\r\nSERVER_ERROR x\r\n", ending: lost)
        #expect(alone.output == "b\t2\n")
        #expect(alone.status == .refused)
        #expect(!alone.session.hasLoss)
    }

    @Test(arguments: ["ERROR\r\n", "SERVER_ERROR x\r\n", "END\r\n", "STORED\r\n"])
    func `an answer instead of a fence's is an error`(reply: String) {
        #expect(throws: ReplyParser.Failure.self) {
            try Conversation(["get a b", "set c 1"], replies: "END\r\n" + reply)
        }
    }

    @Test func `an error among silent commands is reported when the silence ends`() throws {
        let conversation = try Conversation(
            ["set a 1 --noreply", "get a"],
            replies: "SERVER_ERROR object too large for cache\r\nVERSION 1.6.18\r\nEND\r\n")
        #expect(conversation.status == .refused)
        #expect(conversation.answered == 2)
    }

    @Test(arguments: [
        (["get a"], "VALUE b 0 1\r\n1\r\nEND\r\n"), (["get a", "get b"], "VALUE c 0 1\r\n1\r\nEND\r\n"),
        (["get a"], "VALUE a 0 1\r\n1\r\nVALUE a 0 1\r\n1\r\nEND\r\n"),
        (["get a", "version", "get b"], "VALUE b 0 1\r\n1\r\nEND\r\n"), (["set a 1"], "DELETED\r\n"),
        (["delete a"], "STORED\r\n"), (["touch a 60"], "12\r\n"), (["incr a"], "STORED\r\n"), (["version"], "OK\r\n"),
        (["exists a"], "STORED\r\n"), (["get a"], "HTTP/1.1 400 Bad Request\r\n"),
    ])
    func `an answer to something else is not accepted`(lines: [String], replies: String) {
        #expect(throws: ReplyParser.Failure.self) { try Conversation(lines, replies: replies) }
    }

    @Test func `gets remembers tokens, and forgets them with the item`() throws {
        let seen = try Conversation(["gets a b"], replies: "VALUE a 0 1 7\r\n1\r\nVALUE b 0 1 8\r\n1\r\nEND\r\n")
        #expect(seen.session.tokens.token(of: Array("a".utf8)) == CASToken(rawValue: 7))
        #expect(seen.session.tokens.token(of: Array("b".utf8)) == CASToken(rawValue: 8))
        let missed = try Conversation(["gets a", "gets a"], replies: "VALUE a 0 1 7\r\n1\r\nEND\r\n")
        #expect(missed.session.tokens.token(of: Array("a".utf8)) == nil)
        let unread = try Conversation(["get a"], replies: "VALUE a 0 1\r\n1\r\nEND\r\n")
        #expect(unread.session.tokens.token(of: Array("a".utf8)) == nil)
    }
}
