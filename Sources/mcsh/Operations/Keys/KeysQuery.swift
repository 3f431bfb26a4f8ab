import MemcacheCore

/// The items that `keys` should list.
struct KeysQuery: Sendable {
    /// The pattern that listed keys match.
    var glob: Glob?
    /// The expression that listed keys contain.
    var expression: RegularExpression?
    /// The patterns as they were written, for messages.
    var patterns: [[UInt8]] = []
    /// The maximum number of keys, on all servers together.
    var limit: UInt64?
    /// Whether each key is listed with the metadata of its item.
    var isLong = false
    /// The slab classes of listed items; nil for all.
    var slabClasses: [SlabClass]?

    /// Whether only some keys are listed.
    var isChoosy: Bool { glob != nil || expression != nil || slabClasses != nil }

    /// What a server walks if it cannot walk its hash table.
    var scope: CrawlScope { slabClasses.map { .classes($0) } ?? .all }
}

extension KeysQuery {
    /// Checks the words of `keys`, with those of its options.
    init(_ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder) throws(Diagnostic)
    {
        isLong = arguments.has("--long")
        if let word = arguments.words.first {
            glob = Glob(bytes.copy(word.range))
            patterns.append(bytes.copy(word.range))
        }
        if let word = arguments.word(of: "--regex") {
            if let escape = RegularExpression.foreignEscape(in: bytes.copy(word.range)) {
                let shown = "\\" + String(Character(Unicode.Scalar(escape)))
                throw Diagnostic(
                    "\(shown) is not a POSIX expression: it would match the letter", at: word,
                    suggestion: escape | 0x20 == UInt8(ascii: "d")
                        ? "write \(escape == UInt8(ascii: "d") ? "[0-9]" : "[^0-9]")"
                        : "write a class such as [0-9a-f] or [[:space:]]")
            }
            do throws(RegularExpression.Fault) {
                expression = try RegularExpression(bytes.copy(word.range))
            } catch {
                throw Diagnostic(
                    "\"\(Word.shown(bytes, word.range))\" is not an extended regular expression: \(error.reason)",
                    at: word, suggestion: "a backslash before a sign takes it as it is")
            }
            patterns.append(bytes.copy(word.range))
        }
        if let word = arguments.word(of: "--limit") {
            limit = try builder.number(word, bytes, what: "a number of keys", minimum: 1, maximum: UInt64(Int64.max))
        }
        if let word = arguments.word(of: "--class") {
            let text = String(decoding: bytes.copy(word.range), as: UTF8.self)
            guard case .classes(let classes)? = try? CrawlScope(text) else {
                throw Diagnostic(
                    "\"\(Word.shown(bytes, word.range))\" names no slab classes", at: word,
                    suggestion: "write numbers from 1 to 63 with commas between them")
            }
            slabClasses = classes
        }
    }
}
