import CLibEdit
import MemcacheCore
import MemcachePlatform

/// Draws the line on the screen.
extension LibEditSource {
    /// How long the terminal may take to report its cursor position.
    private static let positionTime = Duration.milliseconds(300)
    private static let clear = "\u{1b}[H\u{1b}[2J"

    /// Draws what has changed.
    func draw() {
        guard !isDrawingHeld, positionDeadline == nil else { return }
        let size = Terminal.size()
        var content = content()
        if searchLabel == nil, content.line.count < size.columns { content.hint = aid.hint(currentLine().line) }
        let new = LinePicture(content, columns: size.columns, height: size.rows, firstRow: firstRow)
        firstRow = new.firstRow
        show(new)
    }

    private func show(_ new: LinePicture) {
        defer { picture = new }
        guard new != picture else { return }
        write(new.drawn(over: picture?.columns == new.columns ? picture : nil, style))
    }

    /// The line's current content, without a hint.
    private func content() -> LinePicture.Content {
        var content = LinePicture.Content(prompt: prompt, line: [], cursor: 0)
        if let searchLabel { content.prompt = PromptText(text: searchLabel) }
        guard let info = el_wline(editor), let start = info.pointee.buffer else { return content }
        let count = max(0, info.pointee.lastchar - start)
        content.line = UnsafeBufferPointer(start: start, count: count).map { UInt32(truncatingIfNeeded: $0) }
        content.cursor = min(max(0, info.pointee.cursor - start), count)
        return content
    }

    /// Shows the line as it remains, complete and without its hint, and leaves the cursor at its end, for what is
    /// written next.
    ///
    /// - Parameter bytes: The line; nil for the one being typed.
    func leaveLine(showing bytes: [UInt8]? = nil) {
        positionDeadline = nil
        searchLabel = nil
        var content = content()
        if let bytes { content.line = (Self.wide(bytes) ?? []).map { UInt32(truncatingIfNeeded: $0) } }
        content.cursor = nil
        let size = Terminal.size()
        let whole = LinePicture(content, columns: size.columns, height: nil)
        // If the line is taller than the screen, its upper part scrolls away.
        if whole.rows.count > size.rows { eraseLine() }
        show(whole)
        picture = nil
        firstRow = 0
    }

    /// Removes the line from the screen: the cursor is where it began.
    func eraseLine() {
        if let picture {
            write((picture.cursor.row > 0 ? "\u{1b}[\(picture.cursor.row)A" : "") + "\r\u{1b}[J")
        }
        picture = nil
    }

    func clearScreen() -> UInt8 {
        write(Self.clear)
        picture = nil
        return UInt8(CC_REFRESH)
    }

    // MARK: Resizing

    /// Redraws the line for a terminal of another size.
    ///
    /// Some terminals rewrap the rows and others truncate them, so that the row in which the line began is now one or
    /// the other: the terminal is asked for its cursor position, which shows it.
    func resize() {
        guard let picture, !isDrawingHeld || positionDeadline != nil else { return }
        let places = picture.places(inColumns: Terminal.size().columns)
        if places.broken.row == places.cut.row {
            positionDeadline = nil
            eraseLine()
        } else {
            decoder.expectsPosition = true
            positionDeadline = .now + Self.positionTime
            write("\u{1b}[6n")
        }
    }

    /// Continues with the cursor position reported by the terminal; nil if it did not report one in time.
    func takePosition(column: Int?) {
        guard positionDeadline != nil else { return }
        positionDeadline = nil
        guard let picture else { return }
        let places = picture.places(inColumns: Terminal.size().columns)
        let isCut = column.map { $0 - 1 != places.broken.column } ?? true
        let rows = isCut ? places.cut.row : places.broken.row
        write((rows > 0 ? "\u{1b}[\(rows)A" : "") + "\r\u{1b}[J")
        self.picture = nil
    }

    /// How long to wait for the terminal's answer, in milliseconds; -1 if none is awaited.
    var positionMilliseconds: Int32 {
        guard let positionDeadline else { return -1 }
        return Int32(clamping: max(0, Int(ContinuousClock.now.duration(to: positionDeadline) / .milliseconds(1)) + 1))
    }
}
