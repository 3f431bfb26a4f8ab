import MemcacheCore

/// What was entered at the prompt, as commands: an open quote and `<< TAG` go on in the lines that follow.
struct PromptInput {
    /// A command with its value, where that stands in lines behind it.
    struct Command: Hashable, Sendable {
        var line: [UInt8]
        var document: [UInt8]?
    }

    /// What is missing at the end.
    enum Need: Hashable, Sendable {
        /// A quote is open.
        case quote(UInt8)
        /// The line that is the tag alone has not come.
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
            while let quote = PromptInput.openQuote(of: line, &tokenizer) {
                guard index < lines.count else {
                    need = .quote(quote)
                    return
                }
                line += [UInt8(ascii: "\n")] + lines[index]
                index += 1
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

    /// The quote that is open at the end of a line. A line that is wrong already has none.
    private static func openQuote(of line: [UInt8], _ tokenizer: inout Tokenizer) -> UInt8? {
        guard let ending = try? tokenizer.scan(line.span), case .openQuote(let position) = ending else { return nil }
        return line[position]
    }
}
