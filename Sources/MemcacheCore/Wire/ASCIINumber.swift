/// Conversion between decimal digits and integers, with overflow detected.
package enum ASCIINumber {
    /// The unsigned number written in `bytes[range]`, or nil if the range is empty, contains anything but digits, or
    /// the number exceeds 64 bits.
    @inlinable
    package static func parseUnsigned(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= bytes.count else { return nil }
        var number: UInt64 = 0
        for index in range {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            let (tenfold, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(UInt64(digit))
            if overflow || carry { return nil }
            number = sum
        }
        return number
    }

    /// The number written in `bytes[range]`, with an optional `-` in front.
    @inlinable
    package static func parseSigned(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        guard let first = range.first, first < bytes.count else { return nil }
        guard bytes[first] == UInt8(ascii: "-") else {
            return parseUnsigned(bytes, range).flatMap { Int64(exactly: $0) }
        }
        guard let magnitude = parseUnsigned(bytes, first + 1..<range.upperBound) else { return nil }
        return magnitude == Int64.min.magnitude ? Int64.min : Int64(exactly: magnitude).map { -$0 }
    }

    /// The unsigned number written in an array.
    package static func parseUnsigned(_ bytes: [UInt8]) -> UInt64? {
        parseUnsigned(bytes.span, 0..<bytes.count)
    }

    /// The number written in an array, with an optional `-` in front.
    package static func parseSigned(_ bytes: [UInt8]) -> Int64? {
        parseSigned(bytes.span, 0..<bytes.count)
    }

    /// Appends the decimal digits of a number.
    @inlinable
    package static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        if number < 10 {
            bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number))
            return
        }
        let start = bytes.count
        var rest = number
        while rest > 0 {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: remainder))
            rest = quotient
        }
        var low = start
        var high = bytes.count - 1
        while low < high {
            bytes.swapAt(low, high)
            low += 1
            high -= 1
        }
    }

    /// Appends the decimal digits of a number, with `-` in front of a negative one.
    @inlinable
    package static func append(_ number: Int64, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        append(number.magnitude, to: &bytes)
    }
}
