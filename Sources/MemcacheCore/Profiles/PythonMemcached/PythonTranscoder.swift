/// Encodes values as python-memcached does.
///
/// The flags have a bit for each form: 1 a pickle, 2 an integer, 4 a Python 2 `long`, 8 compressed, 16 text; bytes have
/// none. The result of ``encode(_:options:)`` is, byte for byte, what release 1.62 writes, unless ``conventions``
/// select those of an older release with which a fleet may have to share its values.
///
/// Where python-memcached loses data, this type does not, and reports it:
///
/// - A pickle that cannot be read is an error. There, `get` returns `None`, which looks like a miss;
///   ``unreadablePickleIsNone`` does the same.
/// - `True` and `False` under flag 2, which 1.56 wrote and no release reads, are booleans; likewise, `42L` is an
///   integer, as in Python 2. ``readsBooleanWords`` and ``readsLongSuffix`` turn that off.
/// - Python 2's non-ASCII strings, and dates whose pickles contain them, can be read. 1.62 returns `None` for them.
/// - Text that only Python can represent, with lone surrogates, is rejected before anything is sent, as there.
public struct PythonTranscoder: ValueTranscoder {
    /// The bits of the flags.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The flags as a number.
        public var rawValue: UInt64

        /// Creates flags from a number.
        public init(rawValue: UInt64) { self.rawValue = rawValue }

        /// A pickle.
        public static let pickle = Flags(rawValue: 1)
        /// An integer in decimal.
        public static let integer = Flags(rawValue: 2)
        /// An integer in decimal that was a `long` in Python 2.
        public static let long = Flags(rawValue: 4)
        /// A compressed form of what the other bits describe.
        public static let compressed = Flags(rawValue: 8)
        /// Text in UTF-8; this bit was unknown before 1.59.
        public static let text = Flags(rawValue: 16)
    }

    /// How values are written and how flag 0 is read, which differ between releases and related clients.
    public struct Conventions: Hashable, Sendable {
        /// How text is stored.
        public enum Text: Hashable, Sendable {
            /// As UTF-8 under flag 16: from 1.59 on. Older releases cannot read it.
            case flagged
            /// As UTF-8 under flag 0, like bytes: 1.56 to 1.58.
            case plain
            /// As a pickle: up to 1.54.
            case pickled
        }

        /// How booleans are stored.
        public enum Booleans: Hashable, Sendable {
            /// As a pickle: from 1.59 on.
            case pickled
            /// As `1` and `0` under flag 2, which read back as integers: up to 1.54, 1.57, 1.58, and pylibmc.
            case digits
            /// As `True` and `False` under flag 2: 1.56. No release of python-memcached can read them.
            case words
        }

        /// How integers are stored.
        public enum Integers: Hashable, Sendable {
            /// Under flag 2, regardless of size: Python 3.
            case integer
            /// Under flag 2, and beyond 64 bits under flag 4: Python 2.
            case longBeyond64Bits
            /// Under flag 4: pylibmc.
            case long
        }

        /// How a value without flags is read.
        public enum Unflagged: Hashable, Sendable {
            /// Bytes.
            case bytes
            /// Text; an error if it is not UTF-8. 1.56 to 1.58 on Python 3 do this.
            case text
            /// Text if it is UTF-8, and otherwise bytes; for values from several generations.
            case textIfValid
        }

        /// How text is stored.
        public var text: Text
        /// How booleans are stored.
        public var booleans: Booleans
        /// How integers are stored.
        public var integers: Integers
        /// How a value without flags is read.
        public var unflagged: Unflagged
        /// Whether bit 16 means text when reading; older releases do not know it.
        public var readsTextFlag: Bool

        /// Creates conventions; by default, those of 1.59 and later.
        public init(
            text: Text = .flagged, booleans: Booleans = .pickled, integers: Integers = .integer,
            unflagged: Unflagged = .bytes, readsTextFlag: Bool = true
        ) {
            self.text = text
            self.booleans = booleans
            self.integers = integers
            self.unflagged = unflagged
            self.readsTextFlag = readsTextFlag
        }

        /// 1.59 to 1.62 on Python 3.
        public static let current = Conventions()
        /// 1.59 on Python 2.
        public static let release159OnPython2 = Conventions(integers: .longBeyond64Bits)
        /// 1.57 and 1.58 on Python 3.
        public static let release158 = Conventions(
            text: .plain, booleans: .digits, unflagged: .text, readsTextFlag: false)
        /// 1.57 and 1.58 on Python 2.
        public static let release157 = Conventions(
            text: .plain, booleans: .digits, integers: .longBeyond64Bits, readsTextFlag: false)
        /// 1.56 on Python 2.
        public static let release156 = Conventions(
            text: .plain, booleans: .words, integers: .longBeyond64Bits, readsTextFlag: false)
        /// Up to 1.54, on Python 2.
        public static let release154 = Conventions(
            text: .pickled, booleans: .digits, integers: .longBeyond64Bits, readsTextFlag: false)
        /// pylibmc 1.6.
        public static let pylibmc = Conventions(booleans: .digits, integers: .long)
    }

    /// A replacement for pickle, like python-memcached's `pickler` and `unpickler`.
    public struct ObjectFormat: Sendable {
        /// Returns the bytes for a value.
        public var write: @Sendable (_ value: PickleValue) throws(MemcacheError) -> [UInt8]
        /// Returns the value of some bytes.
        public var read: @Sendable (_ bytes: [UInt8]) throws(MemcacheError) -> PickleValue

        /// Creates a format of your own.
        public init(
            write: @escaping @Sendable (_ value: PickleValue) throws(MemcacheError) -> [UInt8],
            read: @escaping @Sendable (_ bytes: [UInt8]) throws(MemcacheError) -> PickleValue
        ) {
            self.write = write
            self.read = read
        }
    }

    /// The conventions of a release.
    public var conventions: Conventions
    /// How pickles are written: the protocol (`pickleProtocol`, 0 by default as there) and persistent ids (`pid`).
    public var writing: PickleWritingOptions
    /// How pickles are read: limits, Python 2's strings, persistent ids (`pload`).
    public var reading: PickleReadingOptions
    /// Replaces pickle, if set; `writing` and `reading` are then unused.
    public var objectFormat: ObjectFormat?
    /// How values are compressed: zlib, as there (`compressor`, `decompressor`).
    public var compression: Compression
    /// The limit for decompressed values. 64 MiB.
    public var maximumExpandedBytes: Int
    /// Whether a pickle that cannot be read becomes `None`, as in python-memcached, instead of an error.
    public var unreadablePickleIsNone: Bool
    /// Whether `True` and `False` under flag 2 are booleans.
    public var readsBooleanWords: Bool
    /// Whether an integer may end in `L`.
    public var readsLongSuffix: Bool

    /// Creates a transcoder; by default, python-memcached 1.62's.
    public init(
        conventions: Conventions = .current, writing: PickleWritingOptions = PickleWritingOptions(),
        reading: PickleReadingOptions = PickleReadingOptions(), objectFormat: ObjectFormat? = nil,
        compression: Compression = .zlib, maximumExpandedBytes: Int = 67_108_864, unreadablePickleIsNone: Bool = false,
        readsBooleanWords: Bool = true, readsLongSuffix: Bool = true
    ) {
        self.conventions = conventions
        self.writing = writing
        self.reading = reading
        self.objectFormat = objectFormat
        self.compression = compression
        self.maximumExpandedBytes = maximumExpandedBytes
        self.unreadablePickleIsNone = unreadablePickleIsNone
        self.readsBooleanWords = readsBooleanWords
        self.readsLongSuffix = readsLongSuffix
    }
}

// MARK: - Writing

extension PythonTranscoder {
    /// Returns what python-memcached would store for a value.
    ///
    /// Anything except an integer is compressed if it is longer than the options allow and compression makes it
    /// shorter. If ``conventions`` store booleans under flag 2, those are not compressed either.
    public func encode(_ value: PickleValue, options: EncodingOptions) throws(MemcacheError) -> EncodedValue {
        var encoded = try plainForm(of: value)
        let threshold = options.minimumCompressLength
        let isNumber = encoded.flags & (Flags.integer.rawValue | Flags.long.rawValue) != 0
        guard threshold != 0, encoded.bytes.count > threshold, !isNumber else { return encoded }
        let compressed = try compression.compress(encoded.bytes)
        if compressed.count < encoded.bytes.count {
            encoded = EncodedValue(bytes: compressed, flags: encoded.flags | Flags.compressed.rawValue)
        }
        return encoded
    }

    private func plainForm(of value: PickleValue) throws(MemcacheError) -> EncodedValue {
        switch value.node {
        case .bytes(let bytes):
            return EncodedValue(bytes: bytes)
        case .text(let bytes) where conventions.text != .pickled:
            guard String(validating: bytes, as: UTF8.self) != nil else {
                throw MemcacheError(.unwritableValue, "the text holds lone surrogates, for which UTF-8 has no form")
            }
            return EncodedValue(bytes: bytes, flags: conventions.text == .flagged ? Flags.text.rawValue : 0)
        case .boolean(let flag) where conventions.booleans == .digits:
            return EncodedValue(bytes: Array((flag ? "1" : "0").utf8), flags: Flags.integer.rawValue)
        case .boolean(let flag) where conventions.booleans == .words:
            return EncodedValue(bytes: Array((flag ? "True" : "False").utf8), flags: Flags.integer.rawValue)
        case .integer(let number):
            let isLong =
                switch conventions.integers {
                case .integer: false
                case .longBeyond64Bits: number.exactly(Int64.self) == nil
                case .long: true
                }
            let flag = isLong ? Flags.long : .integer
            return EncodedValue(bytes: number.decimalDigits, flags: flag.rawValue)
        default:
            let bytes: [UInt8]
            if let objectFormat { bytes = try objectFormat.write(value) } else { bytes = try value.pickled(writing) }
            return EncodedValue(bytes: bytes, flags: Flags.pickle.rawValue)
        }
    }
}

// MARK: - Reading

extension PythonTranscoder {
    /// Returns the value that python-memcached would return, with the differences that the type's description names.
    ///
    /// If several bits are set, the order is compressed, text, integer, long, pickle; unknown bits are ignored next to
    /// a known one, as in python-memcached.
    public func decode(_ bytes: [UInt8], flags word: UInt64) throws(MemcacheError) -> PickleValue {
        var bytes = bytes
        var flags = Flags(rawValue: word)
        if flags.contains(.compressed) {
            bytes = try compression.decompress(bytes, maximumExpandedBytes)
            flags.remove(.compressed)
        }
        if flags.isEmpty {
            let text = conventions.unflagged == .bytes ? nil : String(validating: bytes, as: UTF8.self)
            switch (conventions.unflagged, text) {
            case (.bytes, _), (.textIfValid, nil): return PickleValue(.bytes(bytes))
            case (.text, let text?), (.textIfValid, let text?): return PickleValue(.text(text))
            case (.text, nil): throw Self.notUTF8
            }
        }
        if flags.contains(.text), conventions.readsTextFlag {
            guard let text = String(validating: bytes, as: UTF8.self) else { throw Self.notUTF8 }
            return PickleValue(.text(text))
        }
        if flags.contains(.integer) || flags.contains(.long) { return try integer(bytes) }
        if flags.contains(.pickle) {
            do {
                if let objectFormat { return try objectFormat.read(bytes) }
                return try PickleValue(pickle: bytes, options: reading)
            } catch {
                if unreadablePickleIsNone { return PickleValue(.none) }
                throw error
            }
        }
        throw MemcacheError(
            .unknownFlags,
            "python-memcached has no value with the flags 0x\(String(flags.rawValue, radix: 16)): another program wrote it"
        )
    }

    private static let notUTF8 = MemcacheError(.unreadableValue, "the value is marked as text but is not UTF-8")

    /// Reads the number that Python's `int` reads: white space around it, a sign, and single underscores between its
    /// digits are allowed.
    private func integer(_ bytes: [UInt8]) throws(MemcacheError) -> PickleValue {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
        if readsBooleanWords {
            if bytes == Array("True".utf8) { return PickleValue(.boolean(true)) }
            if bytes == Array("False".utf8) { return PickleValue(.boolean(false)) }
        }
        var text = bytes[...]
        while let first = text.first, isSpace(first) { text.removeFirst() }
        while let last = text.last, isSpace(last) { text.removeLast() }
        if readsLongSuffix, text.last == UInt8(ascii: "L") { text.removeLast() }
        let limit = reading.limits.maximumIntegerDigits
        guard text.count / 2 <= limit else {
            throw MemcacheError(.unreadableValue, "the integer has more than \(limit) digits")
        }
        var digits: [UInt8] = []
        digits.reserveCapacity(text.count)
        for (index, byte) in zip(text.indices, text) {
            guard byte == UInt8(ascii: "_") else {
                digits.append(byte)
                continue
            }
            let isBetweenDigits =
                index > text.startIndex && index + 1 < text.endIndex && Self.isDigit(text[index - 1])
                && Self.isDigit(text[index + 1])
            guard isBetweenDigits else { throw Self.notInteger(bytes) }
        }
        guard let number = BigInteger(decimal: digits, maximumDigits: limit) else { throw Self.notInteger(bytes) }
        return PickleValue(.integer(number))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

    private static func notInteger(_ bytes: [UInt8]) -> MemcacheError {
        let shown = EscapedText.string(Array(bytes.prefix(40))) + (bytes.count > 40 ? "…" : "")
        return MemcacheError(.unreadableValue, "the value is marked as an integer but is \"\(shown)\"")
    }
}
