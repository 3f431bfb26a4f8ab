import MemcacheCore

extension CommandSpec {
    /// A word of a line that begins with `--`: the parser, `help`, hints, completion and the manual read it from here.
    ///
    /// A class, so that finding it in the table costs nothing when a script's lines have options.
    final class Option: Sendable {
        /// Whether the option has a value: the next word, or what follows `=`. The text is the value's name in syntax
        /// lines.
        enum Kind: Hashable, Sendable {
            /// The option has no value.
            case flag
            case value(String)
            /// The value is optional: the next word is the value only if it is a number.
            case optionalValue(String)
        }

        /// An option that cannot be combined with this one.
        struct Exclusion: Sendable {
            var name: StaticString
            /// Why, as the first half of a sentence: `--as chooses the flags`.
            var reason: String
        }

        /// An option of a line, with its value.
        struct Use: ~Copyable {
            let option: Option
            let value: Word?
            let command: CommandSpec
        }

        /// Checks the value, and keeps it in the option's own fields of the arguments.
        typealias Reading = @Sendable (inout Arguments, borrowing Use, Span<UInt8>) throws(Diagnostic) -> Void

        /// The name, for lookups.
        private let word: StaticString
        let kind: Kind
        let summary: String
        /// The words that can be its value; empty if nothing is known in advance.
        let choices: [Choice]
        /// Whether it may be given more than once: then the last one applies. Otherwise that is an error.
        let isRepeatable: Bool
        let excludes: [Exclusion]
        /// What the command takes in place of its words if the option is given, as the first half of a sentence:
        /// `delete takes keys or --match`; nil for an option beside which words may be given.
        let replacesWords: String?
        /// Reads the option as soon as it is parsed; nil for an option that the command asks ``Arguments`` for by name.
        let read: Reading?

        init(
            name: StaticString, kind: Kind, summary: String, choices: [Choice] = [], isRepeatable: Bool? = nil,
            excludes: [Exclusion] = [], replacesWords: String? = nil, read: Reading? = nil
        ) {
            word = name
            self.kind = kind
            self.summary = summary
            self.choices = choices
            self.isRepeatable = isRepeatable ?? (kind == .flag)
            self.excludes = excludes
            self.replacesWords = replacesWords
            self.read = read
        }

        /// An option with a value of that name, or one without a value.
        convenience init(name: StaticString, argument: String?, summary: String, choices: [Choice] = []) {
            self.init(name: name, kind: argument.map { .value($0) } ?? .flag, summary: summary, choices: choices)
        }

        var name: String { String(describing: word) }

        /// The name of its value; nil for an option without one.
        var argument: String? {
            switch kind {
            case .flag: nil
            case .value(let name), .optionalValue(let name): name
            }
        }

        /// Whether the value is optional.
        var isArgumentOptional: Bool {
            guard case .optionalValue = kind else { return false }
            return true
        }

        /// The option as the syntax line shows it: `--flags N`, `--compress [MIN]`.
        var syntax: String {
            switch kind {
            case .flag: name
            case .value(let value): "\(name) \(value)"
            case .optionalValue(let value): "\(name) [\(value)]"
            }
        }

        /// Whether a range of a line is its name.
        func isCalled(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool { bytes.equals(word, in: range) }

        /// Whether this is its name.
        func isCalled(_ name: StaticString) -> Bool {
            word.utf8CodeUnitCount == name.utf8CodeUnitCount
                && word.withUTF8Buffer { mine in name.withUTF8Buffer { mine.elementsEqual($0) } }
        }
    }

    /// The largest number of options that a command can have: ``Arguments/given`` has a bit for each.
    static let maximumOptions = 32

    /// The option with a name, and its bit in ``Arguments/given``: the command's own from bit 0 on, those of every
    /// command after them.
    func option(_ name: Range<Int>, _ bytes: Span<UInt8>) -> (option: Option, place: UInt64)? {
        for (index, option) in options.enumerated() where option.isCalled(name, bytes) {
            return (option, 1 << UInt64(index))
        }
        for (index, option) in Option.ofEveryCommand.enumerated() where option.isCalled(name, bytes) {
            return (option, 1 << UInt64(Self.maximumOptions + index))
        }
        return nil
    }

    /// The error of combining an option with others, given by their bits; nil if they are allowed together.
    func exclusion(of option: Option, among others: UInt64, at word: Word) -> Diagnostic? {
        for (index, other) in options.enumerated() where others & (1 << UInt64(index)) != 0 {
            let exclusion =
                option.excludes.first { other.isCalled($0.name) } ?? other.excludes.first { option.isCalled($0.name) }
            guard let exclusion else { continue }
            return Diagnostic(
                "\(exclusion.reason), so \(exclusion.name) cannot be beside it", at: word,
                suggestion: "leave out one of the two")
        }
        return nil
    }

    /// The error of words beside an option that replaces them; nil if there is none.
    func exclusion(ofWordsIn arguments: borrowing Arguments) -> Diagnostic? {
        guard let word = arguments.words.first else { return nil }
        for (index, option) in options.enumerated() where arguments.given & (1 << UInt64(index)) != 0 {
            guard let choice = option.replacesWords else { continue }
            return Diagnostic("\(choice), not both", at: word, suggestion: "write two commands")
        }
        return nil
    }
}
