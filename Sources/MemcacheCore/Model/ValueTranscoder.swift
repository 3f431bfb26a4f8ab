/// Turns an application's values into the bytes and flags that a server stores, and back.
///
/// The flags are an agreement among client libraries: the server stores them and never looks at them. Conform to this
/// protocol to store values in a form of your own:
///
///     struct JSONTranscoder<Value: Codable & Sendable>: ValueTranscoder {
///         func encode(_ value: Value, options: EncodingOptions) throws(MemcacheError) -> EncodedValue { … }
///         func decode(_ bytes: [UInt8], flags: UInt64) throws(MemcacheError) -> Value { … }
///     }
///
/// ``PythonTranscoder`` reads and writes what python-memcached does; ``RawTranscoder`` leaves bytes as they are.
public protocol ValueTranscoder<Value>: Sendable {
    /// The type that the application works with.
    associatedtype Value: Sendable

    /// Returns what to store for a value.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/unwritableValue`` if the value has no stored
    ///   form.
    func encode(_ value: Value, options: EncodingOptions) throws(MemcacheError) -> EncodedValue

    /// Returns the value that stored bytes represent.
    ///
    /// Any bytes give a value or an error; nothing in them is executed.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/unknownFlags`` or
    ///   ``MemcacheError/Code/unreadableValue``.
    func decode(_ bytes: [UInt8], flags: UInt64) throws(MemcacheError) -> Value
}

extension ValueTranscoder {
    /// Returns what to store for a value, with the default options.
    public func encode(_ value: Value) throws(MemcacheError) -> EncodedValue {
        try encode(value, options: EncodingOptions())
    }

    /// Returns the value of an item.
    public func decode(_ item: Item) throws(MemcacheError) -> Value {
        try decode(item.value, flags: item.flags)
    }
}

/// Options for encoding one value.
public struct EncodingOptions: Hashable, Sendable {
    /// Values with more bytes than this are compressed if that makes them shorter. 0, the default, means never; a
    /// negative number means always. python-memcached calls it `min_compress_len`.
    public var minimumCompressLength: Int

    /// Creates options for one store.
    public init(minimumCompressLength: Int = 0) { self.minimumCompressLength = minimumCompressLength }
}

/// A value as a server stores it.
public struct EncodedValue: Hashable, Sendable {
    /// The bytes.
    public var bytes: [UInt8]
    /// The flags, which say what the bytes are.
    public var flags: UInt64

    /// Creates an encoded value from bytes and flags.
    public init(bytes: [UInt8], flags: UInt64 = 0) {
        self.bytes = bytes
        self.flags = flags
    }
}

/// Stores bytes as they are. Flags are ignored when reading, and nothing is compressed.
public struct RawTranscoder: ValueTranscoder {
    /// The flags that values are stored with.
    public var flags: UInt64

    /// Creates a transcoder that stores values with these flags.
    public init(flags: UInt64 = 0) { self.flags = flags }

    /// Returns the bytes, with ``flags``.
    public func encode(_ value: [UInt8], options: EncodingOptions) throws(MemcacheError) -> EncodedValue {
        EncodedValue(bytes: value, flags: flags)
    }

    /// Returns the bytes, regardless of the flags.
    public func decode(_ bytes: [UInt8], flags: UInt64) throws(MemcacheError) -> [UInt8] { bytes }
}
