import ArgumentParser

/// What is run, and how.
struct RunOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("command")],
        help: ArgumentHelp("Run a line of the shell's own grammar; may be repeated.", valueName: "line"))
    var lines: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp("Run the lines of a file; - is standard input; may be repeated.", valueName: "file"),
        completion: .file())
    var files: [String] = []

    @Flag(help: "Send protocol from standard input as it is, and print the server's bytes.")
    var pipe = false

    @Flag(name: .customShort("x"), help: "Take the command's value from standard input.")
    var readsValue = false

    @Option(name: [.customShort("r"), .customLong("repeat")], help: "Run the command N times; 0 is until Ctrl-C.")
    var repetitions: Int?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The time between two runs; without -r until Ctrl-C.", valueName: "time"))
    var interval: String?

    @Flag(name: .shortAndLong, help: "Continue a script after a mistake in it.")
    var keepGoing = false

    @Flag(
        name: [.customShort("e"), .customLong("stop-on-error")], help: "Stop a script at the first failure of any kind."
    )
    var stopOnError = false

    @Flag(name: .shortAndLong, help: "Do dangerous things without asking.")
    var yes = false

    @Flag(help: "Refuse every command that changes the server.")
    var readOnly = false

    @Flag(name: .shortAndLong, help: "Show the bytes sent and received on standard error.")
    var verbose = false

    @Option(
        help: ArgumentHelp("Append each command, its outcome and the time it took to a file.", valueName: "file"))
    var log: String?
}
