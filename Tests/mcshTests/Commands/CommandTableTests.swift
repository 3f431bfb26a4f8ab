import MemcacheCore
import Testing

@testable import mcsh

/// The table is what help, completion and the manual are made of, so it must be whole.
@Suite struct CommandTableTests {
    static let names = CommandTable.all.map(\.name)

    private static func spec(_ name: String) throws -> CommandSpec {
        try #require(CommandTable.find(Array(name.utf8)))
    }

    @Test func `names and aliases are unique, and each is found`() throws {
        let words = CommandTable.all.flatMap { [$0.name] + $0.aliases }
        #expect(Set(words).count == words.count)
        for spec in CommandTable.all {
            for word in [spec.name] + spec.aliases {
                #expect(CommandTable.find(Array(word.utf8)) === spec)
                #expect(CommandTable.find(Array(word.uppercased().utf8)) === spec)
            }
        }
    }

    @Test(arguments: names)
    func `a command is described in full`(name: String) throws {
        let spec = try Self.spec(name)
        #expect(!spec.summary.isEmpty)
        #expect(!spec.summary.hasSuffix("."))
        #expect(!spec.wireForm.isEmpty)
        #expect(spec.cost.hasSuffix("."))
        #expect(spec.danger != .confirmed || spec.loss.hasSuffix("."))
        #expect(!spec.examples.isEmpty)
        #expect(spec.examples.allSatisfy { !$0.meaning.isEmpty })
        #expect(spec.syntax.hasPrefix(name))
        #expect(spec.name.allSatisfy { $0.isLowercase || $0 == "_" })
    }

    @Test(arguments: names)
    func `the examples of a command are lines that can be planned`(name: String) throws {
        let spec = try Self.spec(name)
        let tokens = CASTokens()
        tokens.remember(8123, of: Array("user:42".utf8))
        for example in spec.examples {
            var lines = PlannedLines(tokens: tokens)
            let hasInput = example.line.contains(" < ")
            #expect(example.line.lowercased().hasPrefix(name))
            #expect(throws: Never.self) {
                let plan = try lines.plan(example.line, input: hasInput ? "from a file" : nil)
                #expect(plan != nil, "\(example.line)")
            }
        }
    }

    @Test(arguments: names)
    func `the options that are listed are the options that are taken`(name: String) throws {
        let spec = try Self.spec(name)
        guard !spec.takesWordsAsTheyAre else { return }
        let arguments = [
            "--flags": "7", "--match": "*", "--as": "text", "--compress": "100", "--hash": "42", "--limit": "3",
            "--for": "1s", "--regex": "a+", "--class": "1,2",
        ]
        let ofAll = ["--json", "--csv", "--tsv", "--raw", "--output", "--help"]
        let some = [
            "--flags", "--noreply", "--match", "--as", "--compress", "--decode", "--hash", "--probe", "--limit",
            "--for", "--regex", "--class", "--long", "--xyz",
        ]
        for option in some + ofAll {
            let isListed = spec.options.contains { $0.name == option }
            let isOfAll = ofAll.contains(option)
            let argument = option == "--output" ? " json" : arguments[option].map { " \($0)" } ?? ""
            var parser = LineParser()
            let line = Array("\(name) \(option)\(argument)".utf8)
            let span = line.span
            var isTaken = true
            do throws(Diagnostic) {
                try parser.parse(span) { (_, _, _, _) throws(Diagnostic) in }
            } catch {
                isTaken = false
            }
            #expect(isTaken == (isListed || isOfAll), "\(option)")
        }
        #expect(spec.options.allSatisfy { ($0.argument != nil) == (arguments[$0.name] != nil) })
    }

    @Test(arguments: names)
    func `every group of help has its commands, and every command its page`(name: String) throws {
        let spec = try Self.spec(name)
        guard case .success(let page) = Help.text(for: [name], width: 80, style: .plain) else {
            Issue.record("there is no help about \(name)")
            return
        }
        #expect(page.joined(separator: " ").contains(spec.examples[0].meaning.split(separator: " ")[0]))
        guard case .success(let overview) = Help.text(for: [], width: 80, style: .plain) else { return }
        #expect(overview.contains { $0.hasPrefix("  \(name) ") })
        #expect((page + overview).allSatisfy { $0.displayWidth <= 80 })
    }

    @Test func `what loses the data of others is asked about`() {
        let dangerous = CommandTable.all.filter { $0.danger == .confirmed }.map(\.name)
        #expect(
            dangerous == [
                "verbosity", "flush_all", "cache_memlimit", "slabs", "lru", "extstore", "shutdown", "refresh_certs",
            ])
    }

    @Test func `what only looks is open to a read-only session`() {
        let harmless = CommandTable.all.filter { $0.danger == .none }.map(\.name)
        #expect(
            harmless == [
                "get", "gets", "show", "exists", "ttl", "mg", "mn", "me", "stats", "version", "lru_crawler", "watch",
                "config", "servers", "use", "where", "ping", "keys", "help", "output", "history", "source", "repeat",
                "timing",
                "quit",
            ])
    }
}
