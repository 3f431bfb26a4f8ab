import MemcacheCore

/// What a renderer knows about the command whose answer it writes.
struct AnswerContext {
    /// The command's name.
    var name: StaticString
    /// The server that answered, as the user wrote it.
    var server: String
    /// Whether there are several servers, so that every answer says which it is from.
    var namesServer: Bool
    /// Whether a value is followed by a newline in the plain format: in a script, but not after a one-liner.
    var endsValues: Bool
    /// Whether the command asks for several keys.
    var isMany: Bool
    /// Whether the lifetime that the command gives has already ended.
    var isOver = false
    /// The number of descriptors in use on the server, for its general statistics.
    var connectionRoom: ConnectionRoom?
}

/// An item in the bytes of a reply.
struct AnsweredItem {
    var flags: UInt64
    var cas: UInt64?
    /// The seconds left to live, if known; -1 for no end.
    var timeToLive: Int64?
    /// The number of stored bytes, if the value is not given as it is stored.
    var size: Int?
}

/// Writes answers in one format. What each format looks like is documented in the manual.
protocol AnswerRenderer: Sendable {
    /// The table whose row was written last; nil for a format that is no table.
    var table: DelimitedTable? { get }
    /// A status: `STORED` in reply to the command for a key; the key is empty if the command has none.
    mutating func status(_ word: StaticString, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8])
    /// The new number of a counter.
    mutating func number(_ number: UInt64, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8])
    /// A key that was found.
    mutating func item(
        _ item: AnsweredItem, key: Span<UInt8>, value: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8])
    /// What follows the value of an item that is written unchanged and can be written piece by piece; nil if the
    /// renderer processes the value.
    func endOfValue(_ item: AnsweredItem, _ context: AnswerContext) -> StaticString?
    /// A key that was not found.
    mutating func miss(key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8])
    /// Whether a key exists.
    mutating func existence(_ exists: Bool, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8])
    /// The remaining lifetime of a key; nil for no end.
    mutating func timeToLive(_ seconds: Int64?, key: Span<UInt8>, _ context: AnswerContext, to out: inout [UInt8])
    /// A meta reply: its two letters and flags, and its value after `VA`.
    mutating func meta(
        _ status: MetaReply.Status, flags: Span<UInt8>, value: Span<UInt8>, key: Span<UInt8>, _ context: AnswerContext,
        to out: inout [UInt8])
    /// A line of text: a version, `ME …`.
    mutating func text(_ text: Span<UInt8>, named name: StaticString, _ context: AnswerContext, to out: inout [UInt8])
    /// Statistics, and whatever else a `stats` command answers.
    mutating func statistics(
        _ reply: Reply, _ request: StatisticsRequest, _ context: AnswerContext, to out: inout [UInt8])
}

extension AnswerRenderer {
    var table: DelimitedTable? { nil }

    func endOfValue(_ item: AnsweredItem, _ context: AnswerContext) -> StaticString? { nil }
}

extension MetaReply.Status {
    /// The two letters on the wire.
    var word: StaticString {
        switch self {
        case .done: "HD"
        case .value: "VA"
        case .miss: "EN"
        case .notFound: "NF"
        case .notStored: "NS"
        case .exists: "EX"
        }
    }
}
