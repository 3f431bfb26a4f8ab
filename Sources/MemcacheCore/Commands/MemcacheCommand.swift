// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// A command as a value: what to send, what the reply looks like, and what the reply means.
///
/// Every command of memcached is such a type, with encoding and interpretation side by side. ``MemcacheClient`` has a
/// method for each; you can also create a command yourself and execute it.
public protocol MemcacheCommand<Outcome>: Sendable {
    /// What the caller receives.
    associatedtype Outcome: Sendable

    /// The name of the command, for messages.
    static var name: String { get }

    /// Which server of a pool receives the command.
    var route: CommandRoute { get }

    /// What the reply looks like on the wire.
    var replyShape: CommandReplyShape { get }

    /// The read, if it may share a request with other reads that are waiting to be sent; nil if it has a request of its
    /// own. It is for ``Command/Get`` and ``Command/Gets``: your own commands keep the default, nil.
    var sharedRead: SharedRead? { get }

    /// Checks what can be checked before anything is sent. The client calls it before it encodes the command.
    ///
    /// - Throws: ``MemcacheError``, usually with the code ``MemcacheError/Code/invalidArgument`` and a message that
    ///   says what to write.
    func validate() throws(MemcacheError)

    /// The same, with the maximum lengths that a client allows.
    func validate(within limits: RequestLimits) throws(MemcacheError)

    /// Writes the request.
    func encode(into request: inout RequestEncoder)

    /// Returns the meaning of a reply.
    ///
    /// - Throws: ``MemcacheError`` for an error reply, and for a reply that does not belong to the command.
    func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome
}

/// The commands as values: `Command.Get("user:42")`.
///
/// ``MemcacheClient`` has a method for each; values can be collected, delayed and wrapped as well, and executed with
/// ``MemcacheClient/execute(_:)`` and ``MemcacheClient/executeAll(_:)``. Commands of your own are types of yours that
/// conform to ``MemcacheCommand``.
///
/// ## Topics
///
/// ### Reading
/// - ``Get``
/// - ``Gets``
/// - ``GetMany``
/// - ``GetsMany``
/// - ``GetAndTouch``
/// - ``GetAndTouchWithCAS``
/// - ``GetAndTouchMany``
/// - ``GetAndTouchManyWithCAS``
///
/// ### Storing
/// - ``Set``
/// - ``Add``
/// - ``Replace``
/// - ``Append``
/// - ``Prepend``
/// - ``CompareAndSwap``
///
/// ### Changing
/// - ``Increment``
/// - ``Decrement``
/// - ``Touch``
/// - ``Delete``
/// - ``WithoutReply``
///
/// ### Meta commands
/// - ``MetaGet``
/// - ``MetaSet``
/// - ``MetaDelete``
/// - ``MetaArithmetic``
/// - ``MetaDebug``
/// - ``MetaNoop``
///
/// ### Servers
/// - ``Version``
/// - ``Statistics``
/// - ``ResetStatistics``
/// - ``SetPrefixStatistics``
/// - ``PrefixStatistics``
/// - ``CacheDump``
/// - ``FlushAll``
/// - ``Verbosity``
/// - ``CacheMemoryLimit``
/// - ``ReassignSlabs``
/// - ``TuneSlabAutomove``
/// - ``TuneLRU``
/// - ``TuneFlash``
/// - ``TuneCrawler``
/// - ``StartCrawl``
/// - ``GetClusterConfiguration``
/// - ``RefreshCertificates``
/// - ``Shutdown``
/// - ``Quit``
public enum Command {}

extension MemcacheCommand {
    /// The default, for a command that is not about a key: the first server that can be reached.
    public var route: CommandRoute { .anyServer }

    /// The default: the command has a request of its own.
    public var sharedRead: SharedRead? { nil }

    /// The default: there is nothing to check.
    public func validate() throws(MemcacheError) {}

    /// Throws if only the meta commands can carry the key.
    package func validateClassic(_ key: Key) throws(MemcacheError) {
        guard !key.isBase64 else {
            throw MemcacheError(
                .invalidArgument,
                "\(Self.name) cannot carry the base64 key \(key): use a meta command (mg, ms, md, ma), which can")
        }
    }

    /// Interprets the reply to a command that is answered with `OK` or an error.
    package func interpretAcknowledgement(_ reply: Reply) throws(MemcacheError) {
        guard reply == .ok else { throw .unexpected(reply, to: Self.name) }
    }
}

/// Which server of a pool a command is for.
public enum CommandRoute: Hashable, Sendable {
    /// The server that holds a key.
    case owner(of: Key)
    /// The first server that can be reached.
    case anyServer
}

/// A command that can be sent with `noreply`, so that the server does not report the result.
public protocol SilenceableCommand: MemcacheCommand {
    /// Writes the request, with `noreply` at the end of its line if requested.
    func encode(into request: inout RequestEncoder, noreply: Bool)
}

extension SilenceableCommand {
    public func encode(into request: inout RequestEncoder) { encode(into: &request, noreply: false) }
}

extension Command {
    /// A command sent with `noreply`: its result is not reported.
    ///
    ///     try await client.execute(Command.WithoutReply(Command.Delete("user:42")))
    ///
    /// memcached also hides most failures (a value that is too large, for example); an error that it does send is
    /// thrown.
    public struct WithoutReply<Request: SilenceableCommand>: MemcacheCommand {
        public static var name: String { Request.name }

        /// The command.
        public var command: Request

        /// Creates the command.
        public init(_ command: Request) { self.command = command }

        public var route: CommandRoute { command.route }

        public var replyShape: CommandReplyShape { .silence }

        public func validate() throws(MemcacheError) { try command.validate() }

        public func validate(within limits: RequestLimits) throws(MemcacheError) {
            try command.validate(within: limits)
        }

        public func encode(into request: inout RequestEncoder) { command.encode(into: &request, noreply: true) }

        public func interpret(_ reply: Reply) throws(MemcacheError) {
            switch reply {
            case .nothing, .metaNoop: return
            default: throw .unexpected(reply, to: Self.name)
            }
        }
    }
}

/// The shape of the reply to a command, by which the connection finds its end.
public struct CommandReplyShape: Hashable, Sendable {
    package let shape: ReplyShape?

    package init(_ shape: ReplyShape?) { self.shape = shape }

    /// One line.
    public static let line = CommandReplyShape(.line)
    /// One line, in reply to a request that carries a data block.
    public static let storage = CommandReplyShape(.storage)
    /// `VALUE` blocks, then `END`, in reply to a request for several keys.
    public static let values = CommandReplyShape(.values)
    /// `VALUE` blocks, then `END`, in reply to a request for one key.
    public static let value = CommandReplyShape(.value)
    /// One meta line, with a value's block after `VA`.
    public static let meta = CommandReplyShape(.meta)
    /// Like ``meta``, in reply to a request that carries a data block.
    public static let metaStorage = CommandReplyShape(.metaStorage)
    /// `STAT`, `ITEM` or `PREFIX` lines, then `END`; or one line.
    public static let statistics = CommandReplyShape(.statistics)
    /// A `CONFIG` block, then `END`.
    public static let configuration = CommandReplyShape(.configuration)
    /// The end of the connection.
    public static let close = CommandReplyShape(.close)
    /// Nothing, for a command with `noreply`. The connection sends a `version` after it to find out when it has been
    /// read.
    public static let silence = CommandReplyShape(nil)
}
