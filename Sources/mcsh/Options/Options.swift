import MemcacheCore

/// What the program was asked to do: the options and the words of a command, with the defaults for what was not said.
///
/// Texts are as ``ArgumentText`` has them.
struct Options: Hashable, Sendable {
    // Connection
    var servers: [String] = []
    var port = ServerAddress.defaultPort
    var timeout = "3"
    var connectTimeout = "3"
    var sandbox = false
    // Output
    var output: OutputFormat?
    var json = false
    var raw = false
    var csv = false
    var tsv = false
    var color = ColorChoice.auto
    var quiet = false
    // Running
    var lines: [String] = []
    var files: [String] = []
    var pipe = false
    var readsValue = false
    var repetitions: Int?
    var interval: String?
    var keepGoing = false
    var stopOnError = false
    var yes = false
    var readOnly = false
    var verbose = false
    /// One command of the shell, and its words.
    var command: [String] = []

    /// The format that was asked for; nil when none was.
    var format: OutputFormat? {
        if json { return .json }
        if raw { return .raw }
        if csv { return .csv }
        if tsv { return .tsv }
        return output
    }

    /// How often a command is run: 0 is until it is interrupted, which `-i` alone means too; nil is once, as nobody said.
    var runs: Int? { repetitions ?? (interval == nil ? nil : 0) }

    /// Options that cannot be together, or make no sense; nil when all is well.
    var conflict: String? {
        let inputs = [
            lines.isEmpty ? nil : "-c", files.isEmpty ? nil : "-f", pipe ? "--pipe" : nil,
            command.isEmpty ? nil : "a command",
        ].compactMap { $0 }
        if inputs.count > 1 { return "\(inputs[0]) and \(inputs[1]) cannot be together" }
        if readsValue, command.isEmpty { return "-x takes the value of a command: name one" }
        if repetitions != nil || interval != nil, command.isEmpty { return "-r and -i repeat a command: name one" }
        if let repetitions, repetitions < 0 { return "-r \(repetitions): write how many times, or 0 for ever" }
        let formats = [json, raw, csv, tsv, output != nil].count { $0 }
        return formats > 1 ? "only one output format can be chosen" : nil
    }
}

/// What is wrong with an option's value.
struct OptionFault: Error {
    var message: String
}

extension Options {
    /// The configuration that the options and the environment come to: `-s`, else `MCSH_SERVERS`, else
    /// `MEMCACHED_SERVERS`, else memcached's port on this machine. A variable without a server in it is as none. With
    /// `--sandbox` none of them is looked at: the sandbox takes the server's place.
    func clientConfiguration(environment: [String: String]) throws(OptionFault) -> ClientConfiguration {
        guard (1...65535).contains(port) else { throw OptionFault(message: "-p \(port): a port is 1 to 65535") }
        let sources = sandbox ? [] : [servers] + ["MCSH_SERVERS", "MEMCACHED_SERVERS"].map { [environment[$0] ?? ""] }
        let lists = sources.map { $0.flatMap { $0.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init) } }
        guard servers.isEmpty || sandbox || !lists[0].isEmpty else { throw OptionFault(message: "no server is named") }
        let names = lists.first { !$0.isEmpty } ?? ["127.0.0.1"]
        guard names.count == 1 else {
            throw OptionFault(message: "\(names.count) servers are named; this version of mcsh talks to one")
        }
        do throws(MemcacheError) {
            var configuration = ClientConfiguration(
                server: try WeightedServer(ArgumentText.original(names[0]), defaultPort: port).address,
                connectTimeout: try Options.duration(connectTimeout, "--connect-timeout"),
                replyTimeout: try Options.duration(timeout, "--timeout"))
            // What a server takes is for the server to say, to somebody who looks at it.
            configuration.limits.maximumValueBytes = nil
            return configuration
        } catch {
            throw OptionFault(message: error.message)
        }
    }

    private static func duration(_ text: String, _ option: String) throws(MemcacheError) -> Duration {
        guard let duration = TimeSpan.parse(Array(text.utf8)), duration > .zero, duration <= .seconds(86_400) else {
            throw MemcacheError(
                .invalidArgument,
                "\(option) \(EscapedText.string(Array(text.utf8))) is not a time; write for example 3, 1.5 or 500ms")
        }
        return duration
    }
}
