// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Stores a value under a key, whether or not there is an item already.
///
/// A value that the server finds too large is refused with `SERVER_ERROR`, and the old item is gone all the same.
/// (The type is not called `Set`, which would hide the standard library's.)
///
/// The corresponding memcached command is `set`.
public struct SetValue: StorageCommand, SilenceableCommand {
    /// What happened.
    public enum Outcome: Hashable, Sendable {
        /// The value is stored.
        case stored
        /// The value was not kept. memcached does not say so; routers do when no server of theirs answers.
        case notStored
    }

    public static let name = "set"

    /// The item's key.
    public var key: Key
    /// The value.
    public var value: [UInt8]
    /// The word kept beside the value, commonly to say how it is encoded.
    public var flags: UInt64
    /// How long the item is to live.
    public var expiration: Expiration

    /// Makes the command.
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
        /// The value is stored.
        case stored
        /// There is an item already; it stays as it is.
        case present
    }

    public static let name = "add"

    /// The item's key.
    public var key: Key
    /// The value.
    public var value: [UInt8]
    /// The word kept beside the value, commonly to say how it is encoded.
    public var flags: UInt64
    /// How long the item is to live.
    public var expiration: Expiration

    /// Makes the command.
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

/// Stores a value under a key that has an item already.
///
/// The corresponding memcached command is `replace`.
public struct Replace: StorageCommand, SilenceableCommand {
    /// What happened.
    public enum Outcome: Hashable, Sendable {
        /// The value is stored.
        case stored
        /// There is no such item; nothing was created.
        case missing
    }

    public static let name = "replace"

    /// The item's key.
    public var key: Key
    /// The value.
    public var value: [UInt8]
    /// The word kept beside the value, commonly to say how it is encoded.
    public var flags: UInt64
    /// How long the item is to live.
    public var expiration: Expiration

    /// Makes the command.
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

/// Puts bytes behind the value that an item has. Its flags and lifetime stay.
///
/// The corresponding memcached command is `append`.
public struct Append: StorageCommand, SilenceableCommand {
    /// What happened.
    public enum Outcome: Hashable, Sendable {
        /// The value is longer now.
        case stored
        /// There is no such item, or it would be larger than the server takes; memcached does not say which.
        case notStored
    }

    public static let name = "append"

    /// The item's key.
    public var key: Key
    /// The bytes to put behind the value.
    public var value: [UInt8]

    /// Makes the command.
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

/// Puts bytes before the value that an item has. Its flags and lifetime stay.
///
/// The corresponding memcached command is `prepend`.
public struct Prepend: StorageCommand, SilenceableCommand {
    /// What happened.
    public enum Outcome: Hashable, Sendable {
        /// The value is longer now.
        case stored
        /// There is no such item, or it would be larger than the server takes; memcached does not say which.
        case notStored
    }

    public static let name = "prepend"

    /// The item's key.
    public var key: Key
    /// The bytes to put before the value.
    public var value: [UInt8]

    /// Makes the command.
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
/// On a server that runs without CAS (`-C`) the answer is always ``Outcome/changed``.
///
/// The corresponding memcached command is `cas`.
public struct CompareAndSwap: StorageCommand, SilenceableCommand {
    /// What happened.
    public enum Outcome: Hashable, Sendable {
        /// The value is stored.
        case stored
        /// The item has changed since; it stays as it is.
        case changed
        /// There is no such item any more; nothing was created.
        case missing
    }

    public static let name = "cas"

    /// The item's key.
    public var key: Key
    /// The value.
    public var value: [UInt8]
    /// The token that ``Gets`` returned with the item.
    public var cas: CASToken
    /// The word kept beside the value, commonly to say how it is encoded.
    public var flags: UInt64
    /// How long the item is to live.
    public var expiration: Expiration

    /// Makes the command.
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
