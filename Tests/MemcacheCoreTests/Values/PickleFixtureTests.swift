import Testing

@testable import MemcacheCore

/// What CPython's pickle writes, recorded by `Fixtures/values/make_pickles.py`.
struct PickleFixture: CustomTestStringConvertible, Sendable {
    var name: String
    /// The tagged form, if it was recorded.
    var json: VectorValue?
    /// The pickles by protocol.
    var pickles: [Int: [UInt8]]
    /// Whether the value consists of the same objects at every protocol.
    var isSame: Bool

    var testDescription: String { name }

    static let all: [PickleFixture] = ValueVectors.fixture("pickles.json")["cases"].items.map { row in
        var pickles: [Int: [UInt8]] = [:]
        for (version, pickle) in row["pickles"].items.enumerated() {
            guard let data = pickle.data else { continue }
            pickles[version] = try? Zlib.decompress(data, maximumBytes: 1 << 24)
        }
        return PickleFixture(
            name: row["name"].text ?? "?", json: row.members["json"], pickles: pickles,
            isSame: row["same"].boolean == true)
    }
}

struct PickleFixtureTests {
    @Test func `the recordings are there`() {
        #expect(PickleFixture.all.count > 100)
        #expect(PickleFixture.all.allSatisfy { !$0.pickles.isEmpty })
    }

    @Test(arguments: PickleFixture.all)
    func `every protocol reads as the value that was written`(fixture: PickleFixture) throws {
        for (version, pickle) in fixture.pickles.sorted(by: { $0.key < $1.key }) {
            let value = try PickleValue(pickle: pickle)
            guard let expected = fixture.json else { continue }
            let actual = try VectorValue(value)
            #expect(expected.isDescribed(by: actual), "protocol \(version): \(value)")
        }
    }

    @Test(arguments: PickleFixture.all)
    func `what was read is written with the same bytes`(fixture: PickleFixture) throws {
        for (version, pickle) in fixture.pickles.sorted(by: { $0.key < $1.key }) {
            let value = try PickleValue(pickle: pickle)
            let written = try value.pickled(PickleWritingOptions(protocolVersion: version))
            #expect(written == pickle, "protocol \(version): \(Self.difference(written, pickle))")
        }
    }

    @Test(arguments: PickleFixture.all.filter(\.isSame))
    func `what was read at one protocol is written with the bytes of any other`(fixture: PickleFixture) throws {
        for (source, pickle) in fixture.pickles.sorted(by: { $0.key < $1.key }) {
            let value = try PickleValue(pickle: pickle)
            for (target, expected) in fixture.pickles.sorted(by: { $0.key < $1.key }) where target != source {
                let written = try value.pickled(PickleWritingOptions(protocolVersion: target))
                #expect(written == expected, "from \(source) to \(target): \(Self.difference(written, expected))")
            }
        }
    }

    @Test(arguments: PickleFixture.all)
    func `a value inside another one keeps its shape`(fixture: PickleFixture) throws {
        for pickle in fixture.pickles.values {
            let value = try PickleValue(pickle: pickle)
            let list = PickleValue(.list([value, value]))
            let parts = try #require(list.elements)
            #expect(parts[0] == value)
            #expect(parts[0].position == parts[1].position)
        }
    }

    /// The first difference between two pickles.
    private static func difference(_ mine: [UInt8], _ theirs: [UInt8]) -> String {
        let index = zip(mine, theirs).prefix { $0 == $1 }.count
        func near(_ bytes: [UInt8]) -> String {
            EscapedText.string(Array(bytes[max(0, index - 30)..<min(bytes.count, index + 40)]))
        }
        return "at \(index) of \(mine.count)/\(theirs.count): \"\(near(mine))\" for \"\(near(theirs))\""
    }
}
