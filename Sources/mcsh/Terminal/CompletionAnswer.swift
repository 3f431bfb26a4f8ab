/// A word that can be completed at the cursor.
struct CompletionCandidate: Hashable, Sendable {
    var text: [UInt8]
    var meaning = ""
    /// More of the word may follow: no blank is written behind it.
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

/// The candidates, and what to write.
struct CompletionAnswer: Hashable, Sendable {
    /// The part of the line in front of the cursor that is replaced.
    var range: Range<Int>
    /// What comes in its place: the whole word where there is one, else as much as all have in common.
    var insertion: [UInt8] = []
    var candidates: [CompletionCandidate] = []
    /// How many more there are than ``candidates``.
    var omitted = 0

    var isEmpty: Bool { candidates.isEmpty }
}
