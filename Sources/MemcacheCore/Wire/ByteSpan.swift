import MemcachePlatform

/// Searching and comparing borrowed bytes.
extension Span where Element == UInt8 {
    /// The position of the first `byte` at or after `start`, or nil. Calls `memchr`.
    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        guard start < count else { return nil }
        return withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress, let found = memchr(base + start, Int32(byte), bytes.count - start)
            else {
                return nil
            }
            return UnsafeRawPointer(found) - base
        }
    }

    /// Whether `range` holds exactly the bytes of `word`. Calls `memcmp`.
    package func equals(_ word: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        return starts(with: word, in: range)
    }

    /// Whether `range` begins with the bytes of `word`. Calls `memcmp`.
    package func starts(with word: StaticString, in range: Range<Int>) -> Bool {
        let length = word.utf8CodeUnitCount
        guard range.count >= length, range.lowerBound >= 0, range.upperBound <= count else { return false }
        return withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return length == 0 }
            return memcmp(base + range.lowerBound, word.utf8Start, length) == 0
        }
    }

    /// Whether `range` holds the same bytes as `otherRange` of `other`. Calls `memcmp`.
    package func equals(_ other: Span<UInt8>, _ otherRange: Range<Int>, in range: Range<Int>) -> Bool {
        guard range.count == otherRange.count else { return false }
        guard range.upperBound <= count, otherRange.upperBound <= other.count else { return false }
        return withUnsafeBytes { mine in
            other.withUnsafeBytes { theirs in
                guard let mineBase = mine.baseAddress, let theirsBase = theirs.baseAddress else { return range.isEmpty }
                return memcmp(mineBase + range.lowerBound, theirsBase + otherRange.lowerBound, range.count) == 0
            }
        }
    }

    /// A copy of the bytes in `range`.
    package func copy(_ range: Range<Int>) -> [UInt8] {
        withUnsafeBytes { bytes in
            [UInt8](UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }
}

extension [UInt8] {
    /// Appends the bytes of a span in one copy.
    package mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { append(contentsOf: $0) }
    }

    /// Appends part of a span in one copy.
    package mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        bytes.withUnsafeBytes { append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// Appends the bytes of a string literal.
    package mutating func append(_ word: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    /// Appends a code point in UTF-8. A surrogate, which UTF-8 does not have, is encoded in the same way.
    package mutating func append(codePoint: UInt32) {
        func continuation(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: codePoint >> shift & 0x3f) }
        switch codePoint {
        case 0..<0x80:
            append(UInt8(truncatingIfNeeded: codePoint))
        case 0x80..<0x800:
            append(0xc0 | UInt8(truncatingIfNeeded: codePoint >> 6))
            append(continuation(0))
        case 0x800..<0x10000:
            append(0xe0 | UInt8(truncatingIfNeeded: codePoint >> 12))
            append(continuation(6))
            append(continuation(0))
        default:
            append(0xf0 | UInt8(truncatingIfNeeded: codePoint >> 18))
            append(continuation(12))
            append(continuation(6))
            append(continuation(0))
        }
    }
}
