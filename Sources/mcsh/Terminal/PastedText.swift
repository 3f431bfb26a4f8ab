/// Pasted text up to the mark at its end, byte by byte. What is too much is read and dropped: behind it, the rest would be
/// keys.
struct PastedText {
    private static let mark = Array("\u{1b}[201~".utf8)

    /// More is not kept.
    let limit: Int
    /// What has come so far, without the mark.
    private(set) var bytes: [UInt8] = []
    /// Whether there was more than is kept.
    private(set) var isCut = false
    /// How much of the mark has come.
    private var matched = 0

    init(limit: Int) { self.limit = limit }

    /// Takes the next byte. Returns whether it ends the text.
    mutating func take(_ byte: UInt8) -> Bool {
        if byte == Self.mark[matched] {
            matched += 1
            guard matched == Self.mark.count else { return false }
            if isCut { dropPart() }
            return true
        }
        for byte in Self.mark[..<matched] { keep(byte) }
        // The mark begins anew only with its first byte, which it has once.
        matched = byte == Self.mark[0] ? 1 : 0
        if matched == 0 { keep(byte) }
        return false
    }

    private mutating func keep(_ byte: UInt8) {
        if bytes.count < limit { bytes.append(byte) } else { isCut = true }
    }

    /// Drops the line that is there in part only, lest it be taken for a command; of a single line, half a character.
    private mutating func dropPart() {
        if let end = bytes.lastIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            bytes.removeSubrange(end...)
            return
        }
        while let last = bytes.last, last >= 0x80 { bytes.removeLast() }
    }
}
