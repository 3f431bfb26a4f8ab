import MemcacheCore

/// Determines which servers there are and how they are used, from the options, the environment and the configuration
/// file. It serves the start of a session and every later change of servers in it.
struct ServerCatalog: Sendable {
    /// The configuration file, if there is one and it is wanted.
    private(set) var file: ConfigurationFile?
    /// The settings of the command line, which override everything else.
    private let commandLine: PoolSettings
    private let defaultPort: Int
    /// Why there are no pools.
    private let absence: String
    /// The path of the file; nil if none is read.
    private var path: String?

    /// Takes the settings of the command line, and a file that was read.
    ///
    /// - Parameter absence: Why there is no file, if there is none.
    init(commandLine: PoolSettings, defaultPort: Int, file: ConfigurationFile?, absence: String) {
        self.commandLine = commandLine
        self.defaultPort = defaultPort
        self.file = file
        self.absence = absence
    }

    /// Takes the settings of the command line, and reads the configuration file if there is one.
    init(commandLine: PoolSettings, defaultPort: Int, environment: Environment) throws(OptionFault) {
        guard let path = ConfigurationFile.path(environment: environment) else {
            self.init(
                commandLine: commandLine, defaultPort: defaultPort, file: nil,
                absence: "there is no configuration file, because neither XDG_CONFIG_HOME nor HOME is set")
            return
        }
        self.init(
            commandLine: commandLine, defaultPort: defaultPort,
            file: try ConfigurationFile.read(path, defaultPort: defaultPort),
            absence: "there is no configuration file \(ConfigurationFile.shown(path))")
        self.path = path
    }

    /// Reads the configuration file again, which may have changed.
    mutating func reload() throws(OptionFault) {
        guard let path else { return }
        file = try ConfigurationFile.read(path, defaultPort: defaultPort)
    }

    /// The names of the pools in the configuration file as it is now, or as it was if it cannot be read.
    var poolNames: [String] {
        var now = self
        try? now.reload()
        return (now.file?.pools.keys.sorted() ?? []).map { "@\($0)" }
    }

    /// The initial servers: `-s`, else `MCSH_SERVERS`, else `MEMCACHED_SERVERS`, else memcached's port on this machine.
    /// A variable without a server in it is ignored.
    func initialSelection(
        _ servers: [String], environment: Environment
    ) throws(OptionFault) -> ServerSelection {
        guard servers.isEmpty else { return try resolve(servers) }
        for name in ["MCSH_SERVERS", "MEMCACHED_SERVERS"] {
            let list = [environment[name] ?? ""]
            if !ServerCatalog.words(list).isEmpty { return try resolve(list) }
        }
        return try resolve(["127.0.0.1"])
    }

    /// The servers that lists name, separated by commas or spaces: servers with weights, or one pool as `@name`.
    func resolve(_ lists: [String]) throws(OptionFault) -> ServerSelection {
        let words = ServerCatalog.words(lists)
        guard let first = words.first else { throw OptionFault(message: "no server is named") }
        if let pool = words.first(where: { $0.hasPrefix("@") }) {
            guard words.count == 1 else {
                let shown = ConfigurationFile.shown(pool)
                let other = words.first { $0 != pool } ?? first
                throw OptionFault(
                    message: other.hasPrefix("@")
                        ? "\(shown) and \(ConfigurationFile.shown(other)): one pool can be used at a time"
                        : "\(shown) is a pool, and cannot be combined with servers")
            }
            return try selection(ofPool: String(pool.dropFirst()))
        }
        let named: [WeightedServer]
        do throws(MemcacheError) {
            var servers: [WeightedServer] = []
            for word in words { servers.append(try WeightedServer(word, defaultPort: defaultPort)) }
            named = servers
        } catch {
            throw OptionFault(message: error.message)
        }
        return try selection(of: named)
    }

    /// Servers without a pool of their own name: with the settings of the strictest pool that lists one of them. The
    /// command line takes precedence, but does not clear a mark of production or read-only. A server of a pool that
    /// cannot be used yet is refused, as the pool is.
    private func selection(of servers: [WeightedServer]) throws(OptionFault) -> ServerSelection {
        guard let file else { return ServerSelection(servers: servers, settings: commandLine) }
        let listing = ListingPools(of: servers, in: file)
        for (name, server) in listing.members {
            guard let need = file.pools[name]?.unsupportedNeed else { continue }
            let (pool, member) = (ConfigurationFile.shown(name), ConfigurationFile.shown(server.description))
            throw OptionFault(message: "\(member) is in the pool @\(pool), and that needs \(need)")
        }
        var settings = commandLine.over(listing.settings)
        if listing.settings.isReadOnly == true { settings.isReadOnly = true }
        var selection = ServerSelection(servers: servers, settings: settings)
        selection.listingPools = listing.names
        return selection
    }

    private func selection(ofPool name: String) throws(OptionFault) -> ServerSelection {
        let shown = "@" + ConfigurationFile.shown(name)
        guard let file else { throw OptionFault(message: "there is no pool \(shown): \(absence)") }
        guard let pool = file.pools[name] else {
            let names = file.pools.keys.sorted()
            let path = ConfigurationFile.shown(file.path)
            let hint =
                Spelling.nearest(to: name, among: names).map { "did you mean @\($0)?" }
                ?? (names.isEmpty ? "it has no pools" : "it has \(names.map { "@\($0)" }.joined(separator: ", "))")
            throw OptionFault(message: "there is no pool \(shown) in \(path); \(hint)")
        }
        if let need = pool.unsupportedNeed { throw OptionFault(message: "the pool \(shown) needs \(need)") }
        return ServerSelection(
            pool: name, servers: pool.servers, settings: commandLine.over(pool.settings).over(file.defaults))
    }

    private static func words(_ lists: [String]) -> [String] {
        lists.flatMap { list in
            list.split { $0 == "," || $0 == " " || $0 == "\t" || $0.isNewline }.map {
                ArgumentText.original(String($0))
            }
        }
    }
}
