import Foundation
import MemcacheCore
import TestSupport
import Testing

@testable import mcsh

/// The result of options, environment and configuration file.
@Suite struct ServerCatalogTests {
    private static func server(
        _ servers: [String] = [], _ environment: Environment = [:]
    ) throws(OptionFault) -> String {
        try ServerCatalog(options: Options(), environment: [:])
            .initialSelection(servers, environment: environment).servers[0].address.description
    }

    @Test func `the option goes before the variables, and mcsh's own before the other`() throws {
        let both: Environment = ["MCSH_SERVERS": "b", "MEMCACHED_SERVERS": "c"]
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
    func `a word that is not a weight is rejected`(_ text: String) {
        #expect(throws: OptionFault.self) { try Self.server([text]) }
    }

    @Test(arguments: [
        (["a", "b:11212:3"], ["a:11211", "b:11212:3"]), (["a,b c"], ["a:11211", "b:11211", "c:11211"]),
        (["a\tb\nc"], ["a:11211", "b:11211", "c:11211"]),
        (["inet6:[::1]:11212", "unix:/run/m.sock", "inet:h"], ["[::1]:11212", "unix:/run/m.sock", "h:11211"]),
    ])
    func `a list may have several servers`(lists: [String], servers: [String]) throws {
        let selection = try ServerCatalog(options: Options(), environment: [:]).resolve(lists)
        #expect(selection.servers.map(\.description) == servers)
    }

    @Test func `a port that the options name is for servers that name none`() throws {
        let catalog = try ServerCatalog(options: Options(port: 11300), environment: [:])
        #expect(try catalog.resolve(["a,b:1"]).servers.map(\.description) == ["a:11300", "b:1"])
        #expect(throws: OptionFault(message: "-p 0: a port is 1 to 65535")) {
            try ServerCatalog(options: Options(port: 0), environment: [:])
        }
    }

    @Test func `a selection is named for people`() throws {
        let catalog = try ServerCatalog(options: Options(), environment: [:])
        #expect(try catalog.resolve(["10.0.0.5"]).name == "10.0.0.5:11211")
        #expect(try catalog.resolve(["10.0.0.5,b,c"]).name == "10.0.0.5:11211+2")
        #expect(try catalog.resolve(["a,b"]).with(server: ServerAddress(.unix(path: "/s"))).name == "unix:/s")
    }

    // MARK: Settings

    private static let file = """
        profile = "python-memcached"
        prefix = "top:"
        timeout = 7
        dead_retry = 8
        [pools.sessions]
        servers = ["10.0.0.1:11211:2", "10.0.0.2"]
        prefix = "sess:"
        timeout = "500ms"
        connect_timeout = "1s"
        environment = "production"
        read_only = true
        [pools.secure]
        servers = ["a"]
        tls = true
        [pools.named]
        servers = ["a"]
        user = "u"
        password_file = "f"
        """

    private static func catalog(
        _ options: Options = Options(), _ text: String? = file
    ) throws(OptionFault) -> ServerCatalog {
        let file = try text.map { text throws(OptionFault) in
            try ConfigurationFile(Array(text.utf8), path: "/c/config.toml", mode: 0o644)
        }
        return try ServerCatalog(options: options, file: file, absence: "there is no configuration file /c/config.toml")
    }

    @Test func `without options and file everything is at its default`() throws {
        let selection = try Self.catalog(Options(), nil).resolve(["a"])
        #expect(selection.profile == "python-memcached")
        #expect(selection.prefix == [])
        #expect(selection.timeout == .seconds(3))
        #expect(selection.connectTimeout == .seconds(3))
        #expect(selection.deadRetry == .seconds(30))
        #expect(!selection.isProduction)
        #expect(!selection.isReadOnly)
    }

    @Test func `a pool goes before the top of the file, and that before the defaults`() throws {
        let selection = try Self.catalog().resolve(["@sessions"])
        #expect(selection.name == "@sessions")
        #expect(selection.servers.map(\.description) == ["10.0.0.1:11211:2", "10.0.0.2:11211"])
        #expect(selection.prefix == Array("sess:".utf8))
        #expect(selection.timeout == .milliseconds(500))
        #expect(selection.connectTimeout == .seconds(1))
        #expect(selection.deadRetry == .seconds(8))
        #expect(selection.isProduction)
        #expect(selection.isReadOnly)
    }

    @Test func `the command line overrides everything, also for servers that are chosen later`() throws {
        let options = Options(
            prefix: "own:", profile: "python-memcached", timeout: "2", connectTimeout: "1.5", deadRetry: "0",
            readOnly: true)
        for list in ["@sessions", "10.0.0.9"] {
            let selection = try Self.catalog(options).resolve([list])
            #expect(selection.prefix == Array("own:".utf8))
            #expect(selection.timeout == .seconds(2))
            #expect(selection.connectTimeout == .milliseconds(1500))
            #expect(selection.deadRetry == .zero)
            #expect(selection.isReadOnly)
        }
        #expect(try Self.catalog(Options(prefix: "")).resolve(["@sessions"]).prefix == [])
    }

    @Test func `the top of the file applies to servers without a pool too`() throws {
        let selection = try Self.catalog().resolve(["10.0.0.9"])
        #expect(selection.prefix == Array("top:".utf8))
        #expect(selection.timeout == .seconds(7))
        #expect(!selection.isReadOnly)
    }

    // MARK: Servers that a pool lists

    private static let listed = """
        [pools.live]
        servers = ["10.0.0.1", "cache.invalid:11300:2", "[::1]:11400", "127.0.0.1:11500", "/run/mc/a.sock"]
        environment = "production"
        prefix = "live:"
        [pools.copy]
        servers = ["10.0.0.1:11211", "10.0.0.9", "10.0.0.8"]
        read_only = true
        prefix = "copy:"
        [pools.other]
        servers = ["10.0.0.8:11211", "10.0.0.7"]
        environment = "staging"
        timeout = 9
        """

    @Test(arguments: [
        "10.0.0.1", "10.0.0.1:11211", "10.0.0.1:11211:7", "inet:10.0.0.1", "10.1", "[::ffff:10.0.0.1]", "167772161",
        "0x0a.0.0.1", "::ffff:a00:1", "cache.invalid:11300", "CACHE.Invalid.:11300", "[::1]:11400",
        "[0:0:0:0:0:0:0:1]:11400", "localhost:11400", "[::]:11400", "LocalHost:11500", "127.1:11500", "0.0.0.0:11500",
        "127.0.0.2:11500", "/run/mc/a.sock", "unix:/run/mc/a.sock", "/run/mc/a.sock:3",
        "10.0.0.7,10.0.0.1", "10.0.0.200 10.0.0.1",
    ])
    func `a server that is named directly keeps the marks of the pool that lists it`(_ list: String) throws {
        let selection = try Self.catalog(Options(), Self.listed).resolve([list])
        #expect(selection.isProduction)
        #expect(selection.prefix == Array("live:".utf8))
        #expect(selection.listingPools.first == "live")
        #expect(!selection.name.hasPrefix("@"))
    }

    @Test func `the strictest of several pools counts, and its marks apply to all of a list`() throws {
        let catalog = try Self.catalog(Options(), Self.listed)
        let both = try catalog.resolve(["10.0.0.1"])
        #expect(both.listingPools == ["live", "copy"])
        #expect(both.isProduction && both.isReadOnly)
        let one = try catalog.resolve(["10.0.0.8"])
        #expect(one.listingPools == ["copy", "other"])
        #expect(!one.isProduction && one.isReadOnly && one.prefix == Array("copy:".utf8))
        let plain = try catalog.resolve(["10.0.0.7"])
        #expect(plain.timeout == .seconds(9) && !plain.isReadOnly && plain.prefix == [])
        #expect(try catalog.resolve(["10.0.0.1:11212"]).listingPools == [])
        #expect(try catalog.resolve(["127.0.0.1"]).listingPools == [])
        #expect(try catalog.resolve(["@other"]).listingPools == [])
    }

    @Test func `options override the settings of a listing pool, except for its marks`() throws {
        let selection = try Self.catalog(Options(prefix: "", timeout: "1"), Self.listed).resolve(["10.0.0.1"])
        #expect(selection.prefix == [] && selection.timeout == .seconds(1))
        #expect(selection.isProduction && selection.isReadOnly)
    }

    @Test func `a server without a port is listed with the option's and with memcached's own`() throws {
        let text = "[pools.p]\nservers = [\"10.0.0.1\"]\nread_only = true\n"
        let options = Options(port: 11300)
        let file = try ConfigurationFile(Array(text.utf8), path: "/c", mode: 0o600, defaultPort: 11300)
        let catalog = try ServerCatalog(options: options, file: file, absence: "")
        #expect(try catalog.resolve(["10.0.0.1"]).isReadOnly)
        #expect(try catalog.resolve(["10.0.0.1:11211"]).isReadOnly)
        #expect(try !catalog.resolve(["10.0.0.1:11301"]).isReadOnly)
    }

    @Test func `the top of the file applies to the servers of a list that no pool has`() throws {
        let text = """
            environment = "production"
            [pools.p]
            servers = ["10.0.0.1"]
            environment = "test"
            """
        let catalog = try Self.catalog(Options(), text)
        #expect(try !catalog.resolve(["10.0.0.1"]).isProduction)
        #expect(try catalog.resolve(["10.0.0.2"]).isProduction)
        #expect(try catalog.resolve(["10.0.0.1,10.0.0.2"]).isProduction)
    }

    private static let unsupported = """
        [pools.plain]
        servers = ["127.0.0.1:23900", "127.0.0.1:23902"]
        [pools.secure]
        servers = ["127.0.0.1:23902", "/run/mc/s.sock"]
        tls = true
        [pools.named]
        servers = ["127.0.0.1:23903:2", "10.0.0.3"]
        user = "u"
        password_file = "f"
        """

    @Test(arguments: [
        ("127.0.0.1:23902", "127.0.0.1:23902", "@secure", "TLS, which comes"),
        ("localhost:23902", "localhost:23902", "@secure", "TLS, which comes"),
        ("inet:127.1:23902:3", "127.1:23902", "@secure", "TLS, which comes"),
        ("127.0.0.1:23900,127.0.0.1:23902", "127.0.0.1:23902", "@secure", "TLS, which comes"),
        ("/run/mc/s.sock", "unix:/run/mc/s.sock", "@secure", "TLS, which comes"),
        ("127.0.0.1:23903", "127.0.0.1:23903", "@named", "a user and a password, which come"),
        ("10.0.0.3", "10.0.0.3:11211", "@named", "a user and a password, which come"),
    ])
    func `a server of a pool that cannot be used yet is refused like the pool`(
        list: String, server: String, pool: String, need: String
    ) throws {
        let catalog = try Self.catalog(Options(), Self.unsupported)
        let fault = OptionFault(
            message: "\(server) is in the pool \(pool), and that needs \(need) in a later version of mcsh")
        #expect(throws: fault) { try catalog.resolve([list]) }
        #expect(throws: fault) { try catalog.initialSelection([list], environment: [:]) }
        for variable in ["MCSH_SERVERS", "MEMCACHED_SERVERS"] {
            let environment: Environment = [variable: list]
            #expect(throws: fault) { try catalog.initialSelection([], environment: environment) }
        }
    }

    @Test func `a server beside those of pools that cannot be used yet can be used`() throws {
        let catalog = try Self.catalog(Options(), Self.unsupported)
        #expect(try catalog.resolve(["127.0.0.1:23900"]).listingPools == ["plain"])
        #expect(try catalog.resolve(["@plain"]).servers.count == 2)
        #expect(try catalog.resolve(["127.0.0.1:23904"]).listingPools == [])
        #expect(try Self.catalog(Options(), nil).resolve(["127.0.0.1:23902"]).listingPools == [])
    }

    @Test func `the client is configured by the selection`() throws {
        let configuration = try Self.catalog().resolve(["@sessions"]).clientConfiguration
        #expect(configuration.servers.map(\.weight) == [2, 1])
        #expect(configuration.replyTimeout == .milliseconds(500))
        #expect(configuration.connectTimeout == .seconds(1))
        #expect(configuration.failurePolicy.deadRetry == .seconds(8))
        #expect(configuration.limits.maximumValueBytes == nil)
    }

    @Test(arguments: [
        (["@sessions,a"], "@sessions is a pool, and cannot be combined with servers"),
        (["a", "@sessions"], "@sessions is a pool, and cannot be combined with servers"),
        (["@sessions", "@secure"], "@sessions and @secure: one pool can be used at a time"),
        (["@sesions"], "there is no pool @sesions in /c/config.toml; did you mean @sessions?"),
        (["@\u{1b}"], "there is no pool @\\e in /c/config.toml; it has @named, @secure, @sessions"),
        (["@"], "there is no pool @ in /c/config.toml; it has @named, @secure, @sessions"),
        (["@secure"], "the pool @secure needs TLS, which comes in a later version of mcsh"),
        (["@named"], "the pool @named needs a user and a password, which come in a later version of mcsh"),
        ([","], "no server is named"),
    ])
    func `unusable settings are rejected`(lists: [String], message: String) throws {
        let catalog = try Self.catalog()
        #expect(throws: OptionFault(message: message)) { try catalog.resolve(lists) }
    }

    @Test func `a pool without a file is refused with the reason`() throws {
        #expect(throws: OptionFault(message: "there is no pool @a: there is no configuration file /c/config.toml")) {
            try Self.catalog(Options(), nil).resolve(["@a"])
        }
        for options in [Options(noConfig: true), Options(sandbox: true)] {
            let option = options.noConfig ? "--no-config" : "--sandbox"
            let catalog = try ServerCatalog(options: options, environment: ["HOME": "/"])
            #expect(throws: OptionFault(message: "there is no pool @a: no configuration file is read with \(option)")) {
                try catalog.resolve(["@a"])
            }
        }
        #expect(throws: OptionFault.self) { try Self.catalog(Options(), "").resolve(["@a"]) }
    }

    @Test(arguments: [
        (
            Options(timeout: "x"),
            "--timeout: \"x\" is not a time; write for example 3, 1.5, 500ms, 2m or 1h, more than 0 to a day"
        ),
        (
            Options(connectTimeout: "0"),
            "--connect-timeout: \"0\" is not a time; write for example 3, 1.5, 500ms, 2m or 1h, more than 0 to a day"
        ),
        (
            Options(deadRetry: "1441m"),
            "--dead-retry: \"1441m\" is not a time; write for example 3, 1.5, 500ms, 2m or 1h, from 0 to a day"
        ),
        (
            Options(profile: "dalli"),
            "--profile: there is no profile \"dalli\"; there are python-memcached, python-memcached-1.59, "
                + "python-memcached-1.59-py2, python-memcached-1.58, python-memcached-1.58-py2, "
                + "python-memcached-1.56-py2, python-memcached-1.54-py2"
        ),
        (Options(prefix: "a b"), "--prefix: the prefix \"a b\" holds a space at byte 2, which no key may hold"),
        (
            Options(prefix: "a\u{7f}"),
            "--prefix: the prefix \"a\\x7f\" holds the control character \\x7f at byte 2, which no key may hold"
        ),
        (
            Options(prefix: String(repeating: "p", count: 250)),
            "--prefix: the prefix has 250 bytes; at most 249 leave room for a key"
        ),
    ])
    func `an option that is not a setting is rejected`(options: Options, message: String) {
        #expect(throws: OptionFault(message: message)) { try Self.catalog(options, nil) }
    }

    @Test func `a prefix may be any bytes that a key may be`() throws {
        let options = Options(prefix: ArgumentText.text([0xff, 0xc3]))
        #expect(try Self.catalog(options, nil).resolve(["a"]).prefix == [0xff, 0xc3])
        let long = try Self.catalog(Options(prefix: String(repeating: "p", count: 249)), nil).resolve(["a"])
        #expect(long.prefix.count == 249)
    }

    @Test func `an interval alone repeats forever`() {
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
    func `errors of options that cannot be read are JSON if that was requested`(words: [String], isJSON: Bool) {
        #expect(OptionParser.asksForJSON(words) == isJSON)
    }

    @Test func `the pools that are offered are those in the file now`() throws {
        let home = try TemporaryDirectory()
        let environment: Environment = ["XDG_CONFIG_HOME": home.path]
        func write(_ text: String) throws {
            try FileManager.default.createDirectory(
                atPath: home.path + "/mcsh", withIntermediateDirectories: true)
            try text.write(toFile: home.path + "/mcsh/config.toml", atomically: true, encoding: .utf8)
        }
        try write("[pools.b]\nservers = [\"h\"]\n[pools.a]\nservers = [\"h\"]\n")
        let catalog = try ServerCatalog(options: Options(), environment: environment)
        #expect(catalog.poolNames == ["@a", "@b"])
        try write("[pools.new]\nservers = [\"h\"]\n")
        #expect(catalog.poolNames == ["@new"])
        // A file that cannot be read hides none.
        try write("[pools")
        #expect(catalog.poolNames == ["@a", "@b"])
    }
}
