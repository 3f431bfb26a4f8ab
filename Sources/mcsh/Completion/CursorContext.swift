import MemcacheCore

/// The word being written at the end of a piece of a line.
struct CursorContext {
    /// The kind of the word.
    enum Subject {
        case command
        case option(CommandSpec)
        case optionValue(CommandSpec.Option)
        case file
        case parameter(CommandSpec.Parameter, previous: [UInt8])
        /// A word that nothing is known about.
        case nothing
    }

    private(set) var subject = Subject.nothing
    /// The command, once it is written.
    private(set) var spec: CommandSpec?
    /// The number of complete words of the command.
    private(set) var parameterCount = 0
    /// What is expected after a redirection or an option, as a syntax line shows it; nil for a word of the command
    /// itself.
    private(set) var wanted: String?
    /// Where the word begins in the line, and its text so far.
    private(set) var start = 0
    private(set) var source: [UInt8] = []
    /// The word so far.
    private(set) var typed: [UInt8] = []
    private(set) var quote = WordSpelling.Quote.none

    private struct Piece {
        var bytes: [UInt8]
        var isQuoted: Bool
        var start: Int

        /// Whether `--compress` accepts it.
        var isNumber: Bool { !isQuoted && ASCIINumber.parseUnsigned(bytes) != nil }

        func equals(_ text: String) -> Bool { !isQuoted && bytes.elementsEqual(text.utf8) }
    }

    /// Analyses a line up to the cursor; nil if nothing can be completed: in a comment, after a closing quote, after an
    /// error in the line.
    init?(_ line: [UInt8]) {
        // The earlier lines are commands of their own, unless a quote is open: then there is nothing to complete.
        let offset = (line.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        guard var pieces = CursorContext.pieces(of: Array(line[offset...])), let last = pieces.popLast() else {
            return nil
        }
        start = offset + last.start
        source = Array(line[start...])
        typed = last.bytes
        quote = source.first == UInt8(ascii: "\"") ? .double : source.first == UInt8(ascii: "'") ? .single : .none
        classify(pieces[...], isQuoted: last.isQuoted)
    }

    /// A replacement for this word, in its quotes.
    func spell(_ bytes: [UInt8], isClosed: Bool) -> [UInt8] {
        // A command or an option needs no quotes, although it may look as if it did.
        if quote == .none {
            switch subject {
            case .option, .command, .optionValue: return bytes
            default: break
            }
        }
        return WordSpelling.spell(bytes, quote: quote, isClosed: isClosed)
    }

    // MARK: Words

    /// The words, the last one as far as it is written: empty after a space.
    private static func pieces(of line: [UInt8]) -> [Piece]? {
        var tokenizer = Tokenizer()
        guard let ending = try? tokenizer.scan(line.span) else { return nil }
        var pieces = tokenizer.words.map { word in
            let bytes = tokenizer.isDecoded ? tokenizer.decoded[word.range] : line[word.range]
            return Piece(bytes: Array(bytes), isQuoted: word.isQuoted, start: word.source.lowerBound)
        }
        if case .openQuote(let position) = ending {
            let word = Array(line[position...])
            var closed = Tokenizer()
            let text = word + [word[0]]
            guard (try? closed.scan(text.span)) != nil, let last = closed.words.first else { return nil }
            let bytes = closed.isDecoded ? closed.decoded[last.range] : text[last.range]
            return pieces + [Piece(bytes: Array(bytes), isQuoted: true, start: position)]
        }
        let endsInSpace = line.last.map { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } ?? true
        if line.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "#") { return nil }
        // After | begins another shell's language.
        if pieces.dropLast().contains(where: { $0.equals("|") }) { return nil }
        if endsInSpace {
            pieces.append(Piece(bytes: [], isQuoted: false, start: line.count))
        } else if tokenizer.words.last?.isQuoted == true {
            return nil
        }
        return pieces
    }

    private mutating func classify(_ words: ArraySlice<Piece>, isQuoted: Bool) {
        guard let name = words.first else {
            subject = .command
            return
        }
        spec = nil
        guard let found = CommandTable.find(name.bytes) else { return }
        spec = found
        parameterCount = 0
        var previous: [UInt8] = []
        var acceptsOptions = !found.takesWordsAsTheyAre
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            if found.leavesRedirections {
                parameterCount += 1
                // repeat N [INTERVAL] COMMAND: the rest is a line of its own.
                if let next = rest.first, !next.isQuoted, TimeSpan.parse(next.bytes) != nil { rest = rest.dropFirst() }
                return classify(rest, isQuoted: isQuoted)
            }
            if !word.isQuoted, [">", ">>", "<", "<<", "|"].contains(where: { word.equals($0) }) {
                guard !rest.isEmpty else {
                    wanted = word.equals("|") ? "COMMAND" : word.equals("<<") ? "TAG" : "FILE"
                    subject = wanted == "FILE" ? .file : .nothing
                    return
                }
                rest = rest.dropFirst()
            } else if acceptsOptions, !word.isQuoted, word.bytes.starts(with: "--".utf8) {
                if word.bytes.count == 2 {
                    acceptsOptions = false
                } else if let option = option(word, of: found), let argument = option.argument {
                    guard let next = rest.first else {
                        // A word that may be omitted is the command's next one until it proves to be a number.
                        guard option.isArgumentOptional else {
                            wanted = argument
                            subject = .optionValue(option)
                            return
                        }
                        continue
                    }
                    if !option.isArgumentOptional || next.isNumber { rest = rest.dropFirst() }
                }
            } else {
                parameterCount += 1
                previous = word.bytes
            }
        }
        if acceptsOptions, !isQuoted, typed.starts(with: "-".utf8) {
            subject = .option(found)
            return
        }
        guard let parameter = found.parameter(at: parameterCount) else { return }
        switch parameter.kind {
        case .file: subject = .file
        case .line: subject = .nothing
        default: subject = .parameter(parameter, previous: previous)
        }
    }

    /// The option that a word names, unless its value is written directly after it.
    private func option(_ word: Piece, of spec: CommandSpec) -> CommandSpec.Option? {
        (spec.options + CommandSpec.Option.ofEveryCommand).first { word.equals($0.name) }
    }
}

extension CommandSpec {
    /// The parameter that a word belongs to, counted from 0; a repeated one includes all that follow.
    func parameter(at position: Int) -> Parameter? {
        if let repeated = parameters.firstIndex(where: \.isRepeated), position >= repeated {
            return parameters[repeated]
        }
        return position < parameters.count ? parameters[position] : nil
    }
}

/// The rest of a line, shown as a hint while it is typed.
enum LineHint {
    /// The parameters that are not written yet, as the syntax line shows them; nil if there is nothing to show.
    static func text(for line: [UInt8]) -> String? {
        guard let place = CursorContext(line), let spec = place.spec else { return nil }
        if let wanted = place.wanted { return wanted }
        let parameters = spec.parameters
        var left: [String] = []
        if let repeated = parameters.firstIndex(where: \.isRepeated), place.parameterCount >= repeated {
            left = [parameters[repeated].syntax] + parameters.dropFirst(repeated + 1).map(\.syntax)
        } else {
            left = parameters.dropFirst(place.parameterCount).map(\.syntax)
        }
        // Tab lists them; written out they would leave no room for the line.
        if place.parameterCount == 0, !spec.options.isEmpty { left.append("[--…]") }
        return left.isEmpty ? nil : left.joined(separator: " ")
    }
}
