/// Every command of the shell, described once.
enum CommandTable {
    /// All commands, group by group, in the order in which `help` lists them.
    static let all: [CommandSpec] =
        RetrievalSpecs.all + StorageSpecs.all + ItemSpecs.all + MetaSpecs.all + ServerSpecs.all + PoolSpecs.all
        + OperatorSpecs.all + ShellSpecs.all

    private static let byName: [[UInt8]: CommandSpec] = {
        var table: [[UInt8]: CommandSpec] = [:]
        for spec in all {
            for name in [spec.name] + spec.aliases { table[Array(name.utf8)] = spec }
        }
        return table
    }()

    /// The command of a name or an alias, in any case of letters.
    static func find(_ name: [UInt8]) -> CommandSpec? {
        byName[name] ?? byName[name.map { (65...90).contains($0) ? $0 + 32 : $0 }]
    }

    /// The name that was probably meant.
    static func nearest(to name: String) -> String? {
        if let habit = habits[name.lowercased()] { return habit }
        // One sign is like any other.
        return Spelling.nearest(to: name, among: all.flatMap { [$0.name] + $0.aliases }.filter { $0 != "?" })
    }

    /// What other programs call things (redis-cli, psql), and the line that does them here.
    static let habits = [
        "info": "stats", "dbsize": "stats", "select": "use", "\\c": "use", "scan": "keys", "flushall": "flush_all",
        "flushdb": "flush_all", "monitor": "watch", "del": "delete", "expire": "touch", "mget": "get",
        "\\q": "quit", "\\h": "help", "\\?": "help",
    ]
}
