/// A Python value, as data.
///
/// It represents anything that a pickle can express, including objects that are shared and objects that contain
/// themselves; nothing in it is code, and nothing is ever executed. Write plain ones as literals, and look into one
/// through ``content``:
///
///     let record: PickleValue = ["name": "ann", "tags": ["a", "b"], "visits": 42]
///     let born = PickleValue(.date(PythonDate(year: 1990, month: 4, day: 1)))
///     record["name"]?.text  // "ann"
///
/// A value used in two places is one object in both, as in Python. ``init(_:)`` copies its argument, so a large value
/// is best built from the leaves up in few steps. However deep a value is, copying and releasing it does not recurse.
public struct PickleValue: Sendable {
    let graph: PickleGraph
    let position: Int

    var node: PickleNode { graph.nodes[position] }

    init(graph: PickleGraph, position: Int) {
        self.graph = graph
        self.position = position
    }

    func child(_ position: Int) -> PickleValue { PickleValue(graph: graph, position: position) }

    /// What a value is, one level deep.
    public enum Content: Sendable {
        /// `None`.
        case none
        /// `True` or `False`.
        case boolean(Bool)
        /// An `int`, of any size.
        case integer(BigInteger)
        /// A `float`.
        case double(Double)
        /// A `complex`.
        case complex(real: Double, imaginary: Double)
        /// A `str`.
        case text(String)
        /// A `str` that contains lone surrogates, which no Swift string can: UTF-8 with three bytes for each of them.
        case illFormedText([UInt8])
        /// A `bytes`, or Python 2's `str`.
        case bytes([UInt8])
        /// A `bytearray`.
        case byteArray([UInt8])
        /// A `list`.
        case list([PickleValue])
        /// A `tuple`.
        case tuple([PickleValue])
        /// A `dict`, in its order.
        case dictionary([PicklePair])
        /// A `set`, in the order of the pickle.
        case set([PickleValue])
        /// A `frozenset`, in the order of the pickle.
        case frozenSet([PickleValue])
        /// A `range`.
        case range(start: BigInteger, stop: BigInteger, step: BigInteger)
        /// A `datetime.datetime`.
        case dateTime(PythonDateTime)
        /// A `datetime.date`.
        case date(PythonDate)
        /// A `datetime.time`.
        case time(PythonTime)
        /// A `datetime.timedelta`.
        case timeDelta(PythonTimeDelta)
        /// A `decimal.Decimal`, as Python prints it: `12.340`, `-1E+28`, `NaN`.
        case decimal(String)
        /// A `fractions.Fraction`.
        case fraction(numerator: BigInteger, denominator: BigInteger)
        /// A `uuid.UUID`, as a 128-bit number.
        case uuid(UInt128)
        /// A `collections.OrderedDict`.
        case orderedDictionary([PicklePair])
        /// A `collections.defaultdict`; its factory is a class or function by name, or `None`.
        case defaultDictionary(factory: PickleValue, [PicklePair])
        /// A class or function by name. Names from Python 2 are converted to Python 3's.
        case global(module: String, name: String)
        /// A class or function by its number in the writing program's extension registry.
        case extensionCode(Int)
        /// An object stored elsewhere by the writing program, by its id.
        case persistent(PickleValue)
        /// Any other instance, described.
        case object(PickleObject)
    }
}

/// A key of a dictionary and its value.
public struct PicklePair: Hashable, Sendable {
    /// The key.
    public var key: PickleValue
    /// The value.
    public var value: PickleValue

    /// Creates a pair.
    public init(_ key: PickleValue, _ value: PickleValue) {
        self.key = key
        self.value = value
    }
}

/// An instance of any class, as the instructions that a pickle gives for creating it. They are not followed.
public struct PickleObject: Sendable {
    /// How the instance is created.
    public enum Construction: Hashable, Sendable {
        /// By calling a class or function.
        case call
        /// By the class's `__new__`, without its `__init__`.
        case new
        /// The same, with keyword arguments.
        case newWithKeywords
        /// As an instance of a Python 2 class without `object` as its base.
        case instance
    }

    /// How the instance is created.
    public var construction: Construction
    /// The class, or the function that is called.
    public var callable: PickleValue
    /// The arguments.
    public var arguments: [PickleValue]
    /// The keyword arguments, a dictionary, if there are any.
    public var keywords: PickleValue?
    /// The attributes: a dictionary, or the argument of the class's own `__setstate__`.
    public var state: PickleValue?
    /// The attributes in the order in which they are set, if that happens more than once.
    var states: [PickleValue] = []
    /// The items appended to it, if it is like a list.
    public var listItems: [PickleValue]
    /// The items set in it, if it is like a dictionary.
    public var dictionaryItems: [PicklePair]
    /// The items added to it, if it is like a set.
    public var setItems: [PickleValue]
    /// Functions that set its state instead of the class, each with the state that it is given.
    public var setters: [PicklePair]

    /// Creates the description of an instance.
    public init(
        construction: Construction = .call, callable: PickleValue, arguments: [PickleValue] = [],
        keywords: PickleValue? = nil, state: PickleValue? = nil, listItems: [PickleValue] = [],
        dictionaryItems: [PicklePair] = [], setItems: [PickleValue] = [], setters: [PicklePair] = []
    ) {
        self.construction = construction
        self.callable = callable
        self.arguments = arguments
        self.keywords = keywords
        self.state = state
        self.listItems = listItems
        self.dictionaryItems = dictionaryItems
        self.setItems = setItems
        self.setters = setters
    }

    /// The name of the class with its module, `shop.models.Product`; nil if the pickle does not name one.
    public var className: String? { uniform.callable.globalName }
}

extension PickleObject {
    /// The same instance as described by protocols from 4 on. Older ones call functions of their own, which get the
    /// class as an argument.
    var uniform: PickleObject {
        var object = self
        guard construction == .call else { return self }
        if let maker = callable.global, maker.module == "copyreg", arguments.first?.globalName != nil {
            switch maker.name {
            case "__newobj__":
                object.construction = .new
                object.callable = object.arguments.removeFirst()
                return object
            case "__newobj_ex__":
                guard arguments.count == 3, case .tuple = arguments[1].node, case .dictionary = arguments[2].node else {
                    return self
                }
                object.become(arguments[0], arguments[1].elements ?? [], keywords: arguments[2])
                return object
            case "_reconstructor":
                return reconstructed ?? self
            default:
                return self
            }
        }
        // `functools.partial(Class.__new__, Class, …)`, called without arguments.
        guard arguments.isEmpty, case .object(let made) = callable.node,
            callable.child(made.callable).isGlobal("functools", "partial"), made.states.count == 1,
            case .tuple(let state) = callable.graph.nodes[made.states[0]], state.count == 4,
            callable.child(state[0]).globalName?.hasSuffix(".__new__") == true,
            case .tuple(let given) = callable.graph.nodes[state[1]], let type = given.first,
            callable.child(type).globalName != nil
        else { return self }
        let keywords = callable.child(state[2])
        guard keywords.isNone || keywords.isDictionary else { return self }
        // Not `nil`, which would be a value of Python.
        object.become(
            callable.child(type), given.dropFirst().map(callable.child), keywords: keywords.isNone ? .none : keywords)
        return object
    }

    private mutating func become(_ type: PickleValue, _ arguments: [PickleValue], keywords: PickleValue?) {
        construction = .newWithKeywords
        callable = type
        self.arguments = arguments
        self.keywords = keywords
    }

    /// An instance that protocols below 2 create from its class, the built-in type that this is derived from, and the
    /// value as an instance of that type.
    private var reconstructed: PickleObject? {
        guard arguments.count == 3, let base = arguments[1].globalName else { return nil }
        var object = self
        object.construction = .new
        object.callable = arguments[0]
        switch (base, arguments[2].content) {
        case ("builtins.object", .none): object.arguments = []
        case ("builtins.dict", .dictionary(let pairs)):
            object.arguments = []
            object.dictionaryItems = pairs + dictionaryItems
        case ("builtins.list", .list(let items)):
            object.arguments = []
            object.listItems = items + listItems
        case ("builtins.tuple", .tuple(let items)): object.arguments = items
        case ("builtins.complex", .complex(let real, let imaginary)):
            object.arguments = [PickleValue(real), PickleValue(imaginary)]
        case ("builtins.str", .text), ("builtins.str", .illFormedText), ("builtins.int", .integer),
            ("builtins.float", .double), ("builtins.bytes", .bytes), ("builtins.str", .bytes),
            ("builtins.bytes", .text):
            object.arguments = [arguments[2]]
        default: return nil
        }
        return object
    }
}

extension PickleValue {
    fileprivate var isDictionary: Bool {
        if case .dictionary = node { return true }
        return false
    }
}

extension PickleValue {
    /// The dotted name of a class or function; nil for anything else.
    var globalName: String? {
        global.map { $0.module + "." + $0.name }
    }
}

// MARK: - Looking

extension PickleValue {
    /// The text, if it is text.
    public var text: String? {
        if case .text(let bytes) = node { return String(validating: bytes, as: UTF8.self) }
        return nil
    }

    /// The bytes, if it is `bytes` or a `bytearray`.
    public var bytes: [UInt8]? {
        switch node {
        case .bytes(let bytes), .byteArray(let bytes): bytes
        default: nil
        }
    }

    /// The integer, if it is one that fits.
    public var integer: Int? {
        if case .integer(let value) = node { return value.exactly() }
        return nil
    }

    /// The number, if it is a `float`.
    public var double: Double? {
        if case .double(let value) = node { return value }
        return nil
    }

    /// The boolean, if it is one.
    public var boolean: Bool? {
        if case .boolean(let value) = node { return value }
        return nil
    }

    /// Whether it is `None`.
    public var isNone: Bool {
        if case .none = node { return true }
        return false
    }

    /// The elements of a list, tuple or set.
    public var elements: [PickleValue]? {
        switch node {
        case .list(let items), .tuple(let items), .set(let items), .frozenSet(let items): items.map(child)
        default: nil
        }
    }

    /// A dictionary's value for a text; nil if it has none, or is not a dictionary. If a pickle sets a key twice, the
    /// last value counts.
    public subscript(key: String) -> PickleValue? {
        let items: [Int]
        switch node {
        case .dictionary(let pairs): items = pairs
        case .object(let object): items = object.dictionaryItems
        default: return nil
        }
        let wanted = Array(key.utf8)
        for index in stride(from: items.count - 2, through: 0, by: -2) {
            switch graph.nodes[items[index]] {
            case .text(let text) where text == wanted: return child(items[index + 1])
            // Python 2 has byte strings as keys.
            case .bytes(let bytes) where bytes == wanted: return child(items[index + 1])
            default: continue
            }
        }
        return nil
    }
}

// MARK: - Literals

extension PickleValue {
    /// A `str`.
    public init(_ text: String) { self.init(.text(text)) }
    /// An `int`.
    public init(_ number: some FixedWidthInteger) { self.init(.integer(BigInteger(number))) }
    /// A `float`.
    public init(_ number: Double) { self.init(.double(number)) }
    /// A `bool`.
    public init(_ truth: Bool) { self.init(.boolean(truth)) }
    /// A `bytes`.
    public init(_ bytes: [UInt8]) { self.init(.bytes(bytes)) }
}

extension PickleValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// `None`.
    public init(nilLiteral: ()) { self.init(.none) }
    /// A `bool`.
    public init(booleanLiteral value: Bool) { self.init(.boolean(value)) }
    /// An `int`.
    public init(integerLiteral value: Int) { self.init(.integer(BigInteger(value))) }
    /// A `float`.
    public init(floatLiteral value: Double) { self.init(.double(value)) }
    /// A `str`.
    public init(stringLiteral value: String) { self.init(.text(value)) }
    /// A `list`.
    public init(arrayLiteral elements: PickleValue...) { self.init(.list(elements)) }
    /// A `dict`.
    public init(dictionaryLiteral elements: (PickleValue, PickleValue)...) {
        self.init(.dictionary(elements.map { PicklePair($0.0, $0.1) }))
    }
}

// MARK: - Equality

extension PickleValue: Hashable {
    /// Whether two values are equal. It makes no difference which of their parts are shared, or how a cycle is drawn;
    /// the order within dictionaries and sets does. A NaN equals a NaN, and `0.0` does not equal `-0.0`.
    public static func == (left: PickleValue, right: PickleValue) -> Bool {
        struct Comparison: Hashable {
            var left: Int
            var right: Int
        }
        // Pairs being compared further up count as equal: otherwise a cycle would never end.
        var seen: Set<Comparison> = []
        var waiting = [Comparison(left: left.position, right: right.position)]
        while let next = waiting.popLast() {
            if left.graph === right.graph, next.left == next.right { continue }
            let mine = left.graph.nodes[next.left]
            let theirs = right.graph.nodes[next.right]
            guard mine.isAlike(theirs) else { return false }
            let (myChildren, theirChildren) = (mine.children, theirs.children)
            guard myChildren.count == theirChildren.count else { return false }
            guard !myChildren.isEmpty, seen.insert(next).inserted else { continue }
            for (mine, theirs) in zip(myChildren, theirChildren) {
                waiting.append(Comparison(left: mine, right: theirs))
            }
        }
        return true
    }

    /// Hashes the value itself and not what it contains.
    public func hash(into hasher: inout Hasher) {
        switch node {
        case .boolean(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value.isNaN ? 0 : value.bitPattern)
        case .text(let bytes), .bytes(let bytes), .byteArray(let bytes): hasher.combine(bytes)
        case .extensionCode(let code): hasher.combine(code)
        default: hasher.combine(node.children.count)
        }
    }
}
