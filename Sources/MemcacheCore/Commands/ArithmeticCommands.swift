// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Adds to the number that an item holds as text.
///
/// The number is unsigned, of 64 bits, and wraps round at the end. The stored text never gets shorter: memcached pads
/// it with blanks, which ``Get`` returns and which the answer to this command does not have. Flags and lifetime stay.
///
/// The corresponding memcached command is `incr`.
public struct Increment: SilenceableCommand {
    /// What happened.
    public enum Outcome: Hashable, Sendable {
        /// The number the item holds now.
        case value(UInt64)
        /// There is no such item; nothing was created.
        case missing
    }

    public static let name = "incr"

    /// The item's key.
    public var key: Key
    /// How much is added.
    public var delta: UInt64

    /// Makes the command.
    public init(_ key: Key, by delta: UInt64 = 1) {
        self.key = key
        self.delta = delta
    }

    public var route: CommandRoute { .owner(of: key) }

    public var replyShape: CommandReplyShape { .line }

    public func validate() throws(MemcacheError) { try validateClassic(key) }

    public func encode(into request: inout RequestEncoder, noreply: Bool) {
        request.arithmetic(increments: true, key: key.bytes.span, delta: delta, noreply: noreply)
    }

    public func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome {
        switch reply {
        case .number(let number): .value(number)
        case .notFound: .missing
        default: throw .unexpected(reply, to: Self.name)
        }
    }
}

/// Subtracts from the number that an item holds as text, and stops at 0.
///
/// The stored text never gets shorter: 100 less 1 is stored as `99` and a blank.
///
/// The corresponding memcached command is `decr`.
public struct Decrement: SilenceableCommand {
    /// What happened.
    public enum Outcome: Hashable, Sendable {
        /// The number the item holds now.
        case value(UInt64)
        /// There is no such item; nothing was created.
        case missing
    }

    public static let name = "decr"

    /// The item's key.
    public var key: Key
    /// How much is subtracted.
    public var delta: UInt64

    /// Makes the command.
    public init(_ key: Key, by delta: UInt64 = 1) {
        self.key = key
        self.delta = delta
    }

    public var route: CommandRoute { .owner(of: key) }

    public var replyShape: CommandReplyShape { .line }

    public func validate() throws(MemcacheError) { try validateClassic(key) }

    public func encode(into request: inout RequestEncoder, noreply: Bool) {
        request.arithmetic(increments: false, key: key.bytes.span, delta: delta, noreply: noreply)
    }

    public func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome {
        switch reply {
        case .number(let number): .value(number)
        case .notFound: .missing
        default: throw .unexpected(reply, to: Self.name)
        }
    }
}
