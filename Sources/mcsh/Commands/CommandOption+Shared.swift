import MemcacheCore

/// The options that several commands share, and how their values are read.
extension CommandSpec.Option {
    static let flags = CommandSpec.Option(
        name: "--flags", kind: .value("N"), summary: "client flags stored beside the value", isRepeatable: true
    ) { arguments, use, bytes throws(Diagnostic) in
        guard let word = use.value else { return }
        guard let flags = ASCIINumber.parseUnsigned(bytes, word.range) else {
            throw Diagnostic(
                "--flags takes a whole number of 64 bits", at: word,
                suggestion: "write 0 to 18446744073709551615; most servers keep 32 bits, up to 4294967295")
        }
        arguments.flags = flags
        arguments.flagsWord = word
    }

    static let hash = CommandSpec.Option(
        name: "--hash", kind: .value("N"), summary: "choose the server by this number instead of the key's hash",
        isRepeatable: true
    ) { arguments, use, bytes throws(Diagnostic) in
        guard let word = use.value else { return }
        do throws(MemcacheError) {
            arguments.hash = try RoutingNumber(decimal: String(decoding: bytes.copy(word.range), as: UTF8.self))
        } catch {
            throw Diagnostic(error.message, at: word)
        }
    }

    static let form = CommandSpec.Option(
        name: "--as", kind: .value("text|int|json|pickle|bytes"),
        summary: """
            store what python-memcached stores for a str, an int, JSON text (which is read back as a str), the Python \
            value of a JSON text, or bytes; the flags follow from it
            """,
        choices: [
            .init("text", "text in UTF-8, a str"), .init("int", "an integer in digits"),
            .init("json", "JSON text, read back as a str"), .init("pickle", "the Python value of a JSON text"),
            .init("bytes", "the bytes as they are"),
        ], isRepeatable: true, excludes: [.init(name: "--flags", reason: "--as chooses the flags")], read: readForm)

    static let addedForm = CommandSpec.Option(
        name: "--as", kind: .value("text|int|bytes"),
        summary: "check the bytes for being what python-memcached adds for a str, an int or bytes",
        choices: [
            .init("text", "text in UTF-8, a str"), .init("int", "an integer in digits"),
            .init("bytes", "the bytes as they are"),
        ], isRepeatable: true, read: readForm)

    private static let readForm: Reading = { arguments, use, bytes throws(Diagnostic) in
        guard let word = use.value else { return }
        arguments.form = try ValueForm.read(
            word, among: use.option.choices.map(\.word), of: use.command.name, bytes)
        arguments.formWord = word
    }

    static let compress = CommandSpec.Option(
        name: "--compress", kind: .optionalValue("MIN"),
        summary: """
            compress a value of more than MIN bytes with zlib, where that makes it shorter; without MIN (0) one of \
            any length. A number after it is MIN, so a TTL in seconds goes before it. An --as int never is
            """, isRepeatable: true
    ) { arguments, use, bytes throws(Diagnostic) in
        arguments.compression = 0
        guard let word = use.value else { return }
        guard let length = ASCIINumber.parseUnsigned(bytes, word.range).flatMap({ Int(exactly: $0) }) else {
            throw Diagnostic(
                "--compress takes the number of bytes from which a value is compressed", at: word,
                suggestion: "write a whole number of 63 bits, or --compress alone for a value of any length")
        }
        arguments.compression = length
    }

    static let decode = CommandSpec.Option(
        name: "--decode", kind: .flag,
        summary: """
            plain, CSV and TSV give the value as python-memcached reads it: decompressed, pickles as JSON. A value \
            that cannot be read is an error (status 8)
            """
    ) { arguments, _, _ throws(Diagnostic) in arguments.decodes = true }

    static let noreply = CommandSpec.Option(
        name: "--noreply", kind: .flag, summary: "send noreply: no answer is shown unless the server refuses"
    ) { arguments, _, _ throws(Diagnostic) in arguments.noreply = true }

    // MARK: Of every command

    /// The options that every command accepts; they are not part of its syntax line.
    static let ofEveryCommand = [json, csv, tsv, raw, output, help]

    private static let json = format("--json", .json)
    private static let csv = format("--csv", .csv)
    private static let tsv = format("--tsv", .tsv)
    private static let raw = format("--raw", .raw)

    private static func format(_ name: StaticString, _ format: OutputFormat) -> CommandSpec.Option {
        CommandSpec.Option(name: name, kind: .flag, summary: format.meaning) { arguments, _, _ throws(Diagnostic) in
            arguments.format = format
        }
    }

    private static let output = CommandSpec.Option(
        name: "--output", kind: .value("FORMAT"), summary: "the format of the answer",
        choices: OutputFormat.allCases.map { .init($0.rawValue, $0.meaning) }, isRepeatable: true
    ) { arguments, use, bytes throws(Diagnostic) in
        guard let word = use.value else { return }
        guard let format = OutputFormat(rawValue: String(decoding: bytes.copy(word.range), as: UTF8.self)) else {
            throw Diagnostic(
                "there is no output format of that name", at: word,
                suggestion: "write one of \(OutputFormat.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        arguments.format = format
    }

    /// The parser itself recognizes the option alone, even in quoted words and the lines of other commands; here it is
    /// only refused a value.
    private static let help = CommandSpec.Option(name: "--help", kind: .flag, summary: "explain the command")
}
