import MemcacheCore
import Testing

@testable import mcsh

/// Two parsers of one command line: the fast one must never give another result than the declared one.
@Suite struct PlainOptionsTests {
    private static let words = [
        "-s", "--server", "cache:11211", "-p", "--port", "1", "x", "--timeout", "500ms", "--connect-timeout", "2",
        "--prefix", "p:", "--profile", "python-memcached", "--dead-retry", "30s", "--log", "mcsh.log", "--no-config",
        "@sessions",
        "--sandbox", "-o", "--output", "json", "human", "xml", "--json", "--raw", "--csv", "--tsv", "-q", "--quiet",
        "-c",
        "--command", "get k", "", "-f", "--file", "a.mcsh", "-", "--pipe", "-x", "-k", "--keep-going", "-e",
        "--stop-on-error", "-y", "--yes", "--read-only", "-v", "--verbose", "-i", "--interval", "1.5", "get", "k",
        "--no-pager", "--", "--color", "never", "-r", "3", "-kx", "--json=1", "--output=json", "-h", "--flags",
        "\u{10ff80}",
    ]

    private static func declared(_ words: [String]) -> Options? {
        try? OptionParser.read(words)
    }

    @Test func `the fast reader and the declared options give the same result`() {
        var random = SplitMix(state: 21)
        var compared = 0
        while compared < 250 {
            let words = (0..<random.below(6)).map { _ in random.pick(Self.words) }
            guard let options = PlainOptions.parse(words) else { continue }
            compared += 1
            if Self.declared(words) != options { Issue.record("\(words): \(options)") }
        }
    }

    @Test(arguments: [
        ["-s", "cache", "-o", "json", "get", "k", "--json"], ["--sandbox", "-k", "-f", "tour.mcsh"], ["get", "-x"],
        ["--read-only", "-c", "get a", "-c", "get b"], [], ["-p", "11212", "stats"],
        ["-s", "@sessions", "--no-config", "--prefix", "a:", "--profile", "x", "--dead-retry", "1", "get", "k"],
        ["set", "k", "-s"], ["--no-pager", "stats"],
    ])
    func `everyday forms are read the fast way`(words: [String]) throws {
        let options = try #require(PlainOptions.parse(words))
        #expect(Self.declared(words) == options)
    }

    @Test(arguments: [
        ["--help"], ["-h"], ["--version"], ["-kx"], ["--output=json"], ["-o", "xml"], ["-p", "x"], ["-s"],
        ["--nonsense"],
        ["-s", "-x"], ["--", "get"], ["-r", "3", "get", "k"], ["--color", "always", "get", "k"],
    ])
    func `all other forms are left to the declared options`(words: [String]) {
        #expect(PlainOptions.parse(words) == nil)
    }

    @Test func `options that cannot be combined are reported`() {
        #expect(Options(lines: ["get k"], files: ["f"]).conflict == "-c cannot be combined with -f")
        #expect(Options(pipe: true, command: ["get"]).conflict == "--pipe cannot be combined with a command")
        #expect(Options(readsValue: true).conflict == "-x takes the value of a command: name one")
        #expect(Options(repetitions: 2).conflict == "-r and -i repeat a command: name one")
        #expect(Options(json: true, csv: true, command: ["get"]).conflict == "only one output format can be chosen")
        #expect(Options(json: true, command: ["get"]).conflict == nil)
    }
}
