import ArgumentParser
import MemcacheCore

/// An option of the program, as ``OptionParser`` declares it: what completion scripts are made of.
struct ProgramOption: Hashable, Sendable {
    /// What its argument is.
    enum Argument: Hashable, Sendable {
        case words([String])
        case file
        case servers
        /// Something that nothing is known about.
        case other
    }

    /// With their hyphens: `-o`, `--output`.
    var names: [String]
    /// nil for an option that stands alone.
    var argument: Argument?
    var summary: String

    /// An option for completion scripts alone, which prints the pools of the configuration file.
    static let poolsQuery = "--list-pools"

    /// An option for `make manual` alone, which writes the manual's section about the commands: a page from standard input
    /// goes to standard output.
    static let manualQuery = "--write-manual"

    /// The shells that there are completion scripts for.
    static let completionShells = ["bash", "zsh", "fish"]

    /// The declared options, in their order, and the two that the parser has by itself.
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

    /// An option as the parser tells it; nil for what is none.
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
