/// What is safe to send to a terminal.
enum TerminalSafety {
    /// Whether a terminal shows a line as it is: no controls, nothing that turns or hides what follows.
    static func isSafe(_ line: String) -> Bool {
        line.unicodeScalars.allSatisfy { scalar in
            if scalar.value < 0x7f { return scalar.value >= 0x20 }
            switch scalar.value {
            case 0x7f..<0xa0, 0xad, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff, 0xfff0...0xfffb,
                0xe000...0xf8ff, 0xe0000...0x10ffff:
                return false
            default: return true
            }
        }
    }

    /// The same for bytes of several lines.
    static func isSafe(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return text.split(separator: "\n").allSatisfy { isSafe(String($0)) }
    }
}
