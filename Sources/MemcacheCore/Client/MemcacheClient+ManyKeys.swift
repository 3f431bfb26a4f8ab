/// The result of a read of many keys.
public struct ItemsAnswer: Sendable {
    /// The items found, in the order of the keys; an item whose key was given twice is returned twice. Their keys are
    /// the given ones, without the prefix.
    public var items: [Item]
    /// The keys of servers that did not answer, each with the reason. A key in neither list does not exist.
    public var failures: [Key: MemcacheError]
}

/// The result of a change of many keys.
public struct KeysAnswer<Outcome: Sendable>: Sendable {
    /// The outcome for each key whose server answered.
    public var outcomes: [Key: Outcome]
    /// The keys whose outcome is unknown, each with the reason: nothing was sent, the server returned an error, or it
    /// did not answer.
    public var failures: [Key: MemcacheError]
}

/// Operations on many keys: one exchange per server, with all servers concurrently.
///
/// In all of them a prefix is put before each key as sent, and removed again from the results. It takes part in
/// choosing the server, as if it were written in the key, unless the key has a routing number. A key that is too long
/// with the prefix is rejected before anything is sent to any server.
extension MemcacheClient {
    /// Reads many items.
    ///
    /// - Parameters:
    ///   - keys: The items' keys; nothing is sent if there are none.
    ///   - prefix: Put before each key.
    /// - Throws: ``MemcacheError`` if a key cannot be sent. Failures of servers are in the answer.
    ///
    /// The corresponding memcached command is `get`.
    public func getMany(_ keys: [Key], prefix: String = "") async throws(MemcacheError) -> ItemsAnswer {
        try await retrieve(keys, prefix) { [Command.GetMany($0)] }
    }

    /// Reads many items and their CAS tokens.
    ///
    /// - Parameters:
    ///   - keys: The items' keys; nothing is sent if there are none.
    ///   - prefix: Put before each key.
    /// - Throws: ``MemcacheError`` if a key cannot be sent. Failures of servers are in the answer.
    ///
    /// The corresponding memcached command is `gets`.
    public func getsMany(_ keys: [Key], prefix: String = "") async throws(MemcacheError) -> ItemsAnswer {
        try await retrieve(keys, prefix) { [Command.GetsMany($0)] }
    }

    /// Reads many items and gives them a new lifetime. Long lists are split into several commands.
    ///
    /// - Parameters:
    ///   - keys: The items' keys; nothing is sent if there are none.
    ///   - expiration: The new lifetime, counted from when a server reads a command.
    ///   - prefix: Put before each key.
    /// - Throws: ``MemcacheError`` if a key cannot be sent. Failures of servers are in the answer.
    ///
    /// The corresponding memcached command is `gat`.
    public func getAndTouchMany(
        _ keys: [Key], expiration: Expiration, prefix: String = ""
    ) async throws(MemcacheError) -> ItemsAnswer {
        try await retrieve(keys, prefix) { Command.GetAndTouchMany.split($0, expiration: expiration) }
    }

    /// Reads many items and their CAS tokens, and gives the items a new lifetime. Long lists are split into several
    /// commands.
    ///
    /// - Parameters:
    ///   - keys: The items' keys; nothing is sent if there are none.
    ///   - expiration: The new lifetime, counted from when a server reads a command.
    ///   - prefix: Put before each key.
    /// - Throws: ``MemcacheError`` if a key cannot be sent. Failures of servers are in the answer.
    ///
    /// The corresponding memcached command is `gats`.
    public func getAndTouchManyWithCAS(
        _ keys: [Key], expiration: Expiration, prefix: String = ""
    ) async throws(MemcacheError) -> ItemsAnswer {
        try await retrieve(keys, prefix) { Command.GetAndTouchManyWithCAS.split($0, expiration: expiration) }
    }

    /// Stores many values, whether or not the items exist.
    ///
    /// - Parameters:
    ///   - values: The values by key.
    ///   - flags: The flags stored with each value.
    ///   - expiration: How long the items live.
    ///   - prefix: Put before each key.
    /// - Throws: ``MemcacheError`` if a key cannot be sent. Failures of servers are in the answer.
    ///
    /// The corresponding memcached command is `set`.
    public func setMany(
        _ values: [Key: [UInt8]], flags: UInt64 = 0, expiration: Expiration = .never, prefix: String = ""
    ) async throws(MemcacheError) -> KeysAnswer<Command.Set.Outcome> {
        let values = Array(values)
        return try await change(values.map(\.key), prefix) { position, key in
            Command.Set(key, value: values[position].value, flags: flags, expiration: expiration)
        }
    }

    /// Deletes many items.
    ///
    /// - Parameters:
    ///   - keys: The items' keys.
    ///   - prefix: Put before each key.
    /// - Throws: ``MemcacheError`` if a key cannot be sent. Failures of servers are in the answer.
    ///
    /// The corresponding memcached command is `delete`, with one key each.
    public func deleteMany(
        _ keys: [Key], prefix: String = ""
    ) async throws(MemcacheError) -> KeysAnswer<Command.Delete.Outcome> {
        try await change(keys, prefix) { _, key in Command.Delete(key) }
    }

    private func retrieve<Request: ManyKeysCommand>(
        _ keys: [Key], _ prefix: String, _ makeCommands: @escaping @Sendable ([Key]) -> [Request]
    ) async throws(MemcacheError) -> ItemsAnswer {
        var answer = ItemsAnswer(items: [], failures: [:])
        guard !keys.isEmpty else { return answer }
        let results = await pool.retrieve(try joined(prefix, keys, for: Request.name), makeCommands)
        for (key, result) in zip(keys, results) {
            switch result {
            case .success(let item?):
                var item = item
                tokens.remember(item)
                item.key = key
                answer.items.append(item)
            case .success(nil): break
            case .failure(let error): answer.failures[key] = error
            }
        }
        return answer
    }

    /// Sends a command for each key, with its position in the list. Every key is checked before anything is sent.
    func change<Request: MemcacheCommand>(
        _ keys: [Key], _ prefix: String, _ makeCommand: (Int, Key) -> Request
    ) async throws(MemcacheError) -> KeysAnswer<Request.Outcome> {
        let commands = try joined(prefix, keys, for: Request.name).enumerated().map {
            makeCommand($0.offset, $0.element)
        }
        var answer = KeysAnswer<Request.Outcome>(outcomes: [:], failures: [:])
        for (key, result) in zip(keys, await pool.executeAll(commands)) {
            switch result {
            case .success(let outcome): answer.outcomes[key] = outcome
            case .failure(let error): answer.failures[key] = error
            }
        }
        return answer
    }

    /// Returns the keys as they are sent. Every one is checked before anything is sent.
    private func joined(
        _ prefix: String, _ keys: [Key], for command: String
    ) throws(MemcacheError) -> [Key] {
        let limits = configuration.limits
        let prefix = Array(prefix.utf8)
        if !prefix.isEmpty, let fault = Key.fault(in: prefix.span, maximumBytes: .max) {
            throw MemcacheError(fault, key: prefix, maximumBytes: .max)
        }
        var joined: [Key] = []
        joined.reserveCapacity(keys.count)
        for key in keys {
            guard !key.isBase64 else {
                throw MemcacheError(
                    .invalidArgument,
                    "\(command) cannot carry the base64 key \(key): use a meta command (mg, ms, md, ma), which can")
            }
            let whole = prefix.isEmpty ? key : key.prefixed(by: prefix)
            try limits.check(whole)
            joined.append(whole)
        }
        return joined
    }
}
