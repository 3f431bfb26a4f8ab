/// What a read of many keys came to.
public struct ItemsAnswer: Sendable {
    /// The items that were found, in the order of the keys; a key asked for twice comes twice. Their keys are those that
    /// were asked for, without the prefix.
    public var items: [Item]
    /// The keys of servers that did not answer, each with the reason. A key in neither list is one that is not there.
    public var failures: [Key: MemcacheError]
}

/// What a change of many keys came to.
public struct KeysAnswer<Outcome: Sendable>: Sendable {
    /// What happened to each key whose server answered.
    public var outcomes: [Key: Outcome]
    /// The keys that nothing is known to have happened to, each with the reason: nothing was sent for it, the server
    /// refused, or it did not answer.
    public var failures: [Key: MemcacheError]
}

/// Many keys at once: one exchange for each server, all servers side by side.
///
/// In all of them a prefix goes before each key on the wire, and comes off again; it takes part in choosing the server, as
/// the same key written out would, unless the key has a routing number. A key that is too long with the prefix is refused
/// before anything is sent to any server.
extension MemcacheClient {
    /// Reads many items.
    ///
    /// - Parameters:
    ///   - keys: The items' keys; nothing is sent when there are none.
    ///   - prefix: Goes before each key.
    /// - Throws: ``MemcacheError`` when a key cannot be sent. The failures of servers are in the answer.
    ///
    /// The corresponding memcached command is `get`.
    public func getMany(_ keys: [Key], prefix: String = "") async throws(MemcacheError) -> ItemsAnswer {
        try await retrieve(keys, prefix) { [GetMany($0)] }
    }

    /// Reads many items and their CAS tokens.
    ///
    /// - Parameters:
    ///   - keys: The items' keys; nothing is sent when there are none.
    ///   - prefix: Goes before each key.
    /// - Throws: ``MemcacheError`` when a key cannot be sent. The failures of servers are in the answer.
    ///
    /// The corresponding memcached command is `gets`.
    public func getsMany(_ keys: [Key], prefix: String = "") async throws(MemcacheError) -> ItemsAnswer {
        try await retrieve(keys, prefix) { [GetsMany($0)] }
    }

    /// Reads many items and gives them a new lifetime. Long lists go in several commands.
    ///
    /// - Parameters:
    ///   - keys: The items' keys; nothing is sent when there are none.
    ///   - expiration: The new lifetime, counted from when a server reads a command.
    ///   - prefix: Goes before each key.
    /// - Throws: ``MemcacheError`` when a key cannot be sent. The failures of servers are in the answer.
    ///
    /// The corresponding memcached command is `gat`.
    public func getAndTouchMany(
        _ keys: [Key], expiration: Expiration, prefix: String = ""
    ) async throws(MemcacheError) -> ItemsAnswer {
        try await retrieve(keys, prefix) { GetAndTouchMany.split($0, expiration: expiration) }
    }

    /// Reads many items and their CAS tokens, and gives them a new lifetime. Long lists go in several commands.
    ///
    /// - Parameters:
    ///   - keys: The items' keys; nothing is sent when there are none.
    ///   - expiration: The new lifetime, counted from when a server reads a command.
    ///   - prefix: Goes before each key.
    /// - Throws: ``MemcacheError`` when a key cannot be sent. The failures of servers are in the answer.
    ///
    /// The corresponding memcached command is `gats`.
    public func getAndTouchManyWithCAS(
        _ keys: [Key], expiration: Expiration, prefix: String = ""
    ) async throws(MemcacheError) -> ItemsAnswer {
        try await retrieve(keys, prefix) { GetAndTouchManyWithCAS.split($0, expiration: expiration) }
    }

    /// Stores many values, whether or not there are items already.
    ///
    /// - Parameters:
    ///   - values: The values by their keys.
    ///   - flags: The word kept beside each value.
    ///   - expiration: How long the items are to live.
    ///   - prefix: Goes before each key.
    /// - Throws: ``MemcacheError`` when a key cannot be sent. The failures of servers are in the answer.
    ///
    /// The corresponding memcached command is `set`.
    public func setMany(
        _ values: [Key: [UInt8]], flags: UInt64 = 0, expiration: Expiration = .never, prefix: String = ""
    ) async throws(MemcacheError) -> KeysAnswer<SetValue.Outcome> {
        let values = Array(values)
        return try await change(values.map(\.key), prefix) { position, key in
            SetValue(key, value: values[position].value, flags: flags, expiration: expiration)
        }
    }

    /// Deletes many items.
    ///
    /// - Parameters:
    ///   - keys: The items' keys.
    ///   - prefix: Goes before each key.
    /// - Throws: ``MemcacheError`` when a key cannot be sent. The failures of servers are in the answer.
    ///
    /// The corresponding memcached command is `delete`, with one key each.
    public func deleteMany(
        _ keys: [Key], prefix: String = ""
    ) async throws(MemcacheError) -> KeysAnswer<Delete.Outcome> {
        try await change(keys, prefix) { _, key in Delete(key) }
    }

    private func retrieve<Command: ManyKeysCommand>(
        _ keys: [Key], _ prefix: String, _ makeCommands: @escaping @Sendable ([Key]) -> [Command]
    ) async throws(MemcacheError) -> ItemsAnswer {
        var answer = ItemsAnswer(items: [], failures: [:])
        guard !keys.isEmpty else { return answer }
        let results = await pool.retrieve(try joined(prefix, keys, for: Command.name), makeCommands)
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

    /// Sends a command for each key, with its position among them. Every key is checked before anything is sent.
    func change<Command: MemcacheCommand>(
        _ keys: [Key], _ prefix: String, _ makeCommand: (Int, Key) -> Command
    ) async throws(MemcacheError) -> KeysAnswer<Command.Outcome> {
        let commands = try joined(prefix, keys, for: Command.name).enumerated().map {
            makeCommand($0.offset, $0.element)
        }
        var answer = KeysAnswer<Command.Outcome>(outcomes: [:], failures: [:])
        for (key, result) in zip(keys, await pool.executeAll(commands)) {
            switch result {
            case .success(let outcome): answer.outcomes[key] = outcome
            case .failure(let error): answer.failures[key] = error
            }
        }
        return answer
    }

    /// The keys as they are sent. Every one is checked before anything is sent.
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
