import MemcacheCore

/// A command that a server refused, for standard error.
struct ReportedError: Sendable {
    var error: MemcacheError
    var line: Int
    /// The server; nil where none is concerned.
    var server: String?
    var format: OutputFormat
    /// The keys that it concerns, where the command has several.
    var keys: [[UInt8]] = []
    /// Whether the error names them already.
    var namesKeys = false
}
