/// JSON escapes beyond those that JSON requires: for characters that a terminal takes for commands, that change the
/// direction of what follows, that end a line for some readers, or that are invisible. Every parser reads the same
/// value.
package enum JSONEscape {
    /// Whether a character beyond ASCII is written as an escape.
    package static func isNeeded(for scalar: Unicode.Scalar) -> Bool {
        !EscapedText.isSafe(scalar) || scalar.properties.isDefaultIgnorableCodePoint
    }

    /// Appends `\uXXXX`, as a surrogate pair for a character beyond U+FFFF.
    package static func append(_ codePoint: UInt32, to out: inout [UInt8]) {
        guard codePoint > 0xffff else { return append(unit: codePoint, to: &out) }
        let offset = codePoint &- 0x10000
        append(unit: 0xd800 | (offset >> 10 & 0x3ff), to: &out)
        append(unit: 0xdc00 | (offset & 0x3ff), to: &out)
    }

    /// Appends `\uXXXX`.
    package static func append(unit: UInt32, to out: inout [UInt8]) {
        let digits: StaticString = "0123456789abcdef"
        out.append("\\u")
        for shift in [12, 8, 4, 0] as [UInt32] { out.append(digits.utf8Start[Int(unit >> shift & 15)]) }
    }
}
