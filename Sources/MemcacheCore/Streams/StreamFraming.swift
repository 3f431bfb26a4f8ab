/// Finds where a stream begins, where its lines end, and where it ends.
///
/// It gets all bytes that have arrived and are not consumed yet. Between the beginning and the end it looks at the last
/// line only, so that a dump of millions of lines costs hardly more than moving its bytes through memory.
struct StreamFraming {
    /// The kinds of stream.
    enum Form: Sendable {
        /// `OK`, then an endless sequence of lines.
        case endless
        /// Perhaps `OK`, then lines with the same first word, then a line with another word alone.
        case list(linePrefix: StaticString, lastLine: StaticString)
    }

    /// What some bytes contain.
    struct Step {
        /// Whole lines for the reader, including their ends.
        var lines = 0..<0
        /// The number of bytes consumed.
        var used = 0
        /// The server's error: there will be no stream.
        var refusal: Refusal?
        /// Whether the last line has arrived.
        var isOver = false
    }

    /// The longest line accepted.
    static let maximumLineBytes = 65_536

    /// Whether the server has accepted the request.
    private(set) var hasBegun = false
    /// The line with which it did, including its end; empty if there was none.
    private(set) var firstLine: [UInt8] = []
    private let form: Form

    init(_ form: Form) { self.form = form }

    /// Extracts the complete lines.
    mutating func take(_ bytes: Span<UInt8>) throws(ReplyParser.Failure) -> Step {
        var step = Step()
        if !hasBegun {
            guard try begin(bytes, &step), step.refusal == nil else { return step }
            hasBegun = true
        }
        let newline = UInt8(ascii: "\n")
        let start = step.used
        let end = bytes.position(before: bytes.count, of: newline, downTo: start).map { $0 + 1 } ?? start
        guard bytes.count - end <= Self.maximumLineBytes else { throw .lineTooLong(limit: Self.maximumLineBytes) }
        guard bytes.hasLineEnds(in: start..<end, every: Self.maximumLineBytes + 2) else {
            throw .lineTooLong(limit: Self.maximumLineBytes)
        }
        step.lines = start..<end
        step.used = end
        if case .list(_, let lastLine) = form, end > start {
            let last = bytes.position(before: end - 1, of: newline, downTo: start).map { $0 + 1 } ?? start
            if bytes.equals(lastLine, in: bytes.withoutLineEnd(last..<end)) {
                step.lines = start..<last
                step.isOver = true
            }
        }
        return step
    }

    /// Reads the first line. Returns false if it is not complete.
    private mutating func begin(_ bytes: Span<UInt8>, _ step: inout Step) throws(ReplyParser.Failure) -> Bool {
        guard let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            guard bytes.count <= Self.maximumLineBytes else { throw .lineTooLong(limit: Self.maximumLineBytes) }
            return false
        }
        let line = bytes.withoutLineEnd(0..<newline + 1)
        if case .list(let prefix, let lastLine) = form,
            bytes.starts(with: prefix, in: line) || bytes.equals(lastLine, in: line)
        {
            return true
        }
        var parser = ReplyParser()
        var position = 0
        switch try parser.next(in: bytes, at: &position) {
        case .ok?:
            firstLine = bytes.copy(0..<newline + 1)
            step.used = newline + 1
            return true
        case .refusal(let kind, let line)?:
            step.refusal = Refusal(kind: kind, line: bytes.copy(line))
            step.used = newline + 1
            return true
        default:
            throw .unexpected(line: bytes.copy(line))
        }
    }
}

extension Span where Element == UInt8 {
    /// Returns the last position of `byte` before `end` and not before `start`.
    fileprivate func position(before end: Int, of byte: UInt8, downTo start: Int) -> Int? {
        var index = end - 1
        while index >= start {
            if self[index] == byte { return index }
            index -= 1
        }
        return nil
    }

    /// Whether no line in `range`, which ends with a line end, is longer than `maximum` including its end. Looks at few
    /// bytes.
    fileprivate func hasLineEnds(in range: Range<Int>, every maximum: Int) -> Bool {
        var start = range.lowerBound
        while range.upperBound - start > maximum {
            guard let newline = position(before: start + maximum, of: UInt8(ascii: "\n"), downTo: start) else {
                return false
            }
            start = newline + 1
        }
        return true
    }

    /// Returns the range of a line without the `\n` or `\r\n` at its end.
    func withoutLineEnd(_ range: Range<Int>) -> Range<Int> {
        var end = range.upperBound
        if end > range.lowerBound, self[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        if end > range.lowerBound, self[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return range.lowerBound..<end
    }
}
