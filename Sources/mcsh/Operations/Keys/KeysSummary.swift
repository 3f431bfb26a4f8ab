/// The result of `keys`, in a line.
struct KeysSummary: Hashable {
    var seen: UInt64
    var matched: UInt64
    /// The total size of the items, if it was determined.
    var itemBytes: UInt64?
    var servers: Int
    /// The patterns as they are shown.
    var patterns: [String]
    /// Whether the limit was reached.
    var isFull: Bool

    /// `12 of 3,456 keys, 1.2 MiB, on 2 servers`
    var text: String {
        let whole = Self.keys(seen)
        var text: String
        if matched == 0, !patterns.isEmpty {
            text = "no key matches \(patterns.joined(separator: " and ")) (of \(whole))"
        } else if matched == 0 {
            text = "no keys"
        } else {
            text = matched == seen ? whole : "\(HumanUnits.count(matched)) of \(whole)"
        }
        if let itemBytes, matched > 0 { text += ", \(HumanUnits.bytes(itemBytes))" }
        if servers > 1 { text += ", on \(servers) servers" }
        if isFull { text += "; there may be more" }
        return text
    }

    /// The same for a list that was interrupted by Ctrl-C.
    var cancelledText: String {
        "cancelled after \(Self.keys(seen)), of which \(HumanUnits.count(matched)) \(matched == 1 ? "was" : "were") listed"
    }

    private static func keys(_ count: UInt64) -> String { "\(HumanUnits.count(count)) \(count == 1 ? "key" : "keys")" }
}
