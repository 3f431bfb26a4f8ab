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

    private var scanner: JSONScanner
    private let readsTags: Bool
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
        scanner = JSONScanner(bytes)
        self.readsTags = readsTags
    }

    mutating func read() throws(JSONFault) -> PickleValue {
        try scanner.checkUTF8()
        while true {
            guard var value = try beginning() else { continue }
            closing: while true {
                scanner.skipWhitespace()
                guard !open.isEmpty else {
                    guard scanner.next == nil else { throw scanner.fault("there is more after the value") }
                    return builder.value(at: value)
                }
                attach(value)
                let isObject = open[open.count - 1].isObject
                if scanner.take(UInt8(ascii: ",")) {
                    if isObject { try name() }
                    break closing
                }
                let end = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
                guard scanner.take(end) else {
                    throw scanner.fault(isObject ? "expected a comma or }" : "expected a comma or ]")
                }
                value = try close()
            }
        }
    }

    /// Reads a value, or the beginning of an array or object; returns nil if a value in that must follow.
    private mutating func beginning() throws(JSONFault) -> Int? {
        scanner.skipWhitespace()
        let start = scanner.position
        if scanner.take(UInt8(ascii: "{")) {
            return try container(isObject: true, start: start, end: UInt8(ascii: "}"))
        }
        if scanner.take(UInt8(ascii: "[")) {
            return try container(isObject: false, start: start, end: UInt8(ascii: "]"))
        }
        switch try scanner.scalar() {
        case .string(let text): return Self.isShared(text) ? share(text) : builder.add(.text(text))
        case .boolean(let boolean): return builder.add(PickleNode.boolean(boolean))
        case .null: return builder.add(PickleNode.none)
        case .number(let range, let isInteger): return builder.add(try number(range, isInteger: isInteger))
        }
    }

    // MARK: - Arrays and objects

    private mutating func container(isObject: Bool, start: Int, end: UInt8) throws(JSONFault) -> Int? {
        scanner.skipWhitespace()
        if scanner.take(end) { return add(isObject ? PickleNode.dictionary([]) : PickleNode.list([])) }
        guard open.count < Self.maximumDepth else {
            throw JSONFault(message: "there are more than \(Self.maximumDepth) levels", position: start)
        }
        open.append(Level(isObject: isObject, start: start))
        if isObject { try name() }
        return nil
    }

    private mutating func name() throws(JSONFault) {
        scanner.skipWhitespace()
        guard scanner.next == UInt8(ascii: "\"") else { throw scanner.fault("expected a name in double quotes") }
        let key = share(try scanner.string())
        scanner.skipWhitespace()
        guard scanner.take(UInt8(ascii: ":")) else { throw scanner.fault("expected a colon") }
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

    // MARK: - Numbers and texts

    private func number(_ range: Range<Int>, isInteger: Bool) throws(JSONFault) -> PickleNode {
        let text = scanner.bytes[range]
        if isInteger {
            guard let number = BigInteger(decimal: text, maximumDigits: Self.maximumDigits) else {
                throw JSONFault(
                    message: "the integer has more than \(Self.maximumDigits) digits", position: range.lowerBound)
            }
            return .integer(number)
        }
        guard let number = Double(String(decoding: text, as: UTF8.self)), number.isFinite else {
            throw JSONFault(message: "the number is too large for a float", position: range.lowerBound)
        }
        return .double(number)
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
}
