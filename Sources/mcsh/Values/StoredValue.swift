import MemcacheCore

/// A value as a server keeps it: bytes, and the flags word that says to the application's client what they are.
struct StoredValue {
    var bytes: [UInt8]
    var flags: UInt64

    /// What the application reads.
    func decoded(by conventions: ValueConventions = .standard) throws(MemcacheError) -> DecodedValue {
        let transcoder = conventions.transcoder
        let compressed = PythonTranscoder.Flags.compressed.rawValue
        guard flags & compressed != 0 else {
            let value = try transcoder.decode(bytes, flags: flags)
            return DecodedValue(value: value, isPickle: isPickle, storedBytes: bytes.count)
        }
        // In two steps, to know how long it was.
        let expanded = try transcoder.compression.decompress(bytes, transcoder.maximumExpandedBytes)
        let value = try transcoder.decode(expanded, flags: flags & ~compressed)
        return DecodedValue(
            value: value, isPickle: isPickle, storedBytes: bytes.count, expandedBytes: expanded.count)
    }

    /// Whether a pickle is what the flags come to: text and numbers go before it.
    private var isPickle: Bool {
        let flags = PythonTranscoder.Flags(rawValue: flags)
        return flags.contains(.pickle) && flags.isDisjoint(with: [.text, .integer, .long])
    }
}

/// A value as the application reads it.
struct DecodedValue {
    var value: PickleValue
    /// Whether it was stored as a pickle.
    var isPickle: Bool
    /// How many bytes are stored.
    var storedBytes: Int
    /// How many bytes it had before it was compressed; nil for one that is not.
    var expandedBytes: Int?

    /// A pickle can refer to one object many times, and each is written out: a small one may have a very long form.
    var maximumJSONBytes: Int { min(67_108_864, 1_048_576 + 64 * storedBytes) }

    /// The value as JSON, with tags where JSON has no such type.
    func json() throws(MemcacheError) -> [UInt8] { try value.json(maximumBytes: maximumJSONBytes) }

    /// What `--decode` gives: text and bytes as they are, the digits of an integer, and JSON of a pickle.
    func output() throws(MemcacheError) -> [UInt8] {
        if !isPickle {
            switch value.content {
            case .text(let text): return Array(text.utf8)
            case .bytes(let bytes): return bytes
            case .integer(let number): return Array(number.description.utf8)
            default: break
            }
        }
        return try json()
    }
}

extension MemcacheError {
    /// The same error with the key named whose value it is about.
    func about(key: [UInt8]) -> MemcacheError {
        var error = self
        error.message = "the value of \(Word.shown(key)) cannot be decoded: \(message)"
        return error
    }
}
