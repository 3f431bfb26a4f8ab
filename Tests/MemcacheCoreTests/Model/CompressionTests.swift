import Testing

@testable import MemcacheCore

struct CompressionTests {
    @Test(arguments: [
        // Written by Python's zlib.compress.
        ([] as [UInt8], [0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01] as [UInt8]),
        (Array("abc".utf8), [0x78, 0x9c, 0x4b, 0x4c, 0x4a, 0x06, 0x00, 0x02, 0x4d, 0x01, 0x27]),
        (
            [UInt8](repeating: UInt8(ascii: "x"), count: 500),
            [0x78, 0x9c, 0xab, 0xa8, 0x18, 0x05, 0x23, 0x0d, 0x00, 0x00, 0x66, 0x4f, 0xea, 0x61]
        ),
    ])
    func `the stream is Python's`(plain: [UInt8], stream: [UInt8]) throws {
        #expect(try Zlib.compress(plain) == stream)
        #expect(try Zlib.decompress(stream, maximumBytes: 1000) == plain)
    }

    @Test(arguments: [0, 1, 65535, 65536, 65537, 1_048_575, 1_048_576, 1_048_577, 3_000_000])
    func `data of any length survives a round trip`(count: Int) throws {
        var noise = Noise(state: 5)
        let plain = (0..<count).map { _ in UInt8.random(in: 0..<20, using: &noise) }
        let stream = try Zlib.compress(plain)
        #expect(try Zlib.decompress(stream, maximumBytes: 3_000_000) == plain)
        #expect(try Zlib.decompress(stream, maximumBytes: count) == plain)
        if count > 0 {
            #expect(throws: MemcacheError.self) { try Zlib.decompress(stream, maximumBytes: count - 1) }
        }
    }

    @Test func `bytes after the stream are ignored`() throws {
        let stream = try Zlib.compress(Array("abc".utf8)) + Array("extra".utf8)
        #expect(try Zlib.decompress(stream, maximumBytes: 100) == Array("abc".utf8))
    }

    @Test func `a stream cut short anywhere is rejected`() throws {
        let stream = try Zlib.compress(Array("a stream that is cut anywhere is refused".utf8))
        for length in 0..<stream.count {
            #expect(throws: MemcacheError.self) { try Zlib.decompress(Array(stream[..<length]), maximumBytes: 100) }
        }
    }

    @Test func `a stream that needs a dictionary is rejected`() {
        // Written by Python's zlib.compressobj(zdict=b"abc").
        let stream: [UInt8] = [0x78, 0xbb, 0x02, 0x4d, 0x01, 0x27, 0x4b, 0x04, 0x23, 0x00, 0x08, 0x0c, 0x02, 0x4d]
        #expect(throws: MemcacheError.self) { try Zlib.decompress(stream, maximumBytes: 100) }
    }

    @Test func `a mebibyte that expands to a gibibyte is rejected`() throws {
        let bomb = try Zlib.compress([UInt8](repeating: 0, count: 1 << 28))
        #expect(bomb.count < 1 << 20)
        let error = #expect(throws: MemcacheError.self) { try PythonTranscoder().decode(bomb, flags: 8) }
        #expect(error?.code == .unreadableValue)
        #expect(error?.message.contains("67108864") == true)
    }

    @Test func `twenty thousand broken streams give bytes or an error`() throws {
        var noise = Noise(state: 3)
        let seeds = try [
            Zlib.compress(Array("abc".utf8)), Zlib.compress([UInt8](repeating: 7, count: 10_000)),
            Zlib.compress((0..<500).map { _ in UInt8.random(in: 0...255, using: &noise) }),
        ]
        for _ in 0..<20_000 {
            let stream = noise.mutation(of: seeds.randomElement(using: &noise) ?? [])
            _ = try? Zlib.decompress(stream, maximumBytes: 100_000)
        }
    }
}
