/// What is wrong with a JSON text, and where.
package struct JSONFault: Error, Hashable, Sendable {
    /// What is wrong, as a sentence without a full stop.
    package var message: String
    /// The position of the offending byte, counted from 0.
    package var position: Int
}

extension PickleValue {
    /// Creates the value that Python's `json.loads` returns for a JSON text.
    ///
    /// An object whose first name begins with `$` is a tag of ``json(maximumBytes:)``: `$int`, `$float`, `$bytes`,
    /// `$bytearray`, `$tuple`, `$set`, `$frozenset`, `$dict` and `$decimal` are read back; any other is an error. If a
    /// name occurs twice, the last value counts, as in Python. Equal names are one object wherever they occur, so that
    /// a pickle has the same bytes as Python's. Depth costs no stack.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument`` for text that is not JSON, has
    ///   more than 1,000 levels, or contains a number that Python's types cannot represent.
    public init(json text: [UInt8]) throws(MemcacheError) {
        do {
            self = try PickleValue.read(json: text)
        } catch {
            throw MemcacheError(.invalidArgument, "\(error.message) at byte \(error.position + 1) of the JSON text")
        }
    }

    /// The same, with the position of a fault.
    package static func read(json text: [UInt8]) throws(JSONFault) -> PickleValue {
        var reader = PickleJSONReader(text, readsTags: true)
        return try reader.read()
    }

    /// Checks that a text is JSON; tags are ordinary objects here.
    package static func check(json text: [UInt8]) throws(JSONFault) {
        var reader = PickleJSONReader(text, readsTags: false)
        _ = try reader.read()
    }
}

/// Reads the text in one pass. Open arrays and objects are kept in an array.
private struct PickleJSONReader {
    /// An array or object being read.
    private struct Level {
        var isObject: Bool
        var start: Int
        /// Values; for an object, alternating names and values.
        var items: [Int] = []
        /// The index of each name's value among the items.
        var places: [Int: Int] = [:]
        /// The index of the next value.
        var place = 0
    }

    private let bytes: [UInt8]
    private let readsTags: Bool
    private var position = 0
    private var builder = PickleGraphBuilder()
    private var open: [Level] = []
    /// The objects that Python accepts neither as keys nor in sets.
    private var unhashable: Set<Int> = []
    /// Names, and texts of at most one Latin-1 character: Python has one object for each.
    private var shared: [[UInt8]: Int] = [:]

    /// Python's own reader has about the same limit.
    private static let maximumDepth = 1000
    private static let maximumDigits = 65_536

    init(_ bytes: [UInt8], readsTags: Bool) {
        self.bytes = bytes
        self.readsTags = readsTags
    }

    mutating func read() throws(JSONFault) -> PickleValue {
        try checkUTF8()
        while true {
            guard var value = try beginning() else { continue }
            closing: while true {
                skipBlanks()
                guard !open.isEmpty else {
                    guard position == bytes.count else { throw fault("there is more after the value") }
                    return builder.value(at: value)
                }
                attach(value)
                let isObject = open[open.count - 1].isObject
                switch next {
                case UInt8(ascii: ","):
                    position += 1
                    if isObject { try name() }
                    break closing
                case isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"):
                    position += 1
                    value = try close()
                default:
                    throw fault(isObject ? "expected a comma or }" : "expected a comma or ]")
                }
            }
        }
    }

    /// Reads a value, or the beginning of an array or object; returns nil if a value in that must follow.
    private mutating func beginning() throws(JSONFault) -> Int? {
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return try container(isObject: true, end: UInt8(ascii: "}"))
        case UInt8(ascii: "["): return try container(isObject: false, end: UInt8(ascii: "]"))
        case UInt8(ascii: "\""):
            let text = try string()
            return Self.isShared(text) ? share(text) : builder.add(.text(text))
        case UInt8(ascii: "t") where take("true"): return builder.add(PickleNode.boolean(true))
        case UInt8(ascii: "f") where take("false"): return builder.add(PickleNode.boolean(false))
        case UInt8(ascii: "n") where take("null"): return builder.add(PickleNode.none)
        case nil: throw fault("a value is missing")
        case let byte? where byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") <= 9:
            return builder.add(try number())
        default: throw fault("expected a JSON value")
        }
    }

    // MARK: - Arrays and objects

    private mutating func container(isObject: Bool, end: UInt8) throws(JSONFault) -> Int? {
        let start = position
        position += 1
        skipBlanks()
        if next == end {
            position += 1
            return add(isObject ? PickleNode.dictionary([]) : PickleNode.list([]))
        }
        guard open.count < Self.maximumDepth else {
            throw JSONFault(message: "there are more than \(Self.maximumDepth) levels", position: start)
        }
        open.append(Level(isObject: isObject, start: start))
        if isObject { try name() }
        return nil
    }

    private mutating func name() throws(JSONFault) {
        skipBlanks()
        guard next == UInt8(ascii: "\"") else { throw fault("expected a name in double quotes") }
        let key = share(try string())
        skipBlanks()
        guard next == UInt8(ascii: ":") else { throw fault("expected a colon") }
        position += 1
        let last = open.count - 1
        if let known = open[last].places[key] {
            open[last].place = known
        } else {
            open[last].items += [key, key]
            open[last].place = open[last].items.count - 1
            open[last].places[key] = open[last].place
        }
    }

    private mutating func attach(_ value: Int) {
        let last = open.count - 1
        if open[last].isObject {
            open[last].items[open[last].place] = value
        } else {
            open[last].items.append(value)
        }
    }

    private mutating func close() throws(JSONFault) -> Int {
        let level = open.removeLast()
        guard level.isObject else { return add(.list(level.items)) }
        if readsTags, case .text(let name) = builder.nodes[level.items[0]], name.first == UInt8(ascii: "$") {
            return add(try tagged(String(decoding: name, as: UTF8.self), level))
        }
        return add(.dictionary(level.items))
    }

    /// Adds an object, and notes whether Python can hash it.
    private mutating func add(_ node: PickleNode) -> Int {
        let position = builder.add(node)
        let isHashable =
            switch node {
            case .list, .dictionary, .set, .byteArray: false
            case .tuple(let items): !items.contains { unhashable.contains($0) }
            case .object(let object): !isSignalingNaN(object)
            default: true
            }
        if !isHashable { unhashable.insert(position) }
        return position
    }

    private func isSignalingNaN(_ object: PickledObject) -> Bool {
        guard case .tuple(let arguments) = builder.nodes[object.arguments], let first = arguments.first,
            case .text(let text) = builder.nodes[first]
        else { return false }
        return PythonDecimal.isSignaling(text)
    }

    // MARK: - Tags

    private mutating func tagged(_ tag: String, _ level: Level) throws(JSONFault) -> PickleNode {
        let content = builder.nodes[level.items[1]]
        if level.items.count == 2 { try checkHashability(tag, content, level) }
        if level.items.count == 2, let node = untagged(tag, content) { return node }
        let shown = EscapedText.string(Array(tag.utf8.prefix(40)))
        throw JSONFault(
            message: "\"\(shown)\" marks a type that is not read here, or is not followed by what it marks"
                + "; a dict with such a key is {\"$dict\":[[\"\(shown)\",…]]}", position: level.start)
    }

    /// Returns the value of a tag and its content; nil if they do not fit together.
    private mutating func untagged(_ tag: String, _ content: PickleNode) -> PickleNode? {
        switch (tag, content) {
        case ("$int", .text(let digits)):
            return BigInteger(decimal: digits, maximumDigits: Self.maximumDigits).map { .integer($0) }
        case ("$float", .text(let text)): return PythonFloat.number(text[...]).map { .double($0) }
        case ("$bytes", .text(let text)): return Base64.decode(text).map { .bytes($0) }
        case ("$bytearray", .text(let text)): return Base64.decode(text).map { .byteArray($0) }
        case ("$tuple", .list(let items)): return .tuple(items)
        case ("$set", .list(let items)): return .set(items)
        case ("$frozenset", .list(let items)): return .frozenSet(items)
        case ("$dict", .list(let pairs)): return dictionary(pairs)
        case ("$decimal", .text(let text)) where PythonDecimal.isDecimal(text):
            let position = builder.addCall("decimal", "Decimal", [builder.add(.text(text))])
            return builder.nodes[position]
        default: return nil
        }
    }

    private func dictionary(_ pairs: [Int]) -> PickleNode? {
        var items: [Int] = []
        for pair in pairs {
            guard case .list(let both) = builder.nodes[pair], both.count == 2 else { return nil }
            items += both
        }
        return .dictionary(items)
    }

    /// Throws for sets and keys that Python cannot hash, because it could not load what is stored.
    private func checkHashability(_ tag: String, _ content: PickleNode, _ level: Level) throws(JSONFault) {
        guard case .list(let items) = content else { return }
        let place: String
        let wrong: Int?
        switch tag {
        case "$set", "$frozenset":
            place = "in a set"
            wrong = items.first { unhashable.contains($0) }
        case "$dict":
            place = "as a key of a dict"
            wrong = items.first { pair in
                guard case .list(let both) = builder.nodes[pair], both.count == 2 else { return false }
                return unhashable.contains(both[0])
            }
        default: return
        }
        guard wrong != nil else { return }
        throw JSONFault(
            message: "Python takes no list, dict, set or bytearray \(place), nor a tuple that has one in it; write"
                + " $tuple for a list and $frozenset for a set", position: level.start)
    }

    // MARK: - Text and numbers

    private mutating func string() throws(JSONFault) -> [UInt8] {
        let start = position
        position += 1
        var text: [UInt8] = []
        var copied = position
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                text += bytes[copied..<position]
                position += 1
                return text
            case UInt8(ascii: "\\"):
                text += bytes[copied..<position]
                try escape(&text)
                copied = position
            case 0..<0x20: throw fault("a control character has to be escaped in JSON")
            default: position += 1
            }
        }
        throw JSONFault(message: "the string has no end", position: start)
    }

    private mutating func escape(_ text: inout [UInt8]) throws(JSONFault) {
        let start = position
        position += 2
        guard position <= bytes.count else { throw JSONFault(message: "the string has no end", position: start) }
        switch bytes[position - 1] {
        case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard var unit = codeUnit(at: position) else { fallthrough }
            position += 4
            if (0xd800..<0xdc00).contains(unit), next == UInt8(ascii: "\\"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "u"), let low = codeUnit(at: position + 2),
                (0xdc00..<0xe000).contains(low)
            {
                unit = 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
                position += 6
            }
            PickleText.append(unit, to: &text)
        default:
            throw JSONFault(message: "JSON has no such escape", position: start)
        }
    }

    private func codeUnit(at start: Int) -> UInt32? {
        guard start + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[start..<start + 4] {
            guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func number() throws(JSONFault) -> PickleNode {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let hasLeadingZero = next == UInt8(ascii: "0")
        let whole = digits()
        var isWell = whole == 1 || whole > 1 && !hasLeadingZero
        var isInteger = true
        if next == UInt8(ascii: ".") {
            position += 1
            isInteger = false
            isWell = digits() > 0 && isWell
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            isInteger = false
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            isWell = digits() > 0 && isWell
        }
        guard isWell else { throw JSONFault(message: "this is not a JSON number", position: start) }
        let text = bytes[start..<position]
        if isInteger {
            guard let number = BigInteger(decimal: text, maximumDigits: Self.maximumDigits) else {
                throw JSONFault(message: "the integer has more than \(Self.maximumDigits) digits", position: start)
            }
            return .integer(number)
        }
        guard let number = Double(String(decoding: text, as: UTF8.self)), number.isFinite else {
            throw JSONFault(message: "the number is too large for a float", position: start)
        }
        return .double(number)
    }

    /// Skips digits, and returns how many there were.
    private mutating func digits() -> Int {
        let start = position
        while let byte = next, byte &- UInt8(ascii: "0") <= 9 { position += 1 }
        return position - start
    }

    // MARK: - Pieces

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard bytes.span.starts(with: word, in: position..<bytes.count) else { return false }
        position += length
        return true
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func share(_ text: [UInt8]) -> Int {
        if let known = shared[text] { return known }
        let position = builder.add(.text(text))
        shared[text] = position
        return position
    }

    private static func isShared(_ text: [UInt8]) -> Bool {
        text.count <= 1 || text.count == 2 && (text[0] == 0xc2 || text[0] == 0xc3)
    }

    private func checkUTF8() throws(JSONFault) {
        if String(validating: bytes, as: UTF8.self) != nil { return }
        let span = bytes.span
        var index = 0
        while index < span.count, let (_, length) = EscapedText.decodeScalar(span, at: index) { index += length }
        throw JSONFault(message: "JSON is UTF-8, and this byte is not", position: index)
    }

    private func fault(_ message: String) -> JSONFault { JSONFault(message: message, position: position) }
}
