import MemcacheCore

extension PickleValue {
    /// The name of its type in Python, with the module for one that is not built in; `pickle` if unknown.
    var typeName: String {
        switch content {
        case .none: "NoneType"
        case .boolean: "bool"
        case .integer: "int"
        case .double: "float"
        case .complex: "complex"
        case .text, .illFormedText: "str"
        case .bytes: "bytes"
        case .byteArray: "bytearray"
        case .list: "list"
        case .tuple: "tuple"
        case .dictionary: "dict"
        case .set: "set"
        case .frozenSet: "frozenset"
        case .range: "range"
        case .dateTime: "datetime.datetime"
        case .date: "datetime.date"
        case .time: "datetime.time"
        case .timeDelta: "datetime.timedelta"
        case .decimal: "decimal.Decimal"
        case .fraction: "fractions.Fraction"
        case .uuid: "uuid.UUID"
        case .orderedDictionary: "collections.OrderedDict"
        case .defaultDictionary: "collections.defaultdict"
        case .object(let object): object.className ?? "pickle"
        case .global("builtins", "Ellipsis"): "ellipsis"
        case .global("builtins", "NotImplemented"): "NotImplementedType"
        case .global, .extensionCode, .persistent: "pickle"
        }
    }
}
