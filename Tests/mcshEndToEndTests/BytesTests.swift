import TestSupport
import Testing

/// Keys and values are bytes: nothing is dropped, re-encoded or taken for protocol.
@Suite(.inTurns)
struct BytesTests {
    @Test func `a value with every byte is set through hexadecimal quoting and read back`() async throws {
        let session = try await Session.start()
        let hexadecimal = everyByte.map { byte in
            "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        let run = try await session.script(ByteString("set k \"\(hexadecimal.joined())\"\n"))
        #expect(run.status == 0, "\(run)")
        #expect(try await session.server.value(of: "k") == everyByte)
        #expect(try await session.run("get", "k").stdout == everyByte)
        #expect(try await session.script("get k\n").stdout == everyByte + "\n")
    }

    @Test func `a value with every byte comes from standard input`() async throws {
        let session = try await Session.start()
        let run = try await session.run("-x", "set", "k", input: .bytes(everyByte))
        #expect(run.stdout == "STORED\n")
        #expect(run.status == 0, "\(run)")
        #expect(try await session.server.value(of: "k") == everyByte)
        #expect(try await session.run("--raw", "get", "k").stdout == everyByte)
    }

    @Test(arguments: ["", "\n", "x\n", "x", "END\r\n", "\r\nEND\r\nset evil 0 0 1\r\nx\r\n"] as [ByteString])
    func `standard input is the value as it is`(_ value: ByteString) async throws {
        let session = try await Session.start()
        let run = try await session.run("-x", "set", "k", input: .bytes(value))
        #expect(run.status == 0, "\(run)")
        #expect(try await session.server.value(of: "k") == value)
        #expect(try await session.server.value(of: "evil") == nil)
        #expect(try await session.run("get", "k").stdout == value)
    }

    @Test func `a value of one mebibyte goes there and back`() async throws {
        let session = try await Session.start(arguments: ["-I", "4m"])
        let value = patterned(count: 1 << 20)
        let run = try await session.run("-x", "set", "k", input: .bytes(value))
        #expect(run.status == 0, "\(run)")
        let read = try await session.run("get", "k")
        #expect(read.status == 0)
        let isSame = read.stdout == value
        #expect(isSame, "\(read.stdout.count) bytes came back")
    }

    @Test func `a value over the server's limit is refused and the connection stays in step`() async throws {
        let session = try await Session.start()
        try session.program.home.write(ByteString(repeating: UInt8(ascii: "x"), count: 1 << 20), to: "big")
        let run = try await session.script("set before 1\nset k < big\nget before\nversion\n")
        #expect(run.stdout.hasPrefix("STORED\n1\n"), "\(run)")
        #expect(run.stderr.contains("stdin:2"), "\(run)")
        #expect(run.stderr.contains("large"), "\(run)")
        #expect(run.status == 3)
    }

    @Test func `a key may have 250 bytes and not one more`() async throws {
        let session = try await Session.start()
        let key = ByteString(repeating: UInt8(ascii: "k"), count: 250)
        #expect(try await session.run("set", key, "v").stdout == "STORED\n")
        #expect(try await session.server.value(of: key) == "v")
        #expect(try await session.run("get", key).stdout == "v")
        let server = try ScriptedServer([.silence])
        for words in [["get", key + "k"], ["set", key + "k", "v"], ["get", "a", key + "k"]] {
            let run = try await BuiltProgram().run(arguments: ["-s", ByteString(server.address)] + words)
            #expect(run.status == 2)
            #expect(run.stderr.contains("250"), "\(run)")
            #expect(server.receivedNothing)
        }
    }

    @Test func `the prefix counts towards the length of a key`() async throws {
        let server = try ScriptedServer([.silence])
        let key = ByteString(repeating: UInt8(ascii: "k"), count: 250)
        let run = try await runAgainst(server, "--prefix", "p:", "get", key)
        #expect(run.status == 2, "\(run)")
        #expect(server.receivedNothing)
    }

    @Test(
        arguments: [#""a\0b""#, #""a\rb""#, #""a\nb""#, #""a b""#, #""""#, #""a\r\nset evil 0 0 1\r\nx""#]
            as [ByteString])
    func `a key cannot smuggle protocol`(_ key: ByteString) async throws {
        let server = try ScriptedServer([.silence])
        for line in ["get \(key)", "get good \(key)", "set \(key) v", "delete \(key)", "incr \(key) 1"] as [ByteString]
        {
            let run = try await runAgainst(server, input: .bytes("\(line)\n"))
            #expect(run.status == 2, "\(line): \(run)")
            #expect(run.stdout == "")
            #expect(run.stderr.hasPrefix("stdin:1:"), "\(run)")
            #expect(server.receivedNothing)
        }
    }

    @Test(arguments: ["a\rb", "a\nb", "a b", "a\r\nversion\r\n"] as [ByteString])
    func `a key given as an argument cannot smuggle protocol`(_ key: ByteString) async throws {
        let server = try ScriptedServer([.silence])
        let run = try await runAgainst(server, "get", key)
        #expect(run.status == 2, "\(run)")
        #expect(server.receivedNothing)
    }

    @Test(arguments: ["grüße", "🙂", [0x6b, 0xff], [0xc3, 0x28, 0x80]] as [ByteString])
    func `a key need not be ASCII, nor text`(_ key: ByteString) async throws {
        let session = try await Session.start()
        #expect(try await session.run("set", key, "v").status == 0)
        #expect(try await session.server.value(of: key) == "v")
        #expect(try await session.run("get", key).stdout == "v")
        #expect(try await session.run("delete", key).stdout == "DELETED\n")
    }

    @Test func `an error message does not send a key's control bytes on`() async throws {
        let run = try await BuiltProgram().run(
            "-s", ByteString(ServerEndpoint.refused()), "get", "a\u{1b}]0;title\u{7} b")
        #expect(run.status == 2)
        #expect(!run.stderr.bytes.contains(0x1b))
        #expect(!run.stderr.bytes.contains(0x07))
    }
}
