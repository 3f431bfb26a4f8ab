import MemcacheCore

/// What goes out together: a batch for each server, and the order of the answers.
struct PoolBatch: Sendable {
    /// A batch for each server, in the order of the pool.
    var batches: [ServerBatch]
    /// Which server answers each command, in the order of the lines; ``nowhere`` for a key that none can be asked for.
    /// Empty with one server, which has that order itself.
    var owners: [Int] = []
    /// What is said of each key that no server can be asked for, in the order of the lines.
    var complaints: [ReportedError] = []
    /// What the commands of the answer ``AnswerInterpretation/statistics`` ask for.
    var statistics: [StatisticsRequest] = []

    /// In the place of a server's position.
    static let nowhere = -1

    init(servers: Int) {
        batches = Array(repeating: ServerBatch(), count: servers)
    }

    /// An empty round for the same servers, with room for as much as another has.
    init(like other: borrowing PoolBatch) {
        batches = other.batches.map { ServerBatch(like: $0) }
        if !other.owners.isEmpty { owners.reserveCapacity(other.owners.count) }
    }

    var isEmpty: Bool { complaints.isEmpty && batches.allSatisfy(\.isEmpty) }

    /// Whether a batch is long enough to be sent although more could be added. One with a long value is.
    var isFull: Bool {
        batches.contains { $0.encoder.bytes.count >= ServerBatch.fullBytes || !$0.encoder.longValues.isEmpty }
    }
}

/// Requests that go out to one server together, and what their answers mean.
struct ServerBatch: Sendable {
    /// A batch is sent when it has grown to this, even when more input is at hand.
    static let fullBytes = 65_536

    /// The requests.
    var encoder = RequestEncoder()
    /// The shape of each reply.
    var shapes: [ReplyShape] = []
    /// The commands, in the order of their lines.
    var commands: [ExpectedAnswer] = []
    /// How many keys the request at the end asks for; 0 when it takes no more.
    var openKeys = 0
    /// How long that request's line is, without its end.
    var openLineBytes = 0

    init() {}

    /// An empty batch with room for as much as another has.
    init(like other: borrowing ServerBatch) {
        guard other.commands.count > 1 else { return }
        commands.reserveCapacity(other.commands.count)
        encoder.reserveRoom(for: other.encoder.bytes.count)
    }

    var isEmpty: Bool { commands.isEmpty }

    /// What is not answered, of commands by their positions; at least one.
    func unanswered(_ positions: [Int]) -> Session.Unanswered {
        let (first, last) = (commands[positions[0]], commands[positions[positions.count - 1]])
        guard first.isMany, first.ordinal == last.ordinal else {
            return Session.Unanswered(firstLine: first.line, lastLine: last.line)
        }
        return Session.Unanswered(
            firstLine: first.line, lastLine: last.line, command: first.ordinal,
            keys: positions.map { Array(encoder.bytes[commands[$0].key.range]) })
    }

    /// Adds a command at the end.
    ///
    /// - Parameter shape: The shape of its reply; nil when it shares the reply of the command before it.
    mutating func add(_ command: consuming ExpectedAnswer, _ shape: ReplyShape?) {
        if let shape { shapes.append(shape) }
        command.hasReply = shape != nil
        openKeys = 0
        commands.append(command)
    }

    /// Adds a read of a key: to the request at the end, where that is one of the same command or of one like it, or as a
    /// request of its own.
    ///
    /// - Parameters:
    ///   - key: The key as it goes over the wire.
    ///   - lifetime: Stands in front of the keys of `gat`.
    ///   - command: The command, whose place for the key is filled in here.
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

    /// Ends a read of several keys, behind which another request follows, with a fence: a refusal among its values does not
    /// tell where its reply ends.
    mutating func addFence() {
        guard shapes.last?.leavesEndOpen == true else { return }
        encoder.append(RequestEncoder.fence)
        shapes.append(.fence)
    }

    /// Whether a key can go into the request at the end.
    private func takes(_ command: borrowing ExpectedAnswer, _ keyBytes: Int, hasLifetime: Bool) -> Bool {
        guard openKeys > 0, openLineBytes + keyBytes + 1 <= RequestBuilder.maximumRequestLineBytes else { return false }
        let last = commands.count - 1
        if commands[last].ordinal == command.ordinal { return true }
        if hasLifetime || openKeys >= RequestBuilder.maximumSharedKeys { return false }
        return commands[last].answer == command.answer
    }
}

/// Where a key stands in the bytes of a batch.
struct KeyPosition: Sendable {
    var start: Int
    var count: Int
    /// How many bytes in front of it belong to its name on the wire, and are not shown.
    var prefix: Int

    /// The key as the user writes it.
    var range: Range<Int> { start..<start + count }
    /// The key as the server knows it.
    var wireRange: Range<Int> { start - prefix..<start + count }
}

/// One command of a batch, or its part for one of its keys, in a few words.
struct ExpectedAnswer: Sendable {
    /// What its reply means.
    var answer: AnswerInterpretation
    /// The command's name, for machine formats.
    var name: StaticString
    /// How its answer is written.
    var format: OutputFormat
    /// Which line of the script it is.
    var line: Int
    /// Which command it belongs to; the parts for its keys have the same number.
    var ordinal: Int
    /// Its key; of no length where it has none.
    var key = KeyPosition(start: 0, count: 0, prefix: 0)
    /// Whether the command asks for several keys.
    var isMany = false
    /// Whether it has a reply of its own; not when it shares the reply of the one before it, as reads in a run do.
    var hasReply = true
    /// Whether values are written as the application reads them.
    var isDecoded = false
    /// Whether the lifetime that the command gives has ended already.
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
    /// An item and everything that a meta read tells about it.
    case description
    /// A meta reply as it is.
    case meta
    /// Whether the key is there, by a meta reply.
    case existence
    /// How long the key has to live, by a meta reply.
    case timeToLive
    /// `OK` or another line alone.
    case line
    /// `VERSION …`
    case version
    /// Statistics, of the kind at this position of the round's list.
    case statistics(Int)
    /// The nodes of a cluster.
    case cluster
    /// Nothing, unless the server refuses all the same.
    case silence

    /// Whether the request is a meta command.
    var needsMetaCommands: Bool {
        switch self {
        case .description, .meta, .existence, .timeToLive: true
        default: false
        }
    }

    /// Whether the reply is items, each in the turn of its key.
    var hasItems: Bool { self == .items || self == .itemsWithCAS }

    /// Whether the command may have changed something when no answer comes.
    var changesItems: Bool {
        switch self {
        case .storage, .deletion, .touch, .number, .line, .meta, .silence: true
        case .items, .itemsWithCAS, .description, .existence, .timeToLive, .version, .statistics, .cluster: false
        }
    }
}
