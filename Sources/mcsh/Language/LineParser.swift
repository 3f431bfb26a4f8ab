import MemcacheCore

/// A line → a command of the table and its checked arguments.
///
/// One parser serves many lines and keeps its storage.
struct LineParser: ~Copyable {
    /// What a line is.
    enum Line {
        /// Nothing but blanks or a comment.
        case empty
        /// A command; its arguments are in ``arguments``.
        case command(CommandSpec)
    }

    /// Where a line sends its output, or takes its value from.
    struct Redirections {
        enum Output {
            case file(path: [UInt8], appends: Bool)
            case command([UInt8])
        }

        var inputPath: [UInt8]?
        /// The tag that ends the lines which follow.
        var hereTag: [UInt8]?
        var output: Output?
    }

    private(set) var arguments = Arguments()
    private var redirections: Redirections?
    private var tokenizer = Tokenizer()
    /// The command of the line before: scripts use the same ones again and again.
    private var lastName: [UInt8] = []
    private var lastSpec: CommandSpec?

    init() {}

    /// Parses a line and hands the words over, with the bytes that they point into.
    mutating func parse(
        _ line: Span<UInt8>,
        _ body: (CommandSpec, inout Arguments, Redirections?, Span<UInt8>) throws(Diagnostic) -> Void
    ) throws(Diagnostic) -> Line {
        try tokenizer.tokenize(line)
        redirections = nil
        guard !tokenizer.words.isEmpty else { return .empty }
        return try finish(line, body)
    }

    /// Takes the words of a program's arguments, which are not parsed again.
    mutating func take(
        _ words: [[UInt8]],
        _ body: (CommandSpec, inout Arguments, Redirections?, Span<UInt8>) throws(Diagnostic) -> Void
    ) throws(Diagnostic) -> Line {
        tokenizer.take(words)
        redirections = nil
        guard !tokenizer.words.isEmpty else { return .empty }
        let noLine: [UInt8] = []
        return try finish(noLine.span, body)
    }

    /// The line as its diagnostics count it: for arguments, the words with blanks between them.
    var argumentLine: [UInt8] { tokenizer.decoded }

    private mutating func finish(
        _ line: Span<UInt8>,
        _ body: (CommandSpec, inout Arguments, Redirections?, Span<UInt8>) throws(Diagnostic) -> Void
    ) throws(Diagnostic) -> Line {
        arguments.reset()
        arguments.areOfProgram = line.isEmpty
        if tokenizer.isDecoded {
            let decoded = tokenizer.decoded
            let spec = try sort(decoded.span, acceptsRedirections: !arguments.areOfProgram)
            try body(spec, &arguments, redirections, decoded.span)
            return .command(spec)
        }
        let spec = try sort(line, acceptsRedirections: true)
        try body(spec, &arguments, redirections, line)
        return .command(spec)
    }

    /// Finds the command, and tells words, options and redirections apart.
    private mutating func sort(_ bytes: Span<UInt8>, acceptsRedirections: Bool) throws(Diagnostic) -> CommandSpec {
        arguments.name = tokenizer.words[0]
        arguments.end = tokenizer.words[tokenizer.words.count - 1].source.upperBound
        let spec = try find(tokenizer.words[0], bytes)
        var index = 1
        var acceptsOptions = true
        let count = tokenizer.words.count
        while index < count {
            let word = tokenizer.words[index]
            index += 1
            guard !word.isQuoted, !spec.leavesRedirections else {
                arguments.words.append(word)
                continue
            }
            if acceptsOptions, !spec.takesWordsAsTheyAre, bytes.starts(with: "--", in: word.range) {
                if word.range.count == 2 {
                    acceptsOptions = false
                } else {
                    index = try option(word, spec, at: index, bytes)
                }
            } else if acceptsRedirections, let taken = try redirection(word, at: index, bytes) {
                index = taken
                if index == count { break }
            } else {
                arguments.words.append(word)
            }
        }
        return spec
    }

    private mutating func find(_ word: Word, _ bytes: Span<UInt8>) throws(Diagnostic) -> CommandSpec {
        if let lastSpec, bytes.equals(lastName.span, 0..<lastName.count, in: word.range) { return lastSpec }
        let name = bytes.copy(word.range)
        guard let spec = CommandTable.find(name) else {
            let shown = EscapedText.string(name)
            let nearest = CommandTable.nearest(to: String(decoding: name, as: UTF8.self))
            throw Diagnostic(
                "there is no command \"\(shown)\"", at: word,
                suggestion: nearest.map { "did you mean \($0)?" } ?? "write help for a list")
        }
        lastName = name
        lastSpec = spec
        return spec
    }

    /// Takes an option and its argument, which may stand behind `=` or be the next word. Returns the position behind them.
    private mutating func option(
        _ word: Word, _ spec: CommandSpec, at index: Int, _ bytes: Span<UInt8>
    ) throws(Diagnostic) -> Int {
        var next = index
        var nameRange = word.range
        var argument: Word?
        if let equals = bytes.firstIndex(of: UInt8(ascii: "="), from: word.range.lowerBound),
            equals < word.range.upperBound
        {
            nameRange = word.range.lowerBound..<equals
            argument = Word(range: equals + 1..<word.range.upperBound, source: word.source)
        }
        let name = String(decoding: bytes.copy(nameRange), as: UTF8.self)
        func requireArgument(_ what: String) throws(Diagnostic) -> Word {
            if let argument { return argument }
            guard next < tokenizer.words.count else {
                throw Diagnostic("\(name) needs \(what)", at: word, suggestion: "write \(name) \(what)")
            }
            defer { next += 1 }
            return tokenizer.words[next]
        }
        switch name {
        case "--json", "--csv", "--tsv", "--raw": arguments.format = OutputFormat(rawValue: String(name.dropFirst(2)))
        case "--output":
            let value = try requireArgument("FORMAT")
            guard let format = OutputFormat(rawValue: String(decoding: bytes.copy(value.range), as: UTF8.self)) else {
                throw Diagnostic(
                    "there is no output format of that name", at: value,
                    suggestion: "write one of \(OutputFormat.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            arguments.format = format
        case "--noreply" where spec.takes("--noreply"): arguments.noreply = true
        case "--match" where spec.takes("--match"): arguments.match = try requireArgument("GLOB")
        case "--flags" where spec.takes("--flags"):
            let value = try requireArgument("N")
            guard let flags = ASCIINumber.parseUnsigned(bytes, value.range).flatMap({ UInt32(exactly: $0) }) else {
                throw Diagnostic(
                    "--flags takes a whole number of 32 bits", at: value, suggestion: "write 0 to 4294967295")
            }
            arguments.flags = flags
        default:
            let shown = EscapedText.string(Array(name.utf8))
            let known = spec.options.map(\.name) + ["--json", "--csv", "--tsv", "--raw", "--output"]
            let nearest = Spelling.nearest(to: name, among: known).map { "did you mean \($0)? To" } ?? "to"
            throw Diagnostic(
                "\(spec.name) has no option \(shown)", at: word,
                suggestion: "\(nearest) give it as a word, write \"\(shown)\" in quotes, or -- before it")
        }
        return next
    }

    /// Takes a redirection and the word behind it; nil when the word is none. Returns the position behind them.
    private mutating func redirection(_ word: Word, at index: Int, _ bytes: Span<UInt8>) throws(Diagnostic) -> Int? {
        let isInput = bytes.equals("<", in: word.range)
        let isHere = bytes.equals("<<", in: word.range)
        let isOutput = bytes.equals(">", in: word.range)
        let isAppend = bytes.equals(">>", in: word.range)
        let isPipe = bytes.equals("|", in: word.range)
        guard isInput || isHere || isOutput || isAppend || isPipe else { return nil }
        let sign = EscapedText.string(bytes.copy(word.range))
        guard index < tokenizer.words.count else {
            throw Diagnostic(
                "\(sign) needs \(isPipe ? "a command" : isHere ? "a tag" : "a file") behind it", at: word,
                suggestion: "to give it as a value, write \"\(sign)\" in quotes")
        }
        let operand = tokenizer.words[index]
        var found = redirections ?? Redirections()
        if isInput {
            found.inputPath = bytes.copy(operand.range)
        } else if isHere {
            found.hereTag = bytes.copy(operand.range)
        } else if isPipe {
            // The rest of the line is the calling shell's own language.
            found.output = .command(bytes.copy(operand.source.lowerBound..<arguments.end))
            redirections = found
            return tokenizer.words.count
        } else {
            found.output = .file(path: bytes.copy(operand.range), appends: isAppend)
        }
        redirections = found
        return index + 1
    }
}

extension CommandSpec {
    /// Whether the command has an option of its own.
    func takes(_ option: String) -> Bool { options.contains { $0.name == option } }

    /// Checks what can be checked of all commands alike, before one is planned.
    func check(_ arguments: borrowing Arguments, _ bytes: Span<UInt8>) throws(Diagnostic) {
        if valuePosition != nil, group == .write { try StorageSpecs.refuseWireForm(name, arguments, bytes) }
        guard arguments.inputValue == nil || takesInputValue else {
            throw Diagnostic(
                "\(name) takes no value from a file or from standard input", at: arguments.name,
                suggestion: "write \(syntax)")
        }
        try checkCount(arguments, hasInputValue: arguments.inputValue != nil)
    }

    private func checkCount(_ arguments: borrowing Arguments, hasInputValue: Bool) throws(Diagnostic) {
        let elsewhere = hasInputValue && valuePosition != nil ? 1 : 0
        if arguments.words.count + elsewhere < minimumWords {
            let needed = parameters.filter { !$0.isOptional && ($0.kind != .value || elsewhere == 0) }
            throw Diagnostic(
                "\(name) needs \(needed[arguments.words.count].name)", at: arguments.end..<arguments.end,
                suggestion: "write \(syntax)")
        }
        guard arguments.words.count > maximumWords - elsewhere else { return }
        let extra = arguments.words[maximumWords - elsewhere]
        let message =
            maximumWords == 0 ? "\(name) takes no words" : "\(name) takes at most \(maximumWords) words"
        throw Diagnostic(message, at: extra, suggestion: "write \(syntax), and quote a value that has blanks")
    }
}
