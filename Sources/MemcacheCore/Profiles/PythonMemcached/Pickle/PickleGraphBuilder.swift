/// Builds a graph from single objects and from parts of other graphs.
struct PickleGraphBuilder {
    private(set) var nodes: [PickleNode] = []
    /// The new positions of objects from other graphs; what is shared there stays shared here.
    private var imported: [ObjectIdentifier: [Int: Int]] = [:]
    /// Retains imported graphs, so that no new one gets the identity of a released one.
    private var sources: [PickleGraph] = []
    /// Python has one object for each module name, which shows in what a pickle repeats.
    private var moduleNames: [[UInt8]: Int] = [:]

    mutating func add(_ node: PickleNode) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }

    mutating func replace(_ position: Int, with node: PickleNode) { nodes[position] = node }

    /// Removes a node, so that it can be changed without being copied.
    mutating func take(_ position: Int) -> PickleNode {
        var node = PickleNode.none
        swap(&node, &nodes[position])
        return node
    }

    mutating func addText(_ text: String) -> Int { add(.text(Array(text.utf8))) }

    mutating func addModuleName(_ name: [UInt8]) -> Int {
        if let known = moduleNames[name] { return known }
        let position = add(.text(name))
        moduleNames[name] = position
        return position
    }

    mutating func addGlobal(_ module: String, _ name: String) -> Int {
        let module = addModuleName(Array(module.utf8))
        return add(.global(module: module, name: addText(name)))
    }

    /// Adds a call of a global with arguments, the form in which Python pickles most values without an opcode.
    mutating func addCall(_ module: String, _ name: String, _ arguments: [Int]) -> Int {
        let callable = addGlobal(module, name)
        let tuple = add(.tuple(arguments))
        return add(.object(PickledObject(construction: .call, callable: callable, arguments: tuple)))
    }

    /// Copies a value from its graph, with everything that it refers to.
    mutating func add(_ value: PickleValue) -> Int {
        add(value, persistentID: Optional<(PickleValue) throws(Never) -> PickleValue?>.none)
    }

    /// Copies a value from its graph, with everything that it refers to.
    ///
    /// - Parameter persistentID: Called once for each object; if it returns an id, the id replaces the object.
    mutating func add<Failure: Error>(
        _ value: PickleValue, persistentID: ((PickleValue) throws(Failure) -> PickleValue?)?
    ) throws(Failure) -> Int {
        let source = value.graph
        let key = ObjectIdentifier(source)
        if persistentID != nil {
            // What an import that calls the hook leaves out must not be found by one that does not call it.
            var work = Import(places: [:])
            return try take(value, persistentID: persistentID, &work)
        }
        // The table is removed and put back, because a second reference to it would make it be copied each time.
        var work = Import(places: imported.removeValue(forKey: key) ?? [:])
        if work.places.isEmpty { sources.append(source) }
        defer { imported[key] = work.places }
        return try take(value, persistentID: Optional<(PickleValue) throws(Failure) -> PickleValue?>.none, &work)
    }

    /// An import in progress.
    private struct Import {
        /// The positions of the source's objects in this graph.
        var places: [Int: Int]
        /// The objects that have a position but are not filled in.
        var waiting: [Int] = []
    }

    private mutating func place(_ position: Int, _ work: inout Import) -> Int {
        if let known = work.places[position] { return known }
        nodes.append(.none)
        work.places[position] = nodes.count - 1
        work.waiting.append(position)
        return nodes.count - 1
    }

    private mutating func take<Failure: Error>(
        _ value: PickleValue, persistentID: ((PickleValue) throws(Failure) -> PickleValue?)?, _ work: inout Import
    ) throws(Failure) -> Int {
        let source = value.graph
        let root = place(value.position, &work)
        while let position = work.waiting.popLast() {
            guard let target = work.places[position] else { continue }
            if let persistentID, let id = try persistentID(PickleValue(graph: source, position: position)) {
                nodes[target] = .persistent(add(id))
                continue
            }
            let node = source.nodes[position]
            if case .global(let module, let name) = node, case .text(let moduleName) = source.nodes[module] {
                nodes[target] = takeGlobal(module: module, moduleName: moduleName, name: name, from: source, &work)
            } else {
                nodes[target] = node.replacingChildren { place($0, &work) }
            }
        }
        return root
    }

    /// Names are filled in at once: a hook does not see them as objects. The name of a module is shared.
    private mutating func takeGlobal(
        module: Int, moduleName: [UInt8], name: Int, from source: PickleGraph, _ work: inout Import
    ) -> PickleNode {
        let moduleAt: Int
        if let known = work.places[module] {
            moduleAt = known
            if moduleNames[moduleName] == nil { moduleNames[moduleName] = known }
        } else {
            moduleAt = addModuleName(moduleName)
            work.places[module] = moduleAt
        }
        let nameAt: Int
        if let known = work.places[name] {
            nameAt = known
        } else {
            nameAt = add(source.nodes[name])
            work.places[name] = nameAt
        }
        return .global(module: moduleAt, name: nameAt)
    }

    /// The graph, with the position of the value.
    func value(at position: Int, droppedCalls: [Int] = []) -> PickleValue {
        PickleValue(graph: PickleGraph(nodes: nodes, droppedCalls: droppedCalls), position: position)
    }

    /// The calls among some objects that are not part of the value at a position, outermost ones only.
    ///
    /// Not included is the call that Python writes twice: that of an instance in its own arguments, first within them
    /// and then, with the same arguments, where it belongs. The second result is dropped in favour of the first.
    func calls(among candidates: [Int], outside root: Int) -> [Int] {
        var isReached = [Bool](repeating: false, count: nodes.count)
        func reach(_ start: Int) {
            var waiting = [start]
            isReached[start] = true
            while let position = waiting.popLast() {
                for child in nodes[position].children where !isReached[child] {
                    isReached[child] = true
                    waiting.append(child)
                }
            }
        }
        reach(root)
        var kept: [CallIdentity: Int] = [:]
        for position in candidates.reversed() where isReached[position] {
            if let identity = identity(of: position) { kept[identity] = position }
        }
        // The search stops if a pickle is constructed to make it take long: the call then counts as a dropped one.
        var steps = 4 * nodes.count
        var calls: [Int] = []
        // A call that is an argument of another one is made first.
        for position in candidates.reversed() where !isReached[position] {
            guard case .object(let call) = nodes[position] else { continue }
            if call.isPlainCall, let identity = identity(of: position), let first = kept[identity],
                haveSameArguments(first, position, within: &steps),
                isFound(first, from: call.arguments, within: &steps)
            {
                continue
            }
            reach(position)
            calls.append(position)
        }
        return calls.reversed()
    }

    private func identity(of position: Int) -> CallIdentity? {
        guard case .object(let call) = nodes[position], case .tuple(let arguments) = nodes[call.arguments] else {
            return nil
        }
        return CallIdentity(
            construction: call.construction, callable: call.callable, keywords: call.keywords,
            count: arguments.count, firstArguments: Array(arguments.prefix(4)))
    }

    /// Whether two calls have the same objects as arguments, possibly in separate tuples; false if there are no steps
    /// left to find out.
    private func haveSameArguments(_ one: Int, _ other: Int, within steps: inout Int) -> Bool {
        guard case .object(let first) = nodes[one], case .object(let second) = nodes[other],
            case .tuple(let mine) = nodes[first.arguments], case .tuple(let theirs) = nodes[second.arguments]
        else { return false }
        steps -= mine.count
        return steps > 0 && mine == theirs
    }

    /// Whether an object is part of another one; false if there are no steps left to find out.
    private func isFound(_ wanted: Int, from start: Int, within steps: inout Int) -> Bool {
        var waiting = [start]
        var seen: Set<Int> = [start]
        while let position = waiting.popLast(), steps > 0 {
            if position == wanted { return true }
            let children = nodes[position].children
            steps -= 1 + children.count
            for child in children where seen.insert(child).inserted { waiting.append(child) }
        }
        return false
    }
}

/// What two calls with the same arguments must have in common.
private struct CallIdentity: Hashable {
    var construction: PickledObject.Construction
    var callable: Int
    var keywords: Int?
    var count: Int
    var firstArguments: [Int]
}
