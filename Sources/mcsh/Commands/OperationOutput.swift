import MemcacheCore

/// Where an operation writes. It can be neither copied nor sent to another task: only the operation's own task writes.
struct OperationOutput: ~Copyable {
    /// How the operation's rows are written.
    let format: OutputFormat
    let presentation: Presentation
    /// Whether notes that are not errors are left out.
    let isQuiet: Bool
    private let session: Session
    /// The line that is run.
    private let line: Int

    init(_ format: OutputFormat, session: Session, line: Int, isQuiet: Bool) {
        self.format = format
        presentation = session.presentation
        self.isQuiet = isQuiet
        self.session = session
        self.line = line
    }

    /// Whether there is no use in more output.
    var hasFailed: Bool { session.output.hasFailed }

    mutating func write(_ bytes: [UInt8]) { session.output.write(bytes) }

    /// Rows for this output.
    func rows(_ columns: [Column], command: StaticString? = nil, members: [String] = []) -> RowWriter {
        RowWriter(
            columns, format, style: presentation.style, width: presentation.width, command: command, members: members)
    }

    /// Counts towards the exit status.
    mutating func note(_ status: ExitStatus) { session.note(status) }

    /// Reports an error of a server or of the connection to it.
    mutating func report(_ error: MemcacheError, server: String? = nil) {
        session.note(error.exitStatus)
        session.tell(error, line: line, server: server, format: format)
    }

    /// Reports something else.
    mutating func report(_ message: String, code: String, _ status: ExitStatus) {
        session.note(status)
        session.tell(message, code: code, line: line)
    }

    /// The answers of the servers that gave one; the errors of the others are reported.
    mutating func values<Value>(of answers: [ServerAnswer<Value>]) -> [(server: String, value: Value)] {
        var values: [(server: String, value: Value)] = []
        for answer in answers {
            let name = answer.server.address.description
            switch answer.result {
            case .success(let value): values.append((name, value))
            case .failure(let error): report(error, server: name)
            }
        }
        return values
    }
}

@available(*, unavailable)
extension OperationOutput: Sendable {}
