// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

extension Command {
    /// Stores a value under a key, whether or not the item exists.
    ///
    /// A value that the server finds too large is rejected with `SERVER_ERROR`, and the old item is deleted anyway.
    /// (The type is not called `Set`, which would hide the standard library's.)
    ///
    /// The corresponding memcached command is `set`.
    public struct Set: StorageCommand, SilenceableCommand {
        /// What happened.
        public enum Outcome: Hashable, Sendable {
            /// The value was stored.
            case stored
            /// The value was not stored. memcached never reports this; routers do if none of their servers answers.
            case notStored
        }

        public static let name = "set"

        /// The item's key.
        public var key: Key
        /// The value.
        public var value: [UInt8]
        /// The flags stored with the value, usually to say how it is encoded.
        public var flags: UInt64
        /// How long the item lives.
        public var expiration: Expiration

        /// Creates the command.
        public init(_ key: Key, value: [UInt8], flags: UInt64 = 0, expiration: Expiration = .never) {
            self.key = key
            self.value = value
            self.flags = flags
            self.expiration = expiration
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .storage }

        public func validate() throws(MemcacheError) { try validateClassic(key) }

        public func encode(into request: inout RequestEncoder, noreply: Bool) {
            request.storage(
                .set, key: key.bytes.span, flags: flags, expiration: expiration.wireValue(), value: value,
                noreply: noreply)
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome {
            switch reply {
            case .stored: .stored
            case .notStored: .notStored
            default: throw .unexpected(reply, to: Self.name)
            }
        }
    }

    /// Stores a value under a key that has no item yet.
    ///
    /// The corresponding memcached command is `add`.
    public struct Add: StorageCommand, SilenceableCommand {
        /// What happened.
        public enum Outcome: Hashable, Sendable {
            /// The value was stored.
            case stored
            /// The item exists already; it stays unchanged.
            case present
        }

        public static let name = "add"

        /// The item's key.
        public var key: Key
        /// The value.
        public var value: [UInt8]
        /// The flags stored with the value, usually to say how it is encoded.
        public var flags: UInt64
        /// How long the item lives.
        public var expiration: Expiration

        /// Creates the command.
        public init(_ key: Key, value: [UInt8], flags: UInt64 = 0, expiration: Expiration = .never) {
            self.key = key
            self.value = value
            self.flags = flags
            self.expiration = expiration
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .storage }

        public func validate() throws(MemcacheError) { try validateClassic(key) }

        public func encode(into request: inout RequestEncoder, noreply: Bool) {
            request.storage(
                .add, key: key.bytes.span, flags: flags, expiration: expiration.wireValue(), value: value,
                noreply: noreply)
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome {
            switch reply {
            case .stored: .stored
            case .notStored: .present
            default: throw .unexpected(reply, to: Self.name)
            }
        }
    }

    /// Stores a value under a key that already has an item.
    ///
    /// The corresponding memcached command is `replace`.
    public struct Replace: StorageCommand, SilenceableCommand {
        /// What happened.
        public enum Outcome: Hashable, Sendable {
            /// The value was stored.
            case stored
            /// There is no such item; nothing was created.
            case missing
        }

        public static let name = "replace"

        /// The item's key.
        public var key: Key
        /// The value.
        public var value: [UInt8]
        /// The flags stored with the value, usually to say how it is encoded.
        public var flags: UInt64
        /// How long the item lives.
        public var expiration: Expiration

        /// Creates the command.
        public init(_ key: Key, value: [UInt8], flags: UInt64 = 0, expiration: Expiration = .never) {
            self.key = key
            self.value = value
            self.flags = flags
            self.expiration = expiration
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .storage }

        public func validate() throws(MemcacheError) { try validateClassic(key) }

        public func encode(into request: inout RequestEncoder, noreply: Bool) {
            request.storage(
                .replace, key: key.bytes.span, flags: flags, expiration: expiration.wireValue(), value: value,
                noreply: noreply)
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome {
            switch reply {
            case .stored: .stored
            case .notStored: .missing
            default: throw .unexpected(reply, to: Self.name)
            }
        }
    }

    /// Appends bytes to the value of an item. Its flags and lifetime stay the same.
    ///
    /// The corresponding memcached command is `append`.
    public struct Append: StorageCommand, SilenceableCommand {
        /// What happened.
        public enum Outcome: Hashable, Sendable {
            /// The bytes were appended.
            case stored
            /// There is no such item, or it would be larger than the server allows; memcached does not say which.
            case notStored
        }

        public static let name = "append"

        /// The item's key.
        public var key: Key
        /// The bytes to append.
        public var value: [UInt8]

        /// Creates the command.
        public init(_ key: Key, value: [UInt8]) {
            self.key = key
            self.value = value
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .storage }

        public func validate() throws(MemcacheError) { try validateClassic(key) }

        public func encode(into request: inout RequestEncoder, noreply: Bool) {
            request.storage(
                .append, key: key.bytes.span, flags: 0, expiration: 0, value: value, noreply: noreply)
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome {
            switch reply {
            case .stored: .stored
            case .notStored: .notStored
            default: throw .unexpected(reply, to: Self.name)
            }
        }
    }

    /// Prepends bytes to the value of an item. Its flags and lifetime stay the same.
    ///
    /// The corresponding memcached command is `prepend`.
    public struct Prepend: StorageCommand, SilenceableCommand {
        /// What happened.
        public enum Outcome: Hashable, Sendable {
            /// The bytes were prepended.
            case stored
            /// There is no such item, or it would be larger than the server allows; memcached does not say which.
            case notStored
        }

        public static let name = "prepend"

        /// The item's key.
        public var key: Key
        /// The bytes to prepend.
        public var value: [UInt8]

        /// Creates the command.
        public init(_ key: Key, value: [UInt8]) {
            self.key = key
            self.value = value
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .storage }

        public func validate() throws(MemcacheError) { try validateClassic(key) }

        public func encode(into request: inout RequestEncoder, noreply: Bool) {
            request.storage(
                .prepend, key: key.bytes.span, flags: 0, expiration: 0, value: value, noreply: noreply)
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome {
            switch reply {
            case .stored: .stored
            case .notStored: .notStored
            default: throw .unexpected(reply, to: Self.name)
            }
        }
    }

    /// Stores a value if the item has not changed since its CAS token was read.
    ///
    /// On a server that runs without CAS (`-C`), the result is always ``Outcome/changed``.
    ///
    /// The corresponding memcached command is `cas`.
    public struct CompareAndSwap: StorageCommand, SilenceableCommand {
        /// What happened.
        public enum Outcome: Hashable, Sendable {
            /// The value was stored.
            case stored
            /// The item has changed since then; it stays as it is.
            case changed
            /// The item no longer exists; nothing was created.
            case missing
        }

        public static let name = "cas"

        /// The item's key.
        public var key: Key
        /// The value.
        public var value: [UInt8]
        /// The token that ``Command/Gets`` returned with the item.
        public var cas: CASToken
        /// The flags stored with the value, usually to say how it is encoded.
        public var flags: UInt64
        /// How long the item lives.
        public var expiration: Expiration

        /// Creates the command.
        public init(_ key: Key, value: [UInt8], cas: CASToken, flags: UInt64 = 0, expiration: Expiration = .never) {
            self.key = key
            self.value = value
            self.cas = cas
            self.flags = flags
            self.expiration = expiration
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .storage }

        public func validate() throws(MemcacheError) { try validateClassic(key) }

        public func encode(into request: inout RequestEncoder, noreply: Bool) {
            request.storage(
                .cas, key: key.bytes.span, flags: flags, expiration: expiration.wireValue(), value: value,
                cas: cas.rawValue, noreply: noreply)
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome {
            switch reply {
            case .stored: .stored
            case .exists: .changed
            case .notFound: .missing
            default: throw .unexpected(reply, to: Self.name)
            }
        }
    }
}
