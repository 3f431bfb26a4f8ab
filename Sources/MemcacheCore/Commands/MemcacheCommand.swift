// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// A command as a value: what to send, what the answer looks like, and what the answer means.
///
/// Every command of memcached is such a type, with encoding and interpreting side by side. ``MemcacheClient`` has a
/// method for each; a value can also be made and executed by hand.
public protocol MemcacheCommand<Outcome>: Sendable {
    /// What the caller gets.
    associatedtype Outcome: Sendable

    /// The command's word, for messages.
    static var name: String { get }

    /// Which server of a pool is asked.
    var route: CommandRoute { get }

    /// What the reply looks like on the wire.
    var replyShape: CommandReplyShape { get }

    /// What it reads, where it may go in one request with other reads that wait to be sent; nil where it goes alone.
    /// It is for ``Get`` and ``Gets``: commands of your own leave it nil, as it is where nothing is said.
    var sharedRead: SharedRead? { get }

    /// Finds what can be known to be wrong before anything is sent. The client calls it before it encodes.
    ///
    /// - Throws: ``MemcacheError``, commonly with the code ``MemcacheError/Code/invalidArgument`` and a message that
    ///   says what to write.
    func validate() throws(MemcacheError)

    /// The same, with the lengths that a client allows.
    func validate(within limits: RequestLimits) throws(MemcacheError)

    /// Writes the request.
    func encode(into request: inout RequestEncoder)

    /// What a reply means.
    ///
    /// - Throws: ``MemcacheError`` for a refusal, and for a reply that does not belong to the command.
    func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome
}

extension MemcacheCommand {
    /// The first server that can be reached, for a command that is not about a key.
    public var route: CommandRoute { .anyServer }

    /// It goes alone.
    public var sharedRead: SharedRead? { nil }

    /// Nothing is wrong.
    public func validate() throws(MemcacheError) {}

    /// Refuses a key that only the meta commands can carry.
    package func validateClassic(_ key: Key) throws(MemcacheError) {
        guard !key.isBase64 else {
            throw MemcacheError(
                .invalidArgument,
                "\(Self.name) cannot carry the base64 key \(key): use a meta command (mg, ms, md, ma), which can")
        }
    }

    /// What a reply means to a command that is answered with `OK` or refused.
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

/// A command that can be sent with `noreply`, so that the server does not say what came of it.
public protocol SilenceableCommand: MemcacheCommand {
    /// Writes the request, with `noreply` at the end of its line where that is asked for.
    func encode(into request: inout RequestEncoder, noreply: Bool)
}

extension SilenceableCommand {
    public func encode(into request: inout RequestEncoder) { encode(into: &request, noreply: false) }
}

/// A command sent with `noreply`: what came of it is not told.
///
///     try await client.execute(WithoutReply(Delete("user:42")))
///
/// memcached hides most failures too (a value that is too large, say); a refusal that it does send is thrown.
public struct WithoutReply<Command: SilenceableCommand>: MemcacheCommand {
    public static var name: String { Command.name }

    /// The command.
    public var command: Command

    /// Makes the command.
    public init(_ command: Command) { self.command = command }

    public var route: CommandRoute { command.route }

    public var replyShape: CommandReplyShape { .silence }

    public func validate() throws(MemcacheError) { try command.validate() }

    public func validate(within limits: RequestLimits) throws(MemcacheError) { try command.validate(within: limits) }

    public func encode(into request: inout RequestEncoder) { command.encode(into: &request, noreply: true) }

    public func interpret(_ reply: Reply) throws(MemcacheError) {
        switch reply {
        case .nothing, .metaNoop: return
        default: throw .unexpected(reply, to: Self.name)
        }
    }
}

/// What the reply to a command looks like, so that the connection finds its end.
public struct CommandReplyShape: Hashable, Sendable {
    package let shape: ReplyShape?

    package init(_ shape: ReplyShape?) { self.shape = shape }

    /// One line.
    public static let line = CommandReplyShape(.line)
    /// One line, to a request that carries a data block.
    public static let storage = CommandReplyShape(.storage)
    /// `VALUE` blocks, then `END`, to a request for several keys.
    public static let values = CommandReplyShape(.values)
    /// `VALUE` blocks, then `END`, to a request for one key.
    public static let value = CommandReplyShape(.value)
    /// One meta line, with a value's block after `VA`.
    public static let meta = CommandReplyShape(.meta)
    /// As ``meta``, to a request that carries a data block.
    public static let metaStorage = CommandReplyShape(.metaStorage)
    /// `STAT`, `ITEM` or `PREFIX` lines, then `END`; or one line.
    public static let statistics = CommandReplyShape(.statistics)
    /// A `CONFIG` block, then `END`.
    public static let configuration = CommandReplyShape(.configuration)
    /// The end of the connection.
    public static let close = CommandReplyShape(.close)
    /// Nothing, for a command with `noreply`. The connection finds the end of the silence with an `mn` behind it.
    public static let silence = CommandReplyShape(nil)
}
