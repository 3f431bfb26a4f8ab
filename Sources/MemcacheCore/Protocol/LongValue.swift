/// A value too long to wait for: its bytes are handed on as they arrive, up to the line end behind them.
///
/// The header's ranges point into the bytes that it was found in, and its data is empty.
package struct LongValue: Sendable {
    /// The `VALUE` line.
    package let header: ReplyElement
    /// The position behind that line.
    package let start: Int
    /// How many bytes of the value are still to come.
    private var left: Int
    /// How many bytes of the line end have come.
    private var endBytes = 0

    /// A value of `count` bytes, of which none has been taken yet.
    package init(header: ReplyElement, start: Int, count: Int) {
        self.header = header
        self.start = start
        left = count
    }

    /// Whether the value and its line end have come.
    package var isComplete: Bool { endBytes == 2 }

    /// Where the next bytes of the value are; `position` is moved behind them, and behind the line end.
    package mutating func take(
        from bytes: Span<UInt8>, at position: inout Int
    ) throws(ReplyParser.Failure) -> Range<Int> {
        let piece = position..<position + min(left, bytes.count - position)
        left -= piece.count
        position = piece.upperBound
        while left == 0, !isComplete, position < bytes.count {
            guard bytes[position] == (endBytes == 0 ? UInt8(ascii: "\r") : UInt8(ascii: "\n")) else {
                throw .valueNotTerminated
            }
            endBytes += 1
            position += 1
        }
        return piece
    }
}
