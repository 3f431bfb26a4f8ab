/// Stores values with `noreply`: the result is not reported. What can be checked before sending is thrown anyway, and
/// so is an error that the server does send.
///
///     try await values.withoutReply.set("page:home", to: "<html>…")
///
/// For commands without a value, there is ``Command/WithoutReply``.
public struct SilentStores<Value: Sendable>: Sendable {
    let values: TypedClient<Value>

    /// Like ``TypedClient/set(_:to:expiration:minimumCompressLength:)``, with `noreply`.
    public func set(
        _ key: Key, to value: Value, expiration: Expiration = .never, minimumCompressLength: Int? = nil
    ) async throws(MemcacheError) {
        try await send(Command.Set(key, try values.encode(value, key, minimumCompressLength), expiration))
    }

    /// Like ``TypedClient/add(_:value:expiration:minimumCompressLength:)``, with `noreply`.
    public func add(
        _ key: Key, value: Value, expiration: Expiration = .never, minimumCompressLength: Int? = nil
    ) async throws(MemcacheError) {
        try await send(Command.Add(key, try values.encode(value, key, minimumCompressLength), expiration))
    }

    /// Like ``TypedClient/replace(_:with:expiration:minimumCompressLength:)``, with `noreply`.
    public func replace(
        _ key: Key, with value: Value, expiration: Expiration = .never, minimumCompressLength: Int? = nil
    ) async throws(MemcacheError) {
        try await send(Command.Replace(key, try values.encode(value, key, minimumCompressLength), expiration))
    }

    /// Like ``TypedClient/append(_:to:)``, with `noreply`.
    public func append(_ value: Value, to key: Key) async throws(MemcacheError) {
        try await send(Command.Append(key, value: try values.encode(value, key, 0).bytes))
    }

    /// Like ``TypedClient/prepend(_:to:)``, with `noreply`.
    public func prepend(_ value: Value, to key: Key) async throws(MemcacheError) {
        try await send(Command.Prepend(key, value: try values.encode(value, key, 0).bytes))
    }

    /// Like ``TypedClient/compareAndSwap(_:to:cas:expiration:minimumCompressLength:)``, with `noreply`.
    public func compareAndSwap(
        _ key: Key, to value: Value, cas: CASToken? = nil, expiration: Expiration = .never,
        minimumCompressLength: Int? = nil
    ) async throws(MemcacheError) {
        let token = try values.client.token(cas, for: key)
        let encoded = try values.encode(value, key, minimumCompressLength)
        try await send(Command.CompareAndSwap(key, encoded, cas: token, expiration))
    }

    /// Like ``TypedClient/setMany(_:expiration:prefix:minimumCompressLength:)-([Key:Value],_,_,_)``, with `noreply`.
    ///
    /// - Returns: The keys for which nothing was sent, or whose server was lost or sent an error, each with the reason.
    @discardableResult
    public func setMany(
        _ values: [Key: Value], expiration: Expiration = .never, prefix: String = "", minimumCompressLength: Int? = nil
    ) async throws(MemcacheError) -> [Key: MemcacheError] {
        try await setMany(
            Array(values), expiration: expiration, prefix: prefix, minimumCompressLength: minimumCompressLength)
    }

    /// The same for values in order. If a key occurs twice, the later value wins.
    ///
    /// - Returns: The keys for which nothing was sent, or whose server was lost or sent an error, each with the reason.
    @discardableResult
    public func setMany(
        _ values: [(key: Key, value: Value)], expiration: Expiration = .never, prefix: String = "",
        minimumCompressLength: Int? = nil
    ) async throws(MemcacheError) -> [Key: MemcacheError] {
        let (keys, encoded, failures) = self.values.encodeAll(values, minimumCompressLength)
        let answer = try await self.values.client.change(keys, prefix) {
            Command.WithoutReply(Command.Set($1, encoded[$0], expiration))
        }
        return answer.failures.merging(failures) { sent, _ in sent }
    }

    private func send(_ command: some SilenceableCommand) async throws(MemcacheError) {
        try await values.client.execute(Command.WithoutReply(command))
    }
}
