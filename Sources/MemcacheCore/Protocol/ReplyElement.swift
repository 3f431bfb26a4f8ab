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

    /// The beginning of the line that it was read from, for an error message.
    package func line(in bytes: Span<UInt8>) -> [UInt8] {
        func text(_ word: StaticString, _ range: Range<Int>) -> [UInt8] {
            Array(String(describing: word).utf8) + bytes.copy(range)
        }
        return switch self {
        case .stored: Array("STORED".utf8)
        case .notStored: Array("NOT_STORED".utf8)
        case .exists: Array("EXISTS".utf8)
        case .notFound: Array("NOT_FOUND".utf8)
        case .deleted: Array("DELETED".utf8)
        case .touched: Array("TOUCHED".utf8)
        case .ok: Array("OK".utf8)
        case .reset: Array("RESET".utf8)
        case .end: Array("END".utf8)
        case .metaNoop: Array("MN".utf8)
        case .number(let number): Array(String(number).utf8)
        case .version(let version): text("VERSION ", version)
        case .value(let key, _, _, _): text("VALUE ", key)
        case .meta(_, let flags, _): text("meta reply ", flags)
        case .metaDebug(let line): text("ME ", line)
        case .statistic(let name, _): text("STAT ", name)
        case .cachedKey(let key): text("ITEM ", key)
        case .prefix(let prefix): text("PREFIX ", prefix)
        case .configuration: Array("CONFIG cluster".utf8)
        case .refusal(_, let line), .unknown(let line): bytes.copy(line)
        }
    }
}
