extension MemcacheClient {
    /// Stores a value if the item has not changed since the client last read it with its CAS token: with ``gets(_:)``
    /// or another method that returns tokens.
    ///
    /// The token is kept: a second call without a read in between finds that the item has changed, because of the first
    /// one. A read that finds nothing keeps the older token too. (python-memcached does the same, but stores without
    /// comparing if it has no token. This method does not.)
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value.
    ///   - flags: The flags stored with the value, usually to say how it is encoded.
    ///   - expiration: How long the item lives.
    /// - Returns: Whether the value is stored, or why not.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/invalidArgument`` if no token is remembered for
    ///   the key, and if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `cas`.
    public func compareAndSwap(
        _ key: Key, to value: [UInt8], flags: UInt64 = 0, expiration: Expiration = .never
    ) async throws(MemcacheError) -> Command.CompareAndSwap.Outcome {
        let token = try token(nil, for: key)
        return try await compareAndSwap(key, to: value, cas: token, flags: flags, expiration: expiration)
    }

    /// Returns the token for a compare-and-swap: the given one, or else the remembered one.
    func token(_ given: CASToken?, for key: Key) throws(MemcacheError) -> CASToken {
        if let token = given ?? tokens.token(of: key.bytes) { return token }
        throw MemcacheError(
            .invalidArgument,
            tokens.isOff
                ? "the client remembers no CAS tokens: pass the one that gets returned, or enable remembering"
                : "no CAS token is remembered for \"\(key)\": read it with gets first")
    }

    /// Stores a string if the item has not changed since the client last read it with its CAS token, like
    /// ``compareAndSwap(_:to:flags:expiration:)-(_,[UInt8],_,_)``.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value, stored as its UTF-8 bytes.
    ///   - flags: The flags stored with the value, usually to say how it is encoded.
    ///   - expiration: How long the item lives.
    /// - Returns: Whether the value is stored, or why not.
    /// - Throws: ``MemcacheError``, as for a value of bytes.
    ///
    /// The corresponding memcached command is `cas`.
    public func compareAndSwap(
        _ key: Key, to value: String, flags: UInt64 = 0, expiration: Expiration = .never
    ) async throws(MemcacheError) -> Command.CompareAndSwap.Outcome {
        try await compareAndSwap(key, to: Array(value.utf8), flags: flags, expiration: expiration)
    }

    /// Forgets all remembered CAS tokens. (python-memcached's `reset_cas`.)
    public func resetCASTokens() {
        tokens.forgetAll()
    }
}
