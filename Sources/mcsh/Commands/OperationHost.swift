import MemcacheCore

/// The session that an operation runs in, as far as operations may know it. Only the main thread calls it.
protocol OperationHost: AnyObject {
    /// The client of the servers that are in use.
    var client: MemcacheClient { get }
    /// How the application reads and writes values.
    var conventions: ValueConventions { get }
    /// What precedes every key on the wire.
    var keyPrefix: [UInt8] { get }
    /// The servers' names as a list in a sentence.
    var serverNames: String { get }
    /// Whether the servers are marked as production.
    var isProduction: Bool { get }
    /// Whether a user at a terminal can be asked.
    var canAsk: Bool { get }
    /// Whether long work shows at the terminal how far it has come.
    var showsProgress: Bool { get }
    /// Whether the operation was entered at a prompt, where Ctrl-C ends it and not the program.
    var isPrompt: Bool { get }
    /// The user's editor.
    var editor: EditorChoice { get }
    /// What takes in the signals at a prompt.
    var signalWatcher: SignalWatcher? { get }

    /// Asks whether to do something dangerous; see ``OperationOutput/confirm(_:)``.
    func confirm(_ what: String, command: String) -> Bool

    /// The server that a key's commands go to; nil where there is none, which has been reported.
    func holder(of key: Key, _ number: RoutingNumber?) -> Server?

    /// Begins to connect to the servers of keys.
    func prepare(for keys: [Key], _ number: RoutingNumber?)

    /// Offers a key for completion.
    func remember(key: [UInt8])

    /// Notes for how long the user was waited for, which does not count as the command's time.
    func noteIdleTime(_ duration: Duration)

    /// Notes that the present command has reported itself that Ctrl-C ended it.
    func noteInterruptIsReported()
}
