/// The version that a server gives as its own, comparable by its numbers.
///
/// Vendors add words to it; those are in ``text`` and do not count in comparisons.
public struct ServerVersion: Hashable, Sendable {
    /// The first number.
    public var major: Int
    /// The second number.
    public var minor: Int
    /// The third number.
    public var patch: Int
    /// The whole text as the server sent it, escaped for showing.
    public var text: String

    /// A version from its numbers.
    public init(_ major: Int, _ minor: Int, _ patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
        text = "\(major).\(minor).\(patch)"
    }

    /// Reads a version. Numbers that are missing or unreadable, as in the answer of a proxy, are 0.
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
    /// Whether the numbers are smaller, the first before the second before the third.
    public static func < (left: ServerVersion, right: ServerVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    /// Whether the numbers are the same, whatever else the texts hold.
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
    /// The text as the server sent it, escaped for showing.
    public var description: String { text }
}
