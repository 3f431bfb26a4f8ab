import MemcacheCore

/// The texts of `help`, from the command table, the topics and the table of statistics.
enum Help {
    /// A topic that does not exist.
    struct UnknownTopic: Error {
        var sentence: String
    }

    /// The lines about a topic; without a topic, the list of commands and topics.
    static func text(for topic: [String], width: Int, style: TextStyle) -> Result<[String], UnknownTopic> {
        let page = HelpPage(width: width, style: style)
        guard let first = topic.first else { return .success(overview(page)) }
        if topic.count == 1, ["stat", "statistic", "statistics"].contains(first.lowercased()) {
            return .success(statistics(page))
        }
        if topic.count == 1, first.lowercased() == "topics" { return .success(topics(page, column: HelpPage.column)) }
        if topic.count > 1, let answer = statistic(topic, page) { return answer }
        var parts: [[String]] = []
        if let spec = CommandTable.find(Array(first.utf8)) { parts.append(self.page(of: spec, page)) }
        if let topic = HelpTopic.find(first) { parts.append(self.page(of: topic, page)) }
        let isExplained = !parts.isEmpty
        if case .text(let lines) = StatisticField.explain(first, width: page.textWidth, style: style) {
            parts.append(isExplained ? page.text("help stat \(first) explains the statistic.", .dim, indent: 0) : lines)
        }
        guard parts.isEmpty else { return .success(Array(parts.joined(separator: [""]))) }
        // Several words for one topic: hit ratio, read only.
        if let topic = HelpTopic.find(topic.joined(separator: "-")) ?? HelpTopic.find(topic.joined(separator: " ")) {
            return .success(self.page(of: topic, page))
        }
        let whole = topic.joined(separator: " ")
        return .failure(UnknownTopic(sentence: "there is no help about \"\(shown(whole))\"; \(hint(about: first))"))
    }

    /// The names of all statistics, by the command that prints them.
    private static func statistics(_ page: HelpPage) -> [String] {
        var lines: [String] = []
        for group in StatisticField.Group.allCases {
            let names = StatisticField.all.filter { $0.group == group }.map(\.name)
            guard !names.isEmpty else { continue }
            lines += page.heading(group.command) + page.text(names.joined(separator: ", "))
        }
        return lines + page.text("help stat NAME explains a statistic.", .dim, indent: 0)
    }

    /// `help stat NAME`; also `help stats NAME`, unless the word is one of the command's own.
    private static func statistic(_ topic: [String], _ page: HelpPage) -> Result<[String], UnknownTopic>? {
        guard topic[0] == "stat" || topic[0] == "stats" else { return nil }
        switch StatisticField.explain(topic[1], width: page.textWidth, style: page.style) {
        case .text(let lines): return .success(lines)
        case .unknown(let suggestions):
            if topic[0] == "stats", StatisticsPlanning.words.contains(topic[1]) { return nil }
            let nearest = suggestions.isEmpty ? "" : "; did you mean \(suggestions.joined(separator: ", "))?"
            return .failure(UnknownTopic(sentence: "no statistic is called \"\(shown(topic[1]))\"\(nearest)"))
        }
    }

    /// The nearest command or topic, else the nearest statistic.
    private static func hint(about word: String) -> String {
        if let habit = CommandTable.habits[word.lowercased()] { return "write help \(habit)" }
        let words =
            CommandTable.all.flatMap { [$0.name] + $0.aliases } + HelpTopic.all.flatMap { [$0.name] + $0.also } + [
                "stats", "topics",
            ]
        let nearest =
            word.utf8.count > 6 ? Spelling.nearest(to: word, among: words) : nearestShort(to: word, words)
        if let nearest { return "did you mean \(nearest)?" }
        // The plural, or a part of a name: `eviction`, `ratio`.
        let stem = word.lowercased().hasSuffix("s") ? String(word.lowercased().dropLast()) : word.lowercased()
        if stem.count >= 3 {
            let parts = StatisticField.all.map(\.name).filter { $0.contains(stem) }
            if !parts.isEmpty {
                let names = parts.prefix(3).map { "help stat \($0)" }.joined(separator: ", ")
                return "there is \(names)"
            }
        }
        let statistics = StatisticField.suggestions(for: word)
        return statistics.isEmpty
            ? "help lists what there is" : "did you mean \(statistics.joined(separator: ", "))?"
    }

    /// The nearest to a short word, which one wrong letter turns into another word: both must begin with the same
    /// letter.
    private static func nearestShort(to word: String, _ words: [String]) -> String? {
        Spelling.nearest(to: word, among: words.filter { $0.first == word.lowercased().first })
    }

    private static func shown(_ word: String) -> String { Word.shown(Array(word.utf8)) }

    // MARK: Pages

    private static func overview(_ page: HelpPage) -> [String] {
        var lines: [String] = []
        let names = CommandTable.all.map(\.name) + HelpTopic.all.map(\.name)
        let column = 2 + (names.map(\.count).max() ?? 0) + 2
        for group in CommandSpec.Group.allCases {
            lines += page.heading(group.rawValue)
            for spec in CommandTable.all where spec.group == group {
                lines += page.entry(spec.name, spec.summary, column: column)
            }
        }
        return lines + topics(page, column: column)
            + page.text(
                "help COMMAND or help TOPIC explains one; help stat NAME explains a statistic.", .dim, indent: 0)
    }

    private static func topics(_ page: HelpPage, column: Int) -> [String] {
        page.heading("Topics") + HelpTopic.all.flatMap { page.entry($0.name, $0.summary, column: column) }
    }

    private static func page(of topic: HelpTopic, _ page: HelpPage) -> [String] {
        let also = topic.also.isEmpty ? [] : page.text("Also: \(topic.also.joined(separator: ", "))", .dim)
        return page.heading("\(topic.name): \(topic.summary)") + page.paragraphs(topic.text) + also
    }

    private static func page(of spec: CommandSpec, _ page: HelpPage) -> [String] {
        var lines = page.syntax(spec.syntax)
        lines += page.text(spec.summary + ".")
        if !spec.aliases.isEmpty { lines += page.text("Also: " + spec.aliases.joined(separator: ", ")) }
        lines += page.paragraphs(spec.details)
        for (index, parameter) in spec.parameters.enumerated() {
            // A parameter of the same name and meaning is explained once.
            let isKnown = spec.parameters[..<index].contains {
                $0.name == parameter.name && $0.explanation == parameter.explanation
            }
            if !isKnown { lines += explanation(of: parameter, in: spec, page) }
        }
        for option in spec.options { lines += page.entry(option.syntax, option.summary, column: HelpPage.column) }
        lines += warnings(about: spec, page)
        if !spec.cost.isEmpty { lines += page.labelled("Cost", spec.cost) }
        lines += page.labelled("On the wire", spec.wireForm)
        lines += page.text(spec.examples.count > 1 ? "Examples:" : "Example:")
        for example in spec.examples {
            lines += page.text(example.line, indent: 4, hanging: 4)
            lines += page.text(example.meaning, .dim, indent: 8)
        }
        return lines
    }

    /// What the word is, and the words that can appear there.
    private static func explanation(
        of parameter: CommandSpec.Parameter, in spec: CommandSpec, _ page: HelpPage
    ) -> [String] {
        var explanation = parameter.explanation
        var choices: [CommandSpec.Choice] = []
        switch parameter.choices {
        case .list(let words): choices = words()
        case .outputFormats: choices = OutputFormat.allCases.map { .init($0.rawValue, $0.meaning) }
        case .any, .topics, .servers: break
        }
        if explanation.isEmpty, let first = choices.first {
            explanation = choices.count == 1 ? first.meaning : "one of these"
        }
        guard !explanation.isEmpty else { return [] }
        var lines = page.entry(parameter.name, explanation, column: HelpPage.column)
        // The flag letters of meta commands are in the details, with versions.
        guard choices.count > 1, spec.group != .meta else { return lines }
        for choice in choices {
            let word = choice.follows.map { "\($0) \(choice.word)" } ?? choice.word
            lines += page.entry(word, choice.meaning, indent: 4, column: HelpPage.column + 4)
        }
        return lines
    }

    private static func warnings(about spec: CommandSpec, _ page: HelpPage) -> [String] {
        let loss = spec.loss.isEmpty ? [] : page.labelled("Beware", spec.loss, .warning)
        guard spec.danger == .confirmed else { return loss }
        return loss
            + page.labelled(
                "Dangerous", "mcsh says what will happen and asks; without a terminal it needs -y.", .warning)
    }
}
