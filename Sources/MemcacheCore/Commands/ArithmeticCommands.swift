// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

extension Command {
    /// Adds to the number that an item holds as text.
    ///
    /// The number is an unsigned 64-bit integer and wraps around at 2^64. The stored text never gets shorter: memcached
    /// pads it with spaces, which ``Command/Get`` returns but the answer to this command does not contain. Flags and
    /// lifetime stay the same.
    ///
    /// The corresponding memcached command is `incr`.
    public struct Increment: SilenceableCommand {
        /// What happened.
        public enum Outcome: Hashable, Sendable {
            /// The item's number now.
            case value(UInt64)
            /// There is no such item; nothing was created.
            case missing
        }

        public static let name = "incr"

        /// The item's key.
        public var key: Key
        /// The number to add.
        public var delta: UInt64

        /// Creates the command.
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
    /// The stored text never gets shorter: 100 minus 1 is stored as `99` and a space.
    ///
    /// The corresponding memcached command is `decr`.
    public struct Decrement: SilenceableCommand {
        /// What happened.
        public enum Outcome: Hashable, Sendable {
            /// The item's number now.
            case value(UInt64)
            /// There is no such item; nothing was created.
            case missing
        }

        public static let name = "decr"

        /// The item's key.
        public var key: Key
        /// The number to subtract.
        public var delta: UInt64

        /// Creates the command.
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
}
