import MemcacheCore
import TestSupport
import Testing

extension InteropTests {
    /// Five servers with different weights: both clients store a key on the same one, and find it there.
    @Suite struct Routing {
        private static let weights = [1, 2, 3, 1, 4]

        /// 2,000 keys: short and long ones, of ASCII, of other alphabets and of odd characters.
        private static let keys: [String] = {
            // The hash of the first is 0. The second and third look alike; the others look like spaces but are not to
            // memcached.
            var keys = ["ob", "\u{e9}", "e\u{301}", "\u{a0}", "\u{85}", "\u{2028}", "\u{feff}"]
            keys += (0x21...0x7e).map { "\(Character(UnicodeScalar(UInt8($0))))" }
            keys += (2...250).map { String(repeating: "k", count: $0) }
            keys += (1...83).map { String(repeating: "鍵", count: $0) }
            while keys.count < 2000 {
                let number = keys.count
                keys.append(
                    ["user:\(number)", "ключ-\(number)", "\(number)é", "🎉\(number)🎉", "鍵\(number)"][number % 5])
            }
            return keys
        }()

        /// Numbers instead of the hash.
        private static let numbers = [
            "0", "1", "2", "3", "6", "7", "10", "11", "12", "32767", "32768", "2147483648", "4294967295", "4294967296",
            "9223372036854775807", "9223372036854775808", "18446744073709551616", "1180591620717411303424", "-1", "-2",
            "-10", "-11", "-32768", "-9223372036854775808", "-9223372036854775809", "-1180591620717411303424",
        ]

        @Test func `2,000 keys are on the same servers, even when one is dead`() async throws {
            let servers = try await MemcachedServer.start(5)
            let peer = try await Peer.start(servers.map(\.address), weights: Self.weights)
            let client = try client(servers.map(\.address), weights: Self.weights)
            let keys = Self.keys.map { Key($0) }
            try #require(Set(keys).count == 2000)

            #expect(try await peer("client.set_multi(dict.fromkeys(keys, b'p'))", ["keys": Self.keys]) == "[]")
            let python = try await Holdings(of: keys, on: servers)
            #expect(python.places.values.allSatisfy { $0.count == 1 })
            #expect(python.shares.allSatisfy { $0 > 100 } && python.shares.max() == python.shares[4])
            #expect(Set(try await client.getMany(keys).items.map(\.key)) == Set(keys))

            // A key that went elsewhere would now be on two servers.
            let stored = try await client.setMany(Dictionary(uniqueKeysWithValues: keys.map { ($0, Array("s".utf8)) }))
            #expect(stored.outcomes.count == 2000)
            #expect(try await Holdings(of: keys, on: servers, value: "s").places == python.places)
            #expect(try await peer("client.get_multi(keys) == dict.fromkeys(keys, b's')") == "True")

            // The server with the greatest weight is down, and both have noticed.
            try await servers[4].stop()
            let alive = Array(servers[..<4])
            _ = try await peer("client.get_multi(keys)")
            _ = try await client.getMany(keys)
            #expect(try await peer("client.set_multi(dict.fromkeys(keys, b'q'))") == "[]")
            let rehashed = try await Holdings(of: keys, on: alive, value: "q")
            #expect(rehashed.places.values.allSatisfy { $0.count == 1 })
            #expect(rehashed.places.count > 1990)
            let found = try await client.getMany(keys)
            #expect(Set(found.items.map(\.key)) == Set(rehashed.places.keys))
            // Ten tries may all lead to the dead server; both then have no server for the key.
            #expect(Set(found.failures.keys) == Set(keys).subtracting(rehashed.places.keys))
            #expect(found.failures.values.allSatisfy { $0.code == .noServer })
            _ = try await client.setMany(Dictionary(uniqueKeysWithValues: keys.map { ($0, Array("t".utf8)) }))
            #expect(try await Holdings(of: keys, on: alive, value: "t").places == rehashed.places)
        }

        @Test func `numbers instead of the hash lead to the same servers, even when one is dead`() async throws {
            let servers = try await MemcachedServer.start(5)
            let peer = try await Peer.start(servers.map(\.address), weights: Self.weights)
            let client = try client(servers.map(\.address), weights: Self.weights)
            let keys = try Self.numbers.map { Key("n\($0)").routed(by: try RoutingNumber(decimal: $0)) }
            let bare = Self.numbers.map { Key("n\($0)") }

            let set = "[client.set((int(n), 'n' + n), value) for n in numbers] == [True] * len(numbers)"
            #expect(try await peer(set, ["numbers": Self.numbers, "value": "p"]) == "True")
            let python = try await Holdings(of: bare, on: servers)
            #expect(python.places.values.allSatisfy { $0.count == 1 })
            #expect(python.shares.allSatisfy { $0 > 0 })
            #expect(try await client.getMany(keys).items.map(\.key) == keys)
            for key in keys { try await client.set(key, to: "s") }
            #expect(try await Holdings(of: bare, on: servers, value: "s").places == python.places)

            try await servers[4].stop()
            let alive = Array(servers[..<4])
            _ = try await peer("[client.get((int(n), 'n' + n)) for n in numbers]")
            #expect(try await peer(set, ["value": "q"]) == "True")
            let rehashed = try await Holdings(of: bare, on: alive, value: "q")
            #expect(rehashed.places.count == keys.count)
            for key in keys { try await client.set(key, to: "t") }
            #expect(try await Holdings(of: bare, on: alive, value: "t").places == rehashed.places)
        }
    }
}

/// Which of a test's servers hold which keys, read without the code under test.
private struct Holdings {
    /// The servers of each key, by position.
    var places: [Key: [Int]] = [:]
    /// How many keys each server has.
    var shares: [Int] = []

    /// - Parameter value: The value of the items to count; nil counts all.
    init(of keys: [Key], on servers: [MemcachedServer], value: ByteString? = nil) async throws {
        for (position, server) in servers.enumerated() {
            let connection = try await server.connect()
            var share = 0
            for start in stride(from: 0, to: keys.count, by: 50) {
                let batch = keys[start..<min(start + 50, keys.count)]
                let request = batch.reduce("get" as ByteString) { $0 + " " + ByteString($1.bytes) }
                let lines = try await connection.exchange(request + "\r\n", through: "END\r\n").lines
                // Values are one letter long, so lines alternate.
                for line in stride(from: 0, to: lines.count - 1, by: 2) {
                    guard value == nil || value.map({ $0 + "\r" }) == lines[line + 1] else { continue }
                    let words = lines[line].bytes.split(separator: UInt8(ascii: " "))
                    places[try Key(words[1]), default: []].append(position)
                    share += 1
                }
            }
            shares.append(share)
        }
    }
}
