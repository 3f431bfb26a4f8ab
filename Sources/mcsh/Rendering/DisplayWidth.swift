// The number of cells of a terminal that text takes: none, one or two for each character.

extension String {
    /// The cells that this text takes on a terminal, if it is printable text without tabs and line ends.
    var displayWidth: Int { plainWidth ?? reduce(0) { $0 + $1.displayWidth } }

    /// The same for printable ASCII, of which every byte is a cell; nil for other text.
    var plainWidth: Int? {
        var text = self
        return text.withUTF8 { bytes in
            for byte in bytes where byte < 0x20 || byte >= 0x7F { return nil }
            return bytes.count
        }
    }
}

extension Character {
    /// 2 for East Asian wide characters and emoji, 0 for what only modifies its neighbour or is invisible, else 1.
    var displayWidth: Int {
        let scalars = unicodeScalars
        if let first = scalars.first, scalars.index(after: scalars.startIndex) == scalars.endIndex {
            return first.displayWidth
        }
        // A sequence is one picture: a flag, a family, a waving hand with a skin tone, a symbol in emoji presentation.
        let joined = unicodeScalars.dropFirst()
        if joined.contains(where: { $0 == "\u{FE0F}" || $0 == "\u{200D}" || $0.properties.isEmojiModifier }),
            unicodeScalars.contains(where: \.properties.isEmoji)
        {
            return 2
        }
        return unicodeScalars.reduce(0) { $0 + $1.displayWidth }
    }
}

extension Unicode.Scalar {
    fileprivate var displayWidth: Int {
        if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) || value == 0xAD ? 0 : 1 }
        // Lines, blocks and bars, which pictures are drawn with.
        if (0x2500...0x259F).contains(value) { return 1 }
        // The vowels and final consonants of a Korean syllable join its first consonant.
        if (0x1160...0x11FF).contains(value) { return 0 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
        default: break
        }
        // Each half of a flag counts as one; both together are two.
        if (0x1F1E6...0x1F1FF).contains(value) { return 1 }
        return properties.isEmojiPresentation || Self.wide.contains { $0.contains(value) } ? 2 : 1
    }

    /// East Asian Wide and Fullwidth blocks of Unicode's EastAsianWidth.txt; wide emoji are recognized by their
    /// property.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x18D7F, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
    ]
}
