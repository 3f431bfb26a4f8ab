/// A client that stores and reads an application's values: a transcoder makes them bytes and flags, and values again.
///
///     let values = client.values
///     try await values.set("user:42", to: ["name": "Ann", "visits": 7], expiration: .after(.seconds(900)))
///     let name = try await values.get("user:42")?["name"]?.text
///
/// ``MemcacheClient/values`` keeps them as the client library of the profile does, ``MemcacheClient/values(_:)`` in a form
/// of your own. It is a view: it has no connections of its own, and making one costs nothing.
public struct TypedClient<Value: Sendable>: Sendable {
    /// The client whose servers keep the values.
    public let client: MemcacheClient
    /// How values become bytes and come back.
    public var transcoder: any ValueTranscoder<Value>
    /// What a store asks of the transcoder that does not ask for something else itself.
    public var options = EncodingOptions()

    /// The values that a client's servers keep.
    public init(_ client: MemcacheClient, transcoder: any ValueTranscoder<Value>) {
        self.client = client
        self.transcoder = transcoder
    }

    /// The same stores, sent with `noreply`.
    public var withoutReply: SilentStores<Value> { SilentStores(values: self) }
}

extension MemcacheClient {
    /// The values that the servers keep, in the form of the profile: for python-memcached those that Python has.
    public var values: TypedClient<PickleValue> { values(configuration.profile.transcoder) }

    /// The values that the servers keep, in a form of your own.
    public func values<Value: Sendable>(_ transcoder: some ValueTranscoder<Value>) -> TypedClient<Value> {
        TypedClient(self, transcoder: transcoder)
    }
}

/// A value with the token for a compare-and-swap.
public struct TypedItem<Value: Sendable>: Sendable {
    /// The item's key.
    public var key: Key
    /// The value.
    public var value: Value
    /// The token; nil where the command did not ask for it.
    public var cas: CASToken?
}

extension TypedItem: Equatable where Value: Equatable {}
extension TypedItem: Hashable where Value: Hashable {}

/// What a read of many values came to.
public struct ValuesAnswer<Value: Sendable>: Sendable {
    /// The values that were found, by the keys that were asked for, without the prefix.
    public var values: [Key: Value]
    /// The keys of servers that did not answer, and of values that could not be read, each with the reason. A key in
    /// neither is one that is not there.
    public var failures: [Key: MemcacheError]
}

extension TypedClient {
    /// Reads a value.
    ///
    /// - Parameter key: The item's key.
    /// - Returns: The value, or nil when there is no item. A `None` that Python has stored is a value, and not nil.
    /// - Throws: ``MemcacheError`` when the server cannot be reached or refuses, and with the code
    ///   ``MemcacheError/Code/unreadableValue`` or ``MemcacheError/Code/unknownFlags`` when the item is not one that the
    ///   transcoder wrote. Not retried.
    ///
    /// The corresponding memcached command is `get`.
    public func get(_ key: Key) async throws(MemcacheError) -> Value? {
        guard let item = try await client.get(key) else { return nil }
        return try value(of: item)
    }

    /// Reads a value and its CAS token.
    ///
    /// - Parameter key: The item's key.
    /// - Returns: The value with its token, or nil when there is no item.
    /// - Throws: ``MemcacheError``, as ``get(_:)``.
    ///
    /// The corresponding memcached command is `gets`.
    public func gets(_ key: Key) async throws(MemcacheError) -> TypedItem<Value>? {
        guard let item = try await client.gets(key) else { return nil }
        return TypedItem(key: item.key, value: try value(of: item), cas: item.cas)
    }

    /// Reads many values: one exchange for each server, all servers at once.
    ///
    /// - Parameters:
    ///   - keys: The items' keys; nothing is sent when there are none.
    ///   - prefix: Goes before each key on the wire, and comes off again.
    /// - Throws: ``MemcacheError`` when a key cannot be sent. The failures of servers, and values that cannot be read, are
    ///   in the answer.
    ///
    /// The corresponding memcached command is `get`.
    public func getMany(_ keys: [Key], prefix: String = "") async throws(MemcacheError) -> ValuesAnswer<Value> {
        let found = try await client.getMany(keys, prefix: prefix)
        var answer = ValuesAnswer<Value>(values: [:], failures: found.failures)
        for item in found.items {
            do throws(MemcacheError) {
                answer.values[item.key] = try value(of: item)
            } catch {
                answer.failures[item.key] = error
            }
        }
        return answer
    }

    /// The value of an item that was read by other means, such as ``MemcacheClient/getAndTouch(_:expiration:)``.
    ///
    /// - Throws: ``MemcacheError``, whose message names the key.
    public func value(of item: Item) throws(MemcacheError) -> Value {
        do throws(MemcacheError) {
            return try transcoder.decode(item.value, flags: item.flags)
        } catch {
            throw error.about(item.key)
        }
    }
}

extension MemcacheError {
    /// The same error, with the item named whose value it is about.
    func about(_ key: Key) -> MemcacheError {
        var copy = self
        copy.message = "\"\(key)\": \(message)"
        return copy
    }
}
