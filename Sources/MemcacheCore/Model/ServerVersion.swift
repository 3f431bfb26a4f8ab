/// The version that a server reports, comparable by its numbers.
///
/// Vendors add words to it; those are kept in ``text`` and do not count in comparisons.
public struct ServerVersion: Hashable, Sendable {
    /// The first number.
    public var major: Int
    /// The second number.
    public var minor: Int
    /// The third number.
    public var patch: Int
    /// The whole text as the server sent it, escaped for display.
    public var text: String

    /// Creates a version from its numbers.
    public init(_ major: Int, _ minor: Int, _ patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
        text = "\(major).\(minor).\(patch)"
    }

    /// Reads a version. Numbers that are missing or unreadable, as in the reply of a proxy, are 0.
    public init(_ bytes: [UInt8]) {
        let numbers = bytes.prefix { $0 == UInt8(ascii: ".") || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) }
            .split(separator: UInt8(ascii: "."))
            .map { ASCIINumber.parseUnsigned(Array($0)).flatMap { Int(exactly: $0) } ?? 0 }
        major = numbers.first ?? 0
        minor = numbers.count > 1 ? numbers[1] : 0
        patch = numbers.count > 2 ? numbers[2] : 0
        text = EscapedText.string(bytes)
    }
}

extension ServerVersion: Comparable {
    /// Compares the numbers, the major version first.
    public static func < (left: ServerVersion, right: ServerVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    /// Whether the numbers are the same, regardless of the rest of the texts.
    public static func == (left: ServerVersion, right: ServerVersion) -> Bool {
        (left.major, left.minor, left.patch) == (right.major, right.minor, right.patch)
    }

    /// Hashes the numbers.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(major)
        hasher.combine(minor)
        hasher.combine(patch)
    }
}

extension ServerVersion: CustomStringConvertible {
    /// The text as the server sent it, escaped for display.
    public var description: String { text }
}
