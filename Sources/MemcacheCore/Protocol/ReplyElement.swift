/// One line of a reply, or one value block, as the parser yields it, referring to the bytes it was read from.
///
/// The ranges are positions in those bytes and are invalid once the bytes have moved. ``ReplyCollector`` turns elements
/// into a ``Reply`` that owns its bytes; the shell prints elements without copying them.
package enum ReplyElement: Hashable, Sendable {
    case stored
    case notStored
    case exists
    case notFound
    case deleted
    case touched
    case ok
    case reset
    case end
    case metaNoop
    case number(UInt64)
    case version(Range<Int>)
    /// `VALUE <key> <flags> <bytes> [<cas>]` and its block.
    case value(key: Range<Int>, flags: UInt64, cas: UInt64?, data: Range<Int>)
    /// `HD`, `EN`, `NF`, `NS`, `EX`, and `VA` with its block; `flags` is the rest of the line.
    case meta(MetaReply.Status, flags: Range<Int>, data: Range<Int>)
    case metaDebug(Range<Int>)
    case statistic(name: Range<Int>, value: Range<Int>)
    case cachedKey(Range<Int>)
    case prefix(Range<Int>)
    /// `CONFIG cluster …`: the body of the block.
    case configuration(Range<Int>)
    case refusal(Refusal.Kind, line: Range<Int>)
    /// A line that memcached sends in reply to no known command.
    case unknown(Range<Int>)
}
