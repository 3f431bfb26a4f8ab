import MemcacheCore

/// A mistake in what the user wrote: what is wrong, where, and what to write instead.
struct Diagnostic: Error, Hashable, Sendable {
    /// What is wrong, as a sentence without its full stop.
    var message: String
    /// The bytes of the line in question, counted from 0; an empty range is a place between bytes.
    var range: Range<Int>
    /// What to write instead.
    var suggestion: String?
    /// The exit status of the shell if this is the worst error.
    var status = ExitStatus.usage
    /// The question at a terminal before the line runs nevertheless; nil for a plain mistake.
    var question: String?

    init(_ message: String, at range: Range<Int>, suggestion: String? = nil, status: ExitStatus = .usage) {
        self.message = message
        self.range = range
        self.suggestion = suggestion
        self.status = status
    }

    /// A mistake in a word.
    init(_ message: String, at word: Word, suggestion: String? = nil, status: ExitStatus = .usage) {
        self.init(message, at: word.source, suggestion: suggestion, status: status)
    }

    /// The message and the suggestion in one sentence.
    var sentence: String {
        suggestion.map { "\(message); \($0)" } ?? message
    }

    /// The lines that show the error: the sentence after its place, then the line with a caret under the error.
    ///
    /// - Parameters:
    ///   - line: The line that was read.
    ///   - place: The name of the script and the number of the line; nil at the prompt and for a one-liner.
    func lines(for line: [UInt8], at place: (name: String, line: Int)?) -> [String] {
        let (shown, caret, width) = excerpt(of: line)
        let head =
            place.map { "\($0.name):\($0.line):\(range.lowerBound + 1): \(sentence)" } ?? "mcsh: \(sentence)"
        guard !line.isEmpty else { return [head] }
        let marks = String(repeating: " ", count: caret) + "^" + String(repeating: "~", count: max(0, width - 1))
        return [head, "  \(shown)", "  \(marks)"]
    }

    /// The part of a line around the error, escaped, with the column and the width of the error in it.
    private func excerpt(of line: [UInt8]) -> (text: String, caret: Int, width: Int) {
        let limit = 60
        let fault = min(range.lowerBound, line.count)..<min(max(range.upperBound, range.lowerBound), line.count)
        let start = fault.lowerBound > limit ? fault.lowerBound - limit / 2 : 0
        let end = min(line.count, max(fault.lowerBound + limit, start + limit))
        let before = EscapedText.string(Array(line[start..<fault.lowerBound]), keepsBackslashes: true)
        let inside = EscapedText.string(
            Array(line[fault.lowerBound..<min(fault.upperBound, end)]), keepsBackslashes: true)
        let after = EscapedText.string(Array(line[min(fault.upperBound, end)..<end]), keepsBackslashes: true)
        let lead = start > 0 ? "…" : ""
        return (
            lead + before + inside + after + (end < line.count ? "…" : ""),
            (lead + before).displayWidth, inside.displayWidth
        )
    }
}
