import MemcacheCore

/// What a line of a dump contains about an item besides its key. What is missing, or is not a number, is nil.
struct ItemMetadata: Hashable, Sendable {
    /// When the item expires, in seconds since 1970 by the server's clock; also nil if it never does.
    var expires: Int64?
    /// When it was stored or last moved in its LRU, in seconds since 1970 by the server's clock.
    var lastAccess: Int64?
    var cas: UInt64?
    /// Whether it has been read since it was stored.
    var isFetched: Bool?
    var slabClass: UInt64?
    /// The size of the whole item in bytes: header, key, flags and value.
    var itemBytes: UInt64?
    /// The flags of the item. Since 1.6.24.
    var flags: UInt64?

    /// Reads `exp=-1 la=1795332413 cas=1 fetch=no cls=1 size=61`, in any order and with other fields in between.
    init(_ lines: Span<UInt8>, _ range: Range<Int>) {
        // Positions below the end are not checked again.
        precondition(range.lowerBound >= 0 && range.upperBound <= lines.count)
        var start = range.lowerBound
        while start < range.upperBound {
            guard lines[unchecked: start] != UInt8(ascii: " ") else {
                start += 1
                continue
            }
            var equals = start
            var end = start
            while end < range.upperBound, lines[unchecked: end] != UInt8(ascii: "=") {
                if lines[unchecked: end] == UInt8(ascii: " ") { break }
                end += 1
            }
            if end < range.upperBound, lines[unchecked: end] == UInt8(ascii: "=") { equals = end }
            while end < range.upperBound, lines[unchecked: end] != UInt8(ascii: " ") { end += 1 }
            if equals > start { take(lines, name: start..<equals, value: equals + 1..<end) }
            start = end + 1
        }
    }

    private mutating func take(_ lines: Span<UInt8>, name: Range<Int>, value: Range<Int>) {
        switch lines[name.lowerBound] {
        case UInt8(ascii: "e") where lines.equals("exp", in: name):
            expires = ASCIINumber.parseSigned(lines, value).flatMap { $0 < 0 ? nil : $0 }
        case UInt8(ascii: "l") where lines.equals("la", in: name):
            lastAccess = ASCIINumber.parseSigned(lines, value).flatMap { $0 < 0 ? nil : $0 }
        case UInt8(ascii: "c") where lines.equals("cas", in: name): cas = ASCIINumber.parseUnsigned(lines, value)
        case UInt8(ascii: "c") where lines.equals("cls", in: name): slabClass = ASCIINumber.parseUnsigned(lines, value)
        case UInt8(ascii: "f") where lines.equals("fetch", in: name): isFetched = lines.equals("yes", in: value)
        case UInt8(ascii: "f") where lines.equals("flags", in: name): flags = ASCIINumber.parseUnsigned(lines, value)
        case UInt8(ascii: "s") where lines.equals("size", in: name): itemBytes = ASCIINumber.parseUnsigned(lines, value)
        default: break
        }
    }
}
