import MemcacheCore

/// Everything about one command: the parser, `help`, completion, and the check of the manual read it from here.
///
/// A class, so that passing it on costs nothing on the path of a script's lines.
final class CommandSpec: Sendable {
    /// The heading under which `help` and the manual list a command.
    enum Group: String, CaseIterable, Sendable {
        case read = "Reading"
        case write = "Writing"
        case meta = "Meta commands"
        case server = "Server"
        case pool = "Pool"
        case operate = "Operating"
        case shell = "Shell"
    }

    /// What a command can do to the server.
    enum Danger: Sendable {
        /// Reads, and changes nothing.
        case none
        /// Changes items.
        case writes
        /// Loses the data of others, or stops or reconfigures the server: needs confirmation first.
        case confirmed
    }

    /// One word that a command takes.
    struct Parameter: Sendable {
        /// What kind of word, for completion and for where redirected input goes.
        ///
        /// `line` is a line of the protocol, and `rest` one of the shell; both are passed on unchanged.
        enum Kind: Sendable { case key, value, lifetime, number, word, server, file, line, rest }

        /// The words that can appear there, for completion.
        enum Choices: Sendable {
            /// Nothing is known in advance.
            case any
            /// Known words, which are collected on request.
            case list(@Sendable () -> [Choice])
            case outputFormats
            /// The topics that `help` explains.
            case topics
            /// Servers by name.
            case servers

            /// Known words.
            static func words(_ words: @autoclosure @escaping @Sendable () -> [Choice]) -> Choices { .list(words) }

            /// The known words; nil if there are none of our own.
            var words: [Choice]? {
                guard case .list(let words) = self else { return nil }
                return words()
            }
        }

        var name: String
        var kind: Kind
        var isOptional = false
        var isRepeated = false
        var choices = Choices.any
        /// The meaning of the word, if its kind and its choices do not say it.
        var meaning = ""

        /// The text of `help` about it.
        var explanation: String {
            guard meaning.isEmpty else { return meaning }
            return switch kind {
            case .key: "1 to 250 bytes without spaces or control characters"
            case .value: "bytes; in quotes if they contain spaces, or < FILE or << TAG instead"
            case .lifetime: Lifetime.forms
            case .server: "as the option -s takes it: host, host:port, host:port:weight, [v6]:port, /path, @pool"
            case .file: "the name of a file"
            case .number: "a number"
            case .word, .line, .rest: ""
            }
        }

        /// The parameter as the syntax line shows it: `KEY…`, `[TTL]`.
        var syntax: String {
            let text = isRepeated ? "\(name)…" : name
            return isOptional ? "[\(text)]" : text
        }
    }

    /// A word that a parameter accepts.
    struct Choice: Sendable {
        var word: String
        var meaning: String
        /// The word that must precede it.
        var follows: String?
        /// Whether more is written directly after it.
        var isOpen = false

        init(_ word: String, _ meaning: String, follows: String? = nil, isOpen: Bool = false) {
            self.word = word
            self.meaning = meaning
            self.follows = follows
            self.isOpen = isOpen
        }
    }

    /// A command line and what it does, for `help` and the manual.
    struct Example: Sendable {
        var line: String
        var meaning: String
    }

    /// The command's names, parameters and meaning.
    let description: CommandDescription
    /// Whether all earlier answers must have arrived before the command can be planned.
    let needsEarlierAnswers: Bool
    // What is read for every line of a script is stored here.
    let name: String
    let parameters: [Parameter]
    let danger: Danger
    let minimumWords: Int
    let maximumWords: Int
    /// The position of the value among the words, for a command that has one.
    let valuePosition: Int?
    /// Whether words that begin with `--` are ordinary words: another line follows `repeat` and `raw`.
    let takesWordsAsTheyAre: Bool
    /// Whether redirections belong to the other line, the one after `repeat`.
    let leavesRedirections: Bool
    /// Checks the words and turns them into requests or an action.
    let plan: @Sendable (borrowing Arguments, Span<UInt8>, inout RequestBuilder) throws(Diagnostic) -> Plan

    init(
        _ description: CommandDescription, needsEarlierAnswers: Bool = false,
        plan: @escaping @Sendable (borrowing Arguments, Span<UInt8>, inout RequestBuilder) throws(Diagnostic) -> Plan
    ) {
        let parameters = description.parameters
        self.description = description
        self.needsEarlierAnswers = needsEarlierAnswers
        self.plan = plan
        name = description.name
        self.parameters = parameters
        danger = description.danger
        minimumWords = parameters.count { !$0.isOptional }
        leavesRedirections = parameters.contains { $0.kind == .rest }
        takesWordsAsTheyAre = leavesRedirections || parameters.contains { $0.kind == .line }
        maximumWords =
            takesWordsAsTheyAre || parameters.contains { $0.isRepeated } ? .max : parameters.count
        valuePosition = parameters.firstIndex { $0.kind == .value }
    }

    convenience init(
        name: String, aliases: [String] = [], group: Group, parameters: [Parameter] = [], options: [Option] = [],
        summary: String, details: @autoclosure @escaping @Sendable () -> String = "", examples: [Example],
        cost: String = "", loss: String = "", wireForm: @autoclosure @escaping @Sendable () -> String,
        danger: Danger = .none, needsEarlierAnswers: Bool = false,
        plan: @escaping @Sendable (borrowing Arguments, Span<UInt8>, inout RequestBuilder) throws(Diagnostic) -> Plan
    ) {
        self.init(
            CommandDescription(
                name: name, aliases: aliases, group: group, parameters: parameters, options: options, summary: summary,
                details: details(), examples: examples, cost: cost, loss: loss, wireForm: wireForm(), danger: danger),
            needsEarlierAnswers: needsEarlierAnswers, plan: plan)
    }

    var aliases: [String] { description.aliases }
    var group: Group { description.group }
    var options: [Option] { description.options }
    var summary: String { description.summary }
    var details: String { description.details() }
    var examples: [Example] { description.examples }
    var cost: String { description.cost }
    var loss: String { description.loss }
    var wireForm: String { description.wireForm() }

    /// Whether the value may come from a file, from the lines that follow or from standard input.
    var takesInputValue: Bool { valuePosition != nil || parameters.contains { $0.kind == .line } }

    /// Whether the command runs the lines of a file.
    var runsLines: Bool { parameters.contains { $0.kind == .file } }

    /// The name and the parameters: `set KEY VALUE [TTL]`.
    var form: String { ([name] + parameters.map(\.syntax)).joined(separator: " ") }

    /// The form and the options: `set KEY VALUE [TTL] [--flags N]`.
    var syntax: String {
        ([form] + options.map { "[\($0.syntax)]" }).joined(separator: " ")
    }
}

/// The result of planning a line, once it is checked.
///
/// Indirect, and so a single word: passed on as a whole, it took 400 instructions of each line of a script.
indirect enum Plan: Sendable {
    /// The requests of the line are in the batch.
    case queued
    /// A request that the user confirms first.
    case confirmed(ConfirmedRequest)
    /// More than one request, whose rows are written in the format.
    case operation(any Operation, OutputFormat)
    /// A change of the session itself, or other lines to run.
    case session(SessionCommand)
}

/// What the session does itself, after all earlier answers.
enum SessionCommand: Sendable {
    case use([String])
    case output(OutputFormat)
    case source(path: [UInt8])
    case repeated(count: Int, interval: Duration?, line: [UInt8])
    case history(pattern: [UInt8]?, OutputFormat)
    case timing(Bool?)
    case quit(status: Int32?)
}

/// A request that needs confirmation before it is sent.
struct ConfirmedRequest: Sendable {
    /// The command's name.
    var name: StaticString
    /// The command and its words, for questions and messages.
    var title: String
    /// The request.
    var bytes: [UInt8]
    /// The shape of its reply.
    var shape: ReplyShape
    /// What will happen, as a sentence.
    var effect: String
}
