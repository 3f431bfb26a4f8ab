/// The number that memcached gives every version of an item; a store with it succeeds only while the item is unchanged.
public struct CASToken: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    /// The number as the server prints it.
    public let rawValue: UInt64

    /// A token from a number that a server gave.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The number in decimal.
    public var description: String { String(rawValue) }
}

/// An item as a server returned it.
public struct Item: Hashable, Sendable {
    /// The item's key.
    public var key: Key
    /// The word that the client which stored the item keeps beside the value, commonly to say how it is encoded. It has
    /// 64 bits on servers that were built with `--enable-large-client-flags`, 32 on all others.
    public var flags: UInt64
    /// The value, as it is stored.
    public var value: [UInt8]
    /// The token for a compare-and-swap; nil where the command did not ask for it (`get`, `gat`).
    public var cas: CASToken?

    /// Makes an item.
    public init(key: Key, flags: UInt64 = 0, value: [UInt8], cas: CASToken? = nil) {
        self.key = key
        self.flags = flags
        self.value = value
        self.cas = cas
    }
}
