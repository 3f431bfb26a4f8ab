import MemcacheCore

/// A word of a line: where its bytes are and where it was written.
struct Word: Hashable, Sendable {
    /// Where the word's bytes are: in ``Tokenizer/decoded`` if ``Tokenizer/isDecoded`` is set, else in the line itself.
    var range: Range<Int>
    /// Its range in the line, quotes included.
    var source: Range<Int>
    /// Whether it was written in quotes: then it is never an option or a redirection.
    var isQuoted = false

    /// The maximum number of a word's bytes that a message shows.
    static let maximumShownBytes = 40

    /// A word's bytes as messages show them: escaped, and only the beginning of a long one.
    static func shown(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        guard range.count > maximumShownBytes else { return EscapedText.string(bytes.copy(range)) }
        var end = range.lowerBound + maximumShownBytes
        // A character that does not fit is omitted entirely.
        while end > range.lowerBound + maximumShownBytes - 4, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return EscapedText.string(bytes.copy(range.lowerBound..<end)) + "…"
    }

    /// The same for bytes that are not part of a line.
    static func shown(_ bytes: [UInt8]) -> String { shown(bytes.span, 0..<bytes.count) }
}
