import MemcacheCore

extension Key {
    /// A key as it is sent over the wire; nil if it cannot be sent.
    ///
    /// - Parameters:
    ///   - prefix: The prefix of every key.
    ///   - number: Chooses the server instead of the key's hash.
    init?(prefix: [UInt8], _ bytes: [UInt8], routedBy number: RoutingNumber?) {
        guard let key = try? Key(prefix + bytes) else { return nil }
        self = number.map { key.routed(by: $0) } ?? key
    }
}
