import MemcacheCore

/// Counts the rows of a terminal that text takes. Escape sequences take none.
struct ScreenRows {
    /// The columns of the terminal.
    private let columns: Int
    /// The number of full rows.
    private(set) var count = 0
    private var column = 0

    init(columns: Int) { self.columns = max(1, columns) }

    /// Adds more text, which ends with a complete character.
    mutating func add(_ bytes: [UInt8]) {
        let span = bytes.span
        var index = 0
        while index < span.count {
            let byte = span[index]
            switch byte {
            case 0x0a:
                count += 1
                column = 0
                index += 1
            case 0x0d:
                column = 0
                index += 1
            case 0x09:
                column = min(columns, column / 8 * 8 + 8)
                index += 1
            case 0x1b:
                index = endOfSequence(span, from: index + 1)
            case 0x20..<0x7f:
                advance(1)
                index += 1
            case ..<0x20, 0x7f: index += 1
            default:
                let (scalar, length) = EscapedText.decodeScalar(span, at: index) ?? ("?", 1)
                advance(Character(scalar).displayWidth)
                index += length
            }
        }
    }

    private mutating func advance(_ cells: Int) {
        if column + cells > columns {
            count += 1
            column = 0
        }
        column += cells
    }

    /// The position after `ESC [ … m` and the like.
    private func endOfSequence(_ bytes: Span<UInt8>, from start: Int) -> Int {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "[") else { return min(start + 1, bytes.count) }
        var index = start + 1
        while index < bytes.count, !(0x40...0x7e).contains(bytes[index]) { index += 1 }
        return min(index + 1, bytes.count)
    }
}
