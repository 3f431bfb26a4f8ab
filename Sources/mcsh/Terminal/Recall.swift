import MemcacheCore

/// Going back through earlier lines that begin as the one being typed does.
struct Recall {
    private var prefix: [UInt8] = []
    /// What was typed, to come back to.
    private var typed: [UInt8] = []
    /// The entry that is shown; the number of entries while what was typed is.
    private var position: Int?
    private var shown: [UInt8] = []

    /// The line to show instead of the present one; nil where there is none.
    ///
    /// - Parameters:
    ///   - line: The line on the screen. One that was changed begins anew.
    ///   - cursor: Where the cursor stands in it: what is before it is the beginning that is looked for.
    ///   - isBack: To earlier lines, else to later ones.
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
