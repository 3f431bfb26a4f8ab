/// Follows a pickle's instructions far enough to know what they would create.
///
/// A pickle is a program for a small machine with a stack and a memo. This machine cannot call anything: where Python
/// would call a class or function, it records the call. Every instruction takes constant time or time proportional to
/// its operand, so the work is bounded by the length of the pickle, apart from long decimal integers.
struct PickleReader {
    /// Why a pickle was not read, and where.
    struct Failure: Error {
        enum Reason {
            case cutShort
            case unknownOpcode(UInt8)
            case unknownProtocol(UInt8)
            case stackUnderflow
            case noMark
            case noSuchMemoEntry(Int)
            case malformed(StaticString)
            case tooMany(StaticString, limit: Int)
            case outOfBand
            case hook(MemcacheError)
        }

        var reason: Reason
        var position: Int

        var message: String {
            switch reason {
            case .cutShort: "it is cut short"
            case .unknownOpcode(let byte): "there is no instruction \(EscapedText.string([byte], quote: nil))"
            case .unknownProtocol(let version): "its protocol \(version) is newer than 5"
            case .stackUnderflow: "an instruction takes more values than there are"
            case .noMark: "an instruction needs a mark that is not there"
            case .noSuchMemoEntry(let index): "it refers to entry \(index), which it has not stored"
            case .malformed(let what): "\(what)"
            case .tooMany(let what, let limit): "it has \(what), and no more than \(limit) are read"
            case .outOfBand: "part of the data is in buffers that were kept outside of it"
            case .hook(let error): error.message
            }
        }
    }

    private let input: [UInt8]
    private let options: PickleReadingOptions
    private var position = 0
    /// The position of the current instruction.
    private var start = 0
    private var version = 0

    private var graph = PickleGraphBuilder()
    /// The number of levels of objects below each object, including itself.
    private var depths: [Int32] = []
    private var stack: [Int] = []
    private var marks: [Int] = []
    /// The memo: entries in order as an array, with -1 for gaps, and distant ones separately.
    private var memo: [Int] = []
    private var sparseMemo: [Int: Int] = [:]
    private var memoCount = 0
    /// How many objects were passed to hooks; the same one may be passed repeatedly.
    private var extractedCount = 0
    /// The instances in the order of their calls, and whether something was removed from the stack and dropped.
    private var callPositions: [Int] = []
    private var hasDropped = false
    /// The objects that exist once in Python.
    private var singletons: (none: Int, isTrue: Int, isFalse: Int, emptyTuple: Int) = (0, 0, 0, 0)

    init(_ input: [UInt8], options: PickleReadingOptions) {
        self.input = input
        self.options = options
        singletons.none = append(.none)
        singletons.isTrue = append(.boolean(true))
        singletons.isFalse = append(.boolean(false))
        singletons.emptyTuple = append(.tuple([]))
    }

    mutating func read() throws(Failure) -> PickleValue {
        guard input.count <= options.limits.maximumBytes else {
            throw failure(.tooMany("too many bytes", limit: options.limits.maximumBytes))
        }
        while true {
            start = position
            let byte = try takeByte()
            guard let opcode = PickleOpcode(rawValue: byte) else { throw failure(.unknownOpcode(byte)) }
            if opcode == .stop {
                let root = try pop()
                let calls = hasDropped || !stack.isEmpty ? graph.calls(among: callPositions, outside: root) : []
                return graph.value(at: root, droppedCalls: calls)
            }
            try follow(opcode)
        }
    }

    /// The number of bytes after the pickle's end.
    var ignoredBytes: Int { input.count - position }

    private func failure(_ reason: Failure.Reason) -> Failure { Failure(reason: reason, position: start) }

    private mutating func follow(_ opcode: PickleOpcode) throws(Failure) {
        switch opcode {
        case .stop: break
        case .proto:
            let byte = try takeByte()
            guard byte <= 5 else { throw failure(.unknownProtocol(byte)) }
            version = Int(byte)
        case .frame:
            // Frames help to read a pickle from a file; they only say how much follows.
            let length = try takeLength(8)
            guard length <= input.count - position else { throw failure(.cutShort) }

        // Stack and memo
        case .mark: marks.append(stack.count)
        case .pop:
            if let mark = marks.last, mark == stack.count { marks.removeLast() } else { try drop() }
        case .popMark:
            _ = try popToMark()
            hasDropped = true
        case .dup: stack.append(try top())
        case .get: try get(try takeNumberLine())
        case .binGet: try get(Int(try takeByte()))
        case .longBinGet: try get(try takeLength(4))
        case .put: try put(try takeNumberLine())
        case .binPut: try put(Int(try takeByte()))
        case .longBinPut: try put(try takeLength(4))
        case .memoize: try put(memoCount)

        // Atoms
        case .none: stack.append(singletons.none)
        case .newTrue: stack.append(singletons.isTrue)
        case .newFalse: stack.append(singletons.isFalse)
        case .int: try integerLine()
        case .binInt: try push(.integer(BigInteger(Int32(truncatingIfNeeded: try takeLength(4)))))
        case .binInt1: try push(.integer(BigInteger(try takeByte())))
        case .binInt2: try push(.integer(BigInteger(try takeLength(2))))
        case .long:
            var line = try takeLine()
            if line.last == UInt8(ascii: "L") { line.removeLast() }
            try push(.integer(try integer(line)))
        case .long1: try binaryInteger(Int(try takeByte()))
        case .long4: try binaryInteger(try takeLength(4))
        case .float:
            guard let number = PythonFloat.number(try takeLine()) else {
                throw failure(.malformed("a FLOAT is not a number"))
            }
            try push(.double(number))
        case .binFloat:
            var bits: UInt64 = 0
            for byte in try take(8) { bits = bits << 8 | UInt64(byte) }
            try push(.double(Double(bitPattern: bits)))

        // Text and bytes
        case .string:
            var line = try takeLine()
            // Python tolerates white space at the end of the line.
            while let last = line.last, last == 0x20 || (0x09...0x0d).contains(last) { line.removeLast() }
            guard let bytes = PickleText.fromStringLiteral(line) else {
                throw failure(.malformed("a STRING is not a string literal"))
            }
            try pushOldString(bytes)
        case .binString:
            // The length is signed.
            let length = try takeLength(4)
            guard length <= Int32.max else { throw failure(.malformed("a BINSTRING has a negative length")) }
            try pushOldString(Array(try take(length)))
        case .shortBinString: try pushOldString(Array(try take(Int(try takeByte()))))
        case .unicode:
            guard let text = PickleText.fromRawUnicodeEscape(try takeLine()) else {
                throw failure(.malformed("a UNICODE has a broken escape"))
            }
            try push(.text(text))
        case .shortBinUnicode: try pushText(Int(try takeByte()))
        case .binUnicode: try pushText(try takeLength(4))
        case .binUnicode8: try pushText(try takeLength(8))
        case .shortBinBytes: try push(.bytes(Array(try take(Int(try takeByte())))))
        case .binBytes: try push(.bytes(Array(try take(try takeLength(4)))))
        case .binBytes8: try push(.bytes(Array(try take(try takeLength(8)))))
        case .byteArray8: try push(.byteArray(Array(try take(try takeLength(8)))))
        case .nextBuffer, .readonlyBuffer: throw failure(.outOfBand)

        // Containers
        case .emptyTuple: stack.append(singletons.emptyTuple)
        case .tuple: try pushTuple(try popToMark())
        case .tuple1: try pushTuple(try pop(count: 1))
        case .tuple2: try pushTuple(try pop(count: 2))
        case .tuple3: try pushTuple(try pop(count: 3))
        case .emptyList: try push(.list([]))
        case .list:
            let items = try popToMark()
            try push(.list(items), over: items)
        case .append:
            let item = try pop()
            try extend(try top(), with: [item], kind: .list)
        case .appends:
            let items = try popToMark()
            try extend(try top(), with: items, kind: .list)
        case .emptyDict: try push(.dictionary([]))
        case .dict:
            let items = try popToMark()
            guard items.count.isMultiple(of: 2) else {
                throw failure(.malformed("a dictionary has a key without a value"))
            }
            try push(.dictionary(items), over: items)
        case .setItem:
            let pair = try pop(count: 2)
            try extend(try top(), with: pair, kind: .dictionary)
        case .setItems:
            let items = try popToMark()
            guard items.count.isMultiple(of: 2) else {
                throw failure(.malformed("a dictionary has a key without a value"))
            }
            try extend(try top(), with: items, kind: .dictionary)
        case .emptySet: try push(.set([]))
        case .addItems:
            let items = try popToMark()
            try extend(try top(), with: items, kind: .set)
        case .frozenSet:
            let items = try popToMark()
            try push(.frozenSet(items), over: items)

        // Classes, functions and instances
        case .global:
            let module = try takeLine()
            try pushGlobal(module: module, name: try takeLine())
        case .stackGlobal:
            let names = try pop(count: 2)
            guard case .text(let module) = graph.nodes[names[0]], case .text(let name) = graph.nodes[names[1]] else {
                throw failure(.malformed("the name of a class or function is not text"))
            }
            if version < 3 {
                try pushGlobal(module: module[...], name: name[...])
            } else {
                try push(.global(module: names[0], name: names[1]))
            }
        case .ext1: try pushExtension(Int(try takeByte()))
        case .ext2: try pushExtension(try takeLength(2))
        case .ext4: try pushExtension(try takeLength(4))
        case .reduce:
            let operands = try pop(count: 2)
            try call(operands[0], arguments: operands[1])
        case .newObj:
            let operands = try pop(count: 2)
            try pushObject(.new, callable: operands[0], arguments: operands[1])
        case .newObjEx:
            let operands = try pop(count: 3)
            guard case .dictionary = graph.nodes[operands[2]] else {
                throw failure(.malformed("the keyword arguments of an instance are not a dictionary"))
            }
            try pushObject(.newWithKeywords, callable: operands[0], arguments: operands[1], keywords: operands[2])
        case .inst:
            let module = try takeLine()
            let name = try takeLine()
            let arguments = try popToMark()
            try pushGlobal(module: module, name: name)
            let callable = try pop()
            try pushTuple(arguments)
            try pushObject(.instance, callable: callable, arguments: try pop())
        case .obj:
            let operands = try popToMark()
            guard let callable = operands.first else { throw failure(.stackUnderflow) }
            try pushTuple(Array(operands.dropFirst()))
            try pushObject(.instance, callable: callable, arguments: try pop())
        case .build:
            let state = try pop()
            try extend(try top(), with: [state], kind: .state)
        case .persID:
            let line = Array(try takeLine())
            guard line.allSatisfy({ $0 < 0x80 }) else { throw failure(.malformed("a persistent id is not ASCII")) }
            try pushPersistent(try add(.text(line)))
        case .binPersID: try pushPersistent(try pop())
        }
    }

    // MARK: - Input

    private mutating func takeByte() throws(Failure) -> UInt8 {
        guard position < input.count else { throw failure(.cutShort) }
        defer { position += 1 }
        return input[position]
    }

    private mutating func take(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
        guard count <= input.count - position else { throw failure(.cutShort) }
        defer { position += count }
        return input[position..<position + count]
    }

    /// Reads a number of `size` bytes, lowest first.
    private mutating func takeLength(_ size: Int) throws(Failure) -> Int {
        var value: UInt64 = 0
        for byte in try take(size).reversed() { value = value << 8 | UInt64(byte) }
        guard let length = Int(exactly: value) else { throw failure(.cutShort) }
        return length
    }

    private mutating func takeLine() throws(Failure) -> ArraySlice<UInt8> {
        guard let end = input.span.firstIndex(of: UInt8(ascii: "\n"), from: position) else { throw failure(.cutShort) }
        defer { position = end + 1 }
        return input[position..<end]
    }

    private mutating func takeNumberLine() throws(Failure) -> Int {
        guard let number = ASCIINumber.parseUnsigned(Array(try takeLine())), let index = Int(exactly: number) else {
            throw failure(.malformed("the index of an entry is not a number"))
        }
        return index
    }

    // MARK: - Stack

    private mutating func pop() throws(Failure) -> Int {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw failure(.stackUnderflow) }
        return value
    }

    /// Drops a value. A function that Python calls with an instance and its state is written as a call whose result is
    /// dropped: it is recorded with the instance.
    private mutating func drop() throws(Failure) {
        let dropped = try pop()
        hasDropped = true
        guard case .object(let call) = graph.nodes[dropped], call.construction == .call, call.isPlainCall,
            case .tuple(let arguments) = graph.nodes[call.arguments], arguments.count == 2,
            stack.count > marks.last ?? 0, let instance = stack.last, arguments[0] == instance, dropped != instance,
            case .object = graph.nodes[instance]
        else { return }
        if callPositions.last == dropped { callPositions.removeLast() }
        try extend(instance, with: [call.callable, arguments[1]], kind: .setter)
    }

    private mutating func pop(count: Int) throws(Failure) -> [Int] {
        guard stack.count - (marks.last ?? 0) >= count else { throw failure(.stackUnderflow) }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(Failure) -> [Int] {
        guard let mark = marks.popLast() else { throw failure(.noMark) }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    private func top() throws(Failure) -> Int {
        guard stack.count > marks.last ?? 0, let value = stack.last else { throw failure(.stackUnderflow) }
        return value
    }

    // MARK: - Memo

    private mutating func get(_ index: Int) throws(Failure) {
        let value = index < memo.count ? memo[index] : sparseMemo[index] ?? -1
        guard value >= 0 else { throw failure(.noSuchMemoEntry(index)) }
        stack.append(value)
    }

    private mutating func put(_ index: Int) throws(Failure) {
        let value = try top()
        guard memoCount < options.limits.maximumMemoEntries else {
            throw failure(.tooMany("too many stored entries", limit: options.limits.maximumMemoEntries))
        }
        if index < memo.count {
            if memo[index] < 0 { memoCount += 1 }
            memo[index] = value
        } else if index - memo.count < 1024, sparseMemo.isEmpty {
            memo.append(contentsOf: repeatElement(-1, count: index - memo.count))
            memo.append(value)
            memoCount += 1
        } else if sparseMemo.updateValue(value, forKey: index) == nil {
            memoCount += 1
        }
    }

    // MARK: - Objects

    /// Adds an object that always exists: no limit applies yet.
    private mutating func append(_ node: PickleNode) -> Int {
        depths.append(1)
        return graph.add(node)
    }

    private mutating func add(_ node: PickleNode, over children: [Int] = []) throws(Failure) -> Int {
        guard depths.count < options.limits.maximumValues else {
            throw failure(.tooMany("too many objects", limit: options.limits.maximumValues))
        }
        let position = append(node)
        try deepen(position, over: children)
        return position
    }

    private mutating func push(_ node: PickleNode, over children: [Int] = []) throws(Failure) {
        stack.append(try add(node, over: children))
    }

    /// Records the depth of an object. What is put into an inner object only later is not seen from outside; but then
    /// each further level costs a value, and everything that traverses a graph does so without recursion.
    private mutating func deepen(_ position: Int, over children: [Int]) throws(Failure) {
        var depth = depths[position]
        for child in children where child != position { depth = max(depth, depths[child] + 1) }
        guard depth <= options.limits.maximumDepth else {
            throw failure(.tooMany("too many levels", limit: options.limits.maximumDepth))
        }
        depths[position] = depth
    }

    private enum ExtensionKind { case list, dictionary, set, state, setter }

    /// Adds more to an existing object.
    private mutating func extend(_ position: Int, with items: [Int], kind: ExtensionKind) throws(Failure) {
        // The node is removed first, because a second reference to its array would make it be copied for each item.
        var node = graph.take(position)
        switch (node, kind) {
        case (.list(var list), .list):
            node = .none
            list.append(contentsOf: items)
            graph.replace(position, with: .list(list))
        case (.dictionary(var pairs), .dictionary):
            node = .none
            pairs.append(contentsOf: items)
            graph.replace(position, with: .dictionary(pairs))
        case (.set(var set), .set):
            node = .none
            set.append(contentsOf: items)
            graph.replace(position, with: .set(set))
        case (.object(var object), _):
            node = .none
            switch kind {
            case .list: object.listItems.append(contentsOf: items)
            case .dictionary: object.dictionaryItems.append(contentsOf: items)
            case .set: object.setItems.append(contentsOf: items)
            case .state: object.states.append(contentsOf: items)
            case .setter: object.setters.append(contentsOf: items)
            }
            graph.replace(position, with: .object(object))
        case (_, .list): throw failure(.malformed("something is appended to what is not a list"))
        case (_, .dictionary): throw failure(.malformed("something is set in what is not a dictionary"))
        case (_, .set): throw failure(.malformed("something is added to what is not a set"))
        case (_, .state), (_, .setter): throw failure(.malformed("attributes are set on what is not an instance"))
        }
        try deepen(position, over: items)
    }

    private mutating func pushTuple(_ items: [Int]) throws(Failure) {
        if items.isEmpty { stack.append(singletons.emptyTuple) } else { try push(.tuple(items), over: items) }
    }

    private mutating func integerLine() throws(Failure) {
        let line = try takeLine()
        switch Array(line) {
        // Not numbers: protocols 0 and 1 write booleans in this way.
        case [UInt8(ascii: "0"), UInt8(ascii: "1")]: stack.append(singletons.isTrue)
        case [UInt8(ascii: "0"), UInt8(ascii: "0")]: stack.append(singletons.isFalse)
        default: try push(.integer(try integer(line)))
        }
    }

    private func integer(_ digits: ArraySlice<UInt8>) throws(Failure) -> BigInteger {
        let limit = options.limits.maximumIntegerDigits
        guard digits.count <= limit else { throw failure(.tooMany("an integer with too many digits", limit: limit)) }
        guard let number = BigInteger(decimal: digits, maximumDigits: limit) else {
            throw failure(.malformed("an integer is not a number"))
        }
        return number
    }

    private mutating func binaryInteger(_ count: Int) throws(Failure) {
        let limit = options.limits.maximumIntegerDigits
        // A byte is worth about two and a half digits.
        guard count <= max(0, min(limit, 1 << 48)) * 5 / 12 + 1 else {
            throw failure(.tooMany("an integer with too many digits", limit: limit))
        }
        try push(.integer(BigInteger(twosComplement: try take(count))))
    }

    private mutating func pushText(_ count: Int) throws(Failure) {
        let bytes = try take(count)
        guard PickleText.isValid(bytes) else { throw failure(.malformed("a text is not UTF-8")) }
        try push(.text(Array(bytes)))
    }

    private mutating func pushOldString(_ bytes: [UInt8]) throws(Failure) {
        let isText = options.oldStrings == .textIfASCII && bytes.allSatisfy { $0 < 0x80 }
        try push(isText ? .text(bytes) : .bytes(bytes))
    }

    private mutating func pushGlobal(module: ArraySlice<UInt8>, name: ArraySlice<UInt8>) throws(Failure) {
        guard let module = String(validating: module, as: UTF8.self),
            let name = String(validating: name, as: UTF8.self)
        else { throw failure(.malformed("the name of a class or function is not text")) }
        let written = Python2Names.Global(module: module, name: name)
        try pushGlobal(version < 3 ? Python2Names.modern(written) : written)
    }

    private mutating func pushGlobal(_ global: Python2Names.Global) throws(Failure) {
        let module = graph.addModuleName(Array(global.module.utf8))
        if depths.count < graph.nodes.count { depths.append(1) }
        try push(.global(module: module, name: try add(.text(Array(global.name.utf8)))))
    }

    private mutating func pushExtension(_ code: Int) throws(Failure) {
        guard (1...Int(Int32.max)).contains(code) else {
            throw failure(.malformed("an extension code is out of range"))
        }
        guard let global = options.extensions[code] else { return try push(.extensionCode(code)) }
        try pushGlobal(Python2Names.Global(module: global.module, name: global.name))
    }

    private mutating func pushPersistent(_ id: Int) throws(Failure) {
        guard let load = options.persistentLoad else { return try push(.persistent(id), over: [id]) }
        let loaded: PickleValue?
        do {
            loaded = try load(try extract(id))
        } catch let error as MemcacheError {
            throw failure(.hook(error))
        } catch let error as Failure {
            throw error
        } catch {
            throw failure(.malformed("a hook failed"))
        }
        guard let loaded else { return try push(.persistent(id), over: [id]) }
        let position = graph.add(loaded)
        depths.append(contentsOf: repeatElement(1, count: graph.nodes.count - depths.count))
        guard depths.count <= options.limits.maximumValues else {
            throw failure(.tooMany("too many objects", limit: options.limits.maximumValues))
        }
        stack.append(position)
    }

    /// Returns an object for a hook: by itself, not with everything that has been read so far.
    private mutating func extract(_ position: Int) throws(Failure) -> PickleValue {
        let value = copied(position)
        extractedCount += value.graph.nodes.count
        guard extractedCount <= options.limits.maximumValues else {
            throw failure(.tooMany("too many objects", limit: options.limits.maximumValues))
        }
        return value
    }

    private func copied(_ position: Int) -> PickleValue {
        var copy = PickleGraphBuilder()
        let root = copy.add(graph.value(at: position))
        return copy.value(at: root)
    }

    // MARK: - Calls

    /// Records a call, or creates the value if the call is one of Python's ways to write a value that has no
    /// instruction of its own in older protocols.
    private mutating func call(_ callable: Int, arguments: Int) throws(Failure) {
        guard case .tuple(let items) = graph.nodes[arguments] else {
            throw failure(.malformed("the arguments of a call are not a tuple"))
        }
        if case .global(let module, let name) = graph.nodes[callable], case .text(let moduleName) = graph.nodes[module],
            case .text(let globalName) = graph.nodes[name],
            let value = plainValue(
                String(decoding: moduleName, as: UTF8.self), String(decoding: globalName, as: UTF8.self), items)
        {
            return try push(value, over: value.children)
        }
        if version < 4, let nested = nestedGlobal(callable, items) { return try pushGlobal(nested) }
        if version < 2, items.count == 3, isGlobal(callable, "copyreg", "_reconstructor"),
            isGlobal(items[1], "builtins", "object"), case .none = graph.nodes[items[2]]
        {
            // The form that protocols from 2 on write as NEWOBJ without arguments.
            return try pushObject(.new, callable: items[0], arguments: singletons.emptyTuple)
        }
        try pushObject(.call, callable: callable, arguments: arguments)
    }

    /// The name of a class within a class, which protocols below 4 write as a `getattr` on the outer one.
    private func nestedGlobal(_ callable: Int, _ arguments: [Int]) -> Python2Names.Global? {
        guard arguments.count == 2, isGlobal(callable, "builtins", "getattr"),
            case .global(let module, let outer) = graph.nodes[arguments[0]],
            case .text(let inner) = graph.nodes[arguments[1]],
            case .text(let moduleName) = graph.nodes[module], case .text(let outerName) = graph.nodes[outer],
            // A chain of attributes must not create ever longer names.
            outerName.count + inner.count < 1024
        else { return nil }
        return Python2Names.Global(
            module: String(decoding: moduleName, as: UTF8.self),
            name: String(decoding: outerName + [UInt8(ascii: ".")] + inner, as: UTF8.self))
    }

    private func isGlobal(_ position: Int, _ module: String, _ name: String) -> Bool {
        guard case .global(let moduleAt, let nameAt) = graph.nodes[position],
            case .text(let text) = graph.nodes[nameAt],
            text == Array(name.utf8), case .text(let moduleText) = graph.nodes[moduleAt]
        else { return false }
        return moduleText == Array(module.utf8)
    }

    private func plainValue(_ module: String, _ name: String, _ arguments: [Int]) -> PickleNode? {
        switch (module, name, arguments.count) {
        case ("_codecs", "encode", 2):
            guard case .text(let text) = graph.nodes[arguments[0]], isLatin1(arguments[1]) else { return nil }
            return PickleText.latin1(text).map { .bytes($0) }
        case ("builtins", "bytes", 0): return .bytes([])
        case ("builtins", "bytearray", 0): return .byteArray([])
        case ("builtins", "bytearray", 1):
            if case .bytes(let bytes) = graph.nodes[arguments[0]] { return .byteArray(bytes) }
            return nil
        case ("builtins", "bytearray", 2):
            // Python 2, and Python 3 before about 3.11.
            guard case .text(let text) = graph.nodes[arguments[0]], isLatin1(arguments[1]) else { return nil }
            return PickleText.latin1(text).map { .byteArray($0) }
        case ("builtins", "set", 0): return .set([])
        case ("builtins", "frozenset", 0): return .frozenSet([])
        case ("builtins", "set", 1):
            if case .list(let items) = graph.nodes[arguments[0]] { return .set(items) }
            return nil
        case ("builtins", "frozenset", 1):
            if case .list(let items) = graph.nodes[arguments[0]] { return .frozenSet(items) }
            return nil
        default: return nil
        }
    }

    /// Whether a text, or a byte string of Python 2, is the name that Python uses for Latin-1.
    private func isLatin1(_ position: Int) -> Bool {
        switch graph.nodes[position] {
        case .text(let name), .bytes(let name): name == Array("latin1".utf8) || name == Array("latin-1".utf8)
        default: false
        }
    }

    private mutating func pushObject(
        _ construction: PickledObject.Construction, callable: Int, arguments: Int, keywords: Int? = nil
    ) throws(Failure) {
        guard case .tuple = graph.nodes[arguments] else {
            throw failure(.malformed("the arguments of an instance are not a tuple"))
        }
        switch graph.nodes[callable] {
        case .global, .object, .extensionCode, .persistent: break
        default: throw failure(.malformed("what is called is neither a class nor a function"))
        }
        let object = PickledObject(
            construction: construction, callable: callable, arguments: arguments, keywords: keywords)
        try push(.object(object), over: [callable, arguments] + (keywords.map { [$0] } ?? []))
        if let position = stack.last { callPositions.append(position) }
    }
}
