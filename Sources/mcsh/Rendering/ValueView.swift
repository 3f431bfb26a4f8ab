import MemcacheCore

/// A value as a person reads it: text as text, JSON indented, anything else as hexadecimal with its characters beside it.
struct ValueView {
    /// The lines to show; every byte in them is safe for a terminal.
    let lines: [String]
    /// What the value is, in a word.
    let kind: String

    /// So many bytes are shown; the rest is only counted.
    static let shownBytes = 4096

    init(_ value: [UInt8]) {
        let part = Array(value.prefix(ValueView.shownBytes))
        let rest = value.count - part.count
        var lines: [String]
        if value.isEmpty {
            (lines, kind) = (["(empty)"], "empty")
        } else if ASCIINumber.parseUnsigned(value) != nil {
            (lines, kind) = ([String(decoding: value, as: UTF8.self)], "integer")
        } else if rest == 0, let indented = JSONIndenter.indent(value) {
            (lines, kind) = (indented, "JSON")
        } else if ValueView.isText(part, isCut: rest > 0) {
            (lines, kind) = (ValueView.textLines(part), "text")
        } else {
            (lines, kind) = (ValueView.hexadecimalLines(part), "binary")
        }
        if rest > 0 { lines.append("… \(rest) more bytes; use --raw for all") }
        self.lines = lines
    }

    /// Whether bytes are UTF-8 with no other control characters than tabs and line ends.
    private static func isText(_ bytes: [UInt8], isCut: Bool) -> Bool {
        var index = 0
        let span = bytes.span
        while index < span.count {
            guard let (scalar, length) = EscapedText.decodeScalar(span, at: index) else {
                return isCut && span.count - index < 4
            }
            if scalar.value < 0x20, !(9...13).contains(scalar.value) { return false }
            index += length
        }
        return true
    }

    private static func textLines(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false).map { EscapedText.string(Array($0)) }
        if lines.count > 1, lines.last == "" { lines.removeLast() }
        return lines
    }

    private static func hexadecimalLines(_ bytes: [UInt8]) -> [String] {
        func digits(_ number: Int, _ width: Int) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return stride(from: 0, to: min(bytes.count, 512), by: 16).map { start in
            let row = bytes[start..<min(start + 16, bytes.count)]
            let hexadecimal = row.enumerated().map { ($0.offset == 8 ? " " : "") + digits(Int($0.element), 2) }
            let characters = row.map { (0x20..<0x7f).contains($0) ? String(Unicode.Scalar($0)) : "." }
            let cells = hexadecimal.joined(separator: " ")
            return digits(start, 8) + "  " + cells + String(repeating: " ", count: max(0, 50 - cells.count))
                + characters.joined()
        } + (bytes.count > 512 ? ["… \(bytes.count - 512) more bytes; use --raw for all"] : [])
    }
}
