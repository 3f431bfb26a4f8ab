import MemcacheCore

/// Repeats reads, each key alone, because the server refused a request with several keys. Which of them it refused is
/// unknown, and the others may have an answer.
///
/// They use a connection of their own. The server's answers to the commands after them are kept in the meantime, and
/// are received once the answers of the reads are written, so that the order is preserved.
///
/// It belongs to the connections' thread, as its writer does.
final class ReadRetries {
    /// What a receiver was given while reads were repeated.
    private enum Kept {
        case element(BatchReplyReceiver, ReplyElement, [UInt8], shape: ReplyShape, completesReply: Bool)
        case finish(BatchReplyReceiver, MemcacheError?, answered: Int)
    }

    private let client: MemcacheClient
    private let position: Int
    private let maximumBytes: Int
    private var kept: [Kept] = []
    /// The approximate number of bytes in `kept` since reads are repeated.
    private var keptBytes = 0
    private var first = 0
    private var connection: Connection?

    /// The maximum number of bytes that wait for repeated reads.
    private static let maximumBytes = 64 << 20
    /// The approximate size of an element without its bytes.
    private static let elementBytes = 128

    /// Retries at a server of the client, by its position.
    ///
    /// - Parameter maximumBytes: How many bytes may wait. Beyond that, the repeated reads are abandoned, and count as
    ///   unanswered.
    init(_ client: MemcacheClient, position: Int, maximumBytes: Int = ReadRetries.maximumBytes) {
        self.client = client
        self.position = position
        self.maximumBytes = maximumBytes
    }

    /// Whether answers wait for those of repeated reads.
    private(set) var isActive = false

    /// Requests reads again.
    func begin(_ batch: ServerBatch, to receiver: BatchReplyReceiver) {
        isActive = true
        keptBytes = 0
        do throws(MemcacheError) {
            let connection = try client.makeConnection(to: position)
            self.connection = connection
            connection.submit(
                batch.encoder.bytes, expecting: batch.shapes, timeout: client.configuration.replyTimeout, to: receiver)
        } catch {
            receiver.finish(error, answered: 0)
        }
    }

    /// Receives what was kept, once the answers of the repeated reads are written.
    func end() {
        connection = nil
        isActive = false
        while !isActive, first < kept.count {
            let next = kept[first]
            first += 1
            switch next {
            case .element(let receiver, let element, let bytes, let shape, let completesReply):
                receiver.receiveKept(element, of: bytes.span, shape: shape, completesReply: completesReply)
            case .finish(let receiver, let error, let answered): receiver.finish(error, answered: answered)
            }
        }
        guard first == kept.count else { return }
        kept = []
        first = 0
    }

    /// Keeps an element for later.
    func keep(
        _ element: ReplyElement, at range: Range<Int>, of bytes: Span<UInt8>, shape: ReplyShape, completesReply: Bool,
        for receiver: BatchReplyReceiver
    ) {
        kept.append(
            .element(
                receiver, element.moved(by: -range.lowerBound), bytes.copy(range), shape: shape,
                completesReply: completesReply))
        let (sum, overflow) = keptBytes.addingReportingOverflow(range.count + ReadRetries.elementBytes)
        keptBytes = overflow ? .max : sum
        guard keptBytes > maximumBytes else { return }
        connection?.close(
            "the read was abandoned: more than \(maximumBytes) bytes of later answers waited for it")
    }

    /// Keeps the end of a batch for later.
    func keep(_ error: MemcacheError?, answered: Int, for receiver: BatchReplyReceiver) {
        kept.append(.finish(receiver, error, answered: answered))
    }
}

extension ServerBatch {
    /// The batch of some reads of a request, each in a request of its own.
    ///
    /// - Parameter group: The request's commands, which determine how the request begins.
    func readsAlone(_ reads: Range<Int>, in group: Range<Int>) -> ServerBatch {
        var alone = ServerBatch()
        let bytes = encoder.bytes
        let firstKey = commands[group.lowerBound].key.wireRange.lowerBound
        let lineStart = (bytes[..<firstKey].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        for index in reads {
            var command = commands[index]
            let key = command.key
            alone.encoder.append(bytes.span.extracting(lineStart..<firstKey))
            command.key.start = alone.encoder.bytes.count + key.prefix
            alone.encoder.append(bytes.span.extracting(key.wireRange))
            alone.encoder.endLine()
            alone.add(command, .value)
        }
        return alone
    }
}

extension ReplyElement {
    /// The same element, for bytes at another offset.
    fileprivate func moved(by distance: Int) -> ReplyElement {
        func moved(_ range: Range<Int>) -> Range<Int> {
            // An empty range may be anywhere.
            range.isEmpty ? 0..<0 : range.lowerBound + distance..<range.upperBound + distance
        }
        switch self {
        case .version(let range): return .version(moved(range))
        case .value(let key, let flags, let cas, let data):
            return .value(key: moved(key), flags: flags, cas: cas, data: moved(data))
        case .meta(let status, let flags, let data): return .meta(status, flags: moved(flags), data: moved(data))
        case .metaDebug(let range): return .metaDebug(moved(range))
        case .statistic(let name, let value): return .statistic(name: moved(name), value: moved(value))
        case .cachedKey(let range): return .cachedKey(moved(range))
        case .prefix(let range): return .prefix(moved(range))
        case .configuration(let range): return .configuration(moved(range))
        case .refusal(let kind, let line): return .refusal(kind, line: moved(line))
        case .unknown(let range): return .unknown(moved(range))
        case .stored, .notStored, .exists, .notFound, .deleted, .touched, .ok, .reset, .end, .metaNoop, .number:
            return self
        }
    }
}
