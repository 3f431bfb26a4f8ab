import MemcacheCore

/// `help`: the documentation of a command, a topic or a statistic.
struct ShowHelp: OperationCommand {
    static let command = CommandDescription(
        name: "help", aliases: ["?"], group: .shell,
        parameters: [
            .init(
                name: "TOPIC", kind: .word, isOptional: true, isRepeated: true, choices: .topics,
                meaning: "a command, a topic, a statistic, or stat and the name of one")
        ],
        summary: "explain commands, topics and statistics",
        details: """
            The option --help of any command does the same: set --help. Topics: \
            \(HelpTopic.all.map(\.name).joined(separator: ", ")).
            """,
        examples: [
            .init(line: "help set", meaning: "one command"),
            .init(line: "help lifetimes", meaning: "one topic"),
            .init(line: "help stat evicted_time", meaning: "one statistic"),
        ],
        cost: "Nothing.",
        wireForm: "nothing")
    static let presence = Presence.paged

    private let topic: [String]
    private let format: OutputFormat

    init(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder
    ) throws(Diagnostic) {
        var topic: [String] = []
        for word in arguments.words { topic.append(String(decoding: bytes.copy(word.range), as: UTF8.self)) }
        self.topic = topic
        format = builder.format
    }

    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError) {
        let isForPeople = format == .human
        let text = Help.text(
            for: topic, width: isForPeople ? output.presentation.width : 80,
            style: isForPeople ? output.presentation.style : .plain)
        switch text {
        case .success(let lines): output.write(lines: lines)
        case .failure(let unknown): output.report(unknown.sentence, code: "usage", .usage)
        }
    }
}
