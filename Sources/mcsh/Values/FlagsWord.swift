import MemcacheCore

/// Describes what flags mean for a value, for people.
enum FlagsWord {
    private static let names: [(PythonTranscoder.Flags, String)] = [
        (.text, "text"), (.integer, "integer"), (.long, "long integer"), (.pickle, "pickled"),
        (.compressed, "zlib-compressed"),
    ]

    /// The flags and their meaning: `0`, `9: pickled, zlib-compressed`, `32: not python-memcached's`.
    static func text(_ word: UInt64) -> String {
        guard word != 0 else { return "0" }
        var rest = PythonTranscoder.Flags(rawValue: word)
        var meanings: [String] = []
        for (flag, name) in names where rest.contains(flag) {
            meanings.append(name)
            rest.remove(flag)
        }
        if !rest.isEmpty {
            meanings.append(meanings.isEmpty ? "not python-memcached's" : "and \(rest.rawValue), which is unknown")
        }
        return "\(word): \(meanings.joined(separator: ", "))"
    }
}
