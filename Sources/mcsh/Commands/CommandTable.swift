/// Every command of the shell, described once.
enum CommandTable {
    /// All commands, group by group, in the order in which `help` lists them.
    static let all: [CommandSpec] =
        RetrievalSpecs.all + StorageSpecs.all + ItemSpecs.all + MetaSpecs.all + ServerSpecs.all + PoolSpecs.all
        + ShellSpecs.all

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
        Spelling.nearest(to: name, among: all.flatMap { [$0.name] + $0.aliases })
    }
}
