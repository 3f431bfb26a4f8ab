import ArgumentParser

/// The appearance of answers.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("human, plain, json, csv, tsv or raw; human at a terminal, else plain.", valueName: "format")
    )
    var output: OutputFormat?

    @Flag(help: "One JSON object a line.")
    var json = false

    @Flag(help: "The server's bytes, nothing added.")
    var raw = false

    @Flag(help: "Comma separated, with a header.")
    var csv = false

    @Flag(help: "Tab separated and escaped, with a header.")
    var tsv = false

    @Option(help: ArgumentHelp("auto, always or never.", valueName: "when"))
    var color: ColorChoice = .auto

    @Flag(help: "Never send output that is taller than the screen to a pager.")
    var noPager = false

    @Flag(name: .shortAndLong, help: "Leave out notes that are not errors.")
    var quiet = false
}
