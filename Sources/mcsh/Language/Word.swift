/// A word of a line: where its bytes are and where it was written.
struct Word: Hashable, Sendable {
    /// The word's bytes, in the tokenizer's ``Tokenizer/bytes(of:)`` or the line itself.
    var range: Range<Int>
    /// Where it stands in the line, quotes included.
    var source: Range<Int>
    /// Whether it was written in quotes: then it is never an option or a redirection.
    var isQuoted = false
}
