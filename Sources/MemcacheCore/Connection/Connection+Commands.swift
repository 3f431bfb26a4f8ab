/// Commands as values on one connection.
extension Connection {
    /// Sends a command and waits for what it comes to.
    ///
    /// A task that is cancelled meanwhile gives up at once; others on the connection are not disturbed.
    @inline(__always)
    package func execute<Command: MemcacheCommand>(
        _ command: Command, timeout: Duration
    ) async throws(MemcacheError) -> Command.Outcome {
        try command.validate()
        var shared: Result<Reply, MemcacheError>?
        if let read = command.sharedRead { shared = await answer(to: read, timeout: timeout) }
        let result = if let shared { shared } else { await answer(to: command, timeout: timeout) }
        do throws(MemcacheError) {
            return try command.interpret(try result.get())
        } catch {
            if case .success = result, error.code == .unreadableReply { await distrust() }
            throw error.from(address)
        }
    }

    /// Sends a command in a request of its own.
    private func answer(
        to command: some MemcacheCommand, timeout: Duration
    ) async -> Result<Reply, MemcacheError> {
        var request = RequestEncoder()
        command.encode(into: &request)
        let shape: ReplyShape
        if let declared = command.replyShape.shape {
            shape = declared
        } else {
            request.append(RequestEncoder.fence)
            shape = .untilFence
        }
        let (bytes, longValues) = (request.bytes, request.longValues)
        let id = makeID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                submit(
                    bytes, with: longValues, expecting: [shape], timeout: timeout, id: id,
                    to: CommandWaiter(continuation: continuation))
            }
        } onCancel: {
            abandon(id)
        }
        if Task.isCancelled { forget(id) }
        return result
    }

    /// Sends a read, in one request with others that wait to be sent.
    ///
    /// - Returns: nil when the server refused the request, and so perhaps another's key: the read is to go alone then.
    @inline(__always)
    private func answer(to read: SharedRead, timeout: Duration) async -> Result<Reply, MemcacheError>? {
        let waiter = ReadWaiter(read.key)
        await withTaskCancellationHandler {
            // Unsafe, for this is the hot path: the one who takes the continuation out of the waiter resumes it.
            await withUnsafeContinuation { continuation in
                if waiter.begin(continuation) {
                    submit(read.word, for: waiter, timeout: timeout)
                } else {
                    continuation.resume()
                }
            }
        } onCancel: {
            waiter.finish(
                .failure(.cancelled(by: address, mayHaveTakenEffect: true)),
                unsent: .failure(.cancelled(by: address)))
        }
        return waiter.answer
    }
}

extension Connection {
    /// Sends commands in one write, and waits for what each comes to.
    package func execute<Command: MemcacheCommand>(
        _ commands: [Command], timeout: Duration
    ) async -> [Result<Command.Outcome, MemcacheError>] {
        var request = RequestEncoder()
        var shapes: [ReplyShape] = []
        var refused: [Int: MemcacheError] = [:]
        for (position, command) in commands.enumerated() {
            do throws(MemcacheError) {
                try command.validate()
            } catch {
                refused[position] = error
                continue
            }
            command.encode(into: &request)
            if let shape = command.replyShape.shape {
                shapes.append(shape)
            } else {
                request.append(RequestEncoder.fence)
                shapes.append(.untilFence)
            }
        }
        let replies = shapes.isEmpty ? [] : await replies(to: request, shapes, timeout)
        var next = replies.makeIterator()
        var results: [Result<Command.Outcome, MemcacheError>] = []
        results.reserveCapacity(commands.count)
        var isOutOfStep = false
        for (position, command) in commands.enumerated() {
            if let error = refused[position] {
                results.append(.failure(error))
                continue
            }
            switch next.next() ?? .failure(ReplyListWaiter.noAnswer) {
            case .failure(let error): results.append(.failure(error.from(address)))
            case .success(let reply):
                do throws(MemcacheError) {
                    results.append(.success(try command.interpret(reply)))
                } catch {
                    isOutOfStep = isOutOfStep || error.code == .unreadableReply
                    results.append(.failure(error.from(address)))
                }
            }
        }
        if isOutOfStep { await distrust() }
        return results
    }

    private func replies(
        to request: RequestEncoder, _ shapes: [ReplyShape], _ timeout: Duration
    ) async -> [Result<Reply, MemcacheError>] {
        let id = makeID()
        defer { forget(id) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                submit(
                    request.bytes, with: request.longValues, expecting: shapes, timeout: timeout, id: id,
                    to: ReplyListWaiter(shapes.count, continuation: continuation))
            }
        } onCancel: {
            abandon(id)
        }
    }
}

/// Makes whole replies of their elements, for one continuation.
///
/// `@unchecked Sendable`: after it is handed over, it is only touched on the connection's thread.
private final class ReplyListWaiter: ReplyReceiver, @unchecked Sendable {
    private let continuation: CheckedContinuation<[Result<Reply, MemcacheError>], Never>
    private let count: Int
    private var replies: [Result<Reply, MemcacheError>] = []
    private var collector = ReplyCollector()
    private var refusal: Refusal?

    static let noAnswer = MemcacheError(.connectionLost, "no answer came", mayHaveTakenEffect: true)

    init(_ count: Int, continuation: CheckedContinuation<[Result<Reply, MemcacheError>], Never>) {
        self.count = count
        self.continuation = continuation
    }

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure) {
        if shape == .untilFence {
            if case .refusal(let kind, let line) = element, refusal == nil {
                refusal = Refusal(kind: kind, line: bytes.copy(line))
            }
            guard completesReply else { return }
            replies.append(.success(refusal.map { .refused($0) } ?? .nothing))
            refusal = nil
        } else if let reply = try collector.collect(element, of: bytes, shape: shape) {
            replies.append(.success(reply))
        }
    }

    func paused() {}

    func finish(_ error: MemcacheError?, answered: Int) {
        let failure = error ?? Self.noAnswer
        replies += Array(repeating: .failure(failure), count: max(0, count - replies.count))
        continuation.resume(returning: replies)
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
        if shape == .untilFence {
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
