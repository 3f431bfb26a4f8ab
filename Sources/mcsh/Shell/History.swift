import MemcacheCore

/// The lines that were entered at prompts, of this shell and of those beside it.
///
/// Each line is appended to the file as it is entered, in one write under a lock: parallel shells share the file and see
/// each other's lines, and nothing is lost when one of them is killed.
final class History {
    /// The lines that are known, oldest first.
    private(set) var entries: [[UInt8]] = []
    private let file: HistoryFile?
    private var isLoaded = false

    /// More lines are not kept.
    static let maximumEntries = 10_000

    init(file: HistoryFile?) {
        self.file = file
    }

    /// The history of the user who runs the program.
    static func ofUser() -> History {
        History(file: HistoryFile.path(environment: Environment.ofProcess()).map { HistoryFile(path: $0) })
    }

    /// Lines that came into the file since the last call; at the first one, all of them.
    func takeNew() -> [[UInt8]] {
        guard let file else { return [] }
        if !isLoaded {
            isLoaded = true
            file.compact(keeping: History.maximumEntries)
        }
        let new = file.readNew().compactMap(History.decoded).filter { keep($0) }
        return new
    }

    /// Takes in a line.
    ///
    /// - Returns: The lines that are new with it: those of other shells before it. Empty for a line that is there already.
    func add(_ line: [UInt8]) -> [[UInt8]] {
        guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0a }), line != entries.last else { return [] }
        guard let file, History.isPublic(line) else { return keep(line) ? [line] : [] }
        return file.append(History.encoded(line)).compactMap(History.decoded).filter { keep($0) }
    }

    /// Why lines cannot be written, the first time that this is asked.
    func takeError() -> String? { file?.takeError() }

    private func keep(_ line: [UInt8]) -> Bool {
        guard line != entries.last else { return false }
        entries.append(line)
        if entries.count > History.maximumEntries * 2 { entries.removeFirst(entries.count - History.maximumEntries) }
        return true
    }

    // MARK: Rules

    /// Whether a line may be written to the file: it does not begin with a blank and has no secret in it.
    static func isPublic(_ line: [UInt8]) -> Bool {
        guard let first = line.first, first != UInt8(ascii: " "), first != UInt8(ascii: "\t") else { return false }
        return !Secrets.isIn(line)
    }

    /// A line of the file: no control character is in it, whatever was entered.
    static func encoded(_ line: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        EscapedText.append(line.span, to: &text)
        return text
    }

    /// What a line of the file stands for; nil for an empty one. One that was written by hand stands for itself.
    static func decoded(_ text: [UInt8]) -> [UInt8]? {
        guard !text.isEmpty else { return nil }
        guard text.contains(UInt8(ascii: "\\")) else { return text }
        // As a quoted word, in which the quotes of the line are no ends.
        let quote = UInt8(ascii: "\"")
        let quoted = [quote] + text.flatMap { $0 == quote ? [UInt8(ascii: "\\"), quote] : [$0] } + [quote]
        var tokenizer = Tokenizer()
        guard (try? tokenizer.tokenize(quoted.span)) != nil, tokenizer.words.count == 1, tokenizer.isDecoded else {
            return text
        }
        return Array(tokenizer.decoded[tokenizer.words[0].range])
    }

    // MARK: Showing

    /// The lines that match a pattern, with their numbers for people.
    func rendered(pattern: [UInt8]?, _ format: OutputFormat) -> [String] {
        let isGlob = pattern.map { $0.contains(UInt8(ascii: "*")) || $0.contains(UInt8(ascii: "?")) } ?? false
        let glob = isGlob ? pattern.map { Glob($0) } : nil
        let width = String(entries.count).count
        var lines: [String] = []
        for (index, entry) in entries.enumerated() {
            guard glob?.matches(entry) ?? pattern.map({ entry.containsPart($0) }) ?? true else { continue }
            let shown = EscapedText.string(entry, keepsBackslashes: true)
            switch format {
            case .human:
                let number = String(index + 1)
                lines.append(String(repeating: " ", count: width - number.count + 2) + number + "  " + shown)
            case .json:
                var object: [UInt8] = Array("{\"number\":\(index + 1),".utf8)
                JSONText.append("line", bytes: entry.span, to: &object)
                lines.append(String(decoding: object, as: UTF8.self) + "}")
            case .plain, .csv, .tsv, .raw: lines.append(shown)
            }
        }
        return lines
    }
}

extension [UInt8] {
    /// Whether these bytes stand somewhere in this array.
    fileprivate func containsPart(_ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        guard part.count <= count else { return false }
        return (0...(count - part.count)).contains { start in
            self[start] == first && self[start..<start + part.count] == part[...]
        }
    }
}
