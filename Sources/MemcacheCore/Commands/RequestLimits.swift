/// The maximum lengths of the keys and values that a client sends. Anything longer is rejected, and nothing is sent.
public struct RequestLimits: Hashable, Sendable {
    /// The longest key, in bytes as sent; nil for any length that a ``Key`` can have.
    public var maximumKeyBytes: Int?
    /// The longest value, in bytes as sent; nil for no limit.
    public var maximumValueBytes: Int?

    /// Creates limits; without arguments, python-memcached's: 250 bytes and 1 MiB.
    public init(maximumKeyBytes: Int? = Key.maximumBytes, maximumValueBytes: Int? = 1_048_576) {
        self.maximumKeyBytes = maximumKeyBytes
        self.maximumValueBytes = maximumValueBytes
    }

    /// Throws if a key is too long, or if a command line cannot carry it.
    func check(_ key: Key) throws(MemcacheError) {
        try key.requireSendable(maximumBytes: maximumKeyBytes ?? Key.maximumBytes)
        guard let maximumKeyBytes, key.bytes.count > maximumKeyBytes else { return }
        throw MemcacheError(.tooLong, key: key.bytes, maximumBytes: maximumKeyBytes)
    }

    /// Throws if a value is too long.
    func check(_ value: [UInt8], under key: Key) throws(MemcacheError) {
        guard let maximumValueBytes, value.count > maximumValueBytes else { return }
        throw MemcacheError(
            .valueTooLarge,
            "the value for \"\(key)\" has \(value.count) bytes, more than the client's limit of \(maximumValueBytes); "
                + "raise the limit if the servers accept more (-I)")
    }
}

/// A command that carries a value to store under a key.
public protocol StorageCommand: MemcacheCommand {
    /// The item's key.
    var key: Key { get }
    /// The value.
    var value: [UInt8] { get }
}

/// A command that reads the items of several keys of one server.
public protocol ManyKeysCommand: MemcacheCommand where Outcome == [Item] {
    /// The items' keys.
    var keys: [Key] { get }
}

extension MemcacheCommand {
    /// Checks the command and the length of its key.
    public func validate(within limits: RequestLimits) throws(MemcacheError) {
        try validate()
        if case .owner(let key) = route { try limits.check(key) }
    }
}

extension StorageCommand {
    /// Checks the command and the lengths of its key and its value.
    public func validate(within limits: RequestLimits) throws(MemcacheError) {
        try validate()
        try limits.check(key)
        try limits.check(value, under: key)
    }
}

extension ManyKeysCommand {
    /// Checks the command and the lengths of its keys.
    public func validate(within limits: RequestLimits) throws(MemcacheError) {
        try validate()
        for key in keys { try limits.check(key) }
    }
}
