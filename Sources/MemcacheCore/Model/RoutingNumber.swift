/// A number that an application gives with a key to choose its server: the first item of python-memcached's
/// `(hashvalue, key)`.
///
/// As in Python, it may be negative and large: up to 4,300 decimal digits, which is the most that Python prints.
///
///     let number: RoutingNumber = 42
///     let large = try RoutingNumber(decimal: "1180591620717411303424")
public struct RoutingNumber: Hashable, Sendable {
    /// The maximum number of digits.
    public static let maximumDigits = 4300

    /// Python's `True`: chooses a server as 1 does, but is printed, and therefore rehashed, as the word `True`.
    public static let pythonTrue = RoutingNumber(.truth(true))
    /// Python's `False`: chooses a server as 0 does, but is printed, and therefore rehashed, as the word `False`.
    public static let pythonFalse = RoutingNumber(.truth(false))

    private enum Value: Hashable {
        case small(Int64)
        /// The digits of a number that does not fit into 64 bits, with its sign and without leading zeros.
        case large([UInt8])
        case truth(Bool)
    }

    private let value: Value

    private init(_ value: Value) { self.value = value }

    /// Creates a routing number from an integer.
    public init(_ number: some BinaryInteger) {
        if let small = Int64(exactly: number) {
            value = .small(small)
        } else {
            value = .large(Array(String(number).utf8))
        }
    }

    /// Reads a whole decimal number: digits, with `-` before a negative number.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument`` and a message that says what to
    ///   write.
    public init(decimal text: String) throws(MemcacheError) {
        let bytes = Array(text.utf8)
        let isNegative = bytes.first == UInt8(ascii: "-")
        let written = bytes.dropFirst(isNegative ? 1 : 0)
        guard !written.isEmpty, written.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            let shown = EscapedText.string(Array(bytes.prefix(60))) + (bytes.count > 60 ? "…" : "")
            throw MemcacheError(
                .invalidArgument, "\"\(shown)\" is not a routing number; write a whole number such as 42 or -7")
        }
        let digits = written.drop { $0 == UInt8(ascii: "0") }
        guard digits.count <= RoutingNumber.maximumDigits else {
            throw MemcacheError(
                .invalidArgument,
                "a routing number of \(digits.count) digits is too long; write at most \(RoutingNumber.maximumDigits)")
        }
        let canonical = digits.isEmpty ? [UInt8(ascii: "0")] : (isNegative ? [UInt8(ascii: "-")] : []) + digits
        value = ASCIINumber.parseSigned(canonical).map { .small($0) } ?? .large(canonical)
    }

    /// The non-negative remainder, as from Python's `%`: −1 divided by 3 leaves 2.
    package func remainder(dividingBy divisor: UInt64) -> UInt64 {
        let magnitude: UInt64
        let isNegative: Bool
        switch value {
        case .small(let number):
            magnitude = number.magnitude % divisor
            isNegative = number < 0
        case .large(let text):
            isNegative = text.first == UInt8(ascii: "-")
            magnitude = text.dropFirst(isNegative ? 1 : 0).reduce(0) { rest, digit in
                UInt64((UInt128(rest) * 10 + UInt128(digit - UInt8(ascii: "0"))) % UInt128(divisor))
            }
        case .truth(let isTrue):
            magnitude = (isTrue ? 1 : 0) % divisor
            isNegative = false
        }
        return isNegative && magnitude > 0 ? divisor - magnitude : magnitude
    }
}

extension RoutingNumber: ExpressibleByIntegerLiteral {
    /// Creates a routing number from an integer literal.
    public init(integerLiteral value: Int64) { self.init(.small(value)) }
}

extension RoutingNumber: CustomStringConvertible {
    /// The number as Python prints it.
    public var description: String {
        switch value {
        case .small(let number): String(number)
        case .large(let text): String(decoding: text, as: UTF8.self)
        case .truth(let isTrue): isTrue ? "True" : "False"
        }
    }
}
