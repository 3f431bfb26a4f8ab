import CLibEdit
import MemcacheCore
import MemcachePlatform

/// Searching the history. libedit's own searches leave the cursor outside the line when they fail.
extension LibEditSource {
    /// The meaning of a key while the search text is typed.
    private enum Key {
        case character(wchar_t)
        case delete, cancel, back, on
        /// It ends the search and then has its normal effect.
        case other(wchar_t)
        case end
    }

    private func readKey() -> Key {
        var code: wchar_t = 0
        guard el_wgetc(editor, &code) == 1 else { return .end }
        switch code {
        case 0x07: return .cancel
        case 0x08, 0x7f: return .delete
        case 0x12: return .back
        case 0x13: return .on
        case 0..<0x20, 0x80...0x9f: return .other(code)
        default: return .character(code)
        }
    }

    /// Has a key read again, once the search has ended. Esc alone only ends it, except where it begins other keys.
    private func pushBack(_ code: wchar_t) {
        if code == 0x1b, !isVi, decoded.isEmpty { return }
        if isVi { change.take(code) }
        el_wpush(editor, [code, 0])
    }

    /// Ctrl-R and Ctrl-S: finds a line while the text is typed.
    func searchWhileTyping(isBack: Bool) -> UInt8 {
        let (line, cursor) = currentLine()
        let last = search?.pattern ?? []
        var search = HistorySearch(isBack: isBack, typed: line, count: entries.count)
        var found = true
        defer {
            searchLabel = nil
            self.search = search
        }
        func step(isNext: Bool) {
            let match = search.pattern.isEmpty ? nil : search.step(in: entries, isNext: isNext)
            found = match != nil || search.pattern.isEmpty
            if let match { replaceLine(match.line, cursor: match.start) }
        }
        while true {
            let mark = found ? ":" : "?"
            let text = String(decoding: search.pattern, as: UTF8.self)
            searchLabel = "\(search.isBack ? "bck" : "fwd")\(mark)\(text)>"
            switch readKey() {
            case .character(let code):
                search.pattern += [code].withUnsafeBufferPointer { Self.bytes($0) }
                step(isNext: false)
            case .delete:
                let characters = (Self.wide(search.pattern) ?? []).dropLast()
                search.pattern = Array(characters).withUnsafeBufferPointer { Self.bytes($0) }
                step(isNext: false)
            case .back where search.pattern.isEmpty && !last.isEmpty, .on where search.pattern.isEmpty && !last.isEmpty:
                search.pattern = last
                step(isNext: false)
            case .back:
                search.isBack = true
                step(isNext: true)
            case .on:
                search.isBack = false
                step(isNext: true)
            case .cancel:
                replaceLine(line, cursor: cursor)
                return UInt8(CC_REFRESH)
            case .other(let code):
                pushBack(code)
                return UInt8(CC_REFRESH)
            case .end: return UInt8(CC_EOF)
            }
        }
    }

    /// `/` and `?` of vi: asks for the text, and finds a line.
    func find(isBack: Bool) -> UInt8 {
        let (line, cursor) = currentLine()
        var pattern: [UInt8] = []
        defer { searchLabel = nil }
        while true {
            searchLabel = (isBack ? "/" : "?") + String(decoding: pattern, as: UTF8.self)
            replaceLine([])
            let key = readKey()
            switch key {
            case .character(let code): pattern += [code].withUnsafeBufferPointer { Self.bytes($0) }
            case .delete where !pattern.isEmpty:
                let characters = (Self.wide(pattern) ?? []).dropLast()
                pattern = Array(characters).withUnsafeBufferPointer { Self.bytes($0) }
            case .other(0x0d), .other(0x0a):
                replaceLine(line, cursor: cursor)
                if pattern.isEmpty { pattern = search?.pattern ?? [] }
                search = HistorySearch(pattern: pattern, isBack: isBack, typed: line, count: entries.count)
                return findAgain(isReversed: false)
            case .end: return UInt8(CC_EOF)
            case .back, .on, .delete, .cancel, .other:
                replaceLine(line, cursor: cursor)
                if case .other(0x03) = key { pushBack(0x03) }
                return UInt8(CC_REFRESH)
            }
        }
    }

    /// `n` and `N` of vi: finds the next line with the same text.
    func findAgain(isReversed: Bool) -> UInt8 {
        guard var search, !search.pattern.isEmpty else { return beep() }
        if isReversed { search.isBack.toggle() }
        guard let match = search.step(in: entries, isNext: true) else { return beep() }
        if isReversed { search.isBack.toggle() }
        self.search = search
        replaceLine(match.line, cursor: match.start)
        return UInt8(CC_REFRESH)
    }
}
