import Testing

@testable import mcsh

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Input that is too long to be useful.
@Suite struct InputLimitTests {
    @Test func `of input that is too long one byte more than the limit is read`() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        #expect(FileDescriptors.write([UInt8](repeating: 1, count: 4000), to: ends[1]) == 0)
        let result = FileDescriptors.readAll(ends[0], limit: 1000)
        #expect(throws: FileError.tooLong(limit: 1000)) { try result.get() }
        #expect(
            FileError.tooLong(limit: 1000).reason
                == "it has more than 1000 bytes, and no memcached stores a value that long")
        var rest = [UInt8](repeating: 0, count: 8000)
        #expect(rest.withUnsafeMutableBytes { FileDescriptors.read(ends[0], into: $0) } == 2999)
    }

    @Test(arguments: [0, 1, 999, 1000])
    func `input of the limit's length is read whole`(count: Int) throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        #expect(FileDescriptors.write([UInt8](repeating: 7, count: count), to: ends[1]) == 0)
        close(ends[1])
        #expect(try FileDescriptors.readAll(ends[0], limit: 1000).get() == [UInt8](repeating: 7, count: count))
    }

    @Test func `a line that is too long ends the reading, and the lines before it do not count`() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        #expect(
            FileDescriptors.write(Array("get a\nget b\n".utf8) + [UInt8](repeating: 0, count: 5000), to: ends[1]) == 0)
        var lines = LineReader(descriptor: ends[0])
        lines.maximumLineBytes = 4096
        let found = (0..<4).map { _ in lines.next {} != nil }
        let isTooLong = lines.isTooLong
        #expect(found == [true, true, false, false])
        #expect(isTooLong)
    }
}
