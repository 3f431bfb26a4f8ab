import CLibEdit
import MemcacheCore
import MemcachePlatform

/// The key Tab.
extension LibEditSource {
    // MARK: Tab

    /// Completes the word at the cursor as far as it is unambiguous; the second Tab lists the candidates.
    func complete() -> UInt8 {
        let (line, cursor) = currentLine()
        let answer = aid.complete(line, cursor)
        guard !answer.isEmpty else { return beep() }
        if answer.insertion != Array(line[answer.range]) {
            let replaced = Self.wide(Array(line[answer.range]))?.count ?? answer.range.count
            el_deletestr(editor, Int32(replaced))
            insert(answer.insertion)
            lineAtTab = currentLine().line
            return UInt8(CC_REFRESH)
        }
        guard lineAtTab == line else {
            lineAtTab = line
            return beep()
        }
        list(answer)
        return UInt8(CC_NORM)
    }

    /// Shows the candidates below the line, a page at a time, and the line again below them.
    private func list(_ answer: CompletionAnswer) {
        leaveLine()
        isDrawingHeld = true
        defer { isDrawingHeld = false }
        let size = Terminal.size()
        let rows = answer.rows(width: size.columns, style: style)
        let page = max(2, size.rows - 1)
        var text = "\n"
        for (index, row) in rows.enumerated() {
            if index > 0, index % page == 0, isListRequested == false {
                write(text + "-- \(rows.count - index) more: space, a for all, q to stop --")
                text = "\r\u{1b}[K"
                guard goesOn() else { break }
            }
            text += row + "\n"
        }
        isListRequested = false
        write(text)
    }

    private func goesOn() -> Bool {
        var character: wchar_t = 0
        guard el_wgetc(editor, &character) == 1, let key = Unicode.Scalar(UInt32(bitPattern: Int32(character))) else {
            return false
        }
        switch key {
        case "q", "n", "N", "Q", "\u{3}", "\u{4}", "\u{1b}": return false
        case "a", "A":
            isListRequested = true
            return true
        default: return true
        }
    }
}
