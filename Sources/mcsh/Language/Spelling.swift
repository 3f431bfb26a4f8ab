/// Finds the word that was probably meant.
enum Spelling {
    /// The limit for misspelled words: longer ones are not compared.
    static let maximumBytes = 40

    /// The word nearest to a misspelled one, if it is near enough; the first one of equally near words.
    static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        guard (1...maximumBytes).contains(word.utf8.count) else { return nil }
        let word = Array(word.lowercased().utf8)
        let limit = max(1, word.count / 3)
        var best: (distance: Int, letters: Int, candidate: String)?
        for candidate in candidates {
            let candidateLetters = Array(candidate.lowercased().utf8)
            // The beginning of a word, or a word followed by more, is as near as one wrong letter.
            let isBeginning =
                min(word.count, candidateLetters.count) >= 3
                && (word.starts(with: candidateLetters) || candidateLetters.starts(with: word))
            guard isBeginning || abs(word.count - candidateLetters.count) <= limit else { continue }
            let letters = distance(word, candidateLetters)
            let distance = isBeginning ? min(letters, 1) : letters
            if (distance, letters) < (best?.distance ?? .max, best?.letters ?? .max) {
                best = (distance, letters, candidate)
            }
        }
        guard let best, best.distance <= limit else { return nil }
        return best.candidate
    }

    /// How many letters must be put in, taken out, changed or swapped with their neighbours.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        let width = right.count + 1
        var rows = [Int](repeating: 0, count: (left.count + 1) * width)
        for column in 0..<width { rows[column] = column }
        var row = 1
        while row <= left.count {
            rows[row * width] = row
            var column = 1
            while column < width {
                let isSame = left[row - 1] == right[column - 1]
                let above = (row - 1) * width + column
                var best = min(rows[above - 1] + (isSame ? 0 : 1), rows[above] + 1, rows[row * width + column - 1] + 1)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    best = min(best, rows[(row - 2) * width + column - 2] + 1)
                }
                rows[row * width + column] = best
                column += 1
            }
            row += 1
        }
        return rows[rows.count - 1]
    }
}
