import MemcacheCore
import Testing

@testable import mcsh

/// Help, completion and the manual are generated from the table, so it must be complete.
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
        let tokens = CASTokenCache(capacity: 10)
        tokens.remember(CASToken(rawValue: 8123), of: Array("user:42".utf8))
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

    /// Every option, once for each form that it has.
    private static let options: [CommandSpec.Option] = {
        var options: [CommandSpec.Option] = []
        for option in CommandTable.all.flatMap(\.options) + CommandSpec.Option.ofEveryCommand
        where !options.contains(where: { $0.name == option.name && $0.kind == option.kind }) {
            options.append(option)
        }
        return options
    }()

    /// An option with a valid value.
    private static func written(_ option: CommandSpec.Option) -> String {
        option.kind == .flag ? option.name : "\(option.name) \(option.choices.first?.word ?? "1")"
    }

    /// The error in a line; nil for none.
    private static func fault(_ line: String) -> Diagnostic? {
        var parser = LineParser()
        let line = Array(line.utf8)
        let span = line.span
        do throws(Diagnostic) {
            try parser.parse(span) { (_, _, _, _) throws(Diagnostic) in }
            return nil
        } catch {
            return error
        }
    }

    private static let withOptions = CommandTable.all.filter { !$0.takesWordsAsTheyAre }.map(\.name)

    @Test(arguments: withOptions)
    func `the options that are listed are the options that are taken`(name: String) throws {
        let spec = try Self.spec(name)
        let own = spec.options + CommandSpec.Option.ofEveryCommand
        #expect(own.allSatisfy { Self.fault("\(name) \(Self.written($0))") == nil })
        #expect(spec.options.count <= CommandSpec.maximumOptions)
        #expect(Set(own.map(\.name)).count == own.count)
        for option in Self.options where !own.contains(where: { $0.name == option.name }) {
            let fault = try #require(Self.fault("\(name) \(Self.written(option))"), "\(option.name)")
            #expect(fault.message == "\(name) has no option \(option.name)")
        }
        #expect(Self.fault("\(name) --xyz")?.message == "\(name) has no option --xyz")
    }

    @Test(arguments: withOptions)
    func `an option takes a value as the table specifies`(name: String) throws {
        let spec = try Self.spec(name)
        for option in spec.options + CommandSpec.Option.ofEveryCommand where option.name != "--help" {
            switch option.kind {
            case .flag:
                #expect(Self.fault("\(name) \(option.name)=1")?.message == "\(option.name) takes no value")
            case .value(let value):
                #expect(Self.fault("\(name) \(option.name)")?.message == "\(option.name) needs \(value)")
            case .optionalValue: #expect(Self.fault("\(name) \(option.name)") == nil)
            }
            guard !option.choices.isEmpty else { continue }
            for choice in option.choices { #expect(Self.fault("\(name) \(option.name)=\(choice.word)") == nil) }
            #expect(Self.fault("\(name) \(option.name) xyz") != nil)
        }
    }

    @Test(arguments: withOptions)
    func `an option may be given twice if the table says that the last one applies`(name: String) throws {
        for option in try Self.spec(name).options + CommandSpec.Option.ofEveryCommand {
            let fault = Self.fault("\(name) \(Self.written(option)) \(Self.written(option))")
            #expect(fault?.message == (option.isRepeatable ? nil : "\(option.name) is given twice"))
        }
    }

    @Test(arguments: withOptions)
    func `options that exclude each other are refused in either order, and no others`(name: String) throws {
        let options = try Self.spec(name).options
        for one in options {
            for other in options where other.name != one.name {
                let isExcluded =
                    one.excludes.contains { other.isCalled($0.name) }
                    || other.excludes.contains { one.isCalled($0.name) }
                let fault = Self.fault("\(name) \(Self.written(one)) \(Self.written(other))")
                #expect((fault != nil) == isExcluded, "\(one.name) \(other.name)")
            }
        }
    }

    @Test func `an option excludes only options of the same command`() {
        for spec in CommandTable.all {
            for exclusion in spec.options.flatMap(\.excludes) {
                #expect(spec.options.contains { $0.isCalled(exclusion.name) }, "\(spec.name) \(exclusion.name)")
            }
        }
        #expect(
            Self.fault("set k v --as text --flags 7")?.message
                == "--as chooses the flags, so --flags cannot be beside it")
    }

    @Test(arguments: withOptions)
    func `words are refused beside an option that replaces them, in either order`(name: String) throws {
        for option in try Self.spec(name).options {
            guard let choice = option.replacesWords else { continue }
            for line in ["\(name) k \(Self.written(option))", "\(name) \(Self.written(option)) k"] {
                let fault = try #require(PlannedLines.fault(line), "\(line)")
                #expect(fault.message == "\(choice), not both")
                #expect(fault.part(of: line) == "k")
            }
        }
    }

    @Test func `delete takes keys or a pattern, not both`() {
        #expect(PlannedLines.fault("delete --match * k")?.message == "delete takes keys or --match, not both")
        #expect(PlannedLines.fault("delete --match *") == nil)
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

    @Test func `commands that lose the data of others ask first`() {
        let dangerous = CommandTable.all.filter { $0.danger == .confirmed }.map(\.name)
        #expect(
            dangerous == [
                "verbosity", "flush_all", "cache_memlimit", "slabs", "lru", "extstore", "shutdown", "refresh_certs",
            ])
    }

    @Test func `commands that only read are allowed in a read-only session`() {
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
