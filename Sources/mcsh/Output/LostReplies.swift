import MemcacheCore

/// Commands that will not be answered because the connection to a server ended.
struct LostReplies: Sendable {
    var error: MemcacheError
    /// The server.
    var server: String
    /// The name of the command that the server may have hung up on.
    var command = ""
    /// Whether a proxy may hang up on it.
    var isSuspect = false
    /// The commands without an answer.
    var unanswered: Unanswered
    /// The format of the missing answers.
    var format: OutputFormat?

    /// Commands without an answer.
    struct Unanswered: Sendable {
        var firstLine: Int
        var lastLine: Int
        /// The command with several keys, if there is no other.
        var command: Int?
        /// Its keys without an answer.
        var keys: [[UInt8]] = []

        /// All commands of one or several lines.
        init(firstLine: Int, lastLine: Int, command: Int? = nil, keys: [[UInt8]] = []) {
            (self.firstLine, self.lastLine) = (firstLine, lastLine)
            (self.command, self.keys) = (command, keys)
        }

        mutating func add(_ other: Unanswered) {
            firstLine = min(firstLine, other.firstLine)
            lastLine = max(lastLine, other.lastLine)
            if command == nil || command != other.command {
                (command, keys) = (nil, [])
            } else {
                keys += other.keys
            }
        }
    }
}

extension LostReplies {
    /// Adds what else was lost with the same connection. The error that ended it counts, and not the errors that
    /// followed from it: later commands only learn that the connection is lost.
    mutating func add(_ other: LostReplies) {
        let mayHaveEffect = error.mayHaveTakenEffect || other.error.mayHaveTakenEffect
        if error.code == .connectionLost, other.error.code != .connectionLost { error = other.error }
        error.mayHaveTakenEffect = mayHaveEffect
        if !isSuspect, other.isSuspect { (command, isSuspect) = (other.command, true) }
        unanswered.add(other.unanswered)
    }
}
