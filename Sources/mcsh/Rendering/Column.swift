/// A column of the rows that a command shows: its names in each format, and the kind of its cells.
struct Column: Sendable {
    /// The formats in which a column appears.
    struct Places: OptionSet, Sendable {
        let rawValue: UInt8

        /// The table that people read.
        static let human = Places(rawValue: 1)
        /// Tab-separated rows without a header.
        static let plain = Places(rawValue: 2)
        static let json = Places(rawValue: 4)
        /// CSV and TSV.
        static let table = Places(rawValue: 8)

        static let all: Places = [.human, .plain, .json, .table]

        init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The place of a format; empty for raw, which has no rows.
        init(_ format: OutputFormat) {
            switch format {
            case .human: self = .human
            case .plain: self = .plain
            case .json: self = .json
            case .csv, .tsv: self = .table
            case .raw: self = []
            }
        }
    }

    /// The name in the header of CSV and TSV, and of the JSON member unless `member` specifies another.
    var name: StaticString
    /// The name of the JSON member.
    var member: StaticString
    /// The heading that people read.
    var title: String
    var alignment: StyledText.Alignment
    /// 0 for a column that is always shown; otherwise, the highest number is dropped first on a narrow terminal.
    var priority: Int
    var places: Places
    /// Whether JSON has `null` for a missing cell; otherwise the member is omitted.
    var isNullable: Bool

    init(
        _ name: StaticString, member: StaticString? = nil, title: String? = nil,
        _ alignment: StyledText.Alignment = .leading, priority: Int = 0, in places: Places = .all,
        isNullable: Bool = false
    ) {
        self.name = name
        self.member = member ?? name
        self.title = title ?? "\(name)"
        self.alignment = alignment
        self.priority = priority
        self.places = places
        self.isNullable = isNullable
    }
}

/// A typed cell of a row. Each format writes it in its own way.
struct Cell: Sendable {
    enum Value: Hashable, Sendable {
        case text(String)
        /// Bytes of a key or a value, which need not be UTF-8.
        case bytes([UInt8])
        /// Digits of a number of any length; other text in JSON is a string.
        case digits([UInt8])
        case count(UInt64)
        /// A size in bytes.
        case size(UInt64)
        /// Microseconds; JSON has seconds.
        case duration(microseconds: UInt64)
        /// A Unix time in seconds.
        case time(Int64)
        /// A fraction of 1.
        case share(Double)
        case flag(Bool)
        case list([String])
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
    static func count(_ number: UInt64?) -> Cell { Cell(number.map { .count($0) } ?? .missing) }
    static func size(_ number: UInt64?) -> Cell { Cell(number.map { .size($0) } ?? .missing) }
    static func time(_ seconds: Int64?) -> Cell { Cell(seconds.map { .time($0) } ?? .missing) }
    static func share(_ share: Double?) -> Cell { Cell(share.map { .share($0) } ?? .missing) }
    static func flag(_ flag: Bool?) -> Cell { Cell(flag.map { .flag($0) } ?? .missing) }

    static func duration(_ microseconds: UInt64?) -> Cell {
        Cell(microseconds.map { .duration(microseconds: $0) } ?? .missing)
    }

    static var missing: Cell { Cell(.missing) }
}
