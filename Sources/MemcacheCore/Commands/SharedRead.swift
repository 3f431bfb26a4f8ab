/// A read of one key that may share a request with others waiting to be sent at the same time.
///
/// memcached answers the keys of one line many times as fast as one line for each key. Every caller receives the item
/// of its own key, as if it had been alone. If the server rejects the request, callers whose items came before the
/// error have them, and each of the others reads once more, alone: an error that a caller receives is that of its own
/// key.
public struct SharedRead: Sendable {
    /// The command; only reads with the same command share a request.
    package enum Word: UInt8, Hashable, Sendable {
        case get, gets

        /// The command as sent.
        package var text: StaticString {
            switch self {
            case .get: "get"
            case .gets: "gets"
            }
        }
    }

    package let word: Word
    package let key: Key

    /// Creates a read of a key; nil if the server might reject the key, and with it the other keys in the line.
    package init?(_ word: Word, _ key: Key) {
        guard key.bytes.count <= Key.maximumBytes, !key.isBase64 else { return nil }
        self.word = word
        self.key = key
    }
}
