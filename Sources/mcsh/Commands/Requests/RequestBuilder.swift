import MemcacheCore

/// Turns checked words into requests: the pure part between a line and the wire.
///
/// One builder serves a session. Runs of reads share one request, whose reply is then divided among the lines:
/// memcached serves keys of one `get` several times faster than as many `get`s.
struct RequestBuilder: ~Copyable {
    /// The round being filled.
    var round: PoolBatch
    /// The format of answers, unless a command specifies another.
    var format: OutputFormat
    /// Whether only commands that change nothing are accepted.
    var isReadOnly: Bool
    /// The line being planned.
    var line = 0
    /// The current Unix time, for lifetimes over 30 days.
    private let now: @Sendable () -> Int64
    /// The CAS tokens from the last `gets` of each key.
    var tokens: CASTokenCache
    /// Notes about the line, such as a lifetime that is sent as a time.
    var notes: [String] = []
    /// Whether a lifetime of the line has already ended.
    var isOver = false
    /// Whether a lifetime that has already ended is an error with a question, which the user has to answer first.
    var asksAboutPast = false
    /// The prefix of every key on the wire, which is not shown.
    let prefix: [UInt8]
    /// How the application writes values.
    let conventions: ValueConventions
    /// Chooses the server of each key.
    var route: PoolRoute
    /// What must be found out before the line can be planned, which was not planned then; nil if it was.
    private(set) var need: ServerNeed?
    /// Counts the commands, so that a message about several keys of one command is printed once.
    var ordinal = 0
    /// The server whose batch grows.
    var server = 0

    /// The limit of a request's line, below what servers read without an end of line.
    static let maximumRequestLineBytes = 1_900
    /// The limit of keys in a request: more gain nothing.
    static let maximumSharedKeys = 100

    init(
        format: OutputFormat, isReadOnly: Bool, tokens: CASTokenCache, prefix: [UInt8] = [],
        conventions: ValueConventions = .standard, route: PoolRoute = PoolRoute(),
        now: @escaping @Sendable () -> Int64 = UnixClock.now
    ) {
        round = PoolBatch(servers: route.servers.count)
        self.prefix = prefix
        self.conventions = conventions
        self.route = route
        self.format = format
        self.isReadOnly = isReadOnly
        self.tokens = tokens
        self.now = now
    }

    /// Returns the round and starts an empty one.
    mutating func takeRound() -> PoolBatch {
        let next = PoolBatch(like: round)
        defer { round = next }
        return round
    }

    /// Returns what must be found out before the line is planned again, and forgets it; nil if the line is planned.
    mutating func takeNeed() -> ServerNeed? {
        guard need != nil else { return nil }
        // The line's notes are made again.
        notes.removeAll()
        isOver = false
        defer { need = nil }
        return need
    }

    /// Forgets a line that is not planned.
    mutating func forgetLine() {
        notes.removeAll()
        need = nil
    }

    /// Records what must be found out before the line can be planned. Nothing is planned for it until then.
    mutating func require(_ need: ServerNeed) { self.need = need }

    // MARK: Words

    /// Checks that a word is a key.
    func requireKey(_ word: Word, _ bytes: Span<UInt8>) throws(Diagnostic) {
        let maximum = Key.maximumBytes - prefix.count
        guard let fault = Key.fault(in: bytes, word.range, maximumBytes: maximum) else { return }
        let message = MemcacheError(fault, key: bytes.copy(word.range), maximumBytes: maximum).message
        throw Diagnostic(message, at: word, suggestion: prefix.isEmpty || fault != .tooLong ? nil : prefixNote)
    }

    /// The keys among the words of a command, checked.
    func keys(_ arguments: borrowing Arguments, _ bytes: Span<UInt8>) throws(Diagnostic) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        for word in arguments.words {
            try requireKey(word, bytes)
            keys.append(bytes.copy(word.range))
        }
        return keys
    }

    private var prefixNote: String {
        "memcached takes \(Key.maximumBytes) bytes, and the prefix \(EscapedText.string(prefix)) is \(prefix.count) of them"
    }

    /// Checks that a value is not longer than servers read: 1.6.18 mistakes a longer length for another, and the rest
    /// of the value for commands.
    func requireStorable(_ count: Int, at word: Word) throws(Diagnostic) {
        guard count <= RawRequest.maximumValueBytes else {
            throw Diagnostic(
                "the value has \(count) bytes: memcached reads at most \(RawRequest.maximumValueBytes)", at: word)
        }
    }

    /// Reads a word as an unsigned number.
    func number(
        _ word: Word, _ bytes: Span<UInt8>, what: String, minimum: UInt64 = 0, maximum: UInt64 = .max
    ) throws(Diagnostic) -> UInt64 {
        guard let number = ASCIINumber.parseUnsigned(bytes, word.range), number >= minimum, number <= maximum else {
            throw Diagnostic(
                "\"\(Word.shown(bytes, word.range))\" is not \(what)", at: word,
                suggestion: "write a whole number from \(minimum) to \(maximum)")
        }
        return number
    }

    /// Reads a word as a lifetime, and returns the number that is sent for it.
    mutating func lifetime(_ word: Word, _ bytes: Span<UInt8>) throws(Diagnostic) -> Int64 {
        let now = now()
        let expiration = try Lifetime.read(word, bytes, now: now)
        if let time = Lifetime.past(expiration, now: now) { try notePast(time, at: word) }
        let wire = expiration.wireValue(now: now)
        noteConversion(of: expiration, to: wire, word, bytes)
        return wire
    }

    /// Reads a word as the delay of `flush_all`, and returns the number that is sent for it and when the delay ends.
    mutating func delay(_ word: Word, _ bytes: Span<UInt8>) throws(Diagnostic) -> (wire: Int64, end: Int64?) {
        let now = now()
        let shown = Word.shown(bytes, word.range)
        let expiration: Expiration
        do throws(Diagnostic) {
            expiration = try Lifetime.read(word, bytes, now: now)
        } catch {
            let isTooLate = Lifetime.parse(bytes, word.range) != nil
            let unixTime = Lifetime.unixTime(bytes, word.range).map { ", or @\($0) for the Unix time" } ?? ""
            throw Diagnostic(
                isTooLate ? error.message : "\"\(shown)\" is not a delay", at: word,
                suggestion: "write a delay such as 30s or 5m, or a time in the future\(unixTime)")
        }
        guard !bytes.equals("never", in: word.range) else {
            throw Diagnostic(
                "flush_all never would flush at once, which is how memcached reads it", at: word,
                suggestion: "write a delay such as 30s or 5m; a later flush_all replaces one that is pending")
        }
        if expiration == .immediately || Lifetime.past(expiration, now: now) != nil {
            throw Diagnostic(
                "the delay \(shown) is in the past", at: word,
                suggestion: "write flush_all alone to flush now, or a delay such as 30s or 5m")
        }
        let wire = expiration.wireValue(now: now)
        noteConversion(of: expiration, to: wire, word, bytes)
        guard wire > 0 else { return (0, nil) }
        return (wire, wire > Expiration.maximumRelativeSeconds ? wire : now + wire)
    }

    /// Notes that a lifetime has already ended, so that the item will be gone at once.
    mutating func notePast(_ time: Int64, at word: Word) throws(Diagnostic) {
        let message = "\(ISO8601.string(unixTime: time)) is in the past"
        if asksAboutPast {
            var fault = Diagnostic(message, at: word, status: .unsafe)
            fault.question = "\(message): the item will be gone at once"
            throw fault
        }
        isOver = true
        // An answer for people says it itself.
        if format != .human { notes.append("\(message): the item is gone at once") }
    }

    /// Notes that a lifetime over 30 days is sent as a time.
    private mutating func noteConversion(
        of expiration: Expiration, to wire: Int64, _ word: Word, _ bytes: Span<UInt8>
    ) {
        guard wire > Expiration.maximumRelativeSeconds, case .afterSeconds = expiration.moment else { return }
        let unixTime = Lifetime.unixTime(bytes, word.range).map { "; for the Unix time \($0) write @\($0)" } ?? ""
        notes.append(
            "more than 30 days, so it is sent as the time \(wire) (\(ISO8601.string(unixTime: wire))): "
                + "memcached reads a larger number of seconds as 1970" + unixTime)
    }

    /// The current time, for lifetimes that are read elsewhere.
    var present: Int64 { now() }
}
