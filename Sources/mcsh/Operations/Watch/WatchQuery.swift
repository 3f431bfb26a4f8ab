import MemcacheCore

/// What `watch` should show, and when it should end.
struct WatchQuery: Hashable, Sendable {
    var streams: [WatchStream]
    /// The pattern that keys must match.
    var match: Glob?
    /// The number of shown events after which it ends.
    var limit: UInt64?
    /// The time after which it ends.
    var duration: Duration?

    /// Whether an event is shown. Events without a key match no pattern.
    func shows(_ event: WatchEvent) -> Bool {
        guard let match else { return true }
        return event.key.map { match.matches($0) } ?? false
    }
}

extension WatchQuery {
    /// Checks the words of `watch`, with those of its options.
    init(_ arguments: borrowing Arguments, _ bytes: Span<UInt8>, _ builder: borrowing RequestBuilder) throws(Diagnostic)
    {
        streams = []
        for word in arguments.words {
            let name = String(decoding: bytes.copy(word.range), as: UTF8.self)
            guard let stream = WatchStream(name) else {
                let known = WatchStream.all.map(\.description)
                throw Diagnostic(
                    "there is no stream \"\(EscapedText.string(bytes.copy(word.range)))\"", at: word,
                    suggestion: Spelling.nearest(to: name, among: known).map { "did you mean \($0)?" }
                        ?? "write some of \(known.joined(separator: ", "))")
            }
            if !streams.contains(stream) { streams.append(stream) }
        }
        if streams.isEmpty { streams = [.fetchers] }
        match = arguments.word(of: "--match").map { Glob(bytes.copy($0.range)) }
        if let word = arguments.word(of: "--limit") {
            limit = try builder.number(word, bytes, what: "a number of events", minimum: 1, maximum: UInt64(Int64.max))
        }
        if let word = arguments.word(of: "--for") {
            guard let span = TimeSpan.parse(bytes.copy(word.range)), span > .zero else {
                throw Diagnostic(
                    "\"\(Word.shown(bytes, word.range))\" is not a time", at: word,
                    suggestion: "write for example 10s, 500ms, 1m or 1h")
            }
            duration = span
        }
    }
}
