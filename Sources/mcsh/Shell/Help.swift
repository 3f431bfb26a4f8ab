import MemcacheCore

/// What `help` says, made of the command table and the statistics' table.
enum Help {
    /// A topic that there is nothing about.
    struct UnknownTopic: Error {
        var sentence: String
    }

    /// The lines about a topic; no topic is the list of commands.
    static func text(for topic: [String], width: Int, style: TextStyle) -> Result<[String], UnknownTopic> {
        guard let first = topic.first else { return .success(overview(width: width, style: style)) }
        if first == "stat" || first == "stats", topic.count > 1 {
            return statistic(topic[1], width: width, style: style)
        }
        if let spec = CommandTable.find(Array(first.utf8)) {
            return .success(page(of: spec, width: width, style: style))
        }
        if case .text(let lines) = StatisticField.explain(first, width: width, style: style) { return .success(lines) }
        let shown = Word.shown(Array(first.utf8))
        let nearest = CommandTable.nearest(to: first).map { "did you mean \($0)?" } ?? "help lists the commands"
        return .failure(UnknownTopic(sentence: "there is no help about \"\(shown)\"; \(nearest)"))
    }

    private static func statistic(_ name: String, width: Int, style: TextStyle) -> Result<[String], UnknownTopic> {
        switch StatisticField.explain(name, width: width, style: style) {
        case .text(let lines): return .success(lines)
        case .unknown(let suggestions):
            let shown = Word.shown(Array(name.utf8))
            let nearest = suggestions.isEmpty ? "" : "; did you mean \(suggestions.joined(separator: ", "))?"
            return .failure(UnknownTopic(sentence: "no statistic is called \"\(shown)\"\(nearest)"))
        }
    }

    private static func overview(width: Int, style: TextStyle) -> [String] {
        var lines: [String] = []
        let column = (CommandTable.all.map(\.name.count).max() ?? 0) + 2
        for group in CommandSpec.Group.allCases {
            lines.append(style(group.rawValue, .heading))
            for spec in CommandTable.all where spec.group == group {
                let name = spec.name + String(repeating: " ", count: column - spec.name.count)
                lines += wrapped(spec.summary, width: width, lead: "  " + name, indent: column + 2)
            }
        }
        return lines + [
            style("help COMMAND explains one; help stat NAME explains a statistic.", .dim)
        ]
    }

    private static func page(of spec: CommandSpec, width: Int, style: TextStyle) -> [String] {
        var lines = wrapped(spec.syntax, width: width, lead: "", indent: 4).map { style($0, .heading) }
        lines += wrapped(spec.summary + ".", width: width, lead: "  ", indent: 2)
        if !spec.aliases.isEmpty { lines.append("  Also: " + spec.aliases.joined(separator: ", ")) }
        for paragraph in spec.details.split(separator: "\n") {
            // A line of a list has its name in front: "  v  return the value".
            let name = paragraph.hasPrefix("  ") ? paragraph.dropFirst(2).prefix { $0 != " " } : ""
            let lead = name.isEmpty ? "  " : "    \(name)\(String(repeating: " ", count: max(1, 12 - name.count)))"
            let text = name.isEmpty ? paragraph : paragraph.dropFirst(2 + name.count)
            lines += wrapped(String(text), width: width, lead: lead, indent: lead.count)
        }
        for option in spec.options {
            let lead = "  \(option.syntax)  "
            if lead.count <= 16 {
                lines += wrapped(option.summary, width: width, lead: lead, indent: lead.count)
            } else {
                lines += wrapped(option.syntax, width: width, lead: "  ", indent: 4)
                lines += wrapped(option.summary, width: width, lead: "      ", indent: 6)
            }
        }
        if spec.danger == .confirmed {
            lines += wrapped(
                "Dangerous: mcsh says what will happen and asks; without a terminal it needs -y.", width: width,
                lead: "  ", indent: 2
            ).map { style($0, .warning) }
        }
        lines += wrapped(spec.wireForm, width: width, lead: "  On the wire: ", indent: 15)
        for example in spec.examples {
            lines += wrapped(example.line, width: width, lead: "    ", indent: 8)
            lines += wrapped(example.meaning, width: width, lead: "        ", indent: 8).map { style($0, .dim) }
        }
        return lines
    }

    private static func wrapped(_ text: String, width: Int, lead: String, indent: Int) -> [String] {
        let lines = StyledText(text).wrapped(to: max(width - lead.count, 20), indent: indent - lead.count).map(\.text)
        return lines.enumerated().map { index, line in
            (index == 0 ? lead : String(repeating: " ", count: lead.count)) + line
        }
    }
}
