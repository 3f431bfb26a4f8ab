extension StatisticField {
    /// Finds the meaning of a name in a reply. Numbers before it are skipped (`items:1:number`, `1:chunk_size`,
    /// `22:addr`), and names with a variable part are matched by their pattern (`user_logins` is `user_<name>`).
    ///
    /// - Parameters:
    ///   - name: The name as the server wrote it, or as a person typed it.
    ///   - group: The reply it came in. Without it all groups are searched, `stats` first.
    static func lookup(_ name: String, in group: Group? = nil) -> StatisticField? {
        lookupAll(name).first { group == nil || $0.group == group }
    }

    /// All statistics that a name can mean, each in its own group; several replies share names such as `get_hits`.
    static func lookupAll(_ name: String) -> [StatisticField] {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 3, parts[0] == "items", isNumber(parts[1]) {
            return byName[String(parts[2]), default: []].filter { $0.group == .items }
        }
        if parts.count == 2, isNumber(parts[0]) {
            return byName[String(parts[1]), default: []].filter { numberedGroups.contains($0.group) }
        }
        if isNumber(name[...]) { return byName["<size>", default: []] }
        return byName[name, default: []] + patterned(name)
    }

    /// The names nearest to a mistyped one, best first; empty if none is near.
    static func suggestions(for name: String, limit: Int = 3) -> [String] {
        guard name.utf8.count <= 64 else { return [] }
        let wanted = Array(name.lowercased().utf8)
        var ranked: [(name: String, distance: Int)] = []
        for candidate in byName.keys where !candidate.contains("<") {
            let distance = Spelling.distance(wanted, Array(candidate.utf8))
            if distance <= max(1, wanted.count / 3) {
                ranked.append((candidate, distance))
            } else if wanted.count >= 3, candidate.contains(name.lowercased()) {
                ranked.append((candidate, wanted.count))
            }
        }
        ranked.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
        return ranked.prefix(limit).map(\.name)
    }

    private static let byName = Dictionary(grouping: all, by: \.name)

    /// The groups whose names begin with the number of a class, a connection or a page.
    private static let numberedGroups: Set<Group> = [.slabs, .conns, .extstore]

    /// The commands that the built-in proxy counts.
    private static let proxyCommands: Set<String> = [
        "mg", "ms", "md", "mn", "ma", "me", "get", "gat", "set", "add", "cas", "gets", "gats", "incr", "decr", "touch",
        "append", "prepend", "delete", "replace",
    ]

    private static func patterned(_ name: String) -> [StatisticField] {
        guard let underscore = name.firstIndex(of: "_"), name.index(after: underscore) < name.endIndex else {
            return []
        }
        let rest = String(name[name.index(after: underscore)...])
        let pattern: String
        switch name[..<underscore] {
        case "user": pattern = "user_<name>"
        case "cmd" where proxyCommands.contains(rest): pattern = "cmd_<command>"
        case "funcs": pattern = "funcs_<name>"
        case "slots": pattern = "slots_<name>"
        case "bad": pattern = "bad_<backend>"
        default: return []
        }
        return byName[pattern, default: []]
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
