/// Writes a graph as CPython's `_pickle` module does, byte for byte.
///
/// What is repeated and what is referred back to depends on which objects are identical, as it does there. In every
/// CPython these are: the empty text and bytes, texts of one character up to U+00FF, single bytes, classes and
/// functions, and the names of modules. Pending work waits in an array, not on the call stack.
struct PickleWriter {
    /// Why a value was not written.
    struct Failure: Error {
        var message: String
    }

    /// A step to take once those above it in the array are done.
    private enum Task {
        case save(Int)
        case saveGlobal(Python2Names.Global)
        case write(PickleOpcode)
        case batch(Batch, from: Int)
        /// The elements are written.
        case finishTuple(Int, count: Int)
        case finishFrozenSet(Int)
        case arguments(Int)
        /// The elements of an argument tuple are written. Python creates such a tuple each time, so it never contains
        /// itself; the position, if there is one, is that of the tuple that was read.
        case finishArguments(Int?, count: Int)
        /// Everything that creates an instance is written.
        case finishObject(Int, PickleOpcode)
        case finishReducedSet(Int)
        case finishInstance(Int, className: Python2Names.Global)
    }

    /// Items to write in portions of at most a thousand. How a last portion is treated differs between types.
    private struct Batch {
        enum Style { case list, dictionary, set, iterator }

        var items: [Int]
        /// 2 for alternating keys and values.
        var width: Int
        var style: Style
        var single: PickleOpcode
        var many: PickleOpcode
    }

    private static let batchSize = 1000
    private static let frameSizeTarget = 65536
    private static let frameSizeMinimum = 4
    private static let frameHeaderBytes = 9

    private let graph: PickleGraph
    private let root: Int
    private let version: Int

    private var output: [UInt8] = []
    private var isFraming = false
    private var frameStart: Int?
    private var tasks: [Task] = []

    /// Sets and frozensets being written as calls, and how many nodes were in the memo when each was last begun.
    private var openSets: [Int: Int] = [:]
    private var memoizedNodeCount = 0

    private var memoCount = 0
    private var memo: [Int32]
    private var memoOfGlobals: [Python2Names.Global: Int] = [:]
    /// The names of modules, and those among them that the writer itself needed.
    private var memoOfModuleNames: [[UInt8]: Int] = [:]
    private var memoOfOwnModuleNames: [[UInt8]: Int] = [:]
    private var memoOfSmallTexts: [[UInt8]: Int] = [:]
    private var memoOfSmallBytes: [[UInt8]: Int] = [:]
    private var memoOfEncodingName: Int?

    init(_ value: PickleValue, version: Int) {
        graph = value.graph
        root = value.position
        self.version = version
        memo = [Int32](repeating: -1, count: value.graph.nodes.count)
    }

    mutating func write() throws(Failure) -> [UInt8] {
        if version >= 2 { output += [PickleOpcode.proto.rawValue, UInt8(truncatingIfNeeded: version)] }
        isFraming = version >= 4
        tasks.append(.save(root))
        while let task = tasks.popLast() { try perform(task) }
        emit(.stop)
        commitFrame()
        return output
    }

    private mutating func perform(_ task: Task) throws(Failure) {
        switch task {
        case .save(let position): try save(position)
        case .saveGlobal(let global): try writeGlobal(global)
        case .write(let opcode): emit(opcode)
        case .batch(let batch, let start): write(batch, from: start)
        case .finishTuple(let position, let count):
            if let index = memoIndex(of: position) {
                // The tuple contains itself: it was finished in the meantime, further in. Everything written is
                // dropped.
                if count <= 3, version >= 2 {
                    for _ in 0..<count { emit(.pop) }
                } else if version >= 1 {
                    emit(.popMark)
                } else {
                    for _ in 0...count { emit(.pop) }
                }
                emitGet(index)
            } else {
                emitTuple(count: count)
                memoize(position)
            }
        case .finishFrozenSet(let position):
            if let index = memoIndex(of: position) {
                emit(.popMark)
                emitGet(index)
            } else {
                emit(.frozenSet)
                memoize(position)
            }
        case .arguments(let position):
            let items = tuple(position)
            guard !items.isEmpty, memoIndex(of: position) == nil else { return try save(position) }
            commitFullFrame()
            if items.count > 3 || version < 2 { emit(.mark) }
            tasks.append(.finishArguments(position, count: items.count))
            push(items)
        case .finishArguments(let position, let count):
            emitTuple(count: count)
            let index = emitPut()
            if let position, memo[position] < 0 { memoize(position, as: index) }
        case .finishReducedSet(let position):
            openSets[position] = nil
            emitTuple(count: 1)
            emitPut()
            emit(.reduce)
            finish(position)
        case .finishInstance(let position, let className):
            emit(.inst)
            try emitLines(className)
            finishObject(position)
        case .finishObject(let position, let opcode):
            emit(opcode)
            finishObject(position)
        }
    }

    // MARK: - Objects

    private mutating func save(_ position: Int) throws(Failure) {
        commitFullFrame()
        let node = graph.nodes[position]
        switch node {
        case .none:
            emit(.none)
            return
        case .boolean(let value):
            if version >= 2 { emit(value ? .newTrue : .newFalse) } else { emit(value ? "I01\n" : "I00\n") }
            return
        case .integer(let value):
            try write(value)
            return
        case .double(let value):
            write(value)
            return
        case .persistent(let id):
            try writePersistent(id)
            return
        case .extensionCode(let code):
            try writeExtension(code)
            return
        default:
            break
        }
        if let index = memoIndex(of: position) {
            emitGet(index)
            return
        }
        switch node {
        case .none, .boolean, .integer, .double, .persistent, .extensionCode:
            break
        case .text(let text):
            writeText(text)
            memoize(position)
        case .bytes(let bytes):
            if version >= 3 { writeBytes(bytes) } else { try writeReduced(bytes) }
            memoize(position)
        case .byteArray(let bytes):
            try writeByteArray(bytes)
            memoize(position)
        case .list(let items):
            if version >= 1 { emit(.emptyList) } else { emit("(l") }
            memoize(position)
            push(items, style: .list, single: .append, many: .appends)
        case .tuple(let items):
            guard !items.isEmpty else {
                if version >= 1 { emit(.emptyTuple) } else { emit("(t") }
                return
            }
            if items.count > 3 || version < 2 { emit(.mark) }
            tasks.append(.finishTuple(position, count: items.count))
            push(items)
        case .dictionary(let items):
            if version >= 1 { emit(.emptyDict) } else { emit("(d") }
            memoize(position)
            push(items, style: .dictionary, single: .setItem, many: .setItems)
        case .set(let items):
            guard version >= 4 else { return try writeReduced(position, items, type: "set") }
            emit(.emptySet)
            memoize(position)
            push(items, style: .set, single: .addItems, many: .addItems)
        case .frozenSet(let items):
            guard version >= 4 else { return try writeReduced(position, items, type: "frozenset") }
            emit(.mark)
            tasks.append(.finishFrozenSet(position))
            push(items)
        case .global(let module, let name):
            try writeGlobal(self.name(of: module, name), moduleAt: module, nameAt: name)
        case .object(let object):
            try write(object, at: position)
        }
    }

    private mutating func push(_ items: [Int]) {
        for item in items.reversed() { tasks.append(.save(item)) }
    }

    private mutating func push(_ items: [Int], style: Batch.Style, single: PickleOpcode, many: PickleOpcode) {
        guard !items.isEmpty else { return }
        let width = single == .setItem ? 2 : 1
        // Protocol 0 has only the instructions for one item.
        tasks.append(
            .batch(Batch(items: items, width: width, style: style, single: single, many: many), from: 0))
    }

    private mutating func write(_ batch: Batch, from start: Int) {
        let remaining = (batch.items.count - start) / batch.width
        let total = batch.items.count / batch.width
        let isSingle =
            switch batch.style {
            case .list, .dictionary: total == 1
            case .set: false
            case .iterator: remaining == 1
            }
        // There is no operation for a single item of a set.
        if version == 0 && batch.style != .set || isSingle {
            guard remaining > 0 else { return }
            let end = start + batch.width
            if end < batch.items.count { tasks.append(.batch(batch, from: end)) }
            tasks.append(.write(batch.single))
            push(Array(batch.items[start..<end]))
            return
        }
        if remaining == 0, batch.style == .iterator { return }
        let count = min(remaining, Self.batchSize)
        let end = start + count * batch.width
        // A dictionary or set whose size is a multiple of a thousand ends with an empty portion: CPython notices the
        // end only by finding nothing.
        let goesOn = batch.style == .list ? end < batch.items.count : count == Self.batchSize
        if goesOn { tasks.append(.batch(batch, from: end)) }
        emit(.mark)
        tasks.append(.write(batch.many))
        push(Array(batch.items[start..<end]))
    }

    private mutating func write(_ object: PickledObject, at position: Int) throws(Failure) {
        switch object.construction {
        case .call:
            tasks += [.finishObject(position, .reduce), .arguments(object.arguments), .save(object.callable)]
        case .new where version >= 2:
            tasks += [.finishObject(position, .newObj), .arguments(object.arguments), .save(object.callable)]
        case .new where object.isBare && tuple(object.arguments).isEmpty:
            // The result of `object.__reduce_ex__` below protocol 2.
            try writeGlobal("copyreg", "_reconstructor")
            emit(.mark)
            tasks += [
                .finishObject(position, .reduce), .finishArguments(nil, count: 3), .write(.none),
                .saveGlobal(Python2Names.Global(module: "builtins", name: "object")), .save(object.callable),
            ]
        case .new:
            try writeGlobal("copyreg", "__newobj__")
            emit(.mark)
            let items = [object.callable] + tuple(object.arguments)
            tasks += [.finishObject(position, .reduce), .finishArguments(nil, count: items.count)]
            push(items)
        case .newWithKeywords:
            guard let keywords = object.keywords else {
                throw Failure(message: "an instance lacks its keyword arguments")
            }
            let parts = [object.callable, object.arguments, keywords]
            if version >= 4 {
                tasks.append(.finishObject(position, .newObjEx))
            } else {
                try writeGlobal("copyreg", "__newobj_ex__")
                if version < 2 { emit(.mark) }
                tasks += [.finishObject(position, .reduce), .finishArguments(nil, count: 3)]
            }
            push(parts)
        case .instance:
            emit(.mark)
            if version == 0, case .global(let module, let name) = graph.nodes[object.callable] {
                tasks.append(.finishInstance(position, className: self.name(of: module, name)))
                push(tuple(object.arguments))
            } else {
                tasks.append(.finishObject(position, .obj))
                push([object.callable] + tuple(object.arguments))
            }
        }
    }

    /// Puts an object into the memo, or refers to it if it has been put there in the meantime: it contains itself.
    @discardableResult
    private mutating func finish(_ position: Int) -> Bool {
        if let index = memoIndex(of: position) {
            emit(.pop)
            emitGet(index)
            return false
        }
        memoize(position)
        return true
    }

    private mutating func finishObject(_ position: Int) {
        guard finish(position), case .object(let object) = graph.nodes[position] else { return }
        // The result of a function that sets the state is dropped.
        for index in stride(from: object.setters.count - 2, through: 0, by: -2) {
            tasks += [.write(.pop), .write(.reduce), .write(.tuple2), .save(object.setters[index + 1])]
            tasks += [.save(position), .save(object.setters[index])]
        }
        for state in object.states.reversed() { tasks += [.write(.build), .save(state)] }
        push(object.setItems, style: .set, single: .addItems, many: .addItems)
        push(object.dictionaryItems, style: .iterator, single: .setItem, many: .setItems)
        push(object.listItems, style: .iterator, single: .append, many: .appends)
    }

    private func tuple(_ position: Int) -> [Int] {
        if case .tuple(let items) = graph.nodes[position] { return items }
        return []
    }

    // MARK: - Atoms

    private mutating func write(_ value: BigInteger) throws(Failure) {
        if let small = value.exactly(Int32.self) {
            guard version >= 1 else {
                emit(.int)
                emit(value.decimalDigits)
                emit("\n")
                return
            }
            let bits = UInt32(bitPattern: small)
            switch bits {
            case 0..<0x100: emit(.binInt1, littleEndian: UInt64(bits), bytes: 1)
            case 0x100..<0x10000: emit(.binInt2, littleEndian: UInt64(bits), bytes: 2)
            default: emit(.binInt, littleEndian: UInt64(bits), bytes: 4)
            }
            return
        }
        if version >= 2 {
            let bytes = value.twosComplement
            if bytes.count < 256 {
                emit(.long1, littleEndian: UInt64(bytes.count), bytes: 1)
            } else {
                guard bytes.count <= Int32.max else { throw Failure(message: "an integer is too large") }
                emit(.long4, littleEndian: UInt64(bytes.count), bytes: 4)
            }
            emit(bytes)
        } else {
            emit(.long)
            emit(value.decimalDigits)
            emit("L\n")
        }
    }

    private mutating func write(_ value: Double) {
        if version >= 1 {
            emit(.binFloat, littleEndian: value.bitPattern.byteSwapped, bytes: 8)
        } else {
            emit(.float)
            emit(Array(PythonFloat.text(value).utf8))
            emit("\n")
        }
    }

    private mutating func writeText(_ text: [UInt8]) {
        guard version >= 1 else {
            var line: [UInt8] = [PickleOpcode.unicode.rawValue]
            PickleText.appendRawUnicodeEscape(text, to: &line)
            line.append(UInt8(ascii: "\n"))
            emit(line)
            return
        }
        emitPayload(
            text, short: version >= 4 ? .shortBinUnicode : nil, normal: .binUnicode,
            long: version >= 4 ? .binUnicode8 : nil)
    }

    private mutating func writeBytes(_ bytes: [UInt8]) {
        emitPayload(bytes, short: .shortBinBytes, normal: .binBytes, long: version >= 4 ? .binBytes8 : nil)
    }

    /// Protocols 0 to 2 have no bytes: they are written as a call that returns `bytes` in Python 3 and `str` in Python
    /// 2.
    private mutating func writeReduced(_ bytes: [UInt8]) throws(Failure) {
        if bytes.isEmpty {
            try writeGlobal("builtins", "bytes")
            if version >= 1 { emit(.emptyTuple) } else { emit("(t") }
        } else {
            try writeGlobal("_codecs", "encode")
            if version < 2 { emit(.mark) }
            writeAnonymous(text: PickleText.fromLatin1(bytes))
            if let index = memoOfEncodingName {
                emitGet(index)
            } else {
                writeText(Array("latin1".utf8))
                memoOfEncodingName = emitPut()
            }
            emitTuple(count: 2)
            emitPut()
        }
        emit(.reduce)
    }

    private mutating func writeByteArray(_ bytes: [UInt8]) throws(Failure) {
        guard version < 5 else { return emitPayload(bytes, short: nil, normal: nil, long: .byteArray8) }
        try writeGlobal("builtins", "bytearray")
        if bytes.isEmpty {
            commitFullFrame()
            if version >= 1 { emit(.emptyTuple) } else { emit("(t") }
        } else {
            commitFullFrame()
            if version < 2 { emit(.mark) }
            commitFullFrame()
            if version >= 3 { writeBytes(bytes) } else { try writeReduced(bytes) }
            emitPut()
            emitTuple(count: 1)
            emitPut()
        }
        emit(.reduce)
    }

    /// Writes a set as a call with a list, as below protocol 4.
    ///
    /// Its items come before it is in the memo. An object among them that refers to the set ends that, because the
    /// object is in the memo by then; a set that is its own item, which Python cannot create, would never end.
    private mutating func writeReduced(_ position: Int, _ items: [Int], type: String) throws(Failure) {
        guard openSets[position] != memoizedNodeCount else {
            throw Failure(message: "a set that contains itself cannot be written below protocol 4")
        }
        openSets[position] = memoizedNodeCount
        try writeGlobal("builtins", type)
        if version < 2 { emit(.mark) }
        if version >= 1 { emit(.emptyList) } else { emit("(l") }
        emitPut()
        tasks.append(.finishReducedSet(position))
        push(items, style: .list, single: .append, many: .appends)
    }

    /// Writes a text that is not an object of the graph.
    private mutating func writeAnonymous(text: [UInt8]) {
        if Self.isSmall(text: text) {
            if let index = memoOfSmallTexts[text] { return emitGet(index) }
            writeText(text)
            memoOfSmallTexts[text] = emitPut()
        } else {
            writeText(text)
            emitPut()
        }
    }

    private mutating func writePersistent(_ id: Int) throws(Failure) {
        if version >= 1 {
            tasks += [.write(.binPersID), .save(id)]
            return
        }
        let line: [UInt8]
        switch graph.nodes[id] {
        case .text(let text): line = text
        case .integer(let number): line = number.decimalDigits
        default: throw Failure(message: "protocol 0 takes only text for the id of an object that is kept elsewhere")
        }
        guard line.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "\n") }) else {
            throw Failure(message: "protocol 0 takes only ASCII for the id of an object that is kept elsewhere")
        }
        emit(.persID)
        emit(line)
        emit("\n")
    }

    private mutating func writeExtension(_ code: Int) throws(Failure) {
        guard version >= 2 else { throw Failure(message: "extension codes need protocol 2") }
        switch code {
        case 1...0xff: emit(.ext1, littleEndian: UInt64(code), bytes: 1)
        case 0x100...0xffff: emit(.ext2, littleEndian: UInt64(code), bytes: 2)
        case 0x10000...Int(Int32.max): emit(.ext4, littleEndian: UInt64(code), bytes: 4)
        default: throw Failure(message: "the extension code \(code) is out of range")
        }
    }

    // MARK: - Classes and functions

    private func name(of module: Int, _ name: Int) -> Python2Names.Global {
        func text(_ position: Int) -> String {
            if case .text(let bytes) = graph.nodes[position] { return String(decoding: bytes, as: UTF8.self) }
            return ""
        }
        return Python2Names.Global(module: text(module), name: text(name))
    }

    private mutating func writeGlobal(_ module: String, _ name: String) throws(Failure) {
        try writeGlobal(Python2Names.Global(module: module, name: name))
    }

    /// - Parameters:
    ///   - moduleAt: The module's name as an object of the graph, if it is one.
    ///   - nameAt: The same for the name.
    private mutating func writeGlobal(
        _ global: Python2Names.Global, moduleAt: Int? = nil, nameAt: Int? = nil
    ) throws(Failure) {
        commitFullFrame()
        if let index = memoOfGlobals[global] { return emitGet(index) }
        if version >= 4 {
            commitFullFrame()
            let module = Array(global.module.utf8)
            let known = moduleAt.map { memoIndex(of: $0) ?? memoOfOwnModuleNames[module] } ?? memoOfModuleNames[module]
            if let known {
                emitGet(known)
            } else {
                writeText(module)
                if let moduleAt { memoize(moduleAt) } else { memoOfOwnModuleNames[module] = emitPut() }
                memoOfModuleNames[module] = memoCount - 1
            }
            if let nameAt {
                try save(nameAt)
            } else {
                commitFullFrame()
                writeAnonymous(text: Array(global.name.utf8))
            }
            emit(.stackGlobal)
        } else if global.name.contains(".") {
            try writeNested(global)
            return
        } else {
            try writeGlobalLines(global)
        }
        memoOfGlobals[global] = emitPut()
    }

    private mutating func writeGlobalLines(_ global: Python2Names.Global) throws(Failure) {
        emit(.global)
        try emitLines(global)
    }

    private mutating func emitLines(_ global: Python2Names.Global) throws(Failure) {
        let written = version < 3 ? Python2Names.old(global) : global
        for name in [written.module, written.name] {
            guard name.utf8.allSatisfy({ $0 != UInt8(ascii: "\n") && (version == 3 || $0 < 0x80) }) else {
                throw Failure(
                    message: "protocol \(version) cannot hold the name \(EscapedText.string(Array(name.utf8)))")
            }
            emit(Array(name.utf8))
            emit("\n")
        }
    }

    /// Below protocol 4, a class within a class is written as a `getattr` on the outer one.
    private mutating func writeNested(_ global: Python2Names.Global) throws(Failure) {
        let names = global.name.split(separator: ".", omittingEmptySubsequences: false)
        guard names.count <= 32 else { throw Failure(message: "a class is nested too deeply") }
        func prefix(_ count: Int) -> Python2Names.Global {
            Python2Names.Global(module: global.module, name: names[..<count].joined(separator: "."))
        }
        var known = names.count - 1
        while known > 1, memoOfGlobals[prefix(known)] == nil { known -= 1 }
        for _ in known..<names.count {
            try writeGlobal("builtins", "getattr")
            if version < 2 { emit(.mark) }
        }
        try writeGlobal(prefix(known))
        for count in known + 1...names.count {
            writeAnonymous(text: Array(names[count - 1].utf8))
            emitTuple(count: 2)
            emitPut()
            emit(.reduce)
            memoOfGlobals[prefix(count)] = emitPut()
        }
    }

    // MARK: - Memo

    private static func isSmall(text: [UInt8]) -> Bool {
        switch text.count {
        case 0, 1: true
        case 2: text[0] == 0xc2 || text[0] == 0xc3
        default: false
        }
    }

    private func memoIndex(of position: Int) -> Int? {
        switch graph.nodes[position] {
        case .text(let text):
            if Self.isSmall(text: text) { return memoOfSmallTexts[text] }
        case .bytes(let bytes):
            if bytes.count <= 1 { return memoOfSmallBytes[bytes] }
        case .global(let module, let name):
            return memoOfGlobals[self.name(of: module, name)]
        default:
            break
        }
        return memo[position] >= 0 ? Int(memo[position]) : nil
    }

    private mutating func memoize(_ position: Int) {
        let index = emitPut()
        switch graph.nodes[position] {
        case .text(let text) where Self.isSmall(text: text): memoOfSmallTexts[text] = index
        case .bytes(let bytes) where bytes.count <= 1: memoOfSmallBytes[bytes] = index
        default: memoize(position, as: index)
        }
    }

    private mutating func memoize(_ position: Int, as index: Int) {
        if memo[position] < 0 { memoizedNodeCount += 1 }
        memo[position] = Int32(truncatingIfNeeded: index)
    }

    // MARK: - Output

    private mutating func emit(_ opcode: PickleOpcode) {
        openFrame()
        output.append(opcode.rawValue)
    }

    private mutating func emit(_ opcode: PickleOpcode, littleEndian value: UInt64, bytes count: Int) {
        openFrame()
        output.append(opcode.rawValue)
        for shift in 0..<count { output.append(UInt8(truncatingIfNeeded: value >> UInt64(shift * 8))) }
    }

    private mutating func emit(_ text: StaticString) {
        openFrame()
        output.append(text)
    }

    private mutating func emit(_ bytes: [UInt8]) {
        openFrame()
        output.append(contentsOf: bytes)
    }

    private mutating func emitTuple(count: Int) {
        switch count {
        case 0: if version >= 1 { emit(.emptyTuple) } else { emit("(t") }
        case 1 where version >= 2: emit(.tuple1)
        case 2 where version >= 2: emit(.tuple2)
        case 3 where version >= 2: emit(.tuple3)
        default: emit(.tuple)
        }
    }

    @discardableResult
    private mutating func emitPut() -> Int {
        let index = memoCount
        memoCount += 1
        if version >= 4 {
            emit(.memoize)
        } else if version == 0 {
            emit(.put)
            emit(Array("\(index)\n".utf8))
        } else if index < 256 {
            emit(.binPut, littleEndian: UInt64(index), bytes: 1)
        } else {
            emit(.longBinPut, littleEndian: UInt64(index), bytes: 4)
        }
        return index
    }

    private mutating func emitGet(_ index: Int) {
        if version == 0 {
            emit(.get)
            emit(Array("\(index)\n".utf8))
        } else if index < 256 {
            emit(.binGet, littleEndian: UInt64(index), bytes: 1)
        } else {
            emit(.longBinGet, littleEndian: UInt64(index), bytes: 4)
        }
    }

    /// Writes text or bytes after their length. Long ones go between frames, so that they need not be copied.
    private mutating func emitPayload(
        _ bytes: [UInt8], short: PickleOpcode?, normal: PickleOpcode?, long: PickleOpcode?
    ) {
        let wasFraming = isFraming
        if bytes.count >= Self.frameSizeTarget {
            commitFrame()
            isFraming = false
        }
        if bytes.count <= 0xff, let short {
            emit(short, littleEndian: UInt64(bytes.count), bytes: 1)
        } else if bytes.count <= UInt32.max, let normal {
            emit(normal, littleEndian: UInt64(bytes.count), bytes: 4)
        } else if let long {
            emit(long, littleEndian: UInt64(bytes.count), bytes: 8)
        }
        emit(bytes)
        isFraming = wasFraming
    }

    private mutating func openFrame() {
        guard isFraming, frameStart == nil else { return }
        frameStart = output.count
        output.append(contentsOf: repeatElement(0, count: Self.frameHeaderBytes))
    }

    private mutating func commitFullFrame() {
        guard let frameStart, output.count - frameStart - Self.frameHeaderBytes >= Self.frameSizeTarget else { return }
        commitFrame()
    }

    private mutating func commitFrame() {
        guard isFraming, let start = frameStart else { return }
        frameStart = nil
        let length = output.count - start - Self.frameHeaderBytes
        guard length >= Self.frameSizeMinimum else {
            output.removeSubrange(start..<start + Self.frameHeaderBytes)
            return
        }
        output[start] = PickleOpcode.frame.rawValue
        for shift in 0..<8 { output[start + 1 + shift] = UInt8(truncatingIfNeeded: length >> (shift * 8)) }
    }
}

extension PickledObject {
    /// Whether nothing except attributes is put into the instance.
    fileprivate var isBare: Bool {
        listItems.isEmpty && dictionaryItems.isEmpty && setItems.isEmpty && setters.isEmpty
    }
}
