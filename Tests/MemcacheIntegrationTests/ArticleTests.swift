import Foundation
import MemcacheCore
import TestSupport
import Testing

/// The code in the articles of the documentation: it is compiled and run here, and must be identical there.
@Suite(.inTurns) struct ArticleTests {
    private static let articles = ["MemcacheCore", "Pipelining", "ChoosingServers", "StoredValues", "Errors"]

    @Test(arguments: articles)
    func `the code of an article is the code that is compiled here`(_ article: String) throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = "Sources/MemcacheCore/MemcacheCore.docc/\(article).md"
        let text = try String(contentsOf: tests.deletingLastPathComponent().appending(path: file), encoding: .utf8)
        let source = try String(contentsOfFile: #filePath, encoding: .utf8)
        let compiled = blocks(of: source, from: "        // \(article)", to: "        // end").map { block in
            block.map { $0.hasPrefix("        ") ? String($0.dropFirst(8)) : $0 }
        }
        #expect(!compiled.isEmpty)
        #expect(blocks(of: text, from: "```swift", to: "```") == compiled)
    }

    /// Every group of lines between those two lines.
    private func blocks(of text: String, from begin: String, to end: String) -> [[String]] {
        var blocks: [[String]] = []
        var block: [String]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line == begin {
                block = []
            } else if line == end, let lines = block {
                blocks.append(lines)
                block = nil
            } else {
                block?.append(line)
            }
        }
        return blocks
    }

    @Test func `a greeting is stored and read`() async throws {
        let server = try await MemcachedServer.start()
        let address = server.address
        // MemcacheCore
        let client = try MemcacheClient(server: address)
        try await client.set("greeting", to: "hello", expiration: .after(.seconds(900)))
        if let item = try await client.get("greeting") {
            print(String(decoding: item.value, as: UTF8.self))
        }
        client.close()
        // end
        #expect(try await server.value(of: "greeting") == "hello")
    }

    @Test func `two commands at once`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        try await client.set("page:home", to: "page")
        // Pipelining
        async let page = client.get("page:home")
        async let visits = client.increment("page:home:visits")
        let (item, outcome) = try await (page, visits)
        // end
        #expect(item?.value.text == "page")
        #expect(outcome == .missing)
    }

    @Test func `many callers on the connections' thread`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        let keys: [Key] = ["a", "b", "c"]
        try await client.set("a", to: "page")
        // Pipelining
        try await withTaskExecutorPreference(client.taskExecutor) {
            try await withThrowingTaskGroup { group in
                for key in keys { group.addTask { try await client.get(key) } }
                for try await item in group { print(item?.value.count ?? 0) }
            }
        }
        // end
        #expect(try await server.statistic("get_hits") == "1")
        #expect(try await server.statistic("get_misses") == "2")
    }

    @Test func `many keys at once`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        try await client.set("user:42", to: "Ann")
        // Pipelining
        let answer = try await client.getMany([42, 46, "47"], prefix: "user:")
        for item in answer.items { print(item.key, item.value.count) }
        for (key, error) in answer.failures { print(key, error) }
        // end
        #expect(answer.items.map(\.key) == [42])
        #expect(answer.failures.isEmpty)
    }

    @Test func `many commands at once, with answers and without`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        try await client.set("42", to: "x")
        try await client.set("page:old", to: "x")
        // Pipelining
        let touches = (1...100).map { Command.Touch(Key($0), expiration: .after(.seconds(900))) }
        let results = await client.executeAll(touches)
        let missing = results.count { (try? $0.get()) == .missing }
        // end
        #expect(missing == 99)
        // Pipelining
        try await client.values.withoutReply.set("page:home", to: "<html>")
        try await client.execute(Command.WithoutReply(Command.Delete("page:old")))
        // end
        #expect(try await client.values.get("page:home") == "<html>")
        #expect(try await client.get("page:old") == nil)
    }

    @Test func `a pool with a profile and with a selector of its own`() async throws {
        // ChoosingServers
        let servers = try WeightedServer.list("10.0.0.1:11211:2 10.0.0.2:11211 unix:/run/memcached.sock")
        let profile = try ClientProfile(named: "python-memcached-1.58")
        var configuration = ClientConfiguration(servers: servers, profile: profile)
        configuration.failurePolicy = FailurePolicy(deadRetry: .seconds(10), flushesOnReconnect: true)
        let client = MemcacheClient(configuration)
        // end
        #expect(client.configuration.servers.map(\.weight) == [2, 1, 1])
        #expect(client.configuration.profile.name == "python-memcached-1.58")
        // ChoosingServers
        struct ByFirstByte: ServerSelector {
            var count: Int

            func choice(for key: Span<UInt8>, after previous: ServerChoice?) -> ServerChoice? {
                guard previous == nil, count > 0, !key.isEmpty else { return nil }
                return ServerChoice(server: Int(key[0]) % count, tries: 1)
            }

            func choice(for number: RoutingNumber, after previous: ServerChoice?) -> ServerChoice? { nil }
        }
        configuration.makeSelector = { ByFirstByte(count: $0.count) }
        // end
        let key: [UInt8] = [4]
        #expect(configuration.makeSelector(servers).choice(for: key.span, after: nil)?.server == 1)
    }

    @Test func `a number chooses the server`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        // ChoosingServers
        let cart = ("cart:7" as Key).routed(by: 42)
        try await client.set(cart, to: "…")
        let found = try await client.get(cart)
        // end
        #expect(found?.value.text == "…")
    }

    @Test func `failed servers are retried on request, and servers are replaced`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        // ChoosingServers
        client.forgetDeadServers()
        client.replaceServers(with: try WeightedServer.list("10.0.0.1 10.0.0.3"))
        // end
        #expect(client.configuration.servers.count == 2)
    }

    @Test func `values are stored, read, compressed, and in forms of their own`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        // StoredValues
        let values = client.values
        try await values.set("user:42", to: ["name": "Ann", "tags": ["a", "b"], "visits": 7])
        let name = try await values.get("user:42")?["name"]?.text
        let stored = try await values.setMany(["a": 1, "b": "two", "c": nil], expiration: .after(.seconds(900)))
        // end
        #expect(name == "Ann")
        #expect(stored.outcomes.count == 3 && stored.failures.isEmpty)
        // StoredValues
        try await values.set("page:home", to: "<html>…", minimumCompressLength: 1000)
        var compressing = client.values
        compressing.options.minimumCompressLength = 1000
        try await compressing.set("page:home", to: "<html>…")
        // end
        #expect(try await values.get("page:home") == "<html>…")
        // StoredValues
        var transcoder = PythonTranscoder(conventions: .release158)
        transcoder.writing.protocolVersion = 2
        transcoder.maximumExpandedBytes = 1_000_000
        try await client.values(transcoder).set("user:43", to: ["name": "Bob"])
        // end
        #expect(try await values.get("user:43")?["name"] == "Bob")
        // StoredValues
        struct Counts: ValueTranscoder {
            func encode(_ value: [Int], options: EncodingOptions) throws(MemcacheError) -> EncodedValue {
                EncodedValue(bytes: Array(value.map(String.init).joined(separator: " ").utf8), flags: 1 << 16)
            }

            func decode(_ bytes: [UInt8], flags: UInt64) throws(MemcacheError) -> [Int] {
                guard flags == 1 << 16 else { throw MemcacheError(.unknownFlags, "not counts") }
                return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
            }
        }
        let counts = client.values(Counts())
        try await counts.set("counts", to: [1, 2, 3])
        let item = try await client.getAndTouch("counts", expiration: .after(.seconds(60)))
        let touched = try item.map { try counts.value(of: $0) }
        // end
        #expect(touched == [1, 2, 3])
        try await client.set("user:1", to: "text of 1.58")
        // StoredValues
        var conventions = PythonTranscoder.Conventions.current
        conventions.unflagged = .textIfValid
        let everything = client.values(PythonTranscoder(conventions: conventions))
        let old = try await everything.get("user:1")
        // end
        #expect(old == "text of 1.58")
    }

    @Test func `errors, conditions, keys, and many keys`() async throws {
        let server = try await MemcachedServer.start()
        let client = try client(server.address)
        // Errors
        do {
            try await client.set("user:42", to: "Ann")
        } catch {
            switch error.code {
            case .valueTooLarge, .serverError: print("not cached: \(error.message)")
            case _ where error.mayHaveTakenEffect: print("maybe stored: \(error)")
            default: print("not stored: \(error)")
            }
        }
        // end
        #expect(try await server.value(of: "user:42") == "Ann")
        // Errors
        switch try await client.add("lock:42", value: "me", expiration: .after(.seconds(30))) {
        case .stored: print("mine")
        case .present: print("taken")
        }
        // end
        #expect(try await server.value(of: "lock:42") == "me")
        // Errors
        let name = "two words\r\nflush_all"
        let key = try? Key(name.utf8)
        let numbered: Key = 42
        let described = try Key(describing: 1.5)
        let unchecked = try Key("tab\tkey", maximumBytes: 1000, characters: .lenient)
        // end
        #expect(key == nil)
        #expect([numbered, described].map(\.description) == ["42", "1.5"])
        #expect(unchecked.bytes == Array("tab\tkey".utf8))
        try await client.set("a", to: "x")
        // Errors
        let answer = try await client.deleteMany(["a", "b"])
        let deleted = answer.outcomes.filter { $0.value == .deleted }.map(\.key)
        for (key, error) in answer.failures { print("\(key): \(error)") }
        // end
        #expect(deleted == ["a"])
    }
}
