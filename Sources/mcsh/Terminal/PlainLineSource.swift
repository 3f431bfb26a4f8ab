import MemcacheCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Lines from a terminal that cannot move its cursor: the terminal's own editing, and nothing more.
final class PlainLineSource: LineSource {
    private let watcher: SignalWatcher?
    /// What was read and not yet used.
    private var bytes: [UInt8] = []
    private var isAtEnd = false

    /// How the prompt looks.
    private let style: TextStyle

    init(watcher: SignalWatcher?, style: TextStyle) {
        self.watcher = watcher
        self.style = style
    }

    func remember(_ entry: [UInt8]) {}

    /// Reads a line. Calls `poll` and `read`.
    func next(prompt: PromptText) -> LineEvent {
        _ = FileDescriptors.write(Array("\(style(prompt.text, prompt.role)) ".utf8), to: STDERR_FILENO)
        while true {
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                var line = Array(bytes[..<end])
                bytes.removeFirst(end + 1)
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                return .line(line)
            }
            if isAtEnd {
                guard !bytes.isEmpty else {
                    _ = FileDescriptors.write(Array("\n".utf8), to: STDERR_FILENO)
                    return .end
                }
                defer { bytes = [] }
                return .line(bytes)
            }
            if isInterrupted() {
                bytes = []
                _ = FileDescriptors.write(Array("\n".utf8), to: STDERR_FILENO)
                return .interrupted
            }
        }
    }

    /// Waits for input and takes it in. Returns whether Ctrl-C came instead.
    private func isInterrupted() -> Bool {
        if let watcher, !watcher.waitForInput() { return true }
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = chunk.withUnsafeMutableBytes { FileDescriptors.read(STDIN_FILENO, into: $0) }
        if count > 0 { bytes += chunk[..<count] } else { isAtEnd = true }
        return false
    }
}

extension SignalWatcher {
    /// Waits until standard input has something to read, or has ended. Calls `poll`.
    ///
    /// - Returns: False for Ctrl-C.
    func waitForInput() -> Bool {
        while true {
            var entries = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: noticeDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&entries, 2, -1) > 0 else { continue }
            while entries[1].revents != 0, let notice = takeNotice() {
                if notice == .interrupted { return false }
            }
            if entries[0].revents != 0 { return true }
        }
    }
}
