/// A word that can be completed at the cursor.
struct CompletionCandidate: Hashable, Sendable {
    var text: [UInt8]
    var meaning = ""
    /// Whether more of the word may follow, so that no space is written after it.
    var isOpen = false

    init(_ text: [UInt8], meaning: String = "", isOpen: Bool = false) {
        self.text = text
        self.meaning = meaning
        self.isOpen = isOpen
    }

    init(_ text: String, meaning: String = "", isOpen: Bool = false) {
        self.init(Array(text.utf8), meaning: meaning, isOpen: isOpen)
    }
}

/// The candidates, and the text to insert.
struct CompletionAnswer: Hashable, Sendable {
    /// The part of the line before the cursor that is replaced.
    var range: Range<Int>
    /// The replacement: the whole word if there is a single one, else the common prefix.
    var insertion: [UInt8] = []
    var candidates: [CompletionCandidate] = []
    /// The number of candidates not in ``candidates``.
    var omitted = 0

    var isEmpty: Bool { candidates.isEmpty }
}
