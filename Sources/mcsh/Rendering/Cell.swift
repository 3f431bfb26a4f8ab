/// A cell of a row. Its column says of what kind it is.
struct Cell: Sendable {
    /// A name with a value.
    struct Attribute: Hashable, Sendable {
        var name: String
        var value: [UInt8]
    }

    enum Value: Hashable, Sendable {
        case text(String)
        /// Bytes, which need not be UTF-8.
        case bytes([UInt8])
        /// Digits of a number of any length; other text in JSON is a string.
        case digits([UInt8])
        case number(UInt64)
        case signed(Int64)
        case instant(seconds: Int64, microseconds: UInt64)
        case fraction(Double)
        case flag(Bool)
        case list([String])
        case attributes([Attribute])
        case missing
        /// A value known not to exist: `null` in JSON whatever its column says, and empty in rows.
        case null
    }

    var value: Value
    /// What people read instead.
    var human: String?
    var role: TextStyle.Role

    init(_ value: Value, human: String? = nil, _ role: TextStyle.Role = .plain) {
        self.value = value
        self.human = human
        self.role = role
    }

    static func text(_ text: String, _ role: TextStyle.Role = .plain) -> Cell { Cell(.text(text), role) }
    static func bytes(_ bytes: [UInt8]) -> Cell { Cell(.bytes(bytes)) }
    static func number(_ number: UInt64?) -> Cell { Cell(number.map { .number($0) } ?? .missing) }
    static func number(_ number: Int64?) -> Cell { Cell(number.map { .signed($0) } ?? .missing) }
    static func number(_ number: Int?) -> Cell { Cell(number.map { .signed(Int64($0)) } ?? .missing) }
    static func fraction(_ fraction: Double?) -> Cell { Cell(fraction.map { .fraction($0) } ?? .missing) }
    static func flag(_ flag: Bool?) -> Cell { Cell(flag.map { .flag($0) } ?? .missing) }
    static func list(_ words: [String]) -> Cell { Cell(.list(words)) }

    static var missing: Cell { Cell(.missing) }
}
