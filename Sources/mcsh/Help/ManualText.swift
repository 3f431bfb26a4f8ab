/// Formats text of the command table as lines of mdoc, the language of the manual: a sentence begins a line, and names
/// are marked up.
struct ManualText {
    /// The names of a command's parameters: they are marked up wherever its text contains them.
    var parameters: Set<String> = []

    /// The width up to which lines are filled.
    private static let width = 116

    /// A text as sentences.
    func lines(_ text: String) -> [String] {
        text.split(separator: "\n").flatMap { paragraph in
            ManualText.sentences(String(paragraph)).flatMap { fill($0) }
        }
    }

    /// A fragment such as a summary, as a sentence.
    func sentence(_ fragment: String) -> [String] {
        guard let first = fragment.first else { return [] }
        let text = fragment.first == "-" ? fragment : first.uppercased() + fragment.dropFirst()
        // A question mark alone is a pattern character.
        let isEnded = text.hasSuffix(".") || text.hasSuffix("?") && !text.hasSuffix(" ?")
        return lines(isEnded ? text : text + ".")
    }

    /// Text in a macro's line, where a word alone could be mistaken for another macro or a delimiter.
    static func quoted(_ text: String) -> String {
        "\"" + escaped(text).replacing("\"", with: "\\(dq") + "\""
    }

    private static func sentences(_ text: String) -> [String] {
        var sentences: [String] = []
        var rest = Substring(text)
        while let end = rest.firstRange(of: ". ") {
            sentences.append(String(rest[..<rest.index(after: end.lowerBound)]))
            rest = rest[end.upperBound...]
        }
        if !rest.isEmpty { sentences.append(String(rest)) }
        return sentences
    }

    /// Breaks a sentence into lines of text and lines of macros.
    private func fill(_ sentence: String) -> [String] {
        var lines: [String] = []
        var line = ""
        func flush() {
            guard !line.isEmpty else { return }
            lines.append(line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line)
            line = ""
        }
        for word in sentence.split(separator: " ").map(String.init) {
            if let macro = macro(for: word) {
                flush()
                lines.append(macro)
                continue
            }
            let text = ManualText.escaped(word)
            if !line.isEmpty, line.utf8.count + 1 + text.utf8.count > ManualText.width { flush() }
            line += line.isEmpty ? text : " " + text
        }
        flush()
        return lines
    }

    /// The macro line of a name: an option, a variable, a parameter of the command, a command whose name is not an
    /// English word; nil for a word of the text.
    private func macro(for word: String) -> String? {
        var name = Substring(word)
        var tail: [Character] = []
        while let last = name.last, ".,;:)?!".contains(last) {
            tail.insert(last, at: 0)
            name.removeLast()
        }
        let isOpened = name.hasPrefix("(")
        if isOpened { name.removeFirst() }
        guard let first = name.first, name.allSatisfy({ $0.isLetter || $0.isNumber || "-_$".contains($0) }) else {
            return nil
        }
        let macro: String
        if name.hasPrefix("--"), name.count > 2 {
            macro = "Fl Fl \(name.dropFirst(2))"
        } else if first == "-", name.count == 2, name.last?.isLetter == true {
            macro = "Fl \(name.dropFirst())"
        } else if first == "$", name.count > 1 {
            macro = "Ev \(name.dropFirst())"
        } else if parameters.contains(String(name)) {
            macro = "Ar \(name)"
        } else if name.contains("_"), CommandTable.find(Array(name.utf8)) != nil {
            macro = "Ic \(name)"
        } else {
            return nil
        }
        let end = tail.map { " \($0)" }.joined()
        return (isOpened ? ".No \\&( Ns " : ".") + macro + end
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\e"
            case "…": escaped += "..."
            default: escaped.append(character)
            }
        }
        // A sign before a number is not a hyphen.
        if escaped.first == "-", escaped.dropFirst().first?.isNumber == true { escaped = "\\" + escaped }
        return escaped
    }
}
