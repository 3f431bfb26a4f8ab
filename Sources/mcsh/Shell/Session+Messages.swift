import MemcacheCore

/// What is said on standard error, as text or as JSON, with the place in the script.
extension Session {
    /// Says on standard error what a server or the connection did, with the line of the script.
    ///
    /// - Parameter format: The format of the command's answers, where it has one of its own.
    func tell(_ error: MemcacheError, line: Int, server: String?, format: OutputFormat? = nil) {
        let server = error.server?.description ?? server
        if (format ?? errorFormat) == .json {
            tellJSON(error.message, code: error.code.description, line: script == nil ? nil : line, server: server)
        } else {
            let place = script.map { "\($0):\(line): " } ?? "mcsh: "
            output.writeMessage([EscapedText.message(place + (server.map { "\($0): " } ?? "") + error.message)])
        }
    }

    /// Says on standard error what a server refused.
    func tell(_ complaint: Complaint) {
        tell(complaint.error, line: complaint.line, server: complaint.server, format: complaint.format)
    }

    /// Says on standard error what is wrong with a line.
    func tell(_ diagnostic: Diagnostic, line: [UInt8], number: Int) {
        if errorFormat == .json {
            tellJSON(diagnostic.sentence, code: "usage", line: script == nil ? nil : number, server: nil)
        } else {
            output.writeMessage(diagnostic.lines(for: line, at: script.map { ($0, number) }))
        }
    }

    /// Says something else.
    ///
    /// - Parameter format: The format of the command's answers, where it has one of its own.
    func tell(_ message: String, code: String, line: Int? = nil, format: OutputFormat? = nil) {
        if (format ?? errorFormat) == .json {
            tellJSON(message, code: code, line: script == nil ? nil : line, server: nil)
        } else if let script, let line {
            output.writeMessage([EscapedText.message("\(script):\(line): \(message)")])
        } else {
            output.writeMessage([EscapedText.message("mcsh: \(message)")])
        }
    }

    private func tellJSON(_ message: String, code: String, line: Int?, server: String?) {
        output.writeMessage([ErrorObject.text(message, code: code, line: line, server: server)])
    }
}
