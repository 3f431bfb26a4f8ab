import MemcacheCore

/// The cells of the terminal that a line takes while it is typed, with its prompt and its hint. At most as many rows as
/// the terminal has; for a longer line, those around the cursor.
struct LinePicture: Hashable, Sendable {
    /// A cell. The right half of a wide character is empty text.
    struct Cell: Hashable, Sendable {
        var text: String
        var role = TextStyle.Role.plain
    }

    struct Row: Hashable, Sendable {
        var cells: [Cell] = []
        /// Whether the next row continues this one, which is full: the terminal itself moves on to it.
        var isContinued = false
    }

    /// What the picture shows.
    struct Content {
        var prompt: PromptText
        /// The characters of the line.
        var line: [UInt32]
        /// The number of characters before the cursor; nil once the line is entered.
        var cursor: Int?
        var hint: String?
    }

    private(set) var rows: [Row]
    private(set) var cursor: (row: Int, column: Int)
    let columns: Int
    /// The number of rows of the line above the first one shown.
    let firstRow: Int
    /// The number of rows of the whole line.
    let rowCount: Int

    static func == (left: LinePicture, right: LinePicture) -> Bool {
        left.rows == right.rows && left.cursor == right.cursor && left.columns == right.columns
    }

    func hash(into hasher: inout Hasher) { hasher.combine(rows) }

    /// Creates the picture for a terminal of a given size.
    ///
    /// - Parameters:
    ///   - height: The maximum number of rows to show; nil for all.
    ///   - firstRow: The first row shown before, which remains the first while the cursor is in view.
    init(_ content: Content, columns: Int, height: Int?, firstRow: Int = 0) {
        let columns = max(2, columns)
        var layout = Layout(columns: columns, kept: 0..<0)
        layout.add(content)
        var visible = 0..<layout.row + 1
        if let height = height.map({ max(1, $0) }), visible.count > height {
            let cursor = layout.cursor.row
            let first = min(max(firstRow, cursor - height + 1), cursor, visible.count - height)
            visible = first..<first + height
        }
        let (count, cursor) = (layout.row + 1, layout.cursor)
        layout = Layout(columns: columns, kept: visible)
        layout.add(content)
        rows = layout.rows
        self.cursor = (cursor.row - visible.lowerBound, cursor.column)
        self.columns = columns
        self.firstRow = visible.lowerBound
        rowCount = count
        if count == 1, let hint = content.hint { addHint(hint) }
    }

    /// Puts the hint at the right edge if a gap remains before it.
    private mutating func addHint(_ hint: String) {
        let width = hint.displayWidth
        let start = columns - 1 - width
        guard width > 0, rows[0].cells.count < start else { return }
        rows[0].cells += Array(repeating: Cell(text: " "), count: start - rows[0].cells.count)
        for character in hint {
            rows[0].cells.append(Cell(text: String(character), role: .dim))
            for _ in 1..<max(1, character.displayWidth) { rows[0].cells.append(Cell(text: "", role: .dim)) }
        }
    }

    /// Places characters row by row.
    private struct Layout {
        let columns: Int
        /// The rows whose cells are kept.
        let kept: Range<Int>
        var rows: [Row] = []
        var row = 0
        var column = 0
        var cursor = (row: 0, column: 0)

        init(columns: Int, kept: Range<Int>) {
            self.columns = columns
            self.kept = kept
            rows = kept.map { _ in Row() }
        }

        mutating func add(_ content: Content) {
            for character in content.prompt.text.unicodeScalars { add(character.value, content.prompt.role) }
            add(0x20, .plain)
            for (index, character) in content.line.enumerated() {
                if index == content.cursor {
                    // A wide character that does not fit moves to the next row.
                    if LinePicture.isWide(character), column == columns - 1 { endRow(padded: true) }
                    markCursor()
                }
                if character == 0x0a { endLine() } else { add(character, .plain) }
            }
            guard let place = content.cursor else { return cursor = (row, min(column, columns)) }
            if place >= content.line.count { markCursor() }
        }

        private mutating func markCursor() {
            if column == columns { endRow(padded: false) }
            cursor = (row, column)
        }

        private mutating func add(_ character: UInt32, _ role: TextStyle.Role) {
            if (0x20..<0x7f).contains(character) {
                return place(
                    kept.contains(row) || column == columns ? String(Unicode.Scalar(UInt8(character))) : "", 1, role)
            }
            switch LinePicture.shape(of: character) {
            case .tab:
                repeat { place(" ", 1, role) } while column % 8 != 0 && column < columns
            case .text(let text):
                for scalar in text.unicodeScalars { place(String(scalar), 1, role) }
            case .mark(let text):
                guard column > 0 else { return place(" " + text, 1, role) }
                guard kept.contains(row) else { return }
                let cells = rows[row - kept.lowerBound].cells
                let index = cells[column - 1].text.isEmpty && column > 1 ? column - 2 : column - 1
                rows[row - kept.lowerBound].cells[index].text += text
            case .character(let text, let width): place(text, width, role)
            }
        }

        private mutating func place(_ text: String, _ width: Int, _ role: TextStyle.Role) {
            if column + width > columns { endRow(padded: true) }
            if kept.contains(row) {
                let index = row - kept.lowerBound
                rows[index].cells.append(Cell(text: text, role: role))
                if width == 2 { rows[index].cells.append(Cell(text: "", role: role)) }
            }
            column += width
        }

        /// Continues in the next row, as the terminal does.
        private mutating func endRow(padded: Bool) {
            if kept.contains(row) {
                let index = row - kept.lowerBound
                while padded, rows[index].cells.count < columns { rows[index].cells.append(Cell(text: " ")) }
                rows[index].isContinued = true
            }
            row += 1
            column = 0
        }

        private mutating func endLine() {
            row += 1
            column = 0
        }
    }

    /// How a character is shown.
    private enum Shape {
        case tab
        /// In its escaped form.
        case text(String)
        /// Combined with the previous character.
        case mark(String)
        case character(String, Int)
    }

    private static func shape(of code: UInt32) -> Shape {
        if code == 0x09 { return .tab }
        if code < 0x20 { return .text("^" + String(Unicode.Scalar(UInt8(code + 0x40)))) }
        if code == 0x7f { return .text("^?") }
        guard let scalar = Unicode.Scalar(code) else { return .text("?") }
        let text = String(scalar)
        let width = Character(scalar).displayWidth
        let isMark = width == 0 && isMark(scalar)
        // A mark is shown as it would be on a letter.
        let whole = isMark ? "a" + text : text
        guard EscapedText.string(Array(whole.utf8)) == whole else {
            return .text(EscapedText.string(Array(text.utf8)))
        }
        if width > 0 { return .character(text, width) }
        return isMark ? .mark(text) : .text("<\(String(code, radix: 16))>")
    }

    /// Whether a character without a width of its own is drawn on the previous one.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: (0x1160...0x11ff).contains(scalar.value)
        }
    }

    private static func isWide(_ code: UInt32) -> Bool {
        guard code >= 0x1100, case .character(_, 2) = shape(of: code) else { return false }
        return true
    }
}

// MARK: Drawing

extension LinePicture {
    /// The text that draws this picture over an older one on the screen, with the cursor where that left it.
    ///
    /// - Parameter old: The picture on the screen; nil if there is none, and the cursor is in an empty row.
    func drawn(over old: LinePicture?, _ style: TextStyle) -> String {
        var pen = Pen(columns: columns, lastRow: max(0, (old?.rows.count ?? 1) - 1), style: style)
        if let old {
            (pen.row, pen.column) = (old.cursor.row, min(old.cursor.column, columns - 1))
        } else {
            pen.text = "\r\u{1b}[J"
        }
        for (index, row) in rows.enumerated() {
            let before = old.flatMap { index < $0.rows.count ? $0.rows[index].cells : nil }
            if let before, before == row.cells { continue }
            var start = zip(before ?? [], row.cells).prefix { $0 == $1 }.count
            // Not in the middle of a wide character.
            while start > 0, start < row.cells.count, row.cells[start].text.isEmpty { start -= 1 }
            while start > 0, let before, start < before.count, before[start].text.isEmpty { start -= 1 }
            let isFollowing = index > 0 && start == 0 && rows[index - 1].isContinued
            pen.move(toRow: index, column: start, isFollowing: isFollowing, isEmpty: row.cells.isEmpty)
            pen.write(row.cells[start...])
            if (before?.count ?? 0) > row.cells.count { pen.text += "\u{1b}[K" }
        }
        if let old, old.rows.count > rows.count {
            pen.move(toRow: rows.count, column: 0, isFollowing: false, isEmpty: true)
            pen.text += "\u{1b}[J"
        }
        if cursor.column < columns { pen.move(toRow: cursor.row, column: cursor.column) }
        return pen.text
    }

    /// Writes cells, and tracks the position of the cursor.
    private struct Pen {
        let columns: Int
        /// The last existing row: the ones below are created by a line feed.
        var lastRow: Int
        let style: TextStyle
        var row = 0
        /// Equal to the number of columns once the last one was written: the terminal then delays the wrap.
        var column = 0
        var text = ""

        init(columns: Int, lastRow: Int, style: TextStyle) {
            self.columns = columns
            self.lastRow = lastRow
            self.style = style
        }

        /// - Parameters:
        ///   - isFollowing: The row continues the previous one: if the pen is at its end, the terminal itself moves on,
        ///     so that both are copied as one line.
        ///   - isEmpty: Nothing is written there.
        mutating func move(toRow target: Int, column wanted: Int, isFollowing: Bool = false, isEmpty: Bool = true) {
            if isFollowing, target == row + 1, column == columns {
                if isEmpty { text += " \r" }
                (row, column) = (target, 0)
                lastRow = max(lastRow, row)
                return
            }
            guard target != row || wanted != column else { return }
            if target > lastRow {
                if row < lastRow { text += "\u{1b}[\(lastRow - row)B" }
                text += String(repeating: "\r\n", count: target - lastRow)
                lastRow = target
                column = 0
            } else if target < row {
                text += "\u{1b}[\(row - target)A"
            } else if target > row {
                text += "\u{1b}[\(target - row)B"
            }
            row = target
            guard column != wanted else { return }
            if wanted == 0 {
                text += "\r"
            } else if column >= columns || wanted < column && wanted < 8 {
                text += "\r\u{1b}[\(wanted)C"
            } else {
                text += wanted < column ? "\u{1b}[\(column - wanted)D" : "\u{1b}[\(wanted - column)C"
            }
            column = wanted
        }

        mutating func write(_ cells: ArraySlice<Cell>) {
            var run = ""
            var role = TextStyle.Role.plain
            for cell in cells {
                if cell.role != role {
                    text += style(run, role)
                    (run, role) = ("", cell.role)
                }
                run += cell.text
            }
            text += style(run, role)
            column += cells.count
        }
    }

    /// The rows from its first one down to the cursor, in a terminal that has been resized: if it rewraps lines, and if
    /// it only truncates rows.
    ///
    /// - Returns: The rows above the cursor and its column, for both cases.
    func places(inColumns width: Int) -> (broken: (row: Int, column: Int), cut: (row: Int, column: Int)) {
        let width = max(1, width)
        var row = 0
        var offset = 0
        for (index, cells) in rows.enumerated() {
            if index == cursor.row { break }
            offset += cells.cells.count
            if !cells.isContinued {
                row += max(1, (offset + width - 1) / width)
                offset = 0
            }
        }
        offset += cursor.column
        return ((row + offset / width, offset % width), (cursor.row, min(cursor.column, width - 1)))
    }
}
