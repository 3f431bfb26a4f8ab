import Foundation
import TestSupport
import Testing

/// Values as python-memcached 1.62 stores them, through the program and a real server. The stored bytes are recordings
/// of that client.
@Suite(.inTurns)
struct StoredValueTests {
    struct Recording: CustomTestStringConvertible, Sendable {
        var name: String
        var stored: ByteString
        var flags: UInt64
        /// The output of `--decode`, and `type` of the JSON object.
        var decoded: ByteString
        var type: String
        var testDescription: String { name }

        init(_ name: String, _ base64: String, _ flags: UInt64, _ decoded: ByteString, _ type: String) {
            self.name = name
            stored = ByteString(Data(base64Encoded: base64) ?? Data())
            self.flags = flags
            self.decoded = decoded
            self.type = type
        }
    }

    @Test(arguments: [
        Recording("a str", "U29tZSB2YWx1ZQ==", 16, "Some value", "str"),
        Recording("an int", "LTU=", 2, "-5", "int"),
        Recording(
            "a long str", "eJxLTEpOHEWjaBSNolE0ikbRKCKEAJuNJBY=", 24,
            ByteString([UInt8]((0..<2100).map { UInt8(ascii: "a") + UInt8($0 % 3) })), "str"),
        Recording(
            "a long bytes", "eJyrqKyqGEWjaBSNolE0ikbRKCKEAADE4MI=", 8,
            ByteString([UInt8]((0..<2100).map { UInt8(ascii: "x") + UInt8($0 % 3) })), "bytes"),
        Recording(
            "a compressed dict",
            "eJwVyLsNgDAMRdH+TuIKkfAfgQXcG1JSPMnsL0J3dKxpxAMVrKniF5p+zviNFuzRylmIsxL9N7yhHevX69VBRmYOH6EyEms=", 9,
            #"{"a":{"b":{"c":[1,2,{"d":{"$tuple":[1,2]}}]}}}"#, "dict"),
        Recording(
            "an object",
            "gAJjc2hvcC5tb2RlbHMKUHJvZHVjdApxACmBcQF9cQIoWAMAAABza3VxA1gFAAAAc2t1LTFxBFgFAAAAcHJpY2VxBUdAIwAAAAAAAHViLg==",
            1, #"{"$object":"shop.models.Product","state":{"price":9.5,"sku":"sku-1"}}"#, "shop.models.Product"),
        Recording(
            "a Decimal", "Y2RlY2ltYWwKRGVjaW1hbApwMAooVjEyLjM0MApwMQp0cDIKUnAzCi4=", 1,
            #"{"$decimal":"12.340"}"#, "decimal.Decimal"),
    ])
    func `values that python-memcached stored are read as they were`(recording: Recording) async throws {
        let session = try await Session.start()
        try await session.server.store(recording.stored, under: "k", flags: recording.flags)
        #expect(try await session.run("get", "k").stdout == recording.stored)
        #expect(try await session.run("get", "k", "--decode").stdout == recording.decoded)
        #expect(try await session.run("--raw", "get", "k", "--decode").stdout == recording.stored)
        #expect(try await session.script("gets k --decode\n").stdout.contains("\t"))
        let shown = try await session.run("show", "k", "--decode", "--tsv")
        #expect(shown.status == 0, "\(shown)")
        for words in [["--json", "get", "k"], ["--json", "show", "k"]] as [[ByteString]] {
            let run = try await session.run(words: words)
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(run.stdout.bytes)) as? [String: Any], "\(run)")
            #expect(object["type"] as? String == recording.type)
            #expect((object["decoded"] == nil) == (recording.flags == 16))
            #expect(object["value"] != nil || object["value_b64"] != nil)
        }
        let human = try await session.run("-o", "human", "get", "k")
        #expect(human.stdout.contains("flags \(recording.flags): "), "\(human)")
        #expect(!human.stdout.contains("not decoded"), "\(human)")
    }

    struct Storing: CustomTestStringConvertible, Sendable {
        var words: [ByteString]
        var stored: ByteString
        var flags: Int
        var testDescription: String { words.map(\.text).joined(separator: " ") }

        init(_ words: [ByteString], _ stored: ByteString, _ flags: Int) {
            self.words = words
            self.stored = stored
            self.flags = flags
        }
    }

    @Test(arguments: [
        Storing(["Some value", "--as", "text"], "Some value", 16), Storing(["-5", "--as=int"], "-5", 2),
        Storing(["{\"a\": 1}", "--as", "json"], "{\"a\": 1}", 16), Storing(["b", "--as", "bytes"], "b", 0),
        Storing(["{\"name\":\"douglass adams\"}", "--as", "pickle"], "(dp0\nVname\np1\nVdouglass adams\np2\ns.", 1),
        Storing(
            ["--as", "text", "--compress", "1", ByteString(String(repeating: "abc", count: 700))],
            ByteString(Data(base64Encoded: "eJxLTEpOHEWjaBSNolE0ikbRKCKEAJuNJBY=") ?? Data()), 24),
        Storing(
            ["--compress", "100", ByteString(String(repeating: "xyz", count: 700))],
            ByteString(Data(base64Encoded: "eJyrqKyqGEWjaBSNolE0ikbRKCKEAADE4MI=") ?? Data()), 8),
    ])
    func `stored values are those that python-memcached stores`(storing: Storing) async throws {
        let session = try await Session.start()
        let run = try await session.run(words: ["set", "k"] + storing.words)
        #expect(run.status == 0, "\(run)")
        #expect(try await session.server.value(of: "k") == storing.stored)
        let reply = try await session.server.exchange("mg k f\r\n")
        #expect(reply == "HD f\(storing.flags)\r\n")
    }

    @Test func `a value comes from a file and goes back as it was`() async throws {
        let session = try await Session.start()
        let json: ByteString = #"{"list":[1,2.5,null,true,{"$tuple":["é"]}],"big":{"$int":"18446744073709551616"}}"#
        let stored = try await session.run("-x", "set", "k", "--as", "pickle", input: .bytes(json))
        #expect(stored.status == 0, "\(stored)")
        #expect(try await session.run("get", "k", "--decode").stdout == json)
    }

    @Test func `a value that cannot be decoded is an error of its own, and the others are given`() async throws {
        let session = try await Session.start()
        try await session.server.store("I1\n.", under: "a", flags: 1)
        try await session.server.store("no pickle", under: "b", flags: 1)
        try await session.server.store("plain", under: "c")
        let run = try await session.run("get", "a", "b", "c", "missing", "--decode")
        #expect(run.stdout == "a\t1\nc\tplain\n")
        #expect(run.stderr.contains("the value of b cannot be decoded"), "\(run)")
        #expect(run.status == 8)
        let shown = try await session.run("show", "b", "--decode")
        #expect(shown.stdout == "")
        #expect(shown.status == 8)
        // Without --decode nothing is decoded.
        #expect(try await session.run("get", "b").stdout == "no pickle")
        let human = try await session.run("-o", "human", "get", "b")
        #expect(human.stdout.hasPrefix("no pickle\n"))
        #expect(human.stdout.contains("not decoded: "))
        #expect(human.status == 0)
    }

    @Test func `hostile values are neither followed nor sent to the terminal`() async throws {
        let session = try await Session.start()
        // 100 MiB of zeros, a pickle that calls a program, and one of 300,000 lists within each other.
        try await session.server.store(Self.zeros(mebibytes: 100), under: "bomb", flags: 9)
        try await session.server.store(
            "cposix\nsystem\n(V\u{1b}]0;touch hacked\u{7}\ntR.", under: "evil", flags: 1)
        let deep = ByteString(String(repeating: "(l", count: 300_000) + String(repeating: "a", count: 299_999) + ".")
        try await session.server.store(deep, under: "deep", flags: 1)
        for format in ["human", "json", "plain"] as [ByteString] {
            for key in ["bomb", "evil", "deep"] as [ByteString] {
                for words in [["get", key], ["get", key, "--decode"], ["show", key]] as [[ByteString]] {
                    let run = try await session.run(words: ["-o", format] + words)
                    #expect(run.status == 0 || run.status == 8, "\(words): \(run.status)")
                    #expect(format == "plain" || !run.stdout.bytes.contains(0x1b))
                    #expect(!run.stderr.bytes.contains(0x1b))
                }
            }
        }
        for (key, reason) in [("bomb", "expands to more than 67108864 bytes"), ("deep", "not a readable pickle")] {
            let run = try await session.run("-o", "human", "get", ByteString(key))
            #expect(run.stdout.contains(ByteString(reason)), "\(key): \(run.status)")
            let decoded = try await session.run("get", ByteString(key), "--decode")
            #expect(decoded.stderr.contains(ByteString(reason)), "\(key): \(decoded)")
            #expect(decoded.status == 8)
        }
        let decoded = try await session.run("get", "evil", "--decode")
        #expect(
            decoded.stdout.hasPrefix(#"{"$object":"posix.system","args":["\u001b]0;touch hacked\u0007"]}"#),
            "\(decoded)")
    }

    /// The beginning of a zlib stream that expands to more than this many zeros: a zero, then 258 of them with every 13
    /// bits.
    private static func zeros(mebibytes: Int) -> ByteString {
        let eightMatches: [UInt8] = [0xa3, 0x60, 0x14, 0x8c, 0x82, 0x51, 0x30, 0x0a, 0x46, 0xc1, 0x28, 0x18, 0x05]
        let count = mebibytes * 1_048_576 / (8 * 258) + 1
        return ByteString([0x78, 0x9c, 0x63, 0x18, 0x05] + Array(repeatElement(eightMatches, count: count).joined()))
    }
}
