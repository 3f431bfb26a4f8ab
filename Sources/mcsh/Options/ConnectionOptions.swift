import ArgumentParser
import MemcacheCore

/// Which server, and how long to wait for it.
struct ConnectionOptions: ParsableArguments {
    @Option(
        name: [.short, .customLong("server")],
        help: ArgumentHelp(
            "The server: host, host:port, [v6]:port, /path or unix:/path; :weight may follow.", valueName: "server"))
    var servers: [String] = []

    @Option(name: .shortAndLong, help: "The port of a server that names none.")
    var port: Int = ServerAddress.defaultPort

    @Option(help: ArgumentHelp("How long an answer may take: 3, 1.5, 500ms.", valueName: "time"))
    var timeout: String = "3"

    @Option(help: ArgumentHelp("How long connecting may take.", valueName: "time"))
    var connectTimeout: String = "3"

    @Flag(help: "Use a private, throw-away memcached that ends with mcsh.")
    var sandbox = false
}
