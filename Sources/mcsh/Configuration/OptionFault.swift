/// What is wrong with an option's value, or with the configuration file.
struct OptionFault: Error, Hashable {
    var message: String
    /// The file, with line and column where they are known; nil for an option.
    var place: String?
    /// How the shell ends for it.
    var status = ExitStatus.usage

    /// The message behind its place.
    var sentence: String { place.map { "\($0): \(message)" } ?? message }
    /// What it is called where errors are JSON.
    var code: String { status == .localFailure ? "local-file" : "usage" }
}
