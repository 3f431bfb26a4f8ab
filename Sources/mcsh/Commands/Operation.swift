import MemcacheCore

/// Something the shell does that is more than one request. It runs after all earlier answers, in a task on the main thread;
/// Ctrl-C cancels the task.
protocol Operation: Sendable {
    /// Its row of the command table.
    static var command: CommandDescription { get }
    /// How its output reaches the terminal.
    static var presence: Presence { get }

    /// Reads the words of the line. No server is asked.
    init(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ facts: SessionFacts
    ) throws(Diagnostic)

    /// Does the work.
    ///
    /// - Throws: What ends it early. What concerns one server is reported to `output` and hides no other server.
    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError)
}

/// How an operation's output reaches the terminal.
enum Presence: Sendable {
    /// Through the pager when it is taller than the screen.
    case paged
    /// As it comes: it has no end worth waiting for, may be of any length, or asks a question.
    case streamed
    /// The operation has the terminal to itself.
    case ownsTerminal
}

/// What an operation may know of the session when it reads its words.
struct SessionFacts: Sendable {
    /// The format of the output, unless the line says otherwise.
    var format: OutputFormat
    /// What precedes every key on the wire.
    var keyPrefix: [UInt8]
    var isReadOnly: Bool
    /// How the application writes values.
    var conventions: ValueConventions
}

extension CommandSpec {
    /// The row of an operation.
    convenience init<O: Operation>(_ type: O.Type) {
        self.init(O.command) { arguments, bytes, builder throws(Diagnostic) in
            .operation(try O(arguments, bytes, builder.facts), arguments.format ?? builder.format)
        }
    }
}
