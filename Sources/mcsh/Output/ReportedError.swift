import MemcacheCore

/// An error reply of a server to a command, for standard error.
struct ReportedError: Sendable {
    var error: MemcacheError
    var line: Int
    /// The server; nil if none is concerned.
    var server: String?
    var format: OutputFormat
    /// The keys that it concerns, if the command has several.
    var keys: [[UInt8]] = []
    /// Whether the error already names them.
    var namesKeys = false
}
