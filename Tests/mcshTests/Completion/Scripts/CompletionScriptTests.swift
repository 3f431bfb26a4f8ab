import Testing

@testable import mcsh

/// The scripts contain everything from the table and the options.
@Suite struct CompletionScriptTests {
    private static let script = CompletionScript()

    private static func words(_ place: String) -> [String] {
        script.places.filter { $0.name == place }.flatMap { $0.rows.map(\.word) }
    }

    @Test(arguments: CommandTable.all.map(\.name))
    func `a command, its words and its options have their places`(name: String) throws {
        let spec = try #require(CommandTable.find(Array(name.utf8)))
        #expect(Self.words("commands").contains(name))
        guard !spec.takesWordsAsTheyAre else { return }
        let options = Set((spec.options + CommandSpec.Option.ofEveryCommand).map(\.name))
        #expect(Set(Self.words("\(name) --")) == options)
        for (index, parameter) in spec.parameters.enumerated() {
            guard let choices = parameter.choices.words else { continue }
            for choice in choices {
                let place = "\(name) \(index + 1)" + (choice.follows.map { " \($0)" } ?? "")
                #expect(Self.words(place).contains(choice.word), "\(place)")
            }
        }
    }

    @Test func `the options in front of a command are those that are declared`() {
        let words = Self.words("options")
        #expect(Set(words).count == words.count)
        for option in ["-s", "--server", "-o", "--read-only", "--help", "--version", "--generate-completion-script"] {
            #expect(words.contains(option))
        }
        let valued = ["-s", "--port", "--timeout", "--profile", "-c", "-f", "--color", "-r", "-i", "--prefix"]
        #expect(Set(Self.script.programOptions).isSuperset(of: valued))
        #expect(!Self.script.programOptions.contains("--json"))
        #expect(Self.words("argument --color") == ["auto", "always", "never"])
        #expect(Self.words("argument -o") == ["human", "plain", "json", "csv", "tsv", "raw"])
    }

    @Test func `an option means the same with every command that has it`() {
        for option in CommandTable.all.flatMap(\.options) {
            #expect(Self.script.valued.contains(option.name) == (option.argument != nil))
            #expect(Self.script.optional.contains(option.name) == option.isArgumentOptional)
        }
    }

    @Test(
        arguments: [
            ([], nil), (["--generate-completion-script", "zsh"], "zsh"),
            (["--generate-completion-script=fish"], "fish"),
            (["--generate-completion-script"], ""), (["--no-config", "--generate-completion-script", "bash"], "bash"),
            (["set", "--generate-completion-script", "bash"], nil), (["--json"], nil),
        ] as [([String], String?)])
    func `a script is requested by an option before a command`(arguments: [String], shell: String?) {
        #expect(CompletionScript.shell(askedForBy: arguments) == shell)
    }

    @Test(arguments: [
        ("it's", "'it'\\''s'"), ("$(reboot)", "'$(reboot)'"), ("a\\b", "'a\\b'"),
    ]) func `words are quoted for the shell`(word: String, quoted: String) {
        #expect(CompletionScript.quoted(word) == quoted)
    }
}
