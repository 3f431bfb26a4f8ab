import Testing

@testable import MemcacheCore

/// A pickle, and its value; nil if it must be rejected.
struct OpcodeCase: CustomTestStringConvertible, Sendable {
    var name: String
    var pickle: [UInt8]
    var value: PickleValue?

    init(_ name: String, _ pickle: String, _ value: PickleValue?) {
        self.name = name
        // Each character is one byte.
        self.pickle = pickle.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        self.value = value
    }

    var testDescription: String { name }

    private static func call(_ module: String, _ name: String, _ arguments: [PickleValue]) -> PickleObject {
        PickleObject(callable: PickleValue(.global(module: module, name: name)), arguments: arguments)
    }

    private static func object(_ object: PickleObject) -> PickleValue { PickleValue(.object(object)) }
    private static func bytes(_ bytes: [UInt8]) -> PickleValue { PickleValue(.bytes(bytes)) }
    private static func tuple(_ items: [PickleValue]) -> PickleValue { PickleValue(.tuple(items)) }

    static let all: [OpcodeCase] = [
        // Numbers
        OpcodeCase("INT", "I-42\n.", -42),
        OpcodeCase("INT, a boolean", "I01\n.", true),
        OpcodeCase("INT, not a boolean", "I1\n.", 1),
        OpcodeCase(
            "INT beyond 64 bits", "I18446744073709551616\n.", PickleValue(.integer(BigInteger(UInt128(1) << 64)))),
        OpcodeCase("INT of nothing", "I\n.", nil),
        OpcodeCase("INT of letters", "Iabc\n.", nil),
        OpcodeCase("BININT", "J\u{fe}\u{ff}\u{ff}\u{ff}.", -2),
        OpcodeCase("BININT1", "K\u{ff}.", 255),
        OpcodeCase("BININT2", "M\u{34}\u{12}.", 0x1234),
        OpcodeCase("LONG", "L-5L\n.", -5),
        OpcodeCase("LONG without its letter", "L5\n.", 5),
        OpcodeCase("LONG1 of nothing", "\u{8a}\0.", 0),
        OpcodeCase("LONG1", "\u{8a}\u{2}\0\u{80}.", -32768),
        OpcodeCase("LONG4", "\u{8b}\u{1}\0\0\0\u{7f}.", 127),
        OpcodeCase("LONG4 of negative length", "\u{8b}\u{ff}\u{ff}\u{ff}\u{ff}.", nil),
        OpcodeCase("FLOAT", "F1e+16\n.", 1e16),
        OpcodeCase("FLOAT, no number", "Finf\n.", PickleValue(.double(.infinity))),
        OpcodeCase("FLOAT, hexadecimal", "F0x1p3\n.", nil),
        OpcodeCase("BINFLOAT", "G\u{3f}\u{f8}\0\0\0\0\0\0.", 1.5),
        OpcodeCase("NONE", "N.", nil as PickleValue),
        OpcodeCase("NEWTRUE", "\u{80}\u{2}\u{88}.", true),
        OpcodeCase("NEWFALSE", "\u{80}\u{2}\u{89}.", false),

        // Text and bytes
        OpcodeCase("STRING", "S'a\\n\\x41\\101\\q\\'\"'\n.", "a\nAA\\q'\""),
        OpcodeCase("STRING, not ASCII", "S'\\xff'\n.", bytes([0xff])),
        OpcodeCase("STRING without quotes", "Sabc\n.", nil),
        OpcodeCase("STRING of one quote", "S'\n.", nil),
        OpcodeCase("BINSTRING", "T\u{3}\0\0\0abc.", "abc"),
        OpcodeCase("BINSTRING of negative length", "T\u{ff}\u{ff}\u{ff}\u{ff}abc.", nil),
        OpcodeCase("SHORT_BINSTRING", "U\u{2}\u{ff}\u{fe}.", bytes([0xff, 0xfe])),
        OpcodeCase("UNICODE", "Va\\u20ac\\U0001f600\u{e9}\\\\u0041\n.", "a€😀é\\\\u0041"),
        OpcodeCase("UNICODE with a broken escape", "V\\u12\n.", nil),
        OpcodeCase("UNICODE beyond Unicode", "V\\U00110000\n.", nil),
        OpcodeCase("BINUNICODE", "X\u{3}\0\0\0\u{e2}\u{82}\u{ac}.", "€"),
        OpcodeCase("BINUNICODE, not UTF-8", "X\u{1}\0\0\0\u{ff}.", nil),
        OpcodeCase(
            "BINUNICODE, a surrogate", "X\u{3}\0\0\0\u{ed}\u{a0}\u{80}.",
            PickleValue(.illFormedText([0xed, 0xa0, 0x80]))),
        OpcodeCase("SHORT_BINUNICODE", "\u{8c}\u{1}a.", "a"),
        OpcodeCase("BINUNICODE8", "\u{8d}\u{1}\0\0\0\0\0\0\0a.", "a"),
        OpcodeCase("BINUNICODE8 of absurd length", "\u{8d}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}\u{ff}a.", nil),
        OpcodeCase("BINBYTES", "B\u{1}\0\0\0\u{80}.", bytes([0x80])),
        OpcodeCase("SHORT_BINBYTES", "C\u{1}\u{80}.", bytes([0x80])),
        OpcodeCase("BINBYTES8", "\u{8e}\u{1}\0\0\0\0\0\0\0\u{80}.", bytes([0x80])),
        OpcodeCase("BYTEARRAY8", "\u{96}\u{1}\0\0\0\0\0\0\0\u{80}.", PickleValue(.byteArray([0x80]))),
        OpcodeCase("NEXT_BUFFER", "\u{80}\u{5}\u{97}.", nil),
        OpcodeCase("READONLY_BUFFER", "\u{80}\u{5}N\u{98}.", nil),

        // Containers
        OpcodeCase("EMPTY_LIST and APPEND", "]K\u{1}a.", [1]),
        OpcodeCase("LIST", "(K\u{1}K\u{2}l.", [1, 2]),
        OpcodeCase("APPENDS", "](K\u{1}K\u{2}e.", [1, 2]),
        OpcodeCase("APPENDS of nothing", "](e.", []),
        OpcodeCase("APPEND to a tuple", ")K\u{1}a.", nil),
        OpcodeCase("EMPTY_TUPLE", ").", tuple([])),
        OpcodeCase("TUPLE", "(K\u{1}K\u{2}t.", tuple([1, 2])),
        OpcodeCase("TUPLE1", "K\u{1}\u{85}.", tuple([1])),
        OpcodeCase("TUPLE2", "K\u{1}K\u{2}\u{86}.", tuple([1, 2])),
        OpcodeCase("TUPLE3", "K\u{1}K\u{2}K\u{3}\u{87}.", tuple([1, 2, 3])),
        OpcodeCase("EMPTY_DICT and SETITEM", "}K\u{1}K\u{2}s.", [1: 2]),
        OpcodeCase("DICT", "(K\u{1}K\u{2}d.", [1: 2]),
        OpcodeCase("DICT of three", "(K\u{1}K\u{2}K\u{3}d.", nil),
        OpcodeCase("SETITEMS", "}(K\u{1}K\u{2}u.", [1: 2]),
        OpcodeCase("SETITEMS of one", "}(K\u{1}u.", nil),
        OpcodeCase("EMPTY_SET and ADDITEMS", "\u{8f}(K\u{1}\u{90}.", PickleValue(.set([1]))),
        OpcodeCase("ADDITEMS to a list", "](K\u{1}\u{90}.", nil),
        OpcodeCase("FROZENSET", "(K\u{1}\u{91}.", PickleValue(.frozenSet([1]))),

        // Stack and memo
        OpcodeCase("POP", "K\u{1}K\u{2}0.", 1),
        OpcodeCase("POP of a mark", "K\u{1}(0.", 1),
        OpcodeCase("POP of nothing", "0.", nil),
        OpcodeCase("POP_MARK", "K\u{1}(K\u{2}1.", 1),
        OpcodeCase("POP_MARK without a mark", "K\u{1}1.", nil),
        OpcodeCase("DUP", "K\u{1}2\u{86}.", tuple([1, 1])),
        OpcodeCase("DUP of nothing", "2.", nil),
        OpcodeCase("a mark in the way", "K\u{1}(a.", nil),
        OpcodeCase("PUT and GET", "K\u{1}p7\n0g7\n.", 1),
        OpcodeCase("BINPUT and BINGET", "K\u{1}q\u{7}0h\u{7}.", 1),
        OpcodeCase("LONG_BINPUT and LONG_BINGET", "K\u{1}r\u{1}\u{2}\u{3}\u{ff}0j\u{1}\u{2}\u{3}\u{ff}.", 1),
        OpcodeCase("MEMOIZE", "K\u{1}\u{94}K\u{2}\u{94}h\0\u{87}.", tuple([1, 2, 1])),
        OpcodeCase("GET of nothing", "g7\n.", nil),
        OpcodeCase("BINGET of a gap", "K\u{1}q\u{7}h\u{3}.", nil),
        OpcodeCase("GET of a negative number", "g-1\n.", nil),
        OpcodeCase("GET of an enormous number", "g99999999999999999999\n.", nil),
        OpcodeCase("PUT of nothing", "p0\n.", nil),
        OpcodeCase("STOP with nothing", ".", nil),
        OpcodeCase("STOP below a mark", "K\u{1}(.", nil),
        OpcodeCase("bytes after the end", "K\u{1}.garbage", 1),
        OpcodeCase("no STOP", "K\u{1}", nil),
        OpcodeCase("nothing at all", "", nil),
        OpcodeCase("no such instruction", "\u{ff}.", nil),
        OpcodeCase("PROTO", "\u{80}\u{5}K\u{1}.", 1),
        OpcodeCase("PROTO of the future", "\u{80}\u{6}K\u{1}.", nil),
        OpcodeCase("FRAME", "\u{80}\u{4}\u{95}\u{3}\0\0\0\0\0\0\0K\u{1}.", 1),
        OpcodeCase("FRAME longer than the pickle", "\u{80}\u{4}\u{95}\u{4}\0\0\0\0\0\0\0K\u{1}.", nil),

        // Classes, functions and instances
        OpcodeCase("GLOBAL", "cos\nsystem\n.", PickleValue(.global(module: "os", name: "system"))),
        OpcodeCase(
            "GLOBAL, an old name", "c__builtin__\nunicode\n.", PickleValue(.global(module: "builtins", name: "str"))),
        OpcodeCase(
            "GLOBAL, protocol 3", "\u{80}\u{3}c__builtin__\nunicode\n.",
            PickleValue(.global(module: "__builtin__", name: "unicode"))),
        OpcodeCase(
            "STACK_GLOBAL", "\u{80}\u{4}\u{8c}\u{1}m\u{8c}\u{1}n\u{93}.", PickleValue(.global(module: "m", name: "n"))),
        OpcodeCase("STACK_GLOBAL of numbers", "\u{80}\u{4}K\u{1}K\u{2}\u{93}.", nil),
        OpcodeCase("EXT1", "\u{80}\u{2}\u{82}\u{ff}.", PickleValue(.extensionCode(255))),
        OpcodeCase("EXT2", "\u{80}\u{2}\u{83}\0\u{1}.", PickleValue(.extensionCode(256))),
        OpcodeCase("EXT4", "\u{80}\u{2}\u{84}\0\0\u{1}\0.", PickleValue(.extensionCode(65536))),
        OpcodeCase("EXT1 of zero", "\u{80}\u{2}\u{82}\0.", nil),
        OpcodeCase("EXT4 of a negative number", "\u{80}\u{2}\u{84}\0\0\0\u{80}.", nil),
        OpcodeCase("REDUCE", "cos\nsystem\n(S'rm -rf /'\ntR.", object(call("os", "system", ["rm -rf /"]))),
        OpcodeCase("REDUCE of a list", "cos\nsystem\n]R.", nil),
        OpcodeCase("REDUCE of a number", "K\u{1})R.", nil),
        OpcodeCase(
            "NEWOBJ", "\u{80}\u{2}cm\nC\n)\u{81}.",
            object(PickleObject(construction: .new, callable: PickleValue(.global(module: "m", name: "C"))))),
        OpcodeCase(
            "NEWOBJ_EX", "\u{80}\u{4}cm\nC\n)}\u{92}.",
            object(
                PickleObject(
                    construction: .newWithKeywords, callable: PickleValue(.global(module: "m", name: "C")),
                    keywords: PickleValue(.dictionary([]))))),
        OpcodeCase("NEWOBJ_EX without a dictionary", "\u{80}\u{4}cm\nC\n))\u{92}.", nil),
        OpcodeCase(
            "INST", "(K\u{1}im\nC\n.",
            object(
                PickleObject(
                    construction: .instance, callable: PickleValue(.global(module: "m", name: "C")), arguments: [1]))),
        OpcodeCase(
            "OBJ", "(cm\nC\nK\u{1}o.",
            object(
                PickleObject(
                    construction: .instance, callable: PickleValue(.global(module: "m", name: "C")), arguments: [1]))),
        OpcodeCase("OBJ of nothing", "(o.", nil),
        OpcodeCase(
            "BUILD", "(im\nC\n}S'a'\nK\u{1}sb.",
            object(
                PickleObject(
                    construction: .instance, callable: PickleValue(.global(module: "m", name: "C")), state: ["a": 1]))),
        OpcodeCase("BUILD of a number", "K\u{1}}b.", nil),
        OpcodeCase("PERSID", "Pid 7\n.", PickleValue(.persistent("id 7"))),
        OpcodeCase("PERSID, not ASCII", "P\u{e9}\n.", nil),
        OpcodeCase("BINPERSID", "K\u{7}Q.", PickleValue(.persistent(7))),
    ]
}

struct PickleReaderTests {
    @Test(arguments: OpcodeCase.all)
    func `each instruction does what Python's does, or is rejected`(row: OpcodeCase) throws {
        if row.name == "NONE" { return #expect(try PickleValue(pickle: row.pickle).isNone) }
        guard let expected = row.value else {
            #expect(throws: MemcacheError.self) { try PickleValue(pickle: row.pickle) }
            return
        }
        let value = try PickleValue(pickle: row.pickle)
        #expect(value == expected, "\(value)")
    }

    @Test func `every instruction has its case`() {
        let used = Set(OpcodeCase.all.flatMap(\.pickle))
        for opcode in PickleOpcode.allCases { #expect(used.contains(opcode.rawValue), "\(opcode)") }
    }

    @Test(arguments: PickleFixture.all.filter { $0.pickles.values.allSatisfy { $0.count < 1500 } })
    func `a pickle cut short anywhere is rejected`(fixture: PickleFixture) throws {
        for pickle in fixture.pickles.values {
            for length in 0..<pickle.count {
                #expect(throws: MemcacheError.self) { try PickleValue(pickle: Array(pickle[..<length])) }
            }
        }
    }

    @Test func `registered extensions have their names`() throws {
        let options = PickleReadingOptions(extensions: [7: PickleGlobal(module: "m", name: "C")])
        let value = try PickleValue(pickle: [0x80, 2, 0x82, 7, 0x2e], options: options)
        #expect(value == PickleValue(.global(module: "m", name: "C")))
    }

    @Test func `Python 2's strings can stay bytes`() throws {
        let options = PickleReadingOptions(oldStrings: .bytes)
        let value = try PickleValue(pickle: Array("(dp1\nS'name'\np2\nS'ann'\np3\ns.".utf8), options: options)
        #expect(value["name"]?.bytes == Array("ann".utf8))
    }
}

// MARK: - Hostile pickles

struct PickleLimitTests {
    @Test func `a hundred thousand levels are rejected, and do no harm where they are allowed`() throws {
        let levels = 100_000
        let pickle =
            [UInt8](repeating: UInt8(ascii: "]"), count: levels + 1)
            + [UInt8](repeating: UInt8(ascii: "a"), count: levels) + [UInt8(ascii: ".")]
        #expect(throws: MemcacheError.self) { try PickleValue(pickle: pickle) }
        let options = PickleReadingOptions(limits: PickleLimits(maximumDepth: 1_000_000))
        let value = try PickleValue(pickle: pickle, options: options)
        #expect(try value.taggedJSON().count == 2 * (levels + 1))
        let again = try PickleValue(pickle: value.pickled(PickleWritingOptions(protocolVersion: 2)), options: options)
        #expect(again == value)
        var copy = PickleValue(.list([value]))
        copy = PickleValue(.tuple([copy]))
        #expect(try copy.pickled(PickleWritingOptions(protocolVersion: 5)).count > levels)
    }

    @Test func `tuples and instances may be as deep`() throws {
        let options = PickleReadingOptions(limits: PickleLimits(maximumDepth: 1_000_000))
        var pickle = Array("N".utf8) + [UInt8](repeating: 0x85, count: 100_000) + [UInt8(ascii: ".")]
        let tuple = try PickleValue(pickle: pickle, options: options)
        for version in 0...5 { _ = try tuple.pickled(PickleWritingOptions(protocolVersion: version)) }
        pickle = Array("cm\nC\n".utf8) + [UInt8](repeating: 0x29, count: 1)
        for _ in 0..<50_000 { pickle += Array("R)".utf8) }
        pickle += Array("R.".utf8)
        let object = try PickleValue(pickle: pickle, options: options)
        for version in 0...5 { _ = try object.pickled(PickleWritingOptions(protocolVersion: version)) }
        _ = try object.taggedJSON()
        _ = PickleValue(object.content)
        // A time with a zone that is a time with a zone, and so on.
        pickle = Array("N".utf8)
        var front: [UInt8] = []
        for _ in 0..<20_000 {
            front += Array("cdatetime\ntime\nU\u{6}".utf8) + [1, 2, 3, 0, 0, 0]
            pickle += [PickleOpcode.tuple2.rawValue] + Array("R".utf8)
        }
        let time = try PickleValue(pickle: front + pickle + Array(".".utf8), options: options)
        _ = try time.taggedJSON()
        _ = PickleValue(time.content)
    }

    @Test func `objects and entries are counted`() throws {
        let many = [UInt8](repeating: UInt8(ascii: "]"), count: 1000) + Array(".".utf8)
        let few = PickleReadingOptions(limits: PickleLimits(maximumValues: 100))
        #expect(throws: MemcacheError.self) { try PickleValue(pickle: many, options: few) }
        let memoized = Array("]".utf8) + [UInt8](repeating: 0x94, count: 1000) + Array(".".utf8)
        let little = PickleReadingOptions(limits: PickleLimits(maximumMemoEntries: 100))
        #expect(throws: MemcacheError.self) { try PickleValue(pickle: memoized, options: little) }
        let short = PickleReadingOptions(limits: PickleLimits(maximumBytes: 100))
        #expect(throws: MemcacheError.self) { try PickleValue(pickle: many, options: short) }
    }

    @Test func `a distant memo entry takes no memory`() throws {
        #expect(try PickleValue(pickle: Array("]p9223372036854775807\n.".utf8)) == [])
    }

    @Test func `an integer has a limit`() throws {
        let digits = [UInt8](repeating: UInt8(ascii: "9"), count: 70_000)
        #expect(throws: MemcacheError.self) { try PickleValue(pickle: Array("L".utf8) + digits + Array("L\n.".utf8)) }
        #expect(throws: MemcacheError.self) { try PythonTranscoder().decode(digits, flags: 2) }
        let bytes = [UInt8](repeating: 0x7f, count: 70_000)
        #expect(throws: MemcacheError.self) { try PickleValue(pickle: [0x8b, 0x70, 0x11, 0x01, 0] + bytes + [0x2e]) }
    }

    /// Each list contains the previous one twice: thirty of them are a billion leaves.
    private var doublings: [UInt8] {
        // DUP and TUPLE2, repeated.
        Array("]".utf8) + (0..<30).flatMap { _ in [PickleOpcode.dup.rawValue, PickleOpcode.tuple2.rawValue] }
            + Array(".".utf8)
    }

    @Test func `heavily shared objects are rejected where they would be written out`() throws {
        let value = try PickleValue(pickle: doublings)
        #expect(throws: MemcacheError.self) { try value.taggedJSON(maximumBytes: 1_000_000) }
        // Nothing else is long.
        #expect(try value.pickled().count < 2000)
        #expect(try PickleValue(pickle: doublings) == value)
        #expect(value.hashValue == value.hashValue)
        #expect(PickleValue(.list([value, value])).elements?.count == 2)
    }

    @Test func `a chain of attributes makes no long names`() throws {
        let levels = 2000
        var pickle: [UInt8] = []
        for _ in 0..<levels { pickle += Array("c__builtin__\ngetattr\n".utf8) }
        pickle += Array("cm\nA\n".utf8)
        for _ in 0..<levels { pickle += Array("Vattribute\n".utf8) + [PickleOpcode.tuple2.rawValue] + Array("R".utf8) }
        let value = try PickleValue(pickle: pickle + Array(".".utf8))
        #expect(value.graph.nodes.allSatisfy { if case .text(let name) = $0 { name.count < 1100 } else { true } })
        for version in 0...5 { _ = try? value.pickled(PickleWritingOptions(protocolVersion: version)) }
    }

    @Test func `one large id may be shown to a hook only so often`() throws {
        let options = PickleReadingOptions(
            limits: PickleLimits(maximumValues: 10_000), persistentLoad: { _ throws(MemcacheError) in nil })
        var pickle = Array("(".utf8)
        for _ in 0..<200 { pickle += Array("]".utf8) }
        pickle += Array("l".utf8)
        for _ in 0..<200 { pickle += Array("2Q0".utf8) }
        #expect(throws: MemcacheError.self) { try PickleValue(pickle: pickle + Array(".".utf8), options: options) }
    }
}

/// Bytes that look random and are the same in every run.
struct Noise: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// The bytes with a few changes.
    mutating func mutation(of original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            guard !bytes.isEmpty else { break }
            let index = Int.random(in: 0..<bytes.count, using: &self)
            switch UInt8.random(in: 0..<6, using: &self) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(PickleOpcode.allCases.randomElement(using: &self)?.rawValue ?? 0, at: index)
            case 4: bytes[index] = PickleOpcode.allCases.randomElement(using: &self)?.rawValue ?? 0
            default:
                let end = min(bytes.count, index + Int.random(in: 1...16, using: &self))
                bytes.insert(contentsOf: bytes[index..<end], at: Int.random(in: 0...bytes.count, using: &self))
            }
        }
        return bytes
    }
}

struct PickleNoiseTests {
    @Test(arguments: 0..<10)
    func `a hundred thousand broken pickles give a value or an error`(part: Int) {
        var noise = Noise(state: UInt64(part))
        let seeds =
            PickleFixture.all.flatMap { $0.pickles.sorted { $0.key < $1.key }.map(\.value) }
            .filter { $0.count < 400 } + OpcodeCase.all.map(\.pickle)
        var readable = 0
        for _ in 0..<10_000 {
            let pickle = noise.mutation(of: seeds.randomElement(using: &noise) ?? [])
            guard let value = try? PickleValue(pickle: pickle) else { continue }
            readable += 1
            // The value can be shown, compared, and written so that it reads as the same value.
            _ = try? value.taggedJSON(maximumBytes: 100_000)
            let version = Int.random(in: 0...5, using: &noise)
            guard let written = try? value.pickled(PickleWritingOptions(protocolVersion: version)) else { continue }
            guard let again = try? PickleValue(pickle: written) else {
                Issue.record("written from \(EscapedText.string(pickle)): \(EscapedText.string(written))")
                continue
            }
            _ = again == value
        }
        #expect(readable > 1000)
    }

    @Test func `bytes of no meaning give a value or an error`() {
        var noise = Noise(state: 99)
        for _ in 0..<20_000 {
            let opcodes = (0..<Int.random(in: 0..<40, using: &noise)).map { _ in
                PickleOpcode.allCases.randomElement(using: &noise)?.rawValue ?? 0
            }
            if let value = try? PickleValue(pickle: opcodes) { _ = try? value.taggedJSON(maximumBytes: 10_000) }
        }
    }
}
