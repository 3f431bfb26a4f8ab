/// How an application's values become the bytes and the flags word that a server keeps, and come back.
///
/// The flags word is the client libraries' agreement with themselves: the server stores it and never looks at it.
/// Conform to this protocol to keep values in a form of your own:
///
///     struct JSONTranscoder<Value: Codable & Sendable>: ValueTranscoder {
///         func encode(_ value: Value, options: EncodingOptions) throws(MemcacheError) -> EncodedValue { … }
///         func decode(_ bytes: [UInt8], flags: UInt64) throws(MemcacheError) -> Value { … }
///     }
///
/// ``PythonTranscoder`` reads and writes what python-memcached does, ``RawTranscoder`` leaves bytes as they are.
public protocol ValueTranscoder<Value>: Sendable {
    /// What the application works with.
    associatedtype Value: Sendable

    /// What to store for a value.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/unwritableValue`` when there is no stored form.
    func encode(_ value: Value, options: EncodingOptions) throws(MemcacheError) -> EncodedValue

    /// The value that stored bytes stand for.
    ///
    /// Any bytes give a value or an error; nothing that they say is executed.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/unknownFlags`` or
    ///   ``MemcacheError/Code/unreadableValue``.
    func decode(_ bytes: [UInt8], flags: UInt64) throws(MemcacheError) -> Value
}

extension ValueTranscoder {
    /// What to store for a value, with the options at their defaults.
    public func encode(_ value: Value) throws(MemcacheError) -> EncodedValue {
        try encode(value, options: EncodingOptions())
    }

    /// The value of an item.
    public func decode(_ item: Item) throws(MemcacheError) -> Value {
        try decode(item.value, flags: item.flags)
    }
}

/// What one store may ask of a transcoder.
public struct EncodingOptions: Hashable, Sendable {
    /// Values with more bytes than this are compressed, where that makes them shorter. 0, the default, means never; a
    /// negative number means always. python-memcached calls it `min_compress_len`.
    public var minimumCompressLength: Int

    /// Options for one store.
    public init(minimumCompressLength: Int = 0) { self.minimumCompressLength = minimumCompressLength }
}

/// A value as a server keeps it.
public struct EncodedValue: Hashable, Sendable {
    /// The bytes.
    public var bytes: [UInt8]
    /// The word beside them that says what they are.
    public var flags: UInt64

    /// Bytes with their flags.
    public init(bytes: [UInt8], flags: UInt64 = 0) {
        self.bytes = bytes
        self.flags = flags
    }
}

/// Bytes as they are. Flags are ignored on reading, and nothing is compressed.
public struct RawTranscoder: ValueTranscoder {
    /// The flags word that values are stored with.
    public var flags: UInt64

    /// A transcoder that stores values with these flags.
    public init(flags: UInt64 = 0) { self.flags = flags }

    /// The bytes, with ``flags``.
    public func encode(_ value: [UInt8], options: EncodingOptions) throws(MemcacheError) -> EncodedValue {
        EncodedValue(bytes: value, flags: flags)
    }

    /// The bytes, whatever the flags say.
    public func decode(_ bytes: [UInt8], flags: UInt64) throws(MemcacheError) -> [UInt8] { bytes }
}
