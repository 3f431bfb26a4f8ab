/// What running a line came to, and how the session continues after it.
struct LineOutcome: Sendable {
    /// How the session continues.
    enum Step: Sendable {
        case next
        case stop(status: Int32?)
        /// The value is in the lines that follow, up to the tag.
        case needsHereDocument(tag: [UInt8])
        /// The line has an error, but the lines that follow are still its value.
        case skipsHereDocument(tag: [UInt8])
    }

    /// What the line was.
    enum Effect: Sendable {
        /// It was not a command, or is incomplete.
        case nothing
        case mistake(ExitStatus)
        /// Its requests are sent with others.
        case queued
        /// The shell has executed it, starting at that time.
        case done(Stopwatch)
    }

    var step: Step
    var effect = Effect.nothing

    /// The session continues with the next line.
    static var next: LineOutcome { LineOutcome(step: .next) }

    /// The session, or the script, ends.
    ///
    /// - Parameter status: The exit status, if a command has given one.
    static func stop(status: Int32?) -> LineOutcome { LineOutcome(step: .stop(status: status)) }

    /// Whether the line was a command that was executed.
    var isCommand: Bool {
        switch effect {
        case .nothing, .mistake: false
        case .queued, .done: true
        }
    }

    /// The same line, after which the session ends.
    func stopping() -> LineOutcome { LineOutcome(step: .stop(status: nil), effect: effect) }
}
