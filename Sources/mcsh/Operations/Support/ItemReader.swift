import MemcacheCore

/// Reads the items out of the lines of `lru_crawler metadump`, a chunk of whole lines at a time.
///
/// What is asked for is read, and in place: a line costs a look at its bytes and no memory of its own, for there may be
/// many millions.
struct ItemReader: ~Copyable {
    /// Where an item stands in the chunk.
    struct Place: Hashable {
        /// The line, without its end.
        var line: Range<Int>
        /// What follows the key in it.
        var facts: Range<Int>
    }

    /// How the reading of a chunk ended.
    enum Ending: Hashable {
        /// Every line was read.
        case read
        /// No more is wanted.
        case stopped
        /// This line is not of its form. Those before it were handed over.
        case unreadable(Range<Int>)
    }

    /// How many items were handed over.
    private(set) var count: UInt64 = 0
    /// The bytes of a key that was encoded.
    private var decoded = [UInt8](repeating: 0, count: 1024)

    private static let lead: StaticString = "key="

    init() {}

    /// Goes through lines.
    ///
    /// - Parameters:
    ///   - lines: Whole lines with their ends.
    ///   - body: Takes the key's own bytes, which are gone afterwards, and where the rest stands. False ends the reading.
    mutating func read(_ lines: Span<UInt8>, _ body: (_ key: Span<UInt8>, _ place: Place) -> Bool) -> Ending {
        var start = 0
        while start < lines.count {
            let end = lines.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? lines.count
            let first = start + Self.lead.utf8CodeUnitCount
            guard first < end, lines.starts(with: Self.lead, in: start..<end) else { return .unreadable(start..<end) }
            // Blanks in keys are encoded. Positions below `end` are within the lines.
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
            start = end + 1
        }
        return .read
    }

    /// Decodes the key that begins at `first`. A `%` that no two hexadecimal digits follow stands for itself.
    ///
    /// - Parameter last: Up to where the key is as it is; then, where it ends.
    /// - Returns: How many bytes it has.
    private mutating func decode(_ lines: Span<UInt8>, from first: Int, upTo end: Int, plainUpTo last: inout Int) -> Int
    {
        // No position is checked again: there is room for a byte of the key for each of the line from `first` to `end`,
        // which is in it.
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
