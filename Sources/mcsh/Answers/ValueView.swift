import MemcacheCore

/// A value as a person reads it: as the application does if its flags say how, text as text, JSON indented, anything
/// else as hexadecimal with its characters beside it. Lines that are too long for the terminal are folded.
struct ValueView {
    /// The lines to show; every byte in them is safe for a terminal.
    let lines: [String]
    /// What the value is, in a word: for a pickle, Python's name of its type. Safe for a terminal.
    let kind: String
    /// The size of the value in bytes, and its size before compression.
    let size: String
    /// The flags and their meaning.
    let flags: String
    /// The invisible characters at the end of a text: a newline, spaces.
    let ending: String?
    /// Why the value is shown as it is stored although it has flags, or that some of it was ignored; safe for a
    /// terminal.
    let fault: String?

    /// The number of bytes shown; the rest is only counted.
    static let shownBytes = 4096
    /// JSON longer than this many bytes is shown as plain text.
    static let indentedBytes = 1_048_576

    /// - Parameter width: The columns of the terminal; nil if lines may have any length.
    init(
        _ value: [UInt8], flags: UInt64 = 0, by conventions: ValueConventions = .standard, width: Int? = nil
    ) {
        self.flags = FlagsWord.text(flags)
        let size = HumanUnits.bytes(UInt64(value.count))
        let layout = Layout(width: width)
        guard flags != 0 else {
            (lines, kind) = layout.stored(value)
            (self.size, fault) = (size, nil)
            ending = kind == "binary" ? nil : Layout.invisibleEnd(of: value)
            return
        }
        do throws(MemcacheError) {
            let decoded = try StoredValue(bytes: value, flags: flags).decoded(by: conventions)
            (lines, kind) = layout.decoded(decoded)
            self.size =
                size + (decoded.expandedBytes.map { " (\(HumanUnits.bytes(UInt64($0))) uncompressed)" } ?? "")
            switch decoded.value.content {
            case .text(let text) where !decoded.isPickle: ending = Layout.invisibleEnd(of: Array(text.utf8))
            case .bytes(let bytes) where !decoded.isPickle && kind != "binary":
                ending = Layout.invisibleEnd(of: bytes)
            default: ending = nil
            }
            fault = decoded.ignored
        } catch {
            (lines, kind) = layout.stored(value)
            self.size = size
            ending = kind == "binary" ? nil : Layout.invisibleEnd(of: value)
            // The flags say so themselves.
            fault =
                error.code == .unknownFlags
                ? nil : "not decoded: " + EscapedText.string(Array(error.message.utf8), keepsBackslashes: true)
        }
    }

    /// The contents of a line below the value, except for what is known from elsewhere than the value.
    var facts: [String] { [size, kind] + (ending.map { [$0] } ?? []) + ["flags \(flags)"] }
}
