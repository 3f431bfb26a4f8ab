/// Which of some words was probably meant.
enum Spelling {
    /// The word nearest to a misspelt one, if it is near enough; the first of equals.
    static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let word = Array(word.lowercased().unicodeScalars)
        guard (1...40).contains(word.count) else { return nil }
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let candidateLetters = Array(candidate.lowercased().unicodeScalars)
            // The beginning of a word, or a word with more behind it, is as near as one wrong letter.
            let isBeginning =
                min(word.count, candidateLetters.count) >= 3
                && (word.starts(with: candidateLetters) || candidateLetters.starts(with: word))
            let distance = isBeginning ? 1 : distance(word, candidateLetters)
            if distance < best?.distance ?? .max { best = (distance, candidate) }
        }
        guard let best, best.distance <= max(1, word.count / 3) else { return nil }
        return best.candidate
    }

    /// How many letters must be put in, taken out, changed or swapped with their neighbours.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var best = min(last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
