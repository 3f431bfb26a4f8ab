/// What chooses the server of an item: the bytes of its key, or a number that the application gives instead.
public enum RoutingKey: Hashable, Sendable {
    /// The bytes of the key as they are sent, including the prefix.
    case bytes([UInt8])
    /// A number instead of the key's hash (python-memcached's `(hashvalue, key)`). A prefix does not change it.
    case number(RoutingNumber)
}
