import MemcacheCore

/// Something the shell does that takes more than one request. It runs after all earlier answers, in a task on the main
/// thread; Ctrl-C cancels the task.
protocol Operation: Sendable {
    /// The operation's name in messages.
    static var name: String { get }
    /// How its output reaches the terminal.
    static var presence: Presence { get }
    /// Whether it reads listings of the servers' items, which a stopped reader would keep from ending.
    static var readsListings: Bool { get }

    /// Does the work.
    ///
    /// - Throws: The error that ends it early. An error of one server is reported to `output` and does not affect the
    ///   others.
    func run(on fleet: Fleet, to output: inout OperationOutput) async throws(MemcacheError)
}

extension Operation {
    static var readsListings: Bool { false }
}

/// An operation that is a whole command.
protocol OperationCommand: Operation {
    /// Its row of the command table.
    static var command: CommandDescription { get }

    /// Reads the words of the line. Sends no request.
    init(
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ facts: borrowing RequestBuilder
    ) throws(Diagnostic)
}

extension OperationCommand {
    static var name: String { command.name }
}

/// How an operation's output reaches the terminal.
enum Presence: Sendable {
    /// Through the pager if it is taller than the screen.
    case paged
    /// As it arrives: it does not end, may be of any length, or asks a question.
    case streamed
    /// The operation has the terminal to itself.
    case ownsTerminal
}

extension CommandSpec {
    /// The row of an operation.
    convenience init<O: OperationCommand>(_ type: O.Type) {
        self.init(O.command) { arguments, bytes, builder throws(Diagnostic) in
            .operation(try O(arguments, bytes, builder), arguments.format ?? builder.format)
        }
    }
}
