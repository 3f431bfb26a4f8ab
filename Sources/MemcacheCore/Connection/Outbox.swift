/// What callers have handed over to a connection and its loop has not yet taken. Reads of single keys that follow one
/// another become one request.
struct Outbox: ~Copyable {
    /// Requests that were handed over together, and who gets their replies.
    struct Submission: Sendable {
        let id: Int
        var shapes: [ReplyShape]
        let timeout: Duration
        /// When it was handed over; nil for when it is taken.
        let submitted: ContinuousClock.Instant?
        let receiver: any ReplyReceiver
    }

    /// What waits to be sent: the submissions in their order, and their bytes.
    struct Content: Sendable {
        var submissions: [Submission] = []
        var chunks: [[UInt8]] = []
    }

    /// The longest line of keys, its end included. Servers read lines up to 2048 bytes in one piece.
    static let maximumLineBytes = 2000
    /// Requests are brought together to chunks of this length at the most.
    static let chunkBytes = 65_536

    private static let value: [ReplyShape] = [.value]
    private static let values: [ReplyShape] = [.values]
    private static let fencedValues: [ReplyShape] = [.values, .fence]

    private var content = Content()
    /// The reads of the last line, when it has no end yet.
    private var line: SharedReads?
    private var lineBytes = 0
    private var lineTimeout = Duration.zero

    init() {}

    /// Whether nothing waits.
    var isEmpty: Bool { content.submissions.isEmpty }

    /// Adds requests, with the long values in them.
    mutating func submit(
        _ bytes: [UInt8], with longValues: [RequestEncoder.LongValue] = [], _ submission: Submission
    ) {
        endLine()
        addFence()
        content.submissions.append(submission)
        if !longValues.isEmpty {
            content.chunks += RequestEncoder.chunks(of: bytes, with: longValues)
        } else if let last = content.chunks.indices.last, content.chunks[last].count + bytes.count <= Self.chunkBytes {
            content.chunks[last].append(contentsOf: bytes)
        } else {
            content.chunks.append(bytes)
        }
    }

    /// Adds a read: to the line before it where that asks the same, or as a line of its own.
    mutating func submit(_ word: SharedRead.Word, for waiter: ReadWaiter, timeout: Duration, id: Int, isOnLoop: Bool) {
        let key = waiter.key.bytes
        if let line, line.word == word, lineTimeout == timeout,
            lineBytes + 1 + key.count + 2 <= Self.maximumLineBytes
        {
            lineBytes += 1 + key.count
            let last = content.chunks.count - 1
            content.chunks[last].append(UInt8(ascii: " "))
            content.chunks[last].append(contentsOf: key)
            if line.count == 1 { content.submissions[content.submissions.count - 1].shapes = Self.values }
            line.join(waiter)
            return
        }
        endLine()
        addFence()
        let reads = SharedReads(word, isOnLoop: isOnLoop)
        reads.join(waiter)
        line = reads
        lineTimeout = timeout
        lineBytes = word.text.utf8CodeUnitCount + 1 + key.count
        content.submissions.append(
            Submission(id: id, shapes: Self.value, timeout: timeout, submitted: nil, receiver: reads))
        if content.chunks.isEmpty || content.chunks[content.chunks.count - 1].count > Self.chunkBytes {
            content.chunks.append([])
        }
        let last = content.chunks.count - 1
        content.chunks[last].append(word.text)
        content.chunks[last].append(UInt8(ascii: " "))
        content.chunks[last].append(contentsOf: key)
    }

    /// Gives out what waits. Nobody joins its last line any more.
    mutating func take() -> Content {
        endLine()
        let taken = content
        content = Content()
        return taken
    }

    /// Has what follows a read of several keys begin with a fence.
    private mutating func addFence() {
        let last = content.submissions.count - 1
        guard last >= 0, content.submissions[last].shapes.last?.leavesEndOpen == true else { return }
        if content.submissions[last].shapes.count == 1 {
            content.submissions[last].shapes = Self.fencedValues
        } else {
            content.submissions[last].shapes.append(.fence)
        }
        content.chunks[content.chunks.count - 1].append(RequestEncoder.fence)
    }

    private mutating func endLine() {
        guard line != nil else { return }
        line = nil
        content.chunks[content.chunks.count - 1].append("\r\n")
    }
}
