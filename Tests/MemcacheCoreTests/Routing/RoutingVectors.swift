import Foundation
import Testing

/// The choices that python-memcached and libmemcached made: the package's own excerpts, and the full recordings if they
/// are available.
enum RoutingVectors {
    private static let testsDirectory = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let excerpts = testsDirectory.appending(path: "Fixtures/routing")
    /// The full recordings are next to the package where it is developed.
    private static let recordings = testsDirectory.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/reference/vectors")

    static let hash = documents("hash.json")
    static let distribution = documents("distribution.json")
    static let wire = documents("wire.json")

    private static func documents(_ name: String) -> [VectorValue] {
        [excerpts, recordings].compactMap { directory in
            guard let data = try? Data(contentsOf: directory.appending(path: name)) else { return nil }
            return try? JSONDecoder().decode(VectorValue.self, from: data)
        }
    }
}

/// Any JSON value.
enum VectorValue: Decodable, Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case real(Double)
    case text(String)
    case array([VectorValue])
    case object([String: VectorValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .real(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([VectorValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: VectorValue].self))
        }
    }

    subscript(name: String) -> VectorValue {
        guard case .object(let members) = self else { return .null }
        return members[name] ?? .null
    }

    subscript(index: Int) -> VectorValue { items.indices.contains(index) ? items[index] : .null }

    var items: [VectorValue] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    var members: [String: VectorValue] {
        guard case .object(let members) = self else { return [:] }
        return members
    }

    var integer: Int? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    var boolean: Bool? {
        guard case .boolean(let value) = self else { return nil }
        return value
    }

    var text: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }

    /// The bytes of a text.
    var bytes: [UInt8] { Array((text ?? "").utf8) }
}

extension VectorValue: CustomTestStringConvertible {
    /// Which document it is; its whole content would fill the screen.
    var testDescription: String { self["library"].text ?? self["libmemcached"].text ?? "a value" }
}
