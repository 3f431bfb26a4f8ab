/// The source of lines of an interactive session.
protocol LineSource: AnyObject {
    /// Shows a prompt and reads a line.
    func next(prompt: PromptText) -> LineEvent

    /// Adds an entry of the history, for the keys that go back to earlier lines.
    func remember(_ entry: [UInt8])
}

/// The result of asking for a line.
enum LineEvent: Hashable, Sendable {
    /// A line without its terminator. One that was pasted or recalled may contain several lines.
    case line([UInt8])
    /// The end of the input.
    case end
    /// Ctrl-C: the typed text is dropped.
    case interrupted
    /// A line that the terminal may have truncated.
    case cut
}

/// The text before the line being typed.
struct PromptText: Hashable, Sendable {
    /// Printable text; a space follows it.
    var text: String
    /// The style of the text.
    var role = TextStyle.Role.plain
}

/// What a line editor needs from the shell while a line is typed.
struct LineAid {
    /// The words that can appear at the cursor, for a line and the position of the cursor in it.
    var complete: (_ line: [UInt8], _ cursor: Int) -> CompletionAnswer
    /// The rest of the line that is still to be written, in few words.
    var hint: (_ line: [UInt8]) -> String?
}
