/// Tokens that answers have brought, of which no other command knows.
struct TakenWin: Hashable, Sendable {
    /// The server, as it is called in messages.
    var server: String
    /// The key as it goes over the wire.
    var key: [UInt8]
}
