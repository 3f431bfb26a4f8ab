/// A value too long to wait for: its bytes are passed on as they arrive, up to the line end after them.
///
/// The header's ranges refer to the bytes in which it was found, and its data is empty.
package struct LongValue: Sendable {
    /// The `VALUE` line.
    package let header: ReplyElement
    /// The position after that line.
    package let start: Int
    /// The number of bytes of the value still to come.
    private var left: Int
    /// The number of bytes of the line end that have arrived.
    private var endBytes = 0

    /// Creates a value of `count` bytes, none of which has been taken yet.
    package init(header: ReplyElement, start: Int, count: Int) {
        self.header = header
        self.start = start
        left = count
    }

    /// Whether the value and its line end have arrived.
    package var isComplete: Bool { endBytes == 2 }

    /// Returns the range of the next bytes of the value, and moves `position` past them and past the line end.
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
