import MemcacheCore
import TestSupport
import Testing

extension InteropTests {
    /// Commands by which both clients work on the same items.
    @Suite struct Commands {
        @Test func `a prefix means the same keys to both`() async throws {
            let servers = try await MemcachedServer.start(3)
            let peer = try await Peer.start(servers.map(\.address))
            let client = try client(servers.map(\.address))
            let names = (0..<40).map { "k\($0)" }
            let keys = names.map { Key($0) }

            let set = "client.set_multi({key: key for key in keys}, key_prefix='user:')"
            #expect(try await peer(set, ["keys": names]) == "[]")
            let read = try await client.getMany(keys, prefix: "user:")
            #expect(read.items.map(\.key) == keys)
            #expect(read.items.map { String(decoding: $0.value, as: UTF8.self) } == names)
            #expect(read.items.allSatisfy { $0.flags == 16 })
            #expect(try await client.get("user:k7")?.key == "user:k7")

            let values = Dictionary(uniqueKeysWithValues: keys.map { ($0, $0.bytes) })
            _ = try await client.setMany(values, flags: 16, prefix: "ключ:")
            #expect(
                try await peer("client.get_multi(keys, key_prefix='ключ:') == {key: key for key in keys}") == "True")
            #expect(try await peer("client.get('ключ:k7')") == "'k7'")

            #expect(try await peer("client.delete_multi(keys[:20], key_prefix='user:')") == "1")
            #expect(try await client.getMany(keys, prefix: "user:").items.map(\.key) == Array(keys[20...]))
            let deleted = try await client.deleteMany(Array(keys[10...]), prefix: "ключ:")
            #expect(deleted.outcomes.values.allSatisfy { $0 == .deleted } && deleted.outcomes.count == 30)
            #expect(
                try await peer("client.get_multi(keys, key_prefix='ключ:') == {key: key for key in keys[:10]}")
                    == "True")
        }

        @Test func `keys that are not text are their printed form`() async throws {
            let server = try await MemcachedServer.start()
            let peer = try await Peer.start([server.address])
            let client = try client([server.address])
            #expect(try await peer("client.set_multi({42: 1, -7: 2, b'raw': 3}, key_prefix='n:')") == "[]")
            let read = try await client.getMany(["42", "-7", "raw"], prefix: "n:")
            #expect(read.items.map { String(decoding: $0.value, as: UTF8.self) } == ["1", "2", "3"])
            _ = try await client.setMany(["42": Array("5".utf8)], flags: 2)
            #expect(try await peer("client.get_multi([42])") == "{42: 5}")
        }

        @Test func `one client's change fails the other's compare-and-swap`() async throws {
            let server = try await MemcachedServer.start()
            let peer = try await Peer.start([server.address], options: "cache_cas=True")
            let client = try client([server.address])

            #expect(try await peer("client.set('k', 'first')") == "True")
            #expect(try await peer("client.gets('k')") == "'first'")
            try await client.set("k", to: "second", flags: 16)
            #expect(try await peer("client.cas('k', 'third')") == "False")
            #expect(try await peer("client.gets('k')") == "'second'")
            #expect(try await peer("client.cas('k', 'third')") == "True")
            #expect(try await client.get("k")?.value == Array("third".utf8))

            let token = try #require(try await client.gets("k")?.cas)
            #expect(try await peer("client.set('k', 'fourth')") == "True")
            #expect(try await client.compareAndSwap("k", to: "fifth", cas: token, flags: 16) == .changed)
            let newer = try #require(try await client.gets("k")?.cas)
            #expect(try await client.compareAndSwap("k", to: "fifth", cas: newer, flags: 16) == .stored)
            #expect(try await peer("client.get('k')") == "'fifth'")
            #expect(try await peer("client.delete('k')") == "1")
            #expect(try await client.compareAndSwap("k", to: "sixth", cas: newer) == .missing)
        }

        @Test func `both count on the same number`() async throws {
            let server = try await MemcachedServer.start()
            let peer = try await Peer.start([server.address])
            let client = try client([server.address])
            #expect(try await client.increment("n") == .missing)
            #expect(try await peer("client.incr('n')") == "None")
            #expect(try await peer("client.set('n', 10)") == "True")
            #expect(try await client.increment("n", by: 5) == .value(15))
            #expect(try await peer("client.incr('n', 2**63)") == "9223372036854775823")
            #expect(try await client.increment("n", by: 9_223_372_036_854_775_793) == .value(0))
            #expect(try await peer("client.incr('n', 100)") == "100")
            // The server leaves spaces where there were digits: both ignore them.
            #expect(try await client.decrement("n", by: 93) == .value(7))
            #expect(try await peer("client.get('n')") == "7")
            let item = try #require(try await client.get("n"))
            #expect(try PythonTranscoder().decode(item) == 7)
            #expect(try await peer("client.decr('n', 50)") == "0")
            let encoded = try PythonTranscoder().encode(41)
            try await client.set("n", to: encoded.bytes, flags: encoded.flags)
            #expect(try await peer("client.incr('n')") == "42")
            #expect(try await client.increment("n", by: 0) == .value(42))
            try await client.set("text", to: "x", flags: 16)
            #expect(try await peer("client.incr('text')") == "ValueError")
        }

        @Test func `lifetimes set by one apply for the other`() async throws {
            let server = try await MemcachedServer.start()
            let peer = try await Peer.start([server.address])
            let client = try client([server.address])
            func remaining() async throws -> Int? {
                let words = try await server.exchange("mg k t\r\n").text.split(whereSeparator: \.isWhitespace)
                return words.last?.first == "t" ? Int(words[1].dropFirst()) : nil
            }
            #expect(try await peer("client.set('k', 1, time=1000)") == "True")
            #expect(try await remaining().map { (900...1000).contains($0) } == true)
            #expect(try await client.touch("k", expiration: .after(.seconds(5000))) == .touched)
            #expect(try await remaining().map { (4900...5000).contains($0) } == true)
            #expect(try await peer("client.touch('k', 2000)") == "1")
            #expect(try await remaining().map { (1900...2000).contains($0) } == true)
            #expect(try await client.touch("k", expiration: .never) == .touched)
            #expect(try await remaining() == -1)
            #expect(try await peer("client.touch('k', -1)") == "1")
            #expect(try await client.get("k") == nil)
            #expect(try await client.touch("k", expiration: .never) == .missing)
            try await client.set("k", to: "1", flags: 2)
            #expect(try await client.touch("k", expiration: .immediately) == .touched)
            #expect(try await peer("client.get('k')") == "None")
        }

        @Test func `what is sent without a reply takes effect, and both stay in step`() async throws {
            let server = try await MemcachedServer.start()
            let peer = try await Peer.start([server.address])
            let client = try client([server.address])
            // The read after them on the same connection shows that they were executed.
            #expect(try await peer("client.set('a', [1], noreply=True)") == "True")
            #expect(try await peer("client.set_multi({'n': 1, 'm': 2}, noreply=True)") == "[]")
            #expect(try await peer("client.incr('n', 4, noreply=True)") == "None")
            #expect(try await peer("client.delete('m', noreply=True)") == "1")
            #expect(try await peer("client.touch('n', 1000, noreply=True)") == "1")
            #expect(try await peer("client.get('n')") == "5")
            let item = try #require(try await client.get("a"))
            #expect(try PythonTranscoder().decode(item) == [1])
            #expect(try await client.get("n")?.value == Array("5".utf8))
            #expect(try await client.get("m") == nil)

            try await client.execute(Command.WithoutReply(Command.Set("a", value: Array("text".utf8), flags: 16)))
            try await client.execute(Command.WithoutReply(Command.Increment("n", by: 2)))
            try await client.execute(Command.WithoutReply(Command.Append("a", value: Array("!".utf8))))
            #expect(try await client.get("n")?.value == Array("7".utf8))
            #expect(try await peer("client.get_multi(['a', 'n'])") == "{'a': 'text!', 'n': 7}")
            try await client.execute(Command.WithoutReply(Command.Delete("a")))
            #expect(try await client.get("a") == nil)
            #expect(try await peer("client.get('a')") == "None")
        }
    }
}
