extension PickleValue {
    /// The value as JSON, with a tag for each type that JSON does not have.
    ///
    /// Text, booleans, `None`, lists and integers up to 2⁵³ are plain; everything else is an object with one key:
    /// `$int` (decimal), `$float`, `$complex`, `$bytes` and `$bytearray` (base64), `$tuple`, `$set`, `$frozenset`,
    /// `$dict` (a list of pairs, in order), `$datetime`, `$date`, `$time` (ISO 8601), `$timedelta` (days, seconds,
    /// microseconds), `$decimal`, `$fraction`, `$uuid`, `$global` (a class or function), `$extension`, `$persistent`,
    /// and `$recursive` (how many levels up the same object is). `$object` is the name of an instance's class, next to
    /// what the pickle contains for it: `args`, `keywords`, `state` (`states` if it is set more than once), `items`,
    /// `list`, `set`, `repr`, and `setter`, a function that is given the instance and its state (`setters`, pairs of
    /// such a function and the state, if there are more). The attributes of a class with `__slots__` include those of
    /// both kinds. A time in a zone that is not a fixed distance from UTC has `zone` next to `$datetime` or `$time`. If
    /// a pickle calls functions whose results are not part of the value, `$dropped` lists these calls, next to `value`.
    ///
    /// An object that is used in several places is written in each of them, so a small pickle may have a long form;
    /// hence the limit.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/unreadableValue`` if it would exceed the limit.
    public func taggedJSON(maximumBytes: Int = 67_108_864) throws(MemcacheError) -> [UInt8] {
        var writer = PickleJSONWriter(maximumBytes: maximumBytes, isPlain: false)
        return try writer.write(self)
    }

    /// The value as JSON that is plain where possible.
    ///
    /// Like ``taggedJSON(maximumBytes:)``, but a finite float is a number, and a dictionary whose keys are all text is
    /// an object, unless a key begins with `$` or occurs twice. So types that JSON has look as in `json.dumps`, and an
    /// object with a `$` in its first name is always a tag. ``init(json:)`` reads this back.
    ///
    /// Different values have different forms. For this there are further members: `slots` (which attributes are those
    /// of `__slots__`), `factory` of a `defaultdict`, `maxlen` of a `deque`, `fold` next to `$datetime` and `$time` for
    /// the second of two equal times, and `zone` for every zone that is more than its distance from UTC.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/unreadableValue`` if it would exceed the limit.
    public func json(maximumBytes: Int = 67_108_864) throws(MemcacheError) -> [UInt8] {
        var writer = PickleJSONWriter(maximumBytes: maximumBytes, isPlain: true)
        return try writer.write(self)
    }

    /// The beginning of ``json(maximumBytes:)``, and whether it is complete.
    package func jsonPrefix(maximumBytes: Int) -> (bytes: [UInt8], isWhole: Bool) {
        var writer = PickleJSONWriter(maximumBytes: maximumBytes, isPlain: true)
        let isWhole = writer.writePrefix(self)
        return (Array(writer.output.prefix(maximumBytes)), isWhole)
    }
}

extension PickleValue: CustomStringConvertible {
    /// The beginning of the tagged JSON form.
    public var description: String {
        guard let json = try? taggedJSON(maximumBytes: 65536) else { return "a Python value with a long description" }
        return String(decoding: json, as: UTF8.self)
    }
}

/// Traverses a graph with an array of pending work, so that depth costs no stack.
private struct PickleJSONWriter {
    private enum Task {
        case value(PickleValue)
        case text(StaticString)
        case key(String)
        case string(String)
        /// The enclosing object is finished.
        case leave(Int)
    }

    private let maximumBytes: Int
    /// Whether floats and dictionaries are plain where possible.
    private let isPlain: Bool
    private(set) var output: [UInt8] = []
    private var tasks: [Task] = []
    /// The objects being written, each with its level.
    private var open: [Int: Int] = [:]
    /// The digits of large integers, which may occur many times and take long to compute.
    private var digits: [Int: [UInt8]] = [:]

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
    /// - Returns: Whether everything was written.
    mutating func writePrefix(_ value: PickleValue) -> Bool {
        push(root: value)
        while let task = tasks.popLast() {
            switch task {
            case .value(let value): write(content: value)
            case .text(let text): output.append(text)
            case .key(let key):
                string(key)
                output.append(":")
            case .string(let text): string(text)
            case .leave(let position): open[position] = nil
            }
            if output.count > maximumBytes { return false }
        }
        return true
    }

    private mutating func push(root value: PickleValue) {
        tasks.append(.value(value))
        let calls = value.graph.droppedCalls.filter { $0 != value.position }
        guard !calls.isEmpty else { return }
        tasks = [.text("}")] + tasks + [.key("value"), .text(",")]
        push(list: calls.map(value.child))
        tasks += [.key("$dropped"), .text("{")]
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
                let known = digits[value.position] ?? number.decimalDigits
                if known.count > 100 { digits[value.position] = known }
                tag("$int", known)
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
        case .dateTime(let moment): time("$datetime", moment.description, moment.time, of: value)
        case .time(let moment): time("$time", moment.description, moment, of: value)
        case .date(let date): tag("$date", date.description)
        case .timeDelta(let delta):
            output.append("{\"$timedelta\":[")
            output.append(contentsOf: "\(delta.days),\(delta.seconds),\(delta.microseconds)]}".utf8)
        case .decimal(let text): tag("$decimal", text)
        case .fraction(let numerator, let denominator):
            tag("$fraction", denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)")
        case .uuid(let number): tag("$uuid", Self.text(uuid: number))
        case .orderedDictionary(let pairs): dictionaryLike("collections.OrderedDict", value, pairs)
        case .defaultDictionary(let factory, let pairs):
            // Not `nil`, which would be a value of Python.
            let shown: PickleValue? = isPlain && !factory.isNone ? factory : .none
            dictionaryLike("collections.defaultdict", value, pairs, factory: shown)
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

    /// Whether the keys of a dictionary are text, all different, and none could be taken for a tag.
    private static func hasPlainNames(_ pairs: [PicklePair]) -> Bool {
        var names: Set<[UInt8]> = []
        return pairs.allSatisfy { pair in
            guard case .text(let name) = pair.key.node, name.first != UInt8(ascii: "$") else { return false }
            return names.insert(name).inserted
        }
    }

    // MARK: - Instances

    private mutating func write(_ described: PickleObject, of value: PickleValue) {
        let description = described.uniform
        enter(value)
        tasks.append(.text("}"))
        guard let name = description.className else {
            output.append("{\"$object\":")
            members(of: description)
            tasks.append(.value(description.callable))
            return
        }
        object(name)
        // Two classes of the standard library that have their content in their arguments.
        let holdsMore =
            description.keywords != nil || !description.setItems.isEmpty || !description.setters.isEmpty
            || described.states.count > 1 || !(description.state?.isNone ?? true)
        let arguments = description.arguments
        switch (name, arguments.first?.content) {
        case ("collections.Counter", .dictionary(let pairs))
        where arguments.count == 1 && !holdsMore && description.listItems.isEmpty:
            push(pairs + description.dictionaryItems)
            tasks += [.key("items"), .text(",")]
        case ("collections.deque", let first)
        where arguments.count <= 2 && !holdsMore && description.dictionaryItems.isEmpty
            && (first == nil || arguments[0].elements != nil)
            && (arguments.count < 2 || arguments[1].isNone || arguments[1].wholeNumber != nil):
            if isPlain, arguments.count == 2, !arguments[1].isNone {
                tasks += [.value(arguments[1]), .key("maxlen"), .text(",")]
            }
            push(list: (arguments.first?.elements ?? []) + description.listItems)
            tasks += [.key("list"), .text(",")]
        default:
            members(of: description)
        }
    }

    /// Appends what a pickle contains for an instance, as members after the first.
    private mutating func members(of description: PickleObject) {
        // The last one to be written is pushed first.
        if description.setters.count == 1, description.state == nil {
            let setter = description.setters[0]
            tasks += [.value(setter.value), .key("state"), .text(",")]
            tasks += [.value(setter.key), .key("setter"), .text(",")]
        } else if !description.setters.isEmpty {
            push(description.setters)
            tasks += [.key("setters"), .text(",")]
        }
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
            push(description.dictionaryItems)
            tasks += [.key("items"), .text(",")]
        }
        if description.states.count > 1 {
            push(list: description.states)
            tasks += [.key("states"), .text(",")]
        } else if let state = description.state {
            // Python 2 also gives an instance that is like a list or a dictionary an empty dictionary of attributes.
            let isContainer = !description.listItems.isEmpty || !description.dictionaryItems.isEmpty
            if !isContainer || state.attributes(allowsBytes: false)?.isEmpty != true { pushState(state) }
        }
        if !description.arguments.isEmpty {
            push(list: description.arguments)
            tasks += [.key("args"), .text(",")]
        }
    }

    /// Writes the attributes of an instance as a JSON object if their names are text, and otherwise as they are.
    private mutating func pushState(_ state: PickleValue) {
        var attributes: [(name: String, value: PickleValue)] = []
        // A class with `__slots__` has its dictionary, or None, and that of the slots.
        var slots: [String]?
        if case .tuple(let both) = state.node, both.count == 2 {
            let parts = both.map(state.child)
            if let own = parts[0].isNone ? [] : parts[0].attributes(allowsBytes: !isPlain),
                let more = parts[1].attributes(allowsBytes: !isPlain),
                !more.isEmpty, parts[0].isNone || !own.isEmpty
            {
                attributes = own + more
                slots = more.map(\.name)
            }
        }
        if slots == nil, let own = state.attributes(allowsBytes: !isPlain) {
            attributes = own
        } else if slots == nil {
            tasks += [.value(state), .key("state"), .text(",")]
            return
        }
        // No name may occur twice or be taken for a tag.
        var names: Set<[UInt8]> = []
        guard
            attributes.allSatisfy({
                $0.name.utf8.first != UInt8(ascii: "$") && names.insert(Array($0.name.utf8)).inserted
            })
        else {
            tasks += [.value(state), .key("state"), .text(",")]
            return
        }
        if isPlain, let slots {
            tasks.append(.text("]"))
            for (index, name) in slots.sorted().enumerated().reversed() {
                tasks.append(.string(name))
                if index > 0 { tasks.append(.text(",")) }
            }
            tasks += [.text("["), .key("slots"), .text(",")]
        }
        attributes.sort { $0.name < $1.name }
        tasks.append(.text("}"))
        for (index, attribute) in attributes.enumerated().reversed() {
            tasks += [.value(attribute.value), .key(attribute.name)]
            if index > 0 { tasks.append(.text(",")) }
        }
        tasks += [.text("{"), .key("state"), .text(",")]
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

    private mutating func dictionaryLike(
        _ name: String, _ value: PickleValue, _ pairs: [PicklePair], factory: PickleValue? = nil
    ) {
        enter(value)
        object(name)
        output.append(",\"items\":")
        tasks.append(.text("}"))
        if let factory { tasks += [.value(factory), .key("factory"), .text(",")] }
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

    private mutating func tag(_ name: StaticString, _ text: String) { tag(name, Array(text.utf8)) }

    private mutating func tag(_ name: StaticString, _ text: [UInt8]) {
        output.append("{\"")
        output.append(name)
        output.append("\":")
        string(generalized: text)
        output.append("}")
    }

    private mutating func base64(_ name: StaticString, _ bytes: [UInt8]) {
        output.append("{\"")
        output.append(name)
        output.append("\":\"")
        output.append(contentsOf: Base64.encode(bytes))
        output.append("\"}")
    }

    private mutating func time(_ name: StaticString, _ text: String, _ time: PythonTime, of value: PickleValue) {
        // The part of the zone that the text does not contain.
        var zone: PickleValue?
        switch time.zone {
        case nil, .offset(_, name: nil): break
        case .offset: if isPlain { zone = value.zone }
        case .described(let description, let offset): if isPlain || offset == nil { zone = description }
        }
        let hasFold = isPlain && time.isRepeated
        guard zone != nil || hasFold else { return tag(name, text) }
        enter(value)
        output.append("{\"")
        output.append(name)
        output.append("\":")
        string(text)
        if hasFold { output.append(",\"fold\":1") }
        tasks.append(.text("}"))
        if let zone { tasks += [.value(zone), .key("zone"), .text(",")] }
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

    /// Writes a JSON string. Lone surrogates, which only JSON's escapes can express, are escaped.
    private mutating func string(generalized bytes: [UInt8]) {
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
                JSONEscape.append(unit: UInt32(byte), to: &output)
                index += 1
            case 0x20..<0x7f:
                output.append(byte)
                index += 1
            default:
                guard let (codePoint, length) = PickleText.decode(bytes[...], at: index) else {
                    JSONEscape.append(unit: 0xfffd, to: &output)
                    index += 1
                    continue
                }
                if let scalar = Unicode.Scalar(codePoint), !JSONEscape.isNeeded(for: scalar) {
                    output.append(contentsOf: bytes[index..<index + length])
                } else {
                    JSONEscape.append(codePoint, to: &output)
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
    ///
    /// - Parameter allowsBytes: Whether ASCII byte strings, which Python 2 uses for names, count as text.
    fileprivate func attributes(allowsBytes: Bool) -> [(name: String, value: PickleValue)]? {
        guard case .dictionary(let items) = node else { return nil }
        var named: [(name: String, value: PickleValue)] = []
        for pair in pairs(items) {
            guard let name = pair.key.text ?? (allowsBytes ? pair.key.plainText : nil) else { return nil }
            named.append((name, pair.value))
        }
        return named
    }

    /// The second argument of a call.
    fileprivate var zone: PickleValue? {
        guard case .object(let object) = node, case .tuple(let items) = graph.nodes[object.arguments], items.count == 2
        else { return nil }
        return child(items[1])
    }
}
