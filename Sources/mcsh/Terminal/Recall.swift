import MemcacheCore

/// Goes back through earlier lines that begin like the one being typed.
struct Recall {
    private var prefix: [UInt8] = []
    /// The typed text, to return to.
    private var typed: [UInt8] = []
    /// The entry being shown; the number of entries for the typed text.
    private var position: Int?
    private var shown: [UInt8] = []

    /// The line to show instead of the current one; nil if there is none.
    ///
    /// - Parameters:
    ///   - line: The line on the screen. A changed one starts a new search.
    ///   - cursor: The position of the cursor in it: the text before it is the beginning to search for.
    ///   - isBack: Whether to go to earlier lines instead of later ones.
    mutating func step(line: [UInt8], cursor: Int, isBack: Bool, in entries: [[UInt8]]) -> [UInt8]? {
        if position == nil || line != shown {
            prefix = Array(line[..<cursor])
            typed = line
            position = entries.count
        }
        var index = position ?? entries.count
        while true {
            index += isBack ? -1 : 1
            guard index >= 0 else { return nil }
            if index >= entries.count {
                guard position != entries.count else { return nil }
                position = entries.count
                shown = typed
                return typed
            }
            if entries[index].starts(with: prefix), entries[index] != shown, entries[index] != line {
                position = index
                shown = entries[index]
                return shown
            }
        }
    }
}
