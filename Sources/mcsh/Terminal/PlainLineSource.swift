import MemcacheCore
import MemcachePlatform

/// Reads lines from a terminal that cannot move its cursor: with the terminal's own editing, and nothing more.
final class PlainLineSource: LineSource {
    private let watcher: SignalWatcher?
    /// Bytes that were read and not yet used.
    private var bytes: [UInt8] = []
    private var isAtEnd = false

    /// The style of the prompt.
    private let style: TextStyle

    init(watcher: SignalWatcher?, style: TextStyle) {
        self.watcher = watcher
        self.style = style
    }

    func remember(_ entry: [UInt8]) {}

    /// The maximum length of a line that a terminal in line mode passes on; it drops what is typed beyond that.
    static let maximumLineBytes: Int = {
        #if canImport(Darwin)
            1023
        #else
            4095
        #endif
    }()

    /// Reads a line. Calls `poll` and `read`.
    func next(prompt: PromptText) -> LineEvent {
        let shown = Array("\(style(prompt.text, prompt.role)) ".utf8)
        _ = FileDescriptors.write(shown, to: STDERR_FILENO)
        while true {
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                var line = Array(bytes[..<end])
                bytes.removeFirst(end + 1)
                if line.count >= Self.maximumLineBytes { return .cut }
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
            switch watcher?.waitForInput() ?? .input {
            case .input: fill()
            case .resumed: _ = FileDescriptors.write(shown + bytes, to: STDERR_FILENO)
            case .interrupted:
                bytes = []
                _ = FileDescriptors.write(Array("\n".utf8), to: STDERR_FILENO)
                return .interrupted
            }
        }
    }

    /// Reads the available input.
    private func fill() {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = chunk.withUnsafeMutableBytes { FileDescriptors.read(STDIN_FILENO, into: $0) }
        if count > 0 { bytes += chunk[..<count] } else { isAtEnd = true }
    }
}

extension SignalWatcher {
    /// Waits until standard input has something to read, or has ended. Calls `poll`.
    func waitForInput() -> InputArrival {
        while true {
            var entries = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: noticeDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&entries, 2, -1) > 0 else { continue }
            while entries[1].revents != 0, let notice = takeNotice() {
                switch notice {
                case .interrupted: return .interrupted
                case .resumed: return .resumed
                case .suspended, .resized: break
                }
            }
            if entries[0].revents != 0 { return .input }
        }
    }
}
