// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

extension Command {
    /// Gives an item a new lifetime without reading it. The value stays the same.
    ///
    /// The corresponding memcached command is `touch`.
    public struct Touch: SilenceableCommand {
        /// What happened.
        public enum Outcome: Hashable, Sendable {
            /// The item has its new lifetime.
            case touched
            /// There is no such item; nothing was created.
            case missing
        }

        public static let name = "touch"

        /// The item's key.
        public var key: Key
        /// The new lifetime, counted from when the server reads the command.
        public var expiration: Expiration

        /// Creates the command.
        public init(_ key: Key, expiration: Expiration) {
            self.key = key
            self.expiration = expiration
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .line }

        public func validate() throws(MemcacheError) { try validateClassic(key) }

        public func encode(into request: inout RequestEncoder, noreply: Bool) {
            request.touch(key.bytes.span, expiration: expiration.wireValue(), noreply: noreply)
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome {
            switch reply {
            case .touched: .touched
            case .notFound: .missing
            default: throw .unexpected(reply, to: Self.name)
            }
        }
    }

    /// Deletes an item.
    ///
    /// The corresponding memcached command is `delete`, with one key: given several, memcached 1.6.45 deletes only the
    /// first and answers `DELETED`.
    public struct Delete: SilenceableCommand {
        /// What happened.
        public enum Outcome: Hashable, Sendable {
            /// The item was deleted.
            case deleted
            /// There was no such item.
            case missing
        }

        public static let name = "delete"

        /// The item's key.
        public var key: Key

        /// Creates the command.
        public init(_ key: Key) { self.key = key }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .line }

        public func validate() throws(MemcacheError) { try validateClassic(key) }

        public func encode(into request: inout RequestEncoder, noreply: Bool) {
            request.delete(key.bytes.span, noreply: noreply)
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome {
            switch reply {
            case .deleted: .deleted
            case .notFound: .missing
            default: throw .unexpected(reply, to: Self.name)
            }
        }
    }
}
