extension PickleValue {
    /// The value as JSON, with a tag where JSON has no such type.
    ///
    /// Text, booleans, `None`, lists and integers up to 2⁵³ are plain; all else is an object with one key: `$int`
    /// (decimal), `$float`, `$complex`, `$bytes` and `$bytearray` (base64), `$tuple`, `$set`, `$frozenset`, `$dict` (a
    /// list of pairs, in order), `$datetime`, `$date`, `$time` (ISO 8601), `$timedelta` (days, seconds, microseconds),
    /// `$decimal`, `$fraction`, `$uuid`, `$global` (a class or function), `$extension`, `$persistent`, and `$recursive`
    /// (how many levels up the same object is). `$object` is the name of an instance's class, beside what the pickle
    /// says of it: `state`, `items`, `list`, `set`, `args`, `value` or `repr`. A datetime in a zone that is not a fixed
    /// distance from UTC has `zone` beside `$datetime`.
    ///
    /// An object that is used in several places is written in each of them, so that a small pickle may have a long
    /// form; hence the limit.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/unreadableValue`` when it would exceed the limit.
    public func taggedJSON(maximumBytes: Int = 67_108_864) throws(MemcacheError) -> [UInt8] {
        var writer = PickleJSONWriter(maximumBytes: maximumBytes, isPlain: false)
        return try writer.write(self)
    }

    /// The value as JSON that is plain where it can be.
    ///
    /// As ``taggedJSON(maximumBytes:)``, but a finite float is a number, and a dictionary whose keys are all text is an
    /// object, unless one of them begins with `$` or stands there twice. So what JSON has is as `json.dumps` has it, and
    /// an object with a `$` in its first name is always a tag. ``init(json:)`` reads this back.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/unreadableValue`` when it would exceed the limit.
    public func json(maximumBytes: Int = 67_108_864) throws(MemcacheError) -> [UInt8] {
        var writer = PickleJSONWriter(maximumBytes: maximumBytes, isPlain: true)
        return try writer.write(self)
    }

    /// The beginning of ``json(maximumBytes:)``, and whether it is all of it.
    package func jsonPrefix(maximumBytes: Int) -> (bytes: [UInt8], isWhole: Bool) {
        var writer = PickleJSONWriter(maximumBytes: maximumBytes, isPlain: true)
        let isWhole = writer.writePrefix(self)
        return (Array(writer.output.prefix(maximumBytes)), isWhole)
    }
}

extension PickleValue: CustomStringConvertible {
    /// The start of the tagged JSON form.
    public var description: String {
        guard let json = try? taggedJSON(maximumBytes: 65536) else { return "a Python value with a long description" }
        return String(decoding: json, as: UTF8.self)
    }
}

/// Walks over a graph with an array of what is still to be written, so that depth costs no stack.
private struct PickleJSONWriter {
    private enum Task {
        case value(PickleValue)
        case text(StaticString)
        case key(String)
        /// The object further up is finished.
        case leave(Int)
    }

    private let maximumBytes: Int
    /// Whether floats and dictionaries are plain where they can be.
    private let isPlain: Bool
    private(set) var output: [UInt8] = []
    private var tasks: [Task] = []
    /// The objects that are being written, each with its level.
    private var open: [Int: Int] = [:]

    init(maximumBytes: Int, isPlain: Bool) {
        self.maximumBytes = maximumBytes
        self.isPlain = isPlain
    }

    mutating func write(_ value: PickleValue) throws(MemcacheError) -> [UInt8] {
        guard writePrefix(value) else {
            throw MemcacheError(.unreadableValue, "the value's JSON form has more than \(maximumBytes) bytes")
        }
        return output
    }

    /// Writes until the limit is exceeded.
    ///
    /// - Returns: Whether all is written.
    mutating func writePrefix(_ value: PickleValue) -> Bool {
        tasks.append(.value(value))
        while let task = tasks.popLast() {
            switch task {
            case .value(let value): write(content: value)
            case .text(let text): output.append(text)
            case .key(let key):
                string(key)
                output.append(":")
            case .leave(let position): open[position] = nil
            }
            if output.count > maximumBytes { return false }
        }
        return true
    }

    private mutating func write(content value: PickleValue) {
        if let level = open[value.position] {
            output.append("{\"$recursive\":")
            output.append(contentsOf: String(open.count - level).utf8)
            output.append("}")
            return
        }
        switch value.content {
        case .none: output.append("null")
        case .boolean(let flag): output.append(flag ? "true" : "false")
        case .integer(let number):
            if let small = number.exactly(Int64.self), small.magnitude <= 1 << 53 {
                ASCIINumber.append(small, to: &output)
            } else {
                tag("$int", number.description)
            }
        case .double(let number) where isPlain && number.isFinite:
            output.append(contentsOf: PythonFloat.text(number).utf8)
        case .double(let number): tag("$float", PythonFloat.text(number))
        case .complex(let real, let imaginary):
            output.append("{\"$complex\":[")
            string(PythonFloat.text(real))
            output.append(",")
            string(PythonFloat.text(imaginary))
            output.append("]}")
        case .text(let text): string(text)
        case .illFormedText(let bytes): string(generalized: bytes)
        case .bytes(let bytes): base64("$bytes", bytes)
        case .byteArray(let bytes): base64("$bytearray", bytes)
        case .list(let items):
            enter(value)
            push(items, before: "[", after: "]")
        case .tuple(let items): array("$tuple", value, items)
        case .set(let items): array("$set", value, items)
        case .frozenSet(let items): array("$frozenset", value, items)
        case .dictionary(let pairs) where isPlain && Self.hasPlainNames(pairs):
            enter(value)
            output.append("{")
            tasks.append(.text("}"))
            for (index, pair) in pairs.enumerated().reversed() {
                tasks += [.value(pair.value), .text(":"), .value(pair.key)]
                if index > 0 { tasks.append(.text(",")) }
            }
        case .dictionary(let pairs):
            enter(value)
            tasks.append(.text("}"))
            push(pairs)
            output.append("{\"$dict\":")
        case .range(let start, let stop, let step):
            var text = "range(\(start), \(stop)"
            if step != 1 { text += ", \(step)" }
            object("builtins.range")
            member("repr", text + ")")
            output.append("}")
        case .dateTime(let moment): time("$datetime", moment.description, zone: moment.time.zone, of: value)
        case .time(let moment): time("$time", moment.description, zone: moment.zone, of: value)
        case .date(let date): tag("$date", date.description)
        case .timeDelta(let delta):
            output.append("{\"$timedelta\":[")
            output.append(contentsOf: "\(delta.days),\(delta.seconds),\(delta.microseconds)]}".utf8)
        case .decimal(let text): tag("$decimal", text)
        case .fraction(let numerator, let denominator):
            tag("$fraction", denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)")
        case .uuid(let number): tag("$uuid", Self.text(uuid: number))
        case .orderedDictionary(let pairs): dictionaryLike("collections.OrderedDict", value, pairs)
        case .defaultDictionary(_, let pairs): dictionaryLike("collections.defaultdict", value, pairs)
        case .global(let module, let name):
            if module == "builtins", name == "Ellipsis" || name == "NotImplemented" {
                object(name == "Ellipsis" ? "builtins.ellipsis" : "builtins.NotImplementedType")
                member("repr", name)
                output.append("}")
            } else {
                tag("$global", module + "." + name)
            }
        case .extensionCode(let code):
            output.append("{\"$extension\":")
            output.append(contentsOf: String(code).utf8)
            output.append("}")
        case .persistent(let id):
            enter(value)
            output.append("{\"$persistent\":")
            tasks += [.text("}"), .value(id)]
        case .object(let description): write(description, of: value)
        }
    }

    /// Whether the keys of a dictionary are text, each a different one, and none could be taken for a tag.
    private static func hasPlainNames(_ pairs: [PicklePair]) -> Bool {
        var names: Set<[UInt8]> = []
        return pairs.allSatisfy { pair in
            guard case .text(let name) = pair.key.node, name.first != UInt8(ascii: "$") else { return false }
            return names.insert(name).inserted
        }
    }

    // MARK: - Instances

    private mutating func write(_ description: PickleObject, of value: PickleValue) {
        enter(value)
        if let name = description.className {
            object(name)
        } else {
            output.append("{\"$object\":")
            tasks.append(.text("}"))
            members(of: description, arguments: description.arguments)
            tasks.append(.value(description.callable))
            return
        }
        tasks.append(.text("}"))
        var arguments = description.arguments
        if let (module, function) = description.callable.global, module == "copyreg" {
            // The class is the first argument; of `_reconstructor` the others are the built-in type that it is derived
            // from and the value as one of that type.
            arguments.removeFirst()
            if function == "_reconstructor", arguments.count == 2, let base = arguments[0].globalName {
                var plain = description
                switch (base, arguments[1].content) {
                case ("builtins.object", .none): arguments = []
                case ("builtins.dict", .dictionary(let pairs)):
                    arguments = []
                    plain.dictionaryItems = pairs + plain.dictionaryItems
                case ("builtins.list", .list(let items)):
                    arguments = []
                    plain.listItems = items + plain.listItems
                case ("builtins.tuple", .tuple(let items)): arguments = items
                case (_, .text), (_, .integer), (_, .double), (_, .bytes):
                    tasks += [.value(arguments[1]), .key("value"), .text(",")]
                    arguments = []
                default: break
                }
                return members(of: plain, arguments: arguments)
            }
        }
        // Two classes of the standard library that say what they hold in their arguments.
        switch (description.className, arguments.first?.content) {
        case ("collections.Counter", .dictionary(let pairs)) where arguments.count == 1:
            var counter = description
            counter.dictionaryItems = pairs + counter.dictionaryItems
            tasks.append(.text("]"))
            pushItems(counter.dictionaryItems)
            tasks += [.text("["), .key("items"), .text(",")]
        case ("collections.deque", _) where description.state?.isNone ?? true:
            push(list: (arguments.first?.elements ?? []) + description.listItems)
            tasks += [.key("list"), .text(",")]
        default:
            members(of: description, arguments: arguments)
        }
    }

    /// Appends what a pickle says of an instance, as members after the first.
    private mutating func members(of description: PickleObject, arguments: [PickleValue]) {
        // The last to be written is pushed first.
        if let keywords = description.keywords { tasks += [.value(keywords), .key("keywords"), .text(",")] }
        if !description.setItems.isEmpty {
            push(list: description.setItems)
            tasks += [.key("set"), .text(",")]
        }
        if !description.listItems.isEmpty {
            push(list: description.listItems)
            tasks += [.key("list"), .text(",")]
        }
        if !description.dictionaryItems.isEmpty {
            tasks.append(.text("]"))
            pushItems(description.dictionaryItems)
            tasks += [.text("["), .key("items"), .text(",")]
        }
        // Python 2 gives an instance that is like a list or a dictionary an empty dictionary of attributes as well.
        let isContainer = !description.listItems.isEmpty || !description.dictionaryItems.isEmpty
        if let state = description.state, !isContainer || state.attributes?.isEmpty != true {
            pushState(state)
            tasks += [.key("state"), .text(",")]
        }
        if !arguments.isEmpty {
            push(list: arguments)
            tasks += [.key("args"), .text(",")]
        }
    }

    /// The attributes of an instance as a JSON object, where they are named by text; else whatever they are.
    private mutating func pushState(_ state: PickleValue) {
        var attributes: [(String, PickleValue)] = []
        // A class with `__slots__` gives its dictionary, or None, and that of the slots.
        var parts = [state]
        if case .tuple(let both) = state.content, both.count == 2, both[0].isNone || both[0].attributes != nil,
            both[1].attributes != nil
        {
            parts = both.filter { !$0.isNone }
        }
        for part in parts {
            guard let named = part.attributes else {
                tasks.append(.value(state))
                return
            }
            attributes += named
        }
        attributes.sort { $0.0 < $1.0 }
        tasks.append(.text("}"))
        for (index, (name, value)) in attributes.enumerated().reversed() {
            tasks += [.value(value), .key(name)]
            if index > 0 { tasks.append(.text(",")) }
        }
        tasks.append(.text("{"))
    }

    // MARK: - Containers

    private mutating func enter(_ value: PickleValue) {
        open[value.position] = open.count
        tasks.append(.leave(value.position))
    }

    private mutating func array(_ tag: StaticString, _ value: PickleValue, _ items: [PickleValue]) {
        enter(value)
        tasks.append(.text("}"))
        output.append("{\"")
        output.append(tag)
        output.append("\":")
        push(list: items)
    }

    private mutating func dictionaryLike(_ name: String, _ value: PickleValue, _ pairs: [PicklePair]) {
        enter(value)
        object(name)
        output.append(",\"items\":")
        tasks.append(.text("}"))
        push(pairs)
    }

    private mutating func push(list items: [PickleValue]) {
        tasks.append(.text("]"))
        pushItems(items)
        tasks.append(.text("["))
    }

    private mutating func push(_ items: [PickleValue], before: StaticString, after: StaticString) {
        tasks.append(.text(after))
        pushItems(items)
        output.append(before)
    }

    private mutating func push(_ pairs: [PicklePair]) {
        tasks.append(.text("]"))
        pushItems(pairs)
        tasks.append(.text("["))
    }

    private mutating func pushItems(_ items: [PickleValue]) {
        for (index, item) in items.enumerated().reversed() {
            tasks.append(.value(item))
            if index > 0 { tasks.append(.text(",")) }
        }
    }

    private mutating func pushItems(_ pairs: [PicklePair]) {
        for (index, pair) in pairs.enumerated().reversed() {
            tasks += [.text("]"), .value(pair.value), .text(","), .value(pair.key), .text(index > 0 ? ",[" : "[")]
        }
    }

    // MARK: - Text

    private mutating func tag(_ name: StaticString, _ text: String) {
        output.append("{\"")
        output.append(name)
        output.append("\":")
        string(text)
        output.append("}")
    }

    private mutating func base64(_ name: StaticString, _ bytes: [UInt8]) {
        output.append("{\"")
        output.append(name)
        output.append("\":\"")
        output.append(contentsOf: Base64.encode(bytes))
        output.append("\"}")
    }

    private mutating func time(_ name: StaticString, _ text: String, zone: PythonTimeZone?, of value: PickleValue) {
        guard case .described(let description, let offset) = zone, offset == nil else { return tag(name, text) }
        enter(value)
        output.append("{\"")
        output.append(name)
        output.append("\":")
        string(text)
        output.append(",\"zone\":")
        tasks += [.text("}"), .value(description)]
    }

    private mutating func object(_ name: String) {
        output.append("{\"$object\":")
        string(name)
    }

    private mutating func member(_ name: String, _ text: String) {
        output.append(",")
        string(name)
        output.append(":")
        string(text)
    }

    private mutating func string(_ text: String) { string(generalized: Array(text.utf8)) }

    /// A JSON string. Lone surrogates, which only JSON's escapes can express, are escaped.
    private mutating func string(generalized bytes: [UInt8]) {
        let digits: StaticString = "0123456789abcdef"
        func unit(_ value: UInt32) -> [UInt8] {
            [UInt8(ascii: "\\"), UInt8(ascii: "u")]
                + (0..<4).reversed().map { digits.utf8Start[Int(value >> UInt32($0 * 4) & 15)] }
        }
        output.append("\"")
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append("\\")
                output.append(byte)
                index += 1
            case 0..<0x20, 0x7f:
                output.append(contentsOf: unit(UInt32(byte)))
                index += 1
            case 0x20..<0x7f:
                output.append(byte)
                index += 1
            default:
                guard let (codePoint, length) = PickleText.decode(bytes[...], at: index) else {
                    output.append(contentsOf: unit(0xfffd))
                    index += 1
                    continue
                }
                if (0xd800...0xdfff).contains(codePoint) {
                    output.append(contentsOf: unit(codePoint))
                } else {
                    output.append(contentsOf: bytes[index..<index + length])
                }
                index += length
            }
        }
        output.append("\"")
    }

    private static func text(uuid number: UInt128) -> String {
        let digits = String(number, radix: 16)
        let all = Array(String(repeating: "0", count: 32 - digits.count) + digits)
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(all[$0]) }.joined(separator: "-")
    }
}

extension PickleValue {
    /// The entries of a dictionary whose keys are all text; nil for anything else.
    fileprivate var attributes: [(String, PickleValue)]? {
        guard case .dictionary(let items) = node else { return nil }
        var named: [(String, PickleValue)] = []
        for pair in pairs(items) {
            guard let name = pair.key.text ?? pair.key.plainText else { return nil }
            named.append((name, pair.value))
        }
        return named
    }
}
