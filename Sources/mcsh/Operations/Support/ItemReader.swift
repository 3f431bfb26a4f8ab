import MemcacheCore

/// Reads the items from the lines of `lru_crawler metadump`, a chunk of whole lines at a time.
///
/// Only what is requested is read, and in place: a line costs a pass over its bytes and no allocation, because there
/// may be many millions.
struct ItemReader: ~Copyable {
    /// Where an item is in the chunk.
    struct Place: Hashable {
        /// The line, without its terminator.
        var line: Range<Int>
        /// What follows the key in the line.
        var facts: Range<Int>
    }

    /// How the reading of a chunk ended.
    enum Ending: Hashable {
        /// Every line was read.
        case read
        /// No more items are wanted.
        case stopped
        /// This line is malformed. Those before it were passed on.
        case unreadable(Range<Int>)
    }

    /// The number of items passed on.
    private(set) var count: UInt64 = 0
    /// The bytes of a decoded key.
    private var decoded = [UInt8](repeating: 0, count: 1024)

    private static let lead: StaticString = "key="

    init() {}

    /// Reads whole lines.
    ///
    /// - Parameters:
    ///   - lines: Whole lines with their terminators.
    ///   - body: Receives the key's own bytes, which are valid only during the call, and the position of the rest.
    ///     False stops the reading.
    mutating func read(_ lines: Span<UInt8>, _ body: (_ key: Span<UInt8>, _ place: Place) -> Bool) -> Ending {
        var start = 0
        while start < lines.count {
            let newline = lines.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? lines.count
            // memcached ends these lines without a carriage return, but a proxy may not.
            let end = newline > start && lines[newline - 1] == UInt8(ascii: "\r") ? newline - 1 : newline
            let first = start + Self.lead.utf8CodeUnitCount
            guard first < end, lines.starts(with: Self.lead, in: start..<end) else { return .unreadable(start..<end) }
            // Spaces in keys are encoded. Positions below `end` are within the lines.
            var last = first
            while last < end, lines[unchecked: last] != UInt8(ascii: " "), lines[unchecked: last] != UInt8(ascii: "%") {
                last += 1
            }
            var isWanted = false
            if last < end, lines[last] == UInt8(ascii: "%") {
                if decoded.count < end - first { decoded = [UInt8](repeating: 0, count: end - first) }
                let length = decode(lines, from: first, upTo: end, plainUpTo: &last)
                count += 1
                isWanted = body(decoded.span.extracting(0..<length), Place(line: start..<end, facts: last..<end))
            } else {
                guard last > first else { return .unreadable(start..<end) }
                count += 1
                isWanted = body(lines.extracting(first..<last), Place(line: start..<end, facts: last..<end))
            }
            guard isWanted else { return .stopped }
            start = newline + 1
        }
        return .read
    }

    /// Decodes the key that begins at `first`. A `%` that is not followed by two hexadecimal digits stands for itself.
    ///
    /// - Parameter last: On entry, the end of the part that needs no decoding; on return, the end of the key.
    /// - Returns: The number of its bytes.
    private mutating func decode(_ lines: Span<UInt8>, from first: Int, upTo end: Int, plainUpTo last: inout Int) -> Int
    {
        // Positions are not checked again: there is room for a byte of the key for each byte of the line from `first`
        // to `end`, which is within the line.
        precondition(first <= last && last <= end && end <= lines.count && end - first <= decoded.count)
        var position = last
        let length = decoded.withUnsafeMutableBufferPointer { key in
            lines.withUnsafeBufferPointer { lines in
                var length = 0
                while length < last - first {
                    key[length] = lines[first + length]
                    length += 1
                }
                while position < end {
                    var byte = lines[position]
                    if byte == UInt8(ascii: " ") { break }
                    if byte == UInt8(ascii: "%"), end - position > 2 {
                        let (high, low) = (Self.digit(lines[position + 1]), Self.digit(lines[position + 2]))
                        if high | low < 16 {
                            byte = high << 4 | low
                            position += 2
                        }
                    }
                    key[length] = byte
                    length += 1
                    position += 1
                }
                return length
            }
        }
        last = position
        return length
    }

    /// The number that a hexadecimal digit stands for; more than 15 for anything else.
    private static func digit(_ character: UInt8) -> UInt8 {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: 0xff
        }
    }
}
