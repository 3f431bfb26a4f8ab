// MARK: - From a graph

extension PickleValue {
    /// The value, one level deep. The parts are values of the same graph: only their list is copied.
    ///
    /// Instances of the standard library's classes that are listed in ``Content`` are returned as their values if the
    /// pickle describes them as Python does; anything else is returned as ``Content/object(_:)``.
    public var content: Content {
        switch node {
        case .none: return .none
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .double(let value): return .double(value)
        case .text(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else { return .illFormedText(bytes) }
            return .text(text)
        case .bytes(let bytes): return .bytes(bytes)
        case .byteArray(let bytes): return .byteArray(bytes)
        case .list(let items): return .list(items.map(child))
        case .tuple(let items): return .tuple(items.map(child))
        case .dictionary(let items): return .dictionary(pairs(items))
        case .set(let items): return .set(items.map(child))
        case .frozenSet(let items): return .frozenSet(items.map(child))
        case .global:
            return global.map { .global(module: $0.module, name: $0.name) } ?? .none
        case .extensionCode(let code): return .extensionCode(code)
        case .persistent(let id): return .persistent(child(id))
        case .object(let object): return known(object) ?? .object(described(object))
        }
    }

    /// The name of a class or function, and of its module; nil for anything else. An attribute of a class, such as a
    /// method obtained with `getattr`, has a name with a dot in it, as protocols below 4 use for a class within a
    /// class.
    var global: (module: String, name: String)? {
        var attributes: [String] = []
        var length = 0
        var value = self
        while true {
            switch value.node {
            case .global(let module, let name):
                let names = [value.child(name).repairedText] + attributes.reversed()
                return (value.child(module).repairedText, names.joined(separator: "."))
            case .object(let object):
                guard object.construction == .call, object.isPlainCall, object.keywords == nil,
                    value.child(object.callable).isGlobal("builtins", "getattr"),
                    case .tuple(let arguments) = graph.nodes[object.arguments], arguments.count == 2,
                    case .text(let name) = graph.nodes[arguments[1]]
                else { return nil }
                length += name.count + 1
                guard length < 1024 else { return nil }
                attributes.append(String(decoding: name, as: UTF8.self))
                value = child(arguments[0])
            default: return nil
            }
        }
    }

    /// Whether it is a class or function by this name, without further inspection.
    func isGlobal(_ wantedModule: StaticString, _ wantedName: StaticString) -> Bool {
        guard case .global(let module, let name) = node, case .text(let moduleText) = graph.nodes[module],
            case .text(let nameText) = graph.nodes[name]
        else { return false }
        func isSame(_ text: [UInt8], _ wanted: StaticString) -> Bool {
            text.count == wanted.utf8CodeUnitCount && text.span.starts(with: wanted, in: 0..<text.count)
        }
        return isSame(moduleText, wantedModule) && isSame(nameText, wantedName)
    }

    private var repairedText: String {
        if case .text(let bytes) = node { return String(decoding: bytes, as: UTF8.self) }
        return ""
    }

    func pairs(_ items: [Int]) -> [PicklePair] {
        stride(from: 0, to: items.count - 1, by: 2).map { PicklePair(child(items[$0]), child(items[$0 + 1])) }
    }

    func described(_ object: PickledObject) -> PickleObject {
        var description = PickleObject(
            construction: PickleObject.Construction(object.construction), callable: child(object.callable),
            arguments: arguments(of: object).map(child), keywords: object.keywords.map(child),
            state: object.states.last.map(child), listItems: object.listItems.map(child),
            dictionaryItems: pairs(object.dictionaryItems), setItems: object.setItems.map(child),
            setters: pairs(object.setters))
        if object.states.count > 1 { description.states = object.states.map(child) }
        return description
    }

    private func arguments(of object: PickledObject) -> [Int] {
        if case .tuple(let items) = graph.nodes[object.arguments] { return items }
        return []
    }

    /// The value of an instance of a class that has a case of its own in ``Content``; nil for what Python could not
    /// create, and for what contains more than the case can represent.
    ///
    /// The same instance may be looked at very often: parts that are not in the result are not traversed.
    private func known(_ object: PickledObject) -> Content? {
        guard let (module, name) = child(object.callable).global else { return nil }
        if module == "builtins", name == "getattr" {
            return global.map { .global(module: $0.module, name: $0.name) }
        }
        guard case .tuple(let argumentPositions) = graph.nodes[object.arguments], argumentPositions.count <= 3,
            object.keywords == nil, object.setters.isEmpty, object.listItems.isEmpty, object.setItems.isEmpty
        else { return nil }
        let arguments = argumentPositions.map(child)
        switch (module, name, object.construction) {
        case ("uuid", "UUID", .new):
            // Two attributes may be present: the number, and whether its generation was multiprocessing-safe.
            guard arguments.isEmpty, object.dictionaryItems.isEmpty, object.states.count == 1,
                case .dictionary(let items) = graph.nodes[object.states[0]], items.count <= 4,
                case .integer(let number)? = child(object.states[0])["int"]?.node
            else { return nil }
            return number.exactly(UInt128.self).map { .uuid($0) }
        case ("collections", "OrderedDict", .call) where object.states.isEmpty:
            if arguments.isEmpty { return .orderedDictionary(pairs(object.dictionaryItems)) }
            return Self.pairList(arguments).map { .orderedDictionary($0 + pairs(object.dictionaryItems)) }
        case ("collections", "defaultdict", .call) where arguments.count <= 1 && object.states.isEmpty:
            let factory = arguments.first ?? nil
            guard factory.isNone || factory.canBeCalled else { return nil }
            return .defaultDictionary(factory: factory, pairs(object.dictionaryItems))
        default:
            break
        }
        guard object.states.isEmpty, object.dictionaryItems.isEmpty, object.construction == .call else { return nil }
        switch (module, name) {
        case ("builtins", "complex"):
            guard arguments.count == 2, let real = arguments[0].double, let imaginary = arguments[1].double else {
                return nil
            }
            return .complex(real: real, imaginary: imaginary)
        case ("builtins", "range"):
            let numbers = arguments.compactMap(\.wholeNumber)
            guard arguments.count == 3, numbers.count == 3, numbers[2] != 0 else { return nil }
            return .range(start: numbers[0], stop: numbers[1], step: numbers[2])
        case ("datetime", "datetime"): return PythonDateTime(arguments).map { .dateTime($0) }
        case ("datetime", "date"):
            guard arguments.count == 1 else { return nil }
            return arguments[0].octets.flatMap { PythonDate($0[...]) }.map { .date($0) }
        case ("datetime", "time"): return PythonTime(arguments).map { .time($0) }
        case ("datetime", "timedelta"): return PythonTimeDelta(arguments).map { .timeDelta($0) }
        case ("decimal", "Decimal"):
            guard arguments.count == 1, let text = arguments[0].plainText, PythonDecimal.isDecimal(Array(text.utf8))
            else { return nil }
            return .decimal(text)
        case ("fractions", "Fraction"): return Self.fraction(arguments)
        default:
            return nil
        }
    }

    private static func fraction(_ arguments: [PickleValue]) -> Content? {
        let numbers: [BigInteger]
        if arguments.count == 2 {
            numbers = arguments.compactMap(\.wholeNumber)
            guard numbers.count == 2 else { return nil }
        } else {
            // Before about Python 3.12, and in Python 2, the argument is the printed form.
            guard arguments.count == 1, let text = arguments[0].plainText, text.utf8.count <= 20_000 else { return nil }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            numbers = parts.compactMap { BigInteger(decimal: Array($0.utf8), maximumDigits: 10000) }
            guard numbers.count == parts.count, (1...2).contains(numbers.count),
                parts.count == 1 || parts[1].utf8.first.map({ $0 >= UInt8(ascii: "0") }) == true
            else { return nil }
        }
        let denominator = numbers.count == 2 ? numbers[1] : 1
        guard !denominator.isNegative, denominator != 0 else { return nil }
        return .fraction(numerator: numbers[0], denominator: denominator)
    }

    /// Whether Python may be able to call it: anything except a value that is certainly plain.
    private var canBeCalled: Bool {
        switch node {
        case .global, .object, .persistent, .extensionCode: true
        default: false
        }
    }

    /// Python 2 gives an `OrderedDict` its items as a list of two-element lists.
    private static func pairList(_ arguments: [PickleValue]) -> [PicklePair]? {
        guard arguments.count == 1, case .list(let items) = arguments[0].node else { return nil }
        var pairs: [PicklePair] = []
        for item in items {
            guard let pair = arguments[0].child(item).elements, pair.count == 2 else { return nil }
            pairs.append(PicklePair(pair[0], pair[1]))
        }
        return pairs
    }

    var wholeNumber: BigInteger? {
        if case .integer(let value) = node { return value }
        return nil
    }

    /// Bytes, including as seen by a Python 3 that takes Python 2's strings for text.
    fileprivate var octets: [UInt8]? {
        switch node {
        case .bytes(let bytes): bytes
        case .text(let text): PickleText.latin1(text)
        default: nil
        }
    }

    /// Text in ASCII, including a Python 2 string.
    var plainText: String? {
        switch node {
        case .bytes(let bytes) where bytes.allSatisfy { $0 < 0x80 },
            .text(let bytes) where bytes.allSatisfy { $0 < 0x80 }:
            String(decoding: bytes, as: UTF8.self)
        default: nil
        }
    }
}

extension PickleObject.Construction {
    fileprivate init(_ construction: PickledObject.Construction) {
        self =
            switch construction {
            case .call: .call
            case .new: .new
            case .newWithKeywords: .newWithKeywords
            case .instance: .instance
            }
    }
}

extension PickledObject.Construction {
    fileprivate init(_ construction: PickleObject.Construction) {
        self =
            switch construction {
            case .call: .call
            case .new: .new
            case .newWithKeywords: .newWithKeywords
            case .instance: .instance
            }
    }
}

// MARK: - Dates and times

// Python's `datetime` pickles a date as four bytes (year in two, month, day), a time as six (hour, minute, second,
// microseconds in three) and a datetime as both. The top bit of the month, or of a lone time's hour, is the fold.

extension PythonDate {
    fileprivate init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == 4 else { return nil }
        let start = bytes.startIndex
        let year = Int(bytes[start]) << 8 | Int(bytes[start + 1])
        let (month, day) = (Int(bytes[start + 2]), Int(bytes[start + 3]))
        self.init(year: year, month: month, day: day)
        guard isPossible else { return nil }
    }

    fileprivate var octets: [UInt8] {
        [
            UInt8(truncatingIfNeeded: year >> 8), UInt8(truncatingIfNeeded: year), UInt8(truncatingIfNeeded: month),
            UInt8(truncatingIfNeeded: day),
        ]
    }
}

extension PythonTime {
    fileprivate init?(_ bytes: ArraySlice<UInt8>, isRepeated: Bool, zone: PythonTimeZone?) {
        guard bytes.count == 6 else { return nil }
        let start = bytes.startIndex
        let microsecond = Int(bytes[start + 3]) << 16 | Int(bytes[start + 4]) << 8 | Int(bytes[start + 5])
        guard bytes[start] < 24, bytes[start + 1] < 60, bytes[start + 2] < 60, microsecond < 1_000_000 else {
            return nil
        }
        self.init(
            hour: Int(bytes[start]), minute: Int(bytes[start + 1]), second: Int(bytes[start + 2]),
            microsecond: microsecond, isRepeated: isRepeated, zone: zone)
    }

    fileprivate init?(_ arguments: [PickleValue]) {
        guard (1...2).contains(arguments.count), var bytes = arguments[0].octets, bytes.count == 6 else { return nil }
        let isRepeated = bytes[0] & 0x80 != 0
        bytes[0] &= 0x7f
        guard let zone = PythonTimeZone.zone(of: arguments) else { return nil }
        self.init(bytes[...], isRepeated: isRepeated, zone: zone.value)
    }

    fileprivate var octets: [UInt8] {
        [
            UInt8(truncatingIfNeeded: hour), UInt8(truncatingIfNeeded: minute), UInt8(truncatingIfNeeded: second),
            UInt8(truncatingIfNeeded: microsecond >> 16), UInt8(truncatingIfNeeded: microsecond >> 8),
            UInt8(truncatingIfNeeded: microsecond),
        ]
    }
}

extension PythonDateTime {
    fileprivate init?(_ arguments: [PickleValue]) {
        guard (1...2).contains(arguments.count), var bytes = arguments[0].octets, bytes.count == 10 else { return nil }
        let isRepeated = bytes[2] & 0x80 != 0
        bytes[2] &= 0x7f
        guard let zone = PythonTimeZone.zone(of: arguments), let date = PythonDate(bytes[..<4]),
            let time = PythonTime(bytes[4...], isRepeated: isRepeated, zone: zone.value)
        else { return nil }
        self.init(date: date, time: time)
    }
}

extension PythonTimeDelta {
    fileprivate init?(_ arguments: [PickleValue]) {
        let numbers = arguments.compactMap(\.integer)
        guard numbers.count == 3, arguments.count == 3 else { return nil }
        self.init(days: numbers[0], seconds: numbers[1], microseconds: numbers[2])
        guard isPossible else { return nil }
    }

    /// Creates the delta from a value that is a `timedelta`.
    fileprivate init?(_ value: PickleValue) {
        guard case .object(let object) = value.node, object.construction == .call, object.isPlainCall,
            value.child(object.callable).isGlobal("datetime", "timedelta"),
            case .tuple(let arguments) = value.graph.nodes[object.arguments], arguments.count == 3
        else { return nil }
        self.init(arguments.map(value.child))
    }

    /// A whole number of seconds, of either sign, less than a day.
    fileprivate init?(offsetSeconds seconds: Int) {
        guard (-86399...86399).contains(seconds) else { return nil }
        self.init(days: seconds < 0 ? -1 : 0, seconds: seconds < 0 ? seconds + 86400 : seconds)
    }
}

extension PythonTimeZone {
    /// The zone in the second of some arguments; nil if Python would not accept it as a zone.
    fileprivate static func zone(of arguments: [PickleValue]) -> (value: PythonTimeZone?, Void)? {
        guard arguments.count == 2, !arguments[1].isNone else { return (nil, ()) }
        return PythonTimeZone(arguments[1]).map { ($0, ()) }
    }

    /// Looks only at the zone itself: in a hostile pickle a zone may be a time with a zone, and so on.
    fileprivate init?(_ value: PickleValue) {
        guard case .object(let object) = value.node else {
            switch value.node {
            case .global, .persistent, .extensionCode: self = .described(value, knownOffset: nil)
            default: return nil
            }
            return
        }
        var arguments: [PickleValue] = []
        if case .tuple(let items) = value.graph.nodes[object.arguments], items.count <= 4, object.isPlainCall {
            arguments = items.map(value.child)
        }
        switch (value.child(object.callable).globalName, arguments.count) {
        case ("datetime.timezone", 1...2):
            guard let offset = PythonTimeDelta(arguments[0]), offset.isOffset else { return nil }
            let name = arguments.count == 2 ? arguments[1].text : nil
            guard arguments.count == 1 || name != nil else { break }
            self = .offset(offset, name: name)
            return
        // The names of UTC in pytz, dateutil and Django.
        case ("pytz._UTC", 0), ("dateutil.tz.tz.tzutc", 0), ("dateutil.tz.tzutc", 0), ("django.utils.timezone.UTC", 0):
            self = .described(value, knownOffset: PythonTimeDelta())
            return
        // pytz records which of a zone's offsets applies: name, seconds from UTC, seconds of daylight saving time,
        // abbreviation.
        case ("pytz._p", 4):
            self = .described(value, knownOffset: arguments[1].integer.flatMap { PythonTimeDelta(offsetSeconds: $0) })
            return
        default:
            break
        }
        self = .described(value, knownOffset: nil)
    }
}

// MARK: - Into a graph

extension PickleValue {
    /// Creates a value from its content. The parts are copied into one graph with it; what they share stays shared.
    public init(_ content: Content) {
        var builder = PickleGraphBuilder()
        let position = builder.add(content)
        self = builder.value(at: position)
    }
}

extension PickleGraphBuilder {
    fileprivate mutating func add(_ content: PickleValue.Content) -> Int {
        switch content {
        case .none: add(PickleNode.none)
        case .boolean(let value): add(PickleNode.boolean(value))
        case .integer(let value): add(PickleNode.integer(value))
        case .double(let value): add(PickleNode.double(value))
        case .complex(let real, let imaginary):
            addCall("builtins", "complex", [add(PickleNode.double(real)), add(PickleNode.double(imaginary))])
        case .text(let text): addText(text)
        case .illFormedText(let bytes):
            // Bytes that are not even this kind of UTF-8 are repaired, as Swift does.
            add(
                PickleNode.text(
                    PickleText.isValid(bytes[...]) ? bytes : Array(String(decoding: bytes, as: UTF8.self).utf8)))
        case .bytes(let bytes): add(PickleNode.bytes(bytes))
        case .byteArray(let bytes): add(PickleNode.byteArray(bytes))
        case .list(let items): add(PickleNode.list(add(items)))
        case .tuple(let items): add(PickleNode.tuple(add(items)))
        case .dictionary(let pairs): add(PickleNode.dictionary(add(pairs)))
        case .set(let items): add(PickleNode.set(add(items)))
        case .frozenSet(let items): add(PickleNode.frozenSet(add(items)))
        case .range(let start, let stop, let step):
            addCall("builtins", "range", [start, stop, step].map { add(PickleNode.integer($0)) })
        case .date(let date): addCall("datetime", "date", [add(PickleNode.bytes(date.octets))])
        case .time(let time):
            add(time, type: "time", bytes: time.octets, foldIndex: 0)
        case .dateTime(let moment):
            add(moment.time, type: "datetime", bytes: moment.date.octets + moment.time.octets, foldIndex: 2)
        case .timeDelta(let delta): add(delta)
        case .decimal(let text): addCall("decimal", "Decimal", [addText(text)])
        case .fraction(let numerator, let denominator):
            addCall("fractions", "Fraction", [numerator, denominator].map { add(PickleNode.integer($0)) })
        case .uuid(let number): addUUID(number)
        case .orderedDictionary(let pairs):
            addObject(callable: addGlobal("collections", "OrderedDict"), [], dictionaryItems: add(pairs))
        case .defaultDictionary(let factory, let pairs):
            addObject(
                callable: addGlobal("collections", "defaultdict"), factory.isNone ? [] : [add(factory)],
                dictionaryItems: add(pairs))
        case .global(let module, let name): addGlobal(module, name)
        case .extensionCode(let code): add(PickleNode.extensionCode(code))
        case .persistent(let id): add(PickleNode.persistent(add(id)))
        case .object(let object): add(object)
        }
    }

    private mutating func add(_ values: [PickleValue]) -> [Int] { values.map { add($0) } }

    private mutating func add(_ pairs: [PicklePair]) -> [Int] { pairs.flatMap { [add($0.key), add($0.value)] } }

    private mutating func addObject(callable: Int, _ arguments: [Int], dictionaryItems: [Int]) -> Int {
        var object = PickledObject(construction: .call, callable: callable, arguments: add(PickleNode.tuple(arguments)))
        object.dictionaryItems = dictionaryItems
        return add(PickleNode.object(object))
    }

    private mutating func add(_ delta: PythonTimeDelta) -> Int {
        addCall(
            "datetime", "timedelta",
            [delta.days, delta.seconds, delta.microseconds].map { add(PickleNode.integer(BigInteger($0))) })
    }

    private mutating func add(_ time: PythonTime, type: String, bytes: [UInt8], foldIndex: Int) -> Int {
        var bytes = bytes
        if time.isRepeated { bytes[foldIndex] |= 0x80 }
        var arguments = [add(PickleNode.bytes(bytes))]
        switch time.zone {
        case nil: break
        case .offset(let offset, let name):
            arguments.append(addCall("datetime", "timezone", [add(offset)] + (name.map { [addText($0)] } ?? [])))
        case .described(let value, _): arguments.append(add(value))
        }
        return addCall("datetime", type, arguments)
    }

    private mutating func addUUID(_ number: UInt128) -> Int {
        var object = PickledObject(
            construction: .new, callable: addGlobal("uuid", "UUID"), arguments: add(PickleNode.tuple([])))
        let key = addText("int")
        let value = add(PickleNode.integer(BigInteger(number)))
        object.states = [add(PickleNode.dictionary([key, value]))]
        return add(PickleNode.object(object))
    }

    private mutating func add(_ description: PickleObject) -> Int {
        var object = PickledObject(
            construction: PickledObject.Construction(description.construction), callable: add(description.callable),
            arguments: add(PickleNode.tuple(add(description.arguments))))
        object.keywords = description.keywords.map { add($0) }
        object.states = description.state.map { [add($0)] } ?? []
        object.listItems = add(description.listItems)
        object.dictionaryItems = add(description.dictionaryItems)
        object.setItems = add(description.setItems)
        object.setters = add(description.setters)
        return add(PickleNode.object(object))
    }
}
