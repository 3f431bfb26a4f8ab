/// What a terminal shows after some bytes: the part of xterm that a line editor uses, implemented from its
/// documentation and not from what a program sends.
package struct TerminalScreen: Sendable {
    package private(set) var columns: Int
    package private(set) var rows: Int
    package private(set) var cursor = (row: 0, column: 0)
    /// Rows that have scrolled off the top.
    package private(set) var scrolled: [String] = []
    /// Whether pasted text would come between marks.
    package private(set) var marksPastes = false
    /// A title that was set with an escape sequence: our programs never do that.
    package private(set) var title: String?
    package private(set) var bells = 0
    /// The terminal's answers to queries, for the program to read.
    private var answers: [UInt8] = []
    /// Sequences that are not supported here.
    package private(set) var unknown: [String] = []

    /// The cell of a wide character is followed by one with empty text.
    private var cells: [[String]]
    private var isWrapPending = false
    private var pending: [UInt8] = []

    package init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    /// The rows without trailing spaces; empty ones at the bottom are omitted.
    package var lines: [String] {
        var lines = cells.map { row in
            var text = row.joined()
            while text.last == " " { text.removeLast() }
            return text
        }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    /// Everything that was shown, including what has scrolled off.
    package var text: String { (scrolled + lines).joined(separator: "\n") }

    /// The row of the cursor.
    package var currentLine: String {
        let lines = lines
        return cursor.row < lines.count ? lines[cursor.row] : ""
    }

    /// Changes the size: rows are cut or extended, as xterm does.
    package mutating func resize(columns: Int, rows: Int) {
        while cells.count > rows, cursor.row >= rows {
            scrolled.append(cells.removeFirst().joined())
            cursor.row -= 1
        }
        cells = Array(cells.prefix(rows))
        while cells.count < rows { cells.append([]) }
        for row in cells.indices {
            cells[row] = Array(cells[row].prefix(columns))
            while cells[row].count < columns { cells[row].append(" ") }
        }
        self.columns = columns
        self.rows = rows
        cursor.column = min(cursor.column, columns - 1)
        isWrapPending = false
    }

    /// The answers of the terminal since the last call.
    package mutating func takeAnswers() -> [UInt8] {
        defer { answers = [] }
        return answers
    }

    /// Shows bytes.
    package mutating func take(_ bytes: [UInt8]) {
        pending += bytes
        var index = 0
        while index < pending.count, let length = takeOne(at: index) { index += length }
        pending.removeFirst(index)
    }

    /// Processes one character or sequence, and returns its length; nil if it is incomplete.
    private mutating func takeOne(at index: Int) -> Int? {
        let byte = pending[index]
        switch byte {
        case 0x07: bells += 1
        case 0x08: move(column: cursor.column - 1)
        case 0x09: move(column: min(columns - 1, cursor.column / 8 * 8 + 8))
        case 0x0a, 0x0b, 0x0c: lineFeed()
        case 0x0d: move(column: 0)
        case 0x1b: return escape(at: index)
        case 0x00..<0x20, 0x7f: break
        case 0x20..<0x7f: put(Unicode.Scalar(byte))
        default:
            let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
            guard index + length <= pending.count else { return nil }
            for scalar in String(decoding: pending[index..<index + length], as: UTF8.self).unicodeScalars {
                put(scalar)
            }
            return length
        }
        return 1
    }

    private mutating func escape(at index: Int) -> Int? {
        guard index + 1 < pending.count else { return nil }
        switch pending[index + 1] {
        case UInt8(ascii: "["):
            var end = index + 2
            while end < pending.count, !(0x40...0x7e).contains(pending[end]) { end += 1 }
            guard end < pending.count else { return nil }
            control(String(decoding: pending[index + 2..<end], as: UTF8.self), Unicode.Scalar(pending[end]))
            return end + 1 - index
        case UInt8(ascii: "]"):
            guard let end = pending[index...].firstIndex(where: { $0 == 0x07 || $0 == 0x5c }) else { return nil }
            title = String(decoding: pending[index + 2..<end], as: UTF8.self)
            return end + 1 - index
        case UInt8(ascii: "("), UInt8(ascii: ")"): return index + 2 < pending.count ? 3 : nil
        case UInt8(ascii: "="), UInt8(ascii: ">"): return 2
        case UInt8(ascii: "M"):
            if cursor.row > 0 { cursor.row -= 1 } else { cells.insert(blankRow, at: 0); cells.removeLast() }
            return 2
        default:
            unknown.append("ESC \(Unicode.Scalar(pending[index + 1]))")
            return 2
        }
    }

    private mutating func control(_ parameters: String, _ final: Unicode.Scalar) {
        if parameters.hasPrefix("?") {
            if parameters == "?2004" { marksPastes = final == "h" }
            return
        }
        let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        let count = max(1, numbers.first ?? 1)
        let (row, column) = cursor
        switch final {
        case "A": move(row: row - count)
        case "B": move(row: row + count)
        case "C": move(column: column + count)
        case "D": move(column: column - count)
        case "G": move(column: count - 1)
        case "d": move(row: count - 1)
        case "H", "f":
            move(row: count - 1)
            move(column: max(1, numbers.count > 1 ? numbers[1] : 1) - 1)
        case "J":
            let mode = numbers.first ?? 0
            if mode == 0 {
                erase(row, column..<columns)
                for below in (row + 1)..<max(rows, row + 1) { erase(below, 0..<columns) }
            } else {
                for any in 0..<rows where mode >= 2 || any < row { erase(any, 0..<columns) }
            }
        case "K":
            switch numbers.first ?? 0 {
            case 0: erase(row, column..<columns)
            case 1: erase(row, 0..<column + 1)
            default: erase(row, 0..<columns)
            }
        case "P":
            cells[row].removeSubrange(column..<min(columns, column + count))
            while cells[row].count < columns { cells[row].append(" ") }
        case "@":
            cells[row].insert(contentsOf: Array(repeating: " ", count: count), at: column)
            cells[row] = Array(cells[row].prefix(columns))
        case "X": erase(row, column..<min(columns, column + count))
        case "L":
            for _ in 0..<min(count, rows) {
                cells.insert(blankRow, at: row)
                cells.removeLast()
            }
        case "M":
            for _ in 0..<min(count, rows - row) {
                cells.remove(at: row)
                cells.append(blankRow)
            }
        case "n" where parameters == "6":
            answers += Array("\u{1b}[\(cursor.row + 1);\(cursor.column + 1)R".utf8)
            return
        // Colours, modes and margins do not move text here.
        case "m", "h", "l", "r": break
        default: unknown.append("ESC [ \(parameters)\(final)")
        }
        isWrapPending = false
    }

    private var blankRow: [String] { Array(repeating: " ", count: columns) }

    private mutating func erase(_ row: Int, _ range: Range<Int>) {
        for column in range { cells[row][column] = " " }
    }

    private mutating func move(row: Int? = nil, column: Int? = nil) {
        if let row { cursor.row = min(max(0, row), rows - 1) }
        if let column { cursor.column = min(max(0, column), columns - 1) }
        isWrapPending = false
    }

    private mutating func lineFeed() {
        isWrapPending = false
        guard cursor.row == rows - 1 else {
            cursor.row += 1
            return
        }
        var text = cells.removeFirst().joined()
        while text.last == " " { text.removeLast() }
        scrolled.append(text)
        cells.append(blankRow)
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        let width = Self.width(of: scalar)
        guard width > 0 else {
            // It belongs to the character before it.
            let column = isWrapPending ? cursor.column : max(0, cursor.column - 1)
            cells[cursor.row][column].unicodeScalars.append(scalar)
            return
        }
        if isWrapPending || cursor.column + width > columns {
            cursor.column = 0
            lineFeed()
        }
        cells[cursor.row][cursor.column] = String(scalar)
        if width == 2 { cells[cursor.row][cursor.column + 1] = "" }
        if cursor.column + width >= columns {
            cursor.column = columns - 1
            isWrapPending = true
        } else {
            cursor.column += width
        }
    }

    private static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x300...0x36f, 0x200b...0x200f, 0xfe00...0xfe0f: 0
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff01...0xff60,
            0x1f300...0x1faff, 0x20000...0x3fffd:
            2
        default: 1
        }
    }
}
