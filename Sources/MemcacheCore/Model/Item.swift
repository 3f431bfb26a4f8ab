/// The number that memcached gives to each version of an item. A store with it succeeds only if the item is unchanged.
public struct CASToken: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    /// The number, as the server prints it.
    public let rawValue: UInt64

    /// Creates a token from a number that a server sent.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The number in decimal.
    public var description: String { String(rawValue) }
}

/// An item as a server returned it.
public struct Item: Hashable, Sendable {
    /// The item's key.
    public var key: Key
    /// The number that the client which stored the item keeps with the value, usually to say how it is encoded. It has
    /// 64 bits on servers built with `--enable-large-client-flags`, and 32 on all others.
    public var flags: UInt64
    /// The value, as stored.
    public var value: [UInt8]
    /// The token for a compare-and-swap; nil if the command did not request it (`get`, `gat`).
    public var cas: CASToken?

    /// Creates an item.
    public init(key: Key, flags: UInt64 = 0, value: [UInt8], cas: CASToken? = nil) {
        self.key = key
        self.flags = flags
        self.value = value
        self.cas = cas
    }
}
