import MemcachePlatform

/// Standard error: what is said to the user beside the answers.
enum Messages {
    /// Writes lines in one piece.
    static func write(_ lines: String...) {
        write(lines: lines)
    }

    /// Writes lines in one piece.
    static func write(lines: [String]) {
        guard !lines.isEmpty else { return }
        _ = FileDescriptors.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: STDERR_FILENO)
    }
}
