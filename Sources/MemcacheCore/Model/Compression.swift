import CZlib

/// A pair of functions that compress and decompress values. Replace it to use another format.
public struct Compression: Sendable {
    /// Returns the compressed form of some bytes. If the result is longer than the input, it is not used.
    public var compress: @Sendable (_ bytes: [UInt8]) throws(MemcacheError) -> [UInt8]
    /// Returns the decompressed bytes, or throws if they would exceed `maximumBytes`.
    public var decompress: @Sendable (_ bytes: [UInt8], _ maximumBytes: Int) throws(MemcacheError) -> [UInt8]

    /// Creates a compression of your own.
    public init(
        compress: @escaping @Sendable (_ bytes: [UInt8]) throws(MemcacheError) -> [UInt8],
        decompress: @escaping @Sendable (_ bytes: [UInt8], _ maximumBytes: Int) throws(MemcacheError) -> [UInt8]
    ) {
        self.compress = compress
        self.decompress = decompress
    }

    /// The zlib format at its default level, which gives the same bytes as Python's `zlib.compress`. When reading,
    /// bytes after the end of the stream are ignored, as in Python.
    public static let zlib = Compression(
        compress: { bytes throws(MemcacheError) in try Zlib.compress(bytes) },
        decompress: { bytes, maximumBytes throws(MemcacheError) in
            try Zlib.decompress(bytes, maximumBytes: maximumBytes)
        })
}

/// Compression and decompression with zlib, as two functions.
package enum Zlib {
    /// The window size for both directions: zlib's largest, and Python's default.
    private static let windowBits: Int32 = 15
    /// The size of one step of inflating, and the length above which a value is measured first.
    private static let chunkBytes = 65536
    private static let measuredFromBytes = 1_048_576

    /// Returns the zlib stream of some bytes, at the default level.
    package static func compress(_ bytes: [UInt8]) throws(MemcacheError) -> [UInt8] {
        var deflation = try Deflation()
        return try deflation.run(bytes)
    }

    /// Returns the bytes that a zlib stream contains.
    ///
    /// A stream that expands to more than 1 MiB is first inflated without keeping the output, so that memory is
    /// allocated only for what is returned: a stream that expands beyond the limit costs a few hundred kilobytes.
    package static func decompress(_ bytes: [UInt8], maximumBytes: Int) throws(MemcacheError) -> [UInt8] {
        try expand(bytes, maximumBytes: maximumBytes).output
    }

    /// The same, and the number of bytes after the end of the stream.
    package static func expand(
        _ bytes: [UInt8], maximumBytes: Int
    ) throws(MemcacheError) -> (output: [UInt8], ignoredBytes: Int) {
        let atOnce = min(maximumBytes, measuredFromBytes)
        var inflation = try Inflation()
        var output: [UInt8] = []
        let (isComplete, _, taken) = try inflation.run(bytes, upTo: atOnce) { output.append(contentsOf: $0) }
        if isComplete { return (output, bytes.count - taken) }
        output = []
        var measurement = try Inflation()
        let (fits, count, length) = try measurement.run(bytes, upTo: maximumBytes) { _ in }
        guard fits else {
            throw MemcacheError(
                .unreadableValue, "the compressed value expands to more than \(maximumBytes) bytes: it was not read")
        }
        output.reserveCapacity(count)
        var second = try Inflation()
        _ = try second.run(bytes, upTo: maximumBytes) { output.append(contentsOf: $0) }
        return (output, bytes.count - length)
    }

    /// One `z_stream` for deflating. Calls `deflateInit2`, `deflate` and `deflateEnd`.
    private struct Deflation: ~Copyable {
        /// zlib keeps the address of the stream, so it must not move.
        private let stream: UnsafeMutablePointer<z_stream>

        init() throws(MemcacheError) {
            stream = .allocate(capacity: 1)
            stream.initialize(to: z_stream())
            // 8 is the default memory level of zlib and of Python.
            guard mcsh_deflateInit2(stream, Z_DEFAULT_COMPRESSION, windowBits, 8) == Z_OK else {
                throw MemcacheError(.unwritableValue, "zlib has no memory to compress with")
            }
        }

        deinit {
            deflateEnd(stream)
            stream.deallocate()
        }

        mutating func run(_ bytes: [UInt8]) throws(MemcacheError) -> [UInt8] {
            var output: [UInt8] = []
            // Reserves space for data that does not compress: growing would copy it, and unused pages cost no memory.
            if bytes.count > measuredFromBytes { output.reserveCapacity(bytes.count + bytes.count >> 10 + 64) }
            var chunk = [UInt8](repeating: 0, count: min(chunkBytes, bytes.count / 2 + 128))
            var position = 0
            var status = Z_OK
            repeat {
                // zlib counts in 32 bits, so longer input is passed in pieces.
                let length = min(bytes.count - position, 1 << 30)
                let mode = position + length == bytes.count ? Z_FINISH : Z_NO_FLUSH
                let (taken, given): (Int, Int) = bytes.withUnsafeBufferPointer { input in
                    chunk.withUnsafeMutableBufferPointer { buffer in
                        stream.pointee.next_in = input.baseAddress.map { UnsafeMutablePointer(mutating: $0 + position) }
                        stream.pointee.avail_in = UInt32(length)
                        stream.pointee.next_out = buffer.baseAddress
                        stream.pointee.avail_out = UInt32(buffer.count)
                        status = deflate(stream, mode)
                        return (length - Int(stream.pointee.avail_in), buffer.count - Int(stream.pointee.avail_out))
                    }
                }
                position += taken
                output.append(contentsOf: chunk[..<given])
            } while status == Z_OK
            guard status == Z_STREAM_END else {
                throw MemcacheError(.unwritableValue, "zlib could not compress the value (\(status))")
            }
            return output
        }
    }

    /// One `z_stream` for inflating. Calls `inflateInit2`, `inflate` and `inflateEnd`.
    private struct Inflation: ~Copyable {
        private let stream: UnsafeMutablePointer<z_stream>

        init() throws(MemcacheError) {
            stream = .allocate(capacity: 1)
            stream.initialize(to: z_stream())
            guard mcsh_inflateInit2(stream, windowBits) == Z_OK else {
                throw MemcacheError(.unreadableValue, "zlib has no memory to decompress with")
            }
        }

        deinit {
            inflateEnd(stream)
            stream.deallocate()
        }

        /// Inflates the input and passes the output on piece by piece.
        ///
        /// - Returns: Whether the end of the stream was reached within `limit` bytes, how many bytes were produced, and
        ///   how many were consumed for them.
        mutating func run(
            _ bytes: [UInt8], upTo limit: Int, receive: (ArraySlice<UInt8>) -> Void
        ) throws(MemcacheError) -> (isComplete: Bool, count: Int, taken: Int) {
            var chunk = [UInt8](repeating: 0, count: chunkBytes)
            var position = 0
            var count = 0
            while true {
                let length = min(bytes.count - position, 1 << 30)
                var status = Z_OK
                let (taken, given): (Int, Int) = bytes.withUnsafeBufferPointer { input in
                    chunk.withUnsafeMutableBufferPointer { buffer in
                        stream.pointee.next_in = input.baseAddress.map { UnsafeMutablePointer(mutating: $0 + position) }
                        stream.pointee.avail_in = UInt32(length)
                        stream.pointee.next_out = buffer.baseAddress
                        stream.pointee.avail_out = UInt32(buffer.count)
                        status = inflate(stream, Z_NO_FLUSH)
                        return (length - Int(stream.pointee.avail_in), buffer.count - Int(stream.pointee.avail_out))
                    }
                }
                position += taken
                if given > limit - count { return (false, count, position) }
                count += given
                receive(chunk[..<given])
                switch status {
                case Z_STREAM_END:
                    return (true, count, position)
                case Z_OK where taken > 0 || given > 0:
                    continue
                case Z_OK, Z_BUF_ERROR:
                    throw MemcacheError(
                        .unreadableValue, "the compressed value is cut short: its zlib stream has no end")
                default:
                    let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)"
                    throw MemcacheError(
                        .unreadableValue, "the value is marked as compressed but is not a zlib stream: \(reason)")
                }
            }
        }
    }
}
