import MemcacheCore
import Testing

@Suite struct WeightedServerTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var text: String
        var endpoint: ServerAddress.Endpoint
        var weight: Int
        var description: String
        var testDescription: String { text }

        init(_ text: String, _ endpoint: ServerAddress.Endpoint, _ weight: Int, _ description: String) {
            self.text = text
            self.endpoint = endpoint
            self.weight = weight
            self.description = description
        }
    }

    @Test(arguments: [
        Case("cache", .tcp(host: "cache", port: 11211), 1, "cache:11211"),
        Case("cache:5", .tcp(host: "cache", port: 5), 1, "cache:5"),
        Case("cache:5:3", .tcp(host: "cache", port: 5), 3, "cache:5:3"),
        Case("cache:5:1", .tcp(host: "cache", port: 5), 1, "cache:5"),
        Case("cache:5:0", .tcp(host: "cache", port: 5), 0, "cache:5:0"),
        Case("127.0.0.1:11211:1000000", .tcp(host: "127.0.0.1", port: 11211), 1_000_000, "127.0.0.1:11211:1000000"),
        Case("inet:cache", .tcp(host: "cache", port: 11211), 1, "cache:11211"),
        Case("inet:cache:5", .tcp(host: "cache", port: 5), 1, "cache:5"),
        Case("inet:cache:5:2", .tcp(host: "cache", port: 5), 2, "cache:5:2"),
        Case("[::1]", .tcp(host: "::1", port: 11211), 1, "[::1]:11211"),
        Case("[::1]:5", .tcp(host: "::1", port: 5), 1, "[::1]:5"),
        Case("[::1]:5:7", .tcp(host: "::1", port: 5), 7, "[::1]:5:7"),
        Case("inet6:[::1]:5:7", .tcp(host: "::1", port: 5), 7, "[::1]:5:7"),
        Case("inet6:[fe80::1%lo]:5", .tcp(host: "fe80::1%lo", port: 5), 1, "[fe80::1%lo]:5"),
        Case("inet6:::1", .tcp(host: "::1", port: 11211), 1, "[::1]:11211"),
        Case("::1", .tcp(host: "::1", port: 11211), 1, "[::1]:11211"),
        Case("cafe::5", .tcp(host: "cafe::5", port: 11211), 1, "[cafe::5]:11211"),
        Case("1:2:3:4:5:6:7:8", .tcp(host: "1:2:3:4:5:6:7:8", port: 11211), 1, "[1:2:3:4:5:6:7:8]:11211"),
        Case("/run/m.sock", .unix(path: "/run/m.sock"), 1, "unix:/run/m.sock"),
        Case("/run/m.sock:4", .unix(path: "/run/m.sock"), 4, "unix:/run/m.sock:4"),
        Case("/run/m:4:1", .unix(path: "/run/m:4"), 1, "unix:/run/m:4:1"),
        Case("/run/m:4:2", .unix(path: "/run/m:4"), 2, "unix:/run/m:4:2"),
        Case("/run/m:x", .unix(path: "/run/m:x"), 1, "unix:/run/m:x"),
        Case("/run/m:", .unix(path: "/run/m:"), 1, "unix:/run/m:"),
        Case("unix:/run/m.sock", .unix(path: "/run/m.sock"), 1, "unix:/run/m.sock"),
        Case("unix:/run/m.sock:4", .unix(path: "/run/m.sock"), 4, "unix:/run/m.sock:4"),
        Case("unix:m.sock", .unix(path: "m.sock"), 1, "unix:m.sock"),
        Case("unix:5", .unix(path: "5"), 1, "unix:5"),
        Case("unix:5:5", .unix(path: "5"), 5, "unix:5:5"),
    ])
    func `a server and its weight are read as people write them`(test: Case) throws {
        let server = try WeightedServer(test.text)
        #expect(server.address.endpoint == test.endpoint)
        #expect(server.weight == test.weight)
        #expect(server.description == test.description)
        #expect(try WeightedServer(server.description) == server)
    }

    @Test func `an omitted port is the given one`() throws {
        #expect(try WeightedServer("cache", defaultPort: 7).address.endpoint == .tcp(host: "cache", port: 7))
        #expect(try WeightedServer.list("a,b:8", defaultPort: 7).map(\.description) == ["a:7", "b:8"])
    }

    @Test(arguments: [
        ("", "the host is missing"),
        ("cache:5:", "\"\" is not the weight of a server, in \"cache:5:\"; write host:port:weight"),
        ("cache:5:x", "\"x\" is not the weight"),
        ("cache:5:-3", "\"-3\" is not the weight"),
        ("cache:5:1.5", "\"1.5\" is not the weight"),
        ("cache:5:1000001", "a weight of 0 to 1000000"),
        ("cache:5:99999999999999999999", "is not the weight"),
        ("/run/m.sock:1000001", "is not the weight"),
        ("[::1]:5:x", "\"x\" is not the weight"),
        ("tcp:cache:1", "\"cache\" is not a port"),
        ("cache::3", "too many colons"),
        ("cache:0:3", "\"0\" is not a port"),
        ("cache:1:2:3", "too many colons"),
        ("[::1]::3", "\"\" is not a port"),
        ("cache:5:1\n", "is not the weight"),
        ("cache\n:5:1", "a control character"),
    ])
    func `an invalid server is rejected with what to write`(text: String, reason: String) throws {
        let error = try #require(throws: MemcacheError.self) { try WeightedServer(text) }
        #expect(error.code == .invalidArgument)
        #expect(error.message.contains(reason), "\(error.message)")
        #expect(!error.message.contains("\n"))
    }

    @Test(arguments: [
        "a,b:1,c:1:3", "a b:1 c:1:3", " a, b:1 ,\tc:1:3\n", "a\r\nb:1\r\nc:1:3\r\n", ",a,,b:1,c:1:3,",
    ])
    func `commas and spaces separate servers`(text: String) throws {
        #expect(try WeightedServer.list(text).map(\.description) == ["a:11211", "b:1", "c:1:3"])
    }

    @Test(arguments: ["", " ", ",", " , \n"])
    func `a list names at least one server`(text: String) throws {
        let error = try #require(throws: MemcacheError.self) { try WeightedServer.list(text) }
        #expect(error.message == "no server is named; write one or more, such as cache1:11211,cache2:11211")
    }

    @Test func `a list with an error in it is rejected`() {
        #expect(throws: MemcacheError.self) { try WeightedServer.list("a,b:x,c") }
    }

    @Test(arguments: [
        ("127.0.0.1:11211", 1, "127.0.0.1:11211 (1)"), ("inet:cache", 3, "cache:11211 (3)"),
        ("inet6:[::1]:5", 2, "[::1]:5 (2)"), ("unix:/run/m.sock", 0, "unix:/run/m.sock (0)"),
    ])
    func `python-memcached's name of a server in statistics`(text: String, weight: Int, name: String) throws {
        #expect(try WeightedServer(pythonMemcached: text, weight: weight).pythonMemcachedName == name)
    }

    /// Accepted by python-memcached, of no use there, and rejected here.
    private static let refusedHere: [(text: String, reason: String)] = [
        ("unix:", "the path is missing"), ("/run/m.sock", "it takes a path as a host name"),
        ("host:0", "\"0\" is not a port"), ("host:99999", "\"99999\" is not a port"),
        (" host:1", "a host name contains no spaces"), ("host:1\n", "a control character"),
    ]

    @Test(arguments: RoutingVectors.wire)
    func `what python-memcached reads is read the same, and what it rejects is rejected`(document: VectorValue) throws {
        var counts = (read: 0, refused: 0, refusedHere: 0)
        for recorded in document["server_strings"].items {
            // Tuples and texts; Swift's types leave no other cases.
            guard let argument = recorded["server"].text.flatMap(Argument.init(printed:)) else { continue }
            let parsed = recorded["parsed"]["return"]
            let server = Result { try WeightedServer(pythonMemcached: argument.text, weight: argument.weight) }
            if let fault = Self.refusedHere.first(where: { $0.text == argument.text }) {
                #expect(parsed != .null)
                let error = try #require(throws: MemcacheError.self) { try server.get() }
                #expect(error.message.contains(fault.reason), "\(error.message)")
                counts.refusedHere += 1
            } else if parsed == .null {
                #expect(throws: MemcacheError.self, "\(argument.text)") { try server.get() }
                counts.refused += 1
            } else {
                let server = try server.get()
                let endpoint: ServerAddress.Endpoint =
                    if let path = parsed[1].text {
                        .unix(path: path)
                    } else {
                        .tcp(host: parsed[1][0].text ?? "", port: parsed[1][1].integer ?? -1)
                    }
                #expect(server.address.endpoint == endpoint)
                #expect(server.weight == parsed[2].integer)
                let selector = PythonMemcachedSelector(weights: [server.weight])
                #expect((selector.choice(for: 0, after: nil) == nil) == (parsed[3].integer == 0))
                counts.read += 1
            }
        }
        #expect(counts == (read: 15, refused: 11, refusedHere: 6))
    }

    @Test(arguments: [
        ("::1", "too many colons"), ("[::1]:11211", "brackets only after inet6:"), ("[cache]", "brackets only after"),
        ("inet6:::1", "only in brackets"), ("inet6:5", "only in brackets"), ("inet6:[::1", "in brackets is malformed"),
        ("inet6:[a[b]", "in brackets is malformed"), ("host:1:2", "too many colons"),
        ("inet:/x", "a path as a host name"),
    ])
    func `what python-memcached rejects is rejected with what to write`(text: String, reason: String) throws {
        let error = try #require(throws: MemcacheError.self) { try WeightedServer(pythonMemcached: text) }
        #expect(error.message.contains(reason), "\(error.message)")
        #expect(error.message.hasSuffix("write host, host:port, inet6:[address]:port or unix:/path"))
    }

    @Test func `a number at the end of a path is part of it for python-memcached`() throws {
        let server = try WeightedServer(pythonMemcached: "unix:/run/m:4")
        #expect(server == WeightedServer(ServerAddress(.unix(path: "/run/m:4"))))
    }

    /// The argument of a recorded call as Python prints it: `'text'` or `('text', weight)`.
    private struct Argument {
        var text: String
        var weight = 1

        init?(printed: String) {
            var rest = Substring(printed)
            let isTuple = rest.hasPrefix("(")
            if isTuple { rest = rest.dropFirst() }
            guard rest.hasPrefix("'"), let end = rest.dropFirst().firstIndex(of: "'") else { return nil }
            let lines = rest[..<end].dropFirst().split(separator: "\\n", omittingEmptySubsequences: false)
            text = lines.joined(separator: "\n")
            rest = rest[rest.index(after: end)...]
            guard isTuple else {
                guard rest.isEmpty else { return nil }
                return
            }
            guard rest.hasPrefix(", "), rest.hasSuffix(")"), let number = Int(rest.dropFirst(2).dropLast()) else {
                return nil
            }
            weight = number
        }
    }
}
