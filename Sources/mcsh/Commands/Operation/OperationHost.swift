import MemcacheCore

/// The session that an operation runs in, as far as operations may access it. Only the main thread calls it.
protocol OperationHost: AnyObject {
    /// The client of the servers in use.
    var client: MemcacheClient { get }
    /// How the application reads and writes values.
    var conventions: ValueConventions { get }
    /// The prefix of every key on the wire.
    var keyPrefix: [UInt8] { get }
    /// The servers' names as a list in a sentence.
    var serverNames: String { get }
    /// Whether the servers are marked as production.
    var isProduction: Bool { get }
    /// Whether there is a user at a terminal to ask.
    var canAsk: Bool { get }
    /// Whether long work shows its progress on the terminal.
    var showsProgress: Bool { get }
    /// Whether the operation was entered at a prompt, where Ctrl-C ends the operation and not the program.
    var isPrompt: Bool { get }
    /// The user's editor.
    var editor: EditorChoice { get }
    /// The watcher that handles the signals at a prompt.
    var signalWatcher: SignalWatcher? { get }

    /// Asks whether to do something dangerous; see ``OperationOutput/confirm(_:)``.
    func confirm(_ what: String, command: String) -> Bool

    /// The server of a key; nil if there is none, which has been reported.
    func holder(of key: Key, _ number: RoutingNumber?) -> Server?

    /// Starts connecting to the servers of keys.
    func prepare(for keys: [Key], _ number: RoutingNumber?)

    /// Offers a key for completion.
    func remember(key: [UInt8])

    /// Records how long the user took to answer, which does not count towards the command's time.
    func noteIdleTime(_ duration: Duration)

    /// Records that the current command has itself reported its interruption by Ctrl-C.
    func noteInterruptIsReported()
}
