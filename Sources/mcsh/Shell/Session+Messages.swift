import MemcacheCore

/// What is said on standard error, as text or as JSON, with the place in the script.
extension Session {
    /// Says on standard error what a server or the connection did, with the line of the script.
    ///
    /// - Parameters:
    ///   - format: The format of the command's answers, where it has one of its own.
    ///   - keys: The keys that it concerns, where the command has several.
    ///   - namesKeys: Whether the error's message has them already.
    func tell(
        _ error: MemcacheError, line: Int, server: String?, format: OutputFormat? = nil, keys: [[UInt8]] = [],
        namesKeys: Bool = false
    ) {
        let server = error.server?.description ?? server
        if (format ?? errorFormat) == .json {
            tellJSON(
                error.message, code: error.code.description, line: script == nil ? nil : line, server: server,
                keys: keys)
        } else {
            let place = script.map { "\($0):\(line): " } ?? "mcsh: "
            let subject = keys.isEmpty || namesKeys ? "" : Session.list(keys) + ": "
            output.writeMessage([place + (server.map { "\($0): " } ?? "") + subject + error.message])
        }
    }

    /// Keys as a list in a sentence; of many the first ten.
    static func list(_ keys: [[UInt8]]) -> String {
        let shown = keys.count > 11 ? keys[..<10] : keys[...]
        let names =
            shown.map { Word.shown($0) } + (shown.count < keys.count ? ["\(keys.count - shown.count) more"] : [])
        return names.count < 2
            ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
    }

    /// Says on standard error what a server refused.
    func tell(_ complaint: Complaint) {
        tell(
            complaint.error, line: complaint.line, server: complaint.server, format: complaint.format,
            keys: complaint.keys, namesKeys: complaint.namesKeys)
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
            output.writeMessage(["\(script):\(line): \(message)"])
        } else {
            output.writeMessage(["mcsh: \(message)"])
        }
    }

    private func tellJSON(_ message: String, code: String, line: Int?, server: String?, keys: [[UInt8]] = []) {
        output.writeMessage([ErrorObject.text(message, code: code, line: line, server: server, keys: keys)])
    }
}
