import MemcacheCore

/// Rows of CSV and TSV.
enum DelimitedText {
    /// How fields are separated.
    enum Style: Sendable {
        /// RFC 4180: commas; a field with a comma, a quote or a line end is quoted, with all bytes unchanged.
        case csv
        /// Tabs; fields are escaped as in the plain format, so that every row is one line.
        case tsv

        /// The style of a format; nil for a format that is not a table.
        init?(_ format: OutputFormat) {
            switch format {
            case .csv: self = .csv
            case .tsv: self = .tsv
            case .human, .plain, .json, .raw: return nil
            }
        }
    }

    /// Appends a row of fields, quoted or escaped as the style requires.
    static func append(row fields: [[UInt8]], _ style: Style, to out: inout [UInt8]) {
        for (index, bytes) in fields.enumerated() {
            if index > 0 { out.append(style == .csv ? UInt8(ascii: ",") : UInt8(ascii: "\t")) }
            append(field: bytes.span, style, to: &out)
        }
        out.append("\n")
    }

    /// The same for text.
    static func append(row fields: [String], _ style: Style, to out: inout [UInt8]) {
        append(row: fields.map { Array($0.utf8) }, style, to: &out)
    }

    /// Appends a field, quoted or escaped as the style requires.
    static func append(field bytes: Span<UInt8>, _ style: Style, to out: inout [UInt8]) {
        guard style == .csv else {
            return EscapedText.append(bytes, to: &out, quote: UInt8(ascii: "\""), keepsLookAlikes: true)
        }
        var isSpecial = false
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: ","), UInt8(ascii: "\""), 0x0a, 0x0d: isSpecial = true
            default: break
            }
        }
        guard isSpecial else { return out.append(bytes) }
        out.append("\"")
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "\"") { out.append("\"") }
            out.append(bytes[index])
        }
        out.append("\"")
    }
}
