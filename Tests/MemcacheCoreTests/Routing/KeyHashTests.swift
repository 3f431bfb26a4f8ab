import Foundation
import MemcacheCore
import Testing

@Suite struct KeyHashTests {
    /// Published values: "123456789" is the check value in CRC catalogues, the others are common references.
    @Test(arguments: [
        ("", 0), ("a", 0xe8b7_be43), ("abc", 0x3524_41c2), ("123456789", 0xcbf4_3926),
        ("message digest", 0x2015_9d7f), ("abcdefghijklmnopqrstuvwxyz", 0x4c27_50bd),
        ("The quick brown fox jumps over the lazy dog", 0x414f_a339),
    ])
    func `CRC-32 has its published values`(text: String, crc: UInt32) {
        #expect(KeyHash.crc32(Array(text.utf8).span) == crc)
    }

    @Test func `CRC-32 is the same as computed bit by bit, at every length`() {
        var bytes: [UInt8] = []
        for length in 0..<300 {
            var slow = UInt32.max
            for byte in bytes {
                slow ^= UInt32(byte)
                for _ in 0..<8 { slow = slow & 1 == 1 ? slow >> 1 ^ 0xedb8_8320 : slow >> 1 }
            }
            #expect(KeyHash.crc32(bytes.span) == ~slow, "\(length) bytes")
            bytes.append(UInt8(truncatingIfNeeded: length &* 167 ^ length >> 3))
        }
    }

    @Test func `bytes may come in pieces`() {
        let bytes = Array("The quick brown fox jumps over the lazy dog".utf8)
        for cut in 0...bytes.count {
            var crc = CRC32()
            crc.update(Array(bytes[..<cut]).span)
            crc.update(Array(bytes[cut...]).span)
            #expect(crc.checksum == 0x414f_a339)
        }
    }

    @Test(arguments: [0, 7, 10, 99, 100, 32767, 4_294_967_295, .max, -1, -10, .min])
    func `a number is hashed as its decimal digits`(number: Int64) {
        var crc = CRC32()
        crc.update(decimal: number)
        #expect(crc.checksum == KeyHash.crc32(Array("\(number)".utf8).span))
    }

    @Test(arguments: RoutingVectors.hash)
    func `keys hash as python-memcached hashes them`(document: VectorValue) throws {
        let keys = document["keys"].items
        #expect(keys.count >= 18)
        for key in keys {
            let bytes = Array(try #require(Data(base64Encoded: key["b64"].text ?? "")))
            #expect(bytes == key["key"].bytes)
            #expect(Int(KeyHash.crc32(bytes.span)) == key["crc32"].integer)
            #expect(Int(KeyHash.crc32(bytes.span)) == key["old"].integer)
            #expect(Int(KeyHash.crc15(bytes.span)) == key["hash"].integer)
            #expect(Int(max(1, KeyHash.crc15(bytes.span))) == key["hash_1_59"].integer)
        }
        let texts = document["strings_for_rehash"].members
        #expect(texts.count == 8)
        for (text, hash) in texts { #expect(Int(KeyHash.crc15(Array(text.utf8).span)) == hash.integer) }
    }
}
