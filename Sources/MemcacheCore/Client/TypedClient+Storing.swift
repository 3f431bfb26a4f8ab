/// One method for every command that stores a value.
extension TypedClient {
    /// Stores a value, whether or not the item exists.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value.
    ///   - expiration: How long the item lives.
    ///   - minimumCompressLength: Values with more bytes than this are compressed; nil to use ``options``.
    /// - Returns: ``Command/Set/Outcome/stored``, from every memcached.
    /// - Throws: ``MemcacheError`` if the value has no stored form (``MemcacheError/Code/unwritableValue``) or is too
    ///   large, in which case nothing was sent; and if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `set`.
    @discardableResult
    public func set(
        _ key: Key, to value: Value, expiration: Expiration = .never, minimumCompressLength: Int? = nil
    ) async throws(MemcacheError) -> Command.Set.Outcome {
        try await client.execute(Command.Set(key, try encode(value, key, minimumCompressLength), expiration))
    }

    /// Stores a value if there is no item yet.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value.
    ///   - expiration: How long the item lives.
    ///   - minimumCompressLength: Values with more bytes than this are compressed; nil to use ``options``.
    /// - Returns: ``Command/Add/Outcome/present`` if there is an item; it stays as it is.
    /// - Throws: ``MemcacheError``, as ``set(_:to:expiration:minimumCompressLength:)``.
    ///
    /// The corresponding memcached command is `add`.
    @discardableResult
    public func add(
        _ key: Key, value: Value, expiration: Expiration = .never, minimumCompressLength: Int? = nil
    ) async throws(MemcacheError) -> Command.Add.Outcome {
        try await client.execute(Command.Add(key, try encode(value, key, minimumCompressLength), expiration))
    }

    /// Stores a value if the item already exists.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value.
    ///   - expiration: How long the item lives.
    ///   - minimumCompressLength: Values with more bytes than this are compressed; nil to use ``options``.
    /// - Returns: ``Command/Replace/Outcome/missing`` if there is no such item; nothing is created.
    /// - Throws: ``MemcacheError``, as ``set(_:to:expiration:minimumCompressLength:)``.
    ///
    /// The corresponding memcached command is `replace`.
    @discardableResult
    public func replace(
        _ key: Key, with value: Value, expiration: Expiration = .never, minimumCompressLength: Int? = nil
    ) async throws(MemcacheError) -> Command.Replace.Outcome {
        try await client.execute(Command.Replace(key, try encode(value, key, minimumCompressLength), expiration))
    }

    /// Appends the stored form of a value to the bytes of an item. It is never compressed, and the item's flags stay
    /// the same: the result is a valid value only if both are text, bytes or digits.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - key: The item's key.
    /// - Returns: ``Command/Append/Outcome/notStored`` if there is no such item, or it would be too large.
    /// - Throws: ``MemcacheError``, as ``set(_:to:expiration:minimumCompressLength:)``.
    ///
    /// The corresponding memcached command is `append`.
    @discardableResult
    public func append(_ value: Value, to key: Key) async throws(MemcacheError) -> Command.Append.Outcome {
        try await client.execute(Command.Append(key, value: try encode(value, key, 0).bytes))
    }

    /// Prepends the stored form of a value to the bytes of an item, as ``append(_:to:)`` appends it.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - key: The item's key.
    /// - Returns: ``Command/Prepend/Outcome/notStored`` if there is no such item, or it would be too large.
    /// - Throws: ``MemcacheError``, as ``set(_:to:expiration:minimumCompressLength:)``.
    ///
    /// The corresponding memcached command is `prepend`.
    @discardableResult
    public func prepend(_ value: Value, to key: Key) async throws(MemcacheError) -> Command.Prepend.Outcome {
        try await client.execute(Command.Prepend(key, value: try encode(value, key, 0).bytes))
    }

    /// Stores a value if the item has not changed since its CAS token was read.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value.
    ///   - cas: The token that ``gets(_:)`` returned; nil for the one that the client remembers, see
    ///     ``ClientConfiguration/rememberedCASTokens``.
    ///   - expiration: How long the item lives.
    ///   - minimumCompressLength: Values with more bytes than this are compressed; nil to use ``options``.
    /// - Returns: Whether the value is stored, or why not.
    /// - Throws: ``MemcacheError``, as ``set(_:to:expiration:minimumCompressLength:)``, and with the code
    ///   ``MemcacheError/Code/invalidArgument`` if no token is given and none is remembered.
    ///
    /// The corresponding memcached command is `cas`.
    public func compareAndSwap(
        _ key: Key, to value: Value, cas: CASToken? = nil, expiration: Expiration = .never,
        minimumCompressLength: Int? = nil
    ) async throws(MemcacheError) -> Command.CompareAndSwap.Outcome {
        let token = try client.token(cas, for: key)
        let encoded = try encode(value, key, minimumCompressLength)
        return try await client.execute(Command.CompareAndSwap(key, encoded, cas: token, expiration))
    }

    /// Stores many values, whether or not the items exist: one exchange per server, with all servers concurrently.
    ///
    ///     let answer = try await values.setMany(["a": 1, "b": "two"], prefix: "user:")
    ///
    /// - Parameters:
    ///   - values: The values by key.
    ///   - expiration: How long the items live.
    ///   - prefix: Put before each key as sent.
    ///   - minimumCompressLength: Values with more bytes than this are compressed; nil to use ``options``.
    /// - Throws: ``MemcacheError`` if a key cannot be sent; in that case nothing was sent. Failures of servers, and
    ///   values that have no stored form or are too large, are in the answer.
    ///
    /// The corresponding memcached command is `set`.
    public func setMany(
        _ values: [Key: Value], expiration: Expiration = .never, prefix: String = "", minimumCompressLength: Int? = nil
    ) async throws(MemcacheError) -> KeysAnswer<Command.Set.Outcome> {
        try await setMany(
            Array(values), expiration: expiration, prefix: prefix, minimumCompressLength: minimumCompressLength)
    }

    /// Stores many values in order, like ``setMany(_:expiration:prefix:minimumCompressLength:)-([Key:Value],_,_,_)``.
    /// If a key occurs twice, the later value wins.
    ///
    /// - Parameters:
    ///   - values: The values with their keys.
    ///   - expiration: How long the items live.
    ///   - prefix: Put before each key as sent.
    ///   - minimumCompressLength: Values with more bytes than this are compressed; nil to use ``options``.
    /// - Throws: ``MemcacheError``, as for a dictionary.
    ///
    /// The corresponding memcached command is `set`.
    public func setMany(
        _ values: [(key: Key, value: Value)], expiration: Expiration = .never, prefix: String = "",
        minimumCompressLength: Int? = nil
    ) async throws(MemcacheError) -> KeysAnswer<Command.Set.Outcome> {
        let (keys, encoded, failures) = encodeAll(values, minimumCompressLength)
        var answer = try await client.change(keys, prefix) { Command.Set($1, encoded[$0], expiration) }
        answer.failures.merge(failures) { sent, _ in sent }
        return answer
    }

    /// Returns the stored form of a value.
    func encode(
        _ value: Value, _ key: Key, _ minimumCompressLength: Int?
    ) throws(MemcacheError) -> EncodedValue {
        var options = options
        if let minimumCompressLength { options.minimumCompressLength = minimumCompressLength }
        do throws(MemcacheError) {
            return try transcoder.encode(value, options: options)
        } catch {
            throw error.about(key)
        }
    }

    func encodeAll(
        _ values: [(key: Key, value: Value)], _ minimumCompressLength: Int?
    ) -> (keys: [Key], encoded: [EncodedValue], failures: [Key: MemcacheError]) {
        var keys: [Key] = []
        var encoded: [EncodedValue] = []
        var failures: [Key: MemcacheError] = [:]
        for (key, value) in values {
            do throws(MemcacheError) {
                encoded.append(try encode(value, key, minimumCompressLength))
                keys.append(key)
            } catch {
                failures[key] = error
            }
        }
        return (keys, encoded, failures)
    }
}

// MARK: - Commands for encoded values

extension Command.Set {
    init(_ key: Key, _ encoded: EncodedValue, _ expiration: Expiration) {
        self.init(key, value: encoded.bytes, flags: encoded.flags, expiration: expiration)
    }
}

extension Command.Add {
    init(_ key: Key, _ encoded: EncodedValue, _ expiration: Expiration) {
        self.init(key, value: encoded.bytes, flags: encoded.flags, expiration: expiration)
    }
}

extension Command.Replace {
    init(_ key: Key, _ encoded: EncodedValue, _ expiration: Expiration) {
        self.init(key, value: encoded.bytes, flags: encoded.flags, expiration: expiration)
    }
}

extension Command.CompareAndSwap {
    init(_ key: Key, _ encoded: EncodedValue, cas: CASToken, _ expiration: Expiration) {
        self.init(key, value: encoded.bytes, cas: cas, flags: encoded.flags, expiration: expiration)
    }
}
