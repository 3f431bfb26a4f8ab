// The requirements of MemcacheCommand are documented there, not in every command.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

extension Command {
    /// Requests the server's version.
    ///
    /// The corresponding memcached command is `version`.
    public struct Version: MemcacheCommand {
        public static let name = "version"

        /// Creates the command.
        public init() {}

        public var replyShape: CommandReplyShape { .line }

        public func encode(into request: inout RequestEncoder) { request.line("version") }

        public func interpret(_ reply: Reply) throws(MemcacheError) -> ServerVersion {
            guard case .version(let text) = reply else { throw .unexpected(reply, to: Self.name) }
            return ServerVersion(text)
        }
    }

    /// Invalidates every item of the server, now or later.
    ///
    /// The memory stays allocated. A later command replaces one that is pending. Items stored in the same second
    /// survive.
    ///
    /// The corresponding memcached command is `flush_all`.
    public struct FlushAll: SilenceableCommand {
        public static let name = "flush_all"

        /// How long to wait, in whole seconds rounded up; nil for now. A delay over 30 days is sent as a point in time.
        public var delay: Duration?

        /// Creates the command.
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

    /// Sets how much the server logs: 0 for little, 1 for more, 2 for every request.
    ///
    /// The corresponding memcached command is `verbosity`.
    public struct Verbosity: SilenceableCommand {
        public static let name = "verbosity"

        /// The level. Servers treat more than 2 as 2.
        public var level: UInt32

        /// Creates the command.
        public init(_ level: UInt32) { self.level = level }

        public var replyShape: CommandReplyShape { .line }

        public func encode(into request: inout RequestEncoder, noreply: Bool) {
            request.bytes.append("verbosity ")
            ASCIINumber.append(UInt64(level), to: &request.bytes)
            request.endLine(noreply: noreply)
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
    }

    /// Sets how much memory the server may use for items, until it is restarted.
    ///
    /// A limit below current use frees nothing: from then on, every store evicts.
    ///
    /// The corresponding memcached command is `cache_memlimit`.
    public struct CacheMemoryLimit: SilenceableCommand {
        public static let name = "cache_memlimit"

        /// The range that servers accept.
        public static let acceptedMegabytes: ClosedRange<UInt64> = 8...1_000_000_000

        /// The limit in megabytes (1,048,576 bytes).
        public var megabytes: UInt64

        /// Creates the command.
        public init(megabytes: UInt64) { self.megabytes = megabytes }

        public var replyShape: CommandReplyShape { .line }

        public func validate() throws(MemcacheError) {
            guard Self.acceptedMegabytes.contains(megabytes) else {
                throw MemcacheError(
                    .invalidArgument, "the memory limit \(megabytes) is out of range: write megabytes, 8 to 1000000000")
            }
        }

        public func encode(into request: inout RequestEncoder, noreply: Bool) {
            request.bytes.append("cache_memlimit ")
            ASCIINumber.append(megabytes, to: &request.bytes)
            request.endLine(noreply: noreply)
        }

        public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
    }

    /// Terminates the server's process, if it was started with `-A`.
    ///
    /// The server answers by closing the connection.
    ///
    /// The corresponding memcached command is `shutdown`.
    public struct Shutdown: MemcacheCommand {
        /// How the server terminates.
        public enum Mode: Hashable, Sendable {
            /// At once.
            case immediate
            /// After saving what it can restore after a restart (`-e`). Since 1.6.9.
            case graceful
        }

        public static let name = "shutdown"

        /// How the server terminates.
        public var mode: Mode

        /// Creates the command.
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

    /// Requests that the server close the connection.
    ///
    /// The corresponding memcached command is `quit`.
    public struct Quit: MemcacheCommand {
        public static let name = "quit"

        /// Creates the command.
        public init() {}

        public var replyShape: CommandReplyShape { .close }

        public func encode(into request: inout RequestEncoder) { request.line("quit") }

        public func interpret(_ reply: Reply) throws(MemcacheError) {
            guard reply == .nothing else { throw .unexpected(reply, to: Self.name) }
        }
    }

    /// Makes the server reload its TLS certificates. If the new pair does not work, the old one stays in use. Crashes
    /// servers without TLS before 1.6.3.
    ///
    /// The corresponding memcached command is `refresh_certs`.
    public struct RefreshCertificates: MemcacheCommand {
        public static let name = "refresh_certs"

        /// Creates the command.
        public init() {}

        public var replyShape: CommandReplyShape { .line }

        public func encode(into request: inout RequestEncoder) { request.line("refresh_certs") }

        public func interpret(_ reply: Reply) throws(MemcacheError) { try interpretAcknowledgement(reply) }
    }
}
