import MemcacheCore

/// A script that lets another shell complete the words of mcsh, generated on request from the command table and the
/// options.
///
/// A script has the words for each place of a command line, and determines the place. A place is `commands`, `options`,
/// `argument --output`, or of a command `stats 1` (its first word), `stats 2 detail` (its second, after that word),
/// `set --` (its options) and `set --as` (an option's argument).
struct CompletionScript {
    struct Row: Hashable, Sendable {
        var word: String
        var meaning: String
        /// Whether more is written directly after the word.
        var isOpen = false
    }

    /// Words that a script looks up when it needs them.
    enum Source: String, Sendable {
        case files = "<files>"
        case servers = "<servers>"
    }

    struct Place: Sendable {
        var name: String
        var rows: [Row] = []
        var source: Source?
    }

    private(set) var places: [Place] = []
    /// The options before a command that have an argument.
    private(set) var programOptions: [String] = []
    /// The options of commands that have an argument, and those whose argument is an optional number.
    private(set) var valued: [String] = []
    private(set) var optional: [String] = []
    /// The word from which a command repeats the last place.
    private(set) var repeated: [(command: String, position: Int)] = []
    private(set) var aliases: [(alias: String, command: String)] = []
    /// The commands that are followed by another one: `repeat N [INTERVAL] COMMAND`.
    private(set) var restarting: [String] = []

    /// The script for a shell; nil where there is none.
    static func text(for shell: String) -> String? {
        switch shell {
        case "bash": CompletionScript().bash()
        case "zsh": CompletionScript().zsh()
        case "fish": CompletionScript().fish()
        default: nil
        }
    }

    /// The output, instead of a run, if the arguments ask for a script or for something that a script needs; nil
    /// otherwise.
    static func output(askedForBy arguments: [String]) throws(OptionFault) -> String? {
        if arguments == [ProgramOption.poolsQuery] { return pools().joined(separator: "\n") }
        guard let shell = shell(askedForBy: arguments) else { return nil }
        guard let script = text(for: shell) else {
            throw OptionFault(message: "there are completion scripts for bash, zsh and fish")
        }
        return script
    }

    /// The shell whose script is requested; empty if none is named.
    static func shell(askedForBy arguments: [String]) -> String? {
        let name = "--generate-completion-script"
        // After a command the word is the command's.
        let options = arguments.prefix { $0.utf8.first == UInt8(ascii: "-") }
        if let option = options.first(where: { $0.hasPrefix(name + "=") }) {
            return String(option.dropFirst(name.count + 1))
        }
        return options.firstIndex(of: name).map { $0 + 1 < arguments.count ? arguments[$0 + 1] : "" }
    }

    /// The pools of the configuration file, as `-s` accepts them. A file that cannot be read is not reported.
    static func pools() -> [String] {
        let catalog = try? ServerCatalog(options: Options(), environment: Environment.ofProcess())
        return catalog?.poolNames ?? []
    }

    init() {
        places.append(Place(name: "commands", rows: Completion.commands().map(Row.init)))
        addProgramOptions()
        addCommands()
        for option in CommandSpec.Option.ofEveryCommand
        where !option.choices.isEmpty && !hasPlace("argument \(option.name)") {
            places.append(Place(name: "argument \(option.name)", rows: option.choices.map(Row.init)))
        }
    }

    private func hasPlace(_ name: String) -> Bool { places.contains { $0.name == name } }

    private mutating func addProgramOptions() {
        var rows: [Row] = []
        for option in ProgramOption.all() {
            rows += option.names.map { Row($0, option.summary) }
            guard let argument = option.argument else { continue }
            programOptions += option.names
            for name in option.names {
                switch argument {
                case .words(let words):
                    let formats = Completion.formats.map(Row.init)
                    places.append(
                        Place(
                            name: "argument \(name)",
                            rows: words == formats.map(\.word) ? formats : words.map { Row($0, "") }))
                case .file: places.append(Place(name: "argument \(name)", source: .files))
                case .servers: places.append(Place(name: "argument \(name)", source: .servers))
                case .other: break
                }
            }
        }
        places.append(Place(name: "options", rows: rows))
    }

    private mutating func addCommands() {
        valued = CommandSpec.Option.ofEveryCommand.filter { $0.argument != nil }.map(\.name)
        for spec in CommandTable.all {
            aliases += spec.aliases.map { ($0, spec.name) }
            if spec.leavesRedirections { restarting.append(spec.name) }
            guard !spec.takesWordsAsTheyAre else { continue }
            places.append(Place(name: "\(spec.name) --", rows: Completion.options(of: spec).map(Row.init)))
            for option in spec.options {
                guard option.argument != nil else { continue }
                if !valued.contains(option.name) { valued.append(option.name) }
                if option.isArgumentOptional, !optional.contains(option.name) { optional.append(option.name) }
                if !option.choices.isEmpty {
                    let rows = option.choices.map { Row($0.word, "") }
                    places.append(Place(name: "\(spec.name) \(option.name)", rows: rows))
                }
            }
            for (index, parameter) in spec.parameters.enumerated() {
                add(parameter, at: "\(spec.name) \(index + 1)")
                if parameter.isRepeated { repeated.append((spec.name, index + 1)) }
            }
        }
    }

    private mutating func add(_ parameter: CommandSpec.Parameter, at place: String) {
        switch parameter.choices {
        case .any:
            if parameter.kind == .file { places.append(Place(name: place, source: .files)) }
        case .outputFormats: places.append(Place(name: place, rows: Completion.formats.map(Row.init)))
        case .servers: places.append(Place(name: place, source: .servers))
        case .topics:
            places.append(Place(name: place, rows: Completion.topics.map(Row.init)))
            // A statistic follows the word for it, which is one of the topics.
            for word in ["stat", "stats"] {
                places.append(Place(name: "\(place) \(word)", rows: Completion.statistics.map(Row.init)))
            }
        case .list(let makeChoices):
            let choices = makeChoices()
            let free = choices.filter { $0.follows == nil }
            if !free.isEmpty { places.append(Place(name: place, rows: free.map(Row.init))) }
            for choice in choices {
                guard let word = choice.follows, !hasPlace("\(place) \(word)") else { continue }
                let rows = choices.filter { $0.follows == word }.map(Row.init)
                places.append(Place(name: "\(place) \(word)", rows: rows))
            }
        }
    }
}

extension CompletionScript.Row {
    /// The meaning is the first sentence or clause of a text.
    init(_ word: String, _ meaning: String, isOpen: Bool = false) {
        self.word = word
        let end =
            [". ", "; ", ": host"].compactMap { meaning.firstRange(of: $0)?.lowerBound }.min() ?? meaning.endIndex
        self.meaning = String(meaning[..<end].prefix { $0 != "\n" })
        if self.meaning.hasSuffix(".") { self.meaning.removeLast() }
        self.isOpen = isOpen
    }

    fileprivate init(_ candidate: Completion.Candidate) {
        self.init(String(decoding: candidate.text, as: UTF8.self), candidate.meaning, isOpen: candidate.isOpen)
    }

    fileprivate init(_ choice: CommandSpec.Choice) {
        self.init(choice.word, choice.meaning, isOpen: choice.isOpen)
    }
}
