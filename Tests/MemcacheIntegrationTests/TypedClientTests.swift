import MemcacheCore
import TestSupport
import Testing

/// Values that a transcoder makes from bytes and flags.
@Suite(.inTurns) struct TypedClientTests {
    /// Degrees, with a flag of their own.
    private struct Degrees: ValueTranscoder {
        func encode(_ value: Double, options: EncodingOptions) throws(MemcacheError) -> EncodedValue {
            if value.isNaN { throw MemcacheError(.unwritableValue, "no temperature") }
            return EncodedValue(bytes: Array("\(value)°".utf8), flags: 7)
        }

        func decode(_ bytes: [UInt8], flags: UInt64) throws(MemcacheError) -> Double {
            guard flags == 7, let value = Double(bytes.dropLast(2).map { $0 }.text) else {
                throw MemcacheError(.unknownFlags, "these are no degrees")
            }
            return value
        }
    }

    @Test func `values are stored as python-memcached stores them`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        let values = client.values
        let stored: [(PickleValue, String, UInt64)] = [
            ("text", "text", 16), (42, "42", 2), (true, "I01\n.", 1), (nil, "N.", 1), (1.5, "F1.5\n.", 1),
            ([1, "a"], "(lp0\nI1\naVa\np1\na.", 1), (PickleValue(.bytes([0, 255])), "\u{0}\u{fffd}", 0),
        ]
        for (value, bytes, flags) in stored {
            #expect(try await values.set("k", to: value) == .stored)
            let item = try #require(try await client.get("k"))
            #expect(item.value.text == bytes)
            #expect(item.flags == flags)
            #expect(try await values.get("k") == value)
            #expect(try await values.gets("k")?.value == value)
        }
        #expect(try await values.get("none") == nil)
        #expect(try await values.gets("none") == nil)
        // Python's None leaves an item.
        try await values.set("k", to: nil)
        #expect(try await values.get("k")?.isNone == true)
    }

    @Test func `each store returns its result`() async throws {
        let server = try await MemcachedServer.start()
        let values = try client(server.address).values
        #expect(try await values.replace("k", with: "r") == .missing)
        #expect(try await values.append("x", to: "k") == .notStored)
        #expect(try await values.prepend("x", to: "k") == .notStored)
        #expect(try await values.add("k", value: "a") == .stored)
        #expect(try await values.add("k", value: "b") == .present)
        #expect(try await values.append("z", to: "k") == .stored)
        #expect(try await values.prepend(1, to: "k") == .stored)
        #expect(try await values.get("k") == "1az")
        let read = try #require(try await values.gets("k"))
        #expect(read.key == "k")
        #expect(try await values.replace("k", with: 5) == .stored)
        #expect(try await values.compareAndSwap("k", to: 6, cas: read.cas) == .changed)
        let token = try await values.gets("k")?.cas
        #expect(try await values.compareAndSwap("k", to: 6, cas: token) == .stored)
        #expect(try await values.compareAndSwap("none", to: 6, cas: token) == .missing)
        #expect(try await values.get("k") == 6)
        #expect(try await values.set("gone", to: 1, expiration: .immediately) == .stored)
        #expect(try await values.get("gone") == nil)
    }

    @Test func `a remembered token serves a compare-and-swap`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client([server.address]) { $0.rememberedCASTokens = 10 }
        try await client.values.set("k", to: 1)
        await #expect { try await client.values.compareAndSwap("k", to: 2) } throws: {
            ($0 as? MemcacheError)?.code == .invalidArgument
        }
        _ = try await client.values.gets("k")
        #expect(try await client.values.compareAndSwap("k", to: 2) == .stored)
        #expect(try await client.values.get("k") == 2)
        _ = try await client.values.gets("k")
        try await client.values.withoutReply.compareAndSwap("k", to: 3)
        #expect(try await client.values.get("k") == 3)
    }

    @Test func `values are compressed from a length on, if that makes them shorter`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        var values = client.values
        let long = PickleValue(.text(String(repeating: "a", count: 100)))
        func flags() async throws -> UInt64? { try await client.get("k")?.flags }
        try await values.set("k", to: long)
        #expect(try await flags() == 16)
        try await values.set("k", to: long, minimumCompressLength: 100)
        #expect(try await flags() == 16)
        try await values.set("k", to: long, minimumCompressLength: 99)
        #expect(try await flags() == 24)
        #expect(try await client.get("k")?.value.count == 12)
        #expect(try await values.get("k") == long)
        try await values.replace("k", with: "short", minimumCompressLength: -1)
        #expect(try await flags() == 16)
        values.options.minimumCompressLength = 10
        try await values.replace("k", with: long)
        #expect(try await flags() == 24)
        try await values.set("k", to: long, minimumCompressLength: 0)
        #expect(try await flags() == 16)
        // What is appended to a value must have its form.
        try await values.append(long, to: "k")
        #expect(try await client.get("k")?.value.count == 200)
        #expect(try await values.setMany(["k": long]).outcomes == ["k": .stored])
        #expect(try await flags() == 24)
        try await values.withoutReply.set("k", to: long)
        #expect(try await flags() == 24)
        #expect(try await values.getMany(["k"]).values == ["k": long])
    }

    @Test func `the limit on values applies to the bytes that are sent`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client([server.address]) { $0.limits.maximumValueBytes = 1000 }
        let long = PickleValue(.bytes([UInt8](repeating: 0, count: 100_000)))
        #expect(try await client.values.set("k", to: long, minimumCompressLength: 1) == .stored)
        #expect(try await client.values.get("k") == long)
        let error = await #expect(throws: MemcacheError.self) { try await client.values.set("k", to: long) }
        #expect(error?.code == .valueTooLarge)
        let answer = try await client.values.setMany([(key: "big", value: long), (key: "small", value: 1)])
        #expect(answer.outcomes == ["small": .stored])
        #expect(answer.failures.mapValues(\.code) == ["big": .valueTooLarge])
        // The connection is in step.
        #expect(try await client.values.get("small") == 1)
    }

    @Test func `a custom transcoder, and the hooks of the Python one`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        let degrees = client.values(Degrees())
        try await degrees.set("t", to: 21.5)
        #expect(try await client.get("t")?.value.text == "21.5°")
        #expect(try await client.get("t")?.flags == 7)
        #expect(try await degrees.get("t") == 21.5)
        #expect(try await degrees.gets("t")?.value == 21.5)
        #expect(try await degrees.getMany(["t", "none"]).values == ["t": 21.5])
        let item = try #require(try await client.getAndTouch("t", expiration: .never))
        #expect(try degrees.value(of: item) == 21.5)

        let upsideDown = Compression(
            compress: { bytes throws(MemcacheError) in Array(bytes.reversed().dropFirst()) },
            decompress: { bytes, _ throws(MemcacheError) in bytes.reversed() + [0x21] })
        let format = PythonTranscoder.ObjectFormat(
            write: { _ throws(MemcacheError) in Array("object!".utf8) },
            read: { bytes throws(MemcacheError) in PickleValue(.text(bytes.text + "?")) })
        let own = client.values(PythonTranscoder(objectFormat: format, compression: upsideDown))
        try await own.set("o", to: ["any": "thing"], minimumCompressLength: 1)
        #expect(try await client.get("o")?.value.text == "tcejbo")
        #expect(try await client.get("o")?.flags == 9)
        #expect(try await own.get("o") == "object!?")

        let persistent = client.values(
            PythonTranscoder(
                writing: PickleWritingOptions(
                    protocolVersion: 2, persistentID: { value throws(MemcacheError) in value.text == "ann" ? 1 : nil }),
                reading: PickleReadingOptions(persistentLoad: { id throws(MemcacheError) in id == 1 ? "Ann" : nil })))
        try await persistent.set("p", to: ["ann", "bob"])
        #expect(try await persistent.get("p") == ["Ann", "bob"])
    }

    @Test func `a value that cannot be read is named, and hides no other`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        try await client.set("odd", to: "x", flags: 64)
        try await client.set("number", to: "x1", flags: 2)
        try await client.values.set("fine", to: 1)
        for (key, code) in [("odd", .unknownFlags), ("number", .unreadableValue)] as [(Key, MemcacheError.Code)] {
            let error = await #expect(throws: MemcacheError.self) { try await client.values.get(key) }
            #expect(error?.code == code)
            #expect(error?.message.hasPrefix("\"\(key)\": ") == true)
        }
        let answer = try await client.values.getMany(["odd", "fine", "number", "none"])
        #expect(answer.values == ["fine": 1])
        #expect(answer.failures.mapValues(\.code) == ["odd": .unknownFlags, "number": .unreadableValue])
        // Nothing was left unread.
        #expect(try await client.values.get("fine") == 1)
    }

    @Test func `a value without a stored form does not affect the others`() async throws {
        let server = try ScriptedServer([.expect("set p:warm 7 60 5\r\n1.5°\r\n"), .send("STORED\r\n"), .silence])
        let values = try client(server.address).values(Degrees())
        let error = await #expect(throws: MemcacheError.self) { try await values.set("k", to: .nan) }
        #expect(error?.code == .unwritableValue)
        #expect(error?.message == "\"k\": no temperature")
        #expect(server.connectionCount == 0)
        let answer = try await values.setMany(
            [(key: "none", value: .nan), (key: "warm", value: 1.5)], expiration: .after(.seconds(60)), prefix: "p:")
        #expect(answer.outcomes == ["warm": .stored])
        #expect(answer.failures.mapValues(\.code) == ["none": .unwritableValue])
        // A key that cannot be sent stops all of them.
        let long = Key(String(repeating: "k", count: 250))
        await #expect { try await values.setMany(["a": 1, long: 2], prefix: "p:") } throws: {
            ($0 as? MemcacheError)?.code == .keyTooLong
        }
        #expect(server.allReceived == ["set p:warm 7 60 5\r\n1.5°\r\n"])
    }

    @Test func `keys may be numbers, with a prefix or without`() async throws {
        let server = try await MemcachedServer.start()
        let values = try client(server.address).values
        let stored = try await values.setMany([42: "douglass adams", 46: "and 2 ahead"], prefix: "numkeys_")
        #expect(stored.outcomes == [42: .stored, 46: .stored])
        #expect(
            try await values.getMany([46, 42], prefix: "numkeys_").values == [46: "and 2 ahead", 42: "douglass adams"])
        #expect(try await values.get("numkeys_42") == "douglass adams")
        // If a key has two values, the later one wins.
        _ = try await values.setMany([(key: 7, value: "first"), (key: "7", value: "second")])
        #expect(try await values.get(7) == "second")
    }

    @Test func `without reply, the requests say so, and the next answer is the right one`() async throws {
        let fence: ScriptedServer.Step = .send("VERSION 1.6.18\r\n")
        let server = try ScriptedServer([
            .expect("set k 16 60 1 noreply\r\nv\r\nversion\r\n"), fence,
            .expect("add k 2 0 1 noreply\r\n7\r\nversion\r\n"), fence,
            .expect("replace k 16 0 1 noreply\r\nv\r\nversion\r\n"), fence,
            .expect("append k 0 0 1 noreply\r\nv\r\nversion\r\n"), fence,
            .expect("prepend k 0 0 1 noreply\r\nv\r\nversion\r\n"), fence,
            .expect("cas k 16 0 1 77 noreply\r\nv\r\nversion\r\n"), fence,
            .expect("set p:a 16 0 1 noreply\r\nA\r\nversion\r\nset p:b 2 0 1 noreply\r\n2\r\nversion\r\n"), fence,
            fence,
            .expect("delete k noreply\r\nversion\r\n"), fence,
            .expect("touch k 9 noreply\r\nversion\r\n"), fence,
            .expect("incr k 1 noreply\r\nversion\r\n"), fence,
            .expect("decr k 3 noreply\r\nversion\r\n"), fence,
            .expect("set k 16 0 1 noreply\r\nv\r\nversion\r\n"), .send("ERROR\r\n"), fence,
            .expect("get k\r\n"), .send("VALUE k 16 2\r\nok\r\nEND\r\n"),
        ])
        let client = try client(server.address)
        let silent = client.values.withoutReply
        try await silent.set("k", to: "v", expiration: .after(.seconds(60)))
        try await silent.add("k", value: 7)
        try await silent.replace("k", with: "v")
        try await silent.append("v", to: "k")
        try await silent.prepend("v", to: "k")
        try await silent.compareAndSwap("k", to: "v", cas: CASToken(rawValue: 77))
        #expect(try await silent.setMany([(key: "a", value: "A"), (key: "b", value: 2)], prefix: "p:").isEmpty)
        try await client.execute(Command.WithoutReply(Command.Delete("k")))
        try await client.execute(Command.WithoutReply(Command.Touch("k", expiration: .after(.seconds(9)))))
        try await client.execute(Command.WithoutReply(Command.Increment("k", by: 1)))
        try await client.execute(Command.WithoutReply(Command.Decrement("k", by: 3)))
        await #expect { try await silent.set("k", to: "v") } throws: { ($0 as? MemcacheError)?.code == .error }
        #expect(try await client.values.get("k") == "ok")
        #expect(server.failures == [])
    }

    @Test func `a client with an older profile stores values as that release does`() async throws {
        let server = try await MemcachedServer.start()
        let old = try client([server.address]) { $0.profile = .all[3] }
        #expect(old.configuration.profile.name == "python-memcached-1.58")
        try await old.values.set("k", to: "text")
        #expect(try await old.get("k")?.flags == 0)
        #expect(try await old.values.get("k") == "text")
        #expect(try await client(server.address).values.get("k") == PickleValue(.bytes(Array("text".utf8))))
    }
}
