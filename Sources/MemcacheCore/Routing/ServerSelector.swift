/// Chooses which of a list of servers holds a key. Client libraries differ in this; each way is one selector.
///
/// Servers are identified by their position in the list, from 0. A selector knows nothing of connections: a caller that
/// cannot use the chosen server requests the next choice.
///
///     var choice = selector.choice(for: key, after: nil)
///     while let current = choice, !isUsable(current.server) {
///         choice = selector.choice(for: key, after: current)
///     }
public protocol ServerSelector: Sendable {
    /// Returns the server to try first, or the one to try when that of an earlier choice cannot be used.
    ///
    /// - Parameters:
    ///   - key: The key's bytes as they are sent.
    ///   - previous: The choice this selector made for the same key before; nil for the first one.
    /// - Returns: nil if there are no servers, or if the selector gives up.
    func choice(for key: Span<UInt8>, after previous: ServerChoice?) -> ServerChoice?

    /// The same, for a number instead of the key's hash.
    func choice(for number: RoutingNumber, after previous: ServerChoice?) -> ServerChoice?
}

/// One step of a ``ServerSelector``.
public struct ServerChoice: Hashable, Sendable {
    /// The position of the server in the list, from 0.
    public var server: Int
    /// The number of choices made for the key, including this one. The same server may be chosen again.
    public var tries: Int
    /// The selector's state between choices, such as the hash so far.
    public var state: Int64

    /// Creates a choice; called by selectors.
    public init(server: Int, tries: Int, state: Int64 = 0) {
        self.server = server
        self.tries = tries
        self.state = state
    }
}

/// The result of a walk over a selector's choices.
public struct ServerSelection: Hashable, Sendable {
    /// The first server that can be used; nil if the selector gave up.
    public var server: Int?
    /// The number of choices examined.
    public var tries: Int

    /// Creates a selection from its parts.
    public init(server: Int?, tries: Int) {
        self.server = server
        self.tries = tries
    }
}

extension ServerSelector {
    /// Returns the server to try for a key, or for a number instead of it, first or after an earlier choice.
    public func choice(for key: RoutingKey, after previous: ServerChoice?) -> ServerChoice? {
        switch key {
        case .bytes(let bytes): choice(for: bytes.span, after: previous)
        case .number(let number): choice(for: number, after: previous)
        }
    }

    /// Returns the first server of a key's choices that can be used.
    ///
    /// - Parameters:
    ///   - key: The key's bytes as they are sent.
    ///   - isUsable: Whether a server, identified by its position, can be used now.
    public func selectServer(for key: Span<UInt8>, isUsable: (Int) -> Bool) -> ServerSelection {
        var last: ServerChoice?
        while let choice = choice(for: key, after: last) {
            if isUsable(choice.server) { return ServerSelection(server: choice.server, tries: choice.tries) }
            last = choice
        }
        return ServerSelection(server: nil, tries: last?.tries ?? 0)
    }

    /// Returns the first usable server of the choices for a key, or for a number instead of it.
    public func selectServer(for key: RoutingKey, isUsable: (Int) -> Bool) -> ServerSelection {
        switch key {
        case .bytes(let bytes): selectServer(for: bytes.span, isUsable: isUsable)
        case .number(let number): selectServer(for: number, isUsable: isUsable)
        }
    }

    /// Returns the first server of a number's choices that can be used.
    public func selectServer(for number: RoutingNumber, isUsable: (Int) -> Bool) -> ServerSelection {
        var last: ServerChoice?
        while let choice = choice(for: number, after: last) {
            if isUsable(choice.server) { return ServerSelection(server: choice.server, tries: choice.tries) }
            last = choice
        }
        return ServerSelection(server: nil, tries: last?.tries ?? 0)
    }
}
