/// Iterates over the lines of some bytes.
struct LineCursor: Sendable {
    /// The bytes.
    let bytes: [UInt8]
    private var position = 0

    /// Creates a cursor at the beginning of whole lines.
    init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    /// Returns the range of the next line, without its end; nil if none is left.
    mutating func next() -> Range<Int>? {
        guard position < bytes.count else { return nil }
        let start = position
        let end = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: start).map { $0 + 1 } ?? bytes.count
        position = end
        return bytes.span.withoutLineEnd(start..<end)
    }
}
