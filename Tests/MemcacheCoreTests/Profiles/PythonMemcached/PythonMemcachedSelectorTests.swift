import MemcacheCore
import Testing

@Suite struct PythonMemcachedSelectorTests {
    /// A pool of the recordings, and which of its servers are dead.
    struct Scenario: CustomTestStringConvertible, Sendable {
        var name: String
        var keys: [[UInt8]]
        var weights: [Int]
        var buckets: [Int]
        var dead: [Int]
        var recorded: VectorValue

        var testDescription: String { "\(name), dead \(dead), \(keys.count) keys" }
        var selector: PythonMemcachedSelector { PythonMemcachedSelector(weights: weights) }

        func select(_ key: RoutingKey) -> ServerSelection {
            selector.selectServer(for: key) { !dead.contains($0) }
        }

        func select(_ text: String) -> ServerSelection { select(.bytes(Array(text.utf8))) }
    }

    static let scenarios: [Scenario] = RoutingVectors.hash.flatMap { document in
        document["pools"].items.flatMap { pool in
            pool["scenarios"].items.map { scenario in
                Scenario(
                    name: pool["name"].text ?? "", keys: document["keys"].items.map { $0["key"].bytes },
                    weights: pool["servers"].items.map { $0[1].integer ?? -1 },
                    buckets: pool["buckets"].items.map { $0.integer ?? -1 },
                    dead: scenario["dead"].items.map { $0.integer ?? -1 }, recorded: scenario)
            }
        }
    }

    @Test func `the recordings are there`() {
        #expect(Self.scenarios.count >= 25)
    }

    @Test(arguments: scenarios)
    func `a key goes to the server that python-memcached chooses, in as many tries`(scenario: Scenario) {
        #expect(scenario.recorded["choice"].items.count == scenario.keys.count)
        for (index, key) in scenario.keys.enumerated() {
            let selection = scenario.select(.bytes(key))
            #expect(selection.server == scenario.recorded["choice"][index].integer)
            #expect(selection.tries == scenario.recorded["attempts"][index].integer)
        }
    }

    @Test(arguments: scenarios)
    func `each server has as many buckets as its weight`(scenario: Scenario) {
        for (bucket, server) in scenario.buckets.enumerated() {
            #expect(scenario.selector.choice(for: RoutingNumber(bucket), after: nil)?.server == server)
        }
    }

    @Test(arguments: scenarios.filter { $0.recorded["no_server_rate"] != .null })
    func `as many keys as in python-memcached find no server although one is alive`(scenario: Scenario) throws {
        let probes = (0..<4000).map { "probe:\($0)" }
        let lost = probes.filter { scenario.select($0).server == nil }
        #expect(scenario.recorded["no_server_rate"] == .array([.integer(lost.count), .integer(4000)]))
        #expect(lost.prefix(5).map { .text($0) } == scenario.recorded["no_server_though_one_lives"].items)
        for slow in scenario.recorded["many_attempts"].items {
            let selection = scenario.select(try #require(slow[0].text))
            #expect(selection.server == slow[1].integer)
            #expect(selection.tries == slow[2].integer)
        }
    }

    @Test(arguments: scenarios.filter { $0.recorded["tuple_keys"] != .null })
    func `a number instead of the hash goes where a tuple key goes`(scenario: Scenario) throws {
        #expect(scenario.recorded["tuple_keys"].items.count == 17)
        for tuple in scenario.recorded["tuple_keys"].items {
            let number: RoutingNumber =
                switch tuple[0] {
                case .integer(let value): RoutingNumber(value)
                case .boolean(let value): value ? .pythonTrue : .pythonFalse
                case let large: try RoutingNumber(decimal: large["$int"].text ?? "")
                }
            let selection = scenario.select(.number(number))
            #expect(selection.server == tuple[1].integer, "\(number)")
            #expect(selection.tries == tuple[2].integer, "\(number)")
        }
    }

    @Test(arguments: RoutingVectors.hash)
    func `the old hash function of Python 3`(document: VectorValue) {
        let recorded = document["old_hash_function"]
        let selector = PythonMemcachedSelector(
            weights: recorded["weights"].items.map { $0.integer ?? -1 }, hashFunction: .crc32)
        for (index, key) in document["keys"].items.enumerated() {
            let first = selector.selectServer(for: key["key"].bytes.span) { _ in true }
            let second = selector.selectServer(for: key["key"].bytes.span) { $0 != 1 }
            #expect(first.server == recorded["choice"][index].integer)
            #expect(second.server == recorded["choice_dead_1"][index].integer)
        }
    }

    /// Calculated in Python from the rule, with the CRC as a signed number.
    @Test(arguments: [
        ("a", 2, 1, 4), ("b", 1, 1, 1), ("foo", 1, 1, 1), ("ob", 2, 1, 2), ("café", 1, 1, 1), ("counter", 0, 1, 2),
    ])
    func `the old hash function of Python 2`(key: String, first: Int, whenOnly1Lives: Int, tries: Int) {
        let selector = PythonMemcachedSelector(weights: [1, 2, 1], hashFunction: .signedCRC32)
        #expect(selector.choice(for: Array(key.utf8).span, after: nil)?.server == first)
        let second = selector.selectServer(for: Array(key.utf8).span) { $0 == 1 }
        #expect(second == ServerSelection(server: whenOnly1Lives, tries: tries))
    }

    @Test func `up to 1·59 a hash of 0 was 1`() {
        let key = Array("ob".utf8)
        let now = PythonMemcachedSelector(weights: [1, 1])
        let then = PythonMemcachedSelector(weights: [1, 1], hashFunction: .crc15WithoutZero)
        #expect(now.choice(for: key.span, after: nil) == ServerChoice(server: 0, tries: 1, state: 0))
        #expect(then.choice(for: key.span, after: nil) == ServerChoice(server: 1, tries: 1, state: 1))
        // A number given by the application stays 0.
        #expect(then.choice(for: 0, after: nil)?.server == 0)
        // "00" and "10" have the hashes 14406 and 8541.
        #expect(now.choice(for: key.span, after: now.choice(for: key.span, after: nil))?.state == 14406)
        #expect(then.choice(for: key.span, after: then.choice(for: key.span, after: nil))?.state == 8541)
    }

    @Test(arguments: [[], [0], [0, 0], [-3], [-1, 0]])
    func `without buckets there is no server, and nothing is tried`(weights: [Int]) {
        let selector = PythonMemcachedSelector(weights: weights)
        let nothing = ServerSelection(server: nil, tries: 0)
        #expect(selector.selectServer(for: Array("a".utf8).span) { _ in true } == nothing)
        #expect(selector.selectServer(for: .number(7)) { _ in true } == nothing)
    }

    @Test func `weights of any size need no memory and do not overflow`() {
        let selector = PythonMemcachedSelector(weights: [.max, .min, .max, 1])
        #expect(selector.choice(for: 0, after: nil)?.server == 0)
        #expect(selector.choice(for: 4_294_967_294, after: nil)?.server == 0)
        #expect(selector.choice(for: 4_294_967_295, after: nil)?.server == 2)
        #expect(selector.choice(for: -1, after: nil)?.server == 3)
    }

    @Test func `more tries find a server for keys that ten do not`() {
        let usual = PythonMemcachedSelector(weights: [9, 1])
        let patient = PythonMemcachedSelector(weights: [9, 1], maximumTries: 200)
        var lost = 0
        for number in 0..<4000 {
            let key = Array("probe:\(number)".utf8)
            let selection = usual.selectServer(for: key.span) { $0 == 1 }
            let found = patient.selectServer(for: key.span) { $0 == 1 }
            #expect(found.server == 1)
            if selection.server == nil { lost += 1 } else { #expect(found == selection) }
        }
        #expect(lost == 1418)
    }

    @Test func `the walk continues from any choice, step by step`() throws {
        let selector: any ServerSelector = PythonMemcachedSelector(weights: [1, 1, 1])
        let key = RoutingKey.bytes(Array("a".utf8))
        let first = try #require(selector.choice(for: key, after: nil))
        #expect(first == ServerChoice(server: 2, tries: 1, state: 26807))
        var last: ServerChoice? = first
        var count = 0
        while let choice = last {
            count += 1
            #expect(choice.tries == count)
            last = selector.choice(for: key, after: choice)
        }
        #expect(count == 10)
    }

    @Test(arguments: RoutingVectors.distribution)
    func `libmemcached's modula with the hash crc chooses the same servers where weights are equal`(
        document: VectorValue
    ) {
        let pools = document["libmemcached_choices"].items.filter {
            $0["behaviors"] == .object(["hash": .text("crc")]) && $0["pool"].text?.contains("weighted") == false
        }
        #expect(pools.count == 5)
        for pool in pools {
            let selector = PythonMemcachedSelector(weights: pool["servers"].items.map { _ in 1 })
            for (index, key) in document["keys"].items.enumerated() {
                let choice = selector.choice(for: key.bytes.span, after: nil)
                #expect(choice?.server == pool["choice"][index].integer)
            }
        }
    }
}
