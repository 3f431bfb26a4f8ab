import MemcacheCore
import Testing

@testable import mcsh

/// The configuration file up to its values: every key, and every mistake with its place.
@Suite struct ConfigurationFileTests {
    private static func read(_ text: String, mode: UInt32 = 0o600) throws(OptionFault) -> ConfigurationFile {
        try ConfigurationFile(Array(text.utf8), path: "config.toml", mode: mode)
    }

    private static func fault(_ bytes: [UInt8], mode: UInt32 = 0o600) -> String? {
        do throws(OptionFault) {
            _ = try ConfigurationFile(bytes, path: "config.toml", mode: mode)
            return nil
        } catch {
            return error.sentence
        }
    }

    @Test func `every key is read`() throws {
        let file = try Self.read(
            """
            profile = "python-memcached"
            prefix = "all:"
            timeout = 2
            connect_timeout = 1.5
            dead_retry = "1m"
            environment = "staging"
            read_only = true

            [pools.sessions]
            servers = ["10.0.0.1:11211:2", "10.0.0.2", "unix:/run/m.sock", "inet6:[::1]:11212"]
            profile = "python-memcached"
            prefix = "sess:"
            timeout = "500ms"
            connect_timeout = "1s"
            dead_retry = 0
            environment = "production"
            read_only = false
            user = "reader"
            password = "secret"
            tls = { ca = "/ca.pem", cert = "/c.pem", key = "/k.pem", name = "cache", insecure = true }

            [pools."other.1"]
            servers = ["a"]
            user = "reader"
            password_file = "/etc/secret"
            [pools."other.1".tls]
            """)
        #expect(
            file.defaults
                == PoolSettings(
                    profile: "python-memcached", prefix: Array("all:".utf8), timeout: .seconds(2),
                    connectTimeout: .milliseconds(1500), deadRetry: .seconds(60), stage: .staging, isReadOnly: true))
        let sessions = try #require(file.pools["sessions"])
        #expect(
            sessions.servers.map(\.description)
                == ["10.0.0.1:11211:2", "10.0.0.2:11211", "unix:/run/m.sock", "[::1]:11212"])
        #expect(
            sessions.settings
                == PoolSettings(
                    profile: "python-memcached", prefix: Array("sess:".utf8), timeout: .milliseconds(500),
                    connectTimeout: .seconds(1), deadRetry: .zero, stage: .production, isReadOnly: false))
        #expect(
            sessions.tls
                == NamedPool.TLS(ca: "/ca.pem", certificate: "/c.pem", key: "/k.pem", name: "cache", isInsecure: true))
        #expect(sessions.credentials == NamedPool.Credentials(user: "reader", secret: .password("secret")))
        let other = try #require(file.pools["other.1"])
        #expect(other.settings == PoolSettings())
        #expect(other.tls == NamedPool.TLS())
        #expect(other.credentials == NamedPool.Credentials(user: "reader", secret: .file("/etc/secret")))
        #expect(file.pools.count == 2)
    }

    @Test(arguments: ["", "# nothing\n", "[pools]\n", "\u{feff}read_only = false\r\n"])
    func `a file may be empty`(_ text: String) throws {
        #expect(try Self.read(text).pools.isEmpty)
    }

    @Test func `a port that the options name is for servers that name none`() throws {
        let text = "[pools.a]\nservers = [\"a\", \"b:1\"]"
        let file = try ConfigurationFile(Array(text.utf8), path: "c", mode: 0o644, defaultPort: 11300)
        #expect(file.pools["a"]?.servers.map(\.description) == ["a:11300", "b:1"])
    }

    @Test(arguments: [
        // Not TOML.
        ("a = ", "1:5: a value is missing here"),
        ("a = 1\nb = \"x", "2:5: the string that begins here is not closed"),
        ("[pools.a\n", "1:9: \"]\" is missing here"), ("[[a]\n", "1:5: \"]]\" is missing here"),
        ("read_only", "1:10: \"=\" is missing here"), ("a = [1 2]", "1:8: \",\" or \"]\" is missing here"),
        ("a = { b = 1, }", "1:14: a name is missing here"), ("a = {b = 1", "1:11: \",\" or \"}\" is missing here"),
        ("a = 1 b = 2", "1:7: the line should end here"), ("a = b", "1:5: this is not a value; "),
        ("[}a]", "1:2: a name is missing here"), ("a = [1, }", "1:9: a value is missing here"),
        ("a = 1_", "1:5: this is not a value; "), ("a = 01", "1:5: this is not a value; "),
        ("a = 1.", "1:5: this is not a value; "), ("a = 99999999999999999999", "1:5: the number is too large"),
        ("a = \"\\q\"", "1:6: there is no such escape; a backslash is written \\\\"),
        ("a = \"\\ud800\"", "1:6: this is not the number of a character"), ("a. = 1", "1:4: a name is missing here"),
        ("a = \"b\nc\"", "1:5: the string that begins here is not closed"),
        ("a = 1\rb", "1:6: the control character \\r is not valid here"),
        ("a = 1\n[a.b]", "2:2: \"a\" cannot hold tables: it is a value"),
        ("a.b = 1\n[a]", "2:2: \"a\" is there already"),
        ("a = {}\n[a.b]", "2:2: \"a\" cannot hold tables"), ("a = {}\na.b = 1", "2:1: \"a\" is there already"),
        ("[a]\n[[a]]", "2:3: \"a\" is there already"),
        ("[pools.x]\nservers = [\"a\"]\n[pools.x]\n", "3:8: \"x\" is there already"),
        ("read_only = true\nread_only = true\n", "2:1: \"read_only\" is there already"),
        // Keys.
        ("profle = \"x\"", "1:1: there is no key \"profle\" here; did you mean profile?"),
        (
            "# grün\n  \"zzz\" = 1",
            "2:3: there is no key \"zzz\" here; there are pools, profile, prefix, timeout, connect_timeout, dead_retry, "
                + "environment, read_only"
        ),
        ("servers = [\"a\"]", "1:1: there is no key \"servers\" here; "),
        (
            "[pools.a]\nservers = [\"a\"]\nreadonly = true",
            "3:1: there is no key \"readonly\" here; did you mean read_only?"
        ),
        ("[pols.a]\nservers = [\"a\"]", "1:2: there is no key \"pols\" here; did you mean pools?"),
        (
            "pools.a.servers = [\"a\"]\npools.a.prefx = \"p\"",
            "2:9: there is no key \"prefx\" here; did you mean prefix?"
        ),
        ("pools = { a = { servers = [\"a\"], oops = 1 } }", "1:34: there is no key \"oops\" here; "),
        (
            "[pools.a]\nservers = [\"a\"]\n[pools.a.tls]\ncrt = \"c\"",
            "4:1: there is no key \"crt\" here; did you mean cert?"
        ),
        ("[pools.\"a b\"]\nservers = [\"a\"]", "1:8: a pool's name is made of letters, digits, \"_\", \"-\" and \".\""),
        // The mistake that appears first is reported.
        (
            "[pools.b]\nservers = 1\n[pools.a]\nservers = 2",
            "2:11: servers must be an array of strings and not a number"
        ),
        // Types.
        ("pools = 1", "1:9: pools must be a table and not a number"),
        ("[[pools]]\na = 1", "1:3: pools must be a table and not an array"),
        ("[pools]\na = \"b\"", "2:5: a must be a table and not a string"),
        ("profile = 1", "1:11: profile must be a string and not a number"),
        ("prefix = [\"a\"]", "1:10: prefix must be a string and not an array"),
        ("environment = true", "1:15: environment must be a string and not true or false"),
        ("read_only = \"yes\"", "1:13: read_only must be true or false and not a string"),
        (
            "timeout = true",
            "1:11: timeout must be a string such as \"500ms\", or a number of seconds, and not true or false"
        ),
        ("timeout = 07:32:00", "1:11: timeout must be a string such as"),
        ("[pools.a]\nservers = \"a\"", "2:11: servers must be an array of strings and not a string"),
        ("[pools.a]\nservers = [\n  \"a\",\n  # b\n  2,\n]", "5:3: a server must be a string and not a number"),
        ("[pools.a]\nservers = [\"a\"]\ntls = 1", "3:7: tls must be a table, or true or false, and not a number"),
        (
            "[pools.a]\nservers = [\"a\"]\nuser = 1\npassword_file = \"f\"",
            "3:8: user must be a string and not a number"
        ),
        // Values.
        ("[pools.a]", "1:8: the pool has no servers; write servers = [\"host:port\"]"),
        ("[pools.a]\nservers = []", "2:11: the pool has no servers; write servers = [\"host:port\"]"),
        ("[pools.a]\nservers = [\"a\", \"b:0\"]", "2:17: \"b:0\" is not a server: \"0\" is not a port"),
        ("[pools.a]\nservers = [\"a\", \"b c\"]", "2:17: \"b c\" is not a server: a host name contains no spaces"),
        ("[pools.a]\nservers = ['''a''', \"@b\"]", "2:21: \"@b\": a pool cannot have another as its server"),
        (
            "timeout = \"3x\"",
            "1:11: \"3x\" is not a time; write for example 3, 1.5, 500ms, 2m or 1h, more than 0 to a day"
        ),
        ("timeout = 0", "1:11: 0.0 is not a time; write for example 3, 1.5, 500ms, 2m or 1h, more than 0 to a day"),
        ("connect_timeout = -1", "1:19: -1.0 is not a time; "), ("timeout = nan", "1:11: nan is not a time; "),
        ("timeout = 1e-30", "1:11: 1e-30 is not a time; "),
        ("dead_retry = 9223372036854775807", "1:14: 9.223372036854776e+18 is not a time; "),
        ("timeout = inf", "1:11: inf is not a time; "),
        (
            "profile = \"dalli\"",
            "1:11: there is no profile \"dalli\"; there are python-memcached, python-memcached-1.59, "
                + "python-memcached-1.59-py2, python-memcached-1.58, python-memcached-1.58-py2, "
                + "python-memcached-1.56-py2, python-memcached-1.54-py2"
        ),
        ("environment = \"produktion\"", "1:15: \"produktion\" is not an environment; did you mean production?"),
        (
            "environment = \"\\u001b\"",
            "1:15: \"\\e\" is not an environment; there are production, staging, development, test"
        ),
        ("prefix = \"a b\"", "1:10: the prefix \"a b\" holds a space at byte 2, which no key may hold"),
        ("[pools.a]\nservers = [\"a\"]\nuser = \"u\"", "3:1: user needs password_file or password beside it"),
        ("[pools.a]\nservers = [\"a\"]\npassword = \"p\"", "3:1: password needs user beside it"),
        ("[pools.a]\nservers = [\"a\"]\nuser = \"\"\npassword = \"p\"", "3:8: user is empty"),
        (
            "[pools.a]\nservers = [\"a\"]\nuser = \"u\"\npassword = \"p\"\npassword_file = \"f\"",
            "5:1: password cannot be combined with password_file"
        ),
        ("[pools.a]\nservers = [\"a\"]\n[pools.a.tls]\ncert = \"c\"", "4:1: cert needs key beside it"),
        ("[pools.a]\nservers = [\"a\"]\ntls.key = \"c\"", "3:5: key needs cert beside it"),
        // NUL, which would end names.
        ("prefix = \"a\\u0000b\"", "1:12: a NUL is not valid here"),
        ("\"a\\U00000000b\" = 1", "1:3: a NUL is not valid here"),
        ("prefix = \"\"\"\n\"\"\\u0000\"\"\"", "2:3: a NUL is not valid here"),
        ("prefix = \"a\0b\"", "1:12: the control character \\0 is not valid here"),
    ])
    func `a mistake is reported with its place`(text: String, message: String) throws {
        let fault = try #require(Self.fault(Array(text.utf8)))
        #expect(fault.hasPrefix("config.toml:\(message)"), "\(fault)")
    }

    @Test(arguments: [
        (#"prefix = "a\"\u00e9\U0001F642\\""#, "a\"é🙂\\"), (#"prefix = 'a\"b'"#, #"a\"b"#), ("prefix = \"\"", ""),
        ("prefix = \"\"\"a\"\"b\"\"\"\"\"", "a\"\"b\"\""), ("prefix = '''\r\na'b'''", "a'b"),
        ("prefix = ''''a''''", "'a'"), ("prefix = \"\"\"a\\  \r\n \n  b\"\"\"", "ab"),
        (#""pre\u0066ix" = "a""#, "a"), ("'prefix'='a'#c", "a"), ("\tprefix\t=\t\"a\"\t\r\n", "a"),
    ])
    func `strings of all kinds are read`(line: String, text: String) throws {
        #expect(try Self.read(line).defaults.prefix == Array(text.utf8))
    }

    @Test(arguments: [
        ("0x1F", 31), ("0o17", 15), ("0b1_1", 3), ("1_000", 1000), ("+5", 5), ("5e0", 5), ("0.5e1", 5), ("1_0.0", 10),
    ])
    func `numbers of all kinds are read`(text: String, seconds: Int) throws {
        #expect(try Self.read("timeout = \(text)").defaults.timeout == .seconds(seconds))
    }

    @Test(arguments: [
        "[pools.a.tls]\n[pools.a]\nservers = ['h']", "pools.a.servers = ['h']\npools.a.tls.ca = 'c'",
        "pools = { a = { servers = [ 'h' ] , tls.ca = 'c' } }",
        "[ pools . 'a' ] # c\nservers = [\n# c\n'h' , # d\n]\ntls = {}", "[pools]\na.servers = ['h']\n[pools.a.tls]",
    ])
    func `tables of all kinds are read`(_ text: String) throws {
        let pool = try #require(try Self.read(text).pools["a"])
        #expect(pool.servers.map(\.description) == ["h:11211"])
        #expect(pool.tls != nil)
    }

    @Test func `text that only looks like a NUL is not one`() throws {
        #expect(try Self.read(#"prefix = '\u0000'"#).defaults.prefix == Array(#"\u0000"#.utf8))
        #expect(try Self.read(#"prefix = "\\u0000""#).defaults.prefix == Array(#"\u0000"#.utf8))
        #expect(try Self.read("# \\u0000\nprefix = \"\"\"a\\\"\"\"\"").defaults.prefix == Array("a\"".utf8))
    }

    @Test func `bytes that are not UTF-8 are reported with their place`() {
        let bytes = Array("# a\nprefix = \"ä".utf8) + [0xff] + Array("\"".utf8)
        #expect(Self.fault(bytes) == "config.toml:2:12: this is not UTF-8")
    }

    @Test(arguments: ["[", "{a=", "a.", "\"a\".", "[a.", "[[a.", "a = {b."])
    func `no depth exhausts the stack`(_ part: String) throws {
        for text in [String(repeating: part, count: 100_000), "a = " + String(repeating: part, count: 100_000)] {
            #expect(Self.fault(Array(text.utf8)) != nil)
        }
        let name = String(repeating: "a.", count: 100_000) + "a"
        #expect(Self.fault(Array("[\(name)]".utf8)) == "config.toml:1:66: tables are too deep in one another")
        #expect(Self.fault(Array("\(name) = 1".utf8)) == "config.toml:1:65: tables are too deep in one another")
    }

    @Test func `damaged files are read or refused, and nothing else`() {
        let whole = Array(
            """
            profile = "python-memcached" # text
            [pools.sessions]
            servers = ["10.0.0.1:11211:2", '10.0.0.2']
            timeout = "500ms"
            dead_retry = 1.5
            read_only = true
            [pools.b]
            servers = [ \"\"\"a\"\"\", '''b''' ]
            tls = { ca = "x", insecure = false }
            user = "u\\u00e9"
            password = "p"
            """.utf8)
        var random = SplitMix(state: 8)
        let bytes = Array("\"'[]{}=.,\\#\n\r\t a0@:-_\u{0}\u{ff}".utf8)
        for _ in 0..<3000 {
            var damaged = whole
            for _ in 0...random.below(4) {
                let index = random.below(damaged.count)
                switch random.below(3) {
                case 0: damaged[index] = random.pick(bytes)
                case 1: damaged.insert(random.pick(bytes), at: index)
                default: damaged.remove(at: index)
                }
            }
            _ = Self.fault(damaged)
        }
        for end in whole.indices { _ = Self.fault(Array(whole[..<end])) }
    }

    // MARK: Secrets

    private static let secret = "[pools.a]\nservers = [\"a\"]\nuser = \"u\"\npassword = \"hunter2\"\n"

    @Test(arguments: [0o600, 0o400, 0o700] as [UInt32])
    func `a password is taken from a file that only its owner reads`(mode: UInt32) throws {
        #expect(try Self.read(Self.secret, mode: mode).pools.count == 1)
    }

    @Test(arguments: [0o640, 0o604, 0o602, 0o620, 0o666, 0o644, 0o610] as [UInt32])
    func `a password is not taken from a file that others may open`(mode: UInt32) {
        #expect(
            Self.fault(Array(Self.secret.utf8), mode: mode)
                == "config.toml: it holds a password, and others than its owner may open it "
                + "(mode \(String(mode, radix: 8))); run: chmod 600 config.toml")
    }

    @Test func `a file without a password may be read by all, but not written`() throws {
        #expect(try Self.read("[pools.a]\nservers = [\"a\"]", mode: 0o664).pools.count == 1)
        #expect(
            Self.fault(Array("prefix = \"a\"".utf8), mode: 0o666)
                == "config.toml: everyone may write it (mode 666); run: chmod o-w config.toml")
        let named = "[pools.a]\nservers = [\"a\"]\nuser = \"u\"\npassword_file = \"f\""
        #expect(try Self.read(named, mode: 0o644).pools.count == 1)
    }

    @Test(arguments: [
        "password = hunter2", "password = 123456789012345678901234", "password = \"hunter2\\q\"",
        "password = [\"hunter2\"]",
        "password = 12345.12345.1", "password = \"hunter2", "password = 1e99999", "password = 2hunter2",
    ])
    func `no message shows a password`(_ line: String) throws {
        let fault = try #require(Self.fault(Array("[pools.a]\nservers = [\"a\"]\nuser = \"u\"\n\(line)\n".utf8)))
        #expect(!fault.contains("hunter2") && !fault.contains("12345") && !fault.contains("99999"), "\(fault)")
    }

    // MARK: Path

    @Test func `the file is in the configuration directory`() {
        #expect(
            ConfigurationFile.path(environment: ["XDG_CONFIG_HOME": "/x", "HOME": "/h"]) == "/x/mcsh/config.toml")
        #expect(ConfigurationFile.path(environment: ["HOME": "/h"]) == "/h/.config/mcsh/config.toml")
        for directory in ["", "relative"] {
            #expect(
                ConfigurationFile.path(environment: ["XDG_CONFIG_HOME": directory, "HOME": "/h"])
                    == "/h/.config/mcsh/config.toml")
        }
        #expect(ConfigurationFile.path(environment: ["HOME": ""]) == nil)
        #expect(ConfigurationFile.path(environment: [:]) == nil)
    }
}
