import MemcacheCore

extension ValueView {
    /// Lays out the lines of a value for a terminal of a given width.
    struct Layout {
        /// The columns of the terminal; nil if lines may have any length.
        let width: Int?
    }
}

extension ValueView.Layout {
    /// The value as the application reads it.
    func decoded(_ decoded: DecodedValue) -> (lines: [String], kind: String) {
        let isWhole = decoded.expandedBytes == nil
        if !decoded.isPickle {
            switch decoded.value.content {
            case .bytes(let bytes): return stored(bytes, isWhole: isWhole)
            case .text(let text):
                let (lines, kind) = stored(Array(text.utf8), isWhole: isWhole)
                return (lines, kind == "integer" ? "text" : kind)
            case .integer(let number):
                let digits = Array(number.description.utf8)
                let shown = String(decoding: digits.prefix(ValueView.shownBytes), as: UTF8.self)
                return (folded([shown]) + more(digits.count - ValueView.shownBytes, isWhole: isWhole), "integer")
            default: break
            }
        }
        var (json, isAll) = decoded.value.jsonPrefix(maximumBytes: ValueView.shownBytes)
        // A truncated character is omitted.
        while !isAll, let last = json.last, last >= 0x80 { json.removeLast() }
        let rest = isAll ? [] : ["… the rest is not shown; use --output plain --decode for all"]
        // The author of a class may have given it any name.
        return (folded(JSONLayout.lines(json, width: width)) + rest, Word.shown(Array(decoded.value.typeName.utf8)))
    }

    /// Bytes, shown as what they appear to be.
    func stored(_ value: [UInt8], isWhole: Bool = true) -> (lines: [String], kind: String) {
        let part = Array(value.prefix(ValueView.shownBytes))
        let rest = value.count - part.count
        if value.isEmpty { return (["(empty)"], "empty") }
        if Self.isCounter(value) { return (folded([String(decoding: value, as: UTF8.self)]), "integer") }
        if value.count <= ValueView.indentedBytes, let compact = JSONIndenter.compact(value),
            let lines = beginning(of: JSONLayout.lines(compact, width: width), isWhole: isWhole)
        {
            return (lines, "JSON")
        }
        if Self.isText(part, isCut: rest > 0) {
            return (folded(textLines(part)) + more(rest, isWhole: isWhole), "text")
        }
        let rows = hexadecimalLines(part)
        return (rows + more(value.count - min(512, part.count), isWhole: isWhole), "binary")
    }

    /// The line that counts what is not shown. For a compressed value `--raw` would return the compressed form.
    private func more(_ count: Int, isWhole: Bool) -> [String] {
        guard count > 0 else { return [] }
        let noun = count == 1 ? "byte" : "bytes"
        return ["… \(HumanUnits.count(UInt64(count))) more \(noun); use \(Self.whole(isWhole)) for all"]
    }

    /// As many lines of indented JSON as fit, and the number of those omitted; nil if a long string would leave nothing
    /// to see.
    private func beginning(of lines: [String], isWhole: Bool) -> [String]? {
        var bytes = 0
        var count = 0
        while count < lines.count, bytes + lines[count].utf8.count < ValueView.shownBytes {
            bytes += lines[count].utf8.count + 1
            count += 1
        }
        if count == lines.count { return folded(lines) }
        guard bytes > ValueView.shownBytes / 4 else { return nil }
        let rest = lines.count - count
        return folded(Array(lines[..<count])) + [
            "… \(HumanUnits.count(UInt64(rest))) more \(rest == 1 ? "line" : "lines"); use \(Self.whole(isWhole)) for all"
        ]
    }

    /// The options that print all of a value.
    private static func whole(_ isWhole: Bool) -> String { isWhole ? "--raw" : "--output plain --decode" }

    /// Whether `incr` accepts a value: digits, and the spaces with which `decr` preserves the length of the value.
    private static func isCounter(_ value: [UInt8]) -> Bool {
        guard value.count <= 20 else { return false }
        return ASCIINumber.parseUnsigned(Array(value.prefix { $0 != 0x20 })) != nil
            && value.drop { $0 != 0x20 }.allSatisfy { $0 == 0x20 }
    }

    /// The invisible characters at the end of a text; nil if there are none.
    static func invisibleEnd(of value: [UInt8]) -> String? {
        guard let last = value.last else { return nil }
        let name: (one: String, many: String)
        switch last {
        case 0x20: name = ("a space", "spaces")
        case 0x0a: name = ("a newline", "newlines")
        default: return nil
        }
        let count = value.reversed().prefix { $0 == last }.count
        return "ends with \(count == 1 ? name.one : "\(HumanUnits.count(UInt64(count))) \(name.many)")"
    }

    /// Whether bytes are UTF-8 without control characters other than tabs and newlines.
    static func isText(_ bytes: [UInt8], isCut: Bool = false) -> Bool {
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

    private func textLines(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false).map { EscapedText.string(Array($0)) }
        if lines.count > 1, lines.last == "" { lines.removeLast() }
        return lines
    }

    private func hexadecimalLines(_ bytes: [UInt8]) -> [String] {
        func digits(_ number: Int, _ width: Int) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let count = bytesInRow
        let cellsWidth = 3 * count + (count > 8 ? 2 : 1)
        return stride(from: 0, to: min(bytes.count, 512), by: count).map { start in
            let row = bytes[start..<min(start + count, bytes.count)]
            let hexadecimal = row.enumerated().map { ($0.offset == 8 ? " " : "") + digits(Int($0.element), 2) }
            let characters = row.map { (0x20..<0x7f).contains($0) ? String(Unicode.Scalar($0)) : "." }
            let cells = hexadecimal.joined(separator: " ")
            return digits(start, 8) + "  " + cells + String(repeating: " ", count: max(0, cellsWidth - cells.count))
                + characters.joined()
        }
    }

    /// A row is an address of eight digits, two digits and a space for each byte, and its characters.
    private var bytesInRow: Int {
        guard let width else { return 16 }
        return width >= 76 ? 16 : width >= 43 ? 8 : width >= 27 ? 4 : 2
    }

    private func folded(_ lines: [String]) -> [String] {
        guard let width else { return lines }
        return lines.flatMap { FoldedLine.rows(of: $0, width: width) }
    }
}
