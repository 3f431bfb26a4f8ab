import CLibEdit
import MemcacheCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The prompt, the hint at the right edge, and the key Tab.
extension LibEditSource {
    // MARK: Prompts

    /// The prompt for libedit, which keeps no copy. A sequence that moves nothing must have a character behind it.
    func promptText() -> UnsafeMutablePointer<CChar>? {
        free(promptBuffer)
        promptBuffer = strdup(literal(prompt.text, prompt.role) + " ")
        return promptBuffer
    }

    /// The hint for libedit, which leaves it out where there is no room.
    func hintText() -> UnsafeMutablePointer<CChar>? {
        free(hintBuffer)
        hintBuffer = strdup(showsHint ? styledHint() : "")
        return hintBuffer
    }

    private func styledHint() -> String {
        guard let hint = aid.hint(currentLine().line), !hint.isEmpty else { return "" }
        return literal(hint, .dim) + " "
    }

    /// Text with its colours marked as what moves nothing.
    private func literal(_ text: String, _ role: TextStyle.Role) -> String {
        let colored = style(text, role)
        guard let range = colored.firstRange(of: text), colored != text else { return text }
        let mark = String(Unicode.Scalar(Self.literal))
        return "\(mark)\(colored[..<range.lowerBound])\(mark)\(text)\(mark)\(colored[range.upperBound...])\(mark)"
    }

    // MARK: Tab

    /// Completes the word at the cursor as far as there is one way; the second Tab lists the ways that there are.
    func complete() -> UInt8 {
        let (line, cursor) = currentLine()
        let answer = aid.complete(line, cursor)
        guard !answer.isEmpty else { return UInt8(CC_ERROR) }
        if answer.insertion != Array(line[answer.range]) {
            let replaced = Self.wide(Array(line[answer.range]))?.count ?? answer.range.count
            el_deletestr(editor, Int32(replaced))
            insert(answer.insertion)
            lineAtTab = currentLine().line
            return UInt8(CC_REFRESH)
        }
        guard lineAtTab == line else {
            lineAtTab = line
            return UInt8(CC_ERROR)
        }
        list(answer)
        return UInt8(CC_NORM)
    }

    /// Shows the candidates below the line, a page at a time, and the line again below them.
    private func list(_ answer: Completion.Answer) {
        leaveLine()
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
        mcsh_el_refresh(editor)
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
