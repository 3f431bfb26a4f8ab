/// The hash functions with which client libraries choose a server.
package enum KeyHash {
    /// The CRC-32 of the bytes, as zlib computes it. python-memcached's hash after `useOldServerHashFunction()`.
    package static func crc32(_ bytes: Span<UInt8>) -> UInt32 {
        var crc = CRC32()
        crc.update(bytes)
        return crc.checksum
    }

    /// Bits 16 to 30 of the CRC-32: python-memcached's hash (`cmemcache_hash`), and libmemcached's `crc`.
    package static func crc15(_ bytes: Span<UInt8>) -> UInt32 {
        crc15(ofCRC32: crc32(bytes))
    }

    /// The 15-bit hash of bytes whose CRC-32 is known.
    package static func crc15(ofCRC32 crc: UInt32) -> UInt32 {
        crc >> 16 & 0x7fff
    }
}
