import MemcacheCore
import Testing

@Suite struct ServerAddressTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var text: String
        var endpoint: ServerAddress.Endpoint
        var description: String
        var testDescription: String { text }

        init(_ text: String, _ endpoint: ServerAddress.Endpoint, _ description: String) {
            self.text = text
            self.endpoint = endpoint
            self.description = description
        }
    }

    @Test(arguments: [
        Case("localhost", .tcp(host: "localhost", port: 11211), "localhost:11211"),
        Case("localhost:1", .tcp(host: "localhost", port: 1), "localhost:1"),
        Case("cache.example.org:65535", .tcp(host: "cache.example.org", port: 65535), "cache.example.org:65535"),
        Case("10.0.0.5:11212", .tcp(host: "10.0.0.5", port: 11212), "10.0.0.5:11212"),
        Case("inet:10.0.0.5:11212", .tcp(host: "10.0.0.5", port: 11212), "10.0.0.5:11212"),
        Case("inet:cache", .tcp(host: "cache", port: 11211), "cache:11211"),
        Case("[::1]", .tcp(host: "::1", port: 11211), "[::1]:11211"),
        Case("[::1]:11212", .tcp(host: "::1", port: 11212), "[::1]:11212"),
        Case("::1", .tcp(host: "::1", port: 11211), "[::1]:11211"),
        Case("fe80::1%eth0", .tcp(host: "fe80::1%eth0", port: 11211), "[fe80::1%eth0]:11211"),
        Case("inet6:[::1]:11212", .tcp(host: "::1", port: 11212), "[::1]:11212"),
        Case("inet6:::1", .tcp(host: "::1", port: 11211), "[::1]:11211"),
        Case("/run/memcached.sock", .unix(path: "/run/memcached.sock"), "unix:/run/memcached.sock"),
        Case("unix:/run/memcached.sock", .unix(path: "/run/memcached.sock"), "unix:/run/memcached.sock"),
        Case("unix:relative", .unix(path: "relative"), "unix:relative"),
        Case("/a b:c", .unix(path: "/a b:c"), "unix:/a b:c"),
        Case("dir/sock", .unix(path: "dir/sock"), "unix:dir/sock"),
        Case("./h:11211/x", .unix(path: "./h:11211/x"), "unix:./h:11211/x"),
        Case("unix:h:11211/x", .unix(path: "h:11211/x"), "unix:h:11211/x"),
        Case("/run/h:11211/x", .unix(path: "/run/h:11211/x"), "unix:/run/h:11211/x"),
        Case("./~/x", .unix(path: "./~/x"), "unix:./~/x"),
        Case("unix:~/x", .unix(path: "~/x"), "unix:~/x"),
    ])
    func `an address is read as people write it`(_ test: Case) throws {
        let address = try ServerAddress(test.text)
        #expect(address.endpoint == test.endpoint)
        #expect(address.description == test.description)
        #expect(try ServerAddress(address.description) == address)
    }

    @Test func `an omitted port is the given one`() throws {
        #expect(try ServerAddress("cache", defaultPort: 7).endpoint == .tcp(host: "cache", port: 7))
        #expect(try ServerAddress("cache:8", defaultPort: 7).endpoint == .tcp(host: "cache", port: 8))
    }

    @Test(arguments: [
        ("", "the host is missing"),
        (":11211", "the host is missing"),
        ("[]:11211", "the host is missing"),
        ("cache:", "\"\" is not a port"),
        ("cache:0", "\"0\" is not a port"),
        ("cache:65536", "\"65536\" is not a port"),
        ("cache:+80", "\"+80\" is not a port"),
        ("cache:http", "\"http\" is not a port"),
        ("cache:99999999999999999999", "is not a port"),
        ("[::1", "is not closed"),
        ("[::1]11211", "must follow the bracket"),
        ("my cache", "a host name contains no spaces"),
        ("unix:", "the path is missing"),
        ("~/x", "~ is not expanded here; write the whole path"),
        ("~ann/x", "~ is not expanded here; write the whole path"),
        ("h:11211/x", "leave out what follows the port"),
        ("h:11211/", "leave out what follows the port"),
        ("[::1]:11211/x", "leave out what follows the port"),
        ("10.0.0.5:11211:2/x", "leave out what follows the port"),
        ("cache\n:1", "a control character"),
        ("/a\u{1b}[31m", "a control character"),
        ("/" + String(repeating: "x", count: 107), "at most 107 bytes"),
    ])
    func `an invalid address is rejected with what to write`(_ text: String, _ reason: String) throws {
        let error = try #require(throws: MemcacheError.self) { try ServerAddress(text) }
        #expect(error.code == .invalidArgument)
        #expect(error.message.contains(reason), "\(error.message)")
        #expect(!error.message.contains("\u{1b}"))
        #expect(!error.message.contains("\n"))
    }
}
