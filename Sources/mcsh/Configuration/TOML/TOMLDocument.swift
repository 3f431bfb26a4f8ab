/// A place in a text, counted from 1; columns count characters.
struct TextPlace: Hashable, Comparable, Sendable {
    var line: Int
    var column: Int

    static func < (left: TextPlace, right: TextPlace) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A TOML text as plain values, with the places of its keys and values.
struct TOMLDocument {
    /// A TOML value.
    enum Node {
        case table([String: Node])
        case array([Node])
        case text(String)
        case integer(Int)
        case number(Double)
        case boolean(Bool)
        /// A date or a time, which no setting needs.
        case time

        /// The kind of the value, as messages name it.
        var kind: String {
            switch self {
            case .table: "a table"
            case .array: "an array"
            case .text: "a string"
            case .integer, .number: "a number"
            case .boolean: "true or false"
            case .time: "a date or a time"
            }
        }
    }

    /// Why a text is not TOML, or not as expected. Values are not shown: they may be secrets.
    struct Fault: Error, Hashable {
        var message: String
        var place: TextPlace
    }

    let root: [String: Node]
    private let bytes: [UInt8]
    private let keys: [[String]: Int]
    private let values: [[String]: Int]

    /// Reads a text.
    init(_ bytes: [UInt8]) throws(Fault) {
        self.bytes = bytes
        var reader = TOMLReader(bytes)
        do throws(TOMLReader.Fault) {
            root = try reader.read()
        } catch {
            throw Fault(message: error.message, place: TOMLDocument.place(of: error.offset, in: bytes))
        }
        keys = reader.keys
        values = reader.values
    }

    /// Where a key appears, or else the table that it is in.
    func place(ofKey path: [String]) -> TextPlace {
        var path = path[...]
        while !path.isEmpty {
            if let offset = keys[Array(path)] ?? values[Array(path)] {
                return TOMLDocument.place(of: offset, in: bytes)
            }
            path = path.dropLast()
        }
        return TextPlace(line: 1, column: 1)
    }

    /// Where a value appears, or else its key. The values of an array have paths that end with their index: `["a",
    /// "[0]"]`.
    func place(ofValue path: [String]) -> TextPlace {
        values[path].map { TOMLDocument.place(of: $0, in: bytes) } ?? place(ofKey: path)
    }

    /// The line and the column of a byte.
    private static func place(of offset: Int, in bytes: [UInt8]) -> TextPlace {
        let before = bytes[..<min(offset, bytes.count)]
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return TextPlace(
            line: before.count { $0 == UInt8(ascii: "\n") } + 1,
            column: before[start...].count { $0 & 0xc0 != 0x80 } + 1)
    }
}
