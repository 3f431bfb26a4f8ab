import MemcacheCore

/// Writes the server's bytes as they arrive: for `raw` and `--pipe`.
///
/// `@unchecked Sendable`: after it is submitted it is only accessed on the connection's thread, until the window that
/// it was submitted to is drained, whose lock orders that after the last access.
final class VerbatimReplies: ReplyReceiver, @unchecked Sendable {
    /// A request whose reply is awaited.
    private struct Expectation {
        /// Whether the end answers one of our fences and not a request of the user.
        var hidesEnd: Bool
        var shape: ReplyShape
        /// The requests of the input that it answers.
        var ordinals: Range<Int>
        /// The offset of the first of them in the batch.
        var start: Int
    }

    private(set) var status = ExitStatus.done
    private(set) var error: MemcacheError?
    /// The error replies and the requests that they answer.
    private(set) var refusals: [(text: String, ordinals: Range<Int>)] = []
    /// The requests without an answer.
    private(set) var unanswered: Range<Int>?
    /// The command that the server may have hung up on: the first of them, or the first that a proxy does not pass on.
    private(set) var suspect = ""

    private let output: OutputSink
    /// Called at the end, on the connection's thread; set before it is submitted.
    var onFinish: (@Sendable (VerbatimReplies) -> Void)?
    /// The requests; set before they are submitted.
    var requests: LateRequests?
    /// Whether requests before these have no answer. Then nothing more is sent.
    var isLost: @Sendable () -> Bool = { false }
    private var expectations: [Expectation] = []
    private var cursor = 0
    private var sawValue = false
    private var buffer: [UInt8] = []

    /// Whether the bytes are shown to people: escaped, line by line.
    private let isForPeople: Bool

    init(output: OutputSink, isForPeople: Bool = false) {
        self.output = output
        self.isForPeople = isForPeople
    }

    /// Appends lines of a server as people see them: without carriage returns at their ends, and with everything else
    /// escaped that a terminal could interpret as a command.
    static func append(escaped bytes: Span<UInt8>, to out: inout [UInt8]) {
        var start = 0
        while start < bytes.count {
            let newline = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start)
            var end = newline ?? bytes.count
            if newline != nil, end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            EscapedText.append(bytes.extracting(start..<end), to: &out)
            if newline != nil { out.append(UInt8(ascii: "\n")) }
            start = newline.map { $0 + 1 } ?? bytes.count
        }
    }

    /// Adds the next expected reply; call it before it is submitted.
    ///
    /// - Parameter start: The offset of the request in the batch.
    func add(_ shape: ReplyShape, hidesEnd: Bool, ordinals: Range<Int> = 0..<1, start: Int = 0) {
        shapes.append(shape)
        expectations.append(Expectation(hidesEnd: hidesEnd, shape: shape, ordinals: ordinals, start: start))
    }

    /// Adds a fence of ours after the request that was added last.
    func addFence() { shapes.append(.fence) }

    /// The shapes of all replies, including those that are not shown.
    private(set) var shapes: [ReplyShape] = []

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) {
        guard cursor < expectations.count else { return }
        let expectation = expectations[cursor]
        note(element, expectation, of: bytes, completesReply: completesReply)
        if completesReply {
            cursor += 1
            // A read of several keys that got an error ends with its fence.
            if expectation.hidesEnd || expectation.shape == .values && element.isVersion { return }
        }
        if isForPeople {
            VerbatimReplies.append(escaped: bytes.extracting(range), to: &buffer)
        } else {
            buffer.append(bytes, range)
        }
        if buffer.count >= 65_536 { flush() }
    }

    func paused() {
        flush()
    }

    func finish(_ error: MemcacheError?, answered: Int) {
        flush()
        if let error, answered == 0, cursor == 0, !isLost(), let next = requests?.next(after: error) {
            requests = next
            if (try? next.send(to: self)) != nil { return }
        }
        self.error = error
        if error != nil, cursor < expectations.count {
            unanswered =
                expectations[cursor].ordinals.lowerBound..<expectations[expectations.count - 1].ordinals.upperBound
            let names = expectations[cursor...].lazy.map { self.name(at: $0.start) }
            suspect = names.first { !RefusalReason.isPassedOn($0) } ?? name(at: expectations[cursor].start)
        }
        onFinish?(self)
    }

    private func note(
        _ element: ReplyElement, _ expectation: Expectation, of bytes: Span<UInt8>, completesReply: Bool
    ) {
        switch element {
        case .refusal(_, let line):
            status = status.worst(.refused)
            refusals.append((EscapedText.string(bytes.copy(line)), expectation.ordinals))
        case .notStored, .exists, .notFound, .meta(.miss, _, _), .meta(.notFound, _, _), .meta(.notStored, _, _),
            .meta(.exists, _, _):
            status = status.worst(.negative)
        case .value: sawValue = true
        case .end where expectation.shape == .values || expectation.shape == .value:
            if !sawValue { status = status.worst(.negative) }
        default: break
        }
        if completesReply { sawValue = false }
    }

    /// The name of the request at an offset of the batch.
    private func name(at start: Int) -> String {
        let word = (requests?.bytes ?? []).dropFirst(start).prefix { $0 > UInt8(ascii: " ") }
        return EscapedText.string(Array(word.prefix(32)))
    }

    private func flush() {
        guard !buffer.isEmpty else { return }
        output.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}

extension ReplyElement {
    fileprivate var isVersion: Bool { if case .version = self { true } else { false } }
}
