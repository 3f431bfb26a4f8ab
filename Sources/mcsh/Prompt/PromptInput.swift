import MemcacheCore

/// What was entered at the prompt, as commands: an open quote and `<< TAG` continue in the lines that follow.
struct PromptInput {
    /// A command with its value, if that is in the lines after it.
    struct Command: Hashable, Sendable {
        var line: [UInt8]
        var document: [UInt8]?
    }

    /// What is missing at the end.
    enum Need: Hashable, Sendable {
        /// A quote is open.
        case quote(UInt8)
        /// The line with only the tag has not come yet.
        case tag([UInt8])
    }

    private(set) var commands: [Command] = []
    private(set) var need: Need?

    init(_ text: [UInt8]) {
        var tokenizer = Tokenizer()
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var index = 0
        while index < lines.count {
            var line = Array(lines[index])
            index += 1
            var start = 0
            // From the quote on: the words before it are complete, and there may be very many lines.
            while let position = PromptInput.openQuote(of: line[start...], &tokenizer) {
                start = position
                let isClosed = PromptInput.takeQuoted(lines, from: &index, into: &line, line[start], &tokenizer)
                guard isClosed else {
                    need = .quote(line[start])
                    return
                }
            }
            guard let tag = HereDocument.tag(of: line.span) else {
                commands.append(Command(line: line))
                continue
            }
            guard let end = lines[index...].firstIndex(where: { $0.elementsEqual(tag) }) else {
                need = .tag(tag)
                return
            }
            let document = lines[index..<end].joined(separator: [UInt8(ascii: "\n")])
            commands.append(Command(line: line, document: Array(document)))
            index = end + 1
        }
    }

    /// The position of the quote that is open at the end of a line. A line that already has an error has none.
    private static func openQuote(of line: ArraySlice<UInt8>, _ tokenizer: inout Tokenizer) -> Int? {
        guard let ending = try? tokenizer.scan(line.span), case .openQuote(let position) = ending else { return nil }
        return line.startIndex + position
    }

    /// Adds the lines that are entirely inside a quote, and the one after them. Returns false if there is none.
    private static func takeQuoted(
        _ lines: [ArraySlice<UInt8>], from index: inout Int, into line: inout [UInt8], _ quote: UInt8,
        _ tokenizer: inout Tokenizer
    ) -> Bool {
        while index < lines.count {
            // A single backslash at the end of a line belongs to what follows it, which does not make an escape.
            let backslashes = line.reversed().prefix { $0 == UInt8(ascii: "\\") }.count
            let before = backslashes.isMultiple(of: 2) ? [quote] : [quote] + Array("\\\n".utf8)
            let part = before + lines[index]
            line.append(UInt8(ascii: "\n"))
            line += lines[index]
            index += 1
            if openQuote(of: part[...], &tokenizer) != 0 { return true }
        }
        return false
    }
}
