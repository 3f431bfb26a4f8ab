import MemcacheCore

/// The commands of the shell itself.
enum ShellSpecs {
    static let use = CommandSpec(
        name: "use", group: .pool,
        parameters: [.init(name: "SERVERS|@POOL", kind: .server, isRepeated: true, choices: .servers)],
        summary: "switch to other servers",
        details: """
            Servers as the option -s takes them, or a pool of the configuration file, which is read again, with its \
            settings. Servers that a pool lists keep its settings too. CAS tokens and dead marks are forgotten.
            """,
        examples: [
            .init(line: "use 10.0.0.5 10.0.0.6", meaning: "two servers, with the default port"),
            .init(line: "use @sessions", meaning: "the pool of that name"),
        ],
        cost: "Nothing until the next command, which connects.",
        wireForm: "nothing"
    ) { arguments, bytes, _ throws(Diagnostic) in
        var names: [String] = []
        for word in arguments.words { names.append(String(decoding: bytes.copy(word.range), as: UTF8.self)) }
        return .session(.use(names))
    }

    static let output = CommandSpec(
        name: "output", group: .shell, parameters: [.init(name: "FORMAT", kind: .word, choices: .outputFormats)],
        summary: "choose how answers are written from here on",
        details: "Formats: \(OutputFormat.allCases.map(\.rawValue).joined(separator: ", ")).",
        examples: [.init(line: "output json", meaning: "one object a line")],
        cost: "Nothing.",
        wireForm: "nothing"
    ) { arguments, bytes, _ throws(Diagnostic) in
        let name = String(decoding: bytes.copy(arguments.words[0].range), as: UTF8.self)
        guard let format = OutputFormat(rawValue: name) else {
            throw Diagnostic(
                "there is no output format of that name", at: arguments.words[0],
                suggestion: "write one of \(OutputFormat.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return .session(.output(format))
    }

    static let history = CommandSpec(
        name: "history", group: .shell,
        parameters: [
            .init(
                name: "PATTERN", kind: .word, isOptional: true, meaning: "a part of a line, or a pattern with * and ?")
        ],
        summary: "print the lines that were entered at the prompt",
        details: """
            PATTERN is a part of the line, or a pattern with * and ? for the whole line. Lines that begin with a space \
            and lines with a secret are not written to the file.
            """,
        examples: [.init(line: "history set", meaning: "the lines that have set in them")],
        cost: "Nothing.",
        wireForm: "nothing"
    ) { arguments, bytes, builder throws(Diagnostic) in
        .session(
            .history(
                pattern: arguments.words.first.map { bytes.copy($0.range) }, arguments.format ?? builder.format))
    }

    static let source = CommandSpec(
        name: "source", group: .shell, parameters: [.init(name: "FILE", kind: .file)],
        summary: "run the lines of a file", examples: [.init(line: "source warmup.mcsh", meaning: "then go on here")],
        cost: "What its lines cost. They are pipelined.",
        wireForm: "what the lines say"
    ) { arguments, bytes, _ throws(Diagnostic) in
        .session(.source(path: bytes.copy(arguments.words[0].range)))
    }

    static let repeated = CommandSpec(
        name: "repeat", group: .shell,
        parameters: [
            .init(name: "N", kind: .number, meaning: "how many times; 0 is until Ctrl-C, and needs INTERVAL"),
            .init(
                name: "[INTERVAL] COMMAND", kind: .rest, meaning: "the time between two runs, and a line of the shell"),
        ],
        summary: "run a command several times",
        details: """
            INTERVAL is the time between two runs: 2 or 2s, 500ms, 1m, 1h. N 0 is until Ctrl-C. With an interval, and \
            answers for people, a line with the time comes before each run, and what has changed since the run before is \
            marked: in reverse video, or without colours by a * after it. The numbers of stats have their change per \
            second beside them.
            """,
        examples: [
            .init(line: "repeat 10 1s stats", meaning: "ten times, a second apart"),
            .init(line: "repeat 0 2 stats", meaning: "every two seconds, until Ctrl-C"),
        ],
        cost: "What the command costs, that many times; without an interval as fast as answers come.",
        wireForm: "what the command says"
    ) { arguments, bytes, builder throws(Diagnostic) in
        let count = try builder.number(arguments.words[0], bytes, what: "a number of times", maximum: 1_000_000_000)
        var rest = arguments.words[1...]
        var interval: Duration?
        if let word = rest.first, !word.isQuoted, let duration = TimeSpan.parse(bytes.copy(word.range)) {
            interval = duration
            rest = rest.dropFirst()
        } else if let word = rest.first, !word.isQuoted, !word.range.isEmpty,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[word.range.lowerBound])
        {
            // No command begins with a digit.
            throw Diagnostic(
                "\"\(Word.shown(bytes, word.range))\" is not a time", at: word,
                suggestion: "write for example 2, 500ms, 1m or 1h")
        }
        guard let first = rest.first else {
            throw Diagnostic(
                "repeat needs COMMAND", at: arguments.end..<arguments.end,
                suggestion: "write repeat N [INTERVAL] COMMAND")
        }
        guard count > 0 || interval != nil else {
            throw Diagnostic(
                "repeat 0 needs an interval", at: arguments.words[0], suggestion: "write for example repeat 0 2s stats")
        }
        // A word's source is its range in the line, and decoded lines begin with the undecoded line.
        let line =
            arguments.areOfProgram
            ? ShellSpecs.line(of: rest, bytes) : bytes.copy(first.source.lowerBound..<arguments.end)
        return .session(.repeated(count: Int(count), interval: interval, line: line))
    }

    /// A line with some of the program's arguments as words: those that are not plain are quoted.
    private static func line(of words: ArraySlice<Word>, _ bytes: Span<UInt8>) -> [UInt8] {
        var line: [UInt8] = []
        for word in words {
            if !line.isEmpty { line.append(" ") }
            let text = bytes.copy(word.range)
            let isPlain =
                text.allSatisfy { (0x21...0x7e).contains($0) }
                && text.first.map { !"\"'#<>|".utf8.contains($0) } ?? false
            if isPlain {
                line += text
            } else {
                line.append("\"")
                EscapedText.append(text.span, to: &line, quote: UInt8(ascii: "\""))
                line.append("\"")
            }
        }
        return line
    }

    static let timing = CommandSpec(
        name: "timing", group: .shell,
        parameters: [
            .init(
                name: "on|off", kind: .word, isOptional: true,
                choices: .words([
                    .init("on", "after every command"), .init("off", "only after long ones, at the prompt"),
                ]))
        ],
        summary: "show after each command how long it took",
        details: """
            Without a word, it toggles. At the prompt a command that took half a second or more says \
            so in any case, unless mcsh was started with -q. While it is on, each line of a script is awaited before the \
            next is sent. The time to answer a question does not count.
            """,
        examples: [.init(line: "timing on", meaning: "each command shows how long it took")], cost: "Nothing.",
        wireForm: "nothing"
    ) { arguments, bytes, _ throws(Diagnostic) in
        guard let word = arguments.words.first else { return .session(.timing(nil)) }
        switch String(decoding: bytes.copy(word.range), as: UTF8.self) {
        case "on": return .session(.timing(true))
        case "off": return .session(.timing(false))
        default: throw Diagnostic("timing is on or off", at: word, suggestion: "write timing on or timing off")
        }
    }

    static let quit = CommandSpec(
        name: "quit", aliases: ["exit"], group: .shell,
        parameters: [
            .init(
                name: "STATUS", kind: .number, isOptional: true,
                meaning: "0 to 255; the worst that was seen unless given")
        ],
        summary: "leave, with an exit status",
        details: "Without STATUS, the worst status that was seen.",
        examples: [.init(line: "quit", meaning: "as Ctrl-D does")],
        cost: "Nothing.",
        wireForm: "nothing"
    ) { arguments, bytes, builder throws(Diagnostic) in
        guard let word = arguments.words.first else { return .session(.quit(status: nil)) }
        return .session(.quit(status: Int32(try builder.number(word, bytes, what: "a status", maximum: 255))))
    }
}
