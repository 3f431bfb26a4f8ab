import Testing

@testable import mcsh

/// The texts of `help`, which must be complete.
@Suite struct HelpPageTests {
    private static func text(_ topic: String..., width: Int = 80) -> [String] {
        switch Help.text(for: topic, width: width, style: .plain) {
        case .success(let lines): lines
        case .failure(let unknown): [unknown.sentence]
        }
    }

    /// Everything but spaces.
    private static func letters(_ lines: [String]) -> String {
        String(lines.joined().filter { $0 != " " })
    }

    @Test(arguments: CommandTable.all.map(\.name))
    func `a command's page has its parameters, options, cost, wire form and examples`(name: String) throws {
        let spec = try #require(CommandTable.find(Array(name.utf8)))
        let page = Self.text(name, width: 10_000)
        #expect(page.first == spec.syntax)
        for parameter in spec.parameters {
            #expect(
                page.contains { $0.hasPrefix("  \(parameter.name) ") || $0 == "  \(parameter.name)" },
                "\(parameter.name)")
        }
        for option in spec.options { #expect(page.contains { $0.hasPrefix("  \(option.syntax)") }) }
        #expect(page.contains { $0.hasPrefix("  Cost: ") })
        #expect(page.contains { $0.hasPrefix("  On the wire: ") })
        for example in spec.examples { #expect(page.contains("    \(example.line)")) }
        #expect(page.contains { $0.hasPrefix("  Dangerous: ") } == (spec.danger == .confirmed))
        #expect(page.contains { $0.hasPrefix("  Beware: ") } == !spec.loss.isEmpty)
    }

    @Test func `words that a parameter accepts are listed below it with their meaning`() {
        let page = Self.text("stats")
        #expect(page.contains("    settings      how the server was started"))
        #expect(page.contains("    detail dump   print the counts"))
    }

    @Test func `help names what is lost`() {
        let page = Self.text("flush_all", width: 200).joined(separator: " ")
        #expect(page.contains("Every item, for all clients of the server"))
        #expect(page.contains("it frees no memory"))
        #expect(Self.text("lru_crawler").joined(separator: " ").contains("Cost: metadump and mgdump walk every item"))
    }

    @Test(arguments: HelpTopic.all.map(\.name))
    func `a topic is listed, short, and found by each of its names`(name: String) throws {
        let topic = try #require(HelpTopic.find(name))
        #expect(Self.text(width: 200).contains { $0.hasPrefix("  \(name) ") && $0.hasSuffix(topic.summary) })
        let lines = topic.text.isEmpty ? [] : Self.text(name).drop { $0 != "\(name): \(topic.summary)" }
        #expect((5...20).contains(lines.count), "\(lines.count) lines")
        #expect(lines.allSatisfy { $0.displayWidth <= 80 })
        for word in topic.also where CommandTable.find(Array(word.utf8)) == nil {
            #expect(Self.text(word).first == "\(name): \(topic.summary)", "\(word)")
        }
        #expect(topic.text.split(separator: "\n").allSatisfy { !$0.hasSuffix(" ") })
    }

    @Test func `the topics alone are listed`() {
        let page = Self.text("topics")
        #expect(page.first == "Topics")
        #expect(page.count == HelpTopic.all.count + 1)
        for topic in HelpTopic.all {
            #expect(page.contains { $0.hasPrefix("  \(topic.name) ") && $0.hasSuffix(topic.summary) }, "\(topic.name)")
        }
    }

    @Test func `names of topics are unique`() {
        let names = HelpTopic.all.flatMap { [$0.name] + $0.also }
        #expect(Set(names).count == names.count)
    }

    @Test func `a word that is a command and a topic shows both`() {
        let page = Self.text("servers")
        #expect(page.first == "servers")
        #expect(page.contains("servers: which servers are used: pools and profiles"))
        let exit = Self.text("exit")
        #expect(exit.first == "quit [STATUS]")
        #expect(exit.contains("exit: what the exit statuses mean"))
    }

    @Test func `aliases are explained as their command`() {
        #expect(Self.text("?") == Self.text("help"))
        #expect(Self.text("EXIT").first == "quit [STATUS]")
    }

    @Test func `a command whose name is a statistic too says so`() {
        #expect(Self.text("version").last == "help stat version explains the statistic.")
        #expect(Self.text("stat", "version").first?.hasPrefix("version in stats") == true)
    }

    @Test func `a word of stats is explained with the command`() {
        #expect(Self.text("stats", "slabs") == Self.text("stats"))
        #expect(Self.text("stats", "evictions").first?.hasPrefix("evictions in stats") == true)
    }

    @Test(arguments: [
        ("gte", "did you mean get?"), ("gramar", "did you mean grammar?"), ("lifetims", "did you mean lifetimes?"),
        ("expire", "write help touch"), ("start", "write help stats"),
        (
            "eviction",
            "there is help stat slab_reassign_evictions_nomem, help stat evictions, help stat extstore_page_evictions"
        ),
        ("pols", "did you mean pools?"), ("evictons", "did you mean evictions?"), ("stast", "did you mean stats?"),
        ("exti", "did you mean exit?"), ("hsitory", "did you mean history?"), ("xyzzy", "help lists what there is"),
    ])
    func `an unknown word is answered with the nearest command, topic or statistic`(word: String, hint: String) {
        #expect(Self.text(word) == ["there is no help about \"\(word)\"; \(hint)"])
    }

    @Test(arguments: [20, 40, 80, 200]) func `no line is wider than the terminal, and nothing is lost`(width: Int) {
        let words = CommandTable.all.map(\.name) + HelpTopic.all.map(\.name)
        for word in words + ["?"] {
            let page = Self.text(word, width: width)
            #expect(page.allSatisfy { $0.displayWidth <= width }, "\(word)")
            #expect(page.allSatisfy { !$0.hasSuffix(" ") }, "\(word)")
            #expect(Self.letters(page) == Self.letters(Self.text(word, width: 10_000)), "\(word)")
        }
        #expect(Self.text(width: width).allSatisfy { $0.displayWidth <= width })
    }

    @Test func `prose is not as wide as a wide terminal, and the syntax is`() {
        let page = Self.text("set", width: 200)
        #expect(page[0].displayWidth > 100)
        #expect(page.dropFirst().allSatisfy { $0.displayWidth <= 100 })
    }
}
