import MemcacheCore

/// The lines that were entered at prompts of this shell and of parallel ones.
///
/// Each line is appended to the file as it is entered, in one write under a lock: parallel shells share the file and
/// see each other's lines, and nothing is lost when one of them is killed.
final class History {
    /// The known lines, oldest first.
    private(set) var entries: [[UInt8]] = []
    private let file: HistoryFile?
    private var isLoaded = false

    /// The maximum number of lines kept.
    static let maximumEntries = 10_000

    init(file: HistoryFile?) {
        self.file = file
    }

    /// The history of the user who runs the program.
    static func ofUser() -> History {
        History(file: HistoryFile.path(environment: Environment.ofProcess()).map { HistoryFile(path: $0) })
    }

    /// Returns the lines added to the file since the last call; at the first call, all of them.
    func takeNew() -> [[UInt8]] {
        guard let file else { return [] }
        if !isLoaded {
            isLoaded = true
            file.compact(keeping: History.maximumEntries)
        }
        let new = file.readNew().compactMap(History.decoded).filter { keep($0) }
        return new
    }

    /// Adds a line.
    ///
    /// - Returns: The new lines including it, after those of other shells. Empty for a line that is already there.
    func add(_ line: [UInt8]) -> [[UInt8]] {
        guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0a }), line != entries.last else { return [] }
        guard let file, History.isPublic(line) else { return keep(line) ? [line] : [] }
        return file.append(History.encoded(line)).compactMap(History.decoded).filter { keep($0) }
    }

    /// Why lines cannot be written, the first time it is called.
    func takeError() -> String? { file?.takeError() }

    private func keep(_ line: [UInt8]) -> Bool {
        guard line != entries.last else { return false }
        entries.append(line)
        if entries.count > History.maximumEntries * 2 { entries.removeFirst(entries.count - History.maximumEntries) }
        return true
    }

    // MARK: Rules

    /// Whether a line may be written to the file: it does not begin with a space and contains no secret.
    static func isPublic(_ line: [UInt8]) -> Bool {
        guard let first = line.first, first != UInt8(ascii: " "), first != UInt8(ascii: "\t") else { return false }
        return !Secrets.isIn(line)
    }

    /// A line of the file: it has no control characters, whatever was entered.
    static func encoded(_ line: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        EscapedText.append(line.span, to: &text)
        return text
    }

    /// The entry that a line of the file encodes; nil for an empty one. A line that was written by hand is the entry
    /// itself.
    static func decoded(_ text: [UInt8]) -> [UInt8]? {
        guard !text.isEmpty else { return nil }
        guard text.contains(UInt8(ascii: "\\")) else { return text }
        // As a quoted word, which the quotes in the line do not end.
        let quote = UInt8(ascii: "\"")
        let quoted = [quote] + text.flatMap { $0 == quote ? [UInt8(ascii: "\\"), quote] : [$0] } + [quote]
        var tokenizer = Tokenizer()
        guard (try? tokenizer.tokenize(quoted.span)) != nil, tokenizer.words.count == 1, tokenizer.isDecoded else {
            return text
        }
        return Array(tokenizer.decoded[tokenizer.words[0].range])
    }

    // MARK: Showing

    /// The lines that match a pattern, with their numbers for people and in JSON; in all other formats as in plain.
    func rendered(pattern: [UInt8]?, _ format: OutputFormat) -> [UInt8] {
        let isGlob = pattern.map { $0.contains(UInt8(ascii: "*")) || $0.contains(UInt8(ascii: "?")) } ?? false
        let glob = isGlob ? pattern.map { Glob($0) } : nil
        let indented = Column.Width(cells: 2 + String(entries.count).count)
        let description = RowDescription(
            [Column("number", .number, width: indented, in: [.human, .json]), Column("line", .line)], hasTitles: false)
        let isForPrograms = format == .csv || format == .tsv || format == .raw
        var rows = RowWriter(description, isForPrograms ? .plain : format, layout: .stream)
        var out: [UInt8] = []
        for (index, entry) in entries.enumerated() {
            guard glob?.matches(entry) ?? pattern.map({ entry.containsPart($0) }) ?? true else { continue }
            rows.append([.number(index + 1), .bytes(entry)], to: &out)
        }
        rows.finish(to: &out)
        return out
    }
}

extension [UInt8] {
    /// Whether this array contains these bytes.
    fileprivate func containsPart(_ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        guard part.count <= count else { return false }
        return (0...(count - part.count)).contains { start in
            self[start] == first && self[start..<start + part.count] == part[...]
        }
    }
}
