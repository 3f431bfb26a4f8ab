/// Where the lines of an interactive session come from.
protocol LineSource: AnyObject {
    /// Reads a line, and shows a prompt before it.
    func next(prompt: PromptText) -> LineEvent

    /// Takes in an entry of the history, for the keys that go back to earlier lines.
    func remember(_ entry: [UInt8])
}

/// What came of asking for a line.
enum LineEvent: Hashable, Sendable {
    /// A line without its end. One that was pasted or recalled may have several lines in it.
    case line([UInt8])
    /// Nothing more will come.
    case end
    /// Ctrl-C: what was typed is dropped.
    case interrupted
    /// A line of which the terminal may have dropped a part.
    case cut
}

/// What stands before the line that is typed.
struct PromptText: Hashable, Sendable {
    /// Printable text; a blank follows it.
    var text: String
    /// How it looks.
    var role = TextStyle.Role.plain
}

/// What a line editor asks of the shell while a line is typed.
struct LineAid {
    /// What can stand at the cursor, for a line and the position of the cursor in it.
    var complete: (_ line: [UInt8], _ cursor: Int) -> CompletionAnswer
    /// What is still to be written, in few words.
    var hint: (_ line: [UInt8]) -> String?
}
