extension CommandTable {
    /// All commands, group by group, in the order in which `help` lists them.
    static let all: [CommandSpec] =
        reading + StorageSpecs.all + items + MetaSpecs.all + server + pool + operating + shell

    private static let reading: [CommandSpec] = [
        RetrievalSpecs.get, RetrievalSpecs.gets, RetrievalSpecs.gat, RetrievalSpecs.gats, CommandSpec(Show.self),
        RetrievalSpecs.exists, RetrievalSpecs.ttl,
    ]

    private static let items: [CommandSpec] = [
        ItemSpecs.touch, DeleteSpecs.delete, ItemSpecs.incr, ItemSpecs.decr, CommandSpec(Edit.self),
    ]

    private static let server: [CommandSpec] = [
        ServerSpecs.stats, ServerSpecs.version, ServerSpecs.verbosity, ServerSpecs.flushAll,
        ServerSpecs.cacheMemoryLimit, ServerSpecs.slabs, ServerSpecs.lru, CrawlerSpecs.crawler, ServerSpecs.extstore,
        CommandSpec(Watch.self), ServerSpecs.shutdown, ServerSpecs.refreshCertificates, ServerSpecs.config,
    ]

    private static let pool: [CommandSpec] = [
        CommandSpec(Servers.self), ShellSpecs.use, CommandSpec(Where.self), CommandSpec(Ping.self),
    ]

    private static let operating: [CommandSpec] = [CommandSpec(Keys.self)]

    private static let shell: [CommandSpec] = [
        CommandSpec(ShowHelp.self), ShellSpecs.output, ShellSpecs.history, ShellSpecs.source, ShellSpecs.repeated,
        ShellSpecs.timing, CommandSpec(Raw.self), ShellSpecs.quit,
    ]
}
