/// Limits for reading a pickle.
public struct PickleLimits: Hashable, Sendable {
    /// The longest pickle. 64 MiB.
    public var maximumBytes: Int
    /// The maximum number of objects. 16,777,216.
    public var maximumValues: Int
    /// The maximum number of objects stored for later reference. 16,777,216.
    public var maximumMemoEntries: Int
    /// The maximum depth of nested objects. 10,000; Python's own pickler fails before 1,000.
    public var maximumDepth: Int
    /// The longest integer. 65,536 digits; the time to read and print it grows with its square. Python 3.11 reads no
    /// more than 4,300.
    public var maximumIntegerDigits: Int

    /// Creates limits.
    public init(
        maximumBytes: Int = 67_108_864, maximumValues: Int = 16_777_216, maximumMemoEntries: Int = 16_777_216,
        maximumDepth: Int = 10_000, maximumIntegerDigits: Int = 65_536
    ) {
        self.maximumBytes = maximumBytes
        self.maximumValues = maximumValues
        self.maximumMemoEntries = maximumMemoEntries
        self.maximumDepth = maximumDepth
        self.maximumIntegerDigits = maximumIntegerDigits
    }
}

/// Options for reading a pickle.
public struct PickleReadingOptions: Sendable {
    /// How to read Python 2's `str`, which holds text and binary data alike.
    public enum OldStrings: Hashable, Sendable {
        /// ASCII is text, as python-memcached on Python 3 reads it. Anything else is bytes; there, one such string
        /// makes the whole value unreadable, and `get` returns `None`.
        case textIfASCII
        /// Always bytes, which is what was written.
        case bytes
    }

    /// The limits for reading.
    public var limits: PickleLimits
    /// How to read Python 2's strings.
    public var oldStrings: OldStrings
    /// Returns the object for a persistent id: python-memcached's `pload`. Without it, and if it returns nil, the value
    /// is the id, as ``PickleValue/Content/persistent(_:)``.
    public var persistentLoad: (@Sendable (_ id: PickleValue) throws(MemcacheError) -> PickleValue?)?
    /// The classes and functions in the writing program's extension registry, by number. A number that is missing here
    /// is read as ``PickleValue/Content/extensionCode(_:)``.
    public var extensions: [Int: PickleGlobal]

    /// Creates options for reading.
    public init(
        limits: PickleLimits = PickleLimits(), oldStrings: OldStrings = .textIfASCII,
        persistentLoad: (@Sendable (_ id: PickleValue) throws(MemcacheError) -> PickleValue?)? = nil,
        extensions: [Int: PickleGlobal] = [:]
    ) {
        self.limits = limits
        self.oldStrings = oldStrings
        self.persistentLoad = persistentLoad
        self.extensions = extensions
    }
}

/// Options for writing a pickle.
public struct PickleWritingOptions: Sendable {
    /// The protocol, 0 to 5; -1 means the highest, as in Python. python-memcached's own default is 0.
    public var protocolVersion: Int
    /// Returns the id of an object that must not be pickled itself: python-memcached's `pid`. It is called once for
    /// each object, from the outside in.
    public var persistentID: (@Sendable (_ value: PickleValue) throws(MemcacheError) -> PickleValue?)?

    /// Creates options for writing.
    public init(
        protocolVersion: Int = 0,
        persistentID: (@Sendable (_ value: PickleValue) throws(MemcacheError) -> PickleValue?)? = nil
    ) {
        self.protocolVersion = protocolVersion
        self.persistentID = persistentID
    }
}

/// The name of a class or function, as in Python 3.
public struct PickleGlobal: Hashable, Sendable {
    /// The module.
    public var module: String
    /// The name within it.
    public var name: String

    /// Creates a name.
    public init(module: String, name: String) {
        self.module = module
        self.name = name
    }
}

extension PickleValue {
    /// Reads a pickle of any protocol. Nothing in it is executed: an instance becomes its description.
    ///
    /// Bytes after its end are ignored, as in Python.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/unreadableValue`` for anything that is not a
    ///   pickle, exceeds a limit or refers to out-of-band buffers; and what the hooks throw.
    public init(pickle bytes: [UInt8], options: PickleReadingOptions = PickleReadingOptions()) throws(MemcacheError) {
        (self, _) = try PickleValue.reading(pickle: bytes, options: options)
    }

    /// The same, with the number of bytes after the pickle's end.
    package static func reading(
        pickle bytes: [UInt8], options: PickleReadingOptions
    ) throws(MemcacheError) -> (value: PickleValue, ignoredBytes: Int) {
        var reader = PickleReader(bytes, options: options)
        do {
            let value = try reader.read()
            return (value, reader.ignoredBytes)
        } catch {
            if case .hook(let failure) = error.reason { throw failure }
            throw MemcacheError(
                .unreadableValue, "the value is not a readable pickle: \(error.message) at byte \(error.position)")
        }
    }

    /// Writes a pickle, with the bytes that CPython 3.11 would write for the same objects.
    ///
    /// One thing is kept that CPython loses: up to protocol 3, it omits which of two equal times a time is (`fold`).
    /// Here it is kept, and Python 3 reads it.
    ///
    /// - Throws: ``MemcacheError`` with the code ``MemcacheError/Code/unwritableValue`` for what the protocol cannot
    ///   represent; and what the hook throws.
    public func pickled(_ options: PickleWritingOptions = PickleWritingOptions()) throws(MemcacheError) -> [UInt8] {
        let version = options.protocolVersion < 0 ? 5 : options.protocolVersion
        guard version <= 5 else {
            throw MemcacheError(.invalidArgument, "there is no pickle protocol \(version): the highest is 5")
        }
        var value = self
        if let persistentID = options.persistentID {
            var builder = PickleGraphBuilder()
            let position = try builder.add(self, persistentID: persistentID)
            value = builder.value(at: position)
        }
        var writer = PickleWriter(value, version: version)
        do {
            return try writer.write()
        } catch {
            throw MemcacheError(.unwritableValue, "the value cannot be pickled: \(error.message)")
        }
    }
}
