/// A token that an answer has brought and that no other command knows.
struct TakenWin: Hashable, Sendable {
    /// The server's name in messages.
    var server: String
    /// The key as it is sent over the wire.
    var key: [UInt8]
}
