import MemcacheCore

/// Chooses the server of each key, among several.
protocol KeyRouter: AnyObject {
    /// The number of servers.
    var serverCount: Int { get }

    /// The server that a key's commands go to, by its position; nil if none that may hold it can be reached.
    ///
    /// - Parameters:
    ///   - key: The key as it goes over the wire.
    ///   - number: Chooses the server instead of the key's hash.
    func server(for key: Span<UInt8>, _ number: RoutingNumber?) -> Int?

    /// Starts connecting to the server of a key that will be requested together with others, without waiting.
    func prepare(for key: Span<UInt8>, _ number: RoutingNumber?)

    /// The reachable servers, for a command that goes to all of them.
    func everyServer() -> [Int]

    /// Asks servers for their versions concurrently.
    func learnVersions(of positions: Set<Int>)

    /// Whether a server has the meta commands, as far as its version is known.
    func hasMetaCommands(_ position: Int) -> Bool

    /// Why there is no server for a key.
    var noServerError: MemcacheError { get }
}
