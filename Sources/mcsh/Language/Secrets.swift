/// The rules for lines that may contain a password, which neither the history nor the log keeps. The manual lists these
/// rules under INTERACTIVE USE; they are checked on the line as it was written, regardless of case.
///
/// - The commands `auth` and `login`, also after `raw` and `repeat`, and `raw` with a key `login` or `auth`.
/// - A name of a secret before `=`, before `:` with a space or a quote, or in quotes before `:`, as in JSON.
/// - An option with such a name: `--password`.
/// - A storage command with a key, or another word, whose last part is such a name, and more after it.
/// - `user:password@` in a URL, and in the servers of `use`.
/// - The same name in an element of XML, or in quotes before `;`, as PHP serialises it.
/// - `Authorization:`, `Cookie:` and `Bearer`, and the first line of a private key.
enum Secrets {
    /// Whether a line contains a secret, or what looks like one.
    static func isIn(_ line: [UInt8]) -> Bool {
        let scan = Scan(line: line)
        return scan.hasSecretCommand || scan.hasSecretText
    }
}

/// The bytes of a line, examined without copies: a log checks each line of a script.
private struct Scan {
    let line: [UInt8]

    /// The names that begin with `p`, in the singular.
    private static let passwords: [StaticString] = ["password", "passwd", "passphrase", "passcode", "pass", "pwd"]
    /// What precedes `key` in the name of a secret: `api_key`.
    private static let kindsOfKeys: [StaticString] = [
        "api", "access", "private", "secret", "signing", "encryption", "auth", "master", "account", "storage", "ssh",
    ]
    /// The words that end in `pass` without being the name of a secret.
    private static let wordsInPass: [StaticString] = [
        "allpass", "bandpass", "bypass", "compass", "encompass", "highpass", "lowpass", "multipass", "overpass",
        "surpass", "trespass", "underpass",
    ]
    private static let storageCommands = [
        "set", "add", "replace", "append", "prepend", "cas", "mset", "ms",
    ]

    // MARK: Commands

    /// Whether the command itself is about a secret.
    var hasSecretCommand: Bool {
        // Most lines begin with another letter.
        guard let first = line.first(where: { !Scan.isBlank($0) }), "aAlLrRuU\"'".utf8.contains(first) else {
            return false
        }
        let (name, isRaw, rest) = command
        switch name {
        case "auth", "login": return true
        case "use":
            // `user:password@host`, but not `@pool`.
            return rest.contains { word in
                guard let at = word.firstIndex(of: UInt8(ascii: "@")) else { return false }
                return word[..<at].contains(UInt8(ascii: ":"))
            }
        default:
            guard isRaw, Scan.storageCommands.contains(name), let key = rest.first else { return false }
            return Scan.lowercased(key) == "login" || Scan.lowercased(key) == "auth"
        }
    }

    /// The word that decides what the line does, without its quotes: the one after `raw` and `repeat N [INTERVAL]`; and
    /// the words after it.
    private var command: (name: String, isRaw: Bool, rest: ArraySlice<ArraySlice<UInt8>>) {
        let words = line.split(whereSeparator: Scan.isBlank)
        var isRaw = false
        var isCounting = false
        for (index, word) in words.enumerated() {
            let name = Scan.lowercased(word)
            if name == "raw" || name == "repeat" {
                isRaw = isRaw || name == "raw"
                isCounting = name == "repeat"
            } else if !isCounting || name.utf8.first.map({ "0123456789.+-".utf8.contains($0) }) != true {
                return (name, isRaw, words[(index + 1)...])
            }
        }
        return ("", isRaw, [])
    }

    private static func lowercased(_ word: ArraySlice<UInt8>) -> String {
        String(decoding: word.filter { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }, as: UTF8.self)
            .lowercased()
    }

    // MARK: Text

    /// Whether there is a name followed by a secret, or a secret in another form.
    var hasSecretText: Bool {
        var index = 0
        while index < line.count {
            switch line[index] | 0x20 {
            case UInt8(ascii: "p"):
                for name in Scan.passwords where isAt(index, name) {
                    if isSecret(index..<index + name.utf8CodeUnitCount) { return true }
                }
            case UInt8(ascii: "s"):
                if isAt(index, "secret"), isSecret(index..<index + 6) { return true }
            case UInt8(ascii: "t"):
                if isAt(index, "token"), isSecret(index..<index + 5) { return true }
            case UInt8(ascii: "c"):
                if isAt(index, "credential"), isSecret(index..<index + 10) { return true }
                if isAt(index, "cookie: "), !isLetter(before: index), index + 8 < line.count { return true }
            case UInt8(ascii: "a"):
                if isAt(index, "authorization"), nextMark(from: index + 13) == UInt8(ascii: ":") { return true }
            case UInt8(ascii: "k"):
                if isAt(index, "key"), let start = startOfNamedKey(at: index), isSecret(start..<index + 3) {
                    return true
                }
            case UInt8(ascii: "b"):
                if isAt(index, "bearer "), !isLetter(before: index), index + 7 < line.count { return true }
            case UInt8(ascii: ":") | 0x20:
                if isAt(index, "://"), hasUserInformation(from: index + 3) { return true }
            case UInt8(ascii: "-") | 0x20:
                if isAt(index, "-----begin "), contains("private key-----", in: index..<min(index + 64, line.count)) {
                    return true
                }
            default: break
            }
            index += 1
        }
        return false
    }

    /// Whether what follows a name, or what it is a part of, makes it the name of a secret.
    private func isSecret(_ name: Range<Int>) -> Bool {
        var end = name.upperBound
        if end < line.count, line[end] | 0x20 == UInt8(ascii: "s") { end += 1 }
        guard end < line.count else { return false }
        if isAt(name.lowerBound, "pass"), isInOtherWord(name) { return false }
        if isOption(name.lowerBound) { return !Scan.isLetterOrDigit(line[end]) }
        var index = end
        while index < line.count, Scan.isQuote(line[index]) || line[index] == UInt8(ascii: "\\") { index += 1 }
        let isQuoted = index > end
        let isWordEnd = index == line.count || Scan.isBlank(line[index])
        while index < line.count, Scan.isBlank(line[index]) { index += 1 }
        guard index < line.count else { return false }
        switch line[index] {
        case UInt8(ascii: "="): return true
        case UInt8(ascii: ":") where isQuoted, UInt8(ascii: ";") where isQuoted: return true
        case UInt8(ascii: ">") where index == end && isElement(name.lowerBound): return true
        case UInt8(ascii: ":") where index + 1 < line.count:
            if Scan.isBlank(line[index + 1]) || Scan.isQuote(line[index + 1]) || line[index + 1] == UInt8(ascii: "\\") {
                return true
            }
        default: break
        }
        return isWordEnd && Scan.storageCommands.contains(command.name) && !isCommandWord(name.lowerBound)
    }

    /// Whether a name that ends in `pass` is the end of another word: `compass`.
    private func isInOtherWord(_ name: Range<Int>) -> Bool {
        var start = name.lowerBound
        while isLetter(before: start) { start -= 1 }
        let count = name.upperBound - start
        return Scan.wordsInPass.contains { $0.utf8CodeUnitCount == count && isAt(start, $0) }
    }

    /// Whether the name of an element of XML ends in a name: `<db-password`.
    private func isElement(_ start: Int) -> Bool {
        var index = start
        while index > 0, Scan.isLetterOrDigit(line[index - 1]) || "_-.:".utf8.contains(line[index - 1]) { index -= 1 }
        return index > 0 && line[index - 1] == UInt8(ascii: "<")
    }

    /// Whether a name is in a word that begins with `--`.
    private func isOption(_ start: Int) -> Bool {
        var index = start
        while index > 0, !Scan.isBlank(line[index - 1]) { index -= 1 }
        return isAt(index, "--")
    }

    /// Whether no word precedes this one.
    private func isCommandWord(_ start: Int) -> Bool { line[..<start].allSatisfy { !Scan.isBlank($0) } }

    /// Where `api_key` begins, given the position of its `key`; nil for any other key.
    private func startOfNamedKey(at position: Int) -> Int? {
        var end = position
        if end > 0, "_-. ".utf8.contains(line[end - 1]) { end -= 1 }
        for kind in Scan.kindsOfKeys where end >= kind.utf8CodeUnitCount && isAt(end - kind.utf8CodeUnitCount, kind) {
            return end - kind.utf8CodeUnitCount
        }
        return nil
    }

    /// Whether the authority of a URL has a user and a password.
    private func hasUserInformation(from start: Int) -> Bool {
        var colon: Int?
        for index in start..<line.count {
            switch line[index] {
            case UInt8(ascii: "@"): return colon.map { $0 + 1 < index } ?? false
            case UInt8(ascii: ":"): colon = colon ?? index
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "'"):
                return false
            case let byte where Scan.isBlank(byte): return false
            default: break
            }
        }
        return false
    }

    // MARK: Bytes

    /// Whether a lower-case text is at a position, regardless of case.
    private func isAt(_ position: Int, _ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position >= 0, position + count <= line.count else { return false }
        for offset in 0..<count {
            let byte = line[position + offset]
            guard ((65...90).contains(byte) ? byte | 0x20 : byte) == text.utf8Start[offset] else { return false }
        }
        return true
    }

    private func contains(_ text: StaticString, in range: Range<Int>) -> Bool { range.contains { isAt($0, text) } }

    /// The next byte that is neither a space nor a quote.
    private func nextMark(from position: Int) -> UInt8? {
        position < line.count ? line[position...].first { !Scan.isBlank($0) && !Scan.isQuote($0) && $0 != 0x5c } : nil
    }

    private func isLetter(before position: Int) -> Bool {
        guard position > 0 else { return false }
        let before = line[position - 1]
        // A capital letter begins a part of a name: `dbPass`.
        if (65...90).contains(line[position]), (97...122).contains(before) { return false }
        return Scan.isLetterOrDigit(before)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }
}
