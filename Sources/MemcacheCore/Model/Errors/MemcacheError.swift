/// An error: what went wrong, with which server, and whether the command may have been executed anyway.
public struct MemcacheError: Error, Sendable {
    /// The cause of an error. More may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code, as used in machine-readable formats.
        public let description: String

        /// The key is empty. Nothing was sent.
        public static let keyEmpty = Code(description: "key-empty")
        /// The key is longer than the server allows. Nothing was sent.
        public static let keyTooLong = Code(description: "key-too-long")
        /// The key contains a space, a control character or DEL. Nothing was sent.
        public static let keyCharacter = Code(description: "key-character")
        /// The value is longer than the configured limit. Nothing was sent.
        public static let valueTooLarge = Code(description: "value-too-large")
        /// Another argument is malformed. Nothing was sent.
        public static let invalidArgument = Code(description: "invalid-argument")
        /// `ERROR`: the server does not know the command or rejects it.
        public static let error = Code(description: "error")
        /// `CLIENT_ERROR`: the server found a fault in the request.
        public static let clientError = Code(description: "client-error")
        /// `SERVER_ERROR`: the server could not execute the command.
        public static let serverError = Code(description: "server-error")
        /// `BUSY` and the like: the server cannot do this now, or not this way.
        public static let unavailable = Code(description: "unavailable")
        /// The reply is not one that memcached sends. The connection was closed.
        public static let unreadableReply = Code(description: "unreadable-reply")
        /// No reply arrived within the time limit. The connection was closed.
        public static let timedOut = Code(description: "timed-out")
        /// No connection could be made.
        public static let cannotConnect = Code(description: "cannot-connect")
        /// The connection was closed before the reply was complete.
        public static let connectionLost = Code(description: "connection-lost")
        /// The waiting task was cancelled.
        public static let cancelled = Code(description: "cancelled")
        /// No server of the pool can be used for the key: they are marked down, or there are none.
        public static let noServer = Code(description: "no-server")
        /// The client was shut down.
        public static let closed = Code(description: "closed")
        /// The server requires authentication, or rejected the credentials.
        public static let unauthenticated = Code(description: "unauthenticated")
        /// The server speaks TLS only.
        public static let tlsRequired = Code(description: "tls-required")
        /// A local file could not be written, such as the spool of a dump.
        public static let localFile = Code(description: "local-file")
        /// The system gives this process no more descriptors, threads or memory. The server is not at fault, and
        /// nothing was sent.
        public static let localResource = Code(description: "local-resource")
    }

    /// The cause.
    public var code: Code
    /// What happened, as a sentence without a full stop; escaped, safe to display.
    public var message: String
    /// The server concerned, if there is one.
    public var server: ServerAddress?
    /// Whether the server may have executed the command: its bytes were sent, and no reply arrived.
    public var mayHaveTakenEffect: Bool
    /// The error of the layer below, if there is one.
    public var underlyingError: (any Error)?

    /// Creates an error.
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

    /// Returns the same error with the server filled in.
    package func from(_ server: ServerAddress) -> MemcacheError {
        var copy = self
        copy.server = server
        return copy
    }
}

extension MemcacheError: CustomStringConvertible {
    /// The message, prefixed with the server if there is one.
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

    /// The error for an error reply of the server.
    package init(_ refusal: Refusal) {
        if refusal.wantsLogin {
            self.init(.unauthenticated, "\(refusal.text) (the server requires authentication, as with -Y)")
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

    /// The error for a reply that memcached never sends for this command.
    package static func unexpected(_ reply: Reply, to command: String) -> MemcacheError {
        if case .refused(let refusal) = reply { return MemcacheError(refusal) }
        return MemcacheError(.unreadableReply, "an answer to \(command) that memcached does not give: \(reply)")
    }
}
