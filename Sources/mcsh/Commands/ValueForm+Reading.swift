import MemcacheCore

extension ValueForm {
    /// Reads the word after `--as`, which is one of the forms that the command accepts.
    static func read(
        _ word: Word, among names: [String], of command: String, _ bytes: Span<UInt8>
    ) throws(Diagnostic) -> ValueForm {
        let name =
            word.range.count <= Spelling.maximumBytes ? String(decoding: bytes.copy(word.range), as: UTF8.self) : ""
        let form = ValueForm(rawValue: name)
        if let form, names.contains(name) { return form }
        throw Diagnostic(
            form == nil
                ? "there is no form of value \"\(Word.shown(bytes, word.range))\""
                : "\(command) cannot add \(name) to a value: the two would not be one value of that form", at: word,
            suggestion: "write one of \(names.joined(separator: ", "))")
    }
}
