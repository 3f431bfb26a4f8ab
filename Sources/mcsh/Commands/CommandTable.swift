/// Every command of the shell, described once. Its rows, `all`, are listed in `Main/CommandRows.swift`: a row may name
/// an ``Operation``, which depends on more than this folder may.
enum CommandTable {
    /// The command that explains the other ones.
    static let help = find(Array("help".utf8))

    /// Names and aliases, shorter ones first, then in the order of their bytes.
    ///
    /// A sorted list and not a dictionary of arrays, whose type metadata the runtime instantiates on first use: that
    /// took a third of the instructions of a one-liner.
    private static let names: [(name: [UInt8], spec: CommandSpec)] =
        all.flatMap { spec in ([spec.name] + spec.aliases).map { (name: Array($0.utf8), spec: spec) } }
        .sorted { precedes($0.name, $1.name) }

    /// The command with a name or an alias, regardless of case.
    static func find(_ name: [UInt8]) -> CommandSpec? {
        let name = name.map { (65...90).contains($0) ? $0 + 32 : $0 }
        var (low, high) = (0, names.count)
        while low < high {
            let middle = (low + high) / 2
            if precedes(names[middle].name, name) { low = middle + 1 } else { high = middle }
        }
        return low < names.count && names[low].name == name ? names[low].spec : nil
    }

    /// Whether a name precedes another in that order.
    private static func precedes(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return one.count < other.count }
        for index in one.indices where one[index] != other[index] { return one[index] < other[index] }
        return false
    }

    /// The name that was probably meant.
    static func nearest(to name: String) -> String? {
        if let habit = habits[name.lowercased()] { return habit }
        // A single character is close to any other.
        return Spelling.nearest(to: name, among: all.flatMap { [$0.name] + $0.aliases }.filter { $0 != "?" })
    }

    /// What other programs call things (redis-cli, psql), and the equivalent line here.
    static let habits = [
        "info": "stats", "dbsize": "stats", "select": "use", "\\c": "use", "scan": "keys", "flushall": "flush_all",
        "flushdb": "flush_all", "monitor": "watch", "del": "delete", "expire": "touch", "mget": "get",
        "\\q": "quit", "\\h": "help", "\\?": "help", "ls": "keys", "rm": "delete", "remove": "delete",
        "unlink": "delete", "put": "set", "store": "set", "setex": "set", "setnx": "add", "connect": "use",
        "\\d": "keys", "\\l": "servers", "pttl": "ttl", "expireat": "touch", "persist": "touch", "strlen": "show",
        "type": "show", "object": "show", "memory": "stats", "client": "stats", "latency": "ping", "slowlog": "watch",
        "q": "quit", "incrby": "incr", "decrby": "decr", "start": "stats", "bye": "quit",
    ]
}
