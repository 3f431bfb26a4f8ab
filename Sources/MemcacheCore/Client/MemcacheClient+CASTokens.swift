extension MemcacheClient {
    /// Stores a value if the item has not changed since the client last read it with its CAS token: by ``gets(_:)`` or by
    /// one of the other methods that bring tokens.
    ///
    /// The token stays: a second call without a read in between finds the item changed, by the first one. A read that
    /// finds nothing leaves the older token too. (So in python-memcached, which stores without comparing, however, when it
    /// has no token. This does not.)
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value.
    ///   - flags: The word kept beside the value, commonly to say how it is encoded.
    ///   - expiration: How long the item is to live.
    /// - Returns: Whether the value is stored, or why not.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument`` when no token is remembered for the
    ///   key, and when the server cannot be reached or refuses. Not retried.
    ///
    /// The corresponding memcached command is `cas`.
    public func compareAndSwap(
        _ key: Key, to value: [UInt8], flags: UInt64 = 0, expiration: Expiration = .never
    ) async throws(MemcacheError) -> CompareAndSwap.Outcome {
        let token = try token(nil, for: key)
        return try await compareAndSwap(key, to: value, cas: token, flags: flags, expiration: expiration)
    }

    /// The token for a compare-and-swap: the one that was given, or else the one that is remembered.
    func token(_ given: CASToken?, for key: Key) throws(MemcacheError) -> CASToken {
        if let token = given ?? tokens.token(of: key.bytes) { return token }
        throw MemcacheError(
            .invalidArgument,
            tokens.isOff
                ? "the client remembers no CAS tokens: give the token that gets returned, or have it remember some"
                : "no CAS token is remembered for \"\(key)\": read it with gets first")
    }

    /// Stores a text if the item has not changed since the client last read it with its CAS token, as
    /// ``compareAndSwap(_:to:flags:expiration:)-(_,[UInt8],_,_)`` does.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value, stored as its UTF-8 bytes.
    ///   - flags: The word kept beside the value, commonly to say how it is encoded.
    ///   - expiration: How long the item is to live.
    /// - Returns: Whether the value is stored, or why not.
    /// - Throws: ``MemcacheError``, as for a value of bytes.
    ///
    /// The corresponding memcached command is `cas`.
    public func compareAndSwap(
        _ key: Key, to value: String, flags: UInt64 = 0, expiration: Expiration = .never
    ) async throws(MemcacheError) -> CompareAndSwap.Outcome {
        try await compareAndSwap(key, to: Array(value.utf8), flags: flags, expiration: expiration)
    }

    /// Forgets all remembered CAS tokens. (python-memcached's `reset_cas`.)
    public func resetCASTokens() {
        tokens.forgetAll()
    }
}
