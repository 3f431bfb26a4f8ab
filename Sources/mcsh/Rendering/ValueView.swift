import MemcacheCore

/// A value as a person reads it: as the application does where its flags say how, text as text, JSON indented, anything
/// else as hexadecimal with its characters beside it.
struct ValueView {
    /// The lines to show; every byte in them is safe for a terminal.
    let lines: [String]
    /// What the value is, in a word: of a pickle, Python's name for its type. Safe for a terminal.
    let kind: String
    /// How many bytes the value has, and had before it was compressed.
    let size: String
    /// The flags, and what they say.
    let flags: String
    /// Why the value is shown as it is stored although it has flags; safe for a terminal.
    let fault: String?

    /// So many bytes are shown; the rest is only counted.
    static let shownBytes = 4096

    init(_ value: [UInt8], flags: UInt32 = 0, by conventions: ValueConventions = .standard) {
        self.flags = FlagsWord.text(flags)
        let size = HumanUnits.bytes(UInt64(value.count))
        guard flags != 0 else {
            (lines, kind) = ValueView.stored(value)
            (self.size, fault) = (size, nil)
            return
        }
        do throws(MemcacheError) {
            let decoded = try StoredValue(bytes: value, flags: flags).decoded(by: conventions)
            (lines, kind) = ValueView.decoded(decoded)
            self.size =
                size + (decoded.expandedBytes.map { " (\(HumanUnits.bytes(UInt64($0))) uncompressed)" } ?? "")
            fault = nil
        } catch {
            (lines, kind) = ValueView.stored(value)
            self.size = size
            fault = "not decoded: " + EscapedText.string(Array(error.message.utf8), keepsBackslashes: true)
        }
    }

    /// What there is to say in a line below the value, but for what other than the value is known.
    var facts: [String] { [size, kind, "flags \(flags)"] }

    /// The value as the application reads it.
    private static func decoded(_ decoded: DecodedValue) -> (lines: [String], kind: String) {
        let isWhole = decoded.expandedBytes == nil
        if !decoded.isPickle {
            switch decoded.value.content {
            case .bytes(let bytes): return stored(bytes, isWhole: isWhole)
            case .text(let text):
                let (lines, kind) = stored(Array(text.utf8), isWhole: isWhole)
                return (lines, kind == "integer" ? "text" : kind)
            case .integer(let number):
                let digits = Array(number.description.utf8)
                let shown = String(decoding: digits.prefix(shownBytes), as: UTF8.self)
                return ([shown] + more(digits.count - shownBytes, isWhole: isWhole), "integer")
            default: break
            }
        }
        var (json, isAll) = decoded.value.jsonPrefix(maximumBytes: shownBytes)
        // A character that is cut is left out.
        while !isAll, let last = json.last, last >= 0x80 { json.removeLast() }
        let rest = isAll ? [] : ["… the rest is not shown; use --output plain --decode for all"]
        // A class may be named as its writer likes.
        return (JSONLayout.lines(json) + rest, Word.shown(Array(decoded.value.typeName.utf8)))
    }

    /// Bytes as what they look like.
    private static func stored(_ value: [UInt8], isWhole: Bool = true) -> (lines: [String], kind: String) {
        let part = Array(value.prefix(shownBytes))
        let rest = value.count - part.count
        if value.isEmpty { return (["(empty)"], "empty") }
        if ASCIINumber.parseUnsigned(value) != nil { return ([String(decoding: value, as: UTF8.self)], "integer") }
        if rest == 0, let indented = JSONIndenter.indent(value) { return (indented, "JSON") }
        if isText(part, isCut: rest > 0) { return (textLines(part) + more(rest, isWhole: isWhole), "text") }
        let rows = hexadecimalLines(part)
        return (rows + more(value.count - min(512, part.count), isWhole: isWhole), "binary")
    }

    /// The line that counts what is not shown. Of a compressed value `--raw` would give the compressed form.
    private static func more(_ count: Int, isWhole: Bool) -> [String] {
        count > 0 ? ["… \(count) more bytes; use \(isWhole ? "--raw" : "--output plain --decode") for all"] : []
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
        }
    }
}
