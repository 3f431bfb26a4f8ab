import MemcacheCore

/// What a value is to the application: the word behind `--as`.
enum ValueForm: String, CaseIterable, Hashable, Sendable {
    /// A `str`.
    case text
    /// An `int` of any size.
    case int
    /// Text that is checked for being JSON.
    case json
    /// JSON that is stored as the pickle of the values it stands for.
    case pickle
    /// A `bytes`.
    case bytes
}

extension ValueForm {
    /// Reads the word behind `--as`, which is one of the forms that the command takes.
    static func read(_ word: Word, of spec: CommandSpec, _ bytes: Span<UInt8>) throws(Diagnostic) -> ValueForm {
        let names = spec.options.first { $0.name == "--as" }?.argument?.split(separator: "|").map(String.init) ?? []
        let name =
            word.range.count <= Spelling.maximumBytes ? String(decoding: bytes.copy(word.range), as: UTF8.self) : ""
        let form = ValueForm(rawValue: name)
        if let form, names.contains(name) { return form }
        throw Diagnostic(
            form == nil
                ? "there is no form of value \"\(Word.shown(bytes, word.range))\""
                : "\(spec.name) cannot add \(name) to a value: the two would not be one value of that form", at: word,
            suggestion: "write one of \(names.joined(separator: ", "))")
    }
}
