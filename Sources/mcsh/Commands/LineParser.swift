import MemcacheCore

/// A line → a command of the table and its checked arguments.
///
/// One parser serves many lines and keeps its storage.
struct LineParser: ~Copyable {
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

    /// Parses a line and hands the words over, with the bytes that they point into. Nothing is handed over for a line
    /// of blanks or a comment.
    mutating func parse(
        _ line: Span<UInt8>,
        _ body: (CommandSpec, inout Arguments, Redirections?, Span<UInt8>) throws(Diagnostic) -> Void
    ) throws(Diagnostic) {
        try tokenizer.tokenize(line)
        try finish(line, areOfProgram: false, body)
    }

    /// Takes the words of a program's arguments, which are not parsed again.
    mutating func take(
        _ words: [[UInt8]],
        _ body: (CommandSpec, inout Arguments, Redirections?, Span<UInt8>) throws(Diagnostic) -> Void
    ) throws(Diagnostic) {
        tokenizer.take(words)
        let noLine: [UInt8] = []
        try finish(noLine.span, areOfProgram: true, body)
    }

    /// The line as its diagnostics count it: for arguments, the words with blanks between them.
    var argumentLine: [UInt8] { tokenizer.decoded }

    private mutating func finish(
        _ line: Span<UInt8>, areOfProgram: Bool,
        _ body: (CommandSpec, inout Arguments, Redirections?, Span<UInt8>) throws(Diagnostic) -> Void
    ) throws(Diagnostic) {
        redirections = nil
        guard !tokenizer.words.isEmpty else { return }
        arguments.reset()
        arguments.areOfProgram = areOfProgram
        if tokenizer.isDecoded {
            let decoded = tokenizer.decoded
            let spec = try sort(decoded.span)
            try body(spec, &arguments, redirections, decoded.span)
        } else {
            let spec = try sort(line)
            try body(spec, &arguments, redirections, line)
        }
    }

    /// Finds the command, and tells words, options and redirections apart. The command of `set --help` is `help set`.
    private mutating func sort(_ bytes: Span<UInt8>) throws(Diagnostic) -> CommandSpec {
        arguments.name = tokenizer.words[0]
        arguments.end = tokenizer.words[tokenizer.words.count - 1].source.upperBound
        let spec = try find(tokenizer.words[0], bytes)
        var index = 1
        var acceptsOptions = true
        var asksForHelp = false
        let count = tokenizer.words.count
        while index < count {
            let word = tokenizer.words[index]
            index += 1
            // Behind `repeat` and `raw` options are those of another line, but for this one in front of it.
            if !word.isQuoted, acceptsOptions, !spec.takesWordsAsTheyAre || index == 2,
                bytes.equals("--help", in: word.range)
            {
                asksForHelp = true
                continue
            }
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
            } else if !arguments.areOfProgram, let taken = try redirection(word, at: index, bytes) {
                index = taken
            } else {
                arguments.words.append(word)
            }
        }
        if count > 2, !arguments.areOfProgram, !spec.takesWordsAsTheyAre, mayJoinCommands(bytes),
            let fault = ShellSyntax.joinedCommands(tokenizer.words, bytes)
        {
            throw fault
        }
        guard asksForHelp else { return spec }
        arguments.words = [arguments.name]
        return CommandTable.help ?? spec
    }

    /// Whether a line has a `;` or `&&` in it at all. Long lines are values.
    private func mayJoinCommands(_ bytes: Span<UInt8>) -> Bool {
        bytes.count < 65_536
            && (bytes.firstIndex(of: UInt8(ascii: ";"), from: 0) != nil
                || bytes.firstIndex(of: UInt8(ascii: "&"), from: 0) != nil
                || bytes.firstIndex(of: UInt8(ascii: "|"), from: 0) != nil)
    }

    private mutating func find(_ word: Word, _ bytes: Span<UInt8>) throws(Diagnostic) -> CommandSpec {
        if let lastSpec, bytes.equals(lastName.span, 0..<lastName.count, in: word.range) { return lastSpec }
        // What is longer than any command is not looked for.
        let name = word.range.count <= Spelling.maximumBytes ? bytes.copy(word.range) : []
        guard let spec = CommandTable.find(name) else {
            let nearest = CommandTable.nearest(to: String(decoding: name, as: UTF8.self))
            throw Diagnostic(
                "there is no command \"\(Word.shown(bytes, word.range))\"", at: word,
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
        let name =
            nameRange.count <= Spelling.maximumBytes ? String(decoding: bytes.copy(nameRange), as: UTF8.self) : ""
        func requireNoArgument() throws(Diagnostic) {
            guard argument != nil else { return }
            throw Diagnostic("\(name) takes no value", at: word, suggestion: "write \(name) alone")
        }
        func requireArgument(_ what: String, behind earlier: Word? = nil) throws(Diagnostic) -> Word {
            guard earlier == nil else {
                throw Diagnostic("\(name) stands here twice", at: word, suggestion: "write it once")
            }
            if let argument { return argument }
            guard next < tokenizer.words.count else {
                throw Diagnostic("\(name) needs \(what)", at: word, suggestion: "write \(name) \(what)")
            }
            defer { next += 1 }
            return tokenizer.words[next]
        }
        switch name {
        case "--json", "--csv", "--tsv", "--raw":
            try requireNoArgument()
            arguments.format = OutputFormat(rawValue: String(name.dropFirst(2)))
        case "--output":
            let value = try requireArgument("FORMAT")
            guard let format = OutputFormat(rawValue: String(decoding: bytes.copy(value.range), as: UTF8.self)) else {
                throw Diagnostic(
                    "there is no output format of that name", at: value,
                    suggestion: "write one of \(OutputFormat.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            arguments.format = format
        case "--noreply" where spec.takes("--noreply"):
            try requireNoArgument()
            arguments.noreply = true
        case "--help": try requireNoArgument()
        case "--probe" where spec.takes("--probe"):
            try requireNoArgument()
            arguments.probes = true
        case "--hash" where spec.takes("--hash"):
            let value = try requireArgument("N")
            arguments.hash = try routingNumber(value, bytes)
        case "--match" where spec.takes("--match"):
            arguments.match = try requireArgument("GLOB", behind: arguments.match)
        case "--limit" where spec.takes("--limit"):
            arguments.limit = try requireArgument("N", behind: arguments.limit)
        case "--for" where spec.takes("--for"):
            arguments.duration = try requireArgument("TIME", behind: arguments.duration)
        case "--regex" where spec.takes("--regex"):
            arguments.regex = try requireArgument("PATTERN", behind: arguments.regex)
        case "--class" where spec.takes("--class"):
            arguments.slabClasses = try requireArgument("ID,…", behind: arguments.slabClasses)
        case "--long" where spec.takes("--long"):
            try requireNoArgument()
            arguments.isLong = true
        case "--flags" where spec.takes("--flags"):
            let value = try requireArgument("N")
            guard let flags = ASCIINumber.parseUnsigned(bytes, value.range) else {
                throw Diagnostic(
                    "--flags takes a whole number of 64 bits", at: value,
                    suggestion: "write 0 to 18446744073709551615; most servers keep 32 bits, up to 4294967295")
            }
            arguments.flags = flags
            arguments.flagsWord = value
            try requireOneChoiceOfFlags(at: value)
        case "--as" where spec.takes("--as"):
            let value = try requireArgument(spec.options.first { $0.name == "--as" }?.argument ?? "")
            arguments.form = try ValueForm.read(value, of: spec, bytes)
            arguments.formWord = value
            try requireOneChoiceOfFlags(at: value)
        case "--compress" where spec.takes("--compress"):
            if argument == nil, next < tokenizer.words.count, isNumber(tokenizer.words[next], bytes) {
                argument = tokenizer.words[next]
                next += 1
            }
            arguments.compression = 0
            if let argument { arguments.compression = try minimumLength(argument, bytes) }
        case "--decode" where spec.takes("--decode"):
            try requireNoArgument()
            arguments.decodes = true
        default:
            let shown = Word.shown(bytes, nameRange)
            let known = spec.options.map(\.name) + ["--json", "--csv", "--tsv", "--raw", "--output", "--help"]
            let nearest = Spelling.nearest(to: name, among: known).map { "did you mean \($0)? To" } ?? "to"
            throw Diagnostic(
                "\(spec.name) has no option \(shown)", at: word,
                suggestion: "\(nearest) give it as a word, write \"\(shown)\" in quotes, or -- before it")
        }
        return next
    }

    private func routingNumber(_ word: Word, _ bytes: Span<UInt8>) throws(Diagnostic) -> RoutingNumber {
        do throws(MemcacheError) {
            return try RoutingNumber(decimal: String(decoding: bytes.copy(word.range), as: UTF8.self))
        } catch {
            throw Diagnostic(error.message, at: word)
        }
    }

    private func isNumber(_ word: Word, _ bytes: Span<UInt8>) -> Bool {
        !word.isQuoted && ASCIINumber.parseUnsigned(bytes, word.range) != nil
    }

    private func minimumLength(_ word: Word, _ bytes: Span<UInt8>) throws(Diagnostic) -> Int {
        if let length = ASCIINumber.parseUnsigned(bytes, word.range).flatMap({ Int(exactly: $0) }) { return length }
        throw Diagnostic(
            "--compress takes the number of bytes from which a value is compressed", at: word,
            suggestion: "write a whole number, or --compress alone for a value of any length")
    }

    private func requireOneChoiceOfFlags(at word: Word) throws(Diagnostic) {
        guard arguments.flagsWord != nil, arguments.form != nil else { return }
        throw Diagnostic(
            "--as chooses the flags, so --flags cannot be beside it", at: word, suggestion: "leave out one of the two")
    }

    /// Takes a redirection and the word behind it; nil when the word is none. Returns the position behind them.
    private mutating func redirection(_ word: Word, at index: Int, _ bytes: Span<UInt8>) throws(Diagnostic) -> Int? {
        // The first two bytes of most words rule a redirection out.
        guard let first = word.range.first else { return nil }
        let byte = bytes[first]
        guard byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "|") else {
            if let fault = ShellSyntax.gluedSign(word, bytes) { throw fault }
            return nil
        }
        let isInput = bytes.equals("<", in: word.range)
        let isHere = bytes.equals("<<", in: word.range)
        let isOutput = bytes.equals(">", in: word.range)
        let isAppend = bytes.equals(">>", in: word.range)
        let isPipe = bytes.equals("|", in: word.range)
        guard isInput || isHere || isOutput || isAppend || isPipe else {
            if let fault = ShellSyntax.gluedSign(word, bytes) { throw fault }
            return nil
        }
        let sign = EscapedText.string(bytes.copy(word.range))
        guard index < tokenizer.words.count else {
            throw Diagnostic(
                "\(sign) needs \(isPipe ? "a command" : isHere ? "a tag" : "a file") behind it", at: word,
                suggestion: "to give it as a value, write \"\(sign)\" in quotes")
        }
        var found = redirections ?? Redirections()
        if isInput || isHere, found.inputPath != nil || found.hereTag != nil {
            throw Diagnostic(
                "the value comes from one place only, and there is one before this", at: word,
                suggestion: "write either < FILE or << TAG, once")
        }
        if !isInput, !isHere, found.output != nil {
            throw Diagnostic(
                "the output goes to one place only, and there is one before this", at: word,
                suggestion: "for two, write | tee FILE")
        }
        let operand = bytes.copy(tokenizer.words[index].range)
        if isInput {
            found.inputPath = operand
        } else if isHere {
            found.hereTag = operand
        } else if isPipe {
            found.output = .command(operand)
        } else {
            found.output = .file(path: operand, appends: isAppend)
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
                suggestion: "write \(form)")
        }
        try checkCount(arguments, bytes, hasInputValue: arguments.inputValue != nil)
    }

    private func checkCount(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, hasInputValue: Bool
    ) throws(Diagnostic) {
        let elsewhere = hasInputValue && valuePosition != nil ? 1 : 0
        if arguments.words.count + elsewhere < minimumWords {
            let needed = parameters.filter { !$0.isOptional && ($0.kind != .value || elsewhere == 0) }
            throw Diagnostic(
                "missing \(needed[arguments.words.count].name): \(form)", at: arguments.end..<arguments.end)
        }
        guard arguments.words.count > maximumWords - elsewhere else { return }
        let extra = arguments.words[maximumWords - elsewhere]
        throw unexpected(extra, arguments, bytes)
    }

    /// The fault of a word too many. After a value it is probably more of the value, or an option of another program.
    private func unexpected(_ extra: Word, _ arguments: borrowing Arguments, _ bytes: Span<UInt8>) -> Diagnostic {
        guard let position = valuePosition, arguments.inputValue == nil, position + 1 < arguments.words.count else {
            return Diagnostic("unexpected word", at: extra, suggestion: "write \(form)")
        }
        let key = Word.shown(bytes, arguments.words[0].range)
        let value = arguments.words[position]
        let next = arguments.words[position + 1]
        let option = String(decoding: bytes.copy(next.range.prefix(8)), as: UTF8.self).uppercased()
        if ["EX", "PX", "EXAT", "PXAT"].contains(option), position + 2 < arguments.words.count {
            let sign = option.hasSuffix("AT") ? "@" : ""
            let time = Word.shown(bytes, arguments.words[position + 2].range)
            let isMilliseconds = option.hasPrefix("P")
            return Diagnostic(
                "the lifetime is a word alone here, in seconds", at: next,
                suggestion: "write \(name) \(key) \(Word.shown(bytes, value.range)) "
                    + (isMilliseconds ? "SECONDS" : sign + time))
        }
        var text = Word.shown(bytes, value.range)
        for word in arguments.words[(position + 1)...].prefix(3) { text += " " + Word.shown(bytes, word.range) }
        if arguments.words.count - position > 4 { text += " ..." }
        return Diagnostic(
            "too many words", at: extra, suggestion: "put the value in quotes, as in \(name) \(key) \"\(text)\"")
    }
}
