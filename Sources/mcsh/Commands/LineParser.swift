import MemcacheCore

/// Parses a line into a command of the table and its checked arguments.
///
/// One parser serves many lines and reuses its storage.
struct LineParser: ~Copyable {
    /// Where a line sends its output, or reads its value from.
    struct Redirections {
        enum Output {
            case file(path: [UInt8], appends: Bool)
            case command([UInt8])
        }

        var inputPath: [UInt8]?
        /// The tag that ends the here-document.
        var hereTag: [UInt8]?
        var output: Output?
    }

    private(set) var arguments = Arguments()
    private var redirections: Redirections?
    private var tokenizer = Tokenizer()
    /// The command of the previous line: scripts use the same ones again and again.
    private var lastName: [UInt8] = []
    private var lastSpec: CommandSpec?

    init() {}

    /// Parses a line and passes on the words, with the bytes that they point into. Nothing is passed on for a line of
    /// spaces or a comment.
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

    /// The line as its diagnostics count it: for arguments, the words with spaces between them.
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

    /// Finds the command, and separates words, options and redirections. The command of `set --help` is `help set`.
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
            // After `repeat` and `raw` options belong to another line, except this one at its front.
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

    /// Whether a line contains a `;` or `&&` at all. Long lines are values.
    private func mayJoinCommands(_ bytes: Span<UInt8>) -> Bool {
        bytes.count < 65_536
            && (bytes.firstIndex(of: UInt8(ascii: ";"), from: 0) != nil
                || bytes.firstIndex(of: UInt8(ascii: "&"), from: 0) != nil
                || bytes.firstIndex(of: UInt8(ascii: "|"), from: 0) != nil)
    }

    private mutating func find(_ word: Word, _ bytes: Span<UInt8>) throws(Diagnostic) -> CommandSpec {
        if let lastSpec, bytes.equals(lastName.span, 0..<lastName.count, in: word.range) { return lastSpec }
        // A word longer than any command is not looked up.
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

    /// Takes an option and its value, which follows `=` or is the next word. Returns the position after them.
    private mutating func option(
        _ word: Word, _ spec: CommandSpec, at index: Int, _ bytes: Span<UInt8>
    ) throws(Diagnostic) -> Int {
        var next = index
        var nameRange = word.range
        var value: Word?
        if let equals = bytes.firstIndex(of: UInt8(ascii: "="), from: word.range.lowerBound),
            equals < word.range.upperBound
        {
            nameRange = word.range.lowerBound..<equals
            value = Word(range: equals + 1..<word.range.upperBound, source: word.source)
        }
        guard let (option, place) = spec.option(nameRange, bytes) else {
            throw unknownOption(word, nameRange, of: spec, bytes)
        }
        let isGivenAgain = arguments.given & place != 0
        if isGivenAgain, !option.isRepeatable {
            throw Diagnostic("\(option.name) is given twice", at: word, suggestion: "write it once")
        }
        switch option.kind {
        case .flag:
            guard value == nil else {
                throw Diagnostic("\(option.name) takes no value", at: word, suggestion: "write \(option.name) alone")
            }
        case .value(let what):
            guard value == nil else { break }
            guard next < tokenizer.words.count else {
                throw Diagnostic(
                    "\(option.name) needs \(what)", at: word, suggestion: "write \(option.name) \(what)")
            }
            value = tokenizer.words[next]
            next += 1
        case .optionalValue:
            guard value == nil, next < tokenizer.words.count else { break }
            let following = tokenizer.words[next]
            // Digits alone are its value, even if they are out of range.
            guard !following.isQuoted, isNumber(bytes, following.range) else { break }
            value = following
            next += 1
        }
        arguments.given |= place
        if let read = option.read {
            try read(&arguments, CommandSpec.Option.Use(option: option, value: value, command: spec), bytes)
        } else if !isGivenAgain {
            arguments.otherOptions.append((option, value))
        }
        let others = arguments.given & ~place
        if others != 0, let fault = spec.exclusion(of: option, among: others, at: value ?? word) { throw fault }
        return next
    }

    private func isNumber(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        !range.isEmpty && range.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[$0]) }
    }

    private func unknownOption(
        _ word: Word, _ name: Range<Int>, of spec: CommandSpec, _ bytes: Span<UInt8>
    ) -> Diagnostic {
        let shown = Word.shown(bytes, name)
        let known = (spec.options + CommandSpec.Option.ofEveryCommand).map(\.name)
        let text = name.count <= Spelling.maximumBytes ? String(decoding: bytes.copy(name), as: UTF8.self) : ""
        let nearest = Spelling.nearest(to: text, among: known).map { "did you mean \($0)? To" } ?? "to"
        return Diagnostic(
            "\(spec.name) has no option \(shown)", at: word,
            suggestion: "\(nearest) give it as a word, write \"\(shown)\" in quotes, or -- before it")
    }

    /// Takes a redirection and the word after it; nil if the word is not one. Returns the position after them.
    private mutating func redirection(_ word: Word, at index: Int, _ bytes: Span<UInt8>) throws(Diagnostic) -> Int? {
        // The first two bytes of most words rule out a redirection.
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
                "\(sign) needs \(isPipe ? "a command" : isHere ? "a tag" : "a file") after it", at: word,
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
