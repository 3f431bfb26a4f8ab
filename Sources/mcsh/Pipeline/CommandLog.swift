import MemcacheCore
import MemcachePlatform
import Synchronization

/// `--log`: a file with a line for every command, as a record of what was done.
final class CommandLog: Sendable {
    /// The outcome of a command.
    enum Outcome: Hashable, Sendable {
        /// Its answer arrives later, among others.
        case sent
        case ended(ExitStatus)
        case cancelled

        fileprivate var text: String {
            switch self {
            case .sent: "sent"
            case .ended(let status): "\(status.rawValue)"
            case .cancelled: "cancelled"
            }
        }
    }

    private struct State {
        var buffer: [UInt8] = []
        /// A second, and its text, which many commands share.
        var second: Int64 = -1
        var time: [UInt8] = []
        var failure: String?
        var isFailureTold = false
    }

    private let descriptor: Int32
    private let name: String
    private let state = Mutex(State())

    /// The replacement for a line that may contain a password.
    static let hiddenLine = "(not shown: it may hold a secret)"

    /// The number of bytes that are buffered before they are written.
    private static let bufferBytes = 32_768

    /// Opens a file to append to; a new one is not accessible to other users. Calls `open` and `umask`.
    init(path: [UInt8]) throws(FileError) {
        let mask = umask(0o077)
        // Without waiting: a pipe may never have a reader.
        descriptor = FileDescriptors.open(path, flags: O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK)
        umask(mask)
        guard descriptor >= 0 else {
            throw FileError(code: descriptor == -ENXIO ? FileDescriptors.noReader : -descriptor)
        }
        _ = fcntl(descriptor, F_SETFL, O_APPEND)
        name = EscapedText.string(path)
    }

    deinit {
        flush()
        close(descriptor)
    }

    /// Logs a command. One that is only sent is written with the next ones, before it is sent.
    func add(_ line: [UInt8], on server: String, _ outcome: Outcome, _ elapsed: Duration?) {
        let now = UnixClock.now()
        let isDue = state.withLock { state in
            if state.second != now {
                state.second = now
                state.time = Array(ISO8601.string(unixTime: now).utf8)
            }
            state.buffer.append(contentsOf: state.time)
            CommandLog.append(line, on: server, outcome, elapsed, to: &state.buffer)
            return outcome != .sent || state.buffer.count >= CommandLog.bufferBytes
        }
        if isDue { flush() }
    }

    /// Writes the buffered lines. Calls `write`.
    func flush() {
        state.withLock { state in
            guard !state.buffer.isEmpty else { return }
            let code = FileDescriptors.write(state.buffer, to: descriptor)
            state.buffer.removeAll(keepingCapacity: true)
            if code != 0 {
                state.failure = state.failure ?? "cannot write the log \(name): \(FileDescriptors.reason(code))"
            }
        }
    }

    /// Returns once why the file can no longer be written.
    func takeFailure() -> String? {
        state.withLock { state in
            guard let failure = state.failure, !state.isFailureTold else { return nil }
            state.isFailureTold = true
            return failure
        }
    }

    /// Appends what follows the time in a line of the file: servers, outcome, seconds, and the command, with a tab
    /// before each.
    static func append(
        _ line: [UInt8], on server: String, _ outcome: Outcome, _ elapsed: Duration?, to text: inout [UInt8]
    ) {
        let tab = UInt8(ascii: "\t")
        text.append(tab)
        EscapedText.append(Array(server.utf8).span, to: &text)
        text.append(tab)
        text.append(contentsOf: outcome.text.utf8)
        text.append(tab)
        text.append(contentsOf: (elapsed.map(CommandLog.seconds) ?? "-").utf8)
        text.append(tab)
        if Secrets.isIn(line) {
            text.append(contentsOf: hiddenLine.utf8)
        } else {
            EscapedText.append(line.span, to: &text)
        }
        text.append(UInt8(ascii: "\n"))
    }

    /// The line for the words of the program's arguments, quoted if necessary.
    static func line(of words: [[UInt8]]) -> [UInt8] {
        Array(words.map { WordSpelling.spell($0) }.joined(separator: [UInt8(ascii: " ")]))
    }

    /// `0.001250`
    private static func seconds(_ duration: Duration) -> String {
        let microseconds = max(0, Int64(duration / .microseconds(1)))
        let fraction = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
    }
}
