import Testing

@testable import MemcacheCore

/// A value that a release of python-memcached stored.
struct StoredValue: CustomTestStringConvertible, Sendable {
    var file: String
    var name: String
    var pickleProtocol: Int
    var minimumCompressLength: Int
    var flags: UInt64
    var bytes: [UInt8]
    /// What was stored, and what that release read back.
    var written: VectorValue
    var readBack: VectorValue?
    var readingFails: Bool

    var testDescription: String { "\(file) \(name), protocol \(pickleProtocol), compress \(minimumCompressLength)" }

    static func all(in file: String) -> [StoredValue] {
        ValueVectors.documents(file).flatMap { document in
            document["values"].items.compactMap { row in
                guard let bytes = row["raw_b64"].data else { return nil }
                return StoredValue(
                    file: file, name: row["name"].text ?? "?", pickleProtocol: row["pickleProtocol"].integer ?? 0,
                    minimumCompressLength: row["min_compress_len"].integer ?? 0,
                    flags: UInt64(row["flags"].integer ?? 0), bytes: bytes, written: row["json"],
                    readBack: row["get"].members["return"], readingFails: row["get"].members["raise"] != nil)
            }
        }
    }

    /// The transcoder with the conventions of the release.
    func transcoder(_ conventions: PythonTranscoder.Conventions) -> PythonTranscoder {
        PythonTranscoder(
            conventions: conventions, writing: PickleWritingOptions(protocolVersion: pickleProtocol),
            reading: PickleReadingOptions(oldStrings: .bytes))
    }
}

/// Flags and bytes, and what a release of python-memcached read from them.
struct DecodeCase: CustomTestStringConvertible, Sendable {
    var file: String
    var flags: UInt64
    var bytes: [UInt8]
    var result: VectorValue?

    var testDescription: String { "\(file) \(flags) \"\(EscapedText.string(Array(bytes.prefix(40))))\"" }

    static let all: [DecodeCase] = ValueVectors.files.flatMap { file in
        ValueVectors.documents(file).flatMap { document in
            document["decode"].items.map { row in
                DecodeCase(
                    file: file, flags: UInt64(row["flags"].integer ?? 0), bytes: row["raw"]["b64"].data ?? [],
                    result: row["get"].members["return"])
            }
        }
    }

    var conventions: PythonTranscoder.Conventions {
        switch file {
        case "values-py3-1.58.json": .release158
        case "values-py27-1.57.json": .release157
        case "values-py27-1.53.json": .release154
        case "values-py27-1.59.json": PythonTranscoder.Conventions(integers: .longBeyond64Bits)
        default: .current
        }
    }
}

struct PythonTranscoderTests {
    @Test(arguments: StoredValue.all(in: "values.json"))
    func `what 1_62 stored reads as what it stored`(stored: StoredValue) throws {
        let value = try PythonTranscoder().decode(stored.bytes, flags: stored.flags)
        #expect(stored.written.isDescribed(by: try VectorValue(value)), "\(value)")
    }

    @Test(arguments: StoredValue.all(in: "values.json"))
    func `what 1_62 stored is stored again with the same flags and bytes`(stored: StoredValue) throws {
        let transcoder = stored.transcoder(.current)
        let value = try transcoder.decode(stored.bytes, flags: stored.flags)
        let options = EncodingOptions(minimumCompressLength: stored.minimumCompressLength)
        #expect(
            try transcoder.encode(value, options: options) == EncodedValue(bytes: stored.bytes, flags: stored.flags))
    }

    /// Values in which some object occurs twice, or in another order than in the tagged form.
    private static let shared: Set<String> = ["list shared", "set strings"]

    @Test(arguments: StoredValue.all(in: "values.json"))
    func `a value made of its parts is stored with the flags and bytes of 1_62`(stored: StoredValue) throws {
        guard !Self.shared.contains(stored.name), let value = PickleValue(tagged: stored.written) else { return }
        let options = EncodingOptions(minimumCompressLength: stored.minimumCompressLength)
        let encoded = try stored.transcoder(.current).encode(value, options: options)
        #expect(encoded == EncodedValue(bytes: stored.bytes, flags: stored.flags))
    }

    @Test(arguments: StoredValue.all(in: "values-py3-1.58.json"))
    func `values of 1_58 on Python 3 are read and written by its conventions`(stored: StoredValue) throws {
        let transcoder = stored.transcoder(.release158)
        guard !stored.readingFails else {
            #expect(throws: MemcacheError.self) { try transcoder.decode(stored.bytes, flags: stored.flags) }
            return
        }
        let value = try transcoder.decode(stored.bytes, flags: stored.flags)
        #expect((stored.readBack ?? stored.written).isDescribed(by: try VectorValue(value)), "\(value)")
        let options = EncodingOptions(minimumCompressLength: stored.minimumCompressLength)
        #expect(
            try transcoder.encode(value, options: options) == EncodedValue(bytes: stored.bytes, flags: stored.flags))
    }

    /// Python 2 has other names for built-in classes, and two kinds of value that Python 3 lacks.
    private static let pythonTwoOnly: Set<String> = ["old-style object", "xrange"]

    @Test(
        arguments: StoredValue.all(in: "values-py27-1.53.json") + StoredValue.all(in: "values-py27-1.57.json")
            + StoredValue.all(in: "values-py27-1.59.json"))
    func `what Python 2 stored reads as what it stored`(stored: StoredValue) throws {
        let conventions: PythonTranscoder.Conventions = stored.file.contains("1.59") ? .current : .release157
        let value = try stored.transcoder(conventions).decode(stored.bytes, flags: stored.flags)
        guard !Self.pythonTwoOnly.contains(stored.name) else { return }
        let expected = (stored.readBack ?? stored.written).modernized
        #expect(expected.isDescribed(by: try VectorValue(value)), "\(value)")
    }

    @Test(
        arguments: StoredValue.all(in: "values-py27-1.53.json") + StoredValue.all(in: "values-py27-1.57.json")
            + StoredValue.all(in: "values-py27-1.59.json"))
    func `plain values are stored under the flags that Python 2 stored them under`(stored: StoredValue) throws {
        let conventions: PythonTranscoder.Conventions =
            switch stored.file {
            case "values-py27-1.53.json": .release154
            case "values-py27-1.57.json": .release157
            default: PythonTranscoder.Conventions(integers: .longBeyond64Bits)
            }
        // A small `long` has flag 4 there; which integers were of that type is not in the value. Python 2's pickler counts
        // its memo from 1, so its pickles differ.
        let wereLong = ["long 7", "long -7", "int 2**63-1", "int -2**63"]
        guard stored.flags & 1 == 0, !wereLong.contains(stored.name), let value = PickleValue(tagged: stored.written)
        else { return }
        let options = EncodingOptions(minimumCompressLength: stored.minimumCompressLength)
        let encoded = try stored.transcoder(conventions).encode(value, options: options)
        #expect(encoded == EncodedValue(bytes: stored.bytes, flags: stored.flags))
    }

    @Test(arguments: ValueVectors.recording("crossread.json")["rows"].items)
    func `values of older releases read as 1_62 reads them`(row: VectorValue) throws {
        let file = row["file"].text ?? ""
        let stored = ValueVectors.recording(file)["values"][row["index"].integer ?? -1]
        let bytes = try #require(stored["raw_b64"].data)
        let value = try PythonTranscoder().decode(bytes, flags: UInt64(row["flags"].integer ?? 0))
        let actual = try VectorValue(value)
        if let flag = stored["json"].boolean, row["flags"].integer == 2 {
            // To Python the number is the same as the boolean.
            #expect(value == (flag ? 1 : 0))
        } else if row["same_json"].boolean == true {
            #expect(stored["json"].isDescribed(by: actual), "\(row["name"].text ?? "?"): \(value)")
        } else if let read = row["read"].members["return"], read != .null {
            #expect(read.isDescribed(by: actual), "\(value)")
        }
        // Where 1.62 returns None for a pickle of Python 2, there is a value anyway.
        if row["read"].members["return"] == .null, row["written"] != .null { #expect(actual != .null) }
    }

    @Test(arguments: DecodeCase.all)
    func `flags and bytes are read as the release reads them`(row: DecodeCase) throws {
        let isPython2 = row.file.contains("py27")
        let transcoder = PythonTranscoder(
            conventions: row.conventions, reading: PickleReadingOptions(oldStrings: .bytes),
            unreadablePickleIsNone: true, readsBooleanWords: false, readsLongSuffix: isPython2)
        // Digits in Python 3 may contain underscores; here they always may.
        if isPython2, row.bytes.contains(UInt8(ascii: "_")), row.flags == 2 { return }
        guard let expected = row.result else {
            #expect(throws: MemcacheError.self) { try transcoder.decode(row.bytes, flags: row.flags) }
            return
        }
        let actual = try VectorValue(transcoder.decode(row.bytes, flags: row.flags))
        // A class that Python cannot find has a name anyway.
        if row.bytes.first == UInt8(ascii: "c") {
            #expect(actual["$global"].text != nil)
        } else {
            #expect(expected.isDescribed(by: actual), "\(actual)")
        }
    }

    @Test(arguments: ValueVectors.recording("othervalues.json")["rows"].items)
    func `what other Python clients store is read`(row: VectorValue) throws {
        guard let bytes = row["raw_b64"].data, row["client"].text != "pymemcache, no serde" else { return }
        let flags = UInt64(row["flags"].integer ?? 0)
        let value = try PythonTranscoder().decode(bytes, flags: flags)
        if row["json"].boolean != nil, flags == 2 {
            #expect(value.integer == (row["json"].boolean == true ? 1 : 0))
        } else if flags & 1 == 1 {
            #expect(row["json"].isDescribed(by: try VectorValue(value)), "\(value)")
        }
        guard row["client"].text == "pylibmc (defaults)", flags & 1 == 0, let plain = PickleValue(tagged: row["json"])
        else { return }
        let transcoder = PythonTranscoder(conventions: .pylibmc, writing: PickleWritingOptions(protocolVersion: -1))
        #expect(try transcoder.encode(plain) == EncodedValue(bytes: bytes, flags: flags))
    }
}

extension VectorValue {
    /// The value with Python 3's names for Python 2's built-in classes.
    fileprivate var modernized: VectorValue {
        switch self {
        case .text(let text):
            for module in ["exceptions.", "__builtin__."] where text.hasPrefix(module) {
                return .text("builtins." + text.dropFirst(module.count))
            }
            return self
        case .array(let items): return .array(items.map(\.modernized))
        case .object(let members): return .object(members.mapValues(\.modernized))
        default: return self
        }
    }
}

// MARK: - Options

struct PythonTranscoderOptionTests {
    private let long: PickleValue = PickleValue(.text(String(repeating: "a", count: 500)))

    @Test func `another compression can replace zlib`() throws {
        let short: [UInt8] = [1, 2, 3]
        let compression = Compression(
            compress: { _ throws(MemcacheError) in short },
            decompress: { bytes, _ throws(MemcacheError) in
                #expect(bytes == short)
                return Array(repeating: UInt8(ascii: "a"), count: 500)
            })
        let transcoder = PythonTranscoder(compression: compression)
        let encoded = try transcoder.encode(long, options: EncodingOptions(minimumCompressLength: 10))
        #expect(encoded == EncodedValue(bytes: short, flags: 24))
        #expect(try transcoder.decode(encoded.bytes, flags: encoded.flags) == long)
    }

    @Test(arguments: [499, 500, 501])
    func `a compressed form that is not shorter is not used`(count: Int) throws {
        let compression = Compression(
            compress: { _ throws(MemcacheError) in [UInt8](repeating: 0, count: count) },
            decompress: { bytes, _ throws(MemcacheError) in bytes })
        let encoded = try PythonTranscoder(compression: compression)
            .encode(long, options: EncodingOptions(minimumCompressLength: 10))
        #expect(encoded.flags == (count < 500 ? 24 : 16))
    }

    @Test(arguments: [(499, true), (500, false), (501, false), (-1, true), (0, false)])
    func `the length must exceed the threshold`(threshold: Int, isCompressed: Bool) throws {
        let encoded = try PythonTranscoder().encode(long, options: EncodingOptions(minimumCompressLength: threshold))
        #expect(encoded.flags == (isCompressed ? 24 : 16))
    }

    @Test(arguments: [(0, "(lp0\nPref-1\naI1\na."), (2, "\u{80}\u{2}]q\0(X\u{5}\0\0\0ref-1q\u{1}QK\u{1}e.")])
    func `persistent ids go through the hooks`(version: Int, pickle: String) throws {
        let kept = PickleValue(.object(PickleObject(callable: PickleValue(.global(module: "shop", name: "Kept")))))
        let transcoder = PythonTranscoder(
            writing: PickleWritingOptions(
                protocolVersion: version, persistentID: { value throws(MemcacheError) in value == kept ? "ref-1" : nil }
            ),
            reading: PickleReadingOptions(persistentLoad: { id throws(MemcacheError) in
                PickleValue(.text("loaded " + (id.text ?? "?")))
            }))
        let encoded = try transcoder.encode([kept, 1])
        #expect(encoded.bytes == pickle.unicodeScalars.map { UInt8($0.value) })
        #expect(try transcoder.decode(encoded.bytes, flags: 1) == ["loaded ref-1", 1])
        // Without the hook the id represents the object, and is written unchanged.
        let value = try PickleValue(pickle: encoded.bytes)
        #expect(value == [PickleValue(.persistent("ref-1")), 1])
        #expect(try value.pickled(PickleWritingOptions(protocolVersion: version)) == encoded.bytes)
    }

    @Test func `an error of a hook reaches the caller`() throws {
        let refusal = MemcacheError(.invalidArgument, "not this one")
        let reading = PickleReadingOptions(persistentLoad: { _ throws(MemcacheError) in throw refusal })
        let error = #expect(throws: MemcacheError.self) {
            try PickleValue(pickle: Array("Px\n.".utf8), options: reading)
        }
        #expect(error?.message == refusal.message)
    }

    @Test func `another format can replace pickle`() throws {
        let json = Array(#"[1, "a", null]"#.utf8)
        let format = PythonTranscoder.ObjectFormat(
            write: { _ throws(MemcacheError) in json }, read: { _ throws(MemcacheError) in [1, "a", nil] })
        let transcoder = PythonTranscoder(objectFormat: format)
        #expect(try transcoder.encode([1, "a", nil]) == EncodedValue(bytes: json, flags: 1))
        #expect(try transcoder.decode(json, flags: 1) == [1, "a", nil])
    }

    @Test func `what no release reads is read`() throws {
        let transcoder = PythonTranscoder()
        #expect(try transcoder.decode(Array("True".utf8), flags: 2) == true)
        #expect(try transcoder.decode(Array("False".utf8), flags: 2) == false)
        #expect(try transcoder.decode(Array("42L".utf8), flags: 4) == 42)
    }

    @Test func `1_56 writes booleans as words`() throws {
        let transcoder = PythonTranscoder(conventions: .release156)
        #expect(try transcoder.encode(true) == EncodedValue(bytes: Array("True".utf8), flags: 2))
        #expect(try transcoder.encode(false) == EncodedValue(bytes: Array("False".utf8), flags: 2))
    }

    @Test func `unknown flags are named`() throws {
        let error = #expect(throws: MemcacheError.self) { try PythonTranscoder().decode([1], flags: 0x2_0020) }
        #expect(error?.code == .unknownFlags)
        #expect(error?.message.contains("0x20020") == true)
    }

    @Test func `a pickle that cannot be read is an error unless None is requested`() throws {
        let error = #expect(throws: MemcacheError.self) {
            try PythonTranscoder().decode(Array("garbage".utf8), flags: 1)
        }
        #expect(error?.code == .unreadableValue)
        let lenient = PythonTranscoder(unreadablePickleIsNone: true)
        #expect(try lenient.decode(Array("garbage".utf8), flags: 1).isNone)
    }

    @Test func `text that is not Unicode is rejected`() throws {
        let lone = try PickleValue(pickle: Array("V\\ud800\n.".utf8))
        #expect(throws: MemcacheError.self) { try PythonTranscoder().encode(lone) }
        #expect(try PythonTranscoder().encode(PickleValue(.list([lone]))).bytes == Array("(lp0\nV\\ud800\np1\na.".utf8))
    }

    @Test func `values without flags can be text`() throws {
        let text = PythonTranscoder(conventions: PythonTranscoder.Conventions(unflagged: .textIfValid))
        #expect(try text.decode(Array("héllo".utf8), flags: 0) == "héllo")
        #expect(try text.decode([0xff], flags: 0) == PickleValue(.bytes([0xff])))
    }

    @Test func `raw values are their bytes`() throws {
        let raw = RawTranscoder(flags: 7)
        #expect(try raw.encode([1, 2]) == EncodedValue(bytes: [1, 2], flags: 7))
        #expect(try raw.decode([1, 2], flags: 99) == [1, 2])
    }
}
