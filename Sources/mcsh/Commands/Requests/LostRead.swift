/// A read for people that a server hung up on or did not know: it is repeated with plain `get`.
struct LostRead: Sendable {
    /// The server's name in messages.
    var server: String
    /// The key as it goes over the wire.
    var key: [UInt8]
    /// The number of its bytes that are the pool's prefix.
    var prefix: Int
    var command: ExpectedAnswer
}
