/// Commands as values on one connection.
extension Connection {
    /// Sends a command and waits for what it comes to.
    ///
    /// A task that is cancelled meanwhile gives up at once; others on the connection are not disturbed.
    package func execute<Command: MemcacheCommand>(
        _ command: Command, timeout: Duration
    ) async throws(MemcacheError) -> Command.Outcome {
        try command.validate()
        var request = RequestEncoder()
        command.encode(into: &request)
        let shape: ReplyShape
        if let declared = command.replyShape.shape {
            shape = declared
        } else {
            request.append(RequestEncoder.fence)
            shape = .untilNoop
        }
        let bytes = request.bytes
        let id = makeID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                submit(
                    bytes, expecting: [shape], timeout: timeout, id: id,
                    to: CommandWaiter(continuation: continuation))
            }
        } onCancel: {
            abandon(id)
        }
        if Task.isCancelled { forget(id) }
        do {
            return try command.interpret(try result.get())
        } catch {
            throw error.from(address)
        }
    }
}

/// Makes one whole reply of its elements, for one continuation.
///
/// `@unchecked Sendable`: after it is handed over, it is only touched on the connection's thread.
private final class CommandWaiter: ReplyReceiver, @unchecked Sendable {
    private let continuation: CheckedContinuation<Result<Reply, MemcacheError>, Never>
    private var collector = ReplyCollector()
    private var result: Reply?

    init(continuation: CheckedContinuation<Result<Reply, MemcacheError>, Never>) {
        self.continuation = continuation
    }

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure) {
        if shape == .untilNoop {
            noteRefusal(element, of: bytes)
        } else if let reply = try collector.collect(element, of: bytes, shape: shape) {
            result = reply
        }
    }

    func paused() {}

    func finish(_ error: MemcacheError?, answered: Int) {
        continuation.resume(returning: error.map { .failure($0) } ?? .success(result ?? .nothing))
    }

    /// A command with `noreply` says nothing, unless the server could not read it.
    private func noteRefusal(_ element: ReplyElement, of bytes: Span<UInt8>) {
        guard case .refusal(let kind, let line) = element, result == nil else { return }
        result = .refused(Refusal(kind: kind, line: bytes.copy(line)))
    }
}
