import MemcacheCore

/// A search of the history for lines that contain a text.
struct HistorySearch {
    /// The text to search for.
    var pattern: [UInt8]
    /// Whether to search earlier lines instead of later ones.
    var isBack: Bool
    /// The entry where the search is; the number of entries for the line being typed.
    private(set) var index: Int
    /// The line being typed.
    let typed: [UInt8]

    /// The line found, and where the text is in it.
    struct Match: Hashable {
        var line: [UInt8]
        var start: Int
    }

    init(pattern: [UInt8] = [], isBack: Bool, typed: [UInt8], count: Int) {
        self.pattern = pattern
        self.isBack = isBack
        self.typed = typed
        index = count
    }

    /// Searches from the current line on; nil if there is no match, and the search stays where it is.
    ///
    /// - Parameter isNext: Skips the current line, and those that are equal to it.
    mutating func step(in entries: [[UInt8]], isNext: Bool) -> Match? {
        let present = line(at: index, entries)
        var index = min(index, entries.count)
        if isNext { index += isBack ? -1 : 1 }
        while index >= 0, index <= entries.count {
            let line = line(at: index, entries)
            if let start = line.firstIndex(of: pattern), !isNext || line != present {
                self.index = index
                return Match(line: line, start: start)
            }
            index += isBack ? -1 : 1
        }
        return nil
    }

    private func line(at index: Int, _ entries: [[UInt8]]) -> [UInt8] {
        index < entries.count ? entries[index] : typed
    }
}

extension [UInt8] {
    /// The position of a part within these bytes; nil if it does not occur.
    fileprivate func firstIndex(of part: [UInt8]) -> Int? {
        guard let first = part.first else { return 0 }
        guard part.count <= count else { return nil }
        return (0...(count - part.count)).first { start in
            self[start] == first && self[start..<start + part.count].elementsEqual(part)
        }
    }
}
