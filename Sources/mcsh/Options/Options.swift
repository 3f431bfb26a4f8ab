import MemcacheCore

/// The options and the words of a command, with defaults for what was not specified.
///
/// Texts are as ``ArgumentText`` has them.
struct Options: Hashable, Sendable {
    // Connection
    var servers: [String] = []
    var port = ServerAddress.defaultPort
    var prefix: String?
    var profile: String?
    var timeout: String?
    var connectTimeout: String?
    var deadRetry: String?
    var noConfig = false
    var sandbox = false
    // Output
    var output: OutputFormat?
    var json = false
    var raw = false
    var csv = false
    var tsv = false
    var color = ColorChoice.auto
    var noPager = false
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
    var log: String?
    /// One command of the shell with its words.
    var command: [String] = []

    /// The requested format; nil if there is none.
    var format: OutputFormat? {
        if json { return .json }
        if raw { return .raw }
        if csv { return .csv }
        if tsv { return .tsv }
        return output
    }

    /// How often a command is run: 0 is until it is interrupted, which `-i` alone implies; nil is once, by default.
    var runs: Int? { repetitions ?? (interval == nil ? nil : 0) }

    /// An error for options that are incompatible or make no sense; nil if there is none.
    var conflict: String? {
        let inputs = [
            lines.isEmpty ? nil : "-c", files.isEmpty ? nil : "-f", pipe ? "--pipe" : nil,
            command.isEmpty ? nil : "a command",
        ].compactMap { $0 }
        if inputs.count > 1 { return "\(inputs[0]) cannot be combined with \(inputs[1])" }
        if readsValue, command.isEmpty { return "-x takes the value of a command: name one" }
        if repetitions != nil || interval != nil, command.isEmpty { return "-r and -i repeat a command: name one" }
        if let repetitions, repetitions < 0 { return "-r \(repetitions): write how many times, or 0 for no limit" }
        let formats = [json, raw, csv, tsv, output != nil].count { $0 }
        return formats > 1 ? "only one output format can be chosen" : nil
    }
}

extension Options {
    /// The options that determine how servers are used.
    func poolSettings() throws(OptionFault) -> PoolSettings {
        guard (1...65535).contains(port) else { throw OptionFault(message: "-p \(port): a port is 1 to 65535") }
        var settings = PoolSettings()
        settings.prefix = try Options.read(prefix, "--prefix") { text throws(PoolSettings.Fault) in
            try PoolSettings.prefix(ArgumentText.bytes(text))
        }
        settings.profile = try Options.read(profile, "--profile", PoolSettings.profile)
        settings.timeout = try Options.read(timeout, "--timeout", Options.time)
        settings.connectTimeout = try Options.read(connectTimeout, "--connect-timeout", Options.time)
        settings.deadRetry = try Options.read(deadRetry, "--dead-retry") { text throws(PoolSettings.Fault) in
            try PoolSettings.duration(text, allowsZero: true)
        }
        if readOnly { settings.isReadOnly = true }
        return settings
    }

    private static func time(_ text: String) throws(PoolSettings.Fault) -> Duration {
        try PoolSettings.duration(text)
    }

    private static func read<Value>(
        _ text: String?, _ option: String, _ read: (String) throws(PoolSettings.Fault) -> Value
    ) throws(OptionFault) -> Value? {
        do throws(PoolSettings.Fault) {
            guard let text else { return nil }
            return try read(text)
        } catch {
            throw OptionFault(message: "\(option): \(error.message)")
        }
    }
}
