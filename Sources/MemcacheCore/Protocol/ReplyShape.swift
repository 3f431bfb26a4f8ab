/// The shape of a command's reply, by which its end is found.
package enum ReplyShape: UInt8, Hashable, Sendable {
    /// One line.
    case line
    /// One line, after a request that carried a data block.
    case storage
    /// `VALUE` blocks, then `END`, after a request for several keys. For errors among them, see ``leavesEndOpen``.
    case values
    /// `VALUE` blocks, then `END`, after a request for one key.
    case value
    /// One meta line, or `VA` with its block.
    case meta
    /// Like ``meta``, after a request that carried a data block.
    case metaStorage
    /// `STAT`, `ITEM` or `PREFIX` lines, then `END`; or a single line (`RESET`, `OK`).
    case statistics
    /// A single `STAT` line (`stats sizes_enable`), which may be followed by a second one that names an error.
    case statisticsWithoutEnd
    /// A `CONFIG` block, then `END`.
    case configuration
    /// Any number of lines and blocks, of which only the end is known: the `VERSION` of a fence after quiet commands
    /// and `noreply`, or an `MN`.
    case untilFence
    /// Any reply to a command that is not known here, then the `VERSION` of a fence.
    case anythingUntilFence
    /// Only the end of the connection, or an error line.
    case close
    /// The `VERSION` of a fence, which no caller is waiting for.
    case fence

    /// How far an element completes a reply of this shape.
    package enum Progress: Hashable, Sendable {
        case incomplete
        case complete
        /// The element cannot be part of a reply of this shape: what follows on the connection cannot be trusted.
        case violation
    }

    /// Returns what `element` means for a reply of this shape.
    package func progress(after element: ReplyElement) -> Progress {
        switch element {
        case .refusal where self == .fence: return .violation
        case .refusal: return self == .untilFence || self == .anythingUntilFence ? .incomplete : .complete
        case .unknown: return self == .anythingUntilFence ? .incomplete : .violation
        default: break
        }
        switch self {
        case .line:
            switch element {
            case .stored, .notStored, .exists, .notFound, .deleted, .touched, .ok, .reset, .number, .version, .metaNoop,
                .metaDebug, .meta(.miss, _, _):
                return .complete
            default: return .violation
            }
        case .storage:
            switch element {
            case .stored, .notStored, .exists, .notFound: return .complete
            default: return .violation
            }
        case .values, .value:
            switch element {
            case .value: return .incomplete
            case .end: return .complete
            default: return .violation
            }
        case .meta, .metaStorage:
            switch element {
            case .meta: return .complete
            default: return .violation
            }
        case .statistics:
            switch element {
            case .statistic, .cachedKey, .prefix: return .incomplete
            case .end, .reset, .ok: return .complete
            default: return .violation
            }
        case .statisticsWithoutEnd:
            if case .statistic = element { return .complete }
            return .violation
        case .configuration:
            switch element {
            case .configuration, .value: return .incomplete
            case .end: return .complete
            default: return .violation
            }
        case .untilFence, .anythingUntilFence:
            switch element {
            case .version, .metaNoop: return .complete
            default: return .incomplete
            }
        case .fence:
            if case .version = element { return .complete }
            return .violation
        case .close:
            return .violation
        }
    }

    /// Whether an error in a reply of this shape may be followed by more of the same reply.
    ///
    /// memcached ends a failed reply of several values with the error, and routers answer once; its built-in proxy
    /// sends an error for each key that failed, among the values, and `END` after them. The error line alone does not
    /// show which it is. So a request after such a read is sent with a fence before it, and without one the connection
    /// is closed.
    package var leavesEndOpen: Bool { self == .values }

    /// Whether the whole reply arrives at once, so that there is a limit on how long a server may keep sending.
    var comesAtOnce: Bool {
        switch self {
        case .statistics, .statisticsWithoutEnd, .configuration, .untilFence, .anythingUntilFence, .fence: true
        case .line, .storage, .values, .value, .meta, .metaStorage, .close: false
        }
    }

    /// Whether the connection must be closed after an error in reply to a command of this shape.
    ///
    /// A server that rejects the line of a storage command may not consume its data block, and then executes the block
    /// as commands: nothing that follows can be matched to a request. This is the only place where that is decided.
    package func losesStep(after kind: Refusal.Kind, line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        switch (self, kind) {
        case (.storage, .error), (.metaStorage, .error): return true
        case (.storage, .clientError), (.metaStorage, .clientError), (.untilFence, .clientError):
            return line.equals("CLIENT_ERROR bad command line format", in: range)
                || line.equals("CLIENT_ERROR bad data chunk", in: range)
                || line.equals("CLIENT_ERROR line too long", in: range)
        default:
            return line.equals(Refusal.tooManyConnections, in: range)
        }
    }
}
