import ArgumentParser
import MemcacheCore

/// An option of the program, as ``OptionParser`` declares it: the source of completion scripts.
struct ProgramOption: Hashable, Sendable {
    /// The kind of its argument.
    enum Argument: Hashable, Sendable {
        case words([String])
        case file
        case servers
        /// An argument that nothing is known about.
        case other
    }

    /// The names with their hyphens: `-o`, `--output`.
    var names: [String]
    /// nil for an option without an argument.
    var argument: Argument?
    var summary: String

    /// An option only for completion scripts, which prints the pools of the configuration file.
    static let poolsQuery = "--list-pools"

    /// An option only for `make manual`, which generates the manual's section about the commands: it copies a page from
    /// standard input to standard output.
    static let manualQuery = "--write-manual"

    /// The shells that there are completion scripts for.
    static let completionShells = ["bash", "zsh", "fish"]

    /// The declared options, in their order, and the two that the parser adds itself.
    static func all() -> [ProgramOption] {
        let declared = (try? PickleValue(json: Array(OptionParser._dumpHelp().utf8)))?["command"]?["arguments"]
        let options = (declared?.elements ?? []).compactMap { ProgramOption(dumped: $0) }
        return options + [
            ProgramOption(
                names: ["--generate-completion-script"], argument: .words(ProgramOption.completionShells),
                summary: "Print a completion script.")
        ]
    }

    private init(names: [String], argument: Argument?, summary: String) {
        self.names = names
        self.argument = argument
        self.summary = summary
    }

    /// An option as the parser dumps it; nil if it is not an option.
    private init?(dumped: PickleValue) {
        let kind = dumped["kind"]?.text
        guard kind == "option" || kind == "flag", dumped["shouldDisplay"]?.boolean == true else { return nil }
        names = (dumped["names"]?.elements ?? []).compactMap { name in
            name["name"]?.text.map { name["kind"]?.text == "long" ? "--\($0)" : "-\($0)" }
        }
        summary = dumped["abstract"]?.text ?? ""
        guard kind == "option" else { return }
        let listed = dumped["completionKind"]?["list"]?["values"] ?? dumped["allValues"]
        if let words = listed?.elements {
            argument = .words(words.compactMap(\.text))
        } else if dumped["completionKind"]?["file"] != nil {
            argument = .file
        } else {
            argument = dumped["valueName"]?.text == "server" ? .servers : .other
        }
    }
}
