/// A read for people that a server hung up on, or did not know: it is asked again with plain `get`.
struct LostRead: Sendable {
    /// The server, as it is called in messages.
    var server: String
    /// The key as it goes over the wire.
    var key: [UInt8]
    /// How many bytes of it are the pool's prefix.
    var prefix: Int
    var command: ExpectedAnswer
}
