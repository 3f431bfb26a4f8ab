import MemcacheCore

/// Chooses the server of each key from what is known about the servers: the owner of the key, or its stand-in while the
/// owner cannot be reached.
///
/// It contacts no server. If something must be known first, planning says so with a ``ServerNeed``; the session finds it
/// out and plans the line again.
struct PoolRoute: Sendable {
    /// Whether a server can be reached, as far as that is known.
    enum Reach: Sendable {
        /// It must be connected to before anything is planned for it.
        case unknown
        case reached
        /// Its keys go to other servers, until the time and for the rest of the line given with it.
        case skipped
    }

    /// What is known about a server.
    struct Knowledge: Sendable {
        fileprivate(set) var reach = Reach.unknown
        /// When it may be tried again, on the route's clock.
        fileprivate var skippedUntil = Duration.zero
        /// The line that it was found unreachable for.
        fileprivate var skippedLine = 0
        /// Whether it has the meta commands; nil if that is unknown. Only answers for people depend on it.
        var hasMetaCommands: Bool?
    }

    /// The server of a key.
    enum Choice: Equatable, Sendable {
        /// The server at this position.
        case server(Int)
        /// The server at this position, if it can be reached.
        case unknown(Int)
        /// None that may hold the key can be reached.
        case nowhere
    }

    /// What is known about each server.
    private(set) var servers: [Knowledge]
    /// The servers that were reached when all were tried for the line being planned; nil if they were not tried.
    var everyServer: [Int]?
    /// Why there is no server for a key that has none.
    var noServerError: MemcacheError {
        get { MemcacheError(.noServer, noServerMessage) }
        set { noServerMessage = newValue.message }
    }
    private var noServerMessage: String
    /// How to choose among several servers; nil for one.
    private let rules: Rules?

    /// What does not change. An object, so that the route is a few words: the builder of requests asks it for each key.
    private final class Rules: Sendable {
        let selector: any ServerSelector
        /// The time since any fixed moment.
        let now: @Sendable () -> Duration

        init(selector: any ServerSelector, now: @escaping @Sendable () -> Duration) {
            self.selector = selector
            self.now = now
        }
    }

    /// The route to a single server.
    init() {
        rules = nil
        servers = [Knowledge()]
        noServerMessage = "there is no server"
    }

    /// A route to several servers, about which nothing is known.
    init(
        servers count: Int, selector: any ServerSelector, noServerError: MemcacheError,
        now: @escaping @Sendable () -> Duration
    ) {
        servers = Array(repeating: Knowledge(), count: count)
        noServerMessage = noServerError.message
        rules = Rules(selector: selector, now: now)
    }

    /// Whether there are several servers.
    var isPool: Bool { rules != nil }

    /// Whether no server at all can be reached.
    var reachesNone: Bool { servers.allSatisfy { $0.reach == .skipped } }

    /// Chooses the server that a key's commands go to.
    ///
    /// - Parameters:
    ///   - key: The key as it goes over the wire.
    ///   - number: Chooses the server instead of the key's hash.
    ///   - line: The line being planned.
    func choice(for key: Span<UInt8>, _ number: RoutingNumber?, line: Int) -> Choice {
        guard let selector = rules?.selector else { return .server(0) }
        // Nearly always the first choice is reached.
        if number == nil, let first = selector.choice(for: key, after: nil), servers[first.server].reach == .reached {
            return .server(first.server)
        }
        let selection =
            number.map { selector.selectServer(for: $0) { !isSkipped($0, line: line) } }
            ?? selector.selectServer(for: key) { !isSkipped($0, line: line) }
        guard let position = selection.server else { return .nowhere }
        return servers[position].reach == .reached ? .server(position) : .unknown(position)
    }

    /// Whether a server is passed over in a line.
    func isSkipped(_ position: Int, line: Int) -> Bool {
        let server = servers[position]
        guard server.reach == .skipped, let rules else { return false }
        return server.skippedLine == line || server.skippedUntil > rules.now()
    }

    // MARK: What has been found out

    /// Records that a server is connected.
    mutating func setReached(_ position: Int) { servers[position].reach = .reached }

    /// Forgets whether a server can be reached.
    mutating func forgetReach(_ position: Int) { servers[position].reach = .unknown }

    /// Records that a server cannot be reached.
    ///
    /// - Parameters:
    ///   - until: When it may be tried again, on the route's clock.
    ///   - line: The line that it was tried for, in which it is not tried again.
    mutating func skip(_ position: Int, until: Duration, line: Int) {
        servers[position].reach = .skipped
        servers[position].skippedUntil = until
        servers[position].skippedLine = line
    }

    /// Records whether a server has the meta commands, as far as its version says.
    mutating func learn(_ version: ServerVersion, of position: Int) {
        servers[position].hasMetaCommands = version >= ServerVersion(1, 6, 10)
    }

    /// Records that nothing is known of a server's version: it is regarded as a recent one.
    mutating func assumeMetaCommands(of position: Int) { servers[position].hasMetaCommands = true }

    /// Records that the meta commands do not arrive, whatever the servers' versions say.
    mutating func forgetMetaCommands() {
        for position in servers.indices { servers[position].hasMetaCommands = false }
    }
}

/// What must be found out about servers before a line can be planned.
enum ServerNeed: Equatable, Sendable {
    /// Whether these servers can be reached, in the order of the line's keys.
    case connections([Int])
    /// Which servers can be reached, for a command that goes to all of them.
    case everyServer
    /// The versions of these servers, which are reached.
    case versions([Int])
}
