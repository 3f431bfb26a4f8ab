/// Reads pasted text up to the mark at its end, byte by byte. What exceeds the limit is read and dropped: otherwise the
/// rest would be keys.
struct PastedText {
    private static let mark = Array("\u{1b}[201~".utf8)

    /// The maximum number of bytes kept.
    let limit: Int
    /// The text so far, without the mark.
    private(set) var bytes: [UInt8] = []
    /// Whether there was more than the limit.
    private(set) var isCut = false
    /// The number of bytes of the mark so far.
    private var matched = 0

    init(limit: Int) { self.limit = limit }

    /// Accepts the next byte. Returns whether it ends the text.
    mutating func take(_ byte: UInt8) -> Bool {
        if byte == Self.mark[matched] {
            matched += 1
            guard matched == Self.mark.count else { return false }
            if isCut { dropPart() }
            return true
        }
        for byte in Self.mark[..<matched] { keep(byte) }
        // The mark restarts only with its first byte, which occurs in it once.
        matched = byte == Self.mark[0] ? 1 : 0
        if matched == 0 { keep(byte) }
        return false
    }

    private mutating func keep(_ byte: UInt8) {
        if bytes.count < limit { bytes.append(byte) } else { isCut = true }
    }

    /// Drops an incomplete line, so that it is not taken for a command; of a single line, half a character.
    private mutating func dropPart() {
        if let end = bytes.lastIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            bytes.removeSubrange(end...)
            return
        }
        while let last = bytes.last, last >= 0x80 { bytes.removeLast() }
    }
}
