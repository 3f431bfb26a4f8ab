import MemcacheCore

/// A value as a server stores it: bytes, and the flags that tell the application's client what they are.
struct StoredValue {
    var bytes: [UInt8]
    var flags: UInt64

    /// The value that the application reads.
    func decoded(by conventions: ValueConventions = .standard) throws(MemcacheError) -> DecodedValue {
        let transcoder = conventions.transcoder
        let compressed = PythonTranscoder.Flags.compressed.rawValue
        guard flags & compressed != 0 else {
            let (value, ignored) = try content(of: bytes, flags: flags, transcoder)
            return DecodedValue(
                value: value, isPickle: isPickle, storedBytes: bytes.count, ignoredBytes: ignored)
        }
        // In two steps, to determine its length.
        let (expanded, following) = try Zlib.expand(bytes, maximumBytes: transcoder.maximumExpandedBytes)
        let (value, ignored) = try content(of: expanded, flags: flags & ~compressed, transcoder)
        return DecodedValue(
            value: value, isPickle: isPickle, storedBytes: bytes.count, expandedBytes: expanded.count,
            ignoredBytes: following + ignored)
    }

    /// The value of uncompressed bytes, and the number of bytes that follow the end of a pickle.
    private func content(
        of bytes: [UInt8], flags: UInt64, _ transcoder: PythonTranscoder
    ) throws(MemcacheError) -> (PickleValue, ignoredBytes: Int) {
        guard isPickle else { return (try transcoder.decode(bytes, flags: flags), 0) }
        return try PickleValue.reading(pickle: bytes, options: transcoder.reading)
    }

    /// Whether the flags mean a pickle: text and numbers take precedence.
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
    /// The number of stored bytes.
    var storedBytes: Int
    /// The number of bytes before compression; nil for an uncompressed value.
    var expandedBytes: Int?
    /// The number of bytes that the application does not see: they follow the end of a pickle or of a compressed value,
    /// where `append` puts them.
    var ignoredBytes = 0

    /// The note that some bytes are ignored, for people.
    var ignored: String? {
        guard ignoredBytes > 0 else { return nil }
        let noun = ignoredBytes == 1 ? "byte after its end is" : "bytes after its end are"
        return "\(HumanUnits.count(UInt64(ignoredBytes))) \(noun) ignored"
    }

    /// A pickle can refer to one object many times, and each reference is written out: a small one may have a very long
    /// form.
    var maximumJSONBytes: Int { min(67_108_864, 1_048_576 + 64 * storedBytes) }

    /// The error for a value whose written form would be too long to be useful.
    var tooLong: MemcacheError {
        MemcacheError(.unreadableValue, "the value's JSON form has more than \(maximumJSONBytes) bytes")
    }

    /// The value as JSON, with tags for types that JSON lacks.
    func json() throws(MemcacheError) -> [UInt8] { try value.json(maximumBytes: maximumJSONBytes) }

    /// The output of `--decode`: text and bytes unchanged, the digits of an integer, and the JSON of a pickle.
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
    /// The same error, with the key of its value.
    func about(key: [UInt8]) -> MemcacheError {
        var error = self
        error.message = "the value of \(Word.shown(key)) cannot be decoded: \(message)"
        return error
    }
}
