import MemcacheCore

/// Reads TOML 1.0: tables, keys and compound values. Whatever the bytes are, it ends with the values or with the first
/// error.
///
/// Dates and times are recognized but not parsed.
struct TOMLReader {
    /// Why a text is not TOML.
    struct Fault: Error {
        var message: String
        var offset: Int
    }

    /// A table while it is being read.
    private final class Table {
        /// How it was defined decides what may still be added to it.
        enum Origin { case implied, header, dottedKey, inline }

        var origin: Origin
        var members: [String: Member] = [:]

        init(_ origin: Origin) { self.origin = origin }

        var node: TOMLDocument.Node { .table(members.mapValues(\.node)) }
    }

    private enum Member {
        case value(TOMLDocument.Node)
        case table(Table)
        case tables([Table])

        var node: TOMLDocument.Node {
            switch self {
            case .value(let node): node
            case .table(let table): table.node
            case .tables(let tables): .array(tables.map(\.node))
            }
        }
    }

    /// The positions of keys.
    private(set) var keys: [[String]: Int] = [:]
    /// The positions of values.
    private(set) var values: [[String]: Int] = [:]

    private var scanner: TOMLScanner
    private var depth = 0

    /// The maximum nesting: nobody writes anything deeper by hand.
    private static let maximumDepth = 32

    init(_ bytes: [UInt8]) {
        scanner = TOMLScanner(bytes)
    }

    /// Reads the whole text.
    mutating func read() throws(Fault) -> [String: TOMLDocument.Node] {
        try scanner.checkCharacters()
        let root = Table(.header)
        var table = root
        var path: [String] = []
        while true {
            try scanner.skipSpace()
            guard let byte = scanner.next else { return root.members.mapValues(\.node) }
            if byte == UInt8(ascii: "[") {
                (table, path) = try readHeader(root)
            } else {
                try readPair(into: table, at: path)
            }
            try scanner.endLine()
        }
    }

    /// Reads `[a.b]` or `[[a.b]]`, and returns the table that the lines after it belong to.
    private mutating func readHeader(_ root: Table) throws(Fault) -> (Table, [String]) {
        scanner.index += 1
        let isArray = scanner.skip("[")
        let (path, offsets) = try readKey(under: [])
        guard scanner.skip("]"), !isArray || scanner.skip("]") else {
            throw scanner.fault(isArray ? "\"]]\" is missing here" : "\"]\" is missing here")
        }
        var table = root
        for (name, offset) in zip(path, offsets).dropLast() {
            switch table.members[name] {
            case nil:
                let new = Table(.implied)
                table.members[name] = .table(new)
                table = new
            case .table(let known) where known.origin != .inline: table = known
            case .tables(let known): table = known.last ?? table
            default: throw Fault(message: "\(shown(name)) cannot hold tables: it is a value", offset: offset)
            }
        }
        guard let name = path.last, let offset = offsets.last else { throw scanner.fault("a name is missing here") }
        let new = Table(.header)
        switch (table.members[name], isArray) {
        case (nil, false): table.members[name] = .table(new)
        case (nil, true): table.members[name] = .tables([new])
        case (.table(let known), false) where known.origin == .implied:
            known.origin = .header
            return (known, path)
        case (.tables(let known), true): table.members[name] = .tables(known + [new])
        default: throw Fault(message: "\(shown(name)) is there already", offset: offset)
        }
        return (new, path)
    }

    /// Reads `key = value`.
    private mutating func readPair(into table: Table, at path: [String]) throws(Fault) {
        let (whole, offsets) = try readKey(under: path)
        guard scanner.skip("=") else { throw scanner.fault("\"=\" is missing here") }
        var table = table
        let names = zip(whole[path.count...], offsets)
        for (name, offset) in names.dropLast() {
            switch table.members[name] {
            case nil:
                let new = Table(.dottedKey)
                table.members[name] = .table(new)
                table = new
            case .table(let known) where known.origin == .dottedKey: table = known
            default: throw Fault(message: "\(shown(name)) is there already", offset: offset)
            }
        }
        scanner.skipSpaces()
        guard let name = whole.last, let offset = offsets.last else { throw scanner.fault("a name is missing here") }
        guard table.members[name] == nil else {
            throw Fault(message: "\(shown(name)) is there already", offset: offset)
        }
        table.members[name] = .value(try readValue(whole))
    }

    /// Reads `a."b c".d`: the whole path, and the positions of its new names.
    private mutating func readKey(under table: [String]) throws(Fault) -> ([String], [Int]) {
        var path = table
        var offsets: [Int] = []
        repeat {
            scanner.skipSpaces()
            let start = scanner.index
            guard path.count < TOMLReader.maximumDepth else {
                throw scanner.fault("tables are too deep in one another")
            }
            path.append(try scanner.readName())
            offsets.append(start)
            if keys[path] == nil { keys[path] = start }
            scanner.skipSpaces()
        } while scanner.skip(".")
        return (path, offsets)
    }

    private mutating func readValue(_ path: [String]) throws(Fault) -> TOMLDocument.Node {
        guard depth < TOMLReader.maximumDepth else { throw scanner.fault("values are too deep in one another") }
        depth += 1
        defer { depth -= 1 }
        if values[path] == nil { values[path] = scanner.index }
        switch scanner.next {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .text(try scanner.readText(mayHaveLines: true))
        case UInt8(ascii: "["): return try readArray(path)
        case UInt8(ascii: "{"): return try readInlineTable(path)
        default: return try scanner.readScalar()
        }
    }

    private mutating func readArray(_ path: [String]) throws(Fault) -> TOMLDocument.Node {
        scanner.index += 1
        var nodes: [TOMLDocument.Node] = []
        while true {
            try scanner.skipSpace()
            if scanner.skip("]") { return .array(nodes) }
            nodes.append(try readValue(path + ["[\(nodes.count)]"]))
            try scanner.skipSpace()
            if scanner.skip("]") { return .array(nodes) }
            guard scanner.skip(",") else { throw scanner.fault("\",\" or \"]\" is missing here") }
        }
    }

    private mutating func readInlineTable(_ path: [String]) throws(Fault) -> TOMLDocument.Node {
        scanner.index += 1
        let table = Table(.inline)
        scanner.skipSpaces()
        if scanner.skip("}") { return table.node }
        while true {
            try readPair(into: table, at: path)
            scanner.skipSpaces()
            if scanner.skip("}") { return table.node }
            guard scanner.skip(",") else { throw scanner.fault("\",\" or \"}\" is missing here") }
        }
    }

    private func shown(_ name: String) -> String { "\"\(EscapedText.string(Array(name.utf8)))\"" }
}
