/// The `%41` form in which dumps and watched events carry keys.
package enum PercentEncoding {
    /// Returns the bytes that a text encodes. A `%` without two hexadecimal digits after it is kept as it is; servers
    /// do not send that.
    package static func decode(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        guard let first = text.firstIndex(of: UInt8(ascii: "%"), from: range.lowerBound), first < range.upperBound
        else {
            return text.copy(range)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            if text[index] == UInt8(ascii: "%"), index + 2 < range.upperBound, let high = digit(text[index + 1]),
                let low = digit(text[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(text[index])
                index += 1
            }
        }
        return bytes
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
