import MemcacheCore

/// Requests that go out together, and what their answers mean.
struct PreparedBatch: Sendable {
    /// The requests.
    var encoder = RequestEncoder()
    /// The shape of each reply.
    var shapes: [ReplyShape] = []
    /// The commands, in the order of their lines.
    var commands: [PreparedCommand] = []
    /// Where the keys of all commands stand in the requests.
    var keys: [KeyPosition] = []
    /// What the commands of the answer ``AnswerKind/statistics`` ask for.
    var statistics: [StatisticsRequest] = []

    var isEmpty: Bool { commands.isEmpty }
}

/// Where a key stands in the bytes of a batch.
struct KeyPosition: Sendable {
    var start: Int
    var count: Int

    var range: Range<Int> { start..<start + count }
}

/// One command of a batch, in a few words.
struct PreparedCommand: Sendable {
    /// What its replies mean.
    var answer: AnswerKind
    /// The command's name, for machine formats.
    var name: StaticString
    /// How its answers are written.
    var format: OutputFormat
    /// Which line of the script it is.
    var line: Int
    /// The first of its keys in the batch's list, and how many there are.
    var firstKey: Int
    var keyCount: Int
    /// How many replies it has of its own; none when it shares the reply of the command before it, as reads in a run do.
    var replyCount: Int
}

/// What the replies to a command mean.
enum AnswerKind: Hashable, Sendable {
    /// One of the storage answers; one reply for each key.
    case storage
    /// `DELETED` or `NOT_FOUND`; one reply for each key.
    case deletion
    /// `TOUCHED` or `NOT_FOUND`; one reply for each key.
    case touch
    /// A number or `NOT_FOUND`.
    case number
    /// Items, for each key in its turn.
    case items
    /// Items with their CAS tokens, which the session remembers.
    case itemsWithCAS
    /// An item and everything that a meta read tells about it; one reply for each key.
    case description
    /// A meta reply as it is.
    case meta
    /// Whether each key is there; one meta reply for each key.
    case existence
    /// How long each key has to live; one meta reply for each key.
    case timeToLive
    /// `OK` or another line alone.
    case line
    /// `VERSION …`
    case version
    /// Statistics, of the kind at this position of the batch's list.
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

    /// Whether the reply is items for keys in their order.
    var hasItems: Bool { self == .items || self == .itemsWithCAS }

    /// Whether one reply can answer several commands of this kind, each in its turn.
    var isShareable: Bool { hasItems || self == .silence }

    /// Whether the command may have changed something when no answer comes.
    var changesItems: Bool {
        switch self {
        case .storage, .deletion, .touch, .number, .line, .meta, .silence: true
        case .items, .itemsWithCAS, .description, .existence, .timeToLive, .version, .statistics, .cluster: false
        }
    }
}
