import MemcacheCore
import MemcachePlatform

/// Reports on standard error, as text or as JSON, with the place in the script. Each report counts towards the exit
/// status.
extension Session {
    /// Reports an error of a server or the connection, with the line of the script.
    ///
    /// - Parameters:
    ///   - format: The format of the command's answers, if it has one of its own.
    ///   - keys: The keys that it concerns, if the command has several.
    ///   - namesKeys: Whether the error's message already has them.
    func report(
        _ error: MemcacheError, line: Int, server: String?, format: OutputFormat? = nil, keys: [[UInt8]] = [],
        namesKeys: Bool = false
    ) {
        note(error.exitStatus)
        let server = error.server?.description ?? server
        if (format ?? errorFormat) == .json {
            writeJSON(
                error.message, code: error.code.description, line: script == nil ? nil : line, server: server,
                keys: keys)
        } else {
            let place = script.map { "\($0):\(line): " } ?? "mcsh: "
            let subject = keys.isEmpty || namesKeys ? "" : Session.list(keys) + ": "
            writeMessage(place + (server.map { "\($0): " } ?? "") + subject + error.message)
        }
    }

    /// Keys as a list in a sentence; only the first ten of many.
    static func list(_ keys: [[UInt8]]) -> String {
        let shown = keys.count > 11 ? keys[..<10] : keys[...]
        let names =
            shown.map { Word.shown($0) } + (shown.count < keys.count ? ["\(keys.count - shown.count) more"] : [])
        return names.count < 2
            ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
    }

    /// Servers as a list in a sentence; only the first three of many.
    static func list(servers names: [String]) -> String {
        let shown =
            names.count > 4 ? Array(names.prefix(3)) + ["\(HumanUnits.count(UInt64(names.count - 3))) more"] : names
        guard shown.count > 1 else { return shown.joined() }
        return shown.dropLast().joined(separator: ", ") + " and " + (shown.last ?? "")
    }

    /// Reports an error reply of a server.
    func report(_ complaint: ReportedError) {
        report(
            complaint.error, line: complaint.line, server: complaint.server, format: complaint.format,
            keys: complaint.keys, namesKeys: complaint.namesKeys)
    }

    /// Reports an error in a line.
    func report(_ diagnostic: Diagnostic, line: [UInt8], number: Int) {
        note(diagnostic.status)
        if errorFormat == .json {
            writeJSON(diagnostic.sentence, code: "usage", line: script == nil ? nil : number, server: nil)
        } else {
            let lines = diagnostic.lines(for: line, at: script.map { ($0, number) })
            output.writeMessage(Session.wrapped(lines[0]) + lines.dropFirst())
        }
    }

    /// Reports an error of any other kind, or a note.
    ///
    /// - Parameter code: The kind of the message, for the JSON form.
    /// - Parameter status: The status it counts as towards the exit status; `done` for a note.
    /// - Parameter format: The format of the command's answers, if it has one of its own.
    func report(
        _ message: String, code: String, _ status: ExitStatus, line: Int? = nil, format: OutputFormat? = nil
    ) {
        note(status)
        if (format ?? errorFormat) == .json {
            writeJSON(message, code: code, line: script == nil ? nil : line, server: nil)
        } else if let script, let line {
            writeMessage("\(script):\(line): \(message)")
        } else {
            writeMessage("mcsh: \(message)")
        }
    }

    private func writeMessage(_ message: String) { output.writeMessage(Session.wrapped(EscapedText.message(message))) }

    /// A message in lines of whole words if it goes to a terminal, which would break it anywhere.
    private static func wrapped(_ message: String) -> [String] {
        guard Terminal.isTerminal(STDERR_FILENO) else { return [message] }
        return wrapped(message, to: Terminal.columns(of: STDERR_FILENO))
    }

    /// A message in lines of whole words, all but the first indented; a word longer than a line is not broken.
    static func wrapped(_ message: String, to width: Int) -> [String] {
        guard width >= 20, message.displayWidth > width else { return [message] }
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in message.split(separator: " ", omittingEmptySubsequences: false) {
            let cells = String(word).displayWidth
            if used > 0, used + 1 + cells > width {
                lines.append(line)
                (line, used) = ("  " + word, 2 + cells)
            } else {
                line += used > 0 || !line.isEmpty ? " " + word : String(word)
                used = line.displayWidth
            }
        }
        return lines + [line]
    }

    private func writeJSON(_ message: String, code: String, line: Int?, server: String?, keys: [[UInt8]] = []) {
        output.writeMessage([ErrorObject.text(message, code: code, line: line, server: server, keys: keys)])
    }
}
