/// Parses the bytes of a server into the elements of its replies.
///
/// The parser gets all bytes that have arrived and are not consumed yet, returns the element at a position, and moves
/// the position past it; nil means that the element is not complete. It does not matter how the bytes were split.
/// Whatever the bytes are, the parser returns or throws, and it reads no element longer than its limits.
package struct ReplyParser: Sendable {
    /// Why bytes cannot be a reply of memcached.
    package enum Failure: Error, Hashable, Sendable {
        /// A line without an end that is longer than any that memcached sends.
        case lineTooLong(limit: Int)
        /// A value that claims to be longer than the limit.
        case valueTooLong(bytes: UInt64, limit: Int)
        /// A reply of many lines that exceeds the limit.
        case replyTooLong(limit: Int)
        /// A malformed `VALUE`, `VA` or `STAT` line.
        case malformed(line: [UInt8])
        /// A value that is not followed by a line end where its length says: the length is wrong.
        case valueNotTerminated
        /// A line that does not come from memcached, or that belongs to the reply to another command.
        case unexpected(line: [UInt8])
    }

    /// The longest line accepted. memcached's own are shorter than 2 KiB; routers send longer error texts.
    package var maximumLineBytes = 65_536
    /// The longest value accepted.
    package var maximumValueBytes = 4_294_967_296

    /// The length above which an item's value can be taken as it arrives.
    package var longValueBytes = 1 << 20

    /// The minimum number of bytes that the incomplete element needs, counted from its start.
    package private(set) var neededBytes = 0
    /// The incomplete element, if it is an item with a long value whose line has arrived.
    package private(set) var longValue: LongValue?

    /// memcached 1.6.45 sends an empty line after the `CLIENT_ERROR` for a key that is too long.
    private var skipsEmptyLine = false

    package init() {}

    /// Returns the element at `position`, and moves `position` past it; nil if more bytes are needed.
    package mutating func next(in bytes: Span<UInt8>, at position: inout Int) throws(Failure) -> ReplyElement? {
        longValue = nil
        while true {
            guard let newline = bytes.firstIndex(of: UInt8(ascii: "\n"), from: position) else {
                // One more byte may be the first of the line end.
                guard bytes.count - position <= maximumLineBytes + 1 else {
                    throw .lineTooLong(limit: maximumLineBytes)
                }
                neededBytes = bytes.count - position + 1
                return nil
            }
            let hasCarriageReturn = newline > position && bytes[newline - 1] == UInt8(ascii: "\r")
            let line = position..<(hasCarriageReturn ? newline - 1 : newline)
            guard line.count <= maximumLineBytes else { throw .lineTooLong(limit: maximumLineBytes) }
            if line.isEmpty, skipsEmptyLine {
                skipsEmptyLine = false
                position = newline + 1
                continue
            }
            guard let (element, end) = try element(of: line, next: newline + 1, in: bytes) else { return nil }
            skipsEmptyLine = false
            if case .refusal(.clientError, _) = element { skipsEmptyLine = true }
            position = end
            return element
        }
    }

    private typealias Parsed = (element: ReplyElement, end: Int)

    private mutating func element(
        of line: Range<Int>, next: Int, in bytes: Span<UInt8>
    ) throws(Failure) -> Parsed? {
        guard !line.isEmpty else { return (.unknown(line), next) }
        switch bytes[line.lowerBound] {
        case UInt8(ascii: "S"):
            if bytes.equals("STORED", in: line) { return (.stored, next) }
            if bytes.starts(with: "STAT ", in: line) { return (try statistic(line, in: bytes), next) }
        case UInt8(ascii: "V"):
            if bytes.starts(with: "VALUE ", in: line) { return try value(line, next: next, in: bytes) }
            if bytes.starts(with: "VA ", in: line) { return try metaValue(line, next: next, in: bytes) }
            if bytes.starts(with: "VERSION ", in: line) { return (.version(line.dropFirst(8)), next) }
        case UInt8(ascii: "E"):
            if bytes.equals("END", in: line) { return (.end, next) }
            if bytes.equals("EXISTS", in: line) { return (.exists, next) }
        case UInt8(ascii: "N"):
            if bytes.equals("NOT_STORED", in: line) { return (.notStored, next) }
            if bytes.equals("NOT_FOUND", in: line) { return (.notFound, next) }
        case UInt8(ascii: "D"):
            if bytes.equals("DELETED", in: line) { return (.deleted, next) }
        case UInt8(ascii: "T"):
            if bytes.equals("TOUCHED", in: line) { return (.touched, next) }
        case UInt8(ascii: "O"):
            if bytes.equals("OK", in: line) { return (.ok, next) }
        case UInt8(ascii: "R"):
            if bytes.equals("RESET", in: line) { return (.reset, next) }
        case UInt8(ascii: "I"):
            if bytes.starts(with: "ITEM ", in: line) { return (.cachedKey(line.dropFirst(5)), next) }
        case UInt8(ascii: "P"):
            if bytes.starts(with: "PREFIX ", in: line) { return (.prefix(line.dropFirst(7)), next) }
        case UInt8(ascii: "M"):
            if bytes.equals("MN", in: line) { return (.metaNoop, next) }
            if bytes.starts(with: "ME ", in: line) { return (.metaDebug(line.dropFirst(3)), next) }
        case UInt8(ascii: "C"):
            if bytes.starts(with: "CONFIG ", in: line) { return try configuration(line, next: next, in: bytes) }
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return (number(line, in: bytes), next)
        default: break
        }
        if let status = metaStatus(line, in: bytes) {
            let flags = min(line.lowerBound + 3, line.upperBound)..<line.upperBound
            return (.meta(status, flags: flags, data: 0..<0), next)
        }
        if let kind = refusalKind(line, in: bytes) { return (.refusal(kind, line: line), next) }
        return (.unknown(line), next)
    }

    private func number(_ line: Range<Int>, in bytes: Span<UInt8>) -> ReplyElement {
        ASCIINumber.parseUnsigned(bytes, line).map { .number($0) } ?? .unknown(line)
    }

    private func metaStatus(_ line: Range<Int>, in bytes: Span<UInt8>) -> MetaReply.Status? {
        guard line.count >= 2, line.count == 2 || bytes[line.lowerBound + 2] == UInt8(ascii: " ") else { return nil }
        switch (bytes[line.lowerBound], bytes[line.lowerBound + 1]) {
        case (UInt8(ascii: "H"), UInt8(ascii: "D")): return .done
        case (UInt8(ascii: "E"), UInt8(ascii: "N")): return .miss
        case (UInt8(ascii: "N"), UInt8(ascii: "F")): return .notFound
        case (UInt8(ascii: "N"), UInt8(ascii: "S")): return .notStored
        case (UInt8(ascii: "E"), UInt8(ascii: "X")): return .exists
        default: return nil
        }
    }

    /// Recognizes `ERROR`, `ERROR <text>`, `ERROR: <text>`, `CLIENT_ERROR <text>`, `SERVER_ERROR <text>`,
    /// `SERVER_ERROR: <text>`, `Error <text>` (only `refresh_certs`), and the errors of the slab mover, the crawler,
    /// watchers and limits.
    private func refusalKind(_ line: Range<Int>, in bytes: Span<UInt8>) -> Refusal.Kind? {
        func isWord(_ word: StaticString) -> Bool {
            guard bytes.starts(with: word, in: line) else { return false }
            let end = line.lowerBound + word.utf8CodeUnitCount
            return end == line.upperBound || bytes[end] == UInt8(ascii: " ") || bytes[end] == UInt8(ascii: ":")
        }
        if isWord("ERROR") || isWord("Error") { return .error }
        if isWord("CLIENT_ERROR") { return .clientError }
        if isWord("SERVER_ERROR") { return .serverError }
        let others: [StaticString] = [
            "BUSY", "BADCLASS", "NOSPARE", "SAME", "NOTSTARTED", "MEMLIMIT_TOO_SMALL", "MEMLIMIT_ADJUST_FAILED",
            "WATCHER_TOO_MANY", "WATCHER_FAILED",
        ]
        return others.contains(where: isWord) ? .unavailable : nil
    }

    private func statistic(_ line: Range<Int>, in bytes: Span<UInt8>) throws(Failure) -> ReplyElement {
        let name = word(from: line.lowerBound + 5, in: line, of: bytes)
        guard !name.isEmpty else { throw .malformed(line: bytes.copy(line)) }
        return .statistic(name: name, value: min(name.upperBound + 1, line.upperBound)..<line.upperBound)
    }

    private mutating func value(_ line: Range<Int>, next: Int, in bytes: Span<UInt8>) throws(Failure) -> Parsed? {
        let key = word(from: line.lowerBound + 6, in: line, of: bytes)
        let flags = word(from: key.upperBound + 1, in: line, of: bytes)
        let length = word(from: flags.upperBound + 1, in: line, of: bytes)
        let cas = word(from: length.upperBound + 1, in: line, of: bytes)
        guard !key.isEmpty,
            let flagsWord = ASCIINumber.parseUnsigned(bytes, flags),
            let count = ASCIINumber.parseUnsigned(bytes, length),
            cas.upperBound == line.upperBound
        else { throw .malformed(line: bytes.copy(line)) }
        let token = ASCIINumber.parseUnsigned(bytes, cas)
        guard cas.isEmpty || token != nil else { throw .malformed(line: bytes.copy(line)) }
        guard let block = try block(of: count, from: line.lowerBound, next: next, in: bytes) else {
            if count > longValueBytes {
                let header = ReplyElement.value(key: key, flags: flagsWord, cas: token, data: next..<next)
                longValue = LongValue(header: header, start: next, count: Int(count))
            }
            return nil
        }
        return (.value(key: key, flags: flagsWord, cas: token, data: block.data), block.end)
    }

    private mutating func metaValue(_ line: Range<Int>, next: Int, in bytes: Span<UInt8>) throws(Failure) -> Parsed? {
        let length = word(from: line.lowerBound + 3, in: line, of: bytes)
        guard let count = ASCIINumber.parseUnsigned(bytes, length) else { throw .malformed(line: bytes.copy(line)) }
        guard let block = try block(of: count, from: line.lowerBound, next: next, in: bytes) else { return nil }
        let flags = min(length.upperBound + 1, line.upperBound)..<line.upperBound
        return (.meta(.value, flags: flags, data: block.data), block.end)
    }

    /// Reads `CONFIG cluster 0 <bytes>`. ElastiCache's published example announces a wrong length, so the block is read
    /// up to the empty line or the `END` that closes it.
    private mutating func configuration(
        _ line: Range<Int>, next: Int, in bytes: Span<UInt8>
    ) throws(Failure) -> Parsed? {
        var start = next
        while let newline = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start) {
            let end = newline > start && bytes[newline - 1] == UInt8(ascii: "\r") ? newline - 1 : newline
            guard start - next <= maximumLineBytes else { throw .lineTooLong(limit: maximumLineBytes) }
            if bytes.equals("END", in: start..<end) { return (.configuration(next..<start), start) }
            start = newline + 1
        }
        // The pending `END` line may be complete except for its last byte.
        guard bytes.count - next <= maximumLineBytes + 4 else { throw .lineTooLong(limit: maximumLineBytes) }
        neededBytes = bytes.count - line.lowerBound + 1
        return nil
    }

    private mutating func block(
        of count: UInt64, from start: Int, next: Int, in bytes: Span<UInt8>
    ) throws(Failure) -> (data: Range<Int>, end: Int)? {
        // Keeps the position from overflowing.
        let limit = min(max(maximumValueBytes, 0), Int.max - 2 - next)
        guard count <= UInt64(limit) else { throw .valueTooLong(bytes: count, limit: max(maximumValueBytes, 0)) }
        let data = next..<next + Int(count)
        guard bytes.count >= data.upperBound + 2 else {
            neededBytes = data.upperBound + 2 - start
            return nil
        }
        guard bytes[data.upperBound] == UInt8(ascii: "\r"), bytes[data.upperBound + 1] == UInt8(ascii: "\n") else {
            throw .valueNotTerminated
        }
        return (data, data.upperBound + 2)
    }

    /// Returns the token that begins at `start`, up to a space or the end of the line; empty if there is none.
    private func word(from start: Int, in line: Range<Int>, of bytes: Span<UInt8>) -> Range<Int> {
        guard start < line.upperBound else { return line.upperBound..<line.upperBound }
        var end = start
        while end < line.upperBound, bytes[end] != UInt8(ascii: " ") { end += 1 }
        return start..<end
    }
}
