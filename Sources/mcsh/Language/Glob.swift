import MemcacheCore

/// A pattern of keys: `*` any bytes, `?` one byte, `[a-z]` and `[!a-z]` one of a set, `\` takes the next byte
/// literally.
struct Glob: Hashable, Sendable {
    private let pattern: [UInt8]

    init(_ pattern: [UInt8]) {
        self.pattern = pattern
    }

    /// Whether a key matches the pattern. Takes time proportional to the product of both lengths in the worst case.
    func matches(_ key: [UInt8]) -> Bool { matches(key.span) }

    /// The same for a key in borrowed memory.
    func matches(_ key: Span<UInt8>) -> Bool {
        var position = 0
        var index = 0
        /// The position after the last star, and the index in the key that the star extends to.
        var star: (position: Int, index: Int)?
        while index < key.count {
            if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
                while position < pattern.count, pattern[position] == UInt8(ascii: "*") { position += 1 }
                guard position < pattern.count else { return true }
                guard let reach = reach(ofStarBefore: position, from: index, in: key) else { return false }
                star = (position, reach)
                index = reach
            } else if let next = matchOne(key[index], at: position) {
                position = next
                index += 1
            } else if let last = star {
                guard let reach = reach(ofStarBefore: last.position, from: last.index + 1, in: key) else {
                    return false
                }
                star = (last.position, reach)
                position = last.position
                index = reach
            } else {
                return false
            }
        }
        while position < pattern.count, pattern[position] == UInt8(ascii: "*") { position += 1 }
        return position == pattern.count
    }

    /// The shortest reach of a star: to the first byte that can match the element after it. Nil if none can.
    private func reach(ofStarBefore position: Int, from index: Int, in key: Span<UInt8>) -> Int? {
        switch pattern[position] {
        case UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "\\"): index
        default: key.firstIndex(of: pattern[position], from: index)
        }
    }

    /// The position after the element at `position` if it matches the byte; nil if it does not.
    private func matchOne(_ byte: UInt8, at position: Int) -> Int? {
        guard position < pattern.count else { return nil }
        switch pattern[position] {
        case UInt8(ascii: "*"): return nil
        case UInt8(ascii: "?"): return position + 1
        case UInt8(ascii: "["):
            guard let (isMatch, next) = matchSet(byte, from: position + 1) else {
                return byte == UInt8(ascii: "[") ? position + 1 : nil
            }
            return isMatch ? next : nil
        case UInt8(ascii: "\\") where position + 1 < pattern.count:
            return pattern[position + 1] == byte ? position + 2 : nil
        default: return pattern[position] == byte ? position + 1 : nil
        }
    }

    /// Matches `a-z]` or `!a-z]`; nil if the bracket is not closed.
    private func matchSet(_ byte: UInt8, from start: Int) -> (Bool, next: Int)? {
        var position = start
        var isNegated = false
        if position < pattern.count, pattern[position] == UInt8(ascii: "!") || pattern[position] == UInt8(ascii: "^") {
            isNegated = true
            position += 1
        }
        var isMatch = false
        var isFirst = true
        while position < pattern.count, isFirst || pattern[position] != UInt8(ascii: "]") {
            isFirst = false
            let low = pattern[position]
            if position + 2 < pattern.count, pattern[position + 1] == UInt8(ascii: "-"),
                pattern[position + 2] != UInt8(ascii: "]")
            {
                if low <= byte, byte <= pattern[position + 2] { isMatch = true }
                position += 3
            } else {
                if low == byte { isMatch = true }
                position += 1
            }
        }
        guard position < pattern.count else { return nil }
        return (isMatch != isNegated, position + 1)
    }
}
