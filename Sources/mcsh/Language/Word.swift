import MemcacheCore

/// A word of a line: where its bytes are and where it was written.
struct Word: Hashable, Sendable {
    /// Where the word's bytes are: in ``Tokenizer/decoded`` when ``Tokenizer/isDecoded`` is set, else in the line itself.
    var range: Range<Int>
    /// Where it stands in the line, quotes included.
    var source: Range<Int>
    /// Whether it was written in quotes: then it is never an option or a redirection.
    var isQuoted = false

    /// More of a word than this is not shown in a message.
    static let maximumShownBytes = 40

    /// A word's bytes as messages show them: escaped, and only the beginning of a long one.
    static func shown(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        guard range.count > maximumShownBytes else { return EscapedText.string(bytes.copy(range)) }
        var end = range.lowerBound + maximumShownBytes
        // A character that does not fit is left out whole.
        while end > range.lowerBound + maximumShownBytes - 4, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return EscapedText.string(bytes.copy(range.lowerBound..<end)) + "…"
    }

    /// The same for bytes that are no part of a line.
    static func shown(_ bytes: [UInt8]) -> String { shown(bytes.span, 0..<bytes.count) }
}
