/// What went wrong, with which server, and whether the command may have been carried out all the same.
public struct MemcacheError: Error, Sendable {
    /// The cause of an error. More may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code, as machine formats show it.
        public let description: String

        /// The key has no bytes. Nothing was sent.
        public static let keyEmpty = Code(description: "key-empty")
        /// The key is longer than the server takes. Nothing was sent.
        public static let keyTooLong = Code(description: "key-too-long")
        /// The key holds a blank, a control character or DEL. Nothing was sent.
        public static let keyCharacter = Code(description: "key-character")
        /// The value is longer than the configured limit. Nothing was sent.
        public static let valueTooLarge = Code(description: "value-too-large")
        /// Another argument is not of its form. Nothing was sent.
        public static let invalidArgument = Code(description: "invalid-argument")
        /// `ERROR`: the server does not know the command or refuses it.
        public static let error = Code(description: "error")
        /// `CLIENT_ERROR`: the server found the request at fault.
        public static let clientError = Code(description: "client-error")
        /// `SERVER_ERROR`: the server could not do it.
        public static let serverError = Code(description: "server-error")
        /// `BUSY` and the like: the server cannot do it now, or not so.
        public static let unavailable = Code(description: "unavailable")
        /// The answer is not one that memcached gives. The connection was closed.
        public static let unreadableReply = Code(description: "unreadable-reply")
        /// No answer within the time allowed. The connection was closed.
        public static let timedOut = Code(description: "timed-out")
        /// No connection could be made.
        public static let cannotConnect = Code(description: "cannot-connect")
        /// The connection was closed before the answer was complete.
        public static let connectionLost = Code(description: "connection-lost")
        /// The task that waited was cancelled.
        public static let cancelled = Code(description: "cancelled")
        /// No server of the pool can be asked for the key: they are dead, or there are none.
        public static let noServer = Code(description: "no-server")
        /// The client was shut down.
        public static let closed = Code(description: "closed")
        /// The server wants a login first, or refuses the one that was given.
        public static let unauthenticated = Code(description: "unauthenticated")
        /// The server speaks TLS only.
        public static let tlsRequired = Code(description: "tls-required")
        /// A file of this machine could not be written, such as the spool of a dump.
        public static let localFile = Code(description: "local-file")
        /// This machine gives the process no more descriptors, threads or memory. The server is not at fault, and nothing
        /// was sent.
        public static let localResource = Code(description: "local-resource")
    }

    /// The cause.
    public var code: Code
    /// What happened, as a sentence without its full stop; escaped, safe to show.
    public var message: String
    /// The server that was asked, where one was.
    public var server: ServerAddress?
    /// Whether the server may have carried out the command: its bytes were sent and no answer came.
    public var mayHaveTakenEffect: Bool
    /// The error of the layer below, where there is one.
    public var underlyingError: (any Error)?

    /// Makes an error.
    public init(
        _ code: Code, _ message: String, server: ServerAddress? = nil, mayHaveTakenEffect: Bool = false,
        underlyingError: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.server = server
        self.mayHaveTakenEffect = mayHaveTakenEffect
        self.underlyingError = underlyingError
    }

    /// The same error, with the server named.
    package func from(_ server: ServerAddress) -> MemcacheError {
        var copy = self
        copy.server = server
        return copy
    }
}

extension MemcacheError: CustomStringConvertible {
    /// The message, after the server's name where there is a server.
    public var description: String {
        guard let server else { return message }
        return "\(server): \(message)"
    }
}

extension MemcacheError {
    /// The error for a key that cannot be sent.
    package init(_ fault: Key.Fault, key: [UInt8], maximumBytes: Int) {
        let shown = key.count > 60 ? EscapedText.string(Array(key.prefix(60))) + "…" : EscapedText.string(key)
        switch fault {
        case .empty:
            self.init(.keyEmpty, "the key is empty: memcached needs at least one byte")
        case .tooLong:
            self.init(
                .keyTooLong, "the key \"\(shown)\" has \(key.count) bytes: memcached takes at most \(maximumBytes)")
        case .character(let index):
            let byte = EscapedText.string([key[index]])
            let name = key[index] == 0x20 ? "a space" : "the control character \(byte)"
            self.init(
                .keyCharacter,
                "the key \"\(shown)\" contains \(name) at byte \(index + 1), which memcached does not allow")
        }
    }

    /// The error for a refusal by the server.
    package init(_ refusal: Refusal) {
        if refusal.wantsLogin {
            self.init(.unauthenticated, "\(refusal.text) (the server wants a login, as one started with -Y does)")
            return
        }
        let code: Code =
            switch refusal.kind {
            case .error: .error
            case .clientError: .clientError
            case .serverError: .serverError
            case .unavailable: .unavailable
            }
        self.init(code, refusal.text)
    }

    /// The error for a reply that no server of memcached gives to this command.
    package static func unexpected(_ reply: Reply, to command: String) -> MemcacheError {
        if case .refused(let refusal) = reply { return MemcacheError(refusal) }
        return MemcacheError(.unreadableReply, "an answer to \(command) that memcached does not give: \(reply)")
    }
}
