import MemcacheCore
import Testing

@testable import mcsh

@Suite struct ClientConfigurationTests {
    private static func server(
        _ servers: [String] = [], sandbox: Bool = false, _ environment: [String: String] = [:]
    ) throws(OptionFault) -> String {
        try Options(servers: servers, sandbox: sandbox).clientConfiguration(environment: environment).servers[0].address
            .description
    }

    @Test func `the option goes before the variables, and mcsh's own before the other`() throws {
        let both = ["MCSH_SERVERS": "b", "MEMCACHED_SERVERS": "c"]
        #expect(try Self.server(["a"], both) == "a:11211")
        #expect(try Self.server([], both) == "b:11211")
        #expect(try Self.server([], ["MEMCACHED_SERVERS": "c"]) == "c:11211")
        #expect(try Self.server() == "127.0.0.1:11211")
    }

    @Test(arguments: ["", " ", ",", " , "])
    func `a variable without a server in it does not hide the other`(_ text: String) throws {
        #expect(try Self.server([], ["MCSH_SERVERS": text, "MEMCACHED_SERVERS": "c"]) == "c:11211")
        #expect(try Self.server([], ["MCSH_SERVERS": text, "MEMCACHED_SERVERS": text]) == "127.0.0.1:11211")
        #expect(throws: OptionFault.self) { try Self.server([text], ["MEMCACHED_SERVERS": "c"]) }
    }

    @Test(arguments: [
        ("cache:11212:3", "cache:11212"), ("[::1]:11212:5", "[::1]:11212"), ("inet:cache:1:2", "cache:1"),
        ("unix:/run/memcached.sock:4", "unix:/run/memcached.sock"), ("cache:11212", "cache:11212"),
        ("::1", "[::1]:11211"),
    ])
    func `a weight may follow the port`(text: String, server: String) throws {
        #expect(try Self.server([text]) == server)
        #expect(try Self.server([], ["MCSH_SERVERS": text]) == server)
    }

    @Test(arguments: ["cache:11212:x", "cache:11212:", "cache:11212:3:4", "cache:0:1"])
    func `what is no weight is refused`(_ text: String) {
        #expect(throws: OptionFault.self) { try Self.server([text]) }
    }

    @Test func `a sandbox takes the place of all servers`() throws {
        #expect(throws: OptionFault.self) { try Self.server([], ["MCSH_SERVERS": "a,b"]) }
        #expect(try Self.server([], sandbox: true, ["MCSH_SERVERS": "a,b"]) == "127.0.0.1:11211")
        #expect(try Self.server([], sandbox: true, ["MEMCACHED_SERVERS": "no:such:server:at:all"]) == "127.0.0.1:11211")
    }

    @Test func `an interval alone repeats for ever`() {
        #expect(Options(command: ["version"]).runs == nil)
        #expect(Options(interval: "2", command: ["version"]).runs == 0)
        #expect(Options(repetitions: 3, interval: "2", command: ["version"]).runs == 3)
        #expect(Options(repetitions: 3, command: ["version"]).runs == 3)
    }

    @Test(arguments: [
        (["--json", "--nonsense"], true), (["--nonsense", "-o", "json"], true), (["--output=json", "-z"], true),
        (["-ojson", "-z"], true), (["--nonsense"], false), (["-o", "csv", "--nonsense"], false),
        (["--nonsense", "json"], false),
    ])
    func `errors of options that cannot be read are JSON where that was asked for`(words: [String], isJSON: Bool) {
        #expect(OptionParser.asksForJSON(words) == isJSON)
    }
}
