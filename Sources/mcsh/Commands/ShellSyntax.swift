import MemcacheCore

/// Words with a meaning in the calling shell's language but not in this one: `>file`, `2>&1`, `get a; get b`.
///
/// Read as keys or values they would be misses at best, so they are rejected; in quotes they are ordinary words.
enum ShellSyntax {
    /// The error for a word that begins with a redirection sign and continues; nil for any other word. A sign alone is
    /// not checked here.
    ///
    /// - Parameter range: A word without quotes, of at least two bytes.
    static func gluedSign(_ word: Word, _ bytes: Span<UInt8>) -> Diagnostic? {
        guard mayBeginWithSign(bytes, word.range) else { return nil }
        let shown = Word.shown(bytes, word.range)
        let quoted = "in quotes, \"\(shown)\", for a key or a value"
        func fault(_ message: String, _ suggestion: String) -> Diagnostic {
            Diagnostic(message, at: word, suggestion: "\(suggestion); \(quoted)")
        }
        let first = bytes[word.range.lowerBound]
        guard first == UInt8(ascii: "<") || first == UInt8(ascii: ">") || first == UInt8(ascii: "|") else {
            return fault("mcsh redirects answers only: \(shown)", "write > FILE as words of their own")
        }
        if bytes.starts(with: "||", in: word.range) {
            return fault("a line is one command: || is not known", "write the second on a line of its own")
        }
        if bytes.starts(with: "<<<", in: word.range) {
            return fault("<<< is not known", "write the value itself")
        }
        let isDouble = bytes[word.range.lowerBound + 1] == first && first != UInt8(ascii: "|")
        let signEnd = word.range.lowerBound + (isDouble ? 2 : 1)
        let sign = EscapedText.string(bytes.copy(word.range.lowerBound..<signEnd))
        let rest = Word.shown(bytes, signEnd..<word.range.upperBound)
        return fault("\(sign) must be a word of its own", "write \(sign) \(rest) with a space between")
    }

    /// Whether a word begins like a redirection: `<x`, `>x`, `|x`, `2>`, `&>`.
    static func mayBeginWithSign(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count > 1 else { return false }
        let second = bytes[range.lowerBound + 1]
        switch bytes[range.lowerBound] {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|"): return true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return second == UInt8(ascii: ">") || second == UInt8(ascii: "<")
        case UInt8(ascii: "&"): return second == UInt8(ascii: ">")
        default: return false
        }
    }

    /// The error for words that join two commands, as in `get a; get b` and `get a && get b`; nil if the words can only
    /// be keys and values: `a;b` and `&&` are legal ones.
    static func joinedCommands(_ words: [Word], _ bytes: Span<UInt8>) -> Diagnostic? {
        for index in words.indices.dropFirst() where !words[index].isQuoted {
            let word = words[index]
            let next = index + 1 < words.count ? words[index + 1] : nil
            let isBeforeCommand = next.map { isCommand($0, bytes) } ?? false
            let sign: String
            if let separator = separators.first(where: { bytes.equals($0, in: word.range) }) {
                guard next == nil || isBeforeCommand else { continue }
                sign = String(describing: separator)
            } else if bytes[word.range.upperBound - 1] == UInt8(ascii: ";"), isBeforeCommand {
                sign = ";"
            } else if next != nil, let found = separatorBeforeCommand(word, bytes) {
                sign = found
            } else {
                continue
            }
            let shown = Word.shown(bytes, word.range)
            return Diagnostic(
                "a line is one command: \(sign) does not begin another", at: word,
                suggestion: "write the next command on a line of its own; in quotes, \"\(shown)\", it is a word")
        }
        return nil
    }

    private static let separators: [StaticString] = [";", "&&", "&", ";;"]

    /// The separator in `a;get` or `a&&get`, if what follows it is the name of a command.
    private static func separatorBeforeCommand(_ word: Word, _ bytes: Span<UInt8>) -> String? {
        for index in word.range.reversed() {
            let byte = bytes[index]
            guard byte == UInt8(ascii: ";") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "|") else { continue }
            let isDouble = index > word.range.lowerBound && bytes[index - 1] == byte
            guard byte == UInt8(ascii: ";") || isDouble else { return nil }
            let rest = Word(range: index + 1..<word.range.upperBound, source: word.source)
            let sign = byte == UInt8(ascii: ";") ? ";" : byte == UInt8(ascii: "&") ? "&&" : "||"
            return isCommand(rest, bytes) ? sign : nil
        }
        return nil
    }

    private static func isCommand(_ word: Word, _ bytes: Span<UInt8>) -> Bool {
        guard !word.isQuoted, (2...Spelling.maximumBytes).contains(word.range.count) else { return false }
        return CommandTable.find(bytes.copy(word.range)) != nil
    }
}
