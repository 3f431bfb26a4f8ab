import MemcacheCore

/// The words that can appear at the cursor of a line, all from the command table and from what is known.
struct Completion {
    typealias Candidate = CompletionCandidate
    typealias Answer = CompletionAnswer

    /// What the table does not have.
    struct Known {
        var keys: (_ prefix: [UInt8]) -> SeenKeys.Matches = { _ in SeenKeys.Matches() }
        var files: (_ prefix: [UInt8]) -> [Candidate] = { _ in [] }
        var servers: () -> [String] = { [] }
    }

    /// The words that can appear at a position of a line.
    static func answer(_ line: [UInt8], cursor: Int, known: Known) -> Answer {
        let nothing = Answer(range: cursor..<cursor)
        guard let place = CursorContext(Array(line[..<cursor])) else { return nothing }
        let candidates: [Candidate]
        switch place.subject {
        case .command: candidates = commands()
        case .option(let spec): candidates = options(of: spec)
        case .optionValue(let option): candidates = option.choices.map { Candidate($0.word, meaning: $0.meaning) }
        case .file: candidates = known.files(place.typed)
        case .nothing: return nothing
        case .parameter(let parameter, let previous):
            if parameter.kind == .key {
                return answer(place, cursor, keys: known.keys(place.typed))
            }
            candidates = words(of: parameter, after: previous, known)
        }
        let matching = candidates.filter { $0.text.starts(with: place.typed) }
        guard let first = matching.first else { return nothing }
        let common = matching.dropFirst().reduce(first.text) { shared($0, $1.text) }
        return answer(place, cursor, matching, total: matching.count, common: common)
    }

    private static func answer(_ place: CursorContext, _ cursor: Int, keys: SeenKeys.Matches) -> Answer {
        answer(place, cursor, keys.keys.map { Candidate($0) }, total: keys.total, common: keys.common)
    }

    private static func answer(
        _ place: CursorContext, _ cursor: Int, _ candidates: [Candidate], total: Int, common: [UInt8]
    ) -> Answer {
        var answer = Answer(range: place.start..<cursor)
        guard let first = candidates.first else { return answer }
        answer.candidates = candidates
        answer.omitted = total - candidates.count
        if total == 1 {
            answer.insertion = place.spell(first.text, isClosed: !first.isOpen)
            if !first.isOpen { answer.insertion.append(UInt8(ascii: " ")) }
        } else {
            let whole = wholeCharacters(common)
            answer.insertion = whole.count > place.typed.count ? place.spell(whole, isClosed: false) : place.source
        }
        return answer
    }

    // MARK: What there is

    /// What `help` explains; a topic with the name of a command is reached by the same word.
    static let topics: [Candidate] = {
        let commands = Completion.commands()
        let topics = HelpTopic.all.map { Candidate($0.name, meaning: $0.summary) }
            .filter { topic in !commands.contains { $0.text == topic.text } }
        let more = [Candidate("stat", meaning: "explain a statistic"), Candidate("topics", meaning: "list the topics")]
        return (commands + topics + more)
            .sorted { $0.text.lexicographicallyPrecedes($1.text) }
    }()

    static func commands() -> [Candidate] {
        CommandTable.all.flatMap { spec in
            ([spec.name] + spec.aliases.filter { $0 != "?" }).map { Candidate($0, meaning: spec.summary) }
        }.sorted { $0.text.lexicographicallyPrecedes($1.text) }
    }

    static func options(of spec: CommandSpec) -> [Candidate] {
        (spec.options + CommandSpec.Option.ofEveryCommand).map { Candidate($0.name, meaning: $0.summary) }
    }

    static let formats = OutputFormat.allCases.map { Candidate($0.rawValue, meaning: $0.meaning) }

    private static func words(
        of parameter: CommandSpec.Parameter, after previous: [UInt8], _ known: Known
    ) -> [Candidate] {
        switch parameter.choices {
        case .any: return parameter.kind == .file ? known.files([]) : []
        case .outputFormats: return formats
        case .servers: return known.servers().map { Candidate($0) }
        case .topics:
            if previous.elementsEqual("stat".utf8) || previous.elementsEqual("stats".utf8) { return statistics }
            return topics
        case .list(let choices):
            return choices().filter { choice in
                choice.follows.map { previous.elementsEqual($0.utf8) } ?? true
            }.map { Candidate($0.word, meaning: $0.meaning, isOpen: $0.isOpen) }
        }
    }

    /// Statistics and settings, each name once.
    static let statistics: [Candidate] = {
        var names: Set<String> = []
        return StatisticField.all.filter { !$0.name.contains("<") && names.insert($0.name).inserted }
            .map { Candidate($0.name, meaning: $0.meaning) }
            .sorted { $0.text.lexicographicallyPrecedes($1.text) }
    }()

    // MARK: Beginnings

    private static func shared(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        Array(zip(left, right).prefix { $0 == $1 }.map(\.0))
    }

    /// Bytes without an incomplete character at their end.
    private static func wholeCharacters(_ bytes: [UInt8]) -> [UInt8] {
        let tail = bytes.suffix(4)
        guard let first = tail.lastIndex(where: { $0 & 0xc0 != 0x80 }), bytes[first] >= 0xc0 else { return bytes }
        let length = bytes[first] >= 0xf0 ? 4 : bytes[first] >= 0xe0 ? 3 : 2
        return bytes.count - first < length ? Array(bytes[..<first]) : bytes
    }
}

extension OutputFormat {
    /// Its purpose, in few words.
    var meaning: String {
        switch self {
        case .human: "for people"
        case .plain: "exact bytes, for pipes"
        case .json: "one object a line"
        case .csv: "comma separated"
        case .tsv: "tab separated"
        case .raw: "the server's bytes"
        }
    }
}
