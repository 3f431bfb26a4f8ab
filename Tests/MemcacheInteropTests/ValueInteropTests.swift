import MemcacheCore
import TestSupport
import Testing

extension InteropTests {
    /// Values of every type that a cache commonly stores, with every pickle protocol.
    @Suite struct Values {
        @Test(arguments: 0...5)
        func `what Python stores reads as the same value`(pickleProtocol: Int) async throws {
            let server = try await MemcachedServer.start()
            let peer = try await Peer.start([server.address], options: "pickleProtocol=\(pickleProtocol)")
            let client = try client([server.address])
            for (position, value) in InteropValue.all(pickleProtocol: pickleProtocol).enumerated() {
                try #require(try await peer("client.set('k\(position)', \(value.python))") == "True", "\(value.python)")
                let item = try #require(try await client.get(Key("k\(position)")))
                #expect(throws: Never.self, "\(value.python)") {
                    let read = try PythonTranscoder().decode(item)
                    #expect(read == value.swift, "\(value.python)")
                    // The value read is equal: nothing of it is merely described.
                    #expect(PickleValue(read.content) == value.swift, "\(value.python)")
                    if case .object = read.content { Issue.record("\(value.python) is an object of some class") }
                }
            }
        }

        @Test(arguments: 0...5)
        func `Python reads what is stored as the same value`(pickleProtocol: Int) async throws {
            let server = try await MemcachedServer.start()
            let peer = try await Peer.start([server.address])
            let client = try client([server.address])
            let transcoder = PythonTranscoder(writing: PickleWritingOptions(protocolVersion: pickleProtocol))
            for (position, value) in InteropValue.all(pickleProtocol: pickleProtocol).enumerated() {
                let encoded = try transcoder.encode(value.swift)
                try await client.set(Key("k\(position)"), to: encoded.bytes, flags: encoded.flags)
                let answer = try await peer("same(client.get('k\(position)'), \(value.python))")
                #expect(answer == "True", "\(value.python)")
            }
        }

        @Test(arguments: 0...5)
        func `a value that went through Swift is the same to Python`(pickleProtocol: Int) async throws {
            let server = try await MemcachedServer.start()
            let peer = try await Peer.start([server.address], options: "pickleProtocol=\(pickleProtocol)")
            let client = try client([server.address])
            // What is read at one protocol is written at another.
            let other = 5 - pickleProtocol
            let transcoder = PythonTranscoder(writing: PickleWritingOptions(protocolVersion: other))
            let values =
                InteropValue.all(pickleProtocol: min(pickleProtocol, other)).map(\.python) + [
                    "looped_list()", "looped_dict()", "looped_tuple()", "memcache.Client", "len", "ValueError('a', 1)",
                    "collections.Counter('abca')", "collections.deque([1, 2], 3)", "Decimal", "slice(1, 2)", "...",
                    "timezone(timedelta(hours=1))", "[[]] * 3",
                ]
            for (position, value) in values.enumerated() {
                try #require(try await peer("client.set('k\(position)', \(value))") == "True", "\(value)")
                let item = try #require(try await client.get(Key("k\(position)")))
                let encoded = try transcoder.encode(try transcoder.decode(item))
                try await client.set(Key("k\(position)"), to: encoded.bytes, flags: encoded.flags)
                #expect(try await peer("same(client.get('k\(position)'), \(value))") == "True", "\(value)")
            }
        }

        @Test(arguments: 0...5)
        func `objects that are shared or contain themselves keep doing so`(pickleProtocol: Int) async throws {
            let server = try await MemcachedServer.start()
            let peer = try await Peer.start([server.address], options: "pickleProtocol=\(pickleProtocol)")
            let client = try client([server.address])
            let transcoder = PythonTranscoder(writing: PickleWritingOptions(protocolVersion: pickleProtocol))
            let values: [(python: String, json: String, test: String)] = [
                ("looped_list()", #"[1,{"$recursive":1}]"#, "[value[1] is value for value in [client.get('k')]]"),
                (
                    "looped_dict()", #"{"$dict":[["a",1],["self",[{"$recursive":2}]]]}"#,
                    "[value['self'][0] is value for value in [client.get('k')]]"
                ),
                (
                    "looped_tuple()", #"{"$tuple":[[{"$recursive":2}],2]}"#,
                    "[value[0][0] is value for value in [client.get('k')]]"
                ),
                ("[[]] * 2", "[[],[]]", "[value[0] is value[1] for value in [client.get('k')]]"),
            ]
            for (python, json, test) in values {
                try #require(try await peer("client.set('k', \(python))") == "True")
                let item = try #require(try await client.get("k"))
                let value = try transcoder.decode(item)
                #expect(String(decoding: try value.taggedJSON(), as: UTF8.self) == json)
                let encoded = try transcoder.encode(value)
                try await client.set("k", to: encoded.bytes, flags: encoded.flags)
                #expect(try await peer(test) == "[True]", "\(python)")
            }
        }

        /// Values with `min_compress_len`, and the flags they have then: 8 is compressed.
        static let compressed: [(python: String, threshold: Int, flags: UInt64)] = [
            ("'a' * 100", 0, 16), ("'a' * 100", 100, 16), ("'a' * 101", 100, 24), ("'a' * 100", -1, 24),
            ("b'a' * 5000", 1000, 8), ("b'a' * 200000", 1000, 8), ("bytes(range(256))", 10, 0), ("b''", -1, 0),
            ("list(range(500))", 100, 9), ("[1]", 100, 1), ("{'text': 'x' * 500}", 1, 9), ("10**500", 1, 2),
            ("True", -1, 1), ("None", 1, 1),
        ]

        @Test(arguments: compressed)
        func `both compress the same values, and read them`(python: String, threshold: Int, flags: UInt64) async throws
        {
            let server = try await MemcachedServer.start()
            let peer = try await Peer.start([server.address])
            let client = try client([server.address])
            let stored = try await peer("client.set('k', \(python), min_compress_len=\(threshold))")
            #expect(stored == "True")
            let item = try #require(try await client.get("k"))
            #expect(item.flags == flags)
            let value = try PythonTranscoder().decode(item)
            let encoded = try PythonTranscoder().encode(
                value, options: EncodingOptions(minimumCompressLength: threshold))
            #expect(encoded.flags == flags)
            try await client.set("k", to: encoded.bytes, flags: encoded.flags)
            #expect(try await peer("same(client.get('k'), \(python))") == "True")
        }
    }
}
