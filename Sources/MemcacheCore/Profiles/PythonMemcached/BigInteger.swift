/// A whole number of any size, like Python's `int`. It stores, prints and reads numbers; it does not calculate.
public struct BigInteger: Hashable, Sendable {
    /// Numbers within 64 bits are always stored as `small`, so that equal numbers have equal storage.
    private enum Storage: Hashable, Sendable {
        case small(Int64)
        case large(isNegative: Bool, magnitude: [UInt32])
    }

    private let storage: Storage

    private init(_ storage: Storage) { self.storage = storage }

    /// Creates a number from a Swift integer.
    public init(_ value: some BinaryInteger) {
        if let small = Int64(exactly: value) {
            self.init(Storage.small(small))
            return
        }
        var magnitude: [UInt32] = []
        var rest = value.magnitude
        while rest > 0 {
            magnitude.append(UInt32(truncatingIfNeeded: rest))
            rest >>= 32
        }
        self.init(isNegative: value < 0, magnitude: magnitude)
    }

    /// - Parameter magnitude: The absolute value in 32-bit words, lowest first.
    private init(isNegative: Bool, magnitude words: [UInt32]) {
        var magnitude = words
        while magnitude.last == 0 { magnitude.removeLast() }
        if magnitude.count <= 2 {
            let low = UInt64(magnitude.first ?? 0) | UInt64(magnitude.count == 2 ? magnitude[1] : 0) << 32
            if low <= UInt64(Int64.max) {
                self.init(Storage.small(isNegative ? -Int64(low) : Int64(low)))
                return
            }
            if isNegative, low == Int64.min.magnitude {
                self.init(Storage.small(.min))
                return
            }
        }
        self.init(Storage.large(isNegative: isNegative, magnitude: magnitude))
    }

    /// Whether the number is below zero.
    public var isNegative: Bool {
        switch storage {
        case .small(let value): value < 0
        case .large(let isNegative, _): isNegative
        }
    }

    /// The number as a Swift integer, or nil if it does not fit.
    public func exactly<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) -> Value? {
        switch storage {
        case .small(let value):
            return Value(exactly: value)
        case .large(let isNegative, let magnitude):
            guard magnitude.count * 32 <= Value.bitWidth + 31 else { return nil }
            var result: Value = 0
            for word in magnitude.reversed() {
                let (shifted, overflow) = result.multipliedReportingOverflow(by: 1 << 16)
                let (again, overflowAgain) = shifted.multipliedReportingOverflow(by: 1 << 16)
                guard !overflow, !overflowAgain, let part = Value(exactly: word) else { return nil }
                let (sum, carry) =
                    isNegative ? again.subtractingReportingOverflow(part) : again.addingReportingOverflow(part)
                guard !carry else { return nil }
                result = sum
            }
            return result
        }
    }
}

// MARK: - Decimal

extension BigInteger: CustomStringConvertible, LosslessStringConvertible {
    /// The number in decimal, with `-` before a negative one.
    public var description: String { String(decoding: decimalDigits, as: UTF8.self) }

    /// Creates a number from text: an optional sign and decimal digits.
    public init?(_ description: String) {
        self.init(decimal: Array(description.utf8), maximumDigits: .max)
    }

    /// The decimal digits, with `-` before a negative number. The time grows with the square of the length.
    package var decimalDigits: [UInt8] {
        switch storage {
        case .small(let value):
            var digits: [UInt8] = []
            ASCIINumber.append(value, to: &digits)
            return digits
        case .large(let isNegative, var magnitude):
            var groups: [UInt32] = []
            while !magnitude.isEmpty {
                var remainder: UInt64 = 0
                var index = magnitude.count - 1
                while index >= 0 {
                    let part = remainder << 32 | UInt64(magnitude[index])
                    magnitude[index] = UInt32(truncatingIfNeeded: part / 1_000_000_000)
                    remainder = part % 1_000_000_000
                    index -= 1
                }
                while magnitude.last == 0 { magnitude.removeLast() }
                groups.append(UInt32(truncatingIfNeeded: remainder))
            }
            var digits: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
            for (position, group) in groups.reversed().enumerated() {
                var part: [UInt8] = []
                ASCIINumber.append(UInt64(group), to: &part)
                if position > 0 { digits.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 9 - part.count)) }
                digits.append(contentsOf: part)
            }
            return digits
        }
    }

    /// Creates a number from decimal digits after an optional sign; nil for anything else, and for more digits than
    /// allowed. The time grows with the square of the length.
    package init?(decimal text: some RandomAccessCollection<UInt8>, maximumDigits: Int) {
        var digits = text[...]
        var isNegative = false
        if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            digits.removeFirst()
        }
        guard !digits.isEmpty, digits.count <= maximumDigits else { return nil }
        if digits.count <= 18 {
            var value: Int64 = 0
            for digit in digits {
                guard let number = Self.digit(digit) else { return nil }
                value = value * 10 + Int64(number)
            }
            self.init(Storage.small(isNegative ? -value : value))
            return
        }
        var magnitude: [UInt32] = []
        magnitude.reserveCapacity(digits.count / 9 + 1)
        while !digits.isEmpty {
            // The first group is the short one, so that all others have nine digits.
            let length = digits.count % 9 == 0 ? 9 : digits.count % 9
            var carry: UInt64 = 0
            var scale: UInt64 = 1
            for digit in digits.prefix(length) {
                guard let number = Self.digit(digit) else { return nil }
                carry = carry * 10 + UInt64(number)
                scale *= 10
            }
            digits = digits.dropFirst(length)
            var index = 0
            while index < magnitude.count {
                let part = UInt64(magnitude[index]) * scale + carry
                magnitude[index] = UInt32(truncatingIfNeeded: part)
                carry = part >> 32
                index += 1
            }
            if carry > 0 { magnitude.append(UInt32(truncatingIfNeeded: carry)) }
        }
        self.init(isNegative: isNegative, magnitude: magnitude)
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        let digit = character &- UInt8(ascii: "0")
        return digit <= 9 ? digit : nil
    }
}

// MARK: - Binary

extension BigInteger {
    /// The number in two's complement, lowest byte first, in as few bytes as possible: the form of pickle's `LONG1`.
    /// Zero has no bytes.
    package var twosComplement: [UInt8] {
        var bytes: [UInt8] = []
        switch storage {
        case .small(0):
            return []
        case .small(let value):
            for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> Int64(shift * 8))) }
        case .large(let isNegative, let magnitude):
            for word in magnitude {
                for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(shift * 8))) }
            }
            bytes.append(0)
            if isNegative { Self.negate(&bytes) }
        }
        let filler: UInt8 = isNegative ? 0xff : 0
        while bytes.count > 1, bytes[bytes.count - 1] == filler, bytes[bytes.count - 2] & 0x80 == filler & 0x80 {
            bytes.removeLast()
        }
        return bytes
    }

    /// Creates a number from bytes in two's complement, lowest byte first. No bytes mean zero.
    package init(twosComplement input: ArraySlice<UInt8>) {
        var bytes = Array(input)
        let isNegative = (bytes.last ?? 0) & 0x80 != 0
        if isNegative { Self.negate(&bytes) }
        var magnitude: [UInt32] = []
        magnitude.reserveCapacity(bytes.count / 4 + 1)
        for (index, byte) in bytes.enumerated() {
            if index % 4 == 0 { magnitude.append(0) }
            magnitude[index / 4] |= UInt32(byte) << UInt32(index % 4 * 8)
        }
        self.init(isNegative: isNegative, magnitude: magnitude)
    }

    private static func negate(_ bytes: inout [UInt8]) {
        var carry = true
        for index in bytes.indices {
            bytes[index] = ~bytes[index]
            if carry {
                bytes[index] &+= 1
                carry = bytes[index] == 0
            }
        }
    }
}

extension BigInteger: ExpressibleByIntegerLiteral {
    /// Creates a number from an integer literal.
    public init(integerLiteral value: Int64) { self.init(Storage.small(value)) }
}
