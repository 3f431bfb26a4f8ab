/// An error in an option's value, or in the configuration file.
struct OptionFault: Error, Hashable {
    var message: String
    /// The file, with line and column if known; nil for an option.
    var place: String?
    /// The exit status for it.
    var status = ExitStatus.usage

    /// The message after its place.
    var sentence: String { place.map { "\($0): \(message)" } ?? message }
    /// The code where errors are JSON.
    var code: String { status == .localFailure ? "local-file" : "usage" }
}
