/// A client that stores and reads an application's values: a transcoder turns them into bytes and flags, and back.
///
///     let values = client.values
///     try await values.set("user:42", to: ["name": "Ann", "visits": 7], expiration: .after(.seconds(900)))
///     let name = try await values.get("user:42")?["name"]?.text
///
/// ``MemcacheClient/values`` stores them as the client library of the profile does, ``MemcacheClient/values(_:)`` in a
/// form of your own. It is a view: it has no connections of its own, and creating one costs nothing.
public struct TypedClient<Value: Sendable>: Sendable {
    /// The client whose servers store the values.
    public let client: MemcacheClient
    /// The transcoder between values and bytes.
    public var transcoder: any ValueTranscoder<Value>
    /// The encoding options for stores that do not specify their own.
    public var options = EncodingOptions()

    /// Creates a view of the values that a client's servers store.
    public init(_ client: MemcacheClient, transcoder: any ValueTranscoder<Value>) {
        self.client = client
        self.transcoder = transcoder
    }

    /// The same store methods, sent with `noreply`.
    public var withoutReply: SilentStores<Value> { SilentStores(values: self) }
}

extension MemcacheClient {
    /// The stored values, in the form of the profile: for python-memcached, Python's values.
    public var values: TypedClient<PickleValue> { values(configuration.profile.transcoder) }

    /// The stored values, in a form of your own.
    public func values<Value: Sendable>(_ transcoder: some ValueTranscoder<Value>) -> TypedClient<Value> {
        TypedClient(self, transcoder: transcoder)
    }
}

/// A value and its token for a compare-and-swap.
public struct TypedItem<Value: Sendable>: Sendable {
    /// The item's key.
    public var key: Key
    /// The value.
    public var value: Value
    /// The token; nil if the command did not request it.
    public var cas: CASToken?
}

extension TypedItem: Equatable where Value: Equatable {}
extension TypedItem: Hashable where Value: Hashable {}

/// The result of a read of many values.
public struct ValuesAnswer<Value: Sendable>: Sendable {
    /// The values found, by the given keys, without the prefix.
    public var values: [Key: Value]
    /// The keys of servers that did not answer and of values that could not be read, each with the reason. A key in
    /// neither does not exist.
    public var failures: [Key: MemcacheError]
}

extension TypedClient {
    /// Reads a value.
    ///
    /// - Parameter key: The item's key.
    /// - Returns: The value, or nil if there is no item. A `None` stored by Python is a value, and not nil.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error, and with the code
    ///   ``MemcacheError/Code/unreadableValue`` or ``MemcacheError/Code/unknownFlags`` if the transcoder cannot read
    ///   the item. Not retried.
    ///
    /// The corresponding memcached command is `get`.
    public func get(_ key: Key) async throws(MemcacheError) -> Value? {
        guard let item = try await client.get(key) else { return nil }
        return try value(of: item)
    }

    /// Reads a value and its CAS token.
    ///
    /// - Parameter key: The item's key.
    /// - Returns: The value with its token, or nil if there is no item.
    /// - Throws: ``MemcacheError``, as ``get(_:)``.
    ///
    /// The corresponding memcached command is `gets`.
    public func gets(_ key: Key) async throws(MemcacheError) -> TypedItem<Value>? {
        guard let item = try await client.gets(key) else { return nil }
        return TypedItem(key: item.key, value: try value(of: item), cas: item.cas)
    }

    /// Reads many values: one exchange per server, with all servers concurrently.
    ///
    /// - Parameters:
    ///   - keys: The items' keys; nothing is sent if there are none.
    ///   - prefix: Put before each key as sent, and removed again.
    /// - Throws: ``MemcacheError`` if a key cannot be sent. Failures of servers, and values that cannot be read, are in
    ///   the answer.
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

    /// The value of an item that was read in another way, such as with ``MemcacheClient/getAndTouch(_:expiration:)``.
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
    /// The same error, with the key in its message.
    func about(_ key: Key) -> MemcacheError {
        var copy = self
        copy.message = "\"\(key)\": \(message)"
        return copy
    }
}
