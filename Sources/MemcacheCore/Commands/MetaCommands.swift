// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// A command whose reply consists of flags: `mg`, `ms`, `md` or `ma`. For servers from 1.6.10 on.
public protocol MetaCommand: MemcacheCommand, Hashable where Outcome == MetaResult {
    /// The flags that the command accepts.
    static var flagForms: [MetaFlagForm] { get }

    /// The statuses that the flag `q` hides.
    static var hidden: Set<MetaReply.Status> { get }

    /// The item's key, which may be in base64.
    var key: Key { get set }

    /// The flags, in the order in which they are sent and answered.
    var flags: [MetaFlag<Self>] { get set }

    /// Writes the request with the flag `q`, for a batch that ends with `mn`.
    func encodeQuietly(into request: inout RequestEncoder)
}

extension MetaCommand {
    public func validate() throws(MemcacheError) { try validateFlags() }

    /// Throws if a flag is repeated, which servers reject.
    package func validateFlags() throws(MemcacheError) {
        var seen: Set<UInt8> = []
        for flag in flags where !seen.insert(flag.letter).inserted {
            throw MemcacheError(
                .invalidArgument,
                "\(Self.name) has the flag \(Unicode.Scalar(flag.letter)) twice: give every flag once")
        }
    }

    public func interpret(_ reply: Reply) throws(MemcacheError) -> MetaResult {
        guard case .meta(let meta) = reply else { throw .unexpected(reply, to: Self.name) }
        let isQuiet = flags.contains { $0.letter == UInt8(ascii: "q") }
        let result = MetaResult(meta, isHidden: isQuiet && Self.hidden.contains(meta.status))
        let opaque = flags.first { $0.letter == UInt8(ascii: "O") }?.argument
        if let sent = opaque, let received = result.opaque, sent != .text(received) {
            throw MemcacheError(
                .unreadableReply, "the server's answer to \(Self.name) has another opaque text than was sent")
        }
        return result
    }
}

extension Command {
    /// Reads an item, or only its metadata.
    ///
    ///     let result = try await client.metaGet("user:42", [.returnValue, .returnTimeToLive, .withoutBump])
    ///
    /// The corresponding memcached command is `mg`.
    public struct MetaGet: MetaCommand {
        public static let name = "mg"

        public static let flagForms = [MetaFlagForm].common(
            MetaFlagForm("v", "return the value"),
            MetaFlagForm("c", "return the CAS token"),
            MetaFlagForm("f", "return the flags"),
            MetaFlagForm("h", "return whether it had been read before"),
            MetaFlagForm("l", "return the seconds since it was stored or moved in its LRU"),
            MetaFlagForm("s", "return the value's length"),
            MetaFlagForm("t", "return the seconds it still lives, -1 for no end"),
            MetaFlagForm("u", "do not count this as a read"),
            MetaFlagForm("N", .seconds, "on a miss, create an empty item with this lifetime"),
            MetaFlagForm("R", .seconds, "win the right to store it again if less than this is left"),
            MetaFlagForm("T", .seconds, "give it a new lifetime"),
            compare: MetaFlagForm(
                "C", .token, "leave the value out if this is the CAS token", since: ServerVersion(1, 6, 40)))

        public static let hidden: Swift.Set<MetaReply.Status> = [.miss]

        public var key: Key
        public var flags: [MetaFlag<Command.MetaGet>]

        /// Creates the command.
        public init(_ key: Key, _ flags: [MetaFlag<Command.MetaGet>] = []) {
            self.key = key
            self.flags = flags
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .meta }

        public func encode(into request: inout RequestEncoder) {
            request.meta("mg", key, flags: flags)
        }

        public func encodeQuietly(into request: inout RequestEncoder) {
            request.meta("mg", key, flags: flags, isQuiet: true)
        }
    }

    /// Stores a value.
    ///
    /// A value that the server finds too large is rejected, and the old item is deleted anyway, regardless of the mode.
    ///
    /// The corresponding memcached command is `ms`.
    public struct MetaSet: MetaCommand, StorageCommand {
        /// How ``Command/MetaSet`` stores.
        public enum Mode: UInt8, Hashable, Sendable, CaseIterable {
            /// `MS`, the default: whether or not the item exists.
            case set = 0x53
            /// `ME`: only if there is no item.
            case add = 0x45
            /// `MR`: only if the item exists.
            case replace = 0x52
            /// `MA`: after the existing value.
            case append = 0x41
            /// `MP`: before the existing value.
            case prepend = 0x50
        }

        public static let name = "ms"

        public static let flagForms = [MetaFlagForm].common(
            MetaFlagForm("F", .clientFlags, "the flags (a 32-bit integer)"),
            MetaFlagForm("T", .seconds, "the lifetime"),
            MetaFlagForm("M", .choice("SEARP"), "set, add, append, replace or prepend"),
            MetaFlagForm("c", "return the CAS token"),
            MetaFlagForm("s", "return the value's length", since: ServerVersion(1, 6, 20)),
            MetaFlagForm("I", "accept a lower CAS token and leave the item stale"),
            MetaFlagForm("N", .seconds, "with MA or MP, create the item on a miss", since: ServerVersion(1, 6, 20)),
            compare: MetaFlagForm("C", .token, "only if this is the CAS token"))

        public static let hidden: Swift.Set<MetaReply.Status> = [.done]

        public var key: Key
        /// The value.
        public var value: [UInt8]
        public var flags: [MetaFlag<Command.MetaSet>]

        /// Creates the command.
        public init(_ key: Key, value: [UInt8], _ flags: [MetaFlag<Command.MetaSet>] = []) {
            self.key = key
            self.value = value
            self.flags = flags
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .metaStorage }

        public func encode(into request: inout RequestEncoder) {
            request.meta("ms", key, value: value, flags: flags)
        }

        public func encodeQuietly(into request: inout RequestEncoder) {
            request.meta("ms", key, value: value, flags: flags, isQuiet: true)
        }
    }

    /// Deletes an item, marks it as stale, or empties it.
    ///
    /// The corresponding memcached command is `md`.
    public struct MetaDelete: MetaCommand {
        public static let name = "md"

        public static let flagForms = [MetaFlagForm].common(
            MetaFlagForm("I", "mark as stale instead of deleting"),
            MetaFlagForm("T", .seconds, "with I, the lifetime of the stale item"),
            MetaFlagForm("x", "empty the value instead of deleting", since: ServerVersion(1, 6, 27)),
            compare: MetaFlagForm("C", .token, "only if this is the CAS token"))

        public static let hidden: Swift.Set<MetaReply.Status> = [.done]

        public var key: Key
        public var flags: [MetaFlag<Command.MetaDelete>]

        /// Creates the command.
        public init(_ key: Key, _ flags: [MetaFlag<Command.MetaDelete>] = []) {
            self.key = key
            self.flags = flags
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .meta }

        public func validate() throws(MemcacheError) {
            try validateFlags()
            let letters = flags.map(\.letter)
            if letters.contains(UInt8(ascii: "T")), !letters.contains(UInt8(ascii: "I")) {
                throw MemcacheError(
                    .invalidArgument,
                    "the flag T of md is the lifetime of an item that is marked as stale: give I too, or leave T out")
            }
        }

        public func encode(into request: inout RequestEncoder) {
            request.meta("md", key, flags: flags)
        }

        public func encodeQuietly(into request: inout RequestEncoder) {
            request.meta("md", key, flags: flags, isQuiet: true)
        }
    }

    /// Adds to or subtracts from the number that an item holds, and creates the item if requested.
    ///
    /// The corresponding memcached command is `ma`.
    public struct MetaArithmetic: MetaCommand {
        /// The direction.
        public enum Mode: UInt8, Hashable, Sendable, CaseIterable {
            /// `MI`, the default.
            case increment = 0x49
            /// `MD`.
            case decrement = 0x44
        }

        public static let name = "ma"

        public static let flagForms = [MetaFlagForm].common(
            MetaFlagForm("M", .choice("ID+-"), "increment or decrement"),
            MetaFlagForm("D", .number, "by how much; 1 without it"),
            MetaFlagForm("N", .seconds, "on a miss, create the item with this lifetime"),
            MetaFlagForm("J", .number, "with N, the first number; 0 without it"),
            MetaFlagForm("T", .seconds, "give it a new lifetime"),
            MetaFlagForm("v", "return the number"),
            MetaFlagForm("t", "return the seconds it still lives, -1 for no end"),
            MetaFlagForm("c", "return the CAS token"),
            compare: MetaFlagForm("C", .token, "only if this is the CAS token"))

        public static let hidden: Swift.Set<MetaReply.Status> = [.done, .value]

        public var key: Key
        public var flags: [MetaFlag<Command.MetaArithmetic>]

        /// Creates the command.
        public init(_ key: Key, _ flags: [MetaFlag<Command.MetaArithmetic>] = []) {
            self.key = key
            self.flags = flags
        }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .meta }

        public func encode(into request: inout RequestEncoder) {
            request.meta("ma", key, flags: flags)
        }

        public func encodeQuietly(into request: inout RequestEncoder) {
            request.meta("ma", key, flags: flags, isQuiet: true)
        }
    }

    /// Does nothing. What a server sends before the reply belongs to earlier commands.
    ///
    /// The corresponding memcached command is `mn`.
    public struct MetaNoop: MemcacheCommand {
        public static let name = "mn"

        /// Creates the command.
        public init() {}

        public var replyShape: CommandReplyShape { .line }

        public func encode(into request: inout RequestEncoder) { request.line("mn") }

        public func interpret(_ reply: Reply) throws(MemcacheError) {
            guard reply == .metaNoop else { throw .unexpected(reply, to: Self.name) }
        }
    }

    /// Reads what the server knows about an item, without counting as a read.
    ///
    /// This is for people: some servers give the remaining lifetime with the wrong sign, and all are ambiguous in its
    /// last second. ``Command/MetaGet`` with its return flags is the reliable way.
    ///
    /// The corresponding memcached command is `me`.
    public struct MetaDebug: MemcacheCommand {
        /// What was found.
        public enum Outcome: Hashable, Sendable {
            /// What the server knows about the item.
            case item(MetaDebugRecord)
            /// There is no such item.
            case missing
        }

        public static let name = "me"

        /// The item's key, which may be in base64.
        public var key: Key

        /// Creates the command.
        public init(_ key: Key) { self.key = key }

        public var route: CommandRoute { .owner(of: key) }

        public var replyShape: CommandReplyShape { .line }

        /// Servers up to at least 1.6.45 notice the flag `b` only if another word follows it.
        public func encode(into request: inout RequestEncoder) {
            if key.isBase64 {
                request.line("me", .key(key), "b", "x")
            } else {
                request.line("me", .key(key))
            }
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) -> Outcome {
            switch reply {
            case .metaDebug(let line):
                guard let record = MetaDebugRecord(line: line) else { throw .unexpected(reply, to: Self.name) }
                return .item(record)
            case .meta(let meta) where meta.status == .miss: return .missing
            default: throw .unexpected(reply, to: Self.name)
            }
        }
    }
}
