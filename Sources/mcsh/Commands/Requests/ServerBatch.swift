import MemcacheCore

/// The requests that are sent together: a batch for each server, and the order of the answers.
struct PoolBatch: Sendable {
    /// A batch for each server, in the order of the pool.
    var batches: [ServerBatch]
    /// The server that answers each command, in the order of the lines; ``nowhere`` for a key without a reachable
    /// server. Empty with a single server, whose answers are already in order.
    var owners: [Int] = []
    /// The error for each key without a reachable server, in the order of the lines.
    var complaints: [ReportedError] = []
    /// The requests of the commands whose answer is ``AnswerInterpretation/statistics``.
    var statistics: [StatisticsRequest] = []

    /// Used instead of a server's position.
    static let nowhere = -1

    init(servers: Int) {
        batches = Array(repeating: ServerBatch(), count: servers)
    }

    /// An empty round for the same servers, with the capacity of another.
    init(like other: borrowing PoolBatch) {
        batches = other.batches.map { ServerBatch(like: $0) }
        if !other.owners.isEmpty { owners.reserveCapacity(other.owners.count) }
    }

    var isEmpty: Bool { complaints.isEmpty && batches.allSatisfy(\.isEmpty) }

    /// Whether a batch is long enough to be sent although more could be added, as one with a long value is.
    var isFull: Bool {
        batches.contains { $0.encoder.bytes.count >= ServerBatch.fullBytes || !$0.encoder.longValues.isEmpty }
    }
}

/// Requests that are sent to one server together, and the meaning of their answers.
struct ServerBatch: Sendable {
    /// The size at which a batch is sent even if more input is available.
    static let fullBytes = 65_536

    /// The requests.
    var encoder = RequestEncoder()
    /// The shape of each reply.
    var shapes: [ReplyShape] = []
    /// The commands, in the order of their lines.
    var commands: [ExpectedAnswer] = []
    /// The number of keys of the last request; 0 if no more can be added.
    var openKeys = 0
    /// The length of that request's line without its terminator.
    var openLineBytes = 0

    init() {}

    /// An empty batch with the capacity of another.
    init(like other: borrowing ServerBatch) {
        guard other.commands.count > 1 else { return }
        commands.reserveCapacity(other.commands.count)
        encoder.reserveRoom(for: other.encoder.bytes.count)
    }

    var isEmpty: Bool { commands.isEmpty }

    /// The commands without an answer, given by their positions; at least one.
    func unanswered(_ positions: [Int]) -> LostReplies.Unanswered {
        let (first, last) = (commands[positions[0]], commands[positions[positions.count - 1]])
        guard first.isMany, first.ordinal == last.ordinal else {
            return LostReplies.Unanswered(firstLine: first.line, lastLine: last.line)
        }
        return LostReplies.Unanswered(
            firstLine: first.line, lastLine: last.line, command: first.ordinal,
            keys: positions.map { Array(encoder.bytes[commands[$0].key.range]) })
    }

    /// Adds a command at the end.
    ///
    /// - Parameter shape: The shape of its reply; nil if it shares the reply of the command before it.
    mutating func add(_ command: consuming ExpectedAnswer, _ shape: ReplyShape?) {
        if let shape { shapes.append(shape) }
        command.hasReply = shape != nil
        openKeys = 0
        commands.append(command)
    }

    /// Adds a read of a key: to the last request, if that is of the same or a similar command, or as a request of its
    /// own.
    ///
    /// - Parameters:
    ///   - key: The key as it is sent over the wire.
    ///   - lifetime: Precedes the keys of `gat`.
    ///   - command: The command, whose position of the key is filled in here.
    mutating func addRead(_ key: Span<UInt8>, lifetime: Int64?, prefix: Int, _ command: consuming ExpectedAnswer) {
        let isJoined = takes(command, key.count, hasLifetime: lifetime != nil)
        if !isJoined { addFence() }
        if isJoined {
            if openKeys == 1 { shapes[shapes.count - 1] = .values }
            encoder.extendLine(with: key)
            openLineBytes += key.count + 1
        } else {
            let start = encoder.bytes.count
            encoder.append(command.name)
            if let lifetime { encoder.append(number: lifetime) }
            encoder.append(" ")
            encoder.append(key)
            openLineBytes = encoder.bytes.count - start
            encoder.endLine()
        }
        command.key = KeyPosition(
            start: encoder.bytes.count - 2 - key.count + prefix, count: key.count - prefix, prefix: prefix)
        let keys = isJoined ? openKeys + 1 : 1
        add(command, isJoined ? nil : .value)
        openKeys = keys
    }

    /// Ends a read of several keys that another request follows with a fence: an error reply among its values does not
    /// show where the reply ends.
    mutating func addFence() {
        guard shapes.last?.leavesEndOpen == true else { return }
        encoder.append(RequestEncoder.fence)
        shapes.append(.fence)
    }

    /// Whether a key fits into the last request.
    private func takes(_ command: borrowing ExpectedAnswer, _ keyBytes: Int, hasLifetime: Bool) -> Bool {
        guard openKeys > 0, openLineBytes + keyBytes + 1 <= RequestBuilder.maximumRequestLineBytes else { return false }
        let last = commands.count - 1
        if commands[last].ordinal == command.ordinal { return true }
        if hasLifetime || openKeys >= RequestBuilder.maximumSharedKeys { return false }
        return commands[last].answer == command.answer
    }
}

/// Where a key is in the bytes of a batch.
struct KeyPosition: Sendable {
    var start: Int
    var count: Int
    /// The number of bytes before it that belong to its name on the wire and are not shown.
    var prefix: Int

    /// The key as the user writes it.
    var range: Range<Int> { start..<start + count }
    /// The key as the server knows it.
    var wireRange: Range<Int> { start - prefix..<start + count }
}

/// One command of a batch, or its part for one of its keys, in compact form.
struct ExpectedAnswer: Sendable {
    /// What its reply means.
    var answer: AnswerInterpretation
    /// The command's name, for machine formats.
    var name: StaticString
    /// The format of its answer.
    var format: OutputFormat
    /// The line of the script that it is on.
    var line: Int
    /// The number of the command it belongs to; the parts for its keys have the same number.
    var ordinal: Int
    /// Its key; of length 0 if it has none.
    var key = KeyPosition(start: 0, count: 0, prefix: 0)
    /// Whether the command asks for several keys.
    var isMany = false
    /// Whether it has a reply of its own; false if it shares the reply of the previous one, as reads in a run do.
    var hasReply = true
    /// Whether values are written as the application reads them.
    var isDecoded = false
    /// Whether the lifetime that the command gives has already ended.
    var isOver = false
}

/// What the replies to a command mean.
enum AnswerInterpretation: Hashable, Sendable {
    /// One of the storage answers.
    case storage
    /// `DELETED` or `NOT_FOUND`.
    case deletion
    /// `TOUCHED` or `NOT_FOUND`.
    case touch
    /// A number or `NOT_FOUND`.
    case number
    /// An item, or none.
    case items
    /// An item with its CAS token, which the session remembers.
    case itemsWithCAS
    /// An item and everything that a meta read returns about it.
    case description
    /// A meta reply, unchanged.
    case meta
    /// Whether the key exists, by a meta reply.
    case existence
    /// The remaining lifetime of the key, by a meta reply.
    case timeToLive
    /// `OK` or another line alone.
    case line
    /// `VERSION …`
    case version
    /// Statistics, of the kind at this position of the round's list.
    case statistics(Int)
    /// The nodes of a cluster.
    case cluster
    /// Nothing, unless the server sends an error nevertheless.
    case silence

    /// Whether the request is a meta command.
    var needsMetaCommands: Bool {
        switch self {
        case .description, .meta, .existence, .timeToLive: true
        default: false
        }
    }

    /// Whether the reply is items, each in the order of its key.
    var hasItems: Bool { self == .items || self == .itemsWithCAS }

    /// Whether the command may have changed something if no answer arrives.
    var changesItems: Bool {
        switch self {
        case .storage, .deletion, .touch, .number, .line, .meta, .silence: true
        case .items, .itemsWithCAS, .description, .existence, .timeToLive, .version, .statistics, .cluster: false
        }
    }
}
