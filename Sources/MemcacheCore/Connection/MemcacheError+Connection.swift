extension MemcacheError {
    static func cancelled(by server: ServerAddress, mayHaveTakenEffect: Bool = false) -> MemcacheError {
        MemcacheError(
            .cancelled, "the command was cancelled", server: server, mayHaveTakenEffect: mayHaveTakenEffect)
    }

    static func timedOut(after timeout: Duration, server: ServerAddress, mayHaveTakenEffect: Bool) -> MemcacheError {
        MemcacheError(
            .timedOut, "no answer within \(timeout.spelledOut)", server: server,
            mayHaveTakenEffect: mayHaveTakenEffect)
    }

    /// The error for a connection that could not be established, or was closed.
    ///
    /// - Parameter moment: When the server closed it, for the message.
    init(_ ending: TransportEnding, moment: String, connectTimeout: Duration) {
        switch ending {
        case .notConnected(let reason, let underlying):
            self.init(.cannotConnect, "cannot connect: \(reason)", underlyingError: underlying)
        case .noResources(let reason):
            self.init(.localResource, "cannot connect: \(reason)")
        case .connectTimedOut:
            self.init(.cannotConnect, "cannot connect: no answer within \(connectTimeout.spelledOut)")
        case .closed:
            self.init(.connectionLost, "the server closed the connection \(moment)")
        case .broken(let reason, let underlying):
            self.init(.connectionLost, "the connection broke: \(reason)", underlyingError: underlying)
        }
    }
}

extension Duration {
    /// The duration for a message: `500 ms`, `3 s`, `1.5 s`.
    package var spelledOut: String {
        let (seconds, attoseconds) = components
        // A time of more than a million years need not be exact.
        let milliseconds = min(seconds, 1 << 45) * 1000 + attoseconds / 1_000_000_000_000_000
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        if milliseconds.isMultiple(of: 1000) { return "\(milliseconds / 1000) s" }
        return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }
}
