import MemcacheCore

/// Makes requests of checked words: the pure part between a line and the wire.
///
/// One planner serves a session. Runs of reads are put into one request, whose reply then answers line by line: memcached
/// serves keys of one `get` several times faster than as many `get`s.
struct Planner: ~Copyable {
    /// The batch that is being filled.
    var batch = PreparedBatch()
    /// How answers are written, unless a command says otherwise.
    var format: OutputFormat
    /// Whether only commands that change nothing are accepted.
    var isReadOnly: Bool
    /// Whether the server has the meta commands; nil while that is not known. Only answers for people depend on it.
    var hasMetaCommands: Bool?
    /// The line that is being planned.
    var line = 0
    /// The present Unix time, for lifetimes over 30 days.
    private let now: @Sendable () -> Int64
    /// What the last `gets` of a key saw.
    var tokens: CASTokens
    /// Things worth saying about the line, such as a lifetime that is sent as a time.
    var notes: [String] = []

    /// Requests of one line stay below what servers read without an end of line.
    static let maximumRequestLineBytes = 1_900
    /// More keys in one request gain nothing.
    static let maximumSharedKeys = 100

    /// Whether the silent command that is being planned shares the fence of the one before it.
    private var isSilenceShared = false
    /// How many keys the request at the end of the batch asks for; 0 when it cannot take more.
    private var openKeys = 0
    private var openLineBytes = 0

    init(
        format: OutputFormat, isReadOnly: Bool, tokens: CASTokens, now: @escaping @Sendable () -> Int64 = UnixClock.now
    ) {
        self.format = format
        self.isReadOnly = isReadOnly
        self.tokens = tokens
        self.now = now
    }

    /// The batch, which starts anew.
    mutating func takeBatch() -> PreparedBatch {
        openKeys = 0
        defer { batch = PreparedBatch() }
        return batch
    }

    /// Throws away what is prepared.
    mutating func discardBatch() {
        _ = takeBatch()
    }

    // MARK: Words

    /// Checks that a word is a key.
    func requireKey(_ word: Word, _ bytes: Span<UInt8>) throws(Diagnostic) {
        guard let fault = Key.fault(in: bytes, word.range) else { return }
        let message = MemcacheError(fault, key: bytes.copy(word.range), maximumBytes: Key.maximumBytes).message
        throw Diagnostic(message, at: word)
    }

    /// Checks that a value is not longer than servers read: 1.6.18 takes a longer length for another, and the rest of the
    /// value for commands.
    func requireStorable(_ count: Int, at word: Word) throws(Diagnostic) {
        guard count <= RequestLine.maximumValueBytes else {
            throw Diagnostic(
                "the value has \(count) bytes: memcached reads at most \(RequestLine.maximumValueBytes)", at: word)
        }
    }

    /// Reads a word as an unsigned number.
    func number(
        _ word: Word, _ bytes: Span<UInt8>, what: String, maximum: UInt64 = .max
    ) throws(Diagnostic) -> UInt64 {
        guard let number = ASCIINumber.parseUnsigned(bytes, word.range), number <= maximum else {
            throw Diagnostic(
                "\"\(Word.shown(bytes, word.range))\" is not \(what)", at: word,
                suggestion: "write a whole number from 0 to \(maximum)")
        }
        return number
    }

    /// Reads a word as a lifetime, and gives the number that is sent for it.
    mutating func lifetime(_ word: Word, _ bytes: Span<UInt8>) throws(Diagnostic) -> Int64 {
        let now = now()
        let expiration = try Lifetime.read(word, bytes, now: now)
        let wire = expiration.wireValue(now: now)
        if wire > Expiration.maximumRelativeSeconds, case .afterSeconds = expiration.moment {
            notes.append(
                "more than 30 days, so it is sent as the time \(wire) (\(ISO8601.string(unixTime: wire))): "
                    + "memcached reads a larger number of seconds as 1970")
        }
        return wire
    }

    // MARK: Requests

    /// Plans `<verb> KEY VALUE`.
    mutating func store(
        _ verb: RequestEncoder.StorageVerb, name: StaticString, key: Word, value: Word?, lifetime: Int64,
        cas: UInt64? = nil, _ arguments: borrowing Arguments, _ bytes: Span<UInt8>
    ) throws(Diagnostic) {
        try requireKey(key, bytes)
        try requireStorable(value.map { $0.range.count } ?? arguments.inputValue?.count ?? 0, at: value ?? key)
        if arguments.noreply { beginSilence() }
        let start = batch.encoder.bytes.count + verb.word.utf8CodeUnitCount + 1
        let keySpan = bytes.extracting(key.range)
        if let value {
            batch.encoder.storage(
                verb, key: keySpan, flags: arguments.flags, expiration: lifetime,
                value: bytes.extracting(value.range), cas: cas, noreply: arguments.noreply)
        } else {
            let input = arguments.inputValue ?? []
            batch.encoder.storage(
                verb, key: keySpan, flags: arguments.flags, expiration: lifetime, value: input.span, cas: cas,
                noreply: arguments.noreply)
        }
        addKey(at: start, count: key.range.count)
        if arguments.noreply {
            endSilence(name, keys: 1, arguments.format)
        } else {
            batch.shapes.append(.storage)
            addCommand(name, .storage, keys: 1, replies: 1, arguments.format)
        }
    }

    /// Plans a read of keys, joined to the read before it where both are of the same kind.
    mutating func retrieve(
        _ name: StaticString, _ answer: AnswerKind, keys: ArraySlice<Word>, _ arguments: borrowing Arguments,
        _ bytes: Span<UInt8>, before: Int64? = nil
    ) throws(Diagnostic) {
        for key in keys { try requireKey(key, bytes) }
        let format = arguments.format ?? format
        var replies = 0
        var isFirst = true
        for key in keys {
            let canJoin =
                openKeys > 0 && openLineBytes + key.range.count + 1 <= Planner.maximumRequestLineBytes
                && (!isFirst || (openKeys < Planner.maximumSharedKeys && before == nil && canJoinLast(answer)))
            if canJoin {
                batch.encoder.truncate(to: batch.encoder.bytes.count - 2)
            } else {
                openLineBytes = batch.encoder.bytes.count
                batch.encoder.append(name)
                if let before { batch.encoder.append(number: before) }
                openLineBytes = batch.encoder.bytes.count - openLineBytes
                batch.shapes.append(.values)
                replies += 1
                openKeys = 0
            }
            batch.encoder.append(" ")
            addKey(at: batch.encoder.bytes.count, count: key.range.count)
            batch.encoder.append(bytes.extracting(key.range))
            batch.encoder.endLine()
            openLineBytes += key.range.count + 1
            openKeys += 1
            isFirst = false
        }
        batch.commands.append(
            PreparedCommand(
                answer: answer, name: name, format: format, line: line,
                firstKey: batch.keys.count - keys.count, keyCount: keys.count, replyCount: replies))
        if before != nil { openKeys = 0 }
    }

    private func canJoinLast(_ answer: AnswerKind) -> Bool {
        guard let last = batch.commands.last else { return false }
        return last.answer == answer && answer.isShareable
    }

    /// Plans one request for each key, of which `encode` writes everything and says where the key begins in it.
    mutating func forEachKey(
        _ keys: ArraySlice<Word>, _ name: StaticString, _ answer: AnswerKind, _ shape: ReplyShape,
        _ arguments: borrowing Arguments, _ bytes: Span<UInt8>,
        encode: (inout RequestEncoder, Span<UInt8>) -> Int
    ) throws(Diagnostic) {
        for key in keys { try requireKey(key, bytes) }
        if arguments.noreply { beginSilence() }
        for key in keys {
            let start = batch.encoder.bytes.count
            let offset = encode(&batch.encoder, bytes.extracting(key.range))
            addKey(at: start + offset, count: key.range.count)
            if !arguments.noreply { batch.shapes.append(shape) }
        }
        if arguments.noreply {
            endSilence(name, keys: keys.count, arguments.format)
        } else {
            addCommand(name, answer, keys: keys.count, replies: keys.count, arguments.format)
        }
    }

    /// Plans a request without a key, or with keys that its answer does not need.
    mutating func request(
        _ name: StaticString, _ answer: AnswerKind, _ shape: ReplyShape, format: OutputFormat? = nil,
        encode: (inout RequestEncoder) -> Void
    ) {
        encode(&batch.encoder)
        batch.shapes.append(shape)
        addCommand(name, answer, keys: 0, replies: 1, format)
    }

    /// Plans requests that another part has encoded, such as a meta command.
    mutating func request(
        _ name: StaticString, _ answer: AnswerKind, _ shape: ReplyShape, key: Word, _ bytes: Span<UInt8>,
        format: OutputFormat?, encode: (inout RequestEncoder) -> Int
    ) {
        let start = batch.encoder.bytes.count
        let offset = encode(&batch.encoder)
        addKey(at: start + offset, count: key.range.count)
        if shape == .untilFence { batch.encoder.append(RequestEncoder.fence) }
        batch.shapes.append(shape)
        addCommand(name, answer, keys: 1, replies: 1, format)
    }

    /// Plans `config get cluster`.
    mutating func clusterConfiguration(format: OutputFormat?) {
        batch.encoder.line("config", "get", "cluster")
        batch.shapes.append(.configuration)
        addCommand("config", .cluster, keys: 0, replies: 1, format)
    }

    /// Plans a `stats` request.
    mutating func statistics(_ request: StatisticsRequest, words: [UInt8], format: OutputFormat?) {
        batch.encoder.append("stats")
        if !words.isEmpty {
            batch.encoder.append(" ")
            batch.encoder.append(words.span)
        }
        batch.encoder.endLine()
        batch.shapes.append(.statistics)
        batch.statistics.append(request)
        addCommand("stats", .statistics(batch.statistics.count - 1), keys: 0, replies: 1, format)
    }

    /// Makes ready for a command with `noreply`: a run of them shares one fence, which moves behind the last.
    private mutating func beginSilence() {
        isSilenceShared = batch.commands.last?.answer == .silence
        if isSilenceShared {
            batch.encoder.truncate(to: batch.encoder.bytes.count - RequestEncoder.fence.utf8CodeUnitCount)
            batch.shapes.removeLast()
        }
    }

    /// Ends requests that may say nothing with a fence.
    private mutating func endSilence(_ name: StaticString, keys: Int, _ format: OutputFormat?) {
        batch.encoder.append(RequestEncoder.fence)
        batch.shapes.append(.untilFence)
        addCommand(name, .silence, keys: keys, replies: isSilenceShared ? 0 : 1, format)
    }

    private mutating func addKey(at start: Int, count: Int) {
        batch.keys.append(KeyPosition(start: start, count: count))
    }

    private mutating func addCommand(
        _ name: StaticString, _ answer: AnswerKind, keys: Int, replies: Int, _ format: OutputFormat?
    ) {
        openKeys = 0
        batch.commands.append(
            PreparedCommand(
                answer: answer, name: name, format: format ?? self.format, line: line,
                firstKey: batch.keys.count - keys, keyCount: keys, replyCount: replies))
    }
}
