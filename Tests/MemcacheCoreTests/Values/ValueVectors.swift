import Foundation
import Testing

@testable import MemcacheCore

/// What Python stored and read: the package's own fixtures, and the full recordings if they are available.
enum ValueVectors {
    private static let testsDirectory = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let fixtures = testsDirectory.appending(path: "Fixtures/values")
    /// The full recordings are next to the package where it is developed.
    private static let recordings = testsDirectory.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/reference/vectors")

    /// What python-memcached stored, by file name.
    static let files = [
        "values.json", "values-py3-1.58.json", "values-py27-1.59.json", "values-py27-1.57.json",
        "values-py27-1.53.json",
    ]

    static func fixture(_ name: String) -> VectorValue { document(in: fixtures, name) ?? .null }

    /// A full recording, or null if it is not available.
    static func recording(_ name: String) -> VectorValue { recordingsByName[name] ?? .null }

    private static let recordingsByName: [String: VectorValue] = {
        var documents: [String: VectorValue] = [:]
        for name in files + ["crossread.json", "othervalues.json"] {
            documents[name] = document(in: recordings, name)
        }
        return documents
    }()

    /// The package's excerpt of a recording and, if available, all of it.
    static func documents(_ name: String) -> [VectorValue] { [fixture(name), recording(name)].filter { $0 != .null } }

    private static func document(in directory: URL, _ name: String) -> VectorValue? {
        guard let data = try? Data(contentsOf: directory.appending(path: name)) else { return nil }
        return try? JSONDecoder().decode(VectorValue.self, from: data)
    }
}

extension VectorValue {
    /// Bytes in base64.
    var data: [UInt8]? { text.flatMap { Base64.decode(Array($0.utf8)) } }

    /// A JSON document.
    init(json: [UInt8]) throws { self = try JSONDecoder().decode(VectorValue.self, from: Data(json)) }

    /// What `value` is in the tagged form.
    init(_ value: PickleValue) throws { try self.init(json: value.taggedJSON()) }
}

// MARK: - Comparing

extension VectorValue {
    /// Whether a pickle's description agrees with what Python made of the pickle. Only Python can know two things,
    /// because it runs the class's code: the names of a named tuple's fields, and what a class does with its arguments
    /// or state.
    func isDescribed(by actual: VectorValue) -> Bool {
        switch (self, actual) {
        case (.array(let mine), .array(let theirs)):
            return mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0.isDescribed(by: $1) }
        case (.object(let mine), .object(let theirs)):
            if let name = mine["$object"] { return isInstance(name.text ?? "", mine, describedBy: theirs) }
            guard mine.keys == theirs.keys else { return false }
            return mine.allSatisfy { key, value in
                guard let other = theirs[key] else { return false }
                guard key == "$set" || key == "$frozenset" else { return value.isDescribed(by: other) }
                // Python has its own order for a set.
                var rest = other.items
                for item in value.items {
                    guard let index = rest.firstIndex(where: { item.isDescribed(by: $0) }) else { return false }
                    rest.remove(at: index)
                }
                return rest.isEmpty
            }
        default:
            return self == actual
        }
    }

    private func isInstance(
        _ name: String, _ mine: [String: VectorValue], describedBy theirs: [String: VectorValue]
    ) -> Bool {
        guard theirs["$object"]?.text == name else { return false }
        func same(_ expected: VectorValue, _ actual: VectorValue?) -> Bool {
            actual.map { expected.isDescribed(by: $0) } ?? false
        }
        if let fields = mine["fields"] {
            return same(.array(fields.items.map { $0[1] }), theirs["args"])
        }
        if mine["enum"] != nil { return same(.array([mine["value"] ?? .null]), theirs["args"]) }
        if let value = mine["value"] {
            return same(value, theirs["value"]) || same(.array([value]), theirs["args"])
        }
        switch name {
        case "shop.models.Stateful":
            // Python 2's tag is a byte string.
            return [VectorValue.text("v1"), .object(["$bytes": .text("djE=")])].contains { (tag: VectorValue) in
                same(.object(["$tuple": .array([tag, mine["state"]?["n"] ?? .null])]), theirs["state"])
            }
        case "shop.models.Reduced":
            return same(.array([mine["state"]?["a"] ?? .null, mine["state"]?["b"] ?? .null]), theirs["args"])
        default:
            return mine.keys == theirs.keys && mine.allSatisfy { same($0.value, theirs[$0.key]) }
        }
    }
}

// MARK: - Building

extension PickleValue {
    /// A value built from a tagged form, part by part, so that no two parts are one object; nil if the form does not
    /// say what the value consists of.
    init?(tagged: VectorValue) {
        func all(_ items: [VectorValue]) -> [PickleValue]? {
            let values = items.compactMap { PickleValue(tagged: $0) }
            return values.count == items.count ? values : nil
        }
        func pairs(_ items: [VectorValue]) -> [PicklePair]? {
            guard let parts = all(items.flatMap { $0.items }) else { return nil }
            return stride(from: 0, to: parts.count, by: 2).map { PicklePair(parts[$0], parts[$0 + 1]) }
        }
        func double(_ value: VectorValue) -> Double { Double(value.text ?? "") ?? .nan }
        let content: Content?
        switch tagged {
        case .null: content = Content.none
        case .boolean(let value): content = .boolean(value)
        case .integer(let value): content = .integer(BigInteger(value))
        case .real: content = nil
        case .text(let text): content = .text(text)
        case .array(let items): content = all(items).map { .list($0) }
        case .object(let members):
            guard members.count == 1, let (tag, value) = members.first else { return nil }
            switch tag {
            case "$int": content = BigInteger(value.text ?? "").map { .integer($0) }
            case "$float": content = .double(double(value))
            case "$complex": content = .complex(real: double(value[0]), imaginary: double(value[1]))
            case "$bytes": content = value.data.map { .bytes($0) }
            case "$bytearray": content = value.data.map { .byteArray($0) }
            case "$tuple": content = all(value.items).map { .tuple($0) }
            case "$set": content = all(value.items).map { .set($0) }
            case "$frozenset": content = all(value.items).map { .frozenSet($0) }
            case "$dict": content = pairs(value.items).map { .dictionary($0) }
            case "$timedelta":
                let parts = value.items.compactMap(\.integer)
                content = .timeDelta(PythonTimeDelta(days: parts[0], seconds: parts[1], microseconds: parts[2]))
            case "$decimal": content = value.text.map { .decimal($0) }
            case "$fraction":
                let parts = (value.text ?? "").split(separator: "/").compactMap { BigInteger(String($0)) }
                content = .fraction(numerator: parts[0], denominator: parts.count > 1 ? parts[1] : 1)
            case "$uuid":
                content = UInt128((value.text ?? "").replacing("-", with: ""), radix: 16).map { .uuid($0) }
            case "$global":
                let name = value.text ?? ""
                guard let dot = name.lastIndex(of: ".") else { return nil }
                content = .global(module: String(name[..<dot]), name: String(name[name.index(after: dot)...]))
            case "$datetime", "$date", "$time": content = Self.moment(value.text ?? "")
            default: content = nil
            }
        }
        guard let content else { return nil }
        self.init(content)
    }

    /// An ISO 8601 text as Python writes it, without a time zone.
    private static func moment(_ text: String) -> Content? {
        let numbers = text.split(whereSeparator: { "-T:.".contains($0) }).compactMap { Int($0) }
        func time(_ parts: ArraySlice<Int>) -> PythonTime {
            let all = Array(parts) + [0, 0]
            return PythonTime(hour: all[0], minute: all[1], second: all[2], microsecond: parts.count > 3 ? all[3] : 0)
        }
        guard !text.contains("+") else { return nil }
        if text.contains("T") {
            let date = PythonDate(year: numbers[0], month: numbers[1], day: numbers[2])
            return .dateTime(PythonDateTime(date: date, time: time(numbers[3...])))
        }
        if text.contains(":") { return .time(time(numbers[...])) }
        return .date(PythonDate(year: numbers[0], month: numbers[1], day: numbers[2]))
    }
}
