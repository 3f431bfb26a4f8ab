/// One method for every command. For details, see the command's type.
extension MemcacheClient {
    // MARK: - Reading

    /// Reads an item.
    ///
    ///     let item = try await client.get("user:42")
    ///
    /// - Parameter key: The item's key.
    /// - Returns: The item, or nil if there is none.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `get`.
    public func get(_ key: Key) async throws(MemcacheError) -> Item? {
        try await execute(Command.Get(key))
    }

    /// Reads an item and its CAS token.
    ///
    /// - Parameter key: The item's key.
    /// - Returns: The item with ``Item/cas``, or nil if there is none.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `gets`.
    public func gets(_ key: Key) async throws(MemcacheError) -> Item? {
        let item = try await execute(Command.Gets(key))
        if let item { tokens.remember(item) }
        return item
    }

    /// Reads an item and gives it a new lifetime.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - expiration: The new lifetime, counted from when the server reads the command.
    /// - Returns: The item, or nil if there is none; nothing is created.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `gat`.
    public func getAndTouch(_ key: Key, expiration: Expiration) async throws(MemcacheError) -> Item? {
        try await execute(Command.GetAndTouch(key, expiration: expiration))
    }

    /// Reads an item and its CAS token, and gives it a new lifetime.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - expiration: The new lifetime, counted from when the server reads the command.
    /// - Returns: The item with ``Item/cas``, or nil if there is none; nothing is created.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `gats`.
    public func getAndTouchWithCAS(_ key: Key, expiration: Expiration) async throws(MemcacheError) -> Item? {
        let item = try await execute(Command.GetAndTouchWithCAS(key, expiration: expiration))
        if let item { tokens.remember(item) }
        return item
    }

    // MARK: - Storing

    /// Stores a value, whether or not the item exists. If the server finds the value too large, the old item is deleted
    /// too.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value.
    ///   - flags: The flags stored with the value, usually to say how it is encoded.
    ///   - expiration: How long the item lives.
    /// - Returns: ``Command/Set/Outcome/stored``, from every memcached.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `set`.
    @discardableResult
    public func set(
        _ key: Key, to value: [UInt8], flags: UInt64 = 0, expiration: Expiration = .never
    ) async throws(MemcacheError) -> Command.Set.Outcome {
        try await execute(Command.Set(key, value: value, flags: flags, expiration: expiration))
    }

    /// Stores a value, whether or not the item exists. If the server finds the value too large, the old item is deleted
    /// too.
    ///
    ///     try await client.set("greeting", to: "hello", expiration: .after(.seconds(900)))
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value, stored as its UTF-8 bytes.
    ///   - flags: The flags stored with the value, usually to say how it is encoded.
    ///   - expiration: How long the item lives.
    /// - Returns: ``Command/Set/Outcome/stored``, from every memcached.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `set`.
    @discardableResult
    public func set(
        _ key: Key, to value: String, flags: UInt64 = 0, expiration: Expiration = .never
    ) async throws(MemcacheError) -> Command.Set.Outcome {
        try await execute(Command.Set(key, value: Array(value.utf8), flags: flags, expiration: expiration))
    }

    /// Stores a value if there is no item yet.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value.
    ///   - flags: The flags stored with the value, usually to say how it is encoded.
    ///   - expiration: How long the item lives.
    /// - Returns: ``Command/Add/Outcome/present`` if there is an item; it stays as it is.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `add`.
    @discardableResult
    public func add(
        _ key: Key, value: [UInt8], flags: UInt64 = 0, expiration: Expiration = .never
    ) async throws(MemcacheError) -> Command.Add.Outcome {
        try await execute(Command.Add(key, value: value, flags: flags, expiration: expiration))
    }

    /// Stores a value if there is no item yet.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value, stored as its UTF-8 bytes.
    ///   - flags: The flags stored with the value, usually to say how it is encoded.
    ///   - expiration: How long the item lives.
    /// - Returns: ``Command/Add/Outcome/present`` if there is an item; it stays as it is.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `add`.
    @discardableResult
    public func add(
        _ key: Key, value: String, flags: UInt64 = 0, expiration: Expiration = .never
    ) async throws(MemcacheError) -> Command.Add.Outcome {
        try await execute(Command.Add(key, value: Array(value.utf8), flags: flags, expiration: expiration))
    }

    /// Stores a value if the item already exists.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value.
    ///   - flags: The flags stored with the value, usually to say how it is encoded.
    ///   - expiration: How long the item lives.
    /// - Returns: ``Command/Replace/Outcome/missing`` if there is no such item; nothing is created.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `replace`.
    @discardableResult
    public func replace(
        _ key: Key, with value: [UInt8], flags: UInt64 = 0, expiration: Expiration = .never
    ) async throws(MemcacheError) -> Command.Replace.Outcome {
        try await execute(Command.Replace(key, value: value, flags: flags, expiration: expiration))
    }

    /// Stores a value if the item already exists.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value, stored as its UTF-8 bytes.
    ///   - flags: The flags stored with the value, usually to say how it is encoded.
    ///   - expiration: How long the item lives.
    /// - Returns: ``Command/Replace/Outcome/missing`` if there is no such item; nothing is created.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `replace`.
    @discardableResult
    public func replace(
        _ key: Key, with value: String, flags: UInt64 = 0, expiration: Expiration = .never
    ) async throws(MemcacheError) -> Command.Replace.Outcome {
        try await execute(Command.Replace(key, value: Array(value.utf8), flags: flags, expiration: expiration))
    }

    /// Appends bytes to the value of an item. Its flags and lifetime stay the same.
    ///
    /// - Parameters:
    ///   - value: The bytes.
    ///   - key: The item's key.
    /// - Returns: ``Command/Append/Outcome/notStored`` if there is no such item, or it would be too large.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `append`.
    @discardableResult
    public func append(_ value: [UInt8], to key: Key) async throws(MemcacheError) -> Command.Append.Outcome {
        try await execute(Command.Append(key, value: value))
    }

    /// Appends text to the value of an item. Its flags and lifetime stay the same.
    ///
    /// - Parameters:
    ///   - value: The text, stored as its UTF-8 bytes.
    ///   - key: The item's key.
    /// - Returns: ``Command/Append/Outcome/notStored`` if there is no such item, or it would be too large.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `append`.
    @discardableResult
    public func append(_ value: String, to key: Key) async throws(MemcacheError) -> Command.Append.Outcome {
        try await execute(Command.Append(key, value: Array(value.utf8)))
    }

    /// Prepends bytes to the value of an item. Its flags and lifetime stay the same.
    ///
    /// - Parameters:
    ///   - value: The bytes.
    ///   - key: The item's key.
    /// - Returns: ``Command/Prepend/Outcome/notStored`` if there is no such item, or it would be too large.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `prepend`.
    @discardableResult
    public func prepend(_ value: [UInt8], to key: Key) async throws(MemcacheError) -> Command.Prepend.Outcome {
        try await execute(Command.Prepend(key, value: value))
    }

    /// Prepends text to the value of an item. Its flags and lifetime stay the same.
    ///
    /// - Parameters:
    ///   - value: The text, stored as its UTF-8 bytes.
    ///   - key: The item's key.
    /// - Returns: ``Command/Prepend/Outcome/notStored`` if there is no such item, or it would be too large.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `prepend`.
    @discardableResult
    public func prepend(_ value: String, to key: Key) async throws(MemcacheError) -> Command.Prepend.Outcome {
        try await execute(Command.Prepend(key, value: Array(value.utf8)))
    }

    /// Stores a value if the item has not changed since its CAS token was read.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value.
    ///   - cas: The token that ``gets(_:)`` returned with the item.
    ///   - flags: The flags stored with the value, usually to say how it is encoded.
    ///   - expiration: How long the item lives.
    /// - Returns: Whether the value is stored, or why not.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `cas`.
    public func compareAndSwap(
        _ key: Key, to value: [UInt8], cas: CASToken, flags: UInt64 = 0, expiration: Expiration = .never
    ) async throws(MemcacheError) -> Command.CompareAndSwap.Outcome {
        try await execute(Command.CompareAndSwap(key, value: value, cas: cas, flags: flags, expiration: expiration))
    }

    /// Stores a value if the item has not changed since its CAS token was read.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - value: The value, stored as its UTF-8 bytes.
    ///   - cas: The token that ``gets(_:)`` returned with the item.
    ///   - flags: The flags stored with the value, usually to say how it is encoded.
    ///   - expiration: How long the item lives.
    /// - Returns: Whether the value is stored, or why not.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `cas`.
    public func compareAndSwap(
        _ key: Key, to value: String, cas: CASToken, flags: UInt64 = 0, expiration: Expiration = .never
    ) async throws(MemcacheError) -> Command.CompareAndSwap.Outcome {
        try await execute(
            Command.CompareAndSwap(key, value: Array(value.utf8), cas: cas, flags: flags, expiration: expiration))
    }

    // MARK: - Items

    /// Deletes an item.
    ///
    /// - Parameter key: The item's key.
    /// - Returns: ``Command/Delete/Outcome/missing`` if there was no such item.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `delete`.
    @discardableResult
    public func delete(_ key: Key) async throws(MemcacheError) -> Command.Delete.Outcome {
        try await execute(Command.Delete(key))
    }

    /// Gives an item a new lifetime without reading it. The value stays the same.
    ///
    ///     let outcome = try await client.touch("user:42", expiration: .after(.seconds(900)))
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - expiration: The new lifetime, counted from when the server reads the command.
    /// - Returns: ``Command/Touch/Outcome/missing`` if there is no such item; nothing is created.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `touch`.
    @discardableResult
    public func touch(_ key: Key, expiration: Expiration) async throws(MemcacheError) -> Command.Touch.Outcome {
        try await execute(Command.Touch(key, expiration: expiration))
    }

    /// Adds to the number that an item holds as text; it wraps around at 2^64.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - delta: The number to add.
    /// - Returns: The new number, or ``Command/Increment/Outcome/missing``; nothing is created.
    /// - Throws: ``MemcacheError`` if the item does not hold a number (``MemcacheError/Code/clientError``), and if the
    ///   server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `incr`.
    @discardableResult
    public func increment(_ key: Key, by delta: UInt64 = 1) async throws(MemcacheError) -> Command.Increment.Outcome {
        try await execute(Command.Increment(key, by: delta))
    }

    /// Subtracts from the number that an item holds as text, and stops at 0.
    ///
    /// - Parameters:
    ///   - key: The item's key.
    ///   - delta: The number to subtract.
    /// - Returns: The new number, or ``Command/Decrement/Outcome/missing``; nothing is created.
    /// - Throws: ``MemcacheError`` if the item does not hold a number (``MemcacheError/Code/clientError``), and if the
    ///   server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `decr`.
    @discardableResult
    public func decrement(_ key: Key, by delta: UInt64 = 1) async throws(MemcacheError) -> Command.Decrement.Outcome {
        try await execute(Command.Decrement(key, by: delta))
    }

    // MARK: - Meta commands

    /// Reads an item, or only its metadata.
    ///
    ///     let result = try await client.metaGet("user:42", [.returnValue, .returnTimeToLive])
    ///
    /// - Parameters:
    ///   - key: The item's key, which may be in base64.
    ///   - flags: What to request, in this order.
    /// - Returns: The status, and what the flags requested.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `mg` (since 1.6.10 in this form).
    public func metaGet(
        _ key: Key, _ flags: [MetaFlag<Command.MetaGet>] = []
    ) async throws(MemcacheError) -> MetaResult {
        try await execute(Command.MetaGet(key, flags))
    }

    /// Deletes an item, marks it as stale, or empties it.
    ///
    /// - Parameters:
    ///   - key: The item's key, which may be in base64.
    ///   - flags: What to request, in this order.
    /// - Returns: The status, and what the flags requested.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `md` (since 1.6.10 in this form).
    @discardableResult
    public func metaDelete(
        _ key: Key, _ flags: [MetaFlag<Command.MetaDelete>] = []
    ) async throws(MemcacheError) -> MetaResult {
        try await execute(Command.MetaDelete(key, flags))
    }

    /// Adds to or subtracts from the number that an item holds.
    ///
    /// - Parameters:
    ///   - key: The item's key, which may be in base64.
    ///   - flags: What to request, in this order.
    /// - Returns: The status, and what the flags requested.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `ma` (since 1.6.10 in this form).
    @discardableResult
    public func metaArithmetic(
        _ key: Key, _ flags: [MetaFlag<Command.MetaArithmetic>] = []
    ) async throws(MemcacheError) -> MetaResult {
        try await execute(Command.MetaArithmetic(key, flags))
    }

    /// Stores a value.
    ///
    /// - Parameters:
    ///   - key: The item's key, which may be in base64.
    ///   - value: The value.
    ///   - flags: How to store, and what to request, in this order.
    /// - Returns: The status, and what the flags requested.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `ms` (since 1.6.10 in this form).
    @discardableResult
    public func metaSet(
        _ key: Key, to value: [UInt8], _ flags: [MetaFlag<Command.MetaSet>] = []
    ) async throws(MemcacheError) -> MetaResult {
        try await execute(Command.MetaSet(key, value: value, flags))
    }

    /// Stores a value.
    ///
    /// - Parameters:
    ///   - key: The item's key, which may be in base64.
    ///   - value: The value, stored as its UTF-8 bytes.
    ///   - flags: How to store, and what to request, in this order.
    /// - Returns: The status, and what the flags requested.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `ms` (since 1.6.10 in this form).
    @discardableResult
    public func metaSet(
        _ key: Key, to value: String, _ flags: [MetaFlag<Command.MetaSet>] = []
    ) async throws(MemcacheError) -> MetaResult {
        try await execute(Command.MetaSet(key, value: Array(value.utf8), flags))
    }

    /// Reads what the server knows about an item, without counting as a read.
    ///
    /// - Parameter key: The item's key, which may be in base64.
    /// - Returns: The server's record of the item, or ``Command/MetaDebug/Outcome/missing``.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `me`.
    public func metaDebug(_ key: Key) async throws(MemcacheError) -> Command.MetaDebug.Outcome {
        try await execute(Command.MetaDebug(key))
    }

    /// Does nothing, and so shows that the server responds.
    ///
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `mn`.
    public func metaNoop() async throws(MemcacheError) {
        try await execute(Command.MetaNoop())
    }

    // MARK: - Statistics

    /// Reads a group of statistics.
    ///
    /// - Parameter group: The group to read.
    /// - Returns: The server's names and values, in its order.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `stats`.
    public func statistics(_ group: Command.Statistics.Group = .general) async throws(MemcacheError) -> [Statistic] {
        try await execute(Command.Statistics(group))
    }

    /// Resets the counters to 0, for everyone who monitors them.
    ///
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `stats reset`.
    public func resetStatistics() async throws(MemcacheError) {
        try await execute(Command.ResetStatistics())
    }

    /// Turns statistics by key prefix on or off. While they are on, every command takes one lock of the whole server.
    ///
    /// - Parameter isOn: Whether prefixes are counted from now on.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached commands are `stats detail on` and `stats detail off`.
    public func setPrefixStatistics(on isOn: Bool) async throws(MemcacheError) {
        try await execute(Command.SetPrefixStatistics(isOn: isOn))
    }

    /// Reads how often the keys of each prefix were used.
    ///
    /// - Returns: The prefixes that were counted; none if counting was never on.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `stats detail dump`.
    public func prefixStatistics() async throws(MemcacheError) -> [PrefixStatistic] {
        try await execute(Command.PrefixStatistics())
    }

    /// Reads some keys of a slab class: the COLD ones only.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of keys to return; 0 for as many as fit into 2 MB.
    /// - Returns: The keys, as the server prints them.
    /// - Returns: Keys, as the server prints them.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `stats cachedump`.
    public func cacheDump(_ slabClass: SlabClass, limit: UInt32 = 0) async throws(MemcacheError) -> [CachedKey] {
        try await execute(Command.CacheDump(slabClass, limit: limit))
    }

    // MARK: - Server

    /// Requests the server's version.
    ///
    /// - Returns: The version, comparable by its numbers.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `version`.
    public func version() async throws(MemcacheError) -> ServerVersion {
        try await execute(Command.Version())
    }

    /// Sets how much the server logs.
    ///
    /// - Parameter level: 0 for little, 1 for more, 2 for every request.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `verbosity`.
    public func setVerbosity(_ level: UInt32) async throws(MemcacheError) {
        try await execute(Command.Verbosity(level))
    }

    /// Sets how much memory the server may use for items, until it is restarted.
    ///
    /// - Parameter megabytes: 8 to 1,000,000,000.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `cache_memlimit`.
    public func setCacheMemoryLimit(megabytes: UInt64) async throws(MemcacheError) {
        try await execute(Command.CacheMemoryLimit(megabytes: megabytes))
    }

    /// Terminates the server's process, if it was started with `-A`.
    ///
    /// - Parameter mode: At once, or after saving what the server can restore after a restart.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `shutdown`.
    public func shutdown(_ mode: Command.Shutdown.Mode = .immediate) async throws(MemcacheError) {
        try await execute(Command.Shutdown(mode))
    }

    /// Makes the server reload its TLS certificates.
    ///
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `refresh_certs`.
    public func refreshCertificates() async throws(MemcacheError) {
        try await execute(Command.RefreshCertificates())
    }

    /// Requests the nodes of the cluster from a node of Amazon ElastiCache.
    ///
    /// - Parameter source: Where the node keeps the list.
    /// - Returns: The nodes; nil from a server that has none.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `config get cluster`, which memcached itself answers with `ERROR`.
    public func clusterConfiguration(
        from source: Command.GetClusterConfiguration.Source = .command
    ) async throws(MemcacheError) -> ClusterConfiguration? {
        try await execute(Command.GetClusterConfiguration(from: source))
    }

    // MARK: - Memory

    /// Moves a page of memory between slab classes; the items in it are lost.
    ///
    /// - Parameters:
    ///   - source: The class that loses the page; nil lets the server choose.
    ///   - destination: The class that gets it; nil for the pool from which all classes take pages.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/unavailable`` if no page can be moved now, and if
    ///   the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `slabs reassign`.
    public func reassignSlabs(from source: SlabClass?, to destination: SlabClass?) async throws(MemcacheError) {
        try await execute(Command.ReassignSlabs(from: source, to: destination))
    }

    /// Tunes how the server moves pages between slab classes by itself.
    ///
    /// - Parameter setting: The setting and its value.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `slabs automove`.
    public func tuneSlabAutomove(_ setting: Command.TuneSlabAutomove.Setting) async throws(MemcacheError) {
        try await execute(Command.TuneSlabAutomove(setting))
    }

    /// Tunes how the server's LRU is divided, and therefore what is evicted.
    ///
    /// - Parameter setting: The setting and its value.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `lru`.
    public func tuneLRU(_ setting: Command.TuneLRU.Setting) async throws(MemcacheError) {
        try await execute(Command.TuneLRU(setting))
    }

    /// Tunes flash storage.
    ///
    /// - Parameter setting: The setting and its value.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `extstore`.
    public func tuneFlash(_ setting: Command.TuneFlash.Setting) async throws(MemcacheError) {
        try await execute(Command.TuneFlash(setting))
    }

    /// Configures the server's crawler, which looks for expired items.
    ///
    /// - Parameter setting: The setting and its value.
    /// - Throws: ``MemcacheError`` if the server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `lru_crawler`.
    public func tuneCrawler(_ setting: Command.TuneCrawler.Setting) async throws(MemcacheError) {
        try await execute(Command.TuneCrawler(setting))
    }

    /// Starts the crawler now, to remove expired items. It continues after the answer.
    ///
    /// - Parameter scope: Where to look: everywhere, or in some slab classes.
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/unavailable`` if the crawler is busy, and if the
    ///   server cannot be reached or returns an error. Not retried.
    ///
    /// The corresponding memcached command is `lru_crawler crawl`.
    public func startCrawl(_ scope: CrawlScope = .all) async throws(MemcacheError) {
        try await execute(Command.StartCrawl(scope))
    }
}
