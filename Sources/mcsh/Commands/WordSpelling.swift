import MemcacheCore

/// Writes bytes as a word of a line: unchanged if the grammar allows it, otherwise in quotes.
enum WordSpelling {
    /// The quote that a word begins with.
    enum Quote: Hashable, Sendable { case none, single, double }

    /// A word that the tokenizer reads as these bytes.
    ///
    /// - Parameters:
    ///   - quote: The quote that is already written, which is kept if possible.
    ///   - isClosed: Whether the word is complete: then its closing quote is written too.
    static func spell(_ bytes: [UInt8], quote: Quote = .none, isClosed: Bool = true) -> [UInt8] {
        switch quote {
        case .none where isBare(bytes): return bytes
        case .single where isPrintable(bytes) && !bytes.contains(UInt8(ascii: "'")):
            return [UInt8(ascii: "'")] + bytes + (isClosed ? [UInt8(ascii: "'")] : [])
        default:
            var word = [UInt8(ascii: "\"")]
            EscapedText.append(bytes.span, to: &word, quote: UInt8(ascii: "\""))
            if isClosed { word.append(UInt8(ascii: "\"")) }
            return word
        }
    }

    /// Whether bytes can appear in a line without quotes, where they are neither an option nor a redirection.
    static func isBare(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, isPrintable(bytes), !bytes.contains(UInt8(ascii: " ")) else { return false }
        if "\"'#".utf8.contains(first) || bytes.starts(with: "--".utf8) { return false }
        if "<>|".utf8.contains(first) || ShellSyntax.mayBeginWithSign(bytes.span, 0..<bytes.count) { return false }
        return bytes.last != UInt8(ascii: ";") && !bytes.allSatisfy { $0 == UInt8(ascii: "&") }
    }

    private static func isPrintable(_ bytes: [UInt8]) -> Bool {
        var text: [UInt8] = []
        EscapedText.append(bytes.span, to: &text, keepsBackslashes: true)
        return text == bytes
    }
}
