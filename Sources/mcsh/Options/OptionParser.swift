import ArgumentParser
import MemcacheCore

extension OutputFormat: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}

/// The declarations of the program's options: their names, their help, and how they are read.
///
/// The underlying parser takes milliseconds to process these declarations, more than the rest of a one-liner;
/// ``PlainOptions`` reads the everyday forms without it.
struct OptionParser: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcsh",
        abstract: "The shell for memcached.",
        usage: """
            mcsh [OPTION...]                    interactive at a terminal, else a script from stdin
            mcsh [OPTION...] COMMAND [ARG...]   one command
            mcsh [OPTION...] -c LINE            a line in the shell's own grammar
            mcsh [OPTION...] -f FILE            a script from a file
            mcsh [OPTION...] --pipe             raw protocol on stdin, replies on stdout
            """,
        discussion: "mcsh help lists the commands; mcsh help COMMAND explains one; man mcsh has all of it.",
        version: ProgramVersion.text)

    @OptionGroup(title: "Connection")
    var connection: ConnectionOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    @OptionGroup(title: "Running")
    var running: RunOptions

    @Argument(parsing: .captureForPassthrough, help: "One command of the shell, and its words.")
    var command: [String] = []

    /// Reads a command line. Output that replaces a run, such as help, is thrown.
    static func read(_ arguments: [String]) throws -> Options {
        var command = try parseAsRoot(arguments)
        try command.run()
        guard let parser = command as? OptionParser else { throw CleanExit.message("") }
        return parser.options
    }

    /// Whether arguments that could not be read nevertheless asked for errors as JSON.
    static func asksForJSON(_ arguments: [String]) -> Bool {
        let pairs = zip(arguments, arguments.dropFirst())
        return arguments.contains { ["--json", "--output=json", "-ojson", "-o=json"].contains($0) }
            || pairs.contains { ["-o", "--output"].contains($0) && $1 == "json" }
    }

    /// The words of a command are captured with everything in them, including an option that the parser does not know.
    mutating func run() throws {
        guard let word = command.first, word.hasPrefix("-"), word != "-" else { return }
        switch word {
        case "-h", "--help": throw CleanExit.helpRequest(self)
        case "--version": throw CleanExit.message(ProgramVersion.text)
        case "--experimental-dump-help": throw CleanExit.message(OptionParser._dumpHelp())
        default:
            let shown = EscapedText.string(ArgumentText.bytes(word))
            throw ValidationError("there is no option \(shown); mcsh --help lists the options")
        }
    }

    /// The resulting options.
    var options: Options {
        Options(
            servers: connection.servers, port: connection.port, prefix: connection.prefix,
            profile: connection.profile, timeout: connection.timeout, connectTimeout: connection.connectTimeout,
            deadRetry: connection.deadRetry, noConfig: connection.noConfig, sandbox: connection.sandbox,
            output: output.output, json: output.json, raw: output.raw, csv: output.csv, tsv: output.tsv,
            color: output.color, noPager: output.noPager,
            quiet: output.quiet, lines: running.lines, files: running.files, pipe: running.pipe,
            readsValue: running.readsValue, repetitions: running.repetitions, interval: running.interval,
            keepGoing: running.keepGoing, stopOnError: running.stopOnError, yes: running.yes,
            readOnly: running.readOnly, verbose: running.verbose, log: running.log, command: command)
    }
}
