import MemcacheCore

/// Chooses the server of each key, among several.
protocol KeyRouter: AnyObject {
    /// How many servers there are.
    var serverCount: Int { get }

    /// The server that a key's commands go to, by its position; nil when none that may hold it can be reached.
    ///
    /// - Parameters:
    ///   - key: The key as it goes over the wire.
    ///   - number: Chooses in the place of the key's hash.
    func server(for key: Span<UInt8>, _ number: RoutingNumber?) -> Int?

    /// A key is about to be asked for, with others: begins to connect to its server, and does not wait.
    func prepare(for key: Span<UInt8>, _ number: RoutingNumber?)

    /// The servers that can be reached, for a command that goes to all.
    func everyServer() -> [Int]

    /// Asks servers for their versions, all at once.
    func learnVersions(of positions: Set<Int>)

    /// Whether a server has the meta commands, as far as its version is known.
    func hasMetaCommands(_ position: Int) -> Bool

    /// Why there is no server for a key.
    var noServerError: MemcacheError { get }
}
