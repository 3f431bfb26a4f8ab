// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Asks for the server's version.
///
/// The corresponding memcached command is `version`.
public struct Version: MemcacheCommand {
    public static let name = "version"

    /// Makes the command.
    public init() {}

    public var replyShape: CommandReplyShape { .line }

    public func encode(into request: inout RequestEncoder) { request.line("version") }

    public func interpret(_ reply: Reply) throws(MemcacheError) -> ServerVersion {
        guard case .version(let text) = reply else { throw .unexpected(reply, to: Self.name) }
        return ServerVersion(text)
    }
}

/// Makes every item of the server invalid, now or later.
///
/// The memory stays allocated. A later command replaces one that waits. Items stored in the same second survive.
///
/// The corresponding memcached command is `flush_all`.
public struct FlushAll: SilenceableCommand {
    public static let name = "flush_all"

    /// How long to wait, in whole seconds rounded up; nil for now. Over 30 days it is sent as a moment.
    public var delay: Duration?

    /// Makes the command.
    public init(after delay: Duration? = nil) { self.delay = delay }

    public var replyShape: CommandReplyShape { .line }

    public func validate() throws(MemcacheError) {
        if let delay, delay < .zero {
            throw MemcacheError(.invalidArgument, "flush_all cannot wait \(delay): a delay is not negative")
        }
    }

    public func encode(into request: inout RequestEncoder, noreply: Bool) {
        request.bytes.append("flush_all")
        if let delay, delay > .zero {
            request.bytes.append(UInt8(ascii: " "))
            ASCIINumber.append(Expiration.after(delay).wireValue(), to: &request.bytes)
        }
        request.endLine(noreply: noreply)
    }

    public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
}

/// Sets how much the server logs: 0 little, 1 more, 2 every request.
///
/// The corresponding memcached command is `verbosity`.
public struct Verbosity: SilenceableCommand {
    public static let name = "verbosity"

    /// The level. Servers take more than 2 for 2.
    public var level: UInt32

    /// Makes the command.
    public init(_ level: UInt32) { self.level = level }

    public var replyShape: CommandReplyShape { .line }

    public func encode(into request: inout RequestEncoder, noreply: Bool) {
        request.bytes.append("verbosity ")
        ASCIINumber.append(UInt64(level), to: &request.bytes)
        request.endLine(noreply: noreply)
    }

    public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
}

/// Sets how much memory the server may use for items, until it is started anew.
///
/// Less than is in use frees nothing: from then on, every store evicts.
///
/// The corresponding memcached command is `cache_memlimit`.
public struct CacheMemoryLimit: SilenceableCommand {
    public static let name = "cache_memlimit"

    /// What servers accept.
    public static let acceptedMegabytes: ClosedRange<UInt64> = 8...1_000_000_000

    /// The limit in megabytes (1,048,576 bytes).
    public var megabytes: UInt64

    /// Makes the command.
    public init(megabytes: UInt64) { self.megabytes = megabytes }

    public var replyShape: CommandReplyShape { .line }

    public func validate() throws(MemcacheError) {
        guard Self.acceptedMegabytes.contains(megabytes) else {
            throw MemcacheError(
                .invalidArgument, "the memory limit \(megabytes) is not one: write megabytes, 8 to 1000000000")
        }
    }

    public func encode(into request: inout RequestEncoder, noreply: Bool) {
        request.bytes.append("cache_memlimit ")
        ASCIINumber.append(megabytes, to: &request.bytes)
        request.endLine(noreply: noreply)
    }

    public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
}

/// Ends the server's process, where it was started with `-A`.
///
/// The answer to it is the end of the connection.
///
/// The corresponding memcached command is `shutdown`.
public struct Shutdown: MemcacheCommand {
    /// How the server ends.
    public enum Mode: Hashable, Sendable {
        /// At once.
        case immediate
        /// After saving what a later start can restore (`-e`). Since 1.6.9.
        case graceful
    }

    public static let name = "shutdown"

    /// How the server ends.
    public var mode: Mode

    /// Makes the command.
    public init(_ mode: Mode = .immediate) { self.mode = mode }

    public var replyShape: CommandReplyShape { .close }

    public func encode(into request: inout RequestEncoder) {
        switch mode {
        case .immediate: request.line("shutdown")
        case .graceful: request.line("shutdown", "graceful")
        }
    }

    public func interpret(_ reply: Reply) throws(MemcacheError) {
        guard reply == .nothing else { throw .unexpected(reply, to: Self.name) }
    }
}

/// Asks the server to close the connection.
///
/// The corresponding memcached command is `quit`.
public struct Quit: MemcacheCommand {
    public static let name = "quit"

    /// Makes the command.
    public init() {}

    public var replyShape: CommandReplyShape { .close }

    public func encode(into request: inout RequestEncoder) { request.line("quit") }

    public func interpret(_ reply: Reply) throws(MemcacheError) {
        guard reply == .nothing else { throw .unexpected(reply, to: Self.name) }
    }
}

/// Makes the server read its TLS certificates again. A pair that does not work leaves the old one in place. Crashes
/// servers without TLS before 1.6.3.
///
/// The corresponding memcached command is `refresh_certs`.
public struct RefreshCertificates: MemcacheCommand {
    public static let name = "refresh_certs"

    /// Makes the command.
    public init() {}

    public var replyShape: CommandReplyShape { .line }

    public func encode(into request: inout RequestEncoder) { request.line("refresh_certs") }

    public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
}
