/// The section of the manual about the commands, generated from the command table.
///
/// What the table does not say is written by hand, in the page itself: it appears between the lines `byHand` and
/// `fromTable` of an entry, of a group or of the beginning of the section, and is preserved.
struct ManualPage {
    /// Why a page cannot be generated.
    struct Fault: Error {
        var reason: String
    }

    /// A part of the section that may have text of its own.
    private enum Part: Hashable {
        case beginning
        case group(String)
        case command(String)
        case end(ofGroup: String)

        var name: String {
            switch self {
            case .beginning: "the beginning of COMMANDS"
            case .group(let name), .end(let name): "the group \(name)"
            case .command(let name): "the command \(name)"
            }
        }
    }

    private static let start = ".Sh COMMANDS"
    private static let list = ".Bl -tag -width Ds"
    private static let entry = ".It Ic "
    private static let byHand = #".\" By hand:"#
    private static let fromTable = #".\" From the table:"#

    private var prose: [Part: [String]] = [:]
    private var lines: [String] = []

    /// A page with its section about the commands regenerated from the current table.
    static func updated(_ page: String) throws(Fault) -> String {
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let start = lines.firstIndex(of: start),
            let end = lines[(start + 1)...].firstIndex(where: { $0.hasPrefix(".Sh ") })
        else { throw Fault(reason: "the page has no section COMMANDS with another after it") }
        var section = ManualPage()
        section.read(lines[(start + 1)..<end])
        section.write()
        if let part = section.prose.keys.map(\.name).min() {
            throw Fault(reason: "there is text written by hand about \(part), which the command table does not have")
        }
        return (lines[..<start] + section.lines + lines[end...]).joined(separator: "\n")
    }

    // MARK: What is there

    private mutating func read(_ lines: ArraySlice<String>) {
        var part = Part.beginning
        var group = ""
        var isInGroup = false
        var isByHand = false
        // Lists within what is written about a command.
        var depth = 0
        for (line, next) in zip(lines, lines.dropFirst() + [""]) {
            if line.hasPrefix(".Ss ") {
                group = String(line.dropFirst(4))
                (part, isByHand) = (.group(group), false)
            } else if !isInGroup, line == Self.list, next.hasPrefix(Self.entry) {
                (isInGroup, isByHand) = (true, false)
            } else if isInGroup, depth == 0, line.hasPrefix(Self.entry) {
                let name = line.dropFirst(Self.entry.count).prefix { $0 != " " }
                (part, isByHand) = (.command(String(name)), false)
            } else if isInGroup, depth == 0, line == ".El" {
                (part, isInGroup, isByHand) = (.end(ofGroup: group), false, false)
            } else if line == Self.byHand {
                isByHand = true
            } else if line == Self.fromTable {
                isByHand = false
            } else {
                if isInGroup { depth += line.hasPrefix(".Bl ") ? 1 : line == ".El" ? -1 : 0 }
                if isByHand { prose[part, default: []].append(line) }
            }
        }
    }

    /// Keeps the text written by hand, between its two marks; the second one is omitted if nothing follows.
    private mutating func keep(_ part: Part, before following: [String] = []) {
        if let text = prose.removeValue(forKey: part) {
            lines += [Self.byHand] + text
            if !following.isEmpty { lines.append(Self.fromTable) }
        }
        lines += following
    }

    // MARK: What the table says

    private mutating func write() {
        lines.append(Self.start)
        lines.append(#".\" Written by "make manual" from the command table, but for what follows a line "By hand:"."#)
        keep(.beginning, before: sharedOptions())
        for group in CommandSpec.Group.allCases {
            lines.append(".Ss \(group.rawValue)")
            keep(.group(group.rawValue))
            lines.append(Self.list)
            for spec in CommandTable.all where spec.group == group { write(spec) }
            lines.append(".El")
            keep(.end(ofGroup: group.rawValue))
        }
    }

    /// Options that are explained once, because many commands have them.
    private static let shared: [CommandSpec.Option] = {
        var found: [CommandSpec.Option] = []
        for option in CommandTable.all.flatMap(\.options) where !found.contains(where: { $0 === option }) {
            let users = CommandTable.all.count { spec in spec.options.contains { $0 === option } }
            if users > 2 { found.append(option) }
        }
        return found
    }()

    private func sharedOptions() -> [String] {
        [".Pp", "Options that several commands have:", Self.list]
            + Self.shared.flatMap { option in
                let text = ManualText(parameters: Self.names(option.argument.map { [$0] } ?? []))
                return [".It \(syntax(of: option))"] + text.sentence(option.summary)
            } + [".El"]
    }

    private mutating func write(_ spec: CommandSpec) {
        let text = ManualText(parameters: Self.names(spec.parameters.map(\.name) + spec.options.compactMap(\.argument)))
        lines.append(Self.entry + syntax(of: spec))
        lines += text.sentence(spec.summary)
        // The flags of meta commands have a list of their own.
        let details = spec.details
        if !details.contains("\n  ") { lines += text.lines(details) }
        if !spec.aliases.isEmpty {
            lines.append("Also")
            lines.append(".Ic " + spec.aliases.map { $0 == "?" ? "\\&?" : $0 }.joined(separator: " , ") + " .")
        }
        keep(.command(spec.name), before: rest(of: spec, text))
    }

    /// What follows the prose: words, options, warnings, cost, examples.
    private func rest(of spec: CommandSpec, _ text: ManualText) -> [String] {
        var lines: [String] = []
        let words =
            spec.parameters.flatMap { items(of: $0, in: spec, text) }
            + spec.options.filter { option in !Self.shared.contains { $0 === option } }.flatMap {
                [".It \(syntax(of: $0))"] + text.sentence($0.summary)
            }
        if !words.isEmpty { lines += [".Pp", Self.list + " -compact"] + words + [".El"] }
        if !spec.loss.isEmpty { lines += [".Pp", "Beware:"] + text.lines(spec.loss) }
        if spec.danger == .confirmed {
            if spec.loss.isEmpty { lines.append(".Pp") }
            lines += ManualText().lines("mcsh says what will happen and asks; without a terminal it needs -y.")
        }
        lines += [".Pp", "Cost:"] + text.lines(spec.cost)
        if spec.wireForm != "nothing" { lines += ["On the wire:"] + text.lines(spec.wireForm) }
        lines += [".Pp", spec.examples.count > 1 ? "Examples:" : "Example:", Self.list + " -compact"]
        for example in spec.examples {
            lines += [".It Li \(ManualText.quoted(example.line))"] + ManualText().sentence(example.meaning)
        }
        return lines + [".El"]
    }

    /// The words that a parameter accepts, or what it is, if its kind does not say so.
    private func items(
        of parameter: CommandSpec.Parameter, in spec: CommandSpec, _ text: ManualText
    ) -> [String] {
        var lines: [String] = []
        if !parameter.meaning.isEmpty {
            lines += [".It Ar \(parameter.name.replacing("…", with: "..."))"] + text.sentence(parameter.meaning)
        }
        guard spec.group != .meta else { return lines }
        for choice in parameter.choices.words ?? [] {
            let word = choice.follows.map { "\($0) \(choice.word)" } ?? choice.word
            lines += [".It Cm \(word)"] + text.sentence(choice.meaning)
        }
        return lines
    }

    /// The capitalized words of parameters' names: they are names wherever they appear.
    private static func names(_ names: [String]) -> Set<String> {
        Set(names.flatMap { $0.split { !$0.isLetter }.map(String.init) }.filter { $0.allSatisfy(\.isUppercase) })
    }

    // MARK: Syntax

    private func syntax(of spec: CommandSpec) -> String {
        var words = [spec.name]
        for parameter in spec.parameters {
            var name = parameter.name.replacing("…", with: "...")
            if name.hasPrefix("["), let end = name.firstRange(of: "] ") {
                words.append("Oo Ar \(name.dropFirst().prefix(upTo: end.lowerBound)) Oc")
                name = String(name[end.upperBound...])
            }
            let text = "Ar \(name)" + (parameter.isRepeated ? " ..." : "")
            words.append(parameter.isOptional ? "Oo \(text) Oc" : text)
        }
        return (words + spec.options.map { "Oo \(syntax(of: $0)) Oc" }).joined(separator: " ")
    }

    private func syntax(of option: CommandSpec.Option) -> String {
        let name = "Fl Fl \(option.name.dropFirst(2))"
        return switch option.kind {
        case .flag: name
        case .value(let value): "\(name) Ar \(value.replacing("…", with: "..."))"
        case .optionalValue(let value): "\(name) Oo Ar \(value.replacing("…", with: "...")) Oc"
        }
    }
}
