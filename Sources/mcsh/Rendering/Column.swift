/// A column of the rows that a command shows: the kind of its cells, and its names in each format.
struct Column: Sendable {
    /// What the cells of a column are. Every format writes a kind in its own way, see ``RowWriter``.
    enum Kind: Hashable, Sendable {
        case text
        /// Text that has been escaped already.
        case word
        /// Bytes of a key or a value, which need not be UTF-8.
        case key
        /// A line that a user has typed: people read its backslashes as they are.
        case line
        /// A number of things: people read `12,345`.
        case count
        /// A number that names something, such as a slab class or a CAS token.
        case number
        /// A size: people read `1.5 KiB`.
        case bytes
        /// Microseconds: people read `1.25 ms`, and JSON has seconds.
        case duration
        /// A Unix time in seconds: people read a date and a time.
        case time
        /// A Unix time with microseconds: people and the plain format have a date and a time.
        case instant
        /// A fraction of 1: people read `12.5%`.
        case share
        case flag
        /// Several words: an array in JSON.
        case list
        /// Names with their values: members of the JSON object, which has other members before them.
        case attributes

        /// How people read a column of this kind unless it says otherwise: numbers with equal places below each other.
        var alignment: StyledText.Alignment {
            switch self {
            case .count, .number, .bytes, .duration, .share: .trailing
            case .text, .word, .key, .line, .time, .instant, .flag, .list, .attributes: .leading
            }
        }

        /// The cells that a column of this kind usually needs, for rows that are written before the next is known.
        var width: Int {
            switch self {
            case .flag: 3
            case .share: 6
            case .number, .bytes, .duration: 8
            case .count: 11
            case .text, .word, .list: 16
            case .time: 20
            case .key, .line, .attributes: 24
            case .instant: 27
            }
        }
    }

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

    /// The width of a column whose rows are written as they come.
    struct Width: Hashable, Sendable {
        var cells: Int
        /// Whether wider contents widen the rows after them.
        var grows = false
    }

    /// The name in the header of CSV and TSV, and of the JSON member unless `member` specifies another.
    var name: StaticString
    var kind: Kind
    /// The name of the JSON member.
    var member: StaticString
    /// The heading that people read.
    var title: String
    var alignment: StyledText.Alignment
    /// The width in rows that are written as they come.
    var width: Width
    /// 0 for a column that is always shown; otherwise, the highest number is dropped first on a narrow terminal.
    var priority: Int
    var places: Places
    /// What people read for a missing cell.
    var absent: StaticString
    /// What the plain format has for a missing cell.
    var plainAbsent: StaticString
    /// Whether JSON has `null` for a missing cell; otherwise the member is omitted.
    var isNullable: Bool

    init(
        _ name: StaticString, _ kind: Kind = .text, member: StaticString? = nil, title: String? = nil,
        alignment: StyledText.Alignment? = nil, width: Width? = nil, priority: Int = 0, in places: Places = .all,
        absent: StaticString = "-", plainAbsent: StaticString = "", isNullable: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.member = member ?? name
        self.title = title ?? "\(name)"
        self.alignment = alignment ?? kind.alignment
        self.width = width ?? Width(cells: kind.width)
        self.priority = priority
        self.places = places
        self.absent = absent
        self.plainAbsent = plainAbsent
        self.isNullable = isNullable
    }
}
