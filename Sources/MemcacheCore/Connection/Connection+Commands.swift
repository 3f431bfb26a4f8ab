/// Executing commands on one connection.
extension Connection {
    /// Sends a command and waits for its result.
    ///
    /// A cancelled task stops waiting at once; other commands on the connection are not affected.
    ///
    /// - Parameter goesAlone: Whether the command has a request of its own. It is set for a read whose shared request
    ///   failed, also when it is sent on another connection.
    @inline(__always)
    package func execute<Request: MemcacheCommand>(
        _ command: Request, timeout: Duration, goesAlone: inout Bool
    ) async throws(MemcacheError) -> Request.Outcome {
        try command.validate()
        var shared: Result<Reply, MemcacheError>?
        if !goesAlone, let read = command.sharedRead {
            shared = await answer(to: read, timeout: timeout)
            goesAlone = shared == nil
        }
        let result = if let shared { shared } else { await answer(to: command, timeout: timeout) }
        do throws(MemcacheError) {
            return try command.interpret(try result.get())
        } catch {
            if case .success = result, error.code == .unreadableReply { await distrust() }
            throw error.from(address)
        }
    }

    /// Sends a command and waits for its result. A read whose shared request failed is sent once more, alone.
    package func execute<Request: MemcacheCommand>(
        _ command: Request, timeout: Duration
    ) async throws(MemcacheError) -> Request.Outcome {
        var goesAlone = false
        return try await execute(command, timeout: timeout, goesAlone: &goesAlone)
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
                    to: CommandWaiter(command.maximumItems, self, continuation: continuation))
            }
        } onCancel: {
            abandon(id)
        }
        if Task.isCancelled { forget(id) }
        return result
    }

    /// Sends a read, in one request with others that are waiting to be sent.
    ///
    /// - Returns: nil if the server rejected the request, perhaps because of another key: the read must then be sent
    ///   alone.
    @inline(__always)
    private func answer(to read: SharedRead, timeout: Duration) async -> Result<Reply, MemcacheError>? {
        let waiter = ReadWaiter(read.key)
        await withTaskCancellationHandler {
            // Unsafe because this is the hot path: whoever takes the continuation out of the waiter resumes it.
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
    /// Sends commands in one write, and waits for the result of each.
    package func execute<Request: MemcacheCommand>(
        _ commands: [Request], timeout: Duration
    ) async -> [Result<Request.Outcome, MemcacheError>] {
        var request = RequestEncoder()
        var shapes: [ReplyShape] = []
        var refused: [Int: MemcacheError] = [:]
        var maximumItems: [Int?] = []
        for (position, command) in commands.enumerated() {
            do throws(MemcacheError) {
                try command.validate()
            } catch {
                refused[position] = error
                continue
            }
            if shapes.last?.leavesEndOpen == true {
                request.append(RequestEncoder.fence)
                shapes.append(.fence)
            }
            maximumItems.append(command.maximumItems)
            command.encode(into: &request)
            if let shape = command.replyShape.shape {
                shapes.append(shape)
            } else {
                request.append(RequestEncoder.fence)
                shapes.append(.untilFence)
            }
        }
        let replies = shapes.isEmpty ? [] : await replies(to: request, shapes, maximumItems, timeout)
        var next = replies.makeIterator()
        var results: [Result<Request.Outcome, MemcacheError>] = []
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
        to request: RequestEncoder, _ shapes: [ReplyShape], _ maximumItems: [Int?], _ timeout: Duration
    ) async -> [Result<Reply, MemcacheError>] {
        let id = makeID()
        defer { forget(id) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                submit(
                    request.bytes, with: request.longValues, expecting: shapes, timeout: timeout, id: id,
                    to: ReplyListWaiter(maximumItems, self, continuation: continuation))
            }
        } onCancel: {
            abandon(id)
        }
    }
}

/// Builds whole replies from their elements, for one continuation.
///
/// `@unchecked Sendable`: once submitted, it is only touched on the connection's thread.
private final class ReplyListWaiter: ReplyReceiver, @unchecked Sendable {
    private let continuation: CheckedContinuation<[Result<Reply, MemcacheError>], Never>
    /// The maximum number of items in each reply.
    private let maximumItems: [Int?]
    private var replies: [Result<Reply, MemcacheError>] = []
    private var collector: ReplyCollector
    private var refusal: Refusal?

    static let noAnswer = MemcacheError(.connectionLost, "no answer came", mayHaveTakenEffect: true)

    init(
        _ maximumItems: [Int?], _ connection: Connection,
        continuation: CheckedContinuation<[Result<Reply, MemcacheError>], Never>
    ) {
        self.maximumItems = maximumItems
        collector = ReplyCollector(maximumBytes: connection.options.maximumReplyBytes)
        self.continuation = continuation
    }

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure) {
        if case .refusal(let kind, let line) = element, !completesReply {
            // The rest of the reply, up to the fence, is ignored.
            refusal = refusal ?? Refusal(kind: kind, line: bytes.copy(line))
            collector.reset()
            return
        }
        if shape == .untilFence || refusal != nil {
            guard completesReply else { return }
            replies.append(.success(refusal.map { .refused($0) } ?? .nothing))
            refusal = nil
            return
        }
        if replies.count < maximumItems.count { collector.maximumItems = maximumItems[replies.count] }
        if let reply = try collector.collect(element, of: bytes, shape: shape) { replies.append(.success(reply)) }
    }

    func paused() {}

    func finish(_ error: MemcacheError?, answered: Int) {
        let failure = error ?? Self.noAnswer
        replies += Array(repeating: .failure(failure), count: max(0, maximumItems.count - replies.count))
        continuation.resume(returning: replies)
    }
}

/// Builds one whole reply from its elements, for one continuation.
///
/// `@unchecked Sendable`: once submitted, it is only touched on the connection's thread.
private final class CommandWaiter: ReplyReceiver, @unchecked Sendable {
    private let continuation: CheckedContinuation<Result<Reply, MemcacheError>, Never>
    private var collector: ReplyCollector
    private var result: Reply?

    init(
        _ maximumItems: Int?, _ connection: Connection,
        continuation: CheckedContinuation<Result<Reply, MemcacheError>, Never>
    ) {
        collector = ReplyCollector(maximumBytes: connection.options.maximumReplyBytes)
        collector.maximumItems = maximumItems
        self.continuation = continuation
    }

    func receive(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool
    ) throws(ReplyParser.Failure) {
        if case .refusal(let kind, let line) = element, !completesReply {
            // A command with `noreply` gets a reply only if the server could not read it; and after an error in a read
            // of several keys, the rest up to the fence is ignored.
            if result == nil { result = .refused(Refusal(kind: kind, line: bytes.copy(line))) }
            collector.reset()
            return
        }
        guard shape != .untilFence, result == nil else { return }
        result = try collector.collect(element, of: bytes, shape: shape)
    }

    func paused() {}

    func finish(_ error: MemcacheError?, answered: Int) {
        continuation.resume(returning: error.map { .failure($0) } ?? .success(result ?? .nothing))
    }
}

extension MemcacheCommand {
    /// The maximum number of items in the reply; nil if unknown.
    fileprivate var maximumItems: Int? {
        guard let shape = replyShape.shape, shape == .values || shape == .value else { return nil }
        return shape == .value ? 1 : (self as? any ManyKeysCommand)?.keys.count
    }
}
