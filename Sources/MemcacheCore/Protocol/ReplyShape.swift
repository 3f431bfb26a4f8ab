/// What the reply to a command looks like, so that its end can be found.
package enum ReplyShape: UInt8, Hashable, Sendable {
    /// One line.
    case line
    /// One line, after a request that carried a data block.
    case storage
    /// `VALUE` blocks, then `END`, after a request for several keys. What a refusal among them leaves open is said at
    /// ``leavesEndOpen``.
    case values
    /// `VALUE` blocks, then `END`, after a request for one key.
    case value
    /// One meta line, or `VA` with its block.
    case meta
    /// As ``meta``, after a request that carried a data block.
    case metaStorage
    /// `STAT`, `ITEM` or `PREFIX` lines, then `END`; or a line alone (`RESET`, `OK`).
    case statistics
    /// A `STAT` line alone (`stats sizes_enable`), which may be followed by a second one that names an error.
    case statisticsWithoutEnd
    /// A `CONFIG` block, then `END`.
    case configuration
    /// Any number of lines and blocks, of which only the end is sure: the `VERSION` of a fence behind quiet commands and
    /// `noreply`, or an `MN`.
    case untilFence
    /// Whatever a command that is not known here answers, then the `VERSION` of a fence.
    case anythingUntilFence
    /// Nothing but the end of the connection, or the line of a refusal.
    case close
    /// The `VERSION` of a fence that no caller has asked for.
    case fence

    /// How far an element brings a reply of this shape.
    package enum Progress: Hashable, Sendable {
        case incomplete
        case complete
        /// The element cannot be in a reply of this shape: what follows on the connection cannot be trusted.
        case violation
    }

    /// What `element` means for a reply of this shape.
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

    /// Whether a refusal in a reply of this shape may be followed by more of the same reply.
    ///
    /// memcached ends a failed reply of several values with the refusal, and routers answer once; its built-in proxy
    /// sends a refusal for each key that failed, among the values, and `END` after them. The line alone does not tell. So
    /// a request behind such a read is sent with a fence before it, and without one the connection is closed.
    package var leavesEndOpen: Bool { self == .values }

    /// Whether the whole reply comes at once, so that a server that goes on and on is not waited for.
    var comesAtOnce: Bool {
        switch self {
        case .statistics, .statisticsWithoutEnd, .configuration, .untilFence, .anythingUntilFence, .fence: true
        case .line, .storage, .values, .value, .meta, .metaStorage, .close: false
        }
    }

    /// Whether the connection is to be closed after a refusal of a command of this shape.
    ///
    /// A server that refuses the line of a storage command may not swallow its data block, and then runs the block as
    /// commands: nothing that follows can be matched to a request. The one place where this is decided.
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
