import ArgumentParser
import MemcacheCore

/// The servers, how keys are named there, and the time limits for them.
struct ConnectionOptions: ParsableArguments {
    @Option(
        name: [.short, .customLong("server")],
        help: ArgumentHelp(
            "The server: host, host:port, [v6]:port, /path or unix:/path; :weight may follow. @name is a pool.",
            valueName: "server"))
    var servers: [String] = []

    @Option(name: .shortAndLong, help: "The port of a server that names none.")
    var port: Int = ServerAddress.defaultPort

    @Option(help: ArgumentHelp("The prefix of every key on the server.", valueName: "prefix"))
    var prefix: String?

    @Option(
        help: ArgumentHelp(
            "The application's client library, whose conventions apply: python-memcached, or one of its releases such as "
                + "python-memcached-1.58.", valueName: "name"),
        completion: .list(ClientProfile.all.map(\.name)))
    var profile: String?

    @Option(
        help: ArgumentHelp("How long an answer may take: 3, 1.5, 500ms, 1m; 3 s unless given.", valueName: "time"))
    var timeout: String?

    @Option(help: ArgumentHelp("How long connecting may take; 3 s unless given.", valueName: "time"))
    var connectTimeout: String?

    @Option(
        help: ArgumentHelp("How long a server that failed is not tried again; 30 s unless given.", valueName: "time"))
    var deadRetry: String?

    @Flag(help: "Read no configuration file, and no mcshrc.")
    var noConfig = false

    @Flag(help: "Use a private, throw-away memcached that ends with mcsh.")
    var sandbox = false
}
