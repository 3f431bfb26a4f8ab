import MemcacheCore
import TestSupport
import Testing

/// Keys and values that are rejected before they are sent.
@Suite(.inTurns, .overBothSockets) struct LimitTests {
    private func expectRefusal<Answer>(
        _ code: MemcacheError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Answer
    ) async -> String {
        let error = await #expect(throws: MemcacheError.self, sourceLocation: sourceLocation) { _ = try await body() }
        #expect(error?.code == code, sourceLocation: sourceLocation)
        #expect(error?.mayHaveTakenEffect == false, sourceLocation: sourceLocation)
        return error?.message ?? ""
    }

    @Test func `a value over the limit is rejected, with its key, its size and the limit`() async throws {
        let server = try ScriptedServer([.silence])
        let client = try client([server.address])
        let value = [UInt8](repeating: 1, count: 1_048_577)
        let message = await expectRefusal(.valueTooLarge) { try await client.set("big", to: value) }
        for part in ["\"big\"", "1048577", "1048576"] { #expect(message.contains(part), "\(message)") }
        _ = await expectRefusal(.valueTooLarge) { try await client.add("big", value: value) }
        _ = await expectRefusal(.valueTooLarge) { try await client.replace("big", with: value) }
        _ = await expectRefusal(.valueTooLarge) { try await client.append(value, to: "big") }
        _ = await expectRefusal(.valueTooLarge) { try await client.prepend(value, to: "big") }
        _ = await expectRefusal(.valueTooLarge) { try await client.metaSet("big", to: value) }
        _ = await expectRefusal(.valueTooLarge) {
            try await client.execute(Command.WithoutReply(Command.Set("big", value: value)))
        }
        let token = CASToken(rawValue: 1)
        _ = await expectRefusal(.valueTooLarge) { try await client.compareAndSwap("big", to: value, cas: token) }
        #expect(server.connectionCount == 0)
    }

    @Test func `of many values, those within the limit are stored`() async throws {
        let server = try ScriptedServer([.expect("set small 0 0 3\r\nabc\r\n"), .send("STORED\r\n")])
        let client = try client([server.address]) { $0.limits.maximumValueBytes = 3 }
        let answer = try await client.setMany(["small": Array("abc".utf8), "big": Array("abcd".utf8)])
        #expect(answer.outcomes == ["small": .stored])
        #expect(answer.failures.mapValues(\.code) == ["big": .valueTooLarge])
        #expect(server.received() == "set small 0 0 3\r\nabc\r\n")
    }

    @Test func `the limit on values can be changed or removed`() async throws {
        let server = try await MemcachedServer.start(arguments: ["-I", "4m"])
        let value = [UInt8](repeating: 7, count: 2_000_000)
        for limit in [2_000_000, nil] {
            let client = try client([server.address]) { $0.limits.maximumValueBytes = limit }
            #expect(try await client.set("big", to: value) == .stored)
            #expect(try await client.get("big")?.value == value)
        }
    }

    @Test func `the limit on keys can be changed`() async throws {
        let server = try ScriptedServer([.silence])
        let short = try client([server.address, server.address]) { $0.limits.maximumKeyBytes = 5 }
        #expect(await expectRefusal(.keyTooLong) { try await short.get("abcdef") }.contains("at most 5"))
        _ = await expectRefusal(.keyTooLong) { try await short.getMany(["abc", "abcd"], prefix: "x:") }
        _ = await expectRefusal(.keyTooLong) { try await short.execute(Command.GetMany(["a", "abcdef"])) }
        let long = try Key(String(repeating: "k", count: 300), maximumBytes: 300)
        _ = await expectRefusal(.keyTooLong) { try await client(server.address).get(long) }
        #expect(server.connectionCount == 0)
        let wide = try client([server.address]) { $0.limits.maximumKeyBytes = 300 }
        let asking = Task { try await wide.get(long) }
        try await server.waitToReceive { $0.hasSuffix("k\r\n") && $0.count == 306 }
        asking.cancel()
    }

    @Test func `a lenient key accepts what does not split the line, and nothing else`() async throws {
        for byte in UInt8.min...UInt8.max {
            let bytes = Array("a".utf8) + [byte] + Array("b".utf8)
            let isTaken = (try? Key(bytes, characters: .lenient)) != nil
            #expect(isTaken == ![0, 10, 13, 32].contains(byte), "\(byte)")
        }
        #expect(throws: MemcacheError.self) { try Key("", characters: .lenient) }
        #expect(throws: MemcacheError.self) { try Key("abc\n", characters: .lenient) }
        let server = try await MemcachedServer.start()
        let client = try client([server.address])
        for byte in UInt8.min...UInt8.max {
            guard let key = try? Key(Array("k".utf8) + [byte], characters: .lenient) else { continue }
            #expect(try await client.set(key, to: [byte]) == .stored)
            #expect(try await client.get(key)?.value == [byte])
            #expect(try await client.getMany([key], prefix: "").items.map(\.value) == [[byte]])
        }
    }
    @Test func `with the checks off, a key is still one word of one line`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client([server.address]) { $0.limits = RequestLimits(maximumKeyBytes: nil) }
        let tricks: [String] = [
            "a\u{7f}b\tc", "k\u{1b}[2J", "k\u{b}\u{c}", "k\u{85}\u{2028}", "0\t0\t5\tnoreply", "k\u{1}",
        ]
        let keys = try tricks.map { try Key($0, characters: .lenient) }
        for key in keys {
            #expect(try await client.set(key, to: key.bytes) == .stored)
            #expect(try await client.append("+", to: key) == .stored)
            #expect(try await client.touch(key, expiration: .never) == .touched)
            try await client.execute(Command.WithoutReply(Command.Prepend(key, value: [0x2d])))
            #expect(try await client.gets(key)?.value.text == "-" + key.bytes.text + "+")
        }
        #expect(try await client.getMany(keys).items.map(\.key) == keys)
        #expect(try await client.deleteMany(keys).outcomes.values.allSatisfy { $0 == .deleted })
        // Lines that would be two commands are rejected, regardless of the allowed length.
        for text in ["a\r\nflush_all", "a\nb", "a b", "a\u{0}b", "a\n", "a\r"] {
            #expect(throws: MemcacheError.self) { try Key(text, maximumBytes: .max, characters: .lenient) }
        }
        #expect(try await server.statistic("cmd_flush") == "0")
    }

    @Test func `a key that only the server finds too long is rejected by it, and the next answer is the right one`()
        async throws
    {
        let server = try await MemcachedServer.start()
        let client = try client([server.address]) { $0.limits.maximumKeyBytes = nil }
        let long = try Key(String(repeating: "k", count: 1000), maximumBytes: 1000)
        try await client.set("small", to: "1")
        for _ in 0..<3 {
            await #expect(throws: MemcacheError.self) { try await client.set(long, to: "END") }
            await #expect(throws: MemcacheError.self) { try await client.get(long) }
            await #expect(throws: MemcacheError.self) { try await client.delete(long) }
            #expect(try await client.get("small")?.value.text == "1")
        }
    }
}
