import MemcachePlatform

/// Standard error: messages for the user besides the answers.
enum Messages {
    /// Writes lines with one call.
    static func write(_ lines: String...) {
        write(lines: lines)
    }

    /// Writes lines with one call.
    static func write(lines: [String]) {
        guard !lines.isEmpty else { return }
        _ = FileDescriptors.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: STDERR_FILENO)
    }
}
