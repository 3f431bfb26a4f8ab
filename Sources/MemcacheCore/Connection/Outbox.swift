/// Requests that callers have submitted to a connection and its loop has not yet taken. Successive reads of single keys
/// become one request.
struct Outbox: ~Copyable {
    /// Requests that were submitted together, and the receiver of their replies.
    struct Submission: Sendable {
        let id: Int
        var shapes: [ReplyShape]
        let timeout: Duration
        /// When it was submitted; nil if the time at which it is taken counts.
        let submitted: ContinuousClock.Instant?
        let receiver: any ReplyReceiver
    }

    /// The queued submissions in order, and their bytes.
    struct Content: Sendable {
        var submissions: [Submission] = []
        var chunks: [[UInt8]] = []
    }

    /// The longest line of keys, including its end. Servers read lines up to 2048 bytes in one piece.
    static let maximumLineBytes = 2000
    /// The maximum length of a chunk into which requests are combined.
    static let chunkBytes = 65_536

    private static let value: [ReplyShape] = [.value]
    private static let values: [ReplyShape] = [.values]
    private static let fencedValues: [ReplyShape] = [.values, .fence]

    private var content = Content()
    /// The reads of the last line, if that is still open.
    private var line: SharedReads?
    private var lineBytes = 0
    private var lineTimeout = Duration.zero

    init() {}

    /// Whether nothing is queued.
    var isEmpty: Bool { content.submissions.isEmpty }

    /// Adds requests and the long values in them.
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

    /// Adds a read: to the line before it if that makes the same request, or as a line of its own.
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

    /// Removes and returns what is queued. No more reads can join its last line.
    mutating func take() -> Content {
        endLine()
        let taken = content
        content = Content()
        return taken
    }

    /// Adds a fence before what follows a read of several keys.
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
