import MemcacheCore

/// The options of a session, from its options.
struct ShellOptions: Sendable {
    /// The requested format.
    var format: OutputFormat?
    /// Whether dangerous commands are confirmed in advance.
    var isConfirmed = false
    /// Whether a script continues after a mistake.
    var keepsGoing = false
    /// Whether a script stops at the first failure of any kind, and therefore waits for each answer.
    var stopsOnError = false
    /// Whether notes that are not errors are suppressed.
    var isQuiet = false
    /// Whether the user can be asked.
    var canAsk = false
    /// Whether long work shows its progress on the terminal.
    var showsProgress = false
    /// Whether the bytes on the wire are shown.
    var tracesWire = false
    /// The pager for output that is taller than the screen.
    var pager = PagerChoice.none
    /// The user's editor, for `edit`: a command of the calling shell's language.
    var editor = EditorChoice.standard
    /// The log of commands.
    var log: CommandLog?

    /// A client of servers.
    func client(of selection: ServerSelection) -> MemcacheClient {
        var configuration = selection.clientConfiguration
        if tracesWire { configuration.trace = TraceWriter.write }
        return MemcacheClient(configuration)
    }
}
