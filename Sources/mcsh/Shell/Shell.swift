import MemcacheCore

/// One session: lines and commands go in, requests go out in order, and the shell's own commands run in sequence with
/// them.
///
/// The shell belongs to the main thread, which may wait; answers are received on the connection's thread.
///
/// Properties that every line of a script accesses skip the runtime check for exclusive access, which took a sixth of
/// the time of a line: no method keeps access to one of these while it calls another that may use it. They are not one
/// `~Copyable` value instead, because that costs more where it was measured; see ``BatchReplyReceiver``.
final class Shell {
    /// The source of servers by name. `use` reads the configuration file again.
    var catalog: ServerCatalog
    let session: Session
    let options: ShellOptions
    @exclusivity(unchecked) private(set) var selection: ServerSelection
    private(set) var conventions: ValueConventions
    private(set) var client: MemcacheClient { didSet { currentClient.replace(client) } }
    /// The same, for other threads.
    let currentClient: CurrentClient
    var pipeline: CommandPipeline
    /// Finds out what planning needs to know about the servers.
    private(set) var reachability: Reachability
    @exclusivity(unchecked) var builder: RequestBuilder
    /// The requested format; nil if it depends on where the output goes.
    var chosenFormat: OutputFormat?
    /// What the prompt adds: nil for scripts and single commands.
    @exclusivity(unchecked) var interactive: PromptSession?
    /// The runs of the current command, if they are compared.
    @exclusivity(unchecked) var repetition: Repetition?
    /// How deep `source` and `repeat` are nested.
    var depth = 0
    /// The depth of the lines whose answers are awaited one by one, after `repeat`; nil if there are none.
    var awaitedDepth: Int?
    /// Whether each command reports how long it took.
    @exclusivity(unchecked) var isTiming = false
    /// The time spent waiting for the user, which does not count towards any command.
    var idleTime = Duration.zero
    /// The running lines that will be logged: those of a file within the line that runs it.
    var loggedLines: [LoggedLine] = []
    var parser = LineParser()

    static let maximumDepth = 16

    init(selection: ServerSelection, catalog: ServerCatalog, session: Session, options: ShellOptions) {
        self.selection = selection
        self.catalog = catalog
        self.session = session
        self.options = options
        chosenFormat = options.format
        conventions = ValueConventions.named(selection.profile)
        let client = options.client(of: selection)
        self.client = client
        currentClient = CurrentClient(client)
        pipeline = CommandPipeline(client: client, session: session, conventions: conventions)
        reachability = Reachability(client.pool, session: session)
        builder = RequestBuilder(
            format: session.presentation.format, isReadOnly: selection.isReadOnly, tokens: session.tokens,
            prefix: selection.prefix, conventions: conventions, route: reachability.makeRoute())
    }

    /// Switches to other servers. No answers may be outstanding.
    func connect(to selection: ServerSelection) {
        client.close()
        session.tokens.forgetAll()
        self.selection = selection
        conventions = ValueConventions.named(selection.profile)
        client = options.client(of: selection)
        pipeline = CommandPipeline(client: client, session: session, conventions: conventions)
        let connectsAhead = builder.route.isPool ? reachability.connectsAhead : session.script != nil
        reachability = Reachability(client.pool, session: session)
        reachability.connectsAhead = connectsAhead
        let (format, line) = (builder.format, builder.line)
        builder = RequestBuilder(
            format: format, isReadOnly: selection.isReadOnly, tokens: session.tokens, prefix: selection.prefix,
            conventions: conventions, route: reachability.makeRoute())
        builder.line = line
    }

    /// Whether the next line runs after a mistake: in a script with `-k`, and at the prompt and in the start file, but
    /// not in a file that they run.
    var keepsGoing: Bool { options.keepsGoing || interactive != nil && (session.script == nil || depth == 0) }

    /// Sends the pending requests.
    func submit() {
        guard !builder.round.isEmpty else { return }
        options.log?.flush()
        pipeline.submit(builder.takeRound())
    }

    /// Sends the pending requests, because the next line may take a while.
    func submitBeforeWaiting() {
        submit()
        reachability.forgetReached(&builder.route)
    }

    /// Sends the pending requests, and waits for every answer.
    func drain() {
        submit()
        // Ctrl-C may have been pressed before there was anything to cancel.
        if isInterrupted { client.disconnect() }
        pipeline.drain()
        readAgain()
        giveBackWins()
        reachability.forgetReached(&builder.route)
    }
}
