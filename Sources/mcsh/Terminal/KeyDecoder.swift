/// Decodes bytes from a terminal as characters and named keys.
///
/// Terminals send a key such as Delete as several bytes that begin with ESC, which differ between terminals. Here each
/// becomes a single code, so that the editor need not wait for the rest of a sequence if the key Esc itself is meant,
/// which switches to vi's command mode.
struct KeyDecoder {
    /// Keys that terminals send as sequences. The codes are control characters that no keyboard sends.
    enum Key: UInt8, CaseIterable, Sendable {
        case up = 0x80, down, left, right, home, end, delete, wordLeft, wordRight, deleteWord
        /// What follows was pasted.
        case paste
        /// A key that does nothing here.
        case ignored
    }

    enum Output: Hashable, Sendable {
        case byte(UInt8)
        case key(Key)
        /// The terminal's cursor position, counted from 1.
        case position(row: Int, column: Int)
    }

    /// Whether the terminal was asked for its cursor position: the answer looks like a key.
    var expectsPosition = false

    /// Sequences that are passed on unchanged because the user has bound them.
    var passed: Set<[UInt8]> = []
    private var pending: [UInt8] = []

    private static let escape: UInt8 = 0x1b
    /// The maximum length of a sequence.
    private static let maximumBytes = 32

    /// Whether more may follow: if nothing does for a short while, call ``timeOut()``.
    var isPending: Bool { !pending.isEmpty }

    /// Accepts a byte, and returns what it completes.
    mutating func take(_ byte: UInt8) -> [Output] {
        guard !pending.isEmpty else {
            guard byte == Self.escape else { return [.byte(byte)] }
            pending = [byte]
            return []
        }
        pending.append(byte)
        let escapes = pending.prefix { $0 == Self.escape }.count
        let rest = pending[escapes...]
        guard let introducer = rest.first else {
            return escapes > 2 ? flush() : []
        }
        switch introducer {
        case UInt8(ascii: "["):
            guard rest.count > 1 else { return [] }
            // The Linux console: ESC [ [ A is F1.
            if rest.count == 2, byte == UInt8(ascii: "[") { return [] }
            guard (0x40...0x7e).contains(byte) || byte == UInt8(ascii: "$") || byte < 0x20 else {
                return pending.count > Self.maximumBytes ? drop() : []
            }
            return complete(isAlternate: escapes > 1, Array(rest.dropFirst()))
        case UInt8(ascii: "O"):
            guard rest.count > 1 else { return [] }
            // ESC O 5 C, as some write Ctrl-Right.
            if (0x30...0x39).contains(byte), rest.count < 4 { return [] }
            return complete(isAlternate: escapes > 1, Array(rest.dropFirst()))
        default: return flush()
        }
    }

    /// Nothing has followed: what has arrived is complete.
    mutating func timeOut() -> [Output] {
        pending.count > 1 && pending.last != Self.escape ? drop() : flush()
    }

    private mutating func flush() -> [Output] {
        defer { pending = [] }
        return pending.map { .byte($0) }
    }

    private mutating func drop() -> [Output] {
        pending = []
        return [.key(.ignored)]
    }

    private mutating func complete(isAlternate: Bool, _ body: [UInt8]) -> [Output] {
        if passed.contains(pending) { return flush() }
        pending = []
        let numbers = Self.numbers(body)
        if expectsPosition, body.last == UInt8(ascii: "R"), numbers.count == 2 {
            return [.position(row: numbers[0], column: numbers[1])]
        }
        return [.key(Self.key(of: body, isAlternate: isAlternate))]
    }

    /// The numbers before the last byte.
    private static func numbers(_ body: [UInt8]) -> [Int] {
        body.dropLast().split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { part in
            part.reduce(0) { ($0 &* 10 &+ Int($1 &- 0x30)) & 0xffff }
        }
    }

    /// The key for what follows `ESC [` or `ESC O`.
    private static func key(of body: [UInt8], isAlternate: Bool) -> Key {
        guard let final = body.last else { return .ignored }
        let numbers = numbers(body)
        // 1 plus a bit each for Shift, Alt and Ctrl.
        let modifier = numbers.count > 1 ? numbers[1] : final != UInt8(ascii: "~") ? numbers.first ?? 1 : 1
        let isWord = isAlternate || (modifier > 1 && (modifier - 1) & 6 != 0)
        switch final {
        case UInt8(ascii: "A"), UInt8(ascii: "a"): return .up
        case UInt8(ascii: "B"), UInt8(ascii: "b"): return .down
        case UInt8(ascii: "C"): return isWord ? .wordRight : .right
        case UInt8(ascii: "D"): return isWord ? .wordLeft : .left
        // rxvt: with Shift or Ctrl.
        case UInt8(ascii: "c"): return .wordRight
        case UInt8(ascii: "d"): return .wordLeft
        case UInt8(ascii: "H"): return .home
        case UInt8(ascii: "F"): return .end
        case UInt8(ascii: "~"), UInt8(ascii: "^"), UInt8(ascii: "$"):
            switch numbers.first {
            case 1, 7: return .home
            case 4, 8: return .end
            case 3: return isWord || final == UInt8(ascii: "^") ? .deleteWord : .delete
            case 200: return .paste
            default: return .ignored
            }
        default: return .ignored
        }
    }
}
