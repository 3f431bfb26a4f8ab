/// A read of one key that may go to the server in one request with others which wait to be sent at the same time.
///
/// memcached answers the keys of one line many times as fast as a line for each key. Every caller gets what was found of
/// its own key, as if it had asked alone. Where the server refuses the request, those whose items came before the refusal
/// have them, and each of the others asks once more, alone: a refusal that a caller gets is that of its own key.
public struct SharedRead: Sendable {
    /// What is asked of the keys; only reads that ask the same go together.
    package enum Word: UInt8, Hashable, Sendable {
        case get, gets

        /// The word on the wire.
        package var text: StaticString {
            switch self {
            case .get: "get"
            case .gets: "gets"
            }
        }
    }

    package let word: Word
    package let key: Key

    /// The read of a key; nil where the server might refuse the key, and the keys beside it in the line with it.
    package init?(_ word: Word, _ key: Key) {
        guard key.bytes.count <= Key.maximumBytes, !key.isBase64 else { return nil }
        self.word = word
        self.key = key
    }
}
