import TestSupport

/// Numbers that are the same in every run.
struct Dice {
    private var state: UInt64

    init(seed: Int) {
        state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    }

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }

    /// Whether an event of a given probability happens.
    mutating func once(in times: Int) -> Bool { below(times) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

/// A script of commands of all kinds over few keys, so that hits, misses, error replies and conditions of either
/// outcome occur.
///
/// What it prints depends on nothing but itself and the files beside it: lifetimes are requested only for keys that
/// have none, and CAS tokens are shown only in JSON, where they can be removed again.
struct RandomScript {
    enum Kind {
        /// Anything, including mistakes.
        case any
        /// Only lines that succeed.
        case faultless
        /// Only lines that do not make the shell wait for earlier answers.
        case flowing
    }

    let kind: Kind
    /// The lines of each command with their terminators; those after a command with `<<` belong to it.
    private(set) var commands: [ByteString] = []
    /// The options that it is run with.
    private(set) var options: [ByteString] = []
    /// The prefix of its keys on the server.
    private(set) var prefix: ByteString = ""
    /// Whether there are commands without a key, which every server answers.
    private(set) var asksEveryServer = false

    private let hasOnlyKeys: Bool
    private var dice: Dice
    /// The commands that come next, the last of them first.
    private var following: [[ByteString]] = []

    /// Keys of items that never expire.
    private static let lasting: [ByteString] = [
        "a", "b", "c", "d", "user:1", "grüße", [0xff, 0xc3, 0x28], ByteString(repeating: UInt8(ascii: "l"), count: 240),
    ]
    /// Those that are counted although they may contain text.
    private static let texts: [ByteString] = ["c", "d"]
    /// Keys of items that are given lifetimes.
    private static let mortal: [ByteString] = ["m1", "m2", "m3"]
    /// Keys of counters.
    private static let counters: [ByteString] = ["n1", "n2"]
    /// All keys that may exist.
    static let keys = lasting + mortal + counters

    /// Files that scripts read, by their names.
    static let files: [(name: String, contents: ByteString)] = [
        ("small.bin", "from\0a\r\nfile\u{1B}[1m"),
        ("large.bin", ByteString(repeating: UInt8(ascii: "v"), count: 1_100_000)),
        ("inner.mcsh", "get a b\n"),
    ]
    /// The file that scripts write to.
    static let written = "out.txt"

    private static let words: [ByteString] = [
        "x", "text", "'it is'", #""hello\n""#, #""a\0b\eZ\x80\xff""#, #""line\r\nEND\r\n""#,
        [0xff, 0xfe, 0x21], #"{"retries":3}"#, #""VALUE a 0 1\r\nz""#, #""\u{1F642} grüße""#,
        #""--flags""#, #""tab\there,comma \"quote\"""#, #"back\slash"#, "it's", "STORED",
        "\(ByteString(repeating: UInt8(ascii: "r"), count: 300))",
    ]

    /// Values for keys that are not counted. memcached mistakes an empty one for a number if digits follow it in its
    /// memory; and it pads a number that becomes shorter with spaces, but only if no `get` of it is unanswered, so that
    /// counters preserve their length.
    private static let numbersAndBlanks: [ByteString] = ["1", "22", "18446744073709551615", #""""#, "''", #"" ""#]

    /// - Parameters:
    ///   - lines: The approximate number of commands.
    ///   - format: The option of its format, unless that is left to chance.
    ///   - hasOnlyKeys: Whether commands without a key are omitted.
    init(seed: Int, kind: Kind, lines: Int? = nil, format: ByteString? = nil, hasOnlyKeys: Bool = false) {
        dice = Dice(seed: seed)
        self.kind = kind
        self.hasOnlyKeys = hasOnlyKeys
        let formats: [[ByteString]] = [[], [], ["--json"], ["--csv"], ["--tsv"], ["--raw"]]
        options = format.map { [$0] } ?? dice.pick(formats)
        if kind != .faultless, kind == .flowing || !dice.once(in: 3) { options.append("-k") }
        if dice.once(in: 4) {
            prefix = "p:"
            options += ["--prefix", prefix]
        }
        if kind == .faultless {
            let pairs = Self.keys.map { "\($0) \(dice.below(100))" as ByteString }
            commands.append(pairs.reduce("mset") { "\($0) \($1)" } + "\n")
        }
        let end: ByteString = dice.once(in: 5) ? "\r\n" : "\n"
        for _ in 0..<(lines ?? 5 + dice.below(56)) {
            commands.append(command().reduce(into: ByteString()) { $0 += $1 + end })
        }
        if kind == .any, dice.once(in: 10) { commands.append("quit \(1 + dice.below(5))\n") }
        if dice.once(in: 4), let last = commands.popLast() {
            commands.append(ByteString(last.prefix(last.count - (last.hasSuffix("\r\n") ? 2 : 1))))
        }
    }

    /// The whole script.
    var text: ByteString { commands.reduce(into: ByteString()) { $0 += $1 } }

    /// The script up to a command.
    func text(through count: Int) -> ByteString { commands.prefix(count).reduce(into: ByteString()) { $0 += $1 } }

    // MARK: Commands

    private mutating func command() -> [ByteString] {
        if let next = following.popLast() { return next }
        return switch kind {
        case .faultless: faultless()
        case .flowing: dice.once(in: 8) ? refused() : line()
        case .any:
            switch dice.below(20) {
            case 0: refused()
            case 1: elsewhere()
            case 2: document()
            case 3: dependent()
            case 4 where options.contains("-k") || dice.once(in: 10): mistake()
            default: line()
            }
        }
    }

    private mutating func key() -> ByteString {
        dice.once(in: 12) ? "nobody" : dice.pick(Self.keys)
    }

    private mutating func keys(_ most: Int = 7) -> ByteString {
        let count = dice.pick([1, 1, 1, 2, most])
        return (1..<count).reduce(key()) { keys, _ in "\(keys) \(key())" }
    }

    private mutating func lasting() -> ByteString { dice.pick(Self.lasting) }
    private mutating func mortal() -> ByteString { dice.pick(Self.mortal) }
    private mutating func counter() -> ByteString { dice.pick(Self.counters) }
    private mutating func counted() -> ByteString { dice.pick(Self.texts) }

    /// A key and a value.
    private mutating func pair(_ keys: [ByteString]) -> ByteString {
        let key = dice.pick(keys)
        let isCounted = Self.texts.contains(key) || Self.counters.contains(key)
        return "\(key) \(dice.pick(isCounted ? Self.words : Self.words + Self.numbersAndBlanks))"
    }

    private mutating func silence() -> ByteString { dice.once(in: 4) ? " --noreply" : "" }
    private mutating func lifetime() -> ByteString { dice.pick(["600", "15m", "0", "never", "-1", "@2000000000"]) }

    private mutating func format() -> ByteString {
        dice.once(in: 6) ? dice.pick([" --json", " --csv", " --tsv", " --raw", " --output plain"]) : ""
    }

    /// A line that the shell sends without waiting, and that no server refuses for every key.
    private mutating func line() -> [ByteString] {
        switch dice.below(44) {
        case 0..<7: ["get \(keys(dice.once(in: 9) ? 40 : 7))\(format())"]
        case 7, 8: ["gets \(keys()) \(dice.pick(["--raw", "--json"]))"]
        case 9..<13: ["set \(pair(Self.lasting))\(silence())\(format())"]
        case 13, 14: ["set \(pair(Self.mortal)) \(lifetime())\(silence())"]
        case 15: ["set \(pair(Self.lasting)) --flags \(dice.pick([0, 1, 2, 16, 8, 4_294_967_295]))"]
        case 16: ["set \(counter()) \(2000 + dice.below(7000))"]
        case 17: ["add \(pair(Self.keys + ["nobody"]))\(silence())"]
        case 18: ["replace \(pair(Self.keys + ["nobody"]))\(silence())"]
        case 19: ["append \(pair(Self.keys + ["nobody"]))\(silence())"]
        case 20: ["prepend \(pair(Self.keys + ["nobody"]))\(silence())"]
        case 21:
            [
                "mset \(pair(Self.keys + ["nobody"])) \(pair(Self.keys + ["nobody"])) \(pair(Self.keys + ["nobody"]))\(format())"
            ]
        case 22, 23: ["\(dice.pick(["incr", "decr"])) \(counter()) \(dice.below(9))\(silence())\(format())"]
        case 24, 25: ["delete \(keys())\(silence())\(format())"]
        case 26: ["touch \(mortal()) \(mortal()) missing \(lifetime())\(silence())"]
        case 27: ["gat \(lifetime()) \(mortal()) missing \(mortal())\(format())"]
        case 28: ["exists \(keys())\(format())"]
        case 29: ["ttl \(lasting()) \(lasting()) nobody\(format())"]
        case 30:
            ["mg \(key()) \(dice.pick(["v", "f v", "s v k", "h u", "v q", "Oab k s", "q", "f s v Ozz q"]))\(format())"]
        case 31: ["mg \(mortal()) \(dice.pick(["N600 v", "v q", "T600 v", "k"]))"]
        case 32: ["mg \(lasting()) t f v"]
        case 33: ["ms \(pair(Self.lasting)) \(dice.pick(["F5", "ME", "MA", "MR q", "MP", "q", "k Oxy"]))"]
        case 34: ["ms \(pair(Self.mortal)) T600\(dice.pick(["", " q", " I", " k"]))"]
        case 35: ["md \(key()) \(dice.pick(["q", "k", "Oq", "k q"]))"]
        case 36: ["md \(mortal()) I T600"]
        case 37:
            [
                "ma \(counter()) \(dice.pick(["v", "D7 v", "N0 J5000 v", "MD v", "q", "v k Oz", "N0 J3000 q"]))\(format())"
            ]
        case 38 where !hasOnlyKeys: everyServer()
        case 39:
            ["set \(lasting()) \(dice.pick(["5 --as int", "'a b' --as text", "[1,2] --as pickle", "x --as bytes"]))"]
        case 40: ["set \(lasting()) \(Self.words[Self.words.count - 1]) --compress 20 --as text"]
        case 41: ["get \(keys()) --decode\(format())"]
        case 42: [dice.pick(["", "  ", "# a comment", "\t# another: get a"])]
        default: ["where \(keys())"]
        }
    }

    private mutating func everyServer() -> [ByteString] {
        asksEveryServer = true
        return [dice.pick(["mn", "version", "version", kind == .faultless ? "mn" : "config get cluster"])]
    }

    private mutating func unconfirmed() -> [ByteString] {
        asksEveryServer = true
        return ["flush_all"]
    }

    /// A line that a server refuses, or may refuse.
    private mutating func refused() -> [ByteString] {
        switch dice.below(kind == .flowing ? 40 : 12) {
        case 0: ["set \(lasting()) < large.bin\(silence())"]
        case 1: ["ms \(lasting()) < large.bin"]
        case 2: ["ma \(counted()) \(dice.pick(["v", "q"]))"]
        default: ["incr \(counted()) \(1 + dice.below(9))\(silence())\(format())"]
        }
    }

    /// Lines whose answers go elsewhere.
    private mutating func elsewhere() -> [ByteString] {
        switch dice.below(8) {
        case 0: ["get \(keys()) > \(Self.written)"]
        case 1: ["get \(keys()) >> \(Self.written)"]
        case 2: ["set \(pair(Self.lasting)) >> \(Self.written)"]
        case 3: ["get \(keys()) | cat"]
        case 4: ["show \(lasting()) --output plain | grep -v -e ^cas -e ^last_access -e ^server"]
        case 5: ["incr \(counted()) | cat >> \(Self.written)"]
        case 6: ["gets \(lasting()) > /dev/null"]
        default: ["get \(lasting()) | exit 3"]
        }
    }

    /// Lines with a value in further lines.
    private mutating func document() -> [ByteString] {
        let tag = dice.pick(["END", #""E F""#, "'#'"]) as ByteString
        let end: ByteString = tag == "END" ? tag : ByteString(tag.dropFirst().dropLast())
        let lines: [ByteString] = [
            "set a 1", "", " END", "# no comment", "get \"open", [0, 0xff, 0x1b], "END\0", "x \\n 'y'",
        ]
        let text = (0..<dice.below(5)).map { _ in dice.pick(lines) }
        switch dice.below(4) {
        case 0: return ["append \(key()) << \(tag)"] + text + [end]
        case 1: return ["ms a << \(tag) F7"] + text + [end]
        default: return ["set \(mortal()) << \(tag) 600"] + text + [end]
        }
    }

    /// Lines that need the answers before them, or change the output of those after them.
    private mutating func dependent() -> [ByteString] {
        switch dice.below(6) {
        case 0: ["cas \(pair(Self.lasting))\(silence())"]
        case 1: readAndCompared()
        case 2: ["output \(dice.pick(["json", "csv", "tsv", "raw", "plain"]))"]
        case 3: ["source inner.mcsh"]
        case 4: ["repeat 3 set \(pair(Self.lasting))"]
        default: ["set \(lasting()) < small.bin"]
        }
    }

    /// A read whose token is needed at once.
    private mutating func readAndCompared() -> [ByteString] {
        let key = dice.pick(["a", "b", "user:1"]) as ByteString
        following = [["cas \(pair([key]))"], ["gets \(key) --raw"]]
        return ["set \(pair([key]))"]
    }

    /// Lines that are reported to be wrong, and not sent.
    private mutating func mistake() -> [ByteString] {
        switch dice.below(14) {
        case 0: ["get"]
        case 1: ["frobnicate \(key())"]
        case 2: ["set \(key())"]
        case 3: ["set \(key()) \"open"]
        case 4: ["set \(key()) \"bad\\q\""]
        case 5: ["set \(key()) 0 60 5"]
        case 6: ["incr \(counter()) many"]
        case 7: ["get \(key()) \(ByteString(repeating: UInt8(ascii: "k"), count: 251))"]
        case 8: ["mg \(key()) Z"]
        case 9: unconfirmed()
        case 10: ["set \(pair(Self.keys + ["nobody"])) --bogus"]
        case 11: ["set \(key()) << END --bogus", "get a", "END"]
        case 12: ["set \(key()) < nowhere.bin"]
        default: ["get \(key()) > /nowhere/\(Self.written)"]
        }
    }

    /// Lines that succeed if every key exists, and every counter is a number.
    private mutating func faultless() -> [ByteString] {
        let (key, other) = (dice.pick(Self.keys), dice.pick(Self.keys))
        switch dice.below(22) {
        case 0..<5: return ["get \(key) \(other)\(format())"]
        case 5, 6: return ["get \(key)"]
        case 7: return ["gets \(key) --raw"]
        case 8..<11: return ["set \(pair(Self.lasting))\(silence())\(format())"]
        case 11: return ["replace \(pair(Self.lasting))"]
        case 12: return ["append \(pair(Self.lasting))\(silence())"]
        case 13: return ["incr \(counter()) \(dice.below(9))\(silence())\(format())"]
        case 14: return ["touch \(mortal()) \(mortal()) 600"]
        case 15: return ["gat 15m \(mortal()) \(mortal())"]
        case 16: return ["exists \(key) \(other)"]
        case 17: return ["mg \(key) f v", "ms \(pair(Self.lasting)) q", "ma \(counter()) v"]
        case 18: return everyServer()
        case 19: return ["get \(key) \(other) >> \(Self.written)"]
        case 20: return ["gets \(lasting()) > /dev/null", "get \(key)"]
        default: return ["set \(mortal()) << END 600", "one", "\"two", "END"]
        }
    }
}
