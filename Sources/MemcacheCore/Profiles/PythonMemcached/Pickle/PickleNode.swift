/// One object of a pickle. Objects refer to each other by position in the graph, so that sharing and cycles are kept
/// and nothing recurses: not the reader, not the writer, and not the release of memory.
enum PickleNode: Sendable {
    case none
    case boolean(Bool)
    case integer(BigInteger)
    case double(Double)
    /// Text in UTF-8, in which lone surrogates take three bytes, as in Python's `surrogatepass`.
    case text([UInt8])
    case bytes([UInt8])
    case byteArray([UInt8])
    case list([Int])
    case tuple([Int])
    /// Alternating keys and values.
    case dictionary([Int])
    case set([Int])
    case frozenSet([Int])
    /// A class or function, by the names of its module and itself, which are text nodes.
    case global(module: Int, name: Int)
    /// A class or function, by a number that the writing program had registered.
    case extensionCode(Int)
    /// An object stored elsewhere by the writing program, by its id.
    case persistent(Int)
    indirect case object(PickledObject)
}

/// An instance, as the instructions for creating it.
struct PickledObject: Sendable {
    enum Construction: Hashable, Sendable {
        /// `callable(*arguments)`: pickle's `REDUCE`.
        case call
        /// `callable.__new__(callable, *arguments)`: `NEWOBJ`.
        case new
        /// `callable.__new__(callable, *arguments, **keywords)`: `NEWOBJ_EX`.
        case newWithKeywords
        /// An instance of a Python 2 class without `object` as its base: `INST` and `OBJ`.
        case instance
    }

    var construction: Construction
    var callable: Int
    /// A tuple node.
    var arguments: Int
    var keywords: Int?
    /// The arguments of `BUILD`, usually one dictionary of attributes.
    var states: [Int] = []
    /// The items appended to the instance as to a list.
    var listItems: [Int] = []
    /// Alternating keys and values set as in a dictionary.
    var dictionaryItems: [Int] = []
    /// The items added as to a set.
    var setItems: [Int] = []
    /// Functions that were called with the instance to set its state, alternating with those states.
    var setters: [Int] = []

    /// Whether the instance consists of its arguments only.
    var isPlainCall: Bool {
        states.isEmpty && listItems.isEmpty && dictionaryItems.isEmpty && setItems.isEmpty && setters.isEmpty
    }
}

/// Objects that refer to each other by position. It never changes after creation.
final class PickleGraph: Sendable {
    let nodes: [PickleNode]
    /// Calls whose results are not part of the value, which a pickle makes only for their effect.
    let droppedCalls: [Int]

    init(nodes: [PickleNode], droppedCalls: [Int] = []) {
        self.nodes = nodes
        self.droppedCalls = droppedCalls
    }
}

extension PickleNode {
    /// The positions of the objects that this one refers to, in order.
    var children: [Int] {
        switch self {
        case .none, .boolean, .integer, .double, .text, .bytes, .byteArray, .extensionCode: []
        case .list(let items), .tuple(let items), .dictionary(let items), .set(let items), .frozenSet(let items): items
        case .global(let module, let name): [module, name]
        case .persistent(let id): [id]
        case .object(let object):
            [object.callable, object.arguments] + (object.keywords.map { [$0] } ?? []) + object.states
                + object.listItems + object.dictionaryItems + object.setItems + object.setters
        }
    }

    /// The same object with other positions for those it refers to.
    func replacingChildren(_ position: (Int) -> Int) -> PickleNode {
        switch self {
        case .none, .boolean, .integer, .double, .text, .bytes, .byteArray, .extensionCode: self
        case .list(let items): .list(items.map(position))
        case .tuple(let items): .tuple(items.map(position))
        case .dictionary(let items): .dictionary(items.map(position))
        case .set(let items): .set(items.map(position))
        case .frozenSet(let items): .frozenSet(items.map(position))
        case .global(let module, let name): .global(module: position(module), name: position(name))
        case .persistent(let id): .persistent(position(id))
        case .object(let object):
            .object(
                PickledObject(
                    construction: object.construction, callable: position(object.callable),
                    arguments: position(object.arguments), keywords: object.keywords.map(position),
                    states: object.states.map(position), listItems: object.listItems.map(position),
                    dictionaryItems: object.dictionaryItems.map(position), setItems: object.setItems.map(position),
                    setters: object.setters.map(position)))
        }
    }

    /// Whether two objects are the same except for what they refer to.
    func isAlike(_ other: PickleNode) -> Bool {
        switch (self, other) {
        case (.none, .none): true
        case (.boolean(let mine), .boolean(let theirs)): mine == theirs
        case (.integer(let mine), .integer(let theirs)): mine == theirs
        case (.double(let mine), .double(let theirs)):
            // Two NaNs are the same data; the two zeros are not.
            mine.bitPattern == theirs.bitPattern || mine.isNaN && theirs.isNaN
        case (.text(let mine), .text(let theirs)), (.bytes(let mine), .bytes(let theirs)),
            (.byteArray(let mine), .byteArray(let theirs)):
            mine == theirs
        case (.list(let mine), .list(let theirs)), (.tuple(let mine), .tuple(let theirs)),
            (.dictionary(let mine), .dictionary(let theirs)), (.set(let mine), .set(let theirs)),
            (.frozenSet(let mine), .frozenSet(let theirs)):
            mine.count == theirs.count
        case (.global, .global), (.persistent, .persistent): true
        case (.extensionCode(let mine), .extensionCode(let theirs)): mine == theirs
        case (.object(let mine), .object(let theirs)):
            mine.construction == theirs.construction && (mine.keywords == nil) == (theirs.keywords == nil)
                && mine.states.count == theirs.states.count && mine.listItems.count == theirs.listItems.count
                && mine.dictionaryItems.count == theirs.dictionaryItems.count
                && mine.setItems.count == theirs.setItems.count && mine.setters.count == theirs.setters.count
        default: false
        }
    }
}
